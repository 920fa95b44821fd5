#include "ollama-top/i18n.h"
#include "ollama-top/probe.h"

#include "json.h"
#include "lines.h"

#include <string.h>

#define BLOCK 1024

/* A figure of df in units of `unit`; "-" is unknown. */
static bool read_figure(const char *word, size_t len, int64_t unit, int64_t *bytes)
{
	*bytes = -1;
	if (len == 1 && *word == '-')
		return true;
	bool negative = len > 1 && *word == '-';
	int64_t blocks = 0;
	if (len == 0)
		return false;
	for (size_t i = negative; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		if (blocks > (INT64_MAX / unit - 9) / 10)
			return false;
		blocks = blocks * 10 + (word[i] - '0');
	}
	/* Root's reserve can be in use already: less than nothing is left for others. */
	*bytes = negative ? 0 : blocks * unit;
	return true;
}

static bool parse_line(
	const char *text, size_t len, int64_t unit, struct probe_space *out, struct parse_error *error)
{
	/* The header ends with the first line. A long device name may push its figures to a line of
	 * their own, and may hold blanks; the percentage behind three figures marks the place. */
	struct {
		const char *at;
		size_t len;
	} w[4] = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
	const char *end = text + len, *p = memchr(text, '\n', len);
	if (p == NULL)
		return json_fail(error, _("df: the answer is empty or cut off"));
	const char *word;
	for (size_t n; (n = next_word(&p, end, &word)) > 0;) {
		memmove(w, w + 1, 3 * sizeof *w);
		w[3].at = word;
		w[3].len = n;
		bool last = w[3].at[n - 1] == '%' || (n == 1 && *w[3].at == '-');
		if (last && w[0].len > 0 && read_figure(w[0].at, w[0].len, unit, &out->total) &&
			read_figure(w[1].at, w[1].len, unit, &out->used) &&
			read_figure(w[2].at, w[2].len, unit, &out->available))
			return true;
	}
	return json_fail(error, _("df: the answer has no line of figures"));
}

bool probe_parse_df(const char *text, size_t len, struct probe_space *out, struct parse_error *error)
{
	return parse_line(text, len, BLOCK, out, error);
}

bool probe_parse_df_inodes(const char *text, size_t len, struct probe_inodes *out, struct parse_error *error)
{
	struct probe_space figures = {0};

	if (!parse_line(text, len, 1, &figures, error))
		return false;
	out->total = figures.total;
	out->free = figures.available;
	return true;
}
