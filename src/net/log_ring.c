/*
 * log_ring.c - see log_ring.h.
 */
#include "ollama-top/log_ring.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 256

struct log_ring {
	struct log_line **lines;
	size_t room, head, count; /* head: place of the oldest */
	size_t bytes, bytes_max, lines_max;
	uint64_t first;
};

static size_t cost(size_t len)
{
	return sizeof(struct log_line) + len + 1;
}

struct log_ring *log_ring_new(size_t bytes_max, size_t lines_max)
{
	struct log_ring *ring = calloc(1, sizeof *ring);
	if (ring == NULL)
		return NULL;
	ring->bytes_max = bytes_max;
	ring->lines_max = lines_max;
	ring->first = 1;
	return ring;
}

static void drop_oldest(struct log_ring *ring)
{
	struct log_line *line = ring->lines[ring->head];
	ring->bytes -= cost(line->len);
	ring->head = (ring->head + 1) % ring->room;
	ring->count--;
	ring->first++;
	free(line);
}

void log_ring_free(struct log_ring *ring)
{
	if (ring == NULL)
		return;
	while (ring->count > 0)
		drop_oldest(ring);
	free(ring->lines);
	free(ring);
}

/* Room for one more line, with the oldest at the front of it. */
static bool grow(struct log_ring *ring)
{
	if (ring->count < ring->room)
		return true;
	size_t room = ring->room > 0 ? 2 * ring->room : ROOM_FIRST;
	if (room > ring->lines_max)
		room = ring->lines_max;
	struct log_line **lines = calloc(room + 1, sizeof *lines);
	if (lines == NULL)
		return false;
	for (size_t i = 0; i < ring->count; i++)
		lines[i] = ring->lines[ring->head + i < ring->room ? ring->head + i
								   : ring->head + i - ring->room];
	free(ring->lines);
	ring->lines = lines;
	ring->room = room;
	ring->head = 0;
	return true;
}

bool log_ring_add(struct log_ring *ring, const struct log_line *line)
{
	size_t needed = cost(line->len);
	if (needed > ring->bytes_max || ring->lines_max == 0)
		return false;
	struct log_line *kept = malloc(needed);
	if (kept == NULL)
		return false;
	while (ring->count > 0 && (ring->count >= ring->lines_max || ring->bytes + needed > ring->bytes_max))
		drop_oldest(ring);
	if (!grow(ring)) {
		free(kept);
		return false;
	}
	char *text = (char *)(kept + 1);
	memcpy(text, line->text, line->len);
	text[line->len] = '\0';
	*kept = *line;
	kept->text = text;
	ring->lines[(ring->head + ring->count) % ring->room] = kept;
	ring->count++;
	ring->bytes += needed;
	return true;
}

uint64_t log_ring_first(const struct log_ring *ring)
{
	return ring->first;
}

uint64_t log_ring_next(const struct log_ring *ring)
{
	return ring->first + ring->count;
}

size_t log_ring_bytes(const struct log_ring *ring)
{
	return ring->bytes;
}

const struct log_line *log_ring_at(const struct log_ring *ring, uint64_t serial)
{
	if (serial < ring->first || serial - ring->first >= ring->count)
		return NULL;
	return ring->lines[(ring->head + (size_t)(serial - ring->first)) % ring->room];
}

bool log_ring_find(const struct log_ring *ring, uint64_t from, bool backwards, const char *needle,
	uint64_t *found, bool *wrapped)
{
	if (ring->count == 0 || *needle == '\0')
		return false;
	uint64_t first = ring->first, end = first + ring->count;
	if (from < first)
		from = first;
	if (from > end)
		from = end;
	for (size_t i = 0; i < ring->count; i++) {
		uint64_t ahead = from - first, serial;
		serial = backwards ? first + (ahead + ring->count - 1 - i) % ring->count
				   : first + (ahead + i) % ring->count;
		if (strcasestr(log_ring_at(ring, serial)->text, needle) == NULL)
			continue;
		*found = serial;
		*wrapped = backwards ? serial >= from : serial < from;
		return true;
	}
	return false;
}
