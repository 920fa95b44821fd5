/* Zones against the C library's own, and schedules over nights, midnights and changes of the clock. */
#include "ollama-top/zone.h"
#include "ollama-top/policy.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOUR ((int64_t)3600)

static unsigned char bytes[ZONE_BYTES_MAX];

static size_t load(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	FILE *file = fopen(path, "rb");
	if (!file)
		cr_skip("no zones on this machine (tzdata)");
	const size_t len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return len;
}

static int64_t utc(const char *text)
{
	struct tm tm = {0};

	cr_assert(strptime(text, "%Y-%m-%d %H:%M", &tm), "%s", text);
	return (int64_t)timegm(&tm) * 1000;
}

Test(zone, as_the_c_library_has_it)
{
	static const char *const names[] = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
		"America/Sao_Paulo", "Asia/Kathmandu", "Africa/Casablanca", "Europe/Dublin", "Pacific/Apia",
		"America/Nuuk", "Asia/Gaza", "Antarctica/Troll", "UTC"};

	for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++) {
		const size_t len = load(names[n]);

		cr_assert(zone_is_good(bytes, len), "%s", names[n]);
		setenv("TZ", names[n], 1);
		tzset();
		/* from 1900 to 2300, with a step that falls on all hours of the day and days of the year */
		for (int64_t t = -70 * 8766 * HOUR; t < 330 * 8766 * HOUR; t += 37 * HOUR + 1234) {
			struct tm tm;
			const time_t at = (time_t)t;
			int offset;

			cr_assert(zone_offset(bytes, len, t, &offset));
			cr_assert(localtime_r(&at, &tm));
			cr_assert_eq(offset, (int)tm.tm_gmtoff, "%s at %lld: %d, not %ld", names[n],
				(long long)t, offset, tm.tm_gmtoff);
			const struct zone_time local = zone_time_at(bytes, len, t * 1000);
			cr_assert_eq(local.weekday, (tm.tm_wday + 6) % 7);
			cr_assert_eq(local.minute, tm.tm_hour * 60 + tm.tm_min, "%s at %lld", names[n],
				(long long)t);
		}
	}
}

Test(zone, around_each_change)
{
	const size_t len = load("Europe/Berlin");
	int offset;

	/* 2026-03-29 01:00 UTC, 2026-10-25 01:00 UTC, and the same of 2126, which is the footer's alone */
	static const int64_t changes[] = {1774746000, 1792890000};

	for (int i = 0; i < 2; i++) {
		cr_assert(zone_offset(bytes, len, changes[i] - 1, &offset));
		cr_expect_eq(offset, i == 0 ? 3600 : 7200);
		cr_assert(zone_offset(bytes, len, changes[i], &offset));
		cr_expect_eq(offset, i == 0 ? 7200 : 3600);
	}
}

Test(zone, rules_of_posix)
{
	static const struct {
		const char *rule;
		int64_t at;
		int offset;
	} cases[] = {
		{"UTC0", 0, 0},
		{"<+0545>-5:45", 0, 20700},
		{"EST5EDT,M3.2.0,M11.1.0", 1783000000, -4 * 3600},
		{"EST5EDT,M3.2.0,M11.1.0", 1770000000, -5 * 3600},
		{"AEST-10AEDT,M10.1.0,M4.1.0/3", 1770000000, 11 * 3600},
		{"IST-1GMT0,M10.5.0,M3.5.0/1", 1770000000, 0},
		{"XXX3EDT4,0/0,J365/23", 1770000000, -4 * 3600},
	};
	static const char *const bad[] = {"", "A0", "CET", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.5.0",
		"CET-1CEST,,", "CET-168", "<CET-1"};
	int offset;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cr_expect(zone_rule_offset(cases[i].rule, cases[i].at, &offset), "%s", cases[i].rule);
		cr_expect_eq(offset, cases[i].offset, "%s: %d", cases[i].rule, offset);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_not(zone_rule_offset(bad[i], 0, &offset), "%s", bad[i]);
}

/* Cut off anywhere, or with any byte changed, it is read or refused, never beyond its end. */
Test(zone, hostile_bytes)
{
	const size_t len = load("Europe/Berlin");
	int offset;

	for (size_t cut = 0; cut < len; cut++) {
		unsigned char *copy = malloc(cut + 1);

		memcpy(copy, bytes, cut);
		cr_expect_not(zone_is_good(copy, cut), "%zu of %zu bytes", cut, len);
		free(copy);
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char *copy = malloc(len);

		memcpy(copy, bytes, len);
		copy[i] ^= 0x91;
		zone_is_good(copy, len);
		zone_offset(copy, len, INT64_C(4000000000), &offset);
		free(copy);
	}
}

static bool holds(const char *days, const char *from, const char *to, size_t zone, const char *at)
{
	const struct schedule_spec s = {.days = (char *)days,
		.from = (char *)from,
		.to = (char *)to,
		.zone = zone > 0 ? bytes : NULL,
		.zone_len = zone};

	return policy_schedule_holds(&s, utc(at));
}

Test(schedule, days_and_hours)
{
	/* 2026-11-23 is a Monday */
	cr_expect(holds("Mon-Fri", "08:00", "19:00", 0, "2026-11-23 08:00"));
	cr_expect_not(holds("Mon-Fri", "08:00", "19:00", 0, "2026-11-23 07:59"));
	cr_expect(holds("Mon-Fri", "08:00", "19:00", 0, "2026-11-27 18:59"));
	cr_expect_not(holds("Mon-Fri", "08:00", "19:00", 0, "2026-11-27 19:00"));
	cr_expect_not(holds("Mon-Fri", "08:00", "19:00", 0, "2026-11-28 12:00"));
	cr_expect(holds("Sat,Mon", "00:00", "24:00", 0, "2026-11-28 23:59"));
}

Test(schedule, over_midnight)
{
	cr_expect(holds("Fri", "22:00", "06:00", 0, "2026-11-27 23:00"));
	cr_expect(holds("Fri", "22:00", "06:00", 0, "2026-11-28 05:59"));
	cr_expect_not(holds("Fri", "22:00", "06:00", 0, "2026-11-28 06:00"));
	cr_expect_not(holds("Fri", "22:00", "06:00", 0, "2026-11-27 05:00"), "that night began on Thursday");
	cr_expect(holds("Sun", "22:00", "06:00", 0, "2026-11-23 01:00"), "over the end of the week");
	cr_expect(holds("Fri-Mon", "12:00", "13:00", 0, "2026-11-29 12:30"));
	cr_expect_not(holds("Fri-Mon", "12:00", "13:00", 0, "2026-11-24 12:30"));
}

Test(schedule, where_clocks_change)
{
	const size_t berlin = load("Europe/Berlin");

	/* summer: two hours ahead; winter: one */
	cr_expect(holds("Mon-Fri", "08:00", "19:00", berlin, "2026-07-06 06:00"));
	cr_expect_not(holds("Mon-Fri", "08:00", "19:00", berlin, "2026-07-06 17:00"));
	cr_expect_not(holds("Mon-Fri", "08:00", "19:00", berlin, "2026-11-23 06:59"));
	cr_expect(holds("Mon-Fri", "08:00", "19:00", berlin, "2026-11-23 17:59"));
	/* 02:00 to 03:00 does not come on 2026-03-29, and comes twice on 2026-10-25 */
	cr_expect_not(holds("Sun", "02:00", "03:00", berlin, "2026-03-29 00:59"));
	cr_expect_not(holds("Sun", "02:00", "03:00", berlin, "2026-03-29 01:00"));
	cr_expect(holds("Sun", "02:00", "03:00", berlin, "2026-10-25 00:30"));
	cr_expect(holds("Sun", "02:00", "03:00", berlin, "2026-10-25 01:30"));
	cr_expect_not(holds("Sun", "02:00", "03:00", berlin, "2026-10-25 02:00"));
	/* a day that begins in another one's UTC */
	cr_expect(holds("Tue", "00:00", "01:00", berlin, "2026-11-23 23:30"));
}

Test(schedule, text)
{
	struct schedule_spec s = {0};
	struct policy_error error;

	cr_assert(policy_schedule_parse("at \"08:00-19:00 Mon-Fri,Sun\" min 3 tz Europe/Berlin", &s, &error),
		"%s", error.text);
	cr_expect_str_eq(s.days, "Mon-Fri,Sun");
	cr_expect_str_eq(s.from, "08:00");
	cr_expect_str_eq(s.to, "19:00");
	cr_expect_str_eq(s.tz, "Europe/Berlin");
	cr_expect_eq(s.min, 3);
	free(s.days);
	free(s.from);
	free(s.to);
	free(s.tz);
}

Test(schedule, raises_the_floor_until_it_is_over)
{
	struct schedule_spec s = {
		.days = (char *)"Mon", .from = (char *)"08:00", .to = (char *)"19:00", .min = 3};
	struct autoscale_spec spec;
	struct policy_error error;
	struct policy_sample sample;

	policy_spec_init(&spec);
	cr_assert(policy_spec_default(&spec));
	spec.schedule = &s;
	spec.schedule_count = 1;
	struct policy *policy = policy_new(&spec, 1, 6, &error);
	policy_sample_init(&sample);
	sample.count = sample.ready = 1;
	const struct policy_decision *d = policy_feed(policy, 1000, utc("2026-11-23 07:59"), &sample);
	cr_expect_eq(d->floor, 1);
	d = policy_feed(policy, 2000, utc("2026-11-23 08:00"), &sample);
	cr_expect_eq(d->floor, 3);
	cr_expect(d->scheduled);
	cr_expect_eq(d->desired, 3);
	cr_expect_str_eq(d->reason, "there are 1, and the schedule asks for 3: from 1 to 3");
	static const struct {
		const char *at;
		int floor;
	} later[] = {{"2026-11-23 18:59", 3}, {"2026-11-23 19:00", 1}, {"2026-11-30 07:59", 1},
		{"2026-11-30 08:00", 3}};
	for (int i = 0; i < 4; i++)
		cr_expect_eq(policy_feed(policy, 3000 + i, utc(later[i].at), &sample)->floor, later[i].floor,
			"%s", later[i].at);
	policy_free(policy);
	spec.schedule = NULL;
	spec.schedule_count = 0;
	policy_spec_clear(&spec);
}
