/* Rules, targets and schedules: what is wanted, when, and why not. */
#include "ollama-top/policy.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define S ((int64_t)1000)
#define M (60 * S)

/* A policy on a clock of its own that is fed every second. */
struct run {
	struct autoscale_spec *spec; /* the policy keeps its address */
	struct policy *policy;
	struct policy_sample sample;
	int64_t now;
	const struct policy_decision *d;
};

static struct run start(const char *up, const char *down, double target, int min, int max)
{
	struct run r = {.now = 1000 * S, .spec = calloc(1, sizeof(*r.spec))};
	struct policy_error error;

	policy_spec_init(r.spec);
	r.spec->up_when = up ? strdup(up) : NULL;
	r.spec->down_when = down ? strdup(down) : NULL;
	if (target > 0) {
		r.spec->target_metric = strdup("inflight");
		r.spec->target_value = target;
	}
	cr_assert(policy_spec_default(r.spec));
	policy_sample_init(&r.sample);
	r.sample.count = r.sample.ready = 2;
	r.policy = policy_new(r.spec, min, max, &error);
	cr_assert(r.policy, "%s", error.text);
	return r;
}

static void stop(struct run *r)
{
	policy_free(r->policy);
	policy_spec_clear(r->spec);
	free(r->spec);
}

static void set(struct run *r, enum policy_metric metric, double value)
{
	r->sample.figures[metric] = (struct policy_figure){value, value};
}

static void forget(struct run *r, enum policy_metric metric)
{
	r->sample.figures[metric] = (struct policy_figure){0, INFINITY};
}

static void pass(struct run *r, int64_t ms)
{
	for (const int64_t end = r->now + ms; r->now < end;) {
		r->now += S;
		r->d = policy_feed(r->policy, r->now, r->now, &r->sample);
	}
}

static void act(struct run *r)
{
	policy_acted(r->policy, r->now, r->now, r->sample.count, r->d->desired);
	r->sample.count = r->sample.ready = r->d->desired;
}

static const char *wrong(const char *text)
{
	static struct policy_error error;
	struct policy_rule *rule = policy_rule_parse(text, &error);

	cr_expect_null(rule, "%s", text);
	policy_rule_free(rule);
	return error.text;
}

Test(policy_rule, what_is_wrong_is_told)
{
	static const struct {
		const char *text;
		size_t at;
		const char *says;
	} cases[] = {
		{"", 0, "too early"},
		{"load > 1 for 1s", 0,
			"unknown metric \"load\"; expected busy, inflight, queue, cpu, memory or latency"},
		{"busy = 1 for 1s", 5, "unknown operator"},
		{"busy > 1", 8, "\"for DURATION\""},
		{"busy > 1 for 0s", 13, "unusable duration"},
		{"busy > 1 for 8d", 13, "unusable duration"},
		{"busy > 1GB for 1s", 7, "a share"},
		{"inflight > 50% for 1s", 11, "a number"},
		{"(busy > 1 for 1s", 16, "\")\""},
		{"busy > 1 for 1s)", 15, "the end"},
		{"busy > 1 for 1s and", 19, "too early"},
		{"busy > 1 for 1s xor busy > 1 for 1s", 16, "\"and\", \"or\""},
		{"((((((((((((((((( busy > 1 for 1s", 16, "parentheses"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct policy_error error;

		cr_expect_null(policy_rule_parse(cases[i].text, &error));
		cr_expect_eq(error.at, cases[i].at, "%s: at %zu", cases[i].text, error.at);
		cr_expect(strstr(error.text, cases[i].says), "%s: %s", cases[i].text, error.text);
	}
}

Test(policy_rule, are_bounded)
{
	char text[4096] = "busy > 1 for 1s";

	for (int i = 0; i < POLICY_CONDITIONS_MAX; i++)
		strcat(text, " or busy > 1 for 1s");
	cr_expect(strstr(wrong(text), "at most 16"));
	memset(text, ' ', sizeof(text) - 1);
	cr_expect(strstr(wrong(text), "too long"));
}

Test(policy_rule, units_of_values)
{
	struct run r = start("busy > 80% for 1s or latency > 2s for 1s or cpu > 150% for 1s",
		"memory < 20% for 1s", 0, 1, 6);
	const double wanted[] = {0.8, 2000, 150, 0.2};

	for (size_t i = 0; i < 4; i++) {
		cr_expect_float_eq(policy_condition(r.policy, i)->threshold, wanted[i], 1e-9);
		cr_expect_eq(policy_condition(r.policy, i)->of_up, i < 3);
	}
	cr_expect_null(policy_condition(r.policy, 4));
	stop(&r);
}

/* busy or (queue and cpu): and binds tighter. */
Test(policy_rule, and_binds_tighter_than_or)
{
	static const struct {
		const char *rule;
		double busy, queue, cpu;
		bool holds;
	} cases[] = {
		{"busy > 0 for 1s or queue > 0 for 1s and cpu > 0 for 1s", 1, 0, 0, true},
		{"(busy > 0 for 1s or queue > 0 for 1s) and cpu > 0 for 1s", 1, 0, 0, false},
		{"busy > 0 for 1s and queue > 0 for 1s or cpu > 0 for 1s", 0, 0, 1, true},
		{"busy > 0 for 1s and (queue > 0 for 1s or cpu > 0 for 1s)", 0, 0, 1, false},
		{"busy > 0 for 1s and (queue > 0 for 1s or cpu > 0 for 1s)", 1, 0, 1, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct run r = start(cases[i].rule, "memory < 0.1 for 1h", 0, 1, 6);

		set(&r, POLICY_BUSY, cases[i].busy);
		set(&r, POLICY_QUEUE, cases[i].queue);
		set(&r, POLICY_CPU, cases[i].cpu);
		pass(&r, 3 * S);
		cr_expect_eq(r.d->action == POLICY_UP, cases[i].holds, "%zu: %s", i, r.d->reason);
		stop(&r);
	}
}

Test(policy, a_rule_must_hold_for_its_time_without_a_break)
{
	struct run r = start("busy > 0.8 for 60s", "busy < 0.2 for 10m", 0, 1, 6);

	set(&r, POLICY_BUSY, 0.9);
	pass(&r, 60 * S);
	cr_expect_eq(r.d->why, POLICY_PENDING);
	cr_expect_eq(r.d->next_in, 1 * S);
	set(&r, POLICY_BUSY, 0.8);
	pass(&r, S);
	cr_expect_eq(r.d->why, POLICY_WELL);
	set(&r, POLICY_BUSY, 0.9);
	pass(&r, 60 * S);
	cr_expect_eq(r.d->action, POLICY_HOLD);
	cr_expect_eq(policy_condition(r.policy, 0)->held_ms, 59 * S);
	pass(&r, S);
	cr_expect_eq(r.d->action, POLICY_UP);
	cr_expect_eq(r.d->desired, 3);
	cr_expect_str_eq(r.d->reason, "busy is 0.90 (> 0.80): from 2 to 3");
	stop(&r);
}

Test(policy, a_pause_of_the_feed_breaks_it_too)
{
	struct run r = start("busy > 0.8 for 60s", "busy < 0.2 for 10m", 0, 1, 6);

	set(&r, POLICY_BUSY, 0.9);
	pass(&r, 50 * S);
	r.now += POLICY_GAP_MS;
	pass(&r, 30 * S);
	cr_expect_eq(r.d->why, POLICY_PENDING);
	stop(&r);
}

Test(policy, cooldowns_are_apart)
{
	struct run r = start("busy > 0.8 for 1s", "busy < 0.2 for 1s", 0, 1, 6);

	set(&r, POLICY_BUSY, 1);
	pass(&r, 3 * S);
	act(&r);
	pass(&r, 59 * S);
	cr_expect_eq(r.d->why, POLICY_COOLDOWN);
	cr_expect_eq(r.d->up_in, 1 * S);
	cr_expect_eq(r.d->next_in, 1 * S);
	pass(&r, S);
	cr_expect_eq(r.d->action, POLICY_UP);
	set(&r, POLICY_BUSY, 0);
	pass(&r, 3 * M);
	cr_expect_eq(r.d->why, POLICY_COOLDOWN, "a change up delays one down");
	pass(&r, 1 * M + 2 * S);
	cr_expect_eq(r.d->action, POLICY_DOWN);
	act(&r);
	set(&r, POLICY_BUSY, 1);
	pass(&r, 3 * S);
	cr_expect_eq(r.d->action, POLICY_UP, "but one down does not delay one up");
	stop(&r);
}

Test(policy, bounds_and_memory)
{
	struct run r = start("busy > 0.8 for 1s", "busy < 0.2 for 1s", 0, 2, 4);

	set(&r, POLICY_BUSY, 1);
	r.sample.room = 0;
	pass(&r, 3 * S);
	cr_expect_eq(r.d->why, POLICY_LIMIT);
	cr_expect_str_eq(r.d->reason, "busy is 1.00 (> 0.80), but memory has no room for more than 2");
	cr_expect_eq(r.d->ceiling, 2);
	r.sample.room = -1;
	r.sample.count = r.sample.ready = 4;
	pass(&r, S);
	cr_expect_str_eq(r.d->reason, "busy is 1.00 (> 0.80), but max is 4");
	set(&r, POLICY_BUSY, 0);
	r.sample.count = r.sample.ready = 2;
	pass(&r, 3 * S);
	cr_expect_str_eq(r.d->reason, "busy is 0.00 (< 0.20), but min is 2");
	r.sample.count = r.sample.ready = 0;
	pass(&r, S);
	cr_expect_eq(r.d->why, POLICY_BOUND);
	cr_expect_eq(r.d->desired, 1, "one step at a time");
	stop(&r);
}

Test(policy, what_is_not_known_never_scales_down)
{
	struct run r = start("busy > 0.8 for 1s", "busy < 0.2 for 1s or cpu < 10 for 1s", 0, 1, 6);

	set(&r, POLICY_BUSY, 0);
	pass(&r, 20 * M);
	cr_expect_eq(r.d->why, POLICY_BLIND, "cpu is not known, and could be high");
	cr_expect_str_eq(r.d->reason, "cpu is not known of all ready instances, so nothing is scaled down");
	set(&r, POLICY_CPU, 500);
	pass(&r, 3 * S);
	cr_expect_eq(r.d->action, POLICY_DOWN);
	/* a load that is surely there scales up, whatever is not known */
	forget(&r, POLICY_CPU);
	r.sample.figures[POLICY_BUSY] = policy_figure_mean(3, 3, 3, false);
	pass(&r, 3 * S);
	cr_expect_eq(r.d->action, POLICY_UP);
	r.sample.count = -1;
	pass(&r, S);
	cr_expect_eq(r.d->why, POLICY_BLIND);
	cr_expect_eq(r.d->action, POLICY_HOLD);
	stop(&r);
}

Test(policy, knows_whether_it_goes_by_requests)
{
	static const struct {
		const char *up, *down;
		bool goes;
	} all[] = {
		{NULL, NULL, true},
		{"cpu > 80 for 1s", "cpu < 20 for 1s", false},
		{"latency > 1s for 1s or memory > 90% for 1s", "memory < 0.1 for 1s", false},
		{"queue > 1 for 1s", "cpu < 20 for 1s", true},
		{"cpu > 80 for 1s", "cpu < 20 for 1s and busy < 0.5 for 1s", true},
		{"inflight > 1 for 1s", "inflight < 1 for 1s", true},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct run r = start(all[i].up, all[i].down, all[i].up ? 0 : 2, 1, 6);

		cr_expect_eq(policy_goes_by_requests(r.policy), all[i].goes, "%zu", i);
		stop(&r);
	}
}

Test(policy, target_goes_to_what_is_needed)
{
	struct run r = start(NULL, NULL, 2, 1, 6);

	set(&r, POLICY_INFLIGHT, 4.4);
	pass(&r, S);
	cr_expect_eq(r.d->action, POLICY_UP);
	cr_expect_eq(r.d->desired, 5, "8.8 at 0.9 of 2 each");
	act(&r);
	r.sample.ready = 2;
	r.sample.starting = 3;
	pass(&r, 10 * S);
	cr_expect_eq(r.d->action, POLICY_HOLD, "those that start are counted: %s", r.d->reason);
	stop(&r);
}

Test(policy, target_keeps_what_was_needed_of_late)
{
	struct run r = start(NULL, NULL, 2, 1, 6);
	struct policy_target t;

	r.sample.count = r.sample.ready = 5;
	set(&r, POLICY_INFLIGHT, 1.7);
	pass(&r, 30 * S);
	set(&r, POLICY_INFLIGHT, 1.0);
	pass(&r, 119 * S);
	cr_expect_eq(r.d->action, POLICY_HOLD);
	cr_expect_eq(r.d->why, POLICY_PENDING);
	cr_assert(policy_target(r.policy, &t));
	cr_expect_eq(t.highest, 5);
	cr_expect_eq(t.lower_for_ms, 118 * S);
	cr_expect_eq(r.d->next_in, 2 * S);
	pass(&r, 3 * S);
	cr_expect_eq(r.d->action, POLICY_DOWN);
	cr_expect_eq(r.d->desired, 3, "two steps of what is needed: 5 x 1.0 at 2 each");
	stop(&r);
}

Test(policy, target_waits_after_a_blind_while)
{
	struct run r = start(NULL, NULL, 2, 1, 6);

	set(&r, POLICY_INFLIGHT, 0);
	pass(&r, 100 * S);
	forget(&r, POLICY_INFLIGHT);
	pass(&r, S);
	cr_expect_eq(r.d->why, POLICY_BLIND);
	set(&r, POLICY_INFLIGHT, 0);
	pass(&r, 119 * S);
	cr_expect_eq(r.d->action, POLICY_HOLD, "the window begins again");
	pass(&r, 3 * S);
	cr_expect_eq(r.d->action, POLICY_DOWN);
	stop(&r);
}

/* Instances that answer nobody are no help. */
Test(policy, target_counts_the_useless)
{
	struct run r = start(NULL, NULL, 2, 1, 6);

	r.sample.count = 3;
	r.sample.ready = 1;
	set(&r, POLICY_INFLIGHT, 3.5);
	pass(&r, S);
	cr_expect_eq(r.d->desired, 4);
	stop(&r);
}

Test(policy, an_operation_under_way_is_waited_for)
{
	struct run r = start(NULL, NULL, 2, 1, 6);

	set(&r, POLICY_INFLIGHT, 9);
	r.sample.acting = true;
	pass(&r, S);
	cr_expect_eq(r.d->why, POLICY_BUSY_ACTING);
	cr_expect_eq(r.d->desired, 2);
	stop(&r);
}

/* Thresholds so close that each step brings about the next. */
Test(policy, flapping_stops_it)
{
	struct run r = start("busy > 0.5 for 10s", "busy < 0.51 for 10s", 0, 1, 6);
	int acts = 0;

	for (int i = 0; i < 4 * 3600 && !policy_alert(r.policy); i++) {
		set(&r, POLICY_BUSY, r.sample.count > 2 ? 0.4 : 0.6);
		pass(&r, S);
		if (r.d->action != POLICY_HOLD) {
			act(&r);
			acts++;
		}
	}
	cr_expect_eq(acts, 2 * POLICY_FLAP_ROUNDS + 1);
	cr_assert(policy_alert(r.policy));
	pass(&r, 1 * M);
	cr_expect_eq(r.d->why, POLICY_STOPPED);
	cr_expect_eq(policy_log(r.policy, 0)->why, POLICY_STOPPED);
	policy_resume(r.policy, r.now, r.now);
	cr_expect_null(policy_alert(r.policy));
	set(&r, POLICY_BUSY, 0.6);
	pass(&r, 2 * M);
	cr_expect_eq(r.d->action, POLICY_UP);
	stop(&r);
}

/* A load that comes and goes by itself, however regularly. */
Test(policy, a_load_that_changes_is_no_flapping)
{
	struct run r = start("busy > 0.8 for 10s", "busy < 0.2 for 10s", 0, 1, 6);

	for (int i = 0; i < 12 * 3600; i++) {
		set(&r, POLICY_BUSY, i / 600 % 2 ? 1 : 0);
		pass(&r, S);
		if (r.d->action != POLICY_HOLD)
			act(&r);
	}
	cr_expect_null(policy_alert(r.policy), "%s", policy_alert(r.policy));
	cr_expect_gt(policy_counts(r.policy).ups, 20);
	stop(&r);
}

Test(policy, the_log_is_bounded_and_without_repeats)
{
	struct run r = start("busy > 0.8 for 1s", "busy < 0.2 for 1s", 0, 1, 2);

	set(&r, POLICY_BUSY, 1);
	pass(&r, 10 * M);
	cr_expect_eq(policy_log(r.policy, 0)->why, POLICY_LIMIT);
	cr_expect_null(policy_log(r.policy, 1), "a state that stays is one entry");
	for (int i = 0; i < 3 * POLICY_LOG_MAX; i++)
		policy_note(r.policy, r.now, r.now, "lost\x1b[2J the lease");
	cr_expect_str_eq(policy_log(r.policy, POLICY_LOG_MAX - 1)->text, "lost[2J the lease");
	cr_expect_null(policy_log(r.policy, POLICY_LOG_MAX));
	stop(&r);
}

Test(policy, an_act_completes_its_thought)
{
	struct run r = start("busy > 0.8 for 1s", "busy < 0.2 for 1s", 0, 1, 6);

	set(&r, POLICY_BUSY, 1);
	pass(&r, 5 * S);
	cr_expect_not(policy_log(r.policy, 0)->done);
	act(&r);
	cr_expect(policy_log(r.policy, 0)->done);
	cr_expect_eq(policy_log(r.policy, 0)->to, 3);
	cr_expect_null(policy_log(r.policy, 1));
	stop(&r);
}

Test(policy, defaults)
{
	struct autoscale_spec spec;

	policy_spec_init(&spec);
	cr_assert(policy_spec_default(&spec));
	cr_expect_str_eq(spec.target_metric, "inflight");
	cr_expect_eq(spec.target_value, 2.0);
	cr_expect_eq(spec.cooldown_down_ms, 60 * S);
	policy_spec_clear(&spec);
}
