/* What holds of the policy whatever it is fed: fixed seeds, thousands of steps each. */
#include "ollama-top/policy.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define SEEDS 60
#define STEPS 4000
#define NEVER (-1000000000)

static uint64_t seed;

static unsigned draw(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % below;
}

static const char *const ups[] = {"busy > 0.5 for 5s", "inflight > 1 for 3s or queue >= 1 for 10s",
	"cpu > 50% for 2s and memory > 0.2 for 4s"};
static const char *const downs[] = {"busy < 0.5 for 5s", "inflight <= 1 for 20s and queue < 1 for 3s",
	"cpu < 50% for 2s or memory > 0.9 for 4s", "latency < 100ms for 5s"};

static void random_spec(struct autoscale_spec *spec, struct schedule_spec *schedule)
{
	policy_spec_init(spec);
	if (draw(2)) {
		spec->target_metric = strdup(policy_metric_name((enum policy_metric)draw(POLICY_METRICS)));
		spec->target_value = 0.1 + draw(30) / 10.0;
	} else {
		spec->up_when = strdup(ups[draw(3)]);
		spec->down_when = strdup(downs[draw(4)]);
	}
	if (draw(2)) {
		spec->cooldown_up_ms = draw(60) * 1000;
		spec->cooldown_down_ms = draw(60) * 1000;
		spec->step_up = 1 + (int)draw(4);
		spec->step_down = 1 + (int)draw(4);
	}
	if (draw(2)) {
		*schedule = (struct schedule_spec){.days = (char *)"Mon-Sun",
			.from = (char *)"00:20",
			.to = (char *)"00:40",
			.min = 1 + (int)draw(5)};
		spec->schedule = schedule;
		spec->schedule_count = 1;
	}
	cr_assert(policy_spec_default(spec));
}

static void random_sample(struct policy_sample *s, int count)
{
	policy_sample_init(s);
	s->count = draw(20) ? count : -1;
	s->ready = count > 0 ? (int)draw((unsigned)count + 1) : 0;
	s->starting = (int)draw((unsigned)(count - s->ready) + 1);
	s->room = draw(3) ? -1 : (int)draw(3);
	s->acting = draw(30) == 0;
	for (int m = 0; m < POLICY_METRICS; m++) {
		const double low = draw(40) / 10.0;

		s->figures[m] = (struct policy_figure){low, low + (draw(4) ? 0 : draw(10) / 10.0)};
		if (s->ready == 0 || draw(6) == 0)
			s->figures[m] = (struct policy_figure){draw(2) ? 0 : low, INFINITY};
	}
}

/* The figures that going down depends on. */
static bool is_blind(const struct policy *policy, const struct policy_sample *s)
{
	struct policy_target target;
	const struct policy_condition *c;

	if (policy_target(policy, &target))
		return !policy_figure_known(s->figures[target.metric]);
	for (size_t i = 0; (c = policy_condition(policy, i)) != NULL; i++)
		if (!c->of_up && !policy_figure_known(s->figures[c->metric]))
			return true;
	return false;
}

struct walk {
	struct autoscale_spec spec;
	struct policy *policy;
	int min, max, count, changes;
	int64_t now, up_at, down_at;
	uint64_t hash; /* of all decisions */
};

static void check(struct walk *w, const struct policy_sample *s, const struct policy_decision *d)
{
	cr_assert_eq(d->action == POLICY_HOLD, d->desired == s->count);
	cr_assert(d->reason[0] != '\0');
	if (d->action == POLICY_UP) {
		cr_assert_leq(d->desired, w->max);
		cr_assert_leq(d->desired - s->count, w->spec.step_up);
		cr_assert(s->room < 0 || d->desired - s->count <= s->room);
		cr_assert_geq(w->now - w->up_at, w->spec.cooldown_up_ms);
	}
	if (d->action == POLICY_DOWN) {
		cr_assert_geq(d->desired, w->min);
		cr_assert_geq(d->desired, d->floor);
		cr_assert_leq(s->count - d->desired, w->spec.step_down);
		cr_assert_geq(w->now - w->down_at, w->spec.cooldown_down_ms);
		cr_assert_geq(w->now - w->up_at, w->spec.cooldown_down_ms);
		cr_assert_not(is_blind(w->policy, s), "%s", d->reason);
	}
	if (s->count < 0 || s->acting || policy_alert(w->policy))
		cr_assert_eq(d->action, POLICY_HOLD);
}

static void step(struct walk *w)
{
	struct policy_sample s;

	w->now += draw(50) ? 1000 : 60000;
	random_sample(&s, w->count);
	const struct policy_decision *d = policy_feed(w->policy, w->now, w->now, &s);
	w->hash = (w->hash ^ (uint64_t)(d->desired * 64 + d->why)) * UINT64_C(1099511628211);
	check(w, &s, d);
	if (d->action == POLICY_HOLD || draw(4) == 0)
		return;
	policy_acted(w->policy, w->now, w->now, s.count, d->desired);
	*(d->action == POLICY_UP ? &w->up_at : &w->down_at) = w->now;
	w->count = d->desired;
	w->changes++;
	if (policy_alert(w->policy) && draw(2))
		policy_resume(w->policy, w->now, w->now);
}

static struct walk walk(uint64_t from)
{
	struct walk w = {.now = 1000, .up_at = NEVER, .down_at = NEVER};
	struct schedule_spec schedule;
	struct policy_error error;

	seed = from * 7919 + 1;
	random_spec(&w.spec, &schedule);
	w.min = (int)draw(3);
	w.max = w.min + 1 + (int)draw(6);
	w.count = (int)draw(9);
	w.policy = policy_new(&w.spec, w.min, w.max, &error);
	cr_assert(w.policy, "%s", error.text);
	for (int i = 0; i < STEPS; i++)
		step(&w);
	policy_free(w.policy);
	w.spec.schedule = NULL;
	w.spec.schedule_count = 0;
	policy_spec_clear(&w.spec);
	return w;
}

Test(policy_random, bounds_steps_and_cooldowns_hold)
{
	int changes = 0;

	for (uint64_t i = 0; i < SEEDS; i++)
		changes += walk(i).changes;
	cr_expect_gt(changes, 1000, "the walks changed something: %d", changes);
}

Test(policy_random, the_same_is_decided_again)
{
	for (uint64_t i = 0; i < 10; i++)
		cr_expect_eq(walk(i).hash, walk(i).hash);
}

/* Nothing but missing figures: the number never falls. */
Test(policy_random, blind_it_never_goes_down)
{
	for (uint64_t i = 0; i < SEEDS; i++) {
		struct autoscale_spec spec;
		struct schedule_spec schedule;
		struct policy_error error;
		struct policy_sample s;

		seed = i * 104729 + 3;
		random_spec(&spec, &schedule);
		struct policy *policy = policy_new(&spec, 1, 6, &error);
		for (int t = 0; t < 2000; t++) {
			random_sample(&s, 3);
			for (int m = 0; m < POLICY_METRICS; m++)
				s.figures[m].high = INFINITY;
			cr_assert_neq(policy_feed(policy, t * 1000, t * 1000, &s)->action, POLICY_DOWN);
		}
		policy_free(policy);
		spec.schedule = NULL;
		spec.schedule_count = 0;
		policy_spec_clear(&spec);
	}
}
