/*
 * containers.c - steps on one container, and the programs made of them: restart, start, stop, rolling.
 */
#include "private.h"

#include <stdio.h>
#include <string.h>

bool op_take_container(struct operation *op)
{
	const struct instance *i = op_instance(op);
	if (i == NULL || i->container.id[0] == '\0' || i->gone) {
		op_fail(op, _("%s/%s has no container that is known"), op_server(op)->spec->name,
			op->subject);
		return false;
	}
	snprintf(op->container, sizeof op->container, "%s", i->container.id);
	return true;
}

static void enter_round(struct operation *op)
{
	op_commit(op);
	snprintf(op->subject, sizeof op->subject, "%s", op->names[op->round]);
	op->server = op->name_server[op->round];
	op->out_of_pool = false;
	op->store_seen = false;
	op->changed_at = 0;
	op->pool_url[0] = '\0';
	op->view.completed = (int64_t)op->round;
	op_forget_api(op);
	op_next(op);
}

const struct step step_round = {
	.name = N_("looking at %s"), .deadline_ms = CALL_MS, .enter = enter_round, .quiet = true};

/* The engine answers when the container has stopped, and it may take its grace. */
#define STOPPING_MS (STOP_GRACE_S * 1000 + CALL_MS)

static void enter_restart(struct operation *op)
{
	if (!op_take_container(op))
		return;
	op->changed_at = op_now(op);
	op_engine(op, "POST", NULL, STOPPING_MS, op_changed, "/containers/%s/restart?t=%d", op->container,
		STOP_GRACE_S);
}

const struct step step_restart = {.name = N_("restarting %s"),
	.deadline_ms = STOPPING_MS + RESTART_SLACK,
	.tends = TENDED_RESTARTING,
	.enter = enter_restart};

static void enter_start(struct operation *op)
{
	if (!op_take_container(op))
		return;
	op->changed_at = op_now(op);
	op_engine(op, "POST", NULL, 2 * CALL_MS, op_changed, "/containers/%s/start", op->container);
}

const struct step step_start = {.name = N_("starting %s"),
	.deadline_ms = 3 * CALL_MS,
	.tends = TENDED_RESTARTING,
	.enter = enter_start};

static void enter_start_again(struct operation *op)
{
	op->changed_at = op_now(op);
	op_engine(op, "POST", NULL, 2 * CALL_MS, op_changed, "/containers/%s/start", op->stopped);
}

const struct step step_undo_stop = {.name = N_("starting %s again"),
	.tends = TENDED_RESTARTING,
	.deadline_ms = 3 * CALL_MS,
	.enter = enter_start_again,
	.undone = N_("started %s again"),
	.left = N_("%s is stopped")};

static void stopped(struct operation *op, const struct http_response *response)
{
	char text[400];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	/* Without an answer it may have been stopped all the same. */
	if (refusal == NULL || response->error != NULL)
		op_undo(op, &step_undo_stop, op->subject);
	op_changed(op, response);
}

/* One of those that a server as a whole is about: of one image, behind one balancer. */
static bool runs(const struct instance *i)
{
	return i->container.status == CONTAINER_RUNNING && !i->gone && instance_is_ollama(i);
}

int server_running(const struct server *server)
{
	int count = 0;
	for (size_t i = 0; i < server->instance_count; i++)
		count += runs(server->instances[i]);
	return count;
}

/*
 * Whether stopping the subject leaves fewer than scale.min: looked at again when it is its turn, since others
 * may have been stopped, or have died, after it was confirmed. An upgrade brings back what it stops.
 */
static bool too_few(const struct operation *op)
{
	const struct server *server = op_server(op);
	const struct instance *i = op_instance(op);
	return server->spec->scale.given && op->view.kind != OP_UPGRADE && i != NULL &&
	       i->container.status == CONTAINER_RUNNING && server_running(server) <= server->spec->scale.min;
}

static const char *min_words(const struct server *server, char *buf, size_t size)
{
	snprintf(buf, size, _("%s keeps at least %d running (scale.min); %d do"), server->spec->name,
		server->spec->scale.min, server_running(server));
	return buf;
}

static void enter_stop(struct operation *op)
{
	char words[2 * TEXT_NAME_MAX];
	if (!op_take_container(op))
		return;
	if (too_few(op)) {
		op_deny(op, "%s", min_words(op_server(op), words, sizeof words));
		return;
	}
	memcpy(op->stopped, op->container, sizeof op->stopped);
	op_engine(op, "POST", NULL, STOPPING_MS, stopped, "/containers/%s/stop?t=%d", op->container,
		STOP_GRACE_S);
}

const struct step step_stop = {.name = N_("stopping %s"),
	.deadline_ms = STOPPING_MS + RESTART_SLACK,
	.tends = TENDED_STOPPING,
	.enter = enter_stop};

static void removed(struct operation *op, const struct http_response *response)
{
	/* Gone is gone, by whomever. */
	if (response->error == NULL && response->status == 404) {
		watch_retry(op->ops->options.watch, op->server);
		op_next(op);
		return;
	}
	op_changed(op, response);
}

static void enter_remove(struct operation *op)
{
	if (op_take_container(op))
		op_engine(op, "DELETE", NULL, 2 * CALL_MS, removed, "/containers/%s?v=false", op->container);
}

const struct step step_remove = {.name = N_("removing %s"),
	.deadline_ms = 3 * CALL_MS,
	.tends = TENDED_STOPPING,
	.enter = enter_remove};

void op_add_round(struct operation *op, size_t server, const char *instance)
{
	if (op->rounds == NAMES_MAX)
		return;
	snprintf(op->names[op->rounds], sizeof op->names[0], "%s", instance);
	op->name_server[op->rounds++] = server;
}

void op_add_running(struct operation *op)
{
	const struct server *server = op_server(op);
	for (size_t i = 0; i < server->instance_count; i++)
		if (runs(server->instances[i]))
			op_add_round(op, op->server, server->instances[i]->name);
	op->view.total = (int64_t)op->rounds;
}

void op_skip_round(struct operation *op)
{
	while (op->program[op->at] != NULL)
		op->at++;
	op_next(op);
}

static bool prepare(struct operation *op, const struct step *const *program)
{
	op->program = program;
	op->no_drain = op->ops->spec->traefik.dynamic_file == NULL;
	op_add_round(op, op->server, op->instance_name);
	return true;
}

bool prepare_restart(struct operation *op)
{
	static const struct step *const program[] = {&step_round, &step_pool_out, &step_drain, &step_restart,
		&step_answers, &step_pool_return, NULL};
	const struct instance *i = op_instance_named(op, op->instance_name);
	return i != NULL && i->task.known ? prepare_task(op) : prepare(op, program);
}

bool prepare_start(struct operation *op)
{
	static const struct step *const program[] = {&step_round, &step_start, &step_answers, NULL};
	return prepare(op, program);
}

/* The next stop on this server counts what runs, so the fleet has to know of this one. */
static void tick_stopped(struct operation *op)
{
	const struct instance *i = op_instance(op);
	if (i != NULL && !i->gone && i->container.status == CONTAINER_RUNNING &&
		op_now(op) + TICK_MS < op->view.step_deadline_at)
		return;
	op_done(op,
		op->out_of_pool ? _("%s is stopped, and out of the balancer: start it, then put it back")
				: _("%s is stopped"),
		op->view.target);
}

static void enter_stopped(struct operation *op)
{
	watch_retry(op->ops->options.watch, op->server);
	tick_stopped(op);
}

/* A stop is over here; the instance stays out of the balancer. */
static const struct step step_stopped = {.name = N_("%s is stopped"),
	.quiet = true,
	.tends = TENDED_STOPPING,
	.deadline_ms = CALL_MS,
	.enter = enter_stopped,
	.tick = tick_stopped,
	.uninterruptible = true};

bool prepare_stop(struct operation *op)
{
	static const struct step *const program[] = {
		&step_round, &step_pool_out, &step_drain, &step_stop, &step_stopped, NULL};
	bool ready = prepare(op, program);
	op->no_drain = false;
	return ready;
}

bool prepare_rolling(struct operation *op)
{
	static const struct step *const program[] = {&step_round, &step_pool_out, &step_drain, &step_restart,
		&step_answers, &step_pool_return, NULL};
	if (op_server(op)->spec->scale.service != NULL)
		return prepare_service_rolling(op);
	op->program = program;
	op->no_drain = op->ops->spec->traefik.dynamic_file == NULL;
	op_add_running(op);
	if (op->rounds > 0)
		return true;
	op_fail(op, _("no instance of %s runs"), op_server(op)->spec->name);
	return false;
}

/* "container ollama-2 (ollama/ollama:0.9.0, up 3h02m)" */
static const char *container_words(const struct ops *ops, const struct instance *i, char *buf, size_t size)
{
	const struct container *c = &i->container;
	char age[24];
	snprintf(buf, size, _("container %s (%s, up %s)"), c->name != NULL ? c->name : i->name,
		c->image != NULL ? c->image : "?",
		text_duration(age, sizeof age, ops->options.fleet->wall - c->started_wall));
	return buf;
}

static void describe_drain(const struct ops *ops, const struct instance *i, struct op_plan *plan)
{
	char age[24];
	if (ops->spec->traefik.dynamic_file != NULL && i->in_pool == 1)
		plan_line(plan, _("It is taken out of the balancer and drained before (at most %s)."),
			text_duration(age, sizeof age, i->server->spec->scale.drain_ms));
	plan_interrupts(ops, i, plan);
}

/* Trap 5 of the design: the rw server removes partial layers when it starts long after the last write. */
static void warn_of_pull(const struct ops *ops, const struct instance *i, struct op_plan *plan)
{
	const struct fleet *fleet = ops->options.fleet;
	bool pulling = fleet->transfer_count > 0;
	for (const struct operation *op = ops->first; op != NULL; op = op->next)
		pulling = pulling || (op->view.kind == OP_PULL && !op_over(op->view.status));
	if (i->server->spec->role == ROLE_RW && pulling)
		snprintf(plan->danger, sizeof plan->danger, "%s",
			_("A pull is under way on this server: a restart breaks it, and may throw away what "
			  "was fetched."));
}

bool plan_restart(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	const struct instance *i = plan_instance(ops, intent, plan);
	char words[600];
	if (i == NULL)
		return false;
	snprintf(plan->title, sizeof plan->title, _("restart %s/%s"), i->server->spec->name, i->name);
	if (!(i->task.known ? plan_task(i, plan) : plan_container(i, plan)))
		return false;
	if (!i->task.known)
		plan_line(plan, _("On %s, %s is restarted."), i->server->spec->name,
			container_words(ops, i, words, sizeof words));
	describe_drain(ops, i, plan);
	warn_of_pull(ops, i, plan);
	return true;
}

bool plan_start(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	const struct instance *i = plan_instance(ops, intent, plan);
	if (i == NULL || !plan_container(i, plan))
		return false;
	snprintf(plan->title, sizeof plan->title, _("start %s/%s"), i->server->spec->name, i->name);
	if (i->container.status == CONTAINER_RUNNING)
		return plan_refused(plan, _("%s/%s runs already"), i->server->spec->name, i->name);
	plan_line(plan, _("On %s, container %s (%s) is started."), i->server->spec->name,
		i->container.name != NULL ? i->container.name : i->name,
		i->container.image != NULL ? i->container.image : "?");
	return true;
}

bool plan_stop(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	const struct instance *i = plan_instance(ops, intent, plan);
	if (i == NULL || !plan_container(i, plan))
		return false;
	const struct scale_spec *scale = &i->server->spec->scale;
	char words[600];
	snprintf(plan->title, sizeof plan->title, _("stop %s/%s"), i->server->spec->name, i->name);
	if (i->container.status != CONTAINER_RUNNING && i->container.status != CONTAINER_PAUSED &&
		i->container.status != CONTAINER_RESTARTING)
		return plan_refused(plan, _("%s/%s does not run"), i->server->spec->name, i->name);
	if (scale->given && server_running(i->server) <= scale->min)
		return plan_refused(plan, "%s", min_words(i->server, words, sizeof words));
	plan_line(plan, _("On %s, %s is stopped."), i->server->spec->name,
		container_words(ops, i, words, sizeof words));
	describe_drain(ops, i, plan);
	warn_of_pull(ops, i, plan);
	return true;
}

bool plan_rolling(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	const struct server *server = plan_server(ops, intent, plan);
	if (server == NULL)
		return false;
	if (server->spec->scale.service != NULL)
		return plan_service_rolling(server, plan);
	int count = server_running(server);
	snprintf(plan->title, sizeof plan->title,
		P_("restart %d instance of %s", "restart %d instances of %s, one after another",
			(unsigned)count),
		count, server->spec->name);
	if (server->docker.status != LINK_OK)
		return plan_refused(plan, _("the Docker Engine of %s does not answer"), server->spec->name);
	if (count == 0)
		return plan_refused(plan, _("no instance of %s runs"), server->spec->name);
	for (size_t i = 0; i < server->instance_count; i++) {
		const struct instance *each = server->instances[i];
		if (!runs(each))
			continue;
		plan_line(plan, _("Container %s is restarted and has to answer before the next."),
			each->container.name != NULL ? each->container.name : each->name);
		plan_interrupts(ops, each, plan);
		warn_of_pull(ops, each, plan);
	}
	return true;
}
