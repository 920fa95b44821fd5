/*
 * rules.c - when a state holds, and why in words.
 */
#include "rules.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <string.h>

static void due(struct judgement *j, int64_t at)
{
	if (at > j->fleet->now && at < j->due_at)
		j->due_at = at;
}

/* What the engine said counts until it stops answering; then Ollama alone decides. */
enum container_status status_of(const struct instance *i)
{
	const enum link_status docker = i->server->docker.status;

	return docker == LINK_OK || docker == LINK_UNKNOWN ? i->container.status : CONTAINER_UNKNOWN;
}

static bool answers(const struct instance *i)
{
	return i->api.status == LINK_OK;
}

/* Swarm tries again for ever; what failed twice, or waits for long, is down nonetheless. */
static bool task_is_starting(struct judgement *j, const struct task *task)
{
	if (task->phase != TASK_WAITING || task->failures >= FLEET_CRASHES)
		return false;
	due(j, task->phase_at + FLEET_STARTING_MS);
	return j->fleet->now - task->phase_at < FLEET_STARTING_MS;
}

/* What Swarm says is all there is to say of a task that does not run, or cannot be asked. */
static bool is_swarms(const struct instance *i)
{
	return i->task.known && !i->gone && (i->task.phase != TASK_RUNNING || !i->task.own_port);
}

static void task_words(struct words *why, const struct task *task)
{
	if (task->phase == TASK_WAITING && task->failures >= FLEET_CRASHES)
		say(why, _("keeps failing: "));
	else
		say(why, _("Swarm says %s"), task->state ? task->state : "?");
	if (task->failures < FLEET_CRASHES && task->node)
		say(why, _(" on node %s"), task->node);
	if (task->error)
		say(why, task->failures < FLEET_CRASHES ? ": %s" : "%s", task->error);
}

static bool is_starting(struct judgement *j, const struct instance *i)
{
	const enum container_status status = status_of(i);

	if (is_swarms(i))
		return task_is_starting(j, &i->task);
	if (answers(i) || i->crashes >= FLEET_CRASHES)
		return false;
	if (i->tended == TENDED_RESTARTING)
		return true;
	if (i->started_at == 0)
		return false;
	if (status != CONTAINER_RUNNING || (i->api.answered_at != 0 && i->api.answered_at >= i->started_at))
		return false;
	due(j, i->started_at + FLEET_STARTING_MS);
	return j->fleet->now - i->started_at < FLEET_STARTING_MS;
}

static bool is_stopped(const struct instance *i)
{
	const enum container_status status = status_of(i);

	if (i->gone)
		return true;
	if (is_swarms(i))
		return i->task.phase == TASK_LEAVING;
	if (answers(i))
		return false;
	if (status == CONTAINER_CREATED)
		return true;
	return container_left(status) && status != CONTAINER_REMOVED && container_stopped_by_operator(i);
}

static bool holds_oom(struct judgement *j, const struct instance *i)
{
	char limit[16];
	const int64_t bytes = i->container.memory_limit > 0 ? i->container.memory_limit : i->memory_limit;

	if (!oom_held(j->fleet, i))
		return false;
	due(j, i->oom_at + FLEET_OOM_HOLD_MS);
	if (container_left(status_of(i)) && !answers(i)) {
		container_words(&j->why, &i->container);
		say(&j->why, ": ");
	}
	say(&j->why, _("killed for memory"));
	if (bytes > 0)
		say(&j->why, _(" at %s"), text_size(limit, sizeof(limit), bytes));
	if (answers(i))
		say(&j->why, _(", running again"));
	return true;
}

static bool holds_down(struct judgement *j, const struct instance *i)
{
	const enum container_status status = status_of(i);

	if (is_swarms(i)) {
		if (i->task.phase == TASK_RUNNING || is_stopped(i) || is_starting(j, i))
			return false;
		task_words(&j->why, &i->task);
		return true;
	}
	if (answers(i) || is_stopped(i) || is_starting(j, i))
		return false;
	if (i->tended == TENDED_STOPPING && !container_left(status))
		return false;
	if (container_left(status) && status != CONTAINER_REMOVED) {
		/* the kill for memory says it already */
		if (oom_held(j->fleet, i))
			return false;
		container_words(&j->why, &i->container);
		if (i->container.oom_killed)
			say(&j->why, _(": killed for memory"));
		return true;
	}
	if (status == CONTAINER_PAUSED) {
		container_words(&j->why, &i->container);
		return true;
	}
	if (i->present == 0 && i->server->docker.status == LINK_OK && i->api.status != LINK_UNKNOWN) {
		say(&j->why, _("no container named %s on server %s"),
			i->spec && i->spec->container ? i->spec->container : i->name, i->server->spec->name);
		if (status != CONTAINER_REMOVED && i->api.error)
			say(&j->why, ", %s", i->api.error);
		return true;
	}
	if (i->api.status != LINK_FAILED)
		return false;
	if (i->crashes >= FLEET_CRASHES)
		say(&j->why, _("keeps restarting, exited (%d): "), i->container.exit_code);
	say(&j->why, "%s", i->api.error && i->api.error[0] != '\0' ? i->api.error : _("does not answer"));
	return true;
}

static bool holds_nfs(struct judgement *j, const struct instance *i)
{
	if (!i->server->spec->nfs.given || i->gone || !instance_is_ollama(i))
		return false;
	if (i->store.status != STORE_WRONG && i->store.status != STORE_HUNG)
		return false;
	say(&j->why, "%s", i->store.error ? i->store.error : _("the store is not the expected mount"));
	return true;
}

static bool holds_drift(struct judgement *j, const struct instance *i)
{
	const struct instance *reference = i->drifting && answers(i) ? fleet_reference(j->fleet) : NULL;

	if (!reference || reference == i)
		return false;
	say(&j->why, "%s", i->drift_text ? i->drift_text : _("its models differ"));
	return true;
}

/* Since when the balancer has had the chance to see what we see. */
static bool is_settled(struct judgement *j, int64_t since)
{
	if (since == 0)
		return true;
	due(j, since + FLEET_LB_SETTLE_MS);
	return j->fleet->now - since >= FLEET_LB_SETTLE_MS;
}

static bool holds_lb(struct judgement *j, const struct instance *i)
{
	const char *why = NULL;
	const bool down = strcmp(i->balancer_status, "DOWN") == 0;

	if (j->fleet->balancer.link.status != LINK_OK || i->in_pool < 0 || i->tended || i->gone)
		return false;
	if (answers(i)) {
		const int64_t up = i->recovered_at > i->started_at ? i->recovered_at : i->started_at;

		/* keeping the rw server, or another kind of server, out of the pool is a choice, not a mistake */
		if (i->in_pool == 0 && i->server->spec->role != ROLE_RW && instance_is_ollama(i))
			why = _("answers, but is not in the balancer's pool");
		else if (i->in_pool == 1 && down)
			why = _("answers, but the balancer says DOWN");
		if (!why || !is_settled(j, up > 0 ? up : 0))
			return false;
	} else if (i->api.status == LINK_FAILED && i->in_pool == 1 && !down && !is_starting(j, i)) {
		why = is_stopped(i) ? _("stopped, but still in the balancer's pool")
				    : _("does not answer, but the balancer still sends to it");
		if (!is_settled(j, i->api.changed_at))
			return false;
	}
	if (why)
		say(&j->why, "%s", why);
	return why != NULL;
}

static bool holds_hot(struct judgement *j, const struct instance *i)
{
	const int64_t refresh = j->fleet->spec->refresh_ms;
	char used[16], limit[16];

	if (i->stats_at == 0 || fleet_stale(j->fleet, i->stats_at, refresh))
		return false;
	due(j, i->stats_at + 3 * refresh + 1);
	if (i->memory_limit > 0 && (double)i->memory_judged > FLEET_HOT_SHARE * (double)i->memory_limit) {
		say(&j->why, _("%s of %s in use that cannot be reclaimed"),
			text_size(used, sizeof(used), i->memory_judged),
			text_size(limit, sizeof(limit), i->memory_limit));
		if (i->thrashing)
			say(&j->why, _(", thrashing"));
		return true;
	}
	if (i->thrashing)
		say(&j->why, _("thrashing: weights are read again and again"));
	return i->thrashing;
}

static bool holds_slow(struct judgement *j, const struct instance *i)
{
	if (!answers(i) || i->slow_in_a_row < FLEET_SLOW_RUN)
		return false;
	say(&j->why,
		P_("took over %.0fs to answer %d time running", "took over %.0fs to answer %d times running",
			FLEET_SLOW_RUN),
		FLEET_SLOW_MS / 1000, FLEET_SLOW_RUN);
	return true;
}

static bool holds_starting(struct judgement *j, const struct instance *i)
{
	if (!is_starting(j, i))
		return false;
	if (is_swarms(i))
		task_words(&j->why, &i->task);
	else
		say(&j->why, "%s",
			i->tended == TENDED_RESTARTING ? _("being started from here")
						       : _("started, does not answer yet"));
	return true;
}

static bool holds_draining(struct judgement *j, const struct instance *i)
{
	if (i->tended == TENDED_STOPPING && !is_stopped(i)) {
		say(&j->why, _("being stopped from here"));
		return true;
	}
	if (i->tended != TENDED_DRAINING)
		return false;
	say(&j->why, _("out of the balancer, finishing its requests"));
	return true;
}

static bool holds_stopped(struct judgement *j, const struct instance *i)
{
	if (!is_stopped(i))
		return false;
	if (i->gone) {
		due(j, i->gone_at + FLEET_GONE_LINGER_MS);
		say(&j->why, i->task.known ? _("its task is gone") : _("its container is gone"));
		return true;
	}
	if (is_swarms(i)) {
		say(&j->why, _("Swarm is ending it"));
		return true;
	}
	if (status_of(i) != CONTAINER_CREATED)
		say(&j->why, _("stopped by an operator, "));
	container_words(&j->why, &i->container);
	return true;
}

static bool holds_unknown(struct judgement *j, const struct instance *i)
{
	if (i->api.status != LINK_UNKNOWN || is_swarms(i))
		return false;
	say(&j->why, "%s",
		i->url || i->task.own_port ? _("nothing heard yet")
					   : _("no published port: cannot be asked"));
	return true;
}

static bool holds_ok(struct judgement *j, const struct instance *i)
{
	if (!is_swarms(i))
		return true;
	if (i->task.here)
		say(&j->why, _("runs on this node without a port of its own: not asked itself"));
	else
		say(&j->why, _("runs on node %s: not asked itself"), i->task.node ? i->task.node : "?");
	return true;
}

const struct rule rules[STATE_COUNT] = {
	{STATE_OOM, holds_oom},
	{STATE_DOWN, holds_down},
	{STATE_NFS, holds_nfs},
	{STATE_DRIFT, holds_drift},
	{STATE_LB, holds_lb},
	{STATE_HOT, holds_hot},
	{STATE_SLOW, holds_slow},
	{STATE_STARTING, holds_starting},
	{STATE_DRAINING, holds_draining},
	{STATE_STOPPED, holds_stopped},
	{STATE_UNKNOWN, holds_unknown},
	{STATE_OK, holds_ok},
};
