/*
 * http-date.c - the Date header (RFC 9110, section 5.6.7: IMF-fixdate, the form servers must send).
 */
#include "http-private.h"

#include <stdio.h>
#include <string.h>

/* Days since 1970 of a date of the Gregorian calendar, months from 1. */
static int64_t days_since_1970(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t shifted = (month + 9) % 12; /* March is 0, so that the leap day ends the year */

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * shifted + 2) / 5 + day - 1 - 719468;
}

static int month_number(const char *name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (strncmp(name, names + (size_t)i * 3, 3) == 0)
			return i + 1;
	return 0;
}

static bool number(const char *digits, size_t count, int max, int *out)
{
	*out = 0;
	for (size_t i = 0; i < count; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		*out = *out * 10 + (digits[i] - '0');
	}
	return *out <= max;
}

int64_t http_date_ms(const char *value, size_t len)
{
	static const char form[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	int day, month, year, hour, minute, second;

	while (len > 0 && (*value == ' ' || *value == '\t')) {
		value++;
		len--;
	}
	if (len < sizeof form - 1 || strncmp(value + 25, " GMT", 4) != 0)
		return 0;
	month = month_number(value + 8);
	if (month == 0 || !number(value + 5, 2, 31, &day) || !number(value + 12, 4, 9999, &year) ||
		!number(value + 17, 2, 23, &hour) || !number(value + 20, 2, 59, &minute) ||
		!number(value + 23, 2, 60, &second) || year < 1970 || day == 0)
		return 0;
	return ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60000 +
	       (int64_t)second * 1000;
}
