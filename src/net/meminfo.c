#include "ollama-top/probe.h"

#include "lines.h"

#include <string.h>

static bool read_kilobytes(const struct lines *l, const char *name, int64_t *bytes)
{
	size_t skip = strlen(name);
	if (l->len <= skip || memcmp(l->line, name, skip) != 0)
		return false;
	const char *p = l->line + skip, *end = l->line + l->len, *word;
	size_t len = next_word(&p, end, &word);
	int64_t value = 0;
	if (len == 0 || len > 15)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		value = value * 10 + (word[i] - '0');
	}
	*bytes = value * 1024;
	return true;
}

bool probe_parse_meminfo(const char *text, size_t len, struct probe_memory *out)
{
	*out = (struct probe_memory){.total = -1, .available = -1};
	struct lines lines = lines_of(text, len);
	while (lines_next(&lines)) {
		if (out->total < 0 && read_kilobytes(&lines, "MemTotal:", &out->total))
			continue;
		if (read_kilobytes(&lines, "MemAvailable:", &out->available))
			break;
	}
	return out->total >= 0 || out->available >= 0;
}
