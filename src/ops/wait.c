/*
 * wait.c - waiting for an instance: that it answers, that its store is right, that nobody uses it.
 */
#include "private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ASK_MS       500
#define QUIET_RUN    3 /* readings in a row without a foreign connection and with an idle CPU */
#define DRAIN_MARGIN 20000
#define ENGINE_MS    10000 /* how long an engine may be silent beside an instance that is silent too */

static void answered(struct operation *op, const struct http_response *response)
{
	if (op_answered(response)) {
		op_next(op);
		return;
	}
	op->again_at = op_now(op) + ASK_MS;
}

static void enter_answers(struct operation *op)
{
	watch_retry(op->ops->options.watch, op->server);
}

/* A container that left instead of answering will not answer. */
static bool gave_up(struct operation *op, const struct instance *i)
{
	const struct container *c = &i->container;
	if (c->seen_at <= op->changed_at || c->seen_at <= op->view.step_at)
		return false;
	if (c->status == CONTAINER_EXITED || c->status == CONTAINER_DEAD) {
		op_fail(op, _("%s exited (%d) instead of answering"), op->subject, c->exit_code);
		return true;
	}
	if (c->status == CONTAINER_RESTARTING && i->crashes >= FLEET_CRASHES) {
		op_fail(op, _("%s keeps exiting (%d) instead of answering"), op->subject, c->exit_code);
		return true;
	}
	return false;
}

/* An engine that went away may have taken its containers along; whoever answers all the same is well. */
static bool engine_gave_up(struct operation *op)
{
	const struct link *docker = &op_server(op)->docker;
	int64_t since = docker->changed_at > op->view.step_at ? docker->changed_at : op->view.step_at;
	char name[2 * TEXT_NAME_MAX];
	if (docker->status != LINK_FAILED || op_now(op) - since < ENGINE_MS)
		return false;
	snprintf(name, sizeof name, "%s/%s", op_server(op)->spec->name, op->subject);
	op_fail(op, _("neither %s nor the Docker Engine of %s answers: %s"), name, op_server(op)->spec->name,
		docker->error != NULL ? docker->error : "");
	return true;
}

static void tick_answers(struct operation *op)
{
	const struct instance *i = op_instance(op);
	if (op->request != NULL || (i != NULL && gave_up(op, i)) || engine_gave_up(op) ||
		op_now(op) < op->again_at)
		return;
	struct http_endpoint *api = op_api(op);
	if (api != NULL)
		op_get(op, api, i == NULL || instance_is_ollama(i) ? "/api/version" : "/v1/models",
			op->ops->spec->timeout_ms, answered);
}

const struct step step_answers = {.name = N_("waiting until %s answers"),
	.deadline_ms = ANSWER_MS,
	.tends = TENDED_RESTARTING,
	.enter = enter_answers,
	.tick = tick_answers};

bool store_is_right(const struct operation *op, const struct instance *i, bool *final, char *why, size_t size)
{
	const struct server_spec *spec = i->server->spec;
	const struct store *s = &i->store;
	*final = false;
	if (!spec->nfs.given) {
		/* Its mounts were taken over from the template with their flags. */
		snprintf(why, size, "%s", _("its container was not looked at yet"));
		return i->container.known && i->container.seen_at > op->changed_at;
	}
	snprintf(why, size, "%s",
		s->error != NULL         ? s->error
		: s->mount_error != NULL ? s->mount_error
					 : _("its mounts were not looked at yet"));
	if (s->mount_seen_at <= op->changed_at)
		return false;
	*final = s->status == STORE_WRONG;
	return s->status == STORE_OK && (spec->role != ROLE_RO || s->read_only == 1);
}

static void enter_store(struct operation *op)
{
	watch_look(op->ops->options.watch, op->server, op->subject);
}

static void tick_store(struct operation *op)
{
	char why[300] = "";
	bool final = false;
	const struct instance *i = op_instance(op);
	if (i == NULL)
		return;
	if (store_is_right(op, i, &final, why, sizeof why)) {
		op_next(op);
		return;
	}
	if (final || op_now(op) + TICK_MS >= op->view.step_deadline_at)
		op_fail(op, _("the store of %s is not what it must be: %s"), op->subject, why);
}

const struct step step_store = {.name = N_("checking the store of %s"),
	.tends = TENDED_RESTARTING,
	.deadline_ms = STORE_MS,
	.enter = enter_store,
	.tick = tick_store};

static int64_t drain_deadline(const struct operation *op)
{
	return op->ops->spec->servers[op->server].scale.drain_ms + DRAIN_MARGIN;
}

static bool idle(const struct operation *op, const struct instance *i)
{
	return i->connections == 0 && !isnan(i->cpu_percent) && i->cpu_percent <= op->ops->spec->busy_cpu;
}

static bool drain_applies(const struct operation *op)
{
	const struct instance *i = op_instance(op);
	return !op->no_drain && i != NULL && i->container.status == CONTAINER_RUNNING;
}

static void enter_drain(struct operation *op)
{
	const struct instance *i = op_instance(op);
	op->seen_at = i->connections_at;
}

static void drained(struct operation *op, const struct instance *i)
{
	char took[24];
	text_duration(took, sizeof took, op_now(op) - op->view.step_at);
	if (i->connections_at <= op->view.step_at)
		op_say(op, _("waited %s: the connections of %s cannot be read"), took, op->subject);
	else if (i->connections > 0)
		op_say(op,
			P_("after %s %d connection is still open; going on",
				"after %s %d connections are still open; going on", (unsigned)i->connections),
			took, i->connections);
	else
		op_say(op, _("after %s its CPU is still busy; going on"), took);
	op_next(op);
}

/* Ends by quiet readings alone, never by a model's expiry, and at the latest after `drain`. */
static void tick_drain(struct operation *op)
{
	const struct instance *i = op_instance(op);
	if (i == NULL || i->container.status != CONTAINER_RUNNING) {
		op_next(op);
		return;
	}
	if (i->connections_at != op->seen_at) {
		op->seen_at = i->connections_at;
		op->run = idle(op, i) ? op->run + 1 : 0;
	}
	if (op->run >= QUIET_RUN)
		op_next(op);
	else if (op_now(op) - op->view.step_at >= op->ops->spec->servers[op->server].scale.drain_ms)
		drained(op, i);
}

const struct step step_drain = {.name = N_("draining %s"),
	.applies = drain_applies,
	.deadline = drain_deadline,
	.tends = TENDED_DRAINING,
	.enter = enter_drain,
	.tick = tick_drain};
