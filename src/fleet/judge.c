/*
 * judge.c - from what was seen to states, reasons and alerts.
 *
 * The first rule that holds gives the instance its state; each that is a warning or worse is
 * an alert of its own, so that a held OOM does not hide a wrong store.
 */
#include "ollama-top/i18n.h"
#include "rules.h"

#include <string.h>

_Static_assert((int)CONDITION_OOM == (int)STATE_OOM && (int)CONDITION_SLOW == (int)STATE_SLOW,
	"the conditions of instances are their states, in the same order");

/* Nothing is told of the first thing heard of an instance that is well. */
static void turn(struct fleet *fleet, struct instance *i, enum state state, const char *why)
{
	const enum state was = i->state;

	touch(fleet, keep_text(&i->reason, why[0] != '\0' ? why : NULL, FLEET_TEXT_MAX));
	if (was == state)
		return;
	i->state = state;
	i->state_since = fleet->now;
	touch(fleet, true);
	if (was == STATE_UNKNOWN && state_severity(state) == SEVERITY_NONE)
		return;
	instance_event(fleet, i, state_severity(state), "%s -> %s%s%s", state_name(was), state_name(state),
		why[0] != '\0' ? ": " : "", why);
}

/* Health is what /api/version answers; a check that cannot run is worth a word, not a state. */
static void judge_health(struct fleet *fleet, struct instance *i)
{
	const struct container *c = &i->container;
	struct words why = {""};

	if (c->health_error && !i->gone && status_of(i) == CONTAINER_RUNNING)
		say(&why, _("its health check cannot run: %s"), c->health_error);
	alert_set(fleet, &i->raised[CONDITION_HEALTH], CONDITION_HEALTH, i->server, i,
		why.text[0] != '\0' ? why.text : NULL);
}

static void judge_busy(struct fleet *fleet, struct instance *i)
{
	const int64_t refresh = fleet->spec->refresh_ms;
	const bool working =
		!fleet_stale(fleet, i->stats_at, refresh) && i->cpu_percent > fleet->spec->busy_cpu;
	const bool connected =
		!fleet_stale(fleet, i->connections_at, 15 * refresh) && i->connections_active > 0;
	const bool busy = i->loaded_count > 0 && (working || connected);

	i->busy_sign_at = busy && working ? i->cpu_since : 0;
	if (busy && connected && i->connections_at > i->busy_sign_at)
		i->busy_sign_at = i->connections_at;
	if (busy == i->busy)
		return;
	i->busy = busy;
	i->busy_since = busy ? fleet->now : 0;
	touch(fleet, true);
}

void instance_judge(struct fleet *fleet, struct instance *i)
{
	struct judgement j = {.fleet = fleet, .due_at = INT64_MAX};
	const enum state before = i->state;
	const size_t alerts = fleet->alert_count;
	const bool answered = i->answered;
	bool found = false;

	for (size_t k = 0; k < STATE_COUNT; k++) {
		const enum state state = rules[k].state;

		if (found && state_severity(state) == SEVERITY_NONE)
			break;
		j.why.text[0] = '\0';
		const bool holds = rules[k].holds(&j, i);
		if (state_severity(state) != SEVERITY_NONE)
			alert_set(fleet, &i->raised[k], (enum condition)k, i->server, i,
				holds ? j.why.text : NULL);
		if (holds && !found)
			turn(fleet, i, state, j.why.text);
		found |= holds;
	}
	judge_health(fleet, i);
	alert_set(fleet, &i->raised[CONDITION_TOKEN], CONDITION_TOKEN, i->server, i, i->token_warning);
	judge_busy(fleet, i);
	i->due_at = j.due_at;
	i->answered = (i->api.status == LINK_OK || fleet_task_unasked(i)) && !i->gone;
	if (before != i->state || alerts != fleet->alert_count || answered != i->answered)
		status_update(fleet, i->server);
}

void server_judge_all(struct fleet *fleet, struct server *s)
{
	for (size_t k = 0; k < s->instance_count; k++)
		instance_judge(fleet, s->instances[k]);
	server_judge(fleet, s);
}
