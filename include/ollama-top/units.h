/*
 * units.h - numbers as people write them, independent of the locale.
 */
#ifndef OLLAMA_TOP_UNITS_H
#define OLLAMA_TOP_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum units_result { UNITS_OK, UNITS_NOT_A_NUMBER, UNITS_NO_UNIT, UNITS_UNKNOWN_UNIT };

/* "12" or "0.5", no sign, no exponent, at most 15 digits; returns what follows, NULL when none. */
const char *units_decimal(const char *s, double *value);

/* "500ms", "2s", "1.5m", "10m", "1h", "1d" to milliseconds. */
enum units_result units_duration(const char *s, int64_t *ms);

/* "512M", "2G", "1.5GiB": K, M, G, T, powers of 1024, to bytes. */
enum units_result units_size(const char *s, int64_t *bytes);

/* Digits alone, at most nine. */
bool units_integer(const char *s, int64_t *value);

#endif
