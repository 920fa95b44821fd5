/*
 * policy.c - a policy's life: fed, followed, stopped when it flaps.
 */
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "policy_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nothing that goes up and down more slowly than this is called flapping for the sake of short cooldowns. */
#define ROUND_MIN_MS ((int64_t)10 * 1000)
/* A round is fast when it takes at most this times the fastest. */
#define ROUND_FAST 1.5

static bool read_rules(struct policy *p, struct policy_error *error)
{
	if (p->spec->target_metric) {
		p->target = policy_metric_find(p->spec->target_metric, strlen(p->spec->target_metric));
		if (p->target < POLICY_METRICS && p->spec->target_value > 0)
			return true;
		snprintf(error->text, sizeof(error->text),
			_("the target cannot be used; expected %s, above 0"), policy_metric_list());
		return false;
	}
	p->up = policy_rule_parse(p->spec->up_when ? p->spec->up_when : "", error);
	p->down = p->up ? policy_rule_parse(p->spec->down_when ? p->spec->down_when : "", error) : NULL;
	for (size_t i = 0; p->down && i < p->up->condition_count; i++)
		p->up->conditions[i].of_up = true;
	return p->down != NULL;
}

struct policy *policy_new(const struct autoscale_spec *spec, int min, int max, struct policy_error *error)
{
	struct policy *p = calloc(1, sizeof(*p));

	*error = (struct policy_error){.at = 0};
	if (!p) {
		snprintf(error->text, sizeof(error->text), "%s", _("out of memory"));
		return NULL;
	}
	p->spec = spec;
	p->min = min;
	p->max = max;
	p->target = POLICY_METRICS;
	p->target_value = (struct policy_figure){0, INFINITY};
	p->watched_since = p->lower_since = p->fed_at = p->up_at = p->down_at = -1;
	p->decision = (struct policy_decision){
		.count = -1, .desired = -1, .wanted = -1, .why = POLICY_BLIND, .next_in = -1};
	if (!read_rules(p, error)) {
		policy_free(p);
		return NULL;
	}
	return p;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	policy_rule_free(p->up);
	policy_rule_free(p->down);
	free(p);
}

void policy_sample_init(struct policy_sample *sample)
{
	*sample = (struct policy_sample){.count = -1, .room = -1};
	for (size_t i = 0; i < POLICY_METRICS; i++)
		sample->figures[i] = (struct policy_figure){0, INFINITY};
}

const struct policy_decision *policy_feed(
	struct policy *p, int64_t now, int64_t wall, const struct policy_sample *sample)
{
	const bool broken = p->fed_at < 0 || now < p->fed_at || now - p->fed_at > POLICY_GAP_MS;
	struct wish wish;

	policy_wish(p, now, broken, sample, &wish);
	policy_decide(p, now, wall, sample, &wish);
	policy_log_decision(p, now, wall);
	p->fed_at = now;
	return &p->decision;
}

const struct policy_decision *policy_last(const struct policy *p)
{
	return &p->decision;
}

int64_t policy_round_ms(const struct policy *p)
{
	int64_t down = p->down ? p->spec->cooldown_down_ms : policy_window_ms(p->spec), up = 0;

	if (p->down) {
		const int64_t longest = policy_rule_longest(p->down);

		down = longest > down ? longest : down;
		up = policy_rule_longest(p->up);
	}
	return down + up > ROUND_MIN_MS ? down + up : ROUND_MIN_MS;
}

/* Going up: whether that takes back what was done a moment ago; true when it did so too often. */
static bool regretted(struct policy *p, int64_t now)
{
	const int64_t up = p->up ? policy_rule_longest(p->up) : 0;

	if (p->last_act != POLICY_DOWN)
		return false;
	if (now - p->down_at > (int64_t)((double)up * ROUND_FAST) + POLICY_REGRET_MS) {
		p->regret_count = 0;
		return false;
	}
	p->regrets[p->regret_count++ % POLICY_FLAP_ROUNDS] = now;
	if (p->regret_count < POLICY_FLAP_ROUNDS)
		return false;
	const int64_t oldest = p->regrets[p->regret_count % POLICY_FLAP_ROUNDS];
	return (double)(now - oldest) <= (double)policy_round_ms(p) * ROUND_FAST * POLICY_FLAP_ROUNDS;
}

static void stop(struct policy *p, int64_t now, int64_t wall)
{
	char span[32];

	snprintf(p->alert, sizeof(p->alert),
		_("flapping: %d times down and at once up again within %s; stopped until somebody arms it "
		  "again: set "
		  "the "
		  "thresholds further apart, or longer cooldowns"),
		POLICY_FLAP_ROUNDS,
		text_duration(span, sizeof(span), now - p->regrets[p->regret_count % POLICY_FLAP_ROUNDS]));
	policy_note(p, now, wall, p->alert);
}

void policy_acted(struct policy *p, int64_t now, int64_t wall, int from, int to)
{
	if (from == to)
		return;
	const enum policy_action act = to > from ? POLICY_UP : POLICY_DOWN;
	const bool flaps = act == POLICY_UP && regretted(p, now);
	policy_log_act(p, now, wall, from, to);
	if (act == POLICY_UP) {
		p->up_at = now;
		p->counts.ups++;
		p->counts.instances_added += (uint64_t)(to - from);
	} else {
		p->down_at = now;
		p->counts.downs++;
		p->counts.instances_removed += (uint64_t)(from - to);
	}
	p->last_act = act;
	if (flaps && p->alert[0] == '\0')
		stop(p, now, wall);
}

void policy_changed(struct policy *p, int64_t now, int64_t wall, int from, int to)
{
	char text[128];

	if (from == to)
		return;
	*(to > from ? &p->up_at : &p->down_at) = now;
	snprintf(text, sizeof(text), _("it went from %d to %d instances, not by this policy"), from, to);
	policy_note(p, now, wall, text);
}

const char *policy_alert(const struct policy *p)
{
	return p->alert[0] != '\0' ? p->alert : NULL;
}

void policy_resume(struct policy *p, int64_t now, int64_t wall)
{
	if (p->alert[0] == '\0')
		return;
	p->alert[0] = '\0';
	p->regret_count = 0;
	p->last_act = POLICY_HOLD;
	policy_note(p, now, wall, _("armed again after flapping"));
}

const struct policy_condition *policy_condition(const struct policy *p, size_t i)
{
	const size_t ups = p->up ? p->up->condition_count : 0;

	if (i < ups)
		return &p->up->conditions[i];
	return p->down && i - ups < p->down->condition_count ? &p->down->conditions[i - ups] : NULL;
}

static bool is_of_requests(enum policy_metric metric)
{
	return metric == POLICY_BUSY || metric == POLICY_INFLIGHT || metric == POLICY_QUEUE;
}

bool policy_goes_by_requests(const struct policy *p)
{
	const struct policy_condition *c;
	bool goes = is_of_requests(p->target);

	for (size_t i = 0; (c = policy_condition(p, i)); i++)
		goes = goes || is_of_requests(c->metric);
	return goes;
}

bool policy_target(const struct policy *p, struct policy_target *out)
{
	if (p->target == POLICY_METRICS)
		return false;
	*out = (struct policy_target){
		.metric = p->target,
		.target = p->spec->target_value,
		.value = p->target_value,
		.lower_for_ms = p->lower_since < 0 ? 0 : p->fed_at - p->lower_since,
		.lower_after_ms = policy_window_ms(p->spec),
		.highest = wants_most(&p->wants),
	};
	return true;
}

struct policy_counts policy_counts(const struct policy *p)
{
	return p->counts;
}
