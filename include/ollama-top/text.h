/*
 * text.h - strings that came from outside, made safe to keep and to show.
 */
#ifndef OLLAMA_TOP_TEXT_H
#define OLLAMA_TOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No name from a server is kept longer than this many bytes, NUL included. */
#define TEXT_NAME_MAX 256

/*
 * Copies at most `len` bytes of `src` (hostile, any bytes, NULs allowed) to `dst` as
 * valid UTF-8: C0, DEL, C1, escape sequences' introducers, bidirectional overrides and
 * zero-width characters are dropped, a tab or line feed becomes a space, invalid bytes
 * become '?', and what does not fit in `size` bytes ends in "..." at a character boundary.
 * Always terminates `dst` when size > 0.
 * Returns the bytes written without the NUL.
 */
size_t text_clean(char *dst, size_t size, const char *src, size_t len);

/* text_clean() of a C string into a new allocation of at most TEXT_NAME_MAX bytes; NULL for
 * NULL or out of memory. The caller frees. */
char *text_dup_clean(const char *src);

/* "9.8G", "512M", "640B", "0": at most three figures, powers of 1024; never over 5 bytes, 6 with a sign. */
const char *text_size(char *buf, size_t size, int64_t bytes);

/* "4m12s", "58s", "3h02m", "2d4h" for a duration in milliseconds; under a second, and
 * for a time that has not come, "0s". */
const char *text_duration(char *buf, size_t size, int64_t ms);

/* RFC 3339 in UTC with seconds, from milliseconds since 1970; held to the years 0001 to 9999. */
const char *text_rfc3339(char *buf, size_t size, int64_t wall_ms);

/* Milliseconds since 1970 of an RFC 3339 time with any fraction and offset; false when malformed.
 * Docker's zero time, 0001-01-01T00:00:00Z, is a time like any other: negative. */
bool text_parse_rfc3339(const char *s, int64_t *wall_ms);

/* Shell glob with '*', '?', '[a-z]', '[!a-z]' and a backslash before what is meant
 * literally, over a whole string, a character being one of UTF-8, without recursion or allocation. A '[' that is never closed stands for itself. */
bool text_glob(const char *pattern, const char *s);

/* Order of names as people count: digits compare as numbers, "ollama-2" before "ollama-10". <0, 0, >0. */
int text_natural_compare(const char *a, const char *b);

#endif
