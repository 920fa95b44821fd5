/*
 * service_roll.c - a rolling restart of a Swarm service: one more ForceUpdate in its spec, and Swarm replaces task after
 * task by the service's own UpdateConfig. There is no way back from it but more restarts, since the spec before has
 * another number alone; so what fails or is cancelled is left as Swarm has it, and told.
 */
#include "service_private.h"
#include "service_spec.h"

#include <stdio.h>
#include <stdlib.h>

/* How many tasks are to run; where there is one on each node, as many as are seen. */
static int places(const struct server *server, int replicas)
{
	int count = 0;
	for (size_t i = 0; i < server->instance_count; i++)
		count += server->instances[i]->task.known && !server->instances[i]->gone;
	return replicas >= 0 ? replicas : count;
}

/* Nobody would answer meanwhile, though somebody could. */
static bool stops_all(const struct service_rules *rules, int count)
{
	return !rules->start_first && count > 1 && (rules->parallelism <= 0 || rules->parallelism >= count);
}

static const char *stops_all_words(const struct server *server, int count, char *buf, size_t size)
{
	const char *service = server->spec->scale.service;
	snprintf(buf, size,
		P_("Swarm would stop the %d task of %s before a new one runs: docker service update "
		   "--update-parallelism 1 %s mends that",
			"Swarm would stop all %d tasks of %s at once before new ones run: docker service "
			"update "
			"--update-parallelism 1 %s mends that",
			(unsigned)count),
		count, service, service);
	return buf;
}

/* False after op_deny(). */
static bool may_roll(struct operation *op)
{
	const struct docker_service *service = &op->serving->service;
	const struct server *server = op_server(op);
	int count = places(server, service->replicas);
	char words[3 * TEXT_NAME_MAX];
	if (service->update == UPDATE_RUNS || service->update == ROLLBACK_RUNS)
		op_deny(op, _("Swarm is updating %s already: docker service ps %s shows how far it is"),
			service_of(op), service_of(op));
	else if (stops_all(&service->rules, count))
		op_deny(op, "%s", stops_all_words(server, count, words, sizeof words));
	else
		return true;
	return false;
}

static void on_service(struct operation *op, const struct http_response *response)
{
	if (service_take(op, response) && may_roll(op))
		op_next(op);
}

static void enter_read(struct operation *op)
{
	service_read(op, on_service);
}

static const struct step step_read = {
	.name = N_("looking at the service"), .deadline_ms = 2 * CALL_MS, .enter = enter_read};

/* NULL after op_fail(). */
static char *forced_spec(struct operation *op)
{
	struct serving *s = op->serving;
	char *spec = service_spec_forced(s->body, s->body_len);
	s->force = s->service.force + 1;
	if (spec == NULL)
		op_fail(op, _("the spec of the service %s has no place for ForceUpdate"), service_of(op));
	return spec;
}

static const struct step step_leave;

static void on_sent(struct operation *op)
{
	op_undo(op, &step_leave, service_of(op));
}

static void enter_force(struct operation *op)
{
	static const struct service_change forcing = {forced_spec, may_roll, on_sent};
	service_change(op, &forcing);
}

static const struct step step_force = {
	.name = N_("telling Swarm to replace the tasks"), .deadline_ms = 4 * CALL_MS, .enter = enter_force};

/* Cancelled, Swarm goes on; failed, it stays where it is. */
static void enter_leave(struct operation *op)
{
	const struct serving *s = op->serving;
	watch_retry(op->ops->options.watch, op->server);
	if (op->failing)
		op_fail(op, P_("%d of %d task is new", "%d of %d tasks are new", (unsigned)s->wanted),
			s->fresh, s->wanted);
	else
		op_next(op);
}

static const struct step step_leave = {.name = N_("leaving %s to Swarm"),
	.quiet = true,
	.deadline_ms = CALL_MS,
	.enter = enter_leave,
	.undone = N_("Swarm goes on replacing the tasks of %s: docker service ps shows how far it is"),
	.left = N_("%s amid its update")};

static void enter_rolled_back(struct operation *op)
{
	op_next(op);
}

static const struct step step_rolled_back = {.name = N_("leaving %s to Swarm"),
	.quiet = true,
	.deadline_ms = CALL_MS,
	.enter = enter_rolled_back,
	.undone = N_("Swarm has put the spec of %s back")};

/* ---- until all are new ---- */

struct progress {
	int fresh, others; /* fresh: new, and runs; others: live, and not fresh */
	int wanted;        /* that Swarm means to run */
	int failures;      /* of new ones */
	char why[300];     /* what the newest failure was, or what one waits for */
};

static void count_task(const struct operation *op, const struct docker_task *t, struct progress *out)
{
	bool is_new = t->force >= op->serving->force, failed = is_new && t->failed;
	bool fresh = is_new && t->phase == TASK_RUNNING;
	out->fresh += fresh;
	out->others += !fresh && t->phase != TASK_OVER;
	out->wanted += t->wanted;
	out->failures += failed;
	if (*t->error != '\0' && (failed || (out->failures == 0 && t->phase == TASK_WAITING)))
		snprintf(out->why, sizeof out->why, "%s", t->error);
}

static void show(struct operation *op, const struct progress *p)
{
	struct serving *s = op->serving;
	int wanted = s->service.replicas >= 0 ? s->service.replicas : p->wanted;
	bool moved = s->fresh != p->fresh || s->wanted != wanted;
	s->fresh = p->fresh;
	s->wanted = wanted;
	op->view.total = wanted;
	op->view.completed = p->fresh < wanted ? p->fresh : wanted;
	if (moved)
		op_say(op,
			P_("%d of %d task is new and runs", "%d of %d tasks are new and run",
				(unsigned)wanted),
			s->fresh, wanted);
}

/* ": because of that", or nothing. */
static const char *reason(const struct progress *p, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s", *p->why != '\0' ? ": " : "", p->why);
	return buf;
}

/* Whether Swarm has given up, or somebody else has made it; after op_fail(). */
static bool gave_up(struct operation *op, const struct progress *p)
{
	const struct docker_service *service = &op->serving->service;
	char why[sizeof p->why + 4];
	reason(p, why, sizeof why);
	if (service->update == UPDATE_PAUSED || service->update == ROLLBACK_PAUSED)
		op_fail(op, _("%s%s; mend what fails, then restart --rolling %s once more"), service->message,
			why, op_server(op)->spec->name);
	else if (service->update == ROLLBACK_COMPLETED) {
		op_commit(op);
		op_undo(op, &step_rolled_back, service_of(op));
		op_fail(op, _("the update of %s was rolled back%s"), service_of(op), why);
	} else if (service->update != ROLLBACK_RUNS && service->force < op->serving->force)
		op_fail(op, _("somebody else has put the spec of %s back meanwhile"), service_of(op));
	else if (service->update != UPDATE_RUNS && p->failures >= SERVICE_FAILURES_MAX &&
		 p->fresh < op->serving->wanted)
		op_fail(op, _("tasks of %s fail: %s"), service_of(op), p->why);
	else
		return false;
	return true;
}

static void on_tasks(struct operation *op, const struct http_response *response)
{
	const struct serving *s = op->serving;
	struct progress p = {0};
	struct docker_task *tasks = NULL;
	size_t count = 0;
	char why[sizeof p.why + 4];
	op->again_at = op_now(op) + SERVICE_ASK_MS;
	bool known = service_look_tasks(response, &tasks, &count);
	for (size_t i = 0; i < count; i++)
		count_task(op, &tasks[i], &p);
	free(tasks);
	if (known)
		show(op, &p);
	if (known && gave_up(op, &p))
		return;
	bool all = known && p.fresh == s->wanted && p.others == 0 && s->service.update != UPDATE_RUNS &&
		   s->service.update != ROLLBACK_RUNS;
	op->run = all ? op->run + 1 : 0;
	/* Before it says so Swarm has watched them for a while itself. */
	if (op->run >= (s->service.update == UPDATE_COMPLETED ? 1 : SERVICE_STEADY_RUN)) {
		watch_retry(op->ops->options.watch, op->server);
		op_next(op);
	} else if (op_now(op) + CALL_MS / 5 >= op->view.step_deadline_at) {
		op_fail(op, _("Swarm has not replaced all tasks of %s in time%s"), service_of(op),
			reason(&p, why, sizeof why));
	}
}

static void on_service_seen(struct operation *op, const struct http_response *response)
{
	struct docker_service service;
	struct parse_error ignored;
	op->again_at = op_now(op) + SERVICE_ASK_MS;
	if (response->error != NULL || response->status != 200 ||
		!docker_parse_service(response->body, response->body_len, &service, &ignored))
		return;
	op->serving->service = service;
	service_get_tasks(op, on_tasks);
}

static void tick_roll(struct operation *op)
{
	if (op->request == NULL && op_now(op) >= op->again_at)
		service_get(op, on_service_seen);
}

static int64_t roll_deadline(const struct operation *op)
{
	const struct docker_service *service = &op->serving->service;
	int count = places(op_server(op), service->replicas), at_once = service->rules.parallelism;
	int64_t turns = at_once > 0 ? ((int64_t)count + at_once - 1) / at_once : 1;
	return turns * (ANSWER_MS + service->grace_ms + service->rules.delay_ms) + ANSWER_MS +
	       service->monitor_ms;
}

static const struct step step_roll = {.name = N_("waiting until Swarm has replaced all tasks"),
	.deadline = roll_deadline,
	.enter = tick_roll,
	.tick = tick_roll};

bool prepare_service_rolling(struct operation *op)
{
	static const struct step *const program[] = {&step_read, &step_force, &step_roll, NULL};
	op->program = program;
	op->rounds = 1;
	return true;
}

/* ---- what would happen ---- */

static void describe_turns(const struct service_rules *rules, int count, struct op_plan *plan)
{
	int at_once = rules->parallelism > 0 && rules->parallelism < count ? rules->parallelism : count;
	char delay[24];
	plan_line(plan,
		rules->start_first
			? P_("%d at a time is replaced: the new one is started first, and the old one "
			     "stopped when it runs.",
				  "%d at a time are replaced: the new ones are started first, and the old "
				  "ones "
				  "stopped when they run.",
				  (unsigned)at_once)
			: P_("%d at a time is replaced: the old one is stopped first, then the new one "
			     "started.",
				  "%d at a time are replaced: the old ones are stopped first, then the new "
				  "ones "
				  "started.",
				  (unsigned)at_once),
		at_once);
	if (at_once < count && rules->delay_ms > 0)
		plan_line(plan, _("After each turn Swarm waits %s."),
			text_duration(delay, sizeof delay, rules->delay_ms));
	if (at_once < count && rules->delay_ms <= 0)
		plan_line(plan, "%s",
			_("Without an update delay the next turn begins as soon as the new ones run: when "
			  "they "
			  "fail a moment later, the next ones are stopped already."));
	if (count == 1 && !rules->start_first)
		plan_line(plan, "%s", _("It is the only one: nobody answers until the new one does."));
}

static const char *failure_words(enum service_failure action)
{
	static const char *const words[] = {
		[SERVICE_PAUSES] = N_("When a new one fails, Swarm pauses: those that it has not come to "
				      "stay as they are."),
		[SERVICE_GOES_ON] = N_("When a new one fails, Swarm goes on with the others."),
		[SERVICE_ROLLS_BACK] =
			N_("When a new one fails, Swarm goes back, which restarts tasks again."),
	};
	return _(words[action]);
}

bool plan_service_rolling(const struct server *server, struct op_plan *plan)
{
	const struct service *service = &server->service;
	const char *name = server->spec->scale.service;
	int count = places(server, service->replicas);
	char words[3 * TEXT_NAME_MAX];
	snprintf(plan->title, sizeof plan->title,
		P_("restart %d task of the Swarm service %s",
			"restart %d tasks of the Swarm service %s, by turns", (unsigned)count),
		count, name);
	if (!plan_service_seen(server, plan))
		return false;
	if (count == 0)
		return plan_refused(plan, _("the service %s has no task to restart"), name);
	if (stops_all(&service->rules, count))
		return plan_refused(plan, "%s", stops_all_words(server, count, words, sizeof words));
	plan_line(plan,
		_("Swarm replaces the tasks of the service %s, wherever they run, without any other change."),
		name);
	describe_turns(&service->rules, count, plan);
	plan_line(plan, "%s", failure_words(service->rules.on_failure));
	plan_line(plan, "%s", _("Swarm does not drain them: requests in flight there are interrupted."));
	return true;
}
