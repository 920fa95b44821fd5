/* The queues by hand, and Kubernetes' rule by hand. */
#include "ollama-top/simulation.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define S ((int64_t)1000)

static int keep(
	void *user, int64_t now, int64_t wall, const struct policy_sample *sample, const char **reason)
{
	(void)now;
	(void)wall;
	*reason = "told so";
	return user ? *(const int *)user : sample->count;
}

static struct simulation_result play(const struct simulation_request *requests, size_t count, int first,
	int parallel, int64_t every, int *to)
{
	const struct simulation s = {.requests = requests,
		.count = count,
		.parallel = parallel,
		.first = first,
		.max = 6,
		.cold_min = 3 * S,
		.cold_max = 3 * S,
		.seed = 1};
	const struct simulation_scaler scaler = {.every_ms = every, .decide = keep, .user = to};
	struct simulation_result result;

	cr_assert(simulation_run(&s, &scaler, &result));
	return result;
}

/* Three at once, 10 s each, one at a time: they wait 0, 10 and 20 s. */
Test(simulation, one_after_another)
{
	static const struct simulation_request three[] = {{0, 10 * S}, {0, 10 * S}, {0, 10 * S}};
	struct simulation_result r = play(three, 3, 1, 1, 0, NULL);

	cr_expect_eq(r.wait_p50, 10 * S);
	cr_expect_eq(r.wait_p95, 20 * S);
	cr_expect_eq(r.wait_max, 20 * S);
	cr_expect_float_eq(r.wait_mean, 10000, 1e-6);
	cr_expect_eq(r.duration, 30 * S);
	cr_expect_float_eq(r.instance_hours, 30.0 / 3600, 1e-9);
	simulation_result_free(&r);
	r = play(three, 3, 1, 2, 0, NULL);
	cr_expect_eq(r.wait_max, 10 * S, "two at a time");
	simulation_result_free(&r);
	r = play(three, 3, 3, 1, 0, NULL);
	cr_expect_eq(r.wait_max, 0, "an instance each");
	simulation_result_free(&r);
}

/* In turn, whoever is free: the third goes to the first, although the second would have been idle sooner. */
Test(simulation, in_turn_as_traefik_does)
{
	static const struct simulation_request three[] = {{0, 20 * S}, {0, 1 * S}, {5 * S, 1 * S}};
	struct simulation_result r = play(three, 3, 2, 1, 0, NULL);

	cr_expect_eq(r.wait_max, 15 * S);
	simulation_result_free(&r);
}

/* Asked for at 5 s, ready at 8 s: what waited stays where it was, what comes then goes to the new one. */
Test(simulation, a_cold_start)
{
	static const struct simulation_request four[] = {
		{0, 30 * S}, {1 * S, 30 * S}, {9 * S, 1 * S}, {10 * S, 1 * S}};
	int to = 2;
	struct simulation_result r = play(four, 4, 1, 1, 5 * S, &to);

	/* the first tick is at 0: two from 3 s on; the second request, at 1 s, waits for the first */
	cr_expect_eq(r.ups, 1);
	cr_expect_eq(r.decisions[0].at, 0);
	cr_expect_eq(r.wait_max, 50 * S, "the fourth is third in the first one's queue: %lld",
		(long long)r.wait_max);
	cr_expect_eq(r.wait_p50, 0);
	cr_expect_eq(r.most, 2);
	simulation_result_free(&r);
}

/* Sent away, it finishes what it has, and is paid for until then. */
Test(simulation, one_that_goes_finishes)
{
	static const struct simulation_request two[] = {{0, 10 * S}, {0, 40 * S}};
	int to = 1;
	struct simulation_result r = play(two, 2, 2, 1, 5 * S, &to);

	cr_expect_eq(r.downs, 1);
	cr_expect_eq(r.duration, 40 * S);
	cr_expect_float_eq(r.instance_hours, 80.0 / 3600, 1e-9);
	simulation_result_free(&r);
}

Test(simulation, traces)
{
	static const struct {
		const char *text;
		size_t line;
		const char *says;
	} bad[] = {
		{"", 0, "no request"},
		{"arrival_s,service_s\n", 1, "no request"},
		{"1,2\nx,3\n", 2, "no number"},
		{"1 2\n", 1, "no comma"},
		{"1,\n", 1, "after the comma"},
		{"1,2,3\n", 1, "after the comma"},
		{"2,1\n1,1\n", 2, "in order"},
		{"1,99999999\n", 1, "a year"},
		{"1,-2\n", 1, "after the comma"},
	};
	size_t count, line;
	const char *error;
	const char *text = "# a day\narrival_s,service_s\n0.5, 2.25\r\n\n3,0";
	struct simulation_request *r = simulation_parse(text, strlen(text), &count, &line, &error);

	cr_assert(r, "%s", error);
	cr_expect_eq(count, 2);
	cr_expect_eq(r[0].arrival, 500);
	cr_expect_eq(r[0].service, 2250);
	free(r);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cr_expect_null(simulation_parse(bad[i].text, strlen(bad[i].text), &count, &line, &error));
		cr_expect_eq(line, bad[i].line, "%s: %zu", bad[i].text, line);
		cr_expect(strstr(error, bad[i].says), "%s: %s", bad[i].text, error);
	}
}

/* ---- Kubernetes ---- */

static struct hpa rule(void)
{
	return (struct hpa){.metric = POLICY_INFLIGHT, .target = 2, .min = 1, .max = 20};
}

static struct policy_sample pods(int count, int ready, double mean)
{
	struct policy_sample s;

	policy_sample_init(&s);
	s.count = count;
	s.ready = ready;
	s.starting = count - ready;
	s.figures[POLICY_INFLIGHT] = (struct policy_figure){mean, mean};
	return s;
}

Test(hpa, the_metric_alone)
{
	static const struct {
		int count, ready;
		double mean;
		int desired;
	} cases[] = {
		{4, 4, 2.0, 4}, {4, 4, 2.19, 4},               /* within 0.1 */
		{4, 4, 1.8, 4},                                /* within 0.1 */
		{4, 4, 2.21, 5},                               /* ceil(4 x 1.105) */
		{4, 4, 1.78, 4},                               /* ceil(4 x 0.89) */
		{4, 4, 1.4, 3}, {4, 4, 6.0, 12}, {3, 3, 0, 0}, /* the minimum comes later */
		{4, 2, 6.0, 6}, /* 12 over 4 pods, two of which are idle: ceil(1.5 x 4) */
		{4, 2, 4.2, 4}, /* over all 4 it is 2.1: within 0.1 */
		{4, 2, 3.0, 4}, /* over all 4 it is 1.5: the direction would change */
		{4, 2, 1.0, 1}, /* on the way down those that are not ready are not seen: ceil(0.5 x 2) */
		{4, 0, 0, 4},   /* nothing to go by */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct hpa hpa = rule();
		const struct policy_sample s = pods(cases[i].count, cases[i].ready, cases[i].mean);

		cr_expect_eq(hpa_desired(&hpa, &s), cases[i].desired, "%zu: %d", i, hpa_desired(&hpa, &s));
	}
	const struct hpa hpa = rule();
	struct policy_sample s = pods(3, 3, 9);
	s.figures[POLICY_INFLIGHT].high = INFINITY;
	cr_expect_eq(hpa_desired(&hpa, &s), 3, "without a metric it stays");
}

static int sync(struct hpa *hpa, int64_t now, int count, double mean)
{
	const struct policy_sample s = pods(count, count, mean);
	const char *reason;

	return hpa_decide(hpa, now, now, &s, &reason);
}

/* From 1: at most 4 more in 15 s; from 5: 4 more; from 9: doubled would be 18. */
Test(hpa, the_way_up_is_limited)
{
	struct hpa hpa = rule();

	cr_expect_eq(sync(&hpa, 0, 1, 100), 5);
	cr_expect_eq(sync(&hpa, 15 * S, 5, 100), 10, "100 %% of 5 is more than 4 pods");
	cr_expect_eq(sync(&hpa, 20 * S, 10, 100), 10, "not twice in one period");
	cr_expect_eq(sync(&hpa, 30 * S, 10, 100), 20);
	cr_expect_eq(sync(&hpa, 45 * S, 20, 100), 20, "the maximum");
}

/* Down to the most that was recommended in the five minutes before, and then at once. */
Test(hpa, the_way_down_is_stabilised)
{
	struct hpa hpa = rule();

	cr_expect_eq(sync(&hpa, 0, 8, 2), 8);
	for (int64_t t = 15 * S; t < 300 * S; t += 15 * S)
		cr_expect_eq(sync(&hpa, t, 8, t == 150 * S ? 1.0 : 0.5), 8, "at %lld", (long long)t);
	cr_expect_eq(sync(&hpa, 300 * S, 8, 0.5), 4, "4 was asked for at 150 s");
	cr_expect_eq(sync(&hpa, 315 * S, 4, 1.0), 4);
	for (int64_t t = 330 * S; t < 450 * S; t += 15 * S)
		cr_expect_eq(sync(&hpa, t, 4, 0), 4);
	/* 4 was asked for at 150 s, and 2 since, but for 315 s */
	cr_expect_eq(sync(&hpa, 450 * S, 4, 0), 2);
	cr_expect_eq(sync(&hpa, 1000 * S, 2, 0), 1, "the minimum");
}

/* The number that was there when it began counts as its first recommendation. */
Test(hpa, it_begins_with_what_there_is)
{
	struct hpa hpa = rule();

	cr_expect_eq(sync(&hpa, 0, 6, 0.1), 6);
	cr_expect_eq(sync(&hpa, 290 * S, 6, 0.1), 6);
	cr_expect_eq(sync(&hpa, 305 * S, 6, 0.1), 1);
}
