/*
 * ndjson.c - see ndjson.h.
 */
#include "ollama-top/ndjson.h"

#include "ollama-top/i18n.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 512

/* Room for `more` bytes and a NUL. */
static bool reserve(struct ndjson *n, size_t more)
{
	size_t capacity = n->capacity > 0 ? n->capacity : FIRST_CAPACITY;
	char *line;

	if (more > n->line_max - n->len) {
		n->error = _("a line of the stream is too long");
		return false;
	}
	while (capacity < n->len + more + 1)
		capacity *= 2;
	if (capacity == n->capacity)
		return true;
	line = realloc(n->line, capacity);
	if (line == NULL) {
		n->error = _("out of memory");
		return false;
	}
	n->line = line;
	n->capacity = capacity;
	return true;
}

static bool append(struct ndjson *n, const char *data, size_t len)
{
	if (!reserve(n, len))
		return false;
	memcpy(n->line + n->len, data, len);
	n->len += len;
	return true;
}

static bool hand_on(struct ndjson *n)
{
	size_t len = n->len;

	n->len = 0;
	if (len > 0 && n->line[len - 1] == '\r')
		len--;
	if (len == 0)
		return true;
	n->line[len] = '\0';
	return n->on_line(n->user, n->line, len);
}

/* After an end nothing is taken any more. */
static bool stop(struct ndjson *n)
{
	n->on_line = NULL;
	return false;
}

void ndjson_init(struct ndjson *n, size_t line_max, ndjson_line_fn *on_line, void *user)
{
	*n = (struct ndjson){.on_line = on_line, .user = user, .line_max = line_max};
}

bool ndjson_push(struct ndjson *n, const char *data, size_t len)
{
	if (n->on_line == NULL)
		return false;
	while (len > 0) {
		const char *end = memchr(data, '\n', len);
		size_t part = end != NULL ? (size_t)(end - data) : len;

		if (!append(n, data, part))
			return stop(n);
		if (end == NULL)
			return true;
		if (!hand_on(n))
			return stop(n);
		data += part + 1;
		len -= part + 1;
	}
	return true;
}

bool ndjson_end(struct ndjson *n)
{
	if (n->on_line == NULL)
		return false;
	if (n->len > 0 && !hand_on(n))
		return stop(n);
	return true;
}

void ndjson_free(struct ndjson *n)
{
	free(n->line);
	*n = (struct ndjson){0};
}
