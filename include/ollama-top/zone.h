/*
 * zone.h - local time of a place, from a compiled zone (TZif, RFC 9636) that somebody has read.
 *
 * Pure and without state: unlike localtime() with $TZ, two places can be asked of at once, from any thread.
 */
#ifndef OLLAMA_TOP_ZONE_H
#define OLLAMA_TOP_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A compiled zone is a few kilobytes; more is none. */
#define ZONE_BYTES_MAX ((size_t)256 * 1024)

/*
 * Seconds east of Greenwich at `unix_s` (seconds since 1970 UTC) by the bytes of a TZif file of version 1 to 4:
 * its transitions, and after the last one the rule of its footer (a TZ string of POSIX). False, and 0, when
 * the bytes are none. Nothing is allocated.
 */
bool zone_offset(const unsigned char *data, size_t len, int64_t unix_s, int *offset);

/* The same by a TZ string of POSIX such as "CET-1CEST,M3.5.0,M10.5.0/3", with the extended hours of RFC 9636. */
bool zone_rule_offset(const char *rule, int64_t unix_s, int *offset);

/* True when the bytes are a zone that zone_offset() can use, all of it. */
bool zone_is_good(const unsigned char *data, size_t len);

/* Where a clock on the wall of that place stands. */
struct zone_time {
	int weekday; /* 0 Monday to 6 Sunday */
	int minute;  /* of the day, from 0 */
};
/* At wall_ms, milliseconds since 1970 UTC; without data (NULL), or with bad data, in UTC. */
struct zone_time zone_time_at(const unsigned char *data, size_t len, int64_t wall_ms);

#endif
