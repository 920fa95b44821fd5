/* What the policy sees of a server of the fleet. */
#include "ollama-top/policy.h"
#include "scene.h"

#include <criterion/criterion.h>
#include <math.h>

static struct policy_sample look(const struct scene *s)
{
	struct policy_sample sample;

	policy_sample_from_fleet(s->fleet, &s->fleet->servers[RO], &sample);
	return sample;
}

static void requests(struct scene *s, const char *name, int inflight, int queue)
{
	send(s, (struct observation){.kind = OBS_REQUESTS,
			.server = RO,
			.instance = name,
			.u.requests = {.inflight = inflight, .queue = queue}});
}

static void expect(struct policy_figure f, double low, double high, const char *what)
{
	cr_expect_float_eq(f.low, low, 1e-9, "%s: from %g", what, f.low);
	cr_expect(f.high == high || fabs(f.high - high) < 1e-9, "%s: to %g", what, f.high);
}

Test(policy_sample, nothing_is_known_of_a_server_that_was_not_heard)
{
	struct scene s;

	scene_start(&s);
	cr_expect_eq(look(&s).count, -1);
	cr_expect_not(policy_figure_known(look(&s).figures[POLICY_BUSY]));
	scene_end(&s);
}

Test(policy_sample, means_over_those_that_are_ready)
{
	struct scene s;

	scene_healthy(&s);
	requests(&s, "ollama-1", 1, 4);
	requests(&s, "ollama-2", 1, 0);
	stats(&s, RO, "ollama-1", GIB, 300, 0);
	stats(&s, RO, "ollama-2", GIB, 100, 0);
	const struct policy_sample p = look(&s);
	cr_expect_eq(p.count, 2);
	cr_expect_eq(p.ready, 2);
	cr_expect_eq(p.starting, 0);
	cr_expect_not(p.acting);
	expect(p.figures[POLICY_INFLIGHT], 3, 3, "those that wait are there too");
	expect(p.figures[POLICY_QUEUE], 2, 2, "queue");
	expect(p.figures[POLICY_CPU], 200, 200, "cpu");
	scene_end(&s);
}

static void tend(struct scene *s, const char *name, enum tending tending)
{
	send(s, (struct observation){
			.kind = OBS_TENDED, .server = RO, .instance = name, .u.tended = tending});
}

static void connections(struct scene *s, const char *name, int count)
{
	send(s, (struct observation){.kind = OBS_CONNECTIONS,
			.server = RO,
			.instance = name,
			.u.connections = {count, count}});
}

Test(policy_sample, what_warming_shows_is_no_load)
{
	struct scene s;

	scene_healthy(&s);
	loaded(&s, RO, "ollama-1", "mistral:7b=aaa", NULL);
	stats(&s, RO, "ollama-1", GIB, 0, 0);
	connections(&s, "ollama-1", 1);
	tend(&s, "ollama-2", TENDED_RESTARTING);
	loaded(&s, RO, "ollama-2", "mistral:7b=aaa", NULL);
	stats(&s, RO, "ollama-2", GIB, 0, 0);
	pass(&s, 1000);
	stats(&s, RO, "ollama-2", GIB, 300, 0);
	connections(&s, "ollama-2", 2);
	tend(&s, "ollama-2", TENDED_NOT);
	expect(look(&s).figures[POLICY_BUSY], 0.5, 1, "both seem busy");
	expect(look(&s).figures[POLICY_INFLIGHT], 0.5, 1.5, "by connections of before");
	expect(look(&s).figures[POLICY_CPU], 0, 150, "by the processor of before");
	pass(&s, 1000);
	connections(&s, "ollama-2", 0);
	stats(&s, RO, "ollama-2", GIB, 300, 0);
	expect(look(&s).figures[POLICY_INFLIGHT], 0.5, 0.5, "there are none any more");
	expect(look(&s).figures[POLICY_BUSY], 0.5, 1, "a mean that began before");
	pass(&s, 1000);
	stats(&s, RO, "ollama-2", GIB, 300, 0);
	expect(look(&s).figures[POLICY_BUSY], 1, 1, "works by itself");
	expect(look(&s).figures[POLICY_CPU], 150, 150, "by itself");
	stats(&s, RO, "ollama-2", GIB, 0, 0);
	expect(look(&s).figures[POLICY_BUSY], 0.5, 0.5, "does nothing");
	connections(&s, "ollama-2", 1);
	expect(look(&s).figures[POLICY_BUSY], 1, 1, "has a request");
	scene_end(&s);
}

Test(policy_sample, one_that_tells_nothing_leaves_the_high_end_open)
{
	struct scene s;

	scene_healthy(&s);
	requests(&s, "ollama-1", 4, 2);
	expect(look(&s).figures[POLICY_INFLIGHT], 3, INFINITY, "of the other nothing is known");
	scene_end(&s);
}

Test(policy_sample, old_figures_are_none)
{
	struct scene s;

	scene_healthy(&s);
	requests(&s, "ollama-1", 1, 0);
	requests(&s, "ollama-2", 1, 0);
	for (int i = 0; i < 120; i++)
		pass(&s, 1000);
	cr_expect_eq(look(&s).ready, 0, "no answer for two minutes");
	cr_expect_not(policy_figure_known(look(&s).figures[POLICY_INFLIGHT]));
	version(&s, RO, "ollama-1", 2);
	version(&s, RO, "ollama-2", 2);
	cr_expect_eq(look(&s).ready, 2);
	cr_expect_not(policy_figure_known(look(&s).figures[POLICY_INFLIGHT]));
	cr_expect_not(policy_figure_known(look(&s).figures[POLICY_CPU]));
	scene_end(&s);
}

Test(policy_sample, one_that_fails_is_not_ready_but_counted)
{
	struct scene s;

	scene_healthy(&s);
	fail(&s, OBS_VERSION, RO, "ollama-2", "connection refused");
	cr_expect_eq(look(&s).count, 2);
	cr_expect_eq(look(&s).ready, 1);
	scene_end(&s);
}
