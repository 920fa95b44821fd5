/*
 * service_scale.c - the replicas of a Swarm service. Which nodes they run on, and whether memory suffices there, is
 * Swarm's business; ours is that as many run in the end as were asked for, or as many as before.
 */
#include "service_private.h"
#include "service_spec.h"

#include <stdio.h>
#include <stdlib.h>

static void on_tasks_before(struct operation *op, const struct http_response *response)
{
	struct docker_task *tasks = NULL;
	size_t count = 0;
	if (!service_take_former(op, response, &tasks, &count))
		return;
	free(tasks);
	op_next(op);
}

static void on_service(struct operation *op, const struct http_response *response)
{
	if (!service_take(op, response))
		return;
	struct serving *s = op->serving;
	s->former = s->service.replicas;
	op->view.total = abs(op->count - s->former);
	if (s->former < 0)
		op_deny(op, _("the service %s has no number of replicas"), service_of(op));
	else if (s->former == op->count)
		op_done(op,
			P_("%s has %d instance already", "%s has %d instances already", (unsigned)s->former),
			op_server(op)->spec->name, s->former);
	else
		service_get_tasks(op, on_tasks_before);
}

static void enter_read(struct operation *op)
{
	service_read(op, on_service);
}

static const struct step step_read = {
	.name = N_("looking at the service"), .deadline_ms = 3 * CALL_MS, .enter = enter_read};

/* NULL after op_fail(). */
static char *spec_with(struct operation *op, int replicas)
{
	char *spec = service_spec_scaled(op->serving->body, op->serving->body_len, replicas);
	if (spec == NULL)
		op_fail(op, _("the service %s has no number of replicas"), service_of(op));
	return spec;
}

static char *scaled_spec(struct operation *op)
{
	return spec_with(op, op->count);
}

static bool still_as_before(struct operation *op)
{
	const struct serving *s = op->serving;
	if (s->service.replicas == s->former)
		return true;
	op_deny(op,
		P_("somebody else has just scaled %s from %d to %d replica: look again",
			"somebody else has just scaled %s from %d to %d replicas: look again",
			(unsigned)s->service.replicas),
		service_of(op), s->former, s->service.replicas);
	return false;
}

static const struct step step_undo_service;

static void on_sent(struct operation *op)
{
	char former[16];
	snprintf(former, sizeof former, "%d", op->serving->former);
	op_undo(op, &step_undo_service, former);
}

static void enter_update(struct operation *op)
{
	static const struct service_change scaling = {scaled_spec, still_as_before, on_sent};
	service_change(op, &scaling);
}

static const struct step step_update = {
	.name = N_("changing the number of replicas"), .deadline_ms = 4 * CALL_MS, .enter = enter_update};

/* ---- until as many run ---- */

struct tally {
	int running, others; /* others: not yet, or still */
	int failures;        /* of tasks that are new */
	char why[300];       /* what the newest failure was, or what one waits for */
};

static void count_task(const struct operation *op, const struct docker_task *t, struct tally *out)
{
	bool new_failure = t->failed && t->created_wall > op->serving->since_wall;
	out->running += t->phase == TASK_RUNNING;
	out->others += t->phase == TASK_LEAVING || t->phase == TASK_WAITING;
	out->failures += new_failure;
	if (*t->error != '\0' && (new_failure || (out->failures == 0 && t->phase == TASK_WAITING)))
		snprintf(out->why, sizeof out->why, "%s", t->error);
}

static bool tally(const struct operation *op, const struct http_response *response, struct tally *out)
{
	struct docker_task *tasks = NULL;
	size_t count = 0;
	*out = (struct tally){0};
	if (!service_look_tasks(response, &tasks, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		count_task(op, &tasks[i], out);
	free(tasks);
	return true;
}

static void on_tasks(struct operation *op, const struct http_response *response)
{
	struct tally t;
	bool up = op->count > op->serving->former;
	op->again_at = op_now(op) + SERVICE_ASK_MS;
	bool known = tally(op, response, &t);
	int done = up ? t.running - op->serving->former : op->serving->former - t.running - t.others;
	if (known) {
		op->view.completed = done < 0 ? 0 : done > op->view.total ? op->view.total : done;
		op_touch(op);
	}
	op->run = known && t.running == op->count && t.others == 0 ? op->run + 1 : 0;
	if (op->run >= (up ? SERVICE_STEADY_RUN : 1))
		op_next(op);
	else if (known && t.failures >= SERVICE_FAILURES_MAX)
		op_fail(op, _("tasks of %s fail: %s"), service_of(op), t.why);
	else if (op_now(op) + CALL_MS / 5 >= op->view.step_deadline_at)
		op_fail(op,
			P_("%d task of %s runs, not %d%s%s", "%d tasks of %s run, not %d%s%s",
				(unsigned)t.running),
			t.running, service_of(op), op->count, *t.why != '\0' ? ": " : "", t.why);
}

static void tick_run(struct operation *op)
{
	if (op->request == NULL && op_now(op) >= op->again_at)
		service_get_tasks(op, on_tasks);
}

static const struct step step_run = {.name = N_("waiting until as many tasks run"),
	.deadline_ms = ANSWER_MS,
	.enter = tick_run,
	.tick = tick_run};

static void enter_scaled(struct operation *op)
{
	watch_retry(op->ops->options.watch, op->server);
	op_done(op, P_("%s has %d instance", "%s has %d instances", (unsigned)op->count),
		op_server(op)->spec->name, op->count);
}

static const struct step step_scaled = {
	.name = N_("scaled"), .quiet = true, .deadline_ms = CALL_MS, .enter = enter_scaled};

/* ---- back ---- */

static void send_back(struct operation *op)
{
	char *spec = spec_with(op, op->serving->former);
	if (spec != NULL)
		service_update(op, spec, op_changed);
	free(spec);
}

/* What somebody else made of it since is theirs. */
static void on_service_back(struct operation *op, const struct http_response *response)
{
	if (!service_take(op, response))
		return;
	const struct serving *s = op->serving;
	if (s->service.replicas == s->former)
		op_next(op);
	else if (s->service.replicas != op->count)
		op_fail(op, _("somebody else has scaled it to %d since"), s->service.replicas);
	else
		send_back(op);
}

static void enter_back(struct operation *op)
{
	service_get(op, on_service_back);
}

static const struct step step_undo_service = {.name = N_("going back to the number of replicas before, %s"),
	.deadline_ms = 4 * CALL_MS,
	.enter = enter_back,
	.undone = N_("the service has its number of replicas of before again, %s"),
	.left = N_("the service does not have its number of replicas of before, %s")};

/* ---- what would happen ---- */

bool prepare_service(struct operation *op)
{
	static const struct step *const program[] = {&step_read, &step_update, &step_run, &step_scaled, NULL};
	op->program = program;
	op->rounds = 1;
	return true;
}

bool plan_service(const struct server *server, int wanted, struct op_plan *plan)
{
	const char *service = server->spec->scale.service;
	int now = server->service.replicas;
	if (!plan_service_seen(server, plan))
		return false;
	if (now < 0)
		return plan_refused(plan,
			_("the service %s has one task on each node (mode global), so there is no number to "
			  "scale"),
			service);
	if (wanted == now) {
		plan_line(plan,
			P_("It has %d instance already: nothing is to be done.",
				"It has %d instances already: nothing is to be done.", (unsigned)now),
			now);
		return true;
	}
	plan_line(plan,
		P_("The Swarm service %s gets %d replica instead of %d.",
			"The Swarm service %s gets %d replicas instead of %d.", (unsigned)wanted),
		service, wanted, now);
	if (wanted > now)
		plan_line(plan, "%s",
			_("Swarm chooses the nodes, and whether there is memory for them: no headroom is "
			  "reckoned here."));
	else
		plan_line(plan, "%s",
			_("Swarm chooses which tasks it ends, and does not drain them: requests in flight "
			  "there are interrupted."));
	return true;
}
