/*
 * policy_decide.c - from what the load asks for to what is done: bounds, steps, cooldowns.
 */
#include "ollama-top/i18n.h"
#include "policy_private.h"

#include <stdarg.h>
#include <stdio.h>

/* One decision being made. */
struct making {
	struct policy *policy;
	const struct policy_sample *sample;
	const struct wish *wish;
	struct policy_decision *d;
};

static void say(struct policy_decision *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct policy_decision *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(d->reason, sizeof(d->reason), format, args);
	va_end(args);
}

static int64_t left(int64_t since, int64_t cooldown, int64_t now)
{
	return since >= 0 && since + cooldown > now ? since + cooldown - now : 0;
}

static void set_bounds(struct making *m, int64_t now, int64_t wall)
{
	struct policy *p = m->policy;
	struct policy_decision *d = m->d;
	const int scheduled = policy_schedule_floor(p, wall);
	const int64_t changed_at = p->up_at > p->down_at ? p->up_at : p->down_at;

	d->scheduled = scheduled > p->min;
	d->floor = d->scheduled ? scheduled : p->min;
	if (d->floor > p->max)
		d->floor = p->max;
	d->ceiling = p->max;
	if (d->count >= 0 && m->sample->room >= 0 && m->sample->room < p->max - d->count)
		d->ceiling = d->count + m->sample->room;
	d->up_in = left(p->up_at, p->spec->cooldown_up_ms, now);
	d->down_in = left(changed_at, p->spec->cooldown_down_ms, now);
}

/* What keeps it from going further up, in words. */
static void say_ceiling(struct policy_decision *d, const char *why, int max)
{
	if (d->ceiling >= max)
		say(d, _("%s, but max is %d"), why, max);
	else
		say(d, _("%s, but memory has no room for more than %d"), why, d->ceiling);
}

static void say_floor(struct policy_decision *d, const char *why)
{
	if (d->scheduled)
		say(d, _("%s, but the schedule asks for %d"), why, d->floor);
	else
		say(d, _("%s, but min is %d"), why, d->floor);
}

static void go_up(struct making *m, int wanted, enum policy_why why, const char *text)
{
	struct policy_decision *d = m->d;
	const int step = d->count + m->policy->spec->step_up;
	int to = wanted < step ? wanted : step;

	if (to > d->ceiling)
		to = d->ceiling;
	if (to <= d->count) {
		d->why = POLICY_LIMIT;
		say_ceiling(d, text, m->policy->max);
	} else if (d->up_in > 0) {
		d->why = POLICY_COOLDOWN;
		d->next_in = d->up_in;
		say(d, _("%s; the last change is not long enough ago"), text);
	} else {
		d->why = why;
		d->action = POLICY_UP;
		d->desired = to;
		say(d, _("%s: from %d to %d"), text, d->count, to);
	}
}

static void go_down(struct making *m, int wanted, enum policy_why why, const char *text)
{
	struct policy_decision *d = m->d;
	const int step = d->count - m->policy->spec->step_down;
	int to = wanted > step ? wanted : step;

	if (to < d->floor)
		to = d->floor;
	if (to >= d->count) {
		d->why = POLICY_LIMIT;
		say_floor(d, text);
	} else if (d->down_in > 0) {
		d->why = POLICY_COOLDOWN;
		d->next_in = d->down_in;
		say(d, _("%s; the last change is not long enough ago"), text);
	} else {
		d->why = why;
		d->action = POLICY_DOWN;
		d->desired = to;
		say(d, _("%s: from %d to %d"), text, d->count, to);
	}
}

/* Too few, or too many, whatever the load is. False when it is neither. */
static bool keep_bounds(struct making *m)
{
	struct policy_decision *d = m->d;
	char text[96];

	if (d->count < d->floor) {
		snprintf(text, sizeof(text),
			d->scheduled ? _("there are %d, and the schedule asks for %d")
				     : _("there are %d, and min is %d"),
			d->count, d->floor);
		go_up(m, d->floor, POLICY_BOUND, text);
		return true;
	}
	if (d->count > m->policy->max && !m->wish->blind) {
		snprintf(text, sizeof(text), _("there are %d, and max is %d"), d->count, m->policy->max);
		go_down(m, m->policy->max, POLICY_BOUND, text);
		return true;
	}
	return false;
}

static void follow(struct making *m)
{
	struct policy_decision *d = m->d;
	const struct wish *w = m->wish;

	if (w->pending) {
		const int64_t cooldown = w->action == POLICY_UP ? d->up_in : d->down_in;

		d->why = POLICY_PENDING;
		d->next_in = w->due_in > cooldown ? w->due_in : cooldown;
		say(d,
			w->action == POLICY_UP ? _("%s; not long enough yet to go up")
					       : _("%s; not long enough yet to go down"),
			w->text);
		if (w->action == POLICY_DOWN && d->count <= d->floor) {
			d->why = POLICY_LIMIT;
			d->next_in = -1;
			say_floor(d, w->text);
		}
	} else if (w->action == POLICY_UP) {
		go_up(m, w->wanted, POLICY_LOAD, w->text);
	} else if (w->action == POLICY_DOWN) {
		go_down(m, w->wanted, POLICY_LOAD, w->text);
	} else if (w->blind) {
		d->why = POLICY_BLIND;
		say(d, _("%s, so nothing is scaled down"), w->text);
	} else if (w->text[0] != '\0') {
		say(d, "%s", w->text);
	} else {
		say(d, "%s", _("neither rule holds"));
	}
}

void policy_decide(struct policy *p, int64_t now, int64_t wall, const struct policy_sample *sample,
	const struct wish *wish)
{
	struct policy_decision *d = &p->decision;
	struct making m = {.policy = p, .sample = sample, .wish = wish, .d = d};

	*d = (struct policy_decision){
		.action = POLICY_HOLD,
		.why = POLICY_WELL,
		.count = sample->count,
		.desired = sample->count,
		.wanted = wish->wanted,
		.next_in = -1,
	};
	set_bounds(&m, now, wall);
	if (p->alert[0] != '\0') {
		d->why = POLICY_STOPPED;
		say(d, "%s", p->alert);
	} else if (sample->count < 0) {
		d->why = POLICY_BLIND;
		say(d, "%s", _("how many instances there are is not known"));
	} else if (sample->acting) {
		d->why = POLICY_BUSY_ACTING;
		say(d, "%s", _("an operation is changing their number"));
	} else if (!keep_bounds(&m)) {
		follow(&m);
	}
}
