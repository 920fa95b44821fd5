#include "ollama-top/probe.h"

#include "json.h"
#include "lines.h"

#include <stdlib.h>
#include <string.h>

#define HEX_LEN 64
/* More layers than this are not being pulled at once; the rest is litter. */
#define PARTIALS_MAX 64

static bool find_digest(const char *path, size_t len, char digest[80])
{
	static const char prefix[] = "sha256-", suffix[] = "-partial-";
	const char *p = memmem(path, len, prefix, sizeof prefix - 1);
	if (p == NULL)
		return false;
	p += sizeof prefix - 1;
	if ((size_t)(path + len - p) < HEX_LEN + sizeof suffix - 1 ||
		memcmp(p + HEX_LEN, suffix, sizeof suffix - 1) != 0)
		return false;
	for (int i = 0; i < HEX_LEN; i++)
		if (strchr("0123456789abcdef", p[i]) == NULL || p[i] == '\0')
			return false;
	memcpy(digest, "sha256:", 7);
	memcpy(digest + 7, p, HEX_LEN);
	digest[7 + HEX_LEN] = '\0';
	return true;
}

static struct probe_partial *entry_of(struct probe_partial *list, size_t *count, const char *digest)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(list[i].digest, digest) == 0)
			return &list[i];
	if (*count == PARTIALS_MAX)
		return NULL;
	struct probe_partial *p = &list[(*count)++];
	memcpy(p->digest, digest, strlen(digest) + 1);
	return p;
}

bool probe_parse_partials(const char *text, size_t len, struct probe_partial **list, size_t *count)
{
	*count = 0;
	*list = calloc(PARTIALS_MAX, sizeof **list);
	if (*list == NULL)
		return false;
	struct lines lines = lines_of(text, len);
	while (lines_next(&lines)) {
		char digest[80];
		struct parse_error ignored;
		const char *brace = memchr(lines.line, '{', lines.len);
		if (brace == NULL || !find_digest(lines.line, (size_t)(brace - lines.line), digest))
			continue;
		cJSON *part = json_parse(
			brace, lines.len - (size_t)(brace - lines.line), cJSON_Object, "", &ignored);
		int64_t size = json_int(part, "Size", -1), completed = json_int(part, "Completed", -1);
		cJSON_Delete(part);
		/* 2^53 bytes is past any disk; it also keeps 4096 parts from overflowing the sum. */
		if (size < 0 || completed < 0 || size > INT64_C(1) << 50 || completed > size)
			continue;
		struct probe_partial *p = entry_of(*list, count, digest);
		if (p != NULL && p->total < INT64_C(1) << 60) {
			p->total += size;
			p->completed += completed;
		}
	}
	return true;
}
