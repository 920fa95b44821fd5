/*
 * units.c - numbers with and without a unit.
 */
#include "ollama-top/units.h"

#include <string.h>

#define DIGITS_MAX 15

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit duration_units[] = {
	{"ms", 1},
	{"s", 1000},
	{"m", 60000},
	{"h", 3600000},
	{"d", 86400000},
};

#define KIB ((int64_t)1 << 10)
#define MIB ((int64_t)1 << 20)
#define GIB ((int64_t)1 << 30)
#define TIB ((int64_t)1 << 40)

static const struct unit size_units[] = {
	{"K", KIB},
	{"M", MIB},
	{"G", GIB},
	{"T", TIB},
	{"KiB", KIB},
	{"MiB", MIB},
	{"GiB", GIB},
	{"TiB", TIB},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Beyond this a double no longer counts every byte or millisecond, nor does any fleet need it. */
#define AMOUNT_MAX ((double)((int64_t)1 << 53))

static enum units_result with_unit(const char *s, const struct unit *units, size_t count, int64_t *out)
{
	double value = 0;
	const char *rest = units_decimal(s, &value);
	if (!rest) {
		return UNITS_NOT_A_NUMBER;
	}
	if (*rest == '\0') {
		return UNITS_NO_UNIT;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rest, units[i].name) == 0) {
			const double amount = value * (double)units[i].factor;
			*out = (int64_t)(amount < AMOUNT_MAX ? amount : AMOUNT_MAX);
			return UNITS_OK;
		}
	}
	return UNITS_UNKNOWN_UNIT;
}

const char *units_decimal(const char *s, double *value)
{
	double whole = 0;
	double scale = 1;
	int digits = 0;
	if (!is_digit(*s)) {
		return NULL;
	}
	for (; is_digit(*s) && digits < DIGITS_MAX; s++, digits++) {
		whole = whole * 10 + (*s - '0');
	}
	if (*s == '.' && is_digit(s[1])) {
		for (s++; is_digit(*s) && digits < DIGITS_MAX; s++, digits++) {
			whole = whole * 10 + (*s - '0');
			scale *= 10;
		}
	}
	if (is_digit(*s)) {
		return NULL;
	}
	*value = whole / scale;
	return s;
}

enum units_result units_duration(const char *s, int64_t *ms)
{
	return with_unit(s, duration_units, sizeof(duration_units) / sizeof(*duration_units), ms);
}

enum units_result units_size(const char *s, int64_t *bytes)
{
	return with_unit(s, size_units, sizeof(size_units) / sizeof(*size_units), bytes);
}

bool units_integer(const char *s, int64_t *value)
{
	int64_t sum = 0;
	size_t digits = 0;
	for (; digits < 9 && is_digit(s[digits]); digits++) {
		sum = sum * 10 + (s[digits] - '0');
	}
	if (digits == 0 || s[digits] != '\0') {
		return false;
	}
	*value = sum;
	return true;
}
