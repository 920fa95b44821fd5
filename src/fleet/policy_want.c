/*
 * policy_want.c - what the load asks for: by the rules, or by the target.
 */
#include "ollama-top/i18n.h"
#include "policy_private.h"

#include <math.h>
#include <stdio.h>

/* A need is not above a whole number by rounding alone. */
#define ROUNDING 1e-6
#define NEED_MAX 100000

void wants_add(struct wants *w, int64_t now, int64_t span_ms, int wanted)
{
	while (w->count > 0 && w->ring[w->head].at < now - span_ms) {
		w->head = (w->head + 1) % WANTS_MAX;
		w->count--;
	}
	while (w->count > 0 && w->ring[(w->head + w->count - 1) % WANTS_MAX].wanted <= wanted)
		w->count--;
	if (w->count == WANTS_MAX) {
		/* full of ever smaller ones: the last is kept as if it were wanted still */
		w->ring[(w->head + w->count - 1) % WANTS_MAX].at = now;
		return;
	}
	w->ring[(w->head + w->count) % WANTS_MAX] = (struct want){.at = now, .wanted = wanted};
	w->count++;
}

int wants_most(const struct wants *w)
{
	return w->count > 0 ? w->ring[w->head].wanted : -1;
}

/* A rule's first condition that is true, as the reason for what it asks. */
static void tell_rule(const struct policy_rule *rule, struct wish *out)
{
	char value[POLICY_FIGURE_TEXT], threshold[POLICY_FIGURE_TEXT];

	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *c = &rule->conditions[i];

		if (c->truth != POLICY_TRUE)
			continue;
		snprintf(out->text, sizeof(out->text), _("%s is %s (%s %s)"), policy_metric_name(c->metric),
			policy_figure_text(value, c->metric, c->value), policy_op_name(c->op),
			policy_number_text(threshold, c->metric, c->threshold));
		return;
	}
}

static void tell_blind(enum policy_metric metric, struct wish *out)
{
	snprintf(out->text, sizeof(out->text), _("%s is not known of all ready instances"),
		policy_metric_name(metric));
}

static void wish_by_rule(
	struct wish *out, const struct policy_rule *rule, enum policy_action action, int wanted)
{
	const bool now = policy_rule_truth(rule, false) == POLICY_TRUE;

	if (!now && policy_rule_truth(rule, true) != POLICY_TRUE)
		return;
	out->action = action;
	out->pending = !now;
	out->due_in = now ? 0 : policy_rule_wait(rule);
	out->wanted = wanted;
	tell_rule(rule, out);
}

static void wish_by_rules(
	struct policy *p, int64_t now, bool broken, const struct policy_sample *s, struct wish *out)
{
	policy_rule_feed(p->up, now, broken, s->figures);
	policy_rule_feed(p->down, now, broken, s->figures);
	const struct policy_condition *blind = policy_rule_blind(p->down);
	out->blind = blind != NULL;
	wish_by_rule(out, p->up, POLICY_UP, s->count + p->spec->step_up);
	if (out->action == POLICY_UP && !out->pending)
		return;
	if (blind && out->action == POLICY_HOLD)
		tell_blind(blind->metric, out);
	else if (!blind && (out->action == POLICY_HOLD || policy_rule_truth(p->down, false) == POLICY_TRUE))
		wish_by_rule(out, p->down, POLICY_DOWN, s->count - p->spec->step_down);
}

/* How many instances a load needs, on top of those that are no use. */
static int needed(const struct policy *p, const struct policy_sample *s, double mean)
{
	const int useless = s->count - s->ready - s->starting;
	const double need = ceil(mean * s->ready / p->spec->target_value - ROUNDING);

	return (int)(need < NEED_MAX ? need : NEED_MAX) + (useless > 0 ? useless : 0);
}

static void wish_less(struct policy *p, int64_t now, const struct policy_sample *s, struct wish *out)
{
	const int64_t span = policy_window_ms(p->spec);
	const int wanted = needed(p, s, p->target_value.high);

	wants_add(&p->wants, now, span, wanted);
	if (wanted >= s->count)
		p->lower_since = -1;
	else if (p->lower_since < 0)
		p->lower_since = now;
	if (out->action == POLICY_UP || wanted >= s->count)
		return;
	const int most = wants_most(&p->wants);
	out->action = POLICY_DOWN;
	out->wanted = most < s->count ? most : wanted;
	out->pending = most >= s->count || now - p->watched_since < span;
	out->due_in = out->pending ? p->lower_since + span - now : 0;
}

static void wish_by_target(
	struct policy *p, int64_t now, bool broken, const struct policy_sample *s, struct wish *out)
{
	char value[POLICY_FIGURE_TEXT], target[POLICY_FIGURE_TEXT];

	p->target_value = s->figures[p->target];
	const bool known = policy_figure_known(p->target_value);
	if (!known || broken) {
		p->wants.count = 0;
		p->lower_since = -1;
		p->watched_since = known ? now : -1;
	} else if (p->watched_since < 0) {
		p->watched_since = now;
	}
	out->wanted = needed(p, s, p->target_value.low / POLICY_EAGER);
	out->action = out->wanted > s->count ? POLICY_UP : POLICY_HOLD;
	out->blind = !known;
	if (known)
		wish_less(p, now, s, out);
	if (!known && out->action == POLICY_HOLD)
		tell_blind(p->target, out);
	else
		snprintf(out->text, sizeof(out->text), _("%s is %s (target %s), which takes %d"),
			policy_metric_name(p->target), policy_figure_text(value, p->target, p->target_value),
			policy_number_text(target, p->target, p->spec->target_value), out->wanted);
}

void policy_wish(struct policy *p, int64_t now, bool broken, const struct policy_sample *s, struct wish *out)
{
	*out = (struct wish){.action = POLICY_HOLD, .wanted = -1, .due_in = -1};
	if (p->target < POLICY_METRICS)
		wish_by_target(p, now, broken, s, out);
	else
		wish_by_rules(p, now, broken, s, out);
}
