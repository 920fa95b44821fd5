/*
 * zone_rule.c - the TZ string of POSIX that says how a zone goes on after its last transition.
 *
 * "CET-1CEST,M3.5.0,M10.5.0/3": a name and what has to be added for UTC, the same of summer time (an hour
 * less without one), when that begins and ends. Dates are Mm.w.d, Jn (without 29 February) or n; a time may
 * be up to 167 hours, and negative (RFC 9636 section 3.3.1).
 */
#include "ollama-top/zone.h"

#include <string.h>

#define DAY_S     86400
#define HOUR_S    3600
#define HOURS_MAX 167

/* A day of each year, and seconds from its beginning. */
struct date {
	char form; /* 'M', 'J' or 'n' */
	int month, week, day;
	int seconds;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool skip_name(const char **s)
{
	const char *start = *s;

	if (*start == '<') {
		const char *end = strchr(start, '>');

		*s = end ? end + 1 : start;
		return end != NULL;
	}
	while (is_letter(**s))
		(*s)++;
	return *s - start >= 3;
}

static bool digits(const char **s, int most, int *value)
{
	const char *start = *s;

	*value = 0;
	for (; **s >= '0' && **s <= '9' && *s - start < 3; (*s)++)
		*value = *value * 10 + (**s - '0');
	return *s > start && *value <= most;
}

/* "[+-]hh[:mm[:ss]]" */
static bool clock_time(const char **s, int *seconds)
{
	const int sign = **s == '-' ? -1 : 1;
	int part = 0, scale = HOUR_S;

	if (**s == '-' || **s == '+')
		(*s)++;
	if (!digits(s, HOURS_MAX, &part))
		return false;
	*seconds = part * scale;
	while (**s == ':' && scale > 1) {
		(*s)++;
		scale /= 60;
		if (!digits(s, 59, &part))
			return false;
		*seconds += part * scale;
	}
	*seconds *= sign;
	return true;
}

static bool is_at(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool date_of_month(const char **s, struct date *d)
{
	return digits(s, 12, &d->month) && d->month > 0 && is_at(s, '.') && digits(s, 5, &d->week) &&
	       d->week > 0 && is_at(s, '.') && digits(s, 6, &d->day);
}

/* ",DATE[/TIME]" */
static bool read_date(const char **s, struct date *d)
{
	*d = (struct date){.form = 'n', .seconds = 2 * HOUR_S};
	if (!is_at(s, ','))
		return false;
	if (is_at(s, 'M')) {
		d->form = 'M';
		if (!date_of_month(s, d))
			return false;
	} else {
		d->form = is_at(s, 'J') ? 'J' : 'n';
		if (!digits(s, 365, &d->day) || (d->form == 'J' && d->day == 0))
			return false;
	}
	return !is_at(s, '/') || clock_time(s, &d->seconds);
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970 to the first of January. */
static int64_t year_begin(int64_t year)
{
	const int64_t y = year - 1;
	/* floors: years before the first are negative */
	const int64_t fours = y / 4 - (y % 4 < 0), hundreds = y / 100 - (y % 100 < 0);
	const int64_t eras = y / 400 - (y % 400 < 0);

	return y * 365 + fours - hundreds + eras - 719162;
}

static int month_begin(int month, bool leap)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

	return before[month - 1] + (leap && month > 2);
}

/* Week 1 is the first in which the weekday is, week 5 the last. 0 is Sunday. */
static int day_of_month_rule(const struct date *d, int64_t first_day, bool leap)
{
	const int begin = month_begin(d->month, leap);
	const int length = d->month == 12 ? 31 : month_begin(d->month + 1, leap) - begin;
	const int weekday = (int)(((first_day + begin + 4) % 7 + 7) % 7);
	int day = (d->day - weekday + 7) % 7 + 7 * (d->week - 1);

	while (day >= length)
		day -= 7;
	return begin + day;
}

/* When a date is, in seconds since 1970 of a clock that shows local time. */
static int64_t date_in(const struct date *d, int64_t year)
{
	const bool leap = is_leap(year);
	const int64_t first = year_begin(year);
	int day = d->day;

	if (d->form == 'M')
		day = day_of_month_rule(d, first, leap);
	else if (d->form == 'J')
		day = d->day - 1 + (leap && d->day >= 60);
	return (first + day) * DAY_S + d->seconds;
}

static int64_t year_of(int64_t local_s)
{
	const int64_t day = local_s / DAY_S - (local_s % DAY_S < 0);
	int64_t year = 1970 + day / 366;

	while (year_begin(year) > day)
		year--;
	while (year_begin(year + 1) <= day)
		year++;
	return year;
}

bool zone_rule_offset(const char *rule, int64_t unix_s, int *offset)
{
	const char *s = rule;
	int standard, summer;
	struct date begin, end;

	*offset = 0;
	if (!skip_name(&s) || !clock_time(&s, &standard))
		return false;
	*offset = standard = -standard;
	if (*s == '\0')
		return true;
	summer = standard + HOUR_S;
	if (!skip_name(&s))
		return false;
	if (*s != ',' && *s != '\0') {
		if (!clock_time(&s, &summer))
			return false;
		summer = -summer;
	}
	if (!read_date(&s, &begin) || !read_date(&s, &end) || *s != '\0')
		return false;
	const int64_t year = year_of(unix_s + standard);
	const int64_t from = date_in(&begin, year) - standard, to = date_in(&end, year) - summer;
	const bool is_summer = from < to ? unix_s >= from && unix_s < to : unix_s >= from || unix_s < to;
	*offset = is_summer ? summer : standard;
	return true;
}
