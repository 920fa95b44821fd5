/* Figures as the console writes them. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

static char buf[64];

Test(figures, ages_have_one_unit)
{
	cr_assert_str_eq(format_age(buf, sizeof(buf), 0), "0s");
	cr_assert_str_eq(format_age(buf, sizeof(buf), 12999), "12s");
	cr_assert_str_eq(format_age(buf, sizeof(buf), 60000), "1m");
	cr_assert_str_eq(format_age(buf, sizeof(buf), 3599999), "59m");
	cr_assert_str_eq(format_age(buf, sizeof(buf), 7200000), "2h");
	cr_assert_str_eq(format_age(buf, sizeof(buf), 3 * 86400000LL), "3d");
}

Test(figures, usage_names_a_shared_unit_once)
{
	cr_assert_str_eq(format_usage(buf, sizeof(buf), GIGA * 98 / 10, 16 * GIGA), "9.8/16G");
	cr_assert_str_eq(format_usage(buf, sizeof(buf), 512 << 20, 16 * GIGA), "512M/16G");
	cr_assert_str_eq(format_usage(buf, sizeof(buf), GIGA * 98 / 10, 0), "9.8G");
	cr_assert_str_eq(format_usage(buf, sizeof(buf), -1, 16 * GIGA), "-");
}

Test(figures, latency)
{
	cr_assert_str_eq(format_latency(buf, sizeof(buf), NAN), "-");
	cr_assert_str_eq(format_latency(buf, sizeof(buf), -1), "-");
	cr_assert_str_eq(format_latency(buf, sizeof(buf), 0), "0ms");
	cr_assert_str_eq(format_latency(buf, sizeof(buf), 0.4), "0.4ms");
	cr_assert_str_eq(format_latency(buf, sizeof(buf), 12.4), "12ms");
	cr_assert_str_eq(format_latency(buf, sizeof(buf), 999.4), "999ms");
	cr_assert_str_eq(format_latency(buf, sizeof(buf), 999.6), "1.0s");
	cr_assert_str_eq(format_latency(buf, sizeof(buf), 1234), "1.2s");
	cr_assert_str_eq(format_latency(buf, sizeof(buf), 12345), "12s");
}

Test(figures, percent)
{
	cr_assert_str_eq(format_percent(buf, sizeof(buf), NAN), "-");
	cr_assert_str_eq(format_percent(buf, sizeof(buf), 399.6), "400%");
}

Test(figures, short_ids)
{
	cr_assert_str_eq(format_short_id(buf, sizeof(buf), "sha256:f974a74358d62a017b37"), "f974a74358d6");
	cr_assert_str_eq(format_short_id(buf, sizeof(buf), "4fa6e0f0c678"), "4fa6e0f0c678");
	cr_assert_str_eq(format_short_id(buf, sizeof(buf), ""), "");
}

Test(figures, times_of_today_and_of_another_day)
{
	(void)setenv("TZ", "UTC", 1);
	tzset();
	int64_t noon = 1767268800000LL; /* 2026-01-01T12:00:00Z */
	cr_assert_str_eq(format_time(buf, sizeof(buf), noon + 271000, noon), "12:04:31");
	cr_assert_str_eq(format_time(buf, sizeof(buf), noon - 86400000, noon), "31 12:00");
	cr_assert_str_eq(format_date(buf, sizeof(buf), noon), "2026-01-01 12:00:00");
}

Test(figures, grow_stale_also_while_the_fleets_clock_stands)
{
	struct fleet *fleet = fleet_fixture();
	struct look look = {.fleet = fleet, .now = fleet->now};
	int64_t seen = fleet->now;
	cr_assert(!look_stale(&look, 0, 1), "what was never seen is unknown, not stale");
	cr_assert(!look_stale(&look, seen, 1));
	look.now += 6000;
	cr_assert(!look_stale(&look, seen, 1));
	look.now += 1;
	cr_assert(look_stale(&look, seen, 1));
	cr_assert(!look_stale(&look, seen, 5));
	fleet_fixture_free(fleet);
}

Test(figures, a_still_clock_has_no_ages)
{
	struct fleet *fleet = fleet_fixture();
	struct look look = {.fleet = fleet, .now = 61000, .wall = 1000000};
	struct model_loaded model = {.expires_at = 63000, .expires_wall = 1005000};
	struct link link = {.status = LINK_FAILED, .retry_at = 65000};
	cr_assert_eq(look_age(&look, 1000), 60000);
	cr_assert_eq(look_age(&look, 0), 0, "never is no age");
	cr_assert_eq(look_age(&look, 70000), 0, "nor is the future");
	cr_assert_eq(look_expiry(&look, &model), 2000);
	cr_assert_str_eq(format_retry(buf, sizeof(buf), &look, &link), "retry in 4s");
	link.status = LINK_OK;
	cr_assert_str_eq(format_retry(buf, sizeof(buf), &look, &link), "");
	look.still = true;
	cr_assert_eq(look_age(&look, 1000), 0);
	cr_assert_eq(look_expiry(&look, &model), 5000);
	model.expires_at = INT64_MAX;
	cr_assert_eq(look_expiry(&look, &model), INT64_MAX);
	fleet_fixture_free(fleet);
}
