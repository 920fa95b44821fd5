/* dialog_operation.c - all that is to be said of one operation, for which its line has no room. */
#include "dialog.h"
#include "ollama-top/i18n.h"
#include "op_text.h"
#include "view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LABELS 10

struct operation_state {
	uint64_t id;
	char title[320];
};

static void update(struct ui *ui, struct dialog *dialog)
{
	struct operation_state *state = dialog->state;
	const struct op_view *op = ops_find(ui->options.ops, state->id);
	if (op)
		(void)snprintf(state->title, sizeof(state->title), "%s", op->title);
}

static const char *title(const struct dialog *dialog)
{
	const struct operation_state *state = dialog->state;
	return state->title;
}

static void write_progress(struct pen *pen, const struct op_view *op)
{
	char amount[48], speed[32], left[24];
	if (!op_amount(amount, sizeof(amount), op)[0])
		return;
	if (!op->bytes || op_over(op->status))
		pen_field(pen, FACE_NORMAL, _("progress"), "%s", amount);
	else
		pen_field(pen, FACE_NORMAL, _("progress"), _("%s, %s, %s left"), amount,
			op_speed(speed, sizeof(speed), op), op_left(left, sizeof(left), op));
}

static void write_all(const struct look *look, const struct op_view *op, struct pen *pen)
{
	char text[384];
	pen_field(pen, op_status_face(op->status), _("status"), "%s", _(op_status_name(op->status)));
	pen_field(pen, FACE_NORMAL, _("target"), "%s", op->target);
	pen_field(pen, FACE_NORMAL, _("begun"), _("%s ago"),
		format_age(text, sizeof(text), look_age(look, op->started_at)));
	if (!op_over(op->status))
		pen_field(pen, FACE_NORMAL, _("step"), "%s", op_step_text(text, sizeof(text), look, op));
	write_progress(pen, op);
	if (op->message[0] && strcmp(op->message, op->title) != 0)
		pen_field(pen, FACE_NORMAL, _("message"), "%s", op->message);
}

static void body(struct ui *ui, struct dialog *dialog, struct pen *pen)
{
	const struct operation_state *state = dialog->state;
	const struct op_view *op = ops_find(ui->options.ops, state->id);
	struct look look;
	struct pen dry = {.canvas = pen->canvas};
	ui_look(ui, &look);
	if (!op) {
		pen_field(pen, FACE_DIM, "", "%s", _("it is over and no longer kept here"));
		return;
	}
	dry.canvas.h = 0;
	write_all(&look, op, &dry);
	pen->label = LABELS;
	pen_fit_labels(pen, &dry);
	write_all(&look, op, pen);
}

static void key(struct ui *ui, struct dialog *dialog, int key)
{
	const struct operation_state *state = dialog->state;
	if (dialog_scroll(dialog, key))
		return;
	if (key == 'x')
		(void)ops_cancel(ui->options.ops, state->id);
	else if (key == KEY_ESCAPE || key == 'q' || key == KEY_CTRL('G') || dialog_enter(key))
		dialog_close(ui);
}

static const struct dialog_hint *hints(const struct dialog *dialog)
{
	static const struct dialog_hint reading[] = {
		{"x", N_("Cancel")}, {N_("Esc"), N_("Close")}, {NULL, NULL}};
	(void)dialog;
	return reading;
}

static const struct dialog_ops operation = {
	.state_size = sizeof(struct operation_state),
	.update = update,
	.title = title,
	.body = body,
	.key = key,
	.hints = hints,
};

void operation_open(struct ui *ui, uint64_t id)
{
	struct operation_state *state = dialog_open(ui, &operation);
	if (state)
		state->id = id;
}
