/*
 * text_time.c - RFC 3339 times as Docker and Ollama write them.
 */
#include "ollama-top/text.h"

/* Reads exactly `digits` digits and moves on; -1 when there are fewer. */
static int number(const char **s, int digits)
{
	int value = 0;

	for (int i = 0; i < digits; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		value = value * 10 + (**s - '0');
	}
	return value;
}

static bool expect(const char **s, const char *one_of)
{
	for (; *one_of; one_of++)
		if (**s == *one_of) {
			(*s)++;
			return true;
		}
	return false;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970; the inverse of text_format.c's civil_date(). */
static int64_t days_of(int year, int month, int day)
{
	const int64_t y = year - (month <= 2);
	const int64_t era = (y >= 0 ? y : y - 399) / 400;
	const int64_t yoe = y - era * 400;
	const int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* ".123456789" to 123; no point means 0; -1 for a point without digits. */
static int milliseconds(const char **s)
{
	int value = 0, digits = 0;

	if (!expect(s, "."))
		return 0;
	for (; **s >= '0' && **s <= '9'; (*s)++, digits += digits < 3)
		if (digits < 3)
			value = value * 10 + (**s - '0');
	if (digits == 0)
		return -1;
	for (; digits < 3; digits++)
		value *= 10;
	return value;
}

/* "Z" or "+02:00" in minutes; false when malformed. */
static bool offset(const char **s, int *minutes)
{
	const bool west = **s == '-';

	*minutes = 0;
	if (expect(s, "Zz"))
		return true;
	if (!expect(s, "+-"))
		return false;
	const int h = number(s, 2);
	if (h < 0 || h > 23 || !expect(s, ":"))
		return false;
	const int m = number(s, 2);
	if (m < 0 || m > 59)
		return false;
	*minutes = (west ? -1 : 1) * (h * 60 + m);
	return true;
}

bool text_parse_rfc3339(const char *s, int64_t *wall_ms)
{
	int year, month, day, hour, minute, second, zone;

	if (!s || (year = number(&s, 4)) < 0 || !expect(&s, "-"))
		return false;
	if ((month = number(&s, 2)) < 1 || month > 12 || !expect(&s, "-"))
		return false;
	if ((day = number(&s, 2)) < 1 || day > days_in_month(year, month) || !expect(&s, "Tt "))
		return false;
	if ((hour = number(&s, 2)) < 0 || hour > 23 || !expect(&s, ":"))
		return false;
	if ((minute = number(&s, 2)) < 0 || minute > 59 || !expect(&s, ":"))
		return false;
	if ((second = number(&s, 2)) < 0 || second > 60) /* 60: a leap second */
		return false;
	const int ms = milliseconds(&s);
	if (ms < 0 || !offset(&s, &zone) || *s != '\0')
		return false;
	const int64_t minutes = days_of(year, month, day) * 1440 + hour * 60 + minute - zone;
	*wall_ms = (minutes * 60 + second) * 1000 + ms;
	return true;
}
