/*
 * operation.c - the life of one operation: step after step to its end, or back again.
 */
#include "private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t op_now(const struct operation *op)
{
	return clock_mono_ms(op->ops->options.clock);
}

void op_touch(struct operation *op)
{
	op->view.serial++;
	ops_touch(op->ops);
}

struct server *op_server(const struct operation *op)
{
	struct fleet *fleet = op->ops->options.fleet;
	return op->server < fleet->server_count ? &fleet->servers[op->server] : NULL;
}

struct instance *op_instance_named(const struct operation *op, const char *name)
{
	const struct server *server = op_server(op);
	return server != NULL ? fleet_instance(server, name) : NULL;
}

struct instance *op_instance(const struct operation *op)
{
	return op_instance_named(op, op->subject);
}

static enum audit_outcome outcome_of(enum op_status status)
{
	static const enum audit_outcome outcomes[] = {
		[OP_DONE] = AUDIT_DONE,
		[OP_FAILED] = AUDIT_FAILED,
		[OP_UNDONE] = AUDIT_UNDONE,
		[OP_CANCELLED] = AUDIT_CANCELLED,
		[OP_DENIED] = AUDIT_REFUSED,
	};
	return op_over(status) ? outcomes[status] : AUDIT_PENDING;
}

static void audit(
	struct operation *op, enum audit_event event, const char *message, audit_written_fn *written)
{
	const struct audit_line line = {.id = op->id,
		.operation = op_info(op->view.kind)->name,
		.target = op->view.target,
		.event = event,
		.outcome = outcome_of(op->outcome),
		.message = message};
	if (written != NULL)
		op->audit_at = op_now(op);
	audit_queue_add(&op->ops->audit, &line, written, op);
}

static void tell(struct operation *op)
{
	op_touch(op);
	if (op->ops->options.on_step != NULL)
		op->ops->options.on_step(op->ops->options.user, &op->view);
}

static void drop_request(struct operation *op)
{
	balancing_detach(op);
	if (op->request != NULL)
		http_cancel(op->request);
	op->request = NULL;
	op->changing = false;
}

/* The subject is shown as one we work on, whoever was before no longer. */
static void tend(struct operation *op, enum tending tending)
{
	struct watch *watch = op->ops->options.watch;
	if (op->tending != TENDED_NOT && (tending == TENDED_NOT || strcmp(op->tended, op->subject) != 0))
		watch_tend(watch, op->server, op->tended, TENDED_NOT);
	if (tending != TENDED_NOT)
		watch_tend(watch, op->server, op->subject, tending);
	snprintf(op->tended, sizeof op->tended, "%s", op->subject);
	op->tending = tending;
}

/* What was done says of itself what it was; why something was not, does not. */
static void note(const struct operation *op)
{
	char text[sizeof op->view.title + sizeof op->view.message + 2];
	const char *message = op->view.message;
	if (op->outcome != OP_DONE) {
		snprintf(text, sizeof text, "%s: %s", op->view.title, message);
		message = text;
	}
	fleet_note(op->ops->options.fleet, op->outcome == OP_FAILED ? SEVERITY_WARNING : SEVERITY_NONE,
		op->view.target, message);
}

/* The end is told even when it cannot be written down. */
static void ended(void *user, const char *error)
{
	struct operation *op = user;
	size_t len = strlen(op->view.message);
	op->audit_at = 0;
	op->view.status = op->outcome;
	op->view.ended_at = op_now(op);
	if (error != NULL)
		snprintf(op->view.message + len, sizeof op->view.message - len, "; %s", error);
	tell(op);
	note(op);
	ops_settle(op->ops);
}

/* What is over is told when it is written down. */
static void finish(struct operation *op, enum op_status status, const char *message)
{
	drop_request(op);
	tend(op, TENDED_NOT);
	op->step = NULL;
	op->outcome = status;
	if (status == OP_DONE && !op->view.bytes && op->view.total > 0)
		op->view.completed = op->view.total;
	op->view.step_deadline_at = 0;
	snprintf(op->view.message, sizeof op->view.message, "%s", message);
	lease_release(op);
	op_forget_api(op);
	if (op->begun)
		audit(op, AUDIT_END, op->view.message, ended);
	else
		ended(op, NULL);
}

/* The name of a step has at most one %s, for what it is about. */
static void name_step(char *dst, size_t size, const char *name, const char *subject)
{
	const char *gap = strstr(name, "%s");
	if (gap == NULL)
		snprintf(dst, size, "%s", name);
	else
		snprintf(dst, size, "%.*s%s%s", (int)(gap - name), name, subject, gap + 2);
}

static void enter(struct operation *op, const struct step *step)
{
	int64_t deadline = step->deadline != NULL ? step->deadline(op) : step->deadline_ms;
	if (!step->quiet || step->tends != TENDED_NOT)
		tend(op, step->tends);
	op->step = step;
	op->skip = false;
	op->run = 0;
	op->view.steps++;
	op->seen_at = op->again_at = 0;
	op->view.step_at = op_now(op);
	op->view.step_deadline_at = deadline > 0 ? op->view.step_at + deadline : 0;
	name_step(op->view.step, sizeof op->view.step, _(step->name), op->subject);
	if (op->begun && !step->quiet)
		audit(op, AUDIT_STEP, op->view.step, NULL);
	if (!step->quiet)
		tell(op);
	step->enter(op);
}

static void over_after_undo(struct operation *op)
{
	char text[OP_MESSAGE_MAX];
	bool cancelled = op->view.cancelling && !op->failing;
	int len =
		snprintf(text, sizeof text, "%s%s%s", op->why, op->undone[0] != '\0' ? "; " : "", op->undone);
	if (op->rounds > 1 && op->begun && !op->view.bytes)
		snprintf(text + len, sizeof text - (size_t)len, _("; %zu of %zu were done before"), op->round,
			op->rounds);
	finish(op,
		op->left        ? OP_FAILED
		: cancelled     ? OP_CANCELLED
		: op->denied    ? OP_DENIED
		: op->undone[0] ? OP_UNDONE
				: OP_FAILED,
		text);
}

/* Takes the next thing back, or ends. */
static void undo_next(struct operation *op)
{
	if (op->undo_count == 0) {
		over_after_undo(op);
		return;
	}
	op->undo_count--;
	snprintf(op->subject, sizeof op->subject, "%s", op->undo[op->undo_count].subject);
	enter(op, op->undo[op->undo_count].step);
}

static void go_back(struct operation *op)
{
	drop_request(op);
	op->view.status = OP_UNDOING;
	undo_next(op);
}

/* Of this round or the next one; NULL when all is done. */
static const struct step *next_step(struct operation *op)
{
	for (;;) {
		const struct step *step = op->program[op->at];
		if (step == NULL && op->round + 1 == op->rounds)
			return NULL;
		if (step == NULL) {
			op->round++;
			op->round_at = op_now(op);
			op->at = 0;
			continue;
		}
		op->at++;
		if (step->applies == NULL || step->applies(op))
			return step;
	}
}

static void step_forward(struct operation *op)
{
	if (op->view.cancelling) {
		snprintf(op->why, sizeof op->why, "%s", _("cancelled"));
		go_back(op);
		return;
	}
	const struct step *step = next_step(op);
	if (step != NULL) {
		enter(op, step);
		return;
	}
	char text[OP_MESSAGE_MAX], took[24];
	snprintf(text, sizeof text, _("%s took %s"), op->view.title,
		text_duration(took, sizeof took, op_now(op) - op->view.started_at));
	finish(op, OP_DONE, text);
}

/* Adds a sentence to what came of the undoing. */
static void __attribute__((format(printf, 2, 3))) note_undone(struct operation *op, const char *format, ...)
{
	size_t len = strlen(op->undone);
	va_list args;
	if (len > 0 && len + 3 < sizeof op->undone)
		len += (size_t)snprintf(op->undone + len, sizeof op->undone - len, "; ");
	if (len + 1 >= sizeof op->undone)
		return;
	va_start(args, format);
	vsnprintf(op->undone + len, sizeof op->undone - len, format, args);
	va_end(args);
}

void op_next(struct operation *op)
{
	const struct step *step = op->step;
	if (op->view.status != OP_UNDOING) {
		step_forward(op);
		return;
	}
	if (step != NULL && step->undone != NULL && !op->skip) {
		char text[2 * TEXT_NAME_MAX];
		name_step(text, sizeof text, _(step->undone), op->subject);
		note_undone(op, "%s", text);
	}
	undo_next(op);
}

void op_done(struct operation *op, const char *format, ...)
{
	char text[OP_MESSAGE_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	op_commit(op);
	finish(op, OP_DONE, text);
}

static void fail(struct operation *op, const char *why)
{
	const struct step *step = op->step;
	if (op->view.status == OP_UNDOING) {
		char text[2 * TEXT_NAME_MAX];
		op->left = true;
		name_step(text, sizeof text, step != NULL && step->left != NULL ? _(step->left) : "%s",
			op->subject);
		note_undone(op, _("left: %s (%s)"), text, why);
		drop_request(op);
		undo_next(op);
		return;
	}
	snprintf(op->why, sizeof op->why, "%s", why);
	op->failing = true;
	go_back(op);
}

void op_fail(struct operation *op, const char *format, ...)
{
	char why[sizeof op->why];
	va_list args;
	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	fail(op, why);
}

void op_deny(struct operation *op, const char *format, ...)
{
	char why[sizeof op->why];
	va_list args;
	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	op->denied = true;
	fail(op, why);
}

static void tell_message(struct operation *op, bool noted, const char *format, va_list args)
{
	vsnprintf(op->view.message, sizeof op->view.message, format, args);
	if (noted && op->begun)
		audit(op, AUDIT_STEP, op->view.message, NULL);
	tell(op);
}

void op_say(struct operation *op, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	tell_message(op, false, format, args);
	va_end(args);
}

void op_note(struct operation *op, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	tell_message(op, true, format, args);
	va_end(args);
}

void op_undo(struct operation *op, const struct step *step, const char *subject)
{
	if (op->undo_count == UNDO_MAX)
		return;
	op->undo[op->undo_count].step = step;
	snprintf(op->undo[op->undo_count].subject, sizeof op->undo->subject, "%s", subject);
	op->undo_count++;
}

void op_commit(struct operation *op)
{
	op->undo_count = 0;
}

/* What was allowed when it was confirmed may not be any more, now that its turn has come. */
static bool still_allowed(struct operation *op)
{
	struct op_plan plan;
	struct intent intent = {.kind = op->view.kind,
		.server = op->server_name,
		.instance = op->instance_name,
		.model = op->model,
		.image = op->image,
		.count = op->count};
	ops_plan(op->ops, &intent, &plan);
	if (plan.verdict != OP_ALLOWED)
		op_deny(op, "%s", plan.text);
	return plan.verdict == OP_ALLOWED;
}

static void begun(void *user, const char *error)
{
	struct operation *op = user;
	op->audit_at = 0;
	if (error != NULL) {
		op_deny(op, _("nothing was done, since it cannot be written down: %s"), error);
		return;
	}
	op->begun = true;
	if (op->view.cancelling) {
		finish(op, OP_CANCELLED, _("cancelled before it began"));
		return;
	}
	if (!still_allowed(op))
		return;
	if (!kinds[op->view.kind].prepare(op))
		return;
	op->at = 0;
	if (kinds[op->view.kind].leased)
		enter(op, &step_lease);
	else
		step_forward(op);
}

/* The begin line comes first: what cannot be written down is not done. */
void op_begin(struct operation *op)
{
	op->view.status = OP_RUNNING;
	op->view.started_at = op->view.step_at = op->round_at = op_now(op);
	audit(op, AUDIT_BEGIN, op->view.title, begun);
}

/* A log on a disk that hangs stops what has not begun, and does not keep what is over from being told. */
static void tick_audit(struct operation *op)
{
	char why[200], took[24];
	if (op_now(op) - op->audit_at < AUDIT_MS)
		return;
	audit_queue_forget(&op->ops->audit, op);
	snprintf(why, sizeof why, _("the audit log was not written within %s"),
		text_duration(took, sizeof took, AUDIT_MS));
	if (op->outcome == OP_QUEUED)
		begun(op, why);
	else
		ended(op, why);
}

void op_tick(struct operation *op)
{
	if (op->audit_at != 0) {
		tick_audit(op);
		return;
	}
	if (op->step == NULL || op_over(op->view.status) || op->view.status == OP_QUEUED)
		return;
	if (op->view.step_deadline_at != 0 && op_now(op) >= op->view.step_deadline_at) {
		int64_t ms = op->view.step_deadline_at - op->view.step_at;
		char took[24];
		drop_request(op);
		op_fail(op, _("not over after %s: %s"), text_duration(took, sizeof took, ms), op->view.step);
		return;
	}
	if (op->step->tick != NULL)
		op->step->tick(op);
}

void op_cancel(struct operation *op)
{
	if (op->view.cancelling)
		return;
	op->view.cancelling = true;
	op_touch(op);
	if (op->view.status == OP_QUEUED) {
		finish(op, OP_CANCELLED, _("cancelled before it began"));
		return;
	}
	/* What is being changed is awaited: only its answer tells what there is to take back. */
	if (op->view.status != OP_RUNNING || op->audit_at != 0 || op->changing ||
		(op->step != NULL && op->step->uninterruptible))
		return;
	step_forward(op);
}

void op_abandon(struct operation *op)
{
	char text[OP_MESSAGE_MAX];
	if (op_over(op->view.status))
		return;
	/* Nobody waits for the log any more: what is queued is still written. */
	audit_queue_forget(&op->ops->audit, op);
	if (op->outcome != OP_QUEUED) {
		ended(op, NULL);
		return;
	}
	snprintf(text, sizeof text, _("ollama-top ended while %s: what this step does may still come about"),
		op->view.step[0] != '\0' ? op->view.step : op->view.title);
	finish(op, OP_FAILED, text);
	if (op->audit_at == 0)
		return;
	audit_queue_forget(&op->ops->audit, op);
	ended(op, NULL);
}

void op_free(struct operation *op)
{
	audit_queue_forget(&op->ops->audit, op);
	drop_request(op);
	op_forget_api(op);
	guarded_free(op);
	creating_free(op);
	ndjson_free(&op->lines);
	pulling_free(op);
	balancing_free(op);
	serving_free(op);
	warming_free(op);
	free(op->server_name);
	free(op->instance_name);
	free(op->model);
	free(op->image);
	free(op);
}
