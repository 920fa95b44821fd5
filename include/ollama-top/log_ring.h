/*
 * log_ring.h - lines of a container's log, as many as a cap of bytes and a cap of lines let stay.
 *
 * Pure. Each line has a serial number that counts up from 1 and never comes again, so that a
 * view can say what it shows although lines go at one end and come at the other.
 */
#ifndef OLLAMA_TOP_LOG_RING_H
#define OLLAMA_TOP_LOG_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_RING_BYTES ((size_t)4 << 20)
#define LOG_RING_LINES 50000

enum log_stream { LOG_STDOUT, LOG_STDERR };

struct log_line {
	int64_t time_ns; /* when the engine got it, by its clock, since 1970; 0 unknown */
	enum log_stream stream;
	const char *text; /* cleaned, NUL-terminated */
	size_t len;
};

struct log_ring;

/* NULL when out of memory. Freed by log_ring_free(), which allows NULL. */
struct log_ring *log_ring_new(size_t bytes_max, size_t lines_max);
void log_ring_free(struct log_ring *ring);

/* Keeps a copy at the end; the oldest go until both caps hold. False, and nothing is kept, when
 * out of memory or when the line alone is over the cap. */
bool log_ring_add(struct log_ring *ring, const struct log_line *line);

/* The serial of the oldest line kept, and the one that the next line will get: equal when there is none. */
uint64_t log_ring_first(const struct log_ring *ring);
uint64_t log_ring_next(const struct log_ring *ring);
/* What all lines kept take, in bytes. */
size_t log_ring_bytes(const struct log_ring *ring);
/* Valid until the next log_ring_add(); NULL when it is not kept. */
const struct log_line *log_ring_at(const struct log_ring *ring, uint64_t serial);

/*
 * The nearest line that contains `needle` in any case: `from` itself or after it, or with
 * `backwards` before it; then from the other end, with `wrapped` set. False when no line does, or
 * the needle is empty.
 */
bool log_ring_find(const struct log_ring *ring, uint64_t from, bool backwards, const char *needle,
	uint64_t *found, bool *wrapped);

#endif
