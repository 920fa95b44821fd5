/*
 * fuzz-parse.c - any bytes as an answer of Ollama, Docker, Traefik or a program in a container.
 *
 * Run by `make check` over the recorded answers of tests/unit/net/data; for real fuzzing:
 *   clang -fsanitize=fuzzer,address,undefined -DFUZZING -D_GNU_SOURCE -Iinclude -Itests/unit/net \
 *         tests/fuzz/fuzz-parse.c tests/unit/net/parsers.c src/net/json.c src/net/ollama.c src/net/docker*.c \
 *         src/net/stats.c src/net/mountinfo.c src/net/df.c src/net/meminfo.c src/net/proctcp.c \
 *         src/net/partial.c src/net/traefik.c src/fleet/text*.c -lcjson
 */
#include "../unit/net/parsers.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BYTES_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parsers_run((const char *)data, size);
	return 0;
}

#ifndef FUZZING
static bool run_file(const char *path)
{
	static uint8_t bytes[BYTES_MAX];
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return false;
	const size_t size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	for (size_t cut = 0; cut < size; cut += 1 + size / 64)
		LLVMFuzzerTestOneInput(bytes, cut);
	LLVMFuzzerTestOneInput(bytes, size);
	return true;
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int run_named(int count, char **paths)
{
	int failed = 0;
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		const bool good = run_file(paths[i]);
		printf("%sok %d - %s\n", good ? "" : "not ", i + 1, paths[i]);
		failed += !good;
	}
	return failed;
}

/* The recorded answers; none found is a failure. */
static int run_recorded(void)
{
	const char *srcdir = getenv("srcdir");
	char folder[4096], path[4096 + 256];
	struct dirent **entries = NULL;
	snprintf(folder, sizeof folder, "%s/tests/unit/net/data", srcdir != NULL ? srcdir : ".");
	const int count = scandir(folder, &entries, is_file, alphasort);
	int failed = count <= 0;
	printf("1..%d\n", count > 0 ? count : 0);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		const bool good = run_file(path);
		printf("%sok %d - %s\n", good ? "" : "not ", i + 1, entries[i]->d_name);
		fflush(stdout);
		failed += !good;
		free(entries[i]);
	}
	free(entries);
	return failed;
}

/* The files that are named, else the recorded answers. */
int main(int argc, char **argv)
{
	return (argc > 1 ? run_named(argc - 1, argv + 1) : run_recorded()) > 0 ? 1 : 0;
}
#endif
