/*
 * log_lines.c - from the engine's messages to lines that are safe to show.
 */
#include "logs_private.h"

#include "ollama-top/text.h"

#include <stdlib.h>
#include <string.h>

#define ESC 0x1b
#define BEL 0x07

/* Length of the escape sequence at `s`, which begins with ESC; 1 when it does not end here. */
static size_t sequence_length(const unsigned char *s, size_t len)
{
	size_t i = 1;
	if (len < 2)
		return 1;
	if (s[1] == '[') {
		for (i = 2; i < len && s[i] >= 0x20 && s[i] <= 0x3f; i++)
			;
		return i < len && s[i] >= 0x40 && s[i] <= 0x7e ? i + 1 : 1;
	}
	if (strchr("]PX^_", s[1]) != NULL && s[1] != '\0') {
		for (i = 2; i < len; i++) {
			if (s[i] == BEL)
				return i + 1;
			if (s[i] == ESC)
				return i + 1 < len && s[i + 1] == '\\' ? i + 2 : 1;
		}
		return 1;
	}
	for (; i < len && s[i] >= 0x20 && s[i] <= 0x2f; i++)
		;
	return i < len && s[i] >= 0x30 && s[i] <= 0x7e ? i + 1 : 1;
}

size_t log_strip_escapes(char *text, size_t len)
{
	size_t kept = 0;
	for (size_t i = 0; i < len;) {
		if (text[i] == ESC) {
			i += sequence_length((const unsigned char *)text + i, len - i);
			continue;
		}
		text[kept++] = text[i++];
	}
	return kept;
}

/* Where a character of UTF-8 that the cut went through begins; `len` when it went between two. */
static size_t whole_characters(const char *text, size_t len)
{
	size_t back = 0;
	while (back < 3 && back < len && ((unsigned char)text[len - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back == len)
		return len;
	unsigned char lead = (unsigned char)text[len - 1 - back];
	size_t needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	return needed > back + 1 ? len - 1 - back : len;
}

static void reset(struct log_lines *l)
{
	l->len = 0;
	l->open = l->cut = l->returned = false;
	l->time_ns = 0;
}

static void emit(struct log_lines *l)
{
	size_t len = l->cut ? whole_characters(l->raw, l->len) : l->len;
	len = log_strip_escapes(l->raw, len);
	/* Cleaning never makes it longer. */
	len = text_clean(l->clean, LOG_LINE_MAX + 1, l->raw, len);
	if (l->cut) {
		memcpy(l->clean + len, LOG_CUT_MARK, sizeof LOG_CUT_MARK);
		len += sizeof LOG_CUT_MARK - 1;
	}
	struct log_line line = {.time_ns = l->time_ns, .stream = l->stream, .text = l->clean, .len = len};
	reset(l);
	l->on_line(l->user, &line);
}

bool log_lines_init(struct log_lines *l, enum log_stream stream,
	void (*on_line)(void *user, const struct log_line *line), void *user)
{
	*l = (struct log_lines){.stream = stream, .on_line = on_line, .user = user};
	l->raw = malloc(LOG_LINE_MAX);
	l->clean = malloc(LOG_LINE_MAX + 1 + sizeof LOG_CUT_MARK);
	return l->raw != NULL && l->clean != NULL;
}

void log_lines_free(struct log_lines *l)
{
	free(l->raw);
	free(l->clean);
	l->raw = l->clean = NULL;
}

/* Text without a line feed. Of what a carriage return takes back only the last is kept. */
static void add_text(struct log_lines *l, const char *data, size_t len)
{
	for (const char *end; len > 0; data = end) {
		const char *back = memchr(data, '\r', len);
		size_t part = back != NULL ? (size_t)(back - data) : len;
		if (part > 0 && l->returned) {
			l->len = 0;
			l->cut = l->returned = false;
		}
		size_t room = LOG_LINE_MAX - l->len, kept = part < room ? part : room;
		memcpy(l->raw + l->len, data, kept);
		l->len += kept;
		l->cut = l->cut || kept < part;
		l->returned = l->returned || back != NULL;
		end = data + part + (back != NULL);
		len -= part + (back != NULL);
	}
}

void log_lines_add(struct log_lines *l, const struct log_message *message)
{
	const char *data = message->data, *end = data + message->len;
	if (!l->open)
		l->time_ns = message->time_ns;
	for (const char *feed; (feed = memchr(data, '\n', (size_t)(end - data))) != NULL; data = feed + 1) {
		add_text(l, data, (size_t)(feed - data));
		emit(l);
		l->time_ns = message->time_ns;
	}
	if (data < end) {
		add_text(l, data, (size_t)(end - data));
		l->open = true;
	}
	/* The line feed was cut off with the rest. */
	if (message->cut) {
		l->cut = true;
		emit(l);
	}
}

void log_lines_flush(struct log_lines *l)
{
	if (l->open)
		emit(l);
}
