/*
 * policy_schedule.c - how many instances there are to be at which time of the week.
 */
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "ollama-top/units.h"
#include "ollama-top/zone.h"
#include "policy_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEEK          7
#define WORD_MAX      64
#define INSTANCES_MAX 1000

static const char *const day_names[WEEK] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/* 0 Monday; -1 when it is no day. */
static int day_of(const char *text)
{
	for (int i = 0; i < WEEK; i++)
		if (strncmp(text, day_names[i], 3) == 0)
			return i;
	return -1;
}

unsigned policy_days(const char *text)
{
	unsigned days = 0;
	const char *s = text;

	for (;;) {
		const int first = day_of(s);
		int last = first;

		if (first < 0)
			return 0;
		s += 3;
		if (*s == '-') {
			last = day_of(s + 1);
			if (last < 0)
				return 0;
			s += 4;
		}
		/* over the end of the week too: Fri-Mon */
		for (int i = first; days |= 1U << i, i != last; i = (i + 1) % WEEK)
			;
		if (*s == '\0')
			return days;
		if (*s++ != ',')
			return 0;
	}
}

int policy_time_of_day(const char *text)
{
	int value[4];

	if (strlen(text) != 5 || text[2] != ':')
		return -1;
	for (size_t i = 0; i < 4; i++) {
		const char c = text[i < 2 ? i : i + 1];

		if (c < '0' || c > '9')
			return -1;
		value[i] = c - '0';
	}
	const int hour = value[0] * 10 + value[1], minute = value[2] * 10 + value[3];
	return minute < 60 && (hour < 24 || (hour == 24 && minute == 0)) ? hour * 60 + minute : -1;
}

bool policy_schedule_holds(const struct schedule_spec *schedule, int64_t wall)
{
	const unsigned days = policy_days(schedule->days);
	const int from = policy_time_of_day(schedule->from), to = policy_time_of_day(schedule->to);
	const struct zone_time at = zone_time_at(schedule->zone, schedule->zone_len, wall);
	const bool today = days >> at.weekday & 1;
	const bool yesterday = days >> ((at.weekday + WEEK - 1) % WEEK) & 1;

	if (from < 0 || to < 0)
		return false;
	if (from < to)
		return today && at.minute >= from && at.minute < to;
	return (today && at.minute >= from) || (yesterday && at.minute < to);
}

int policy_schedule_floor(const struct policy *policy, int64_t wall)
{
	int most = 0;

	for (size_t i = 0; i < policy->spec->schedule_count; i++) {
		const struct schedule_spec *s = &policy->spec->schedule[i];

		if (s->min > most && policy_schedule_holds(s, wall))
			most = s->min;
	}
	return most;
}

static bool fail(struct policy_error *error, const char *text, const char *at, const char *expected)
{
	char shown[WORD_MAX];

	text_clean(shown, sizeof(shown), at, strcspn(at, " "));
	error->at = (size_t)(at - text);
	snprintf(error->text, sizeof(error->text), _("the schedule cannot be read at \"%s\"; expected %s"),
		shown, expected);
	return false;
}

/* A word up to one of `stop`, copied; NULL when it is empty, too long or there is no memory. */
static char *word_up_to(const char **s, const char *stop)
{
	const size_t len = strcspn(*s, stop);
	char *word = len > 0 && len < WORD_MAX ? strndup(*s, len) : NULL;

	*s += len;
	return word;
}

static bool skip(const char **s, const char *word)
{
	const size_t len = strlen(word);

	if (strncmp(*s, word, len) != 0)
		return false;
	*s += len;
	return true;
}

/* " min N[ tz ZONE]" */
static bool parse_rest(
	const char *text, const char *s, struct schedule_spec *schedule, struct policy_error *error)
{
	int64_t min = 0;

	if (!skip(&s, " min "))
		return fail(error, text, s, _("\" min NUMBER\""));
	const char *number = s;
	char *word = word_up_to(&s, " ");
	const bool good = word && units_integer(word, &min) && min <= INSTANCES_MAX;
	free(word);
	if (!good)
		return fail(error, text, number, _("a whole number from 0 to 1000"));
	schedule->min = (int)min;
	if (*s == '\0')
		return true;
	if (!skip(&s, " tz "))
		return fail(error, text, s, _("\" tz ZONE\", or the end"));
	const char *zone = s;
	schedule->tz = word_up_to(&s, " ");
	return (schedule->tz && *s == '\0') ||
	       fail(error, text, zone, _("a time zone such as Europe/Berlin"));
}

bool policy_schedule_parse(const char *text, struct schedule_spec *schedule, struct policy_error *error)
{
	const char *s = text;

	*error = (struct policy_error){.at = 0};
	if (!skip(&s, "at \""))
		return fail(error, text, s, _("at \"08:00-19:00 Mon-Fri\" min 3"));
	const char *at = s;
	schedule->from = word_up_to(&s, "-\"");
	if (!schedule->from || policy_time_of_day(schedule->from) < 0 || !skip(&s, "-"))
		return fail(error, text, at, _("two times such as 08:00-19:00"));
	at = s;
	schedule->to = word_up_to(&s, " \"");
	if (!schedule->to || policy_time_of_day(schedule->to) < 0 || !skip(&s, " "))
		return fail(error, text, at, _("a time such as 19:00, up to 24:00, and days"));
	at = s;
	schedule->days = word_up_to(&s, "\"");
	if (!schedule->days || policy_days(schedule->days) == 0 || !skip(&s, "\""))
		return fail(error, text, at, _("days such as Mon-Fri or Sat,Sun, and a closing quote"));
	return parse_rest(text, s, schedule, error);
}
