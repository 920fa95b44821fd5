/*
 * lines.h - walking over the lines of a text that is not a C string.
 */
#ifndef OLLAMA_TOP_NET_LINES_H
#define OLLAMA_TOP_NET_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct lines {
	const char *next, *end;
	const char *line;
	size_t len;
};

static inline struct lines lines_of(const char *text, size_t len)
{
	return (struct lines){.next = text, .end = text + len};
}

/* The next line without its end; false after the last. */
static inline bool lines_next(struct lines *l)
{
	if (l->next >= l->end)
		return false;
	const char *newline = memchr(l->next, '\n', (size_t)(l->end - l->next));
	l->line = l->next;
	l->len = (size_t)((newline != NULL ? newline : l->end) - l->next);
	l->next = newline != NULL ? newline + 1 : l->end;
	return true;
}

/* The next run of bytes other than blanks in [*p, end); its length, 0 at the end. */
static inline size_t next_word(const char **p, const char *end, const char **word)
{
	while (*p < end && (**p == ' ' || **p == '\t' || **p == '\r' || **p == '\n'))
		(*p)++;
	*word = *p;
	while (*p < end && **p != ' ' && **p != '\t' && **p != '\r' && **p != '\n')
		(*p)++;
	return (size_t)(*p - *word);
}

#endif
