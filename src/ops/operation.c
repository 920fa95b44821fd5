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

static bool audit(
	struct operation *op, enum audit_event event, const char *message, struct parse_error *error)
{
	if (op->ops->audit == NULL)
		op->ops->audit = audit_open(error);
	return op->ops->audit != NULL && audit_write(op->ops->audit,
						 &(struct audit_line){.id = op->id,
							 .operation = op_info(op->view.kind)->name,
							 .target = op->view.target,
							 .event = event,
							 .outcome = outcome_of(op->view.status),
							 .message = message},
						 error);
}

/* The end is told even when it cannot be written down. */
static void audit_end(struct operation *op)
{
	struct parse_error error;
	size_t len = strlen(op->view.message);
	if (!audit(op, AUDIT_END, op->view.message, &error))
		snprintf(op->view.message + len, sizeof op->view.message - len, "; %s", error.text);
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

static void stop_draining(struct operation *op)
{
	if (op->draining[0] != '\0')
		watch_drain(op->ops->options.watch, op->server, op->draining, false);
	op->draining[0] = '\0';
}

static void finish(struct operation *op, enum op_status status, const char *message)
{
	drop_request(op);
	stop_draining(op);
	op->step = NULL;
	op->view.status = status;
	op->view.ended_at = op_now(op);
	if (status == OP_DONE && !op->view.bytes && op->view.total > 0)
		op->view.completed = op->view.total;
	op->view.step_deadline_at = 0;
	snprintf(op->view.message, sizeof op->view.message, "%s", message);
	lease_release(op);
	op_forget_api(op);
	if (op->begun)
		audit_end(op);
	tell(op);
	fleet_note(op->ops->options.fleet, status == OP_FAILED ? SEVERITY_WARNING : SEVERITY_NONE,
		op->view.target, op->view.message);
	ops_settle(op->ops);
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
	stop_draining(op);
	op->step = step;
	op->skip = false;
	op->run = 0;
	op->seen_at = op->again_at = 0;
	op->view.step_at = op_now(op);
	op->view.step_deadline_at = deadline > 0 ? op->view.step_at + deadline : 0;
	name_step(op->view.step, sizeof op->view.step, _(step->name), op->subject);
	if (op->begun && !step->quiet)
		(void)audit(op, AUDIT_STEP, op->view.step, &(struct parse_error){0});
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
	snprintf(text, sizeof text, _("%s: done in %s"), op->view.title,
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

void op_say(struct operation *op, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(op->view.message, sizeof op->view.message, format, args);
	va_end(args);
	tell(op);
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

/* The begin line comes first: what cannot be written down is not done. */
void op_begin(struct operation *op)
{
	struct parse_error error;
	op->view.status = OP_RUNNING;
	op->view.started_at = op->view.step_at = op_now(op);
	if (!audit(op, AUDIT_BEGIN, op->view.title, &error)) {
		op_deny(op, _("nothing was done, since it cannot be written down: %s"), error.text);
		return;
	}
	op->begun = true;
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

void op_tick(struct operation *op)
{
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
	if (op->view.status != OP_RUNNING || op->changing || (op->step != NULL && op->step->uninterruptible))
		return;
	step_forward(op);
}

void op_abandon(struct operation *op)
{
	char text[OP_MESSAGE_MAX];
	if (op_over(op->view.status))
		return;
	snprintf(text, sizeof text, _("ollama-top ended while %s: what this step does may still come about"),
		op->view.step[0] != '\0' ? op->view.step : op->view.title);
	finish(op, OP_FAILED, text);
}

void op_free(struct operation *op)
{
	drop_request(op);
	op_forget_api(op);
	guarded_free(op);
	creating_free(op);
	ndjson_free(&op->lines);
	pulling_free(op);
	balancing_free(op);
	free(op->server_name);
	free(op->instance_name);
	free(op->model);
	free(op->image);
	free(op);
}
