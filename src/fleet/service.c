/*
 * service.c - a Swarm service whose tasks are the instances of a server.
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const service_failure_names[SERVICE_FAILURE_COUNT] = {
	[SERVICE_PAUSES] = "pause",
	[SERVICE_GOES_ON] = "continue",
	[SERVICE_ROLLS_BACK] = "rollback",
};

const char *const service_restart_names[SERVICE_RESTART_COUNT] = {
	[SERVICE_REPLACES_ANY] = "any",
	[SERVICE_REPLACES_FAILED] = "on-failure",
	[SERVICE_REPLACES_NONE] = "none",
};

void task_free(struct task *task)
{
	free(task->node);
	free(task->state);
	free(task->error);
	*task = (struct task){0};
}

/* What was known of it was of another task, or can no longer be asked. */
static void forget(struct fleet *fleet, struct instance *i)
{
	instance_forget_process(i);
	store_reset(&i->store);
	container_free(&i->container);
	free(i->api.error);
	i->api = (struct link){.latency_ms = NAN};
	keep_text(&i->version, NULL, TEXT_NAME_MAX);
	stored_free(i->stored, i->stored_count);
	i->stored = NULL;
	i->stored_count = 0;
	i->stored_at = 0;
	i->recovered_at = i->started_at = i->down_at = 0;
	i->crashes = 0;
	i->port = 0;
	if (keep_text(&i->url, NULL, FLEET_TEXT_MAX))
		pool_find(fleet, i);
	touch(fleet, true);
}

static void take_task(struct fleet *fleet, struct instance *i, const struct observed_task *seen, int64_t at)
{
	struct task *task = &i->task;
	const bool other = !task->known || strcmp(task->id, seen->id) != 0;
	bool changed = other || task->phase != seen->phase;

	if (other || (task->own_port && !seen->own_port))
		forget(fleet, i);
	if (!task->known || task->phase != seen->phase)
		task->phase_at = at;
	memset(task->id, 0, sizeof(task->id));
	strncpy(task->id, seen->id, sizeof(task->id) - 1);
	changed |= keep_text(&task->node, seen->node, TEXT_NAME_MAX);
	changed |= keep_text(&task->state, seen->state, TEXT_NAME_MAX);
	changed |= keep_text(&task->error, seen->error, FLEET_TEXT_MAX);
	changed |= task->own_port != seen->own_port;
	task->phase = seen->phase;
	task->failures = seen->failures;
	task->here = seen->here;
	task->own_port = seen->own_port;
	task->known = task->seen = true;
	i->present = 1;
	instance_return(fleet, i);
	touch(fleet, changed);
}

/* A configured instance of that name is what the operator says it is. */
static void take_tasks(const struct place *p, const struct observation *o, bool first)
{
	for (size_t k = 0; k < o->u.tasks.count && k < FLEET_INSTANCES_MAX; k++) {
		const struct observed_task *seen = &o->u.tasks.tasks[k];
		struct instance *i = fleet_instance(p->server, seen->name);
		const bool is_new = !i || i->gone;

		if (!i)
			i = instance_add(p->fleet, p->server, NULL, seen->name);
		if (!i || i->spec)
			continue;
		take_task(p->fleet, i, seen, o->at);
		if (is_new && !first)
			instance_event(p->fleet, i, SEVERITY_NONE, _("appeared"));
	}
}

void fold_tasks(const struct place *p, const struct observation *o)
{
	struct server *s = p->server;
	const bool first = s->service.link.answered_at == 0;

	if (o->error) {
		touch(p->fleet, link_failed(&s->service.link, o->at, o->error));
		return;
	}
	touch(p->fleet, link_answered(&s->service.link, o->at, NAN));
	touch(p->fleet, keep_int(&s->service.replicas, o->u.tasks.replicas));
	s->service.rules = o->u.tasks.rules;
	for (size_t k = 0; k < s->instance_count; k++)
		s->instances[k]->task.seen = false;
	take_tasks(p, o, first);
	for (size_t k = 0; k < s->instance_count; k++) {
		struct instance *i = s->instances[k];

		if (!i->task.known || i->task.seen || i->gone)
			continue;
		forget(p->fleet, i);
		i->present = 0;
		instance_leave(p->fleet, i, o->at);
		instance_event(p->fleet, i, SEVERITY_NONE, _("its task is gone"));
	}
	server_judge_all(p->fleet, s);
}

bool fleet_task_unasked(const struct instance *i)
{
	return i->task.known && !i->gone && i->task.phase == TASK_RUNNING && !i->task.own_port;
}

bool fleet_store_counts(const struct instance *i)
{
	return !i->gone && !fleet_task_unasked(i) && instance_is_ollama(i);
}

int fleet_scaled(const struct server *server)
{
	const bool of_service = server->spec->scale.service != NULL;
	int count = 0;

	if (of_service && server->service.replicas >= 0)
		return server->service.replicas;
	if (of_service ? server->service.link.status != LINK_OK : !server->listed)
		return -1;
	for (size_t k = 0; k < server->instance_count; k++) {
		const struct instance *i = server->instances[k];

		count += !i->gone && i->present != 0 && i->container.status != CONTAINER_REMOVED &&
			 instance_is_ollama(i) && i->task.known == of_service;
	}
	return count;
}
