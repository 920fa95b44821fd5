/*
 * zone.c - the transitions of a TZif file, RFC 9636 section 3.
 */
#include "ollama-top/zone.h"

#include <string.h>

#define HEADER   44
#define RULE_MAX 128
#define DAY_S    86400

/* Of six counts in the header, where each begins, and a block of data behind it. */
struct block {
	const unsigned char *times, *indices, *types;
	size_t time_count, type_count;
	size_t time_size; /* 4 bytes in version 1, 8 after */
	const unsigned char *end;
};

static int64_t number(const unsigned char *p, size_t size)
{
	uint64_t value = p[0] & 0x80 ? UINT64_MAX : 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | p[i];
	return (int64_t)value;
}

/* A count of the header; none is larger than the file. */
static size_t count_at(const unsigned char *header, size_t index)
{
	return (size_t)((uint32_t)number(header + 20 + 4 * index, 4));
}

/* The block whose header is at `at`; false when it is cut off or contradicts itself. */
static bool read_block(
	struct block *b, const unsigned char *data, size_t len, const unsigned char *at, size_t time_size)
{
	const size_t left = len - (size_t)(at - data);

	if (left < HEADER || memcmp(at, "TZif", 4) != 0)
		return false;
	const size_t utc = count_at(at, 0), standard = count_at(at, 1), leaps = count_at(at, 2);
	const size_t times = count_at(at, 3), types = count_at(at, 4), chars = count_at(at, 5);
	if (utc > len || standard > len || leaps > len || times > len || types > len || chars > len)
		return false;
	const size_t size =
		times * time_size + times + types * 6 + chars + leaps * (time_size + 4) + standard + utc;
	if (types == 0 || size > left - HEADER)
		return false;
	*b = (struct block){.times = at + HEADER,
		.indices = at + HEADER + times * time_size,
		.types = at + HEADER + times * time_size + times,
		.time_count = times,
		.type_count = types,
		.time_size = time_size,
		.end = at + HEADER + size};
	return true;
}

static int64_t transition(const struct block *b, size_t i)
{
	return number(b->times + i * b->time_size, b->time_size);
}

/* The offset of the i-th transition's type; of the first type before all of them. */
static bool offset_of(const struct block *b, size_t after, int *offset)
{
	const size_t type = after > 0 ? b->indices[after - 1] : 0;

	if (type >= b->type_count)
		return false;
	const int64_t seconds = number(b->types + type * 6, 4);
	*offset = (int)seconds;
	return seconds > -2 * DAY_S && seconds < 2 * DAY_S;
}

/* How many transitions are at or before a time. */
static size_t passed(const struct block *b, int64_t unix_s)
{
	size_t low = 0, high = b->time_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (transition(b, middle) <= unix_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The footer between two line feeds; false when there is none. */
static bool footer(const struct block *b, const unsigned char *data, size_t len, char rule[RULE_MAX])
{
	const size_t left = len - (size_t)(b->end - data);

	if (left < 2 || b->end[0] != '\n')
		return false;
	const unsigned char *stop = memchr(b->end + 1, '\n', left - 1);
	const size_t size = stop ? (size_t)(stop - b->end) - 1 : RULE_MAX;
	if (size >= RULE_MAX || memchr(b->end + 1, '\0', size))
		return false;
	memcpy(rule, b->end + 1, size);
	rule[size] = '\0';
	return true;
}

/* The block to be used: of 64 bits where there is one. */
static bool open_zone(struct block *b, const unsigned char *data, size_t len, char rule[RULE_MAX])
{
	rule[0] = '\0';
	if (!data || len < HEADER || len > ZONE_BYTES_MAX || !read_block(b, data, len, data, 4))
		return false;
	if (data[4] == '\0')
		return true;
	return read_block(b, data, len, b->end, 8) && footer(b, data, len, rule);
}

bool zone_offset(const unsigned char *data, size_t len, int64_t unix_s, int *offset)
{
	struct block b;
	char rule[RULE_MAX];

	*offset = 0;
	if (!open_zone(&b, data, len, rule))
		return false;
	const size_t after = passed(&b, unix_s);
	if (after == b.time_count && rule[0] != '\0')
		return zone_rule_offset(rule, unix_s, offset);
	return offset_of(&b, after, offset);
}

bool zone_is_good(const unsigned char *data, size_t len)
{
	struct block b;
	char rule[RULE_MAX];
	int offset;

	if (!open_zone(&b, data, len, rule))
		return false;
	for (size_t i = 0; i <= b.time_count; i++)
		if (!offset_of(&b, i, &offset) || (i > 1 && transition(&b, i - 1) <= transition(&b, i - 2)))
			return false;
	return rule[0] == '\0' || zone_rule_offset(rule, 0, &offset);
}

struct zone_time zone_time_at(const unsigned char *data, size_t len, int64_t wall_ms)
{
	/* floors, for times before 1970 too */
	const int64_t unix_s = wall_ms / 1000 - (wall_ms % 1000 < 0);
	int offset = 0;

	if (!zone_offset(data, len, unix_s, &offset))
		offset = 0;
	const int64_t local = unix_s + offset;
	const int64_t day = local / DAY_S - (local % DAY_S < 0);
	return (struct zone_time){
		.weekday = (int)(((day + 3) % 7 + 7) % 7), /* 1970 began on a Thursday */
		.minute = (int)((local - day * DAY_S) / 60),
	};
}
