#include "op_text.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* As long as this a time is written in seconds, so that a deadline and what is gone of it compare. */
#define SECONDS_MOST 120
/* A deadline further away than this only keeps a step from running for ever. */
#define DEADLINE_MOST_MS ((int64_t)60 * 60 * 1000)

static const enum face faces[] = {
	[OP_QUEUED] = FACE_DIM,
	[OP_RUNNING] = FACE_BUSY,
	[OP_UNDOING] = FACE_WARNING,
	[OP_DONE] = FACE_OK,
	[OP_FAILED] = FACE_CRITICAL,
	[OP_UNDONE] = FACE_WARNING,
	[OP_CANCELLED] = FACE_QUIET,
};

enum face op_status_face(enum op_status status)
{
	return (unsigned)status < sizeof(faces) / sizeof(faces[0]) ? faces[status] : FACE_WARNING;
}

static const char *wait_text(char *buf, size_t size, int64_t ms)
{
	if (ms > (int64_t)SECONDS_MOST * 1000)
		return text_duration(buf, size, ms);
	(void)snprintf(buf, size, "%llds", (long long)(ms / 1000));
	return buf;
}

const char *op_step_text(char *buf, size_t size, const struct look *look, const struct op_view *op)
{
	char age[24], limit[24];
	const char *step = op->step[0] ? op->step : op->message;
	const char *sign = op->status == OP_UNDOING ? _("undoing: ")
			   : op->cancelling         ? _("cancelling: ")
						    : "";
	if (op->step_at == 0)
		(void)snprintf(buf, size, "%s%s", sign, step);
	else if (op->step_deadline_at == 0 || op->step_deadline_at - op->step_at > DEADLINE_MOST_MS)
		(void)snprintf(buf, size, "%s%s %s", sign, step,
			wait_text(age, sizeof(age), look_age(look, op->step_at)));
	else
		(void)snprintf(buf, size, "%s%s %s/%s", sign, step,
			wait_text(age, sizeof(age), look_age(look, op->step_at)),
			wait_text(limit, sizeof(limit), op->step_deadline_at - op->step_at));
	return buf;
}

const char *op_outcome_text(char *buf, size_t size, const struct op_view *op)
{
	const char *status = _(op_status_name(op->status)),
		   *message = op->message[0] ? op->message : op->step;
	if (!message[0] || !strcmp(message, op->title) || !strcmp(message, status))
		(void)snprintf(buf, size, "%s", status);
	else
		(void)snprintf(buf, size, "%s: %s", status, message);
	return buf;
}

double op_share(const struct op_view *op)
{
	return op->total > 0 && op->completed >= 0 ? (double)op->completed / (double)op->total : NAN;
}

const char *op_amount(char *buf, size_t size, const struct op_view *op)
{
	buf[0] = 0;
	if (op->bytes && op->completed >= 0 && (op->total > 0 || op->completed > 0))
		return format_usage(buf, size, op->completed, op->total);
	if (!op->bytes && op->total > 0)
		(void)snprintf(buf, size, "%lld/%lld", (long long)op->completed, (long long)op->total);
	return buf;
}

const char *op_speed(char *buf, size_t size, const struct op_view *op)
{
	char bytes[24];
	(void)snprintf(buf, size, "%s", op->bytes ? "-" : "");
	if (op->bytes && !isnan(op->rate) && op->rate >= 0)
		(void)snprintf(buf, size, "%s/s", text_size(bytes, sizeof(bytes), (int64_t)op->rate));
	return buf;
}

const char *op_left(char *buf, size_t size, const struct op_view *op)
{
	(void)snprintf(buf, size, "%s", op->bytes ? "-" : "");
	if (op->bytes && op->rate > 0 && op->total > op->completed)
		text_duration(buf, size, (int64_t)((double)(op->total - op->completed) / op->rate * 1000));
	return buf;
}

const struct op_view *op_listed(const struct ops *ops, size_t i)
{
	const struct op_view *op;
	for (int over = 0; over < 2; over++)
		for (size_t k = 0; (op = ops_at(ops, k)); k++)
			if (op_over(op->status) == (over != 0) && i-- == 0)
				return op;
	return NULL;
}
