#include "ollama-top/i18n.h"
#include "ollama-top/probe.h"
#include "ollama-top/text.h"

#include "json.h"
#include "lines.h"

#include <string.h>

/* Words of a line: id, parent, device, root, mount point, options, [fields...], "-", type, source, options. */
enum { WORD_ROOT = 3, WORD_POINT = 4, WORD_OPTIONS = 5, WORDS_FIXED = 6 };

struct word {
	const char *at;
	size_t len;
};

struct mount_line {
	struct word root, point, options, fstype, source, super_options;
};

/* Undoes the kernel's \ooo; returns the length. `dst` holds at most `size` bytes, without NUL. */
static size_t unescape(char *dst, size_t size, struct word w)
{
	size_t n = 0;
	for (size_t i = 0; i < w.len && n < size; i++) {
		const char *p = w.at + i;
		if (*p == '\\' && w.len - i >= 4 && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' &&
			p[2] <= '7' && p[3] >= '0' && p[3] <= '7') {
			dst[n++] = (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0'));
			i += 3;
		} else {
			dst[n++] = *p;
		}
	}
	return n;
}

static void copy_word(char *dst, size_t size, struct word w)
{
	char raw[2 * PROBE_FIELD_MAX];
	text_clean(dst, size, raw, unescape(raw, sizeof raw, w));
}

static bool split_line(const char *line, size_t len, struct mount_line *m)
{
	const char *p = line, *end = line + len;
	struct word words[WORDS_FIXED];
	for (int i = 0; i < WORDS_FIXED; i++) {
		words[i].len = next_word(&p, end, &words[i].at);
		if (words[i].len == 0)
			return false;
	}
	if (words[0].at[0] < '0' || words[0].at[0] > '9')
		return false;
	struct word w;
	do {
		w.len = next_word(&p, end, &w.at);
		if (w.len == 0)
			return false;
	} while (w.len != 1 || *w.at != '-');
	m->root = words[WORD_ROOT];
	m->point = words[WORD_POINT];
	m->options = words[WORD_OPTIONS];
	m->fstype.len = next_word(&p, end, &m->fstype.at);
	m->source.len = next_word(&p, end, &m->source.at);
	m->super_options.len = next_word(&p, end, &m->super_options.at);
	return m->fstype.len > 0;
}

/* The length of the mount point when `path` is at or under it, else 0. */
static size_t covers(struct word point, const char *path)
{
	char raw[2 * PROBE_FIELD_MAX];
	if (point.len > sizeof raw)
		return 0;
	size_t len = unescape(raw, sizeof raw, point);
	if (len == 1 && raw[0] == '/')
		return 1;
	if (strncmp(raw, path, len) != 0 || strnlen(path, len) < len)
		return 0;
	return path[len] == '\0' || path[len] == '/' ? len : 0;
}

static bool has_option(struct word options, const char *name)
{
	size_t want = strlen(name);
	const char *p = options.at, *end = options.at + options.len;
	while (p < end) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		size_t len = (size_t)((comma != NULL ? comma : end) - p);
		if (len == want && memcmp(p, name, len) == 0)
			return true;
		p += len + 1;
	}
	return false;
}

static void fill(struct probe_mount *out, const struct mount_line *m)
{
	copy_word(out->root, sizeof out->root, m->root);
	copy_word(out->fstype, sizeof out->fstype, m->fstype);
	copy_word(out->source, sizeof out->source, m->source);
	copy_word(out->options, PROBE_FIELD_MAX, m->options);
	size_t used = strlen(out->options);
	if (m->super_options.len > 0) {
		out->options[used++] = ',';
		copy_word(out->options + used, sizeof out->options - used, m->super_options);
	}
	out->read_only = has_option(m->options, "ro") || has_option(m->super_options, "ro");
}

bool probe_parse_mountinfo(
	const char *text, size_t len, const char *path, struct probe_mount *out, struct parse_error *error)
{
	struct mount_line best = {0}, m;
	size_t best_len = 0;
	struct lines lines = lines_of(text, len);
	while (lines_next(&lines)) {
		if (!split_line(lines.line, lines.len, &m))
			continue;
		size_t covered = covers(m.point, path);
		if (covered > 0 && covered >= best_len) {
			best = m;
			best_len = covered;
		}
	}
	if (best_len == 0)
		return json_fail(error, _("/proc/self/mountinfo names no mount that holds %s"), path);
	fill(out, &best);
	return true;
}
