/* Requests in flight and waiting: where they come from, how sure they are, and how long. */
#include "scene.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define ONE "ollama-1"

static struct requests *of_one(struct scene *s)
{
	return &find(s, RO, ONE)->requests;
}

static void connections(struct scene *s, int count)
{
	struct observation o = {.kind = OBS_CONNECTIONS, .server = RO, .instance = ONE};

	o.u.connections.count = count;
	send(s, o);
}

static void metrics(struct scene *s, int inflight, int queue)
{
	struct observation o = {.kind = OBS_REQUESTS, .server = RO, .instance = ONE};

	o.u.requests.inflight = inflight;
	o.u.requests.queue = queue;
	send(s, o);
}

static void ended(struct scene *s, const struct ended_request *list, size_t count)
{
	struct observation o = {.kind = OBS_ENDED, .server = RO, .instance = ONE};

	o.u.ended.list = list;
	o.u.ended.count = count;
	send(s, o);
}

static void expect(
	const struct request_figure *f, enum certainty certainty, int value, enum request_source source)
{
	cr_expect_eq(f->certainty, certainty);
	cr_expect_eq(f->value, value, "%d", f->value);
	cr_expect_eq(f->source, source);
}

Test(requests, nothing_is_known_at_first)
{
	struct scene s;

	scene_healthy(&s);
	expect(&of_one(&s)->inflight, CERTAINTY_UNKNOWN, 0, REQUESTS_FROM_NOTHING);
	expect(&of_one(&s)->queue, CERTAINTY_UNKNOWN, 0, REQUESTS_FROM_NOTHING);
	scene_end(&s);
}

Test(requests, connections_are_an_upper_bound_and_none_is_exact)
{
	struct scene s;

	scene_healthy(&s);
	connections(&s, 3);
	expect(&of_one(&s)->inflight, CERTAINTY_AT_MOST, 3, REQUESTS_FROM_CONNECTIONS);
	expect(&of_one(&s)->queue, CERTAINTY_AT_MOST, 2, REQUESTS_FROM_CONNECTIONS);
	connections(&s, 1);
	expect(&of_one(&s)->inflight, CERTAINTY_AT_MOST, 1, REQUESTS_FROM_CONNECTIONS);
	expect(&of_one(&s)->queue, CERTAINTY_EXACT, 0, REQUESTS_FROM_CONNECTIONS);
	connections(&s, 0);
	expect(&of_one(&s)->inflight, CERTAINTY_EXACT, 0, REQUESTS_FROM_CONNECTIONS);
	scene_end(&s);
}

Test(requests, metrics_come_first_as_long_as_they_are_fresh)
{
	struct scene s;

	scene_healthy(&s);
	connections(&s, 5);
	metrics(&s, 2, 7);
	connections(&s, 5);
	expect(&of_one(&s)->inflight, CERTAINTY_EXACT, 2, REQUESTS_FROM_METRICS);
	expect(&of_one(&s)->queue, CERTAINTY_EXACT, 7, REQUESTS_FROM_METRICS);
	pass(&s, 3 * 5 * s.spec.refresh_ms + 1);
	expect(&of_one(&s)->inflight, CERTAINTY_UNKNOWN, 0, REQUESTS_FROM_NOTHING);
	connections(&s, 5);
	expect(&of_one(&s)->inflight, CERTAINTY_AT_MOST, 5, REQUESTS_FROM_CONNECTIONS);
	scene_end(&s);
}

Test(requests, metrics_without_a_queue_leave_that_to_the_connections)
{
	struct scene s;

	scene_healthy(&s);
	metrics(&s, 1, -1);
	connections(&s, 4);
	expect(&of_one(&s)->inflight, CERTAINTY_EXACT, 1, REQUESTS_FROM_METRICS);
	expect(&of_one(&s)->queue, CERTAINTY_AT_MOST, 3, REQUESTS_FROM_CONNECTIONS);
	scene_end(&s);
}

Test(requests, what_is_old_is_unknown_and_shown_as_such_at_once)
{
	struct scene s;

	scene_healthy(&s);
	connections(&s, 2);
	pass(&s, 3 * 15 * s.spec.refresh_ms);
	expect(&of_one(&s)->inflight, CERTAINTY_AT_MOST, 2, REQUESTS_FROM_CONNECTIONS);
	uint64_t generation = s.fleet->generation;
	pass(&s, 1);
	expect(&of_one(&s)->inflight, CERTAINTY_UNKNOWN, 0, REQUESTS_FROM_NOTHING);
	cr_expect_gt(s.fleet->generation, generation);
	scene_end(&s);
}

Test(requests, what_a_policy_goes_by_is_forgotten_sooner)
{
	struct scene s;

	scene_healthy(&s);
	fleet_follow_requests(s.fleet, RO);
	fleet_follow_requests(s.fleet, 2);
	s.spec.refresh_ms = 1000;
	connections(&s, 2);
	pass(&s, 10000);
	expect(&of_one(&s)->inflight, CERTAINTY_AT_MOST, 2, REQUESTS_FROM_CONNECTIONS);
	pass(&s, 1);
	expect(&of_one(&s)->inflight, CERTAINTY_UNKNOWN, 0, REQUESTS_FROM_NOTHING);
	s.spec.refresh_ms = 20000;
	metrics(&s, 1, 0);
	pass(&s, 60000);
	expect(&of_one(&s)->inflight, CERTAINTY_EXACT, 1, REQUESTS_FROM_METRICS);
	pass(&s, 1);
	expect(&of_one(&s)->inflight, CERTAINTY_UNKNOWN, 0, REQUESTS_FROM_NOTHING);
	scene_end(&s);
}

Test(requests, a_process_that_ended_has_none)
{
	struct scene s;

	scene_healthy(&s);
	connections(&s, 2);
	happens(&s, ONE, DEVENT_DIE, 1);
	expect(&of_one(&s)->inflight, CERTAINTY_UNKNOWN, 0, REQUESTS_FROM_NOTHING);
	scene_end(&s);
}

Test(requests, those_that_ended_are_counted_by_outcome_and_duration)
{
	static const struct ended_request list[] = {{200, 0.04}, {200, 1}, {200, 1.5}, {503, 0.001},
		{500, 30}, {404, 0.2}, {200, 5000}, {200, NAN}};
	struct scene s;

	scene_healthy(&s);
	cr_expect_eq(of_one(&s)->counts.source, REQUESTS_FROM_NOTHING);
	ended(&s, NULL, 0);
	cr_expect_eq(of_one(&s)->counts.source, REQUESTS_FROM_LOG);
	cr_expect_eq(of_one(&s)->counts.since_at, s.now);
	ended(&s, list, sizeof(list) / sizeof(*list));
	const struct request_counts *c = &of_one(&s)->counts;
	cr_expect_eq(c->ended, 8);
	cr_expect_eq(c->failed, 2);
	cr_expect_eq(c->busy, 1);
	cr_expect_float_eq(c->durations.sum, 5032.741, 1e-6);
	cr_expect_eq(c->durations.counts[0], 2);
	cr_expect_eq(c->durations.counts[4], 1, "a duration on the bound belongs to it");
	cr_expect_eq(c->durations.counts[14], 1);
	uint64_t all = 0;
	for (size_t k = 0; k <= HISTOGRAM_BOUNDS_MAX; k++)
		all += c->durations.counts[k];
	cr_expect_eq(all, 7, "what has no duration is in no bucket");
	scene_end(&s);
}

Test(requests, a_log_that_cannot_be_read_says_why_and_the_counts_stay)
{
	static const struct ended_request one = {200, 1};
	struct scene s;

	scene_healthy(&s);
	fail(&s, OBS_ENDED, RO, ONE, "no such log driver");
	cr_expect_eq(of_one(&s)->counts.source, REQUESTS_FROM_NOTHING);
	cr_expect_str_eq(of_one(&s)->counts.error, "no such log driver");
	ended(&s, &one, 1);
	cr_expect_null(of_one(&s)->counts.error);
	happens(&s, ONE, DEVENT_DIE, 1);
	cr_expect_eq(of_one(&s)->counts.ended, 1);
	scene_end(&s);
}

Test(requests, sources_have_the_names_of_the_interface)
{
	cr_expect_str_eq(request_source_name(REQUESTS_FROM_CONNECTIONS), "connections");
	cr_expect_str_eq(request_source_name(REQUESTS_FROM_LOG), "log");
	cr_expect_str_eq(request_source_name(REQUESTS_FROM_METRICS), "metrics");
	cr_expect_null(request_source_name(REQUESTS_FROM_NOTHING));
}

Test(gpus, are_kept_until_the_process_ends)
{
	static const struct gpu gpus[] = {
		{.index = 0, .name = "A", .memory_used = 1, .memory_total = 2, .utilisation = 50},
		{.index = 1, .name = "B", .memory_used = -1, .memory_total = -1, .utilisation = NAN}};
	struct observation o = {.kind = OBS_GPUS, .server = RO, .instance = ONE};
	struct scene s;

	scene_healthy(&s);
	o.u.gpus.list = gpus;
	o.u.gpus.count = 2;
	send(&s, o);
	const struct instance *i = find(&s, RO, ONE);
	cr_assert_eq(i->gpu_count, 2);
	cr_expect_str_eq(i->gpus[1].name, "B");
	uint64_t generation = s.fleet->generation;
	send(&s, o);
	cr_expect_eq(s.fleet->generation, generation, "the same again is no news");
	happens(&s, ONE, DEVENT_DIE, 1);
	cr_expect_eq(find(&s, RO, ONE)->gpu_count, 0);
	scene_end(&s);
}
