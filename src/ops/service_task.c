/*
 * service_task.c - the restart of one task of a Swarm service. Swarm has no call for that: its container is stopped by
 * the engine of its node, and the service's restart policy has another task take its place.
 */
#include "service_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Why the policy of a service would leave the place of a task that was stopped empty, or may; NULL: it would not. */
static const char *not_replaced(
	const struct server *server, const struct service_rules *rules, char *buf, size_t size)
{
	const char *service = server->spec->scale.service;
	if (rules->restart != SERVICE_REPLACES_ANY)
		snprintf(buf, size,
			_("Swarm does not replace a task of %s that is stopped: its restart condition is %s; "
			  "a "
			  "rolling restart of %s replaces them all"),
			service, service_restart_names[rules->restart], server->spec->name);
	else if (rules->attempts > 0)
		snprintf(buf, size,
			P_("Swarm replaces a task of %s %d time at most, and may have done so: a rolling "
			   "restart of %s replaces them all",
				"Swarm replaces a task of %s %d times at most, and may have done so: a "
				"rolling "
				"restart of %s replaces them all",
				(unsigned)rules->attempts),
			service, rules->attempts, server->spec->name);
	else
		return NULL;
	return buf;
}

static const struct docker_task *task_with(const struct docker_task *tasks, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(tasks[i].id, id) == 0)
			return &tasks[i];
	return NULL;
}

static void on_tasks_before(struct operation *op, const struct http_response *response)
{
	struct serving *s = op->serving;
	const struct instance *i = op_instance(op);
	struct docker_task *tasks = NULL;
	size_t count = 0;
	if (!service_take_former(op, response, &tasks, &count))
		return;
	const struct docker_task *task = i != NULL ? task_with(tasks, count, i->task.id) : NULL;
	bool there = task != NULL && task->phase == TASK_RUNNING && *task->container != '\0';
	if (there)
		s->task = *task;
	free(tasks);
	if (there)
		op_next(op);
	else
		op_deny(op, _("%s is not the task any more that it was: look again"), op->subject);
}

static void on_service(struct operation *op, const struct http_response *response)
{
	char words[3 * TEXT_NAME_MAX];
	if (!service_take(op, response))
		return;
	const char *why = not_replaced(op_server(op), &op->serving->service.rules, words, sizeof words);
	if (why != NULL)
		op_deny(op, "%s", why);
	else
		service_get_tasks(op, on_tasks_before);
}

static void enter_find(struct operation *op)
{
	service_read(op, on_service);
}

static const struct step step_find = {
	.name = N_("looking at the service"), .deadline_ms = 3 * CALL_MS, .enter = enter_find};

static void enter_stop(struct operation *op)
{
	const struct instance *i = op_instance(op);
	op->port = i != NULL ? i->port : 0;
	op->changed_at = op_now(op);
	op_engine(op, "POST", NULL, STOP_GRACE_S * 1000 + CALL_MS, op_changed, "/containers/%s/stop?t=%d",
		op->serving->task.container, STOP_GRACE_S);
}

static const struct step step_stop_task = {.name = N_("stopping %s"),
	.tends = TENDED_RESTARTING,
	.deadline_ms = STOP_GRACE_S * 1000 + CALL_MS + RESTART_SLACK,
	.enter = enter_stop};

/* ---- until another one is in its place ---- */

/* One that was made after it. */
static bool takes_its_place(const struct operation *op, const struct docker_task *t)
{
	const struct docker_task *old = &op->serving->task;
	return t->slot == old->slot && (t->slot > 0 || strcmp(t->node, old->node) == 0) &&
	       t->created_wall > op->serving->since_wall;
}

/* It runs on the node that Swarm chose, and once the fleet knows which one that is, who cannot be asked is done with. */
static void replaced(struct operation *op, const struct docker_task *t)
{
	const struct instance *i = op_instance(op);
	bool own_port = t->host_port > 0 && strcmp(t->node, op->serving->task.node) == 0;
	if (i == NULL || strcmp(i->task.id, t->id) != 0) {
		watch_retry(op->ops->options.watch, op->server);
		return;
	}
	if (own_port)
		op_next(op);
	else if (++op->run >= SERVICE_STEADY_RUN)
		op_done(op,
			op->out_of_pool
				? _("%s was replaced, runs on node %s, where it cannot be asked, and is "
				    "out of the balancer")
				: _("%s was replaced, and runs on node %s"),
			op->view.target, i->task.node != NULL ? i->task.node : t->node);
}

static void on_tasks(struct operation *op, const struct http_response *response)
{
	struct docker_task *tasks = NULL;
	size_t count = 0;
	int failures = 0;
	char why[300] = "";
	op->again_at = op_now(op) + SERVICE_ASK_MS;
	if (!service_look_tasks(response, &tasks, &count))
		return;
	struct docker_task running = {.phase = TASK_OVER};
	for (size_t i = 0; i < count; i++) {
		if (!takes_its_place(op, &tasks[i]))
			continue;
		failures += tasks[i].failed;
		if (*tasks[i].error != '\0')
			snprintf(why, sizeof why, ": %s", tasks[i].error);
		if (tasks[i].phase == TASK_RUNNING)
			running = tasks[i];
	}
	free(tasks);
	if (running.phase != TASK_RUNNING)
		op->run = 0;
	if (failures >= SERVICE_FAILURES_MAX)
		op_fail(op, _("those that take the place of %s fail%s"), op->subject, why);
	else if (op_now(op) + CALL_MS / 5 >= op->view.step_deadline_at)
		op_fail(op, _("Swarm has not replaced %s in time%s"), op->subject, why);
	else if (running.phase == TASK_RUNNING)
		replaced(op, &running);
}

static void tick_replaced(struct operation *op)
{
	if (op->request == NULL && op_now(op) >= op->again_at)
		service_get_tasks(op, on_tasks);
}

static int64_t replaced_deadline(const struct operation *op)
{
	return ANSWER_MS + op->serving->service.restart_delay_ms;
}

static const struct step step_replaced = {.name = N_("waiting until Swarm has replaced %s"),
	.tends = TENDED_RESTARTING,
	.deadline = replaced_deadline,
	.enter = tick_replaced,
	.tick = tick_replaced};

static bool moved_applies(const struct operation *op)
{
	const struct instance *i = op_instance(op);
	return op->out_of_pool && i != NULL && i->port != op->port;
}

static void enter_moved(struct operation *op)
{
	pool_forget_address(op);
	op_next(op);
}

/* Where the engine chooses the ports, the new task has another one. */
static const struct step step_moved = {.name = N_("looking at %s"),
	.quiet = true,
	.deadline_ms = CALL_MS,
	.applies = moved_applies,
	.enter = enter_moved};

bool prepare_task(struct operation *op)
{
	static const struct step *const program[] = {&step_round, &step_find, &step_pool_out, &step_drain,
		&step_stop_task, &step_replaced, &step_answers, &step_moved, &step_pool_return, NULL};
	op->program = program;
	op->no_drain = op->ops->spec->traefik.dynamic_file == NULL;
	op_add_round(op, op->server, op->instance_name);
	return true;
}

bool plan_task(const struct instance *i, struct op_plan *plan)
{
	const struct server *server = i->server;
	char words[3 * TEXT_NAME_MAX];
	if (!plan_service_seen(server, plan) || !plan_task_alone(i, plan))
		return false;
	if (i->task.phase != TASK_RUNNING)
		return plan_refused(plan, _("%s/%s does not run: it is %s, and Swarm starts it"),
			server->spec->name, i->name, i->task.state != NULL ? i->task.state : "?");
	const char *why = not_replaced(server, &server->service.rules, words, sizeof words);
	if (why != NULL)
		return plan_refused(plan, "%s", why);
	plan_line(plan,
		_("On %s, the container of %s is stopped, and Swarm starts another in its place, on a node "
		  "that it chooses."),
		server->spec->name, i->name);
	return true;
}
