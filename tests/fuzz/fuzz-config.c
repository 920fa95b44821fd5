/*
 * fuzz-config.c - any bytes as a configuration: an error or a fleet, never anything else.
 *
 * Run by `make check` over tests/fuzz/corpus-config; for real fuzzing:
 *   clang -fsanitize=fuzzer,address,undefined -DFUZZING -D_GNU_SOURCE -Iinclude -Isrc \
 *         tests/fuzz/fuzz-config.c src/config/[a-z]*.c src/fleet/text*.c -lyaml
 */
#include "ollama-top/config.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what)
{
	fprintf(stderr, "# %s\n", what);
	abort();
}

/* A place in the file: "fuzz:LINE:COLUMN: ". */
static void check_message(const char *message)
{
	unsigned line = 0;
	unsigned column = 0;
	if (sscanf(message, "fuzz:%u:%u: ", &line, &column) != 2 || line == 0 || column == 0) {
		fail(message);
	}
	for (const char *s = message; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f) {
			fail("a control character in a message");
		}
	}
}

static void check_spec(const struct fleet_spec *spec)
{
	size_t rw = 0;
	for (size_t i = 0; i < spec->server_count; i++) {
		const struct server_spec *server = &spec->servers[i];
		rw += server->role == ROLE_RW ? 1 : 0;
		if (!server->name || strchr(server->name, '/') || !server->host) {
			fail("a server without a good name and host");
		}
		for (size_t j = 0; j < server->instance_count; j++) {
			const struct instance_spec *instance = &server->instances[j];
			if (!instance->name || (instance->port == 0 && !instance->url)) {
				fail("an instance that cannot be reached");
			}
		}
	}
	if (rw != 1 || spec->refresh_ms < CONFIG_REFRESH_MIN_MS || spec->timeout_ms < CONFIG_TIMEOUT_MIN_MS) {
		fail("half a configuration");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_error error;
	struct fleet_spec *spec = config_parse("fuzz", (const char *)data, size, &error);
	if (spec) {
		check_spec(spec);
	} else {
		check_message(error.message);
	}
	spec_free(spec);
	return 0;
}

#ifndef FUZZING
static bool run_file(const char *path)
{
	static uint8_t bytes[CONFIG_FILE_MAX + 2];
	FILE *file = fopen(path, "rb");
	if (!file) {
		return false;
	}
	const size_t size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	/* Also every start of it, coarsely: what a half-written file looks like. */
	for (size_t cut = 0; cut < size; cut += 1 + size / 64) {
		LLVMFuzzerTestOneInput(bytes, cut);
	}
	LLVMFuzzerTestOneInput(bytes, size);
	return true;
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The files that are named, else the corpus beside the source. */
int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	char folder[4096];
	char path[4096 + 256];
	struct dirent **entries = NULL;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus-config", srcdir ? srcdir : ".");
	const int count = argc > 1 ? argc - 1 : scandir(folder, &entries, is_file, alphasort);
	int failed = count > 0 ? 0 : 1;
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		if (entries) {
			snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		} else {
			snprintf(path, sizeof(path), "%s", argv[i + 1]);
		}
		const bool good = run_file(path);
		printf("%sok %d - %s\n", good ? "" : "not ", i + 1, entries ? entries[i]->d_name : path);
		fflush(stdout);
		failed += good ? 0 : 1;
		if (entries) {
			free(entries[i]);
		}
	}
	free(entries);
	return failed > 0 ? 1 : 0;
}
#endif
