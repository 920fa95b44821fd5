/*
 * fuzz-pool.c - any bytes as a dynamic file of Traefik: refused, or changed as meant, and back again.
 *
 * Run by `make check` over tests/unit/ops/data and tests/fuzz/corpus-config; for real fuzzing:
 *   clang -fsanitize=fuzzer,address,undefined -DFUZZING -D_GNU_SOURCE -Iinclude -Isrc \
 *         tests/fuzz/fuzz-pool.c src/ops/pool_[aertuv]*.c src/ops/pool_locate.c src/ops/yaml_tree.c \
 *         src/fleet/text*.c -lyaml
 */
#include "ops/pool_text.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL "http://192.0.2.1:11434"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what)
{
	fprintf(stderr, "# %s\n", what);
	abort();
}

static void check_error(const struct pool_error *error)
{
	if (error->text[0] == '\0')
		fail("refused without a sentence");
	for (const char *s = error->text; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			fail("a control character in a sentence");
}

static size_t count(const char *text, size_t len)
{
	struct pool_error error;
	struct pool_urls urls;
	size_t n;

	if (!pool_text_list(text, len, "ollama", &urls, &error))
		fail("a result without the list");
	n = urls.count;
	pool_urls_clear(&urls);
	return n;
}

/* Removes one, and gives what came of it. */
static char *removed(const char *text, size_t len, const char *url, size_t *out_len)
{
	struct pool_error error;
	char *out;

	if (pool_text_remove(text, len, "ollama", url, &out, out_len, &error) == POOL_FAILED)
		check_error(&error);
	else if (out != NULL && count(out, *out_len) >= count(text, len))
		fail("removed, and no fewer");
	return out;
}

/* An added one goes again without a trace, and until then nothing of the text is gone. */
static void check_added(const char *text, size_t len, const char *out, size_t out_len)
{
	size_t at = 0, back_len = 0;
	char *back;

	for (size_t i = 0; i < out_len && at < len; i++)
		at += out[i] == text[at];
	if (at < len)
		fail("bytes outside the entry changed");
	back = removed(out, out_len, URL, &back_len);
	if (back == NULL || back_len != len || memcmp(back, text, len) != 0)
		fail("added and removed, and not as before");
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct pool_error error = {0};
	struct pool_urls urls;
	size_t out_len;
	char *out;

	if (!pool_text_list(text, size, "ollama", &urls, &error)) {
		check_error(&error);
		if (pool_text_add(text, size, "ollama", URL, &out, &out_len, &error) != POOL_FAILED)
			fail("added to what has no list");
		return 0;
	}
	for (size_t i = 0; i < urls.count && i < 4; i++)
		if (pool_url_valid(urls.url[i]))
			free(removed(text, size, urls.url[i], &out_len));
	if (pool_text_add(text, size, "ollama", URL, &out, &out_len, &error) == POOL_CHANGED) {
		if (count(out, out_len) != urls.count + 1)
			fail("added, and not one more");
		if (urls.count > 0)
			check_added(text, size, out, out_len);
		free(out);
	} else if (out != NULL) {
		fail("bytes without a change");
	}
	pool_urls_clear(&urls);
	return 0;
}

#ifndef FUZZING
static bool run_file(const char *path)
{
	static uint8_t bytes[POOL_TEXT_MAX + 2];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL)
		return false;
	size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	/* Also every start of it, coarsely: what a half-written file looks like. */
	for (size_t cut = 0; cut < size; cut += 1 + size / 64)
		LLVMFuzzerTestOneInput(bytes, cut);
	LLVMFuzzerTestOneInput(bytes, size);
	return true;
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int run_folder(const char *name, int *number)
{
	const char *srcdir = getenv("srcdir");
	char folder[4096], path[4096 + 256];
	struct dirent **entries = NULL;
	int failed, count;

	snprintf(folder, sizeof folder, "%s/%s", srcdir != NULL ? srcdir : ".", name);
	count = scandir(folder, &entries, is_file, alphasort);
	failed = count <= 0;
	for (int i = 0; i < count; i++) {
		bool good;

		snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		good = run_file(path);
		printf("%sok %d - %s\n", good ? "" : "not ", ++*number, entries[i]->d_name);
		fflush(stdout);
		failed += !good;
		free(entries[i]);
	}
	free(entries);
	return failed;
}

/* The files that are named, else those of the unit tests and those of the other target. */
int main(int argc, char **argv)
{
	int failed = 0, number = 0;

	for (int i = 1; i < argc; i++) {
		const bool good = run_file(argv[i]);

		printf("%sok %d - %s\n", good ? "" : "not ", ++number, argv[i]);
		failed += !good;
	}
	if (argc < 2)
		failed = run_folder("tests/unit/ops/data", &number) +
			 run_folder("tests/fuzz/corpus-config", &number);
	printf("1..%d\n", number);
	return failed > 0 ? 1 : 0;
}
#endif
