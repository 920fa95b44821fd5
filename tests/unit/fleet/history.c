/* Rings, and the samples that the clock puts in them. */
#include "ollama-top/history.h"
#include "scene.h"

#include <criterion/criterion.h>
#include <math.h>

#define SAME(a, b) ((isnan(a) && isnan(b)) || (a) == (b))

static void fill(struct history *h, size_t capacity, int from, int to)
{
	history_init(h, capacity);
	for (int v = from; v <= to; v++)
		history_push(h, (float)v);
}

Test(history, capacity_follows_the_refresh)
{
	static const struct {
		int64_t refresh;
		size_t capacity;
	} cases[] = {{2000, 300}, {1000, 600}, {500, 1200}, {100, 1200}, {600000, 1}, {600001, 1}, {0, 1200},
		{-5, 1200}, {7000, 85}};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
		cr_expect_eq(history_capacity(cases[k].refresh), cases[k].capacity, "%lld",
			(long long)cases[k].refresh);
}

Test(history, keeps_the_newest)
{
	struct history h;

	fill(&h, 4, 1, 3);
	cr_expect_eq(h.count, 3);
	cr_expect_eq(history_at(&h, 0), 1.0F);
	cr_expect(isnan(history_at(&h, 3)));
	history_push(&h, 4);
	history_push(&h, 5);
	cr_expect_eq(h.count, 4);
	cr_expect_eq(history_at(&h, 0), 2.0F);
	cr_expect_eq(history_at(&h, 3), 5.0F);
	cr_expect(isnan(history_at(&h, 4)));
	cr_expect_eq(history_max(&h), 5.0F);
	history_free(&h);
	cr_expect_eq(h.count, 0);
}

Test(history, costs_nothing_before_the_first_sample_and_survives_capacity_zero)
{
	struct history h;

	history_init(&h, 300);
	cr_expect_null(h.samples);
	cr_expect(isnan(history_max(&h)));
	cr_expect(isnan(history_at(&h, 0)));
	history_free(&h);
	history_init(&h, 0);
	history_push(&h, 1);
	cr_expect_eq(h.count, 0);
	history_free(&h);
	history_init(&h, 1000000);
	cr_expect_eq(h.capacity, HISTORY_MAX_SAMPLES);
}

Test(history, maximum_skips_what_is_not_known)
{
	struct history h;

	history_init(&h, 8);
	history_push(&h, NAN);
	cr_expect(isnan(history_max(&h)));
	history_push(&h, 3);
	history_push(&h, NAN);
	cr_expect_eq(history_max(&h), 3.0F);
	history_free(&h);
}

Test(history, a_sample_is_as_good_as_what_is_shown)
{
	static const struct {
		float pushed, kept;
	} cases[] = {{0, 0}, {1, 1}, {2047, 2047}, {2048, 2048}, {2049, 2050}, {4099, 4100}, {0.5F, 0.5F},
		{-3, 0}, {-INFINITY, 0}, {1e-30F, 0}, {0x1.004p-16F, 0x1.004p-16F},
		{0x1.ffcp47F, 0x1.ff8p47F}, {INFINITY, 0x1.ff8p47F}, {NAN, NAN}};
	struct history h;

	history_init(&h, 1);
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		history_push(&h, cases[k].pushed);
		cr_expect(SAME(history_at(&h, 0), cases[k].kept), "%a: %a", (double)cases[k].pushed,
			(double)history_at(&h, 0));
	}
	for (int k = 0; k < 4096; k++) {
		const float v = exp2f((float)k / 4096 * 60 - 13);

		history_push(&h, v);
		cr_expect_leq(fabsf(history_at(&h, 0) - v), v * 0x1p-11F, "%g", (double)v);
	}
	history_free(&h);
}

Test(history, folding_keeps_peaks_and_gaps)
{
	static const struct {
		int from, to;
		size_t span, columns;
		float out[8];
	} cases[] = {
		{1, 8, 8, 4, {2, 4, 6, 8}},
		{1, 8, 4, 4, {5, 6, 7, 8}},
		{1, 8, 4, 2, {6, 8}},
		{1, 2, 4, 4, {NAN, NAN, 1, 2}},
		{1, 2, 8, 2, {NAN, 2}},
		{1, 3, 3, 6, {1, 1, 2, 2, 3, 3}},
		{1, 7, 7, 3, {2, 4, 7}},
		{1, 4, 0, 2, {NAN, NAN}},
	};

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct history h;
		float out[8];

		fill(&h, 8, cases[k].from, cases[k].to);
		history_fold(&h, cases[k].span, out, cases[k].columns);
		for (size_t c = 0; c < cases[k].columns; c++)
			cr_expect(SAME(out[c], cases[k].out[c]), "case %zu column %zu: %f", k, c,
				(double)out[c]);
		history_free(&h);
	}
	struct history h;
	history_init(&h, 4);
	history_fold(&h, 4, NULL, 0);
}

Test(samples, one_per_refresh_with_the_peak_of_what_was_seen)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, "ollama-1");
	const uint64_t before = s.fleet->samples;
	stats(&s, RO, "ollama-1", 5 * GIB, 80, 0);
	stats(&s, RO, "ollama-1", 4 * GIB, 20, 0);
	pass(&s, 1999);
	cr_expect_eq(i->cpu_history.count, 0);
	cr_expect_eq(s.fleet->samples, before);
	pass(&s, 1);
	cr_expect_eq(i->cpu_history.count, 1);
	cr_expect_eq(history_at(&i->cpu_history, 0), 80.0F);
	cr_expect_eq(history_at(&i->memory_history, 0), 5.25F * (float)GIB);
	cr_expect_eq(history_at(&i->latency_history, 0), 3.0F);
	cr_expect_gt(s.fleet->samples, before);
	pass(&s, 2000);
	cr_expect_eq(history_at(&i->cpu_history, 1), 20.0F, "the value that still holds");
	scene_end(&s);
}

Test(samples, what_is_stale_or_failed_is_a_gap)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, "ollama-1");
	pass(&s, 2000);
	fail(&s, OBS_VERSION, RO, "ollama-1", "connection refused");
	pass(&s, 2000);
	cr_expect(isnan(history_at(&i->latency_history, 1)));
	cr_expect_eq(history_at(&i->cpu_history, 1), 5.0F);
	pass(&s, 2000);
	pass(&s, 2000);
	cr_expect(isnan(history_at(&i->cpu_history, 3)), "older than three refreshes");
	scene_end(&s);
}

Test(samples, a_machine_that_slept_shows_a_gap_of_that_length)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, "ollama-1");
	pass(&s, 2000);
	pass(&s, 100 * 2000);
	cr_expect_eq(i->cpu_history.count, 101);
	for (size_t k = 1; k < 101; k++)
		cr_expect(isnan(history_at(&i->cpu_history, k)));
	pass(&s, INT64_C(1) << 40);
	cr_expect_eq(i->cpu_history.count, 300);
	scene_end(&s);
}

Test(samples, the_first_answer_after_a_sleep_is_not_spread_over_it)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, "ollama-1");
	pass(&s, 2000);
	s.now += 10 * 2000;
	stats(&s, RO, "ollama-1", 4 * GIB, 77, 0);
	pass(&s, 0);
	cr_expect_eq(i->cpu_history.count, 11);
	for (size_t k = 1; k < 10; k++)
		cr_expect(isnan(history_at(&i->cpu_history, k)));
	cr_expect_eq(history_at(&i->cpu_history, 10), 77.0F);
	scene_end(&s);
}

Test(samples, an_instance_never_heard_keeps_no_history)
{
	struct scene s;

	scene_start(&s);
	for (int k = 0; k < 10; k++)
		pass(&s, 2000);
	cr_expect_null(find(&s, RW, "ollama")->memory_history.samples);
	cr_expect_eq(s.fleet->samples, 0);
	scene_end(&s);
}
