/*
 * pool_edit.c - edits of a text, and its lines: LF, CR LF or CR.
 */
#include "pool_private.h"

#include <stdlib.h>
#include <string.h>

void pool_edit_add(struct pool_edits *edits, size_t at, size_t drop, char *put, size_t put_len)
{
	if (edits->count == POOL_EDITS_MAX || (put == NULL && put_len > 0)) {
		edits->failed = true;
		free(put);
		return;
	}
	edits->edit[edits->count++] = (struct pool_edit){at, drop, put, put_len};
}

void pool_edit_put(struct pool_edits *edits, size_t at, const char *put)
{
	pool_edit_add(edits, at, 0, strdup(put), strlen(put));
}

char *pool_edits_apply(const struct pool_edits *edits, const char *text, size_t len, size_t *out_len)
{
	size_t size = len + 1, from = 0, used = 0;
	char *out;

	for (size_t i = 0; i < edits->count; i++)
		size += edits->edit[i].put_len;
	out = edits->failed ? NULL : malloc(size);
	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < edits->count; i++) {
		const struct pool_edit *edit = &edits->edit[i];

		memcpy(out + used, text + from, edit->at - from);
		used += edit->at - from;
		if (edit->put_len > 0)
			memcpy(out + used, edit->put, edit->put_len);
		used += edit->put_len;
		from = edit->at + edit->drop;
	}
	memcpy(out + used, text + from, len - from);
	*out_len = used + len - from;
	return out;
}

void pool_edits_clear(struct pool_edits *edits)
{
	for (size_t i = 0; i < edits->count; i++)
		free(edits->edit[i].put);
	*edits = (struct pool_edits){0};
}

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

size_t line_start(const struct pool_source *source, size_t at)
{
	while (at > 0 && !is_break(source->text[at - 1]))
		at--;
	return at;
}

size_t line_end(const struct pool_source *source, size_t at)
{
	while (at < source->len && !is_break(source->text[at]))
		at++;
	return at;
}

/* Behind the break at `at`, if there is one. */
static size_t over_break(const struct pool_source *source, size_t at)
{
	if (at + 1 < source->len && source->text[at] == '\r' && source->text[at + 1] == '\n')
		return at + 2;
	return at < source->len ? at + 1 : at;
}

size_t line_next(const struct pool_source *source, size_t at)
{
	return over_break(source, line_end(source, at));
}

const char *line_break(const struct pool_source *source, size_t at)
{
	const char *text = source->text;
	size_t end = line_end(source, at);

	if (end == source->len) {
		end = line_start(source, at);
		if (end == 0)
			return "\n";
		end--;
		if (end > 0 && text[end] == '\n' && text[end - 1] == '\r')
			end--;
	}
	if (text[end] == '\n')
		return "\n";
	return over_break(source, end) == end + 2 ? "\r\n" : "\r";
}

bool line_blank(const struct pool_source *source, size_t from, size_t to)
{
	for (; from < to; from++)
		if (source->text[from] != ' ' && source->text[from] != '\t')
			return false;
	return true;
}

bool line_rest_idle(const struct pool_source *source, size_t at)
{
	const size_t end = line_end(source, at);
	size_t from = at;

	while (from < end && line_blank(source, from, from + 1))
		from++;
	return from == end || (source->text[from] == '#' && from > at);
}

bool line_breaks(const struct pool_source *source, size_t from, size_t to)
{
	return line_end(source, from) < to;
}
