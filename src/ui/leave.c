/*
 * leave.c - leaving while operations run: asked before by q, not by a signal; and what is waited
 * for then. The owner of the console brings the operations to their end; see on_quit in ui.h.
 */
#include "dialog.h"
#include "ollama-top/i18n.h"
#include "op_text.h"
#include "view.h"

#include <stdio.h>

#define INTERRUPTED 130

struct leave {
	char title[192];
};

static void update(struct ui *ui, struct dialog *dialog)
{
	struct leave *state = dialog->state;
	size_t active = ops_active(ui->options.ops);
	if (ui->leaving)
		(void)snprintf(state->title, sizeof(state->title), "%s", _("leaving"));
	else
		(void)snprintf(state->title, sizeof(state->title),
			P_("%zu operation runs", "%zu operations run", active), active);
}

static const char *title(const struct dialog *dialog)
{
	const struct leave *state = dialog->state;
	return state->title;
}

static void body(struct ui *ui, struct dialog *dialog, struct pen *pen)
{
	const struct op_view *op;
	struct look look;
	char step[384];
	size_t i = 0;
	(void)dialog;
	ui_look(ui, &look);
	for (; (op = op_listed(ui->options.ops, i)) && !op_over(op->status); i++)
		pen_field(pen, FACE_NORMAL, "", "%s: %s", op->title,
			op_step_text(step, sizeof(step), &look, op));
	if (i == 0)
		pen_field(pen, FACE_DIM, "", "%s", _("no operation runs any more"));
}

static int foot(struct ui *ui, struct dialog *dialog, const struct canvas *c)
{
	const char *text = _("Cancel them and leave? y/n");
	(void)dialog;
	if (ui->leaving)
		text = _("Waiting for the end of these steps.");
	else if (ops_active(ui->options.ops) == 0)
		text = _("Leave? y/n");
	canvas_text(c, 0, 0, FACE_TITLE, text);
	return 1;
}

static void ask_key(struct ui *ui, struct dialog *dialog, int key)
{
	if (dialog_scroll(dialog, key))
		return;
	if (key == 'y' || key == 'Y')
		ui_quit(ui, 0);
	else if (key == 'n' || key == 'N' || key == 'q' || key == KEY_ESCAPE || key == KEY_CTRL('G'))
		dialog_close(ui);
}

static void wait_key(struct ui *ui, struct dialog *dialog, int key)
{
	(void)ui;
	(void)dialog_scroll(dialog, key);
}

static const struct dialog_hint *ask_hints(const struct dialog *dialog)
{
	static const struct dialog_hint asking[] = {
		{"y", N_("Cancel and leave")}, {"n", N_("Stay")}, {NULL, NULL}};
	(void)dialog;
	return asking;
}

static const struct dialog_hint *wait_hints(const struct dialog *dialog)
{
	static const struct dialog_hint waiting[] = {{N_("Ctrl-C"), N_("Leave at once")}, {NULL, NULL}};
	(void)dialog;
	return waiting;
}

static const struct dialog_ops asking = {
	.state_size = sizeof(struct leave),
	.update = update,
	.title = title,
	.body = body,
	.foot = foot,
	.key = ask_key,
	.hints = ask_hints,
};

static const struct dialog_ops waiting = {
	.state_size = sizeof(struct leave),
	.update = update,
	.title = title,
	.body = body,
	.foot = foot,
	.key = wait_key,
	.hints = wait_hints,
};

void leave_ask(struct ui *ui)
{
	(void)dialog_open(ui, &asking);
}

void leave_show(struct ui *ui)
{
	if (ui->dialog.ops != &waiting)
		(void)dialog_open(ui, &waiting);
}

static void leave(struct ui *ui, int exit_status)
{
	if (ui->options.on_quit)
		ui->options.on_quit(ui->options.user, exit_status);
}

void ui_quit(struct ui *ui, int exit_status)
{
	if (ui->quitting || ui->leaving)
		return;
	if (ui->options.ops)
		ui->leaving = true;
	else
		ui->quitting = true;
	if (ui->leaving && ops_active(ui->options.ops) > 0)
		leave_show(ui);
	leave(ui, exit_status);
}

void ui_interrupt(struct ui *ui)
{
	if (!ui->leaving) {
		ui_quit(ui, INTERRUPTED);
		return;
	}
	ui->quitting = true;
	leave(ui, INTERRUPTED);
}
