/*
 * watch_tasks.c - the tasks of the Swarm service that a server's scale.service names.
 *
 * Three questions, one after the other: the service, the nodes for their names, the tasks. Swarm sends events for
 * services and nodes but none for tasks, so those are asked again at each refresh until all are as they are to be.
 */
#include "watch_private.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void ask(struct poll *p, const char *what)
{
	struct engine *e = p->owner;
	char path[4 * TEXT_NAME_MAX];
	if (e->status != ENGINE_UP || e->spec->scale.service == NULL)
		return;
	engine_path(e, path, sizeof path, "%s", what);
	poll_send(p, e->endpoint, path, engine_timeout(e));
}

/* "/services/NAME", or what else the name stands in. */
static void ask_about(struct poll *p, const char *before, const char *after)
{
	const struct engine *e = p->owner;
	char part[3 * TEXT_NAME_MAX + 1], what[4 * TEXT_NAME_MAX];
	http_encode(part, sizeof part, e->spec->scale.service);
	snprintf(what, sizeof what, "%s%s%s", before, part, after);
	ask(p, what);
}

static const char *node_name(const struct engine *e, const char *id)
{
	for (size_t i = 0; i < e->node_count; i++)
		if (strcmp(e->node_list[i].id, id) == 0 && e->node_list[i].name[0] != '\0')
			return e->node_list[i].name;
	return *id != '\0' ? id : NULL;
}

static void observe_task(const struct engine *e, const struct docker_task *t, struct observed_task *out)
{
	*out = (struct observed_task){.id = t->id,
		.node = node_name(e, t->node),
		.state = t->state,
		.error = *t->error != '\0' ? t->error : NULL,
		.phase = t->phase,
		.failures = t->failures,
		.here = *t->node != '\0' && strcmp(t->node, e->node_id) == 0};
	out->own_port = out->here && t->host_port > 0 && *t->container != '\0';
	/* As docker service ps names them. */
	if (t->slot > 0)
		snprintf(out->name, sizeof out->name, "%s.%lld", e->spec->scale.service, (long long)t->slot);
	else
		snprintf(out->name, sizeof out->name, "%s.%s", e->spec->scale.service, t->node);
}

static struct target *target_named(struct engine *e, const char *name)
{
	for (size_t i = 0; i < e->target_count; i++)
		if (strcmp(e->targets[i]->name, name) == 0)
			return e->targets[i];
	return engine_add_target(e, name);
}

static void follow_task(struct engine *e, const struct docker_task *t, const struct observed_task *seen)
{
	struct target *target = target_named(e, seen->name);
	if (target == NULL || target->spec != NULL)
		return;
	target->of_task = target->listed = true;
	if (seen->own_port && strcmp(target->id, t->container) == 0)
		return;
	if (*target->id != '\0')
		target_lose_container(target);
	target_set_url(target, NULL);
	if (!seen->own_port)
		return;
	snprintf(target->id, sizeof target->id, "%s", t->container);
	poll_now(&target->inspect);
}

static void follow_tasks(
	struct engine *e, const struct docker_task *tasks, const struct observed_task *seen, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < e->target_count; i++)
		if (e->targets[i]->of_task)
			e->targets[i]->listed = false;
	for (size_t i = 0; i < count; i++)
		follow_task(e, &tasks[i], &seen[i]);
	for (size_t i = 0; i < e->target_count; i++) {
		if (e->targets[i]->of_task && !e->targets[i]->listed)
			target_free(e->targets[i]);
		else
			e->targets[kept++] = e->targets[i];
	}
	e->target_count = kept;
}

static void tell(struct engine *e, const struct observed_task *seen, size_t count)
{
	struct observation o = {.kind = OBS_TASKS, .server = e->index};
	o.u.tasks.replicas = e->replicas;
	o.u.tasks.rules = e->rules;
	o.u.tasks.tasks = seen;
	o.u.tasks.count = count;
	watch_observe(e->watch, &o);
}

static bool take_tasks(struct engine *e, struct docker_task *tasks, size_t all)
{
	bool settled = true;
	size_t count = docker_choose_tasks(tasks, all, e->replicas);
	if (count > FLEET_INSTANCES_MAX)
		count = FLEET_INSTANCES_MAX;
	struct observed_task *seen = calloc(count + 1, sizeof *seen);
	if (seen == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		observe_task(e, &tasks[i], &seen[i]);
		settled = settled && tasks[i].phase == TASK_RUNNING;
	}
	tell(e, seen, count);
	follow_tasks(e, tasks, seen, count);
	free(seen);
	return settled && (e->replicas < 0 || (size_t)e->replicas == count);
}

/* What there is to do about a service that cannot be seen. */
static void service_failed(struct engine *e, const struct http_response *response, const char *error)
{
	const char *service = e->spec->scale.service, *server = e->spec->name;
	char text[2 * TEXT_NAME_MAX + 256];
	if (response->error == NULL && response->status == 404) {
		e->replicas = 0;
		tell(e, NULL, 0);
		follow_tasks(e, NULL, NULL, 0);
		snprintf(text, sizeof text,
			_("there is no service %s in the Swarm of %s: make it with docker service create "
			  "--name %s, "
			  "or correct scale.service"),
			service, server, service);
	} else if (response->error == NULL && (response->status == 503 || response->status == 406))
		snprintf(text, sizeof text,
			_("the engine of %s is no Swarm manager: point docker: at one, make it one with "
			  "docker swarm "
			  "init, or leave scale.service out"),
			server);
	else
		snprintf(text, sizeof text, _("the Swarm service %s cannot be seen: %s"), service, error);
	struct observation o = {.kind = OBS_TASKS, .server = e->index, .error = text};
	watch_observe(e->watch, &o);
	if (response->error != NULL)
		engine_doubt(e);
}

static void ask_service(struct poll *p)
{
	ask_about(p, "/services/", "");
}

static void answer_service(struct poll *p, const struct http_response *response)
{
	struct engine *e = p->owner;
	char text[256];
	struct parse_error error;
	struct docker_service service;
	const char *failed =
		response_error(response, "GET /services", docker_parse_refusal, text, sizeof text);
	if (failed == NULL && !docker_parse_service(response->body, response->body_len, &service, &error))
		failed = error.text;
	if (failed != NULL) {
		service_failed(e, response, failed);
		return;
	}
	e->replicas = service.replicas;
	e->rules = service.rules;
	poll_chain(&e->nodes);
}

static void ask_nodes(struct poll *p)
{
	ask(p, "/nodes");
}

/* Without names, ids do. */
static void answer_nodes(struct poll *p, const struct http_response *response)
{
	struct engine *e = p->owner;
	struct parse_error ignored;
	struct docker_node *nodes;
	size_t count;
	if (response->error == NULL && response->status == 200 &&
		docker_parse_nodes(response->body, response->body_len, &nodes, &count, &ignored)) {
		free(e->node_list);
		e->node_list = nodes;
		e->node_count = count;
	}
	poll_chain(&e->tasks);
}

static void ask_tasks(struct poll *p)
{
	/* filters={"service":["NAME"]} */
	ask_about(p, "/tasks?filters=%7B%22service%22%3A%5B%22", "%22%5D%7D");
}

static void answer_tasks(struct poll *p, const struct http_response *response)
{
	struct engine *e = p->owner;
	char text[256];
	struct parse_error error;
	struct docker_task *tasks;
	size_t count;
	const char *failed = response_error(response, "GET /tasks", docker_parse_refusal, text, sizeof text);
	if (failed == NULL && !docker_parse_tasks(response->body, response->body_len, &tasks, &count, &error))
		failed = error.text;
	if (failed != NULL) {
		service_failed(e, response, failed);
		return;
	}
	if (!take_tasks(e, tasks, count))
		poll_retry(&e->service, p->watch->spec->refresh_ms);
	free(tasks);
}

void engine_drop_tasks(struct engine *e)
{
	free(e->node_list);
	e->node_list = NULL;
	e->node_count = 0;
}

const struct poll_kind service_poll = {"swarm service", EACH_15TH, ask_service, answer_service};
const struct poll_kind nodes_poll = {"swarm nodes", ON_DEMAND, ask_nodes, answer_nodes};
const struct poll_kind tasks_poll = {"swarm tasks", ON_DEMAND, ask_tasks, answer_tasks};
