/*
 * policy_log.c - the last decisions: what was thought, what was done, what was noted.
 */
#include "ollama-top/text.h"
#include "policy_private.h"

#include <stdio.h>
#include <string.h>

static struct policy_entry *newest(struct policy *p)
{
	return p->log_count > 0 ? &p->log[(p->log_head + p->log_count - 1) % POLICY_LOG_MAX] : NULL;
}

static struct policy_entry *add(struct policy *p, int64_t now, int64_t wall)
{
	if (p->log_count == POLICY_LOG_MAX)
		p->log_head = (p->log_head + 1) % POLICY_LOG_MAX;
	else
		p->log_count++;
	struct policy_entry *e = newest(p);
	*e = (struct policy_entry){.serial = ++p->log_serial, .at = now, .wall = wall};
	return e;
}

/* Nothing happens most of the time, and a rule that begins to hold often stops again: neither is worth a line. */
static bool is_worth_a_line(const struct policy_decision *d)
{
	return d->action != POLICY_HOLD || d->why == POLICY_LIMIT || d->why == POLICY_BLIND ||
	       d->why == POLICY_STOPPED;
}

static bool is_same(const struct policy_entry *e, const struct policy_decision *d)
{
	return e && !e->done && e->action == d->action && e->why == d->why && e->from == d->count &&
	       e->to == d->desired;
}

void policy_log_decision(struct policy *p, int64_t now, int64_t wall)
{
	const struct policy_decision *d = &p->decision;

	if (!is_worth_a_line(d) || is_same(newest(p), d))
		return;
	struct policy_entry *e = add(p, now, wall);
	e->action = d->action;
	e->why = d->why;
	e->from = d->count;
	e->to = d->desired;
	snprintf(e->text, sizeof(e->text), "%s", d->reason);
}

void policy_log_act(struct policy *p, int64_t now, int64_t wall, int from, int to)
{
	const enum policy_action action = to > from ? POLICY_UP : POLICY_DOWN;
	struct policy_entry *e = newest(p);

	/* the thought that it follows from */
	if (!e || e->done || e->action != action || e->from != from || e->to != to) {
		e = add(p, now, wall);
		e->why = p->decision.action == action ? p->decision.why : POLICY_BOUND;
		snprintf(e->text, sizeof(e->text), "%s", p->decision.reason);
	}
	e->serial = ++p->log_serial;
	e->at = now;
	e->wall = wall;
	e->action = action;
	e->from = from;
	e->to = to;
	e->done = true;
}

void policy_note(struct policy *p, int64_t now, int64_t wall, const char *text)
{
	struct policy_entry *e = add(p, now, wall);

	e->why = POLICY_WHYS;
	e->from = e->to = p->decision.count;
	text_clean(e->text, sizeof(e->text), text, strlen(text));
}

const struct policy_entry *policy_log(const struct policy *p, size_t i)
{
	return i < p->log_count ? &p->log[(p->log_head + p->log_count - 1 - i) % POLICY_LOG_MAX] : NULL;
}
