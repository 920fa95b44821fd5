/*
 * ndjson.h - lines of JSON out of a stream that arrives in pieces (Ollama's pull, Docker's
 * events: one JSON value per line).
 */
#ifndef OLLAMA_TOP_NDJSON_H
#define OLLAMA_TOP_NDJSON_H

#include <stdbool.h>
#include <stddef.h>

/* One line without its end (LF or CRLF), NUL-terminated and writable, valid during the call. Return
 * false to end the stream. Bytes are as they came: NULs may be among them. */
typedef bool ndjson_line_fn(void *user, char *line, size_t len);

struct ndjson {
	ndjson_line_fn *on_line;
	void *user;
	size_t line_max;
	char *line; /* what has come of the current line */
	size_t len, capacity;
	const char *error; /* translated; NULL while nothing is wrong */
};

/* `line_max`: the longest line that is taken, usually HTTP_LINE_MAX. Nothing is allocated yet. */
void ndjson_init(struct ndjson *n, size_t line_max, ndjson_line_fn *on_line, void *user);

/*
 * Takes the next bytes and hands on each line that is complete; empty lines are dropped.
 * False when a line is too long or memory ran out (`error` says so), or on_line ended the
 * stream (`error` stays NULL). After false every further push returns false.
 */
bool ndjson_push(struct ndjson *n, const char *data, size_t len);

/* The stream ended: hands on a last line that had no end. Same return value. */
bool ndjson_end(struct ndjson *n);

/* Frees the buffer; the parser can be used again after ndjson_init(). */
void ndjson_free(struct ndjson *n);

#endif
