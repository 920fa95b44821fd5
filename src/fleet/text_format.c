/*
 * text_format.c - sizes, durations and times as people read them.
 */
#include "ollama-top/text.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_SECONDS 86400

/* From this a unit is given up for the next: more would round to four figures. */
#define UNIT_LIMIT 999.5

/* Days since 1970 to a civil date, by eras of 400 years that start on 1 March. */
static void civil_date(int64_t days, int64_t *year, int *month, int *day)
{
	const int64_t shifted = days + 719468;
	const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	const int64_t doe = shifted - era * 146097;
	const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	const int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

const char *text_size(char *buf, size_t size, int64_t bytes)
{
	static const char units[] = "BKMGTPE";
	const char *sign = bytes < 0 ? "-" : "";
	double value = bytes < 0 ? -(double)bytes : (double)bytes;
	size_t unit = 0;

	if (bytes == 0) {
		snprintf(buf, size, "0");
		return buf;
	}
	while (value >= UNIT_LIMIT && units[unit + 1] != '\0' && (unit > 0 || value >= 1000)) {
		value /= 1024;
		unit++;
	}
	/* tenths are rounded here, so that 16.02 is "16" and not "16.0" */
	const int64_t tenths = (int64_t)(value * 10 + 0.5);
	if (unit == 0 || tenths >= 1000)
		snprintf(buf, size, "%s%" PRId64 "%c", sign, (int64_t)(value + 0.5), units[unit]);
	else if (tenths % 10 == 0)
		snprintf(buf, size, "%s%" PRId64 "%c", sign, tenths / 10, units[unit]);
	else
		snprintf(buf, size, "%s%" PRId64 ".%" PRId64 "%c", sign, tenths / 10, tenths % 10,
			units[unit]);
	return buf;
}

const char *text_duration(char *buf, size_t size, int64_t ms)
{
	const int64_t s = ms > 0 ? ms / 1000 : 0;
	const int64_t minutes = s / 60, hours = minutes / 60;

	if (s < 60)
		snprintf(buf, size, "%" PRId64 "s", s);
	else if (minutes < 60)
		snprintf(buf, size, "%" PRId64 "m%02" PRId64 "s", minutes, s % 60);
	else if (hours < 24)
		snprintf(buf, size, "%" PRId64 "h%02" PRId64 "m", hours, minutes % 60);
	else
		snprintf(buf, size, "%" PRId64 "d%" PRId64 "h", hours / 24, hours % 24);
	return buf;
}

const char *text_rfc3339(char *buf, size_t size, int64_t wall_ms)
{
	/* 0001-01-01 and 9999-12-31: what four digits of a year can say */
	const int64_t first = -62135596800, last = 253402300799;
	int64_t seconds = wall_ms / 1000 - (wall_ms % 1000 < 0);
	int64_t year;
	int month, day;

	seconds = seconds < first ? first : seconds > last ? last : seconds;
	const int64_t days = seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
	const int in_day = (int)(seconds - days * DAY_SECONDS);
	civil_date(days, &year, &month, &day);
	snprintf(buf, size, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ", year, month, day, in_day / 3600,
		in_day / 60 % 60, in_day % 60);
	return buf;
}
