/*
 * dialog_confirm.c - what an operation would do, and whether it shall.
 *
 * The plan is made anew for each picture and each key, so what is said yes to is what was true then.
 * Where there is danger, Enter is no yes, and the yes is asked for twice; where a name must be
 * typed, letters are the name's, so that Tab chooses whether the model is unloaded first. What policy refuses is shown with the reason, for any key.
 */
#include "dialog.h"
#include "ollama-top/i18n.h"
#include "view.h"

#include <stdio.h>
#include <string.h>

struct confirm {
	struct wish wish;
	struct op_plan plan;
	struct edit typed;
	bool again; /* yes was said to what is dangerous; the second time is awaited */
	bool wrong; /* Enter on a name that is not the one */
	char title[384];
};

static bool refused(const struct confirm *state)
{
	return state->plan.verdict != OP_ALLOWED;
}

static bool types(const struct confirm *state)
{
	return !refused(state) && state->plan.typed[0] && !state->again;
}

static bool offers_unload(const struct confirm *state)
{
	return !refused(state) && state->plan.loaded_on[0] && !state->again;
}

static void update(struct ui *ui, struct dialog *dialog)
{
	struct confirm *state = dialog->state;
	struct intent intent = wish_intent(&state->wish);
	ops_plan(ui->options.ops, &intent, &state->plan);
	const char *name = state->plan.title[0] ? state->plan.title : op_info(state->wish.kind)->name;
	(void)snprintf(state->title, sizeof(state->title), refused(state) ? _("refused: %s") : "%s", name);
	if (!state->plan.danger[0])
		state->again = false;
}

static const char *title(const struct dialog *dialog)
{
	const struct confirm *state = dialog->state;
	return state->title;
}

static void write_lines(struct pen *pen, enum face face, const char *text)
{
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");
		pen_field(pen, face, "", "%.*s", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

static void body(struct ui *ui, struct dialog *dialog, struct pen *pen)
{
	const struct confirm *state = dialog->state;
	(void)ui;
	if (!state->again)
		write_lines(pen, refused(state) ? FACE_WARNING : FACE_NORMAL, state->plan.text);
	if (offers_unload(state)) {
		pen->y++;
		pen_field(pen, FACE_NORMAL, "", _("[%c] unload it first on %s"),
			state->wish.unload_first ? 'x' : ' ', state->plan.loaded_on);
	}
	if (!refused(state) && state->plan.danger[0]) {
		pen->y += pen->y > 0;
		write_lines(pen, FACE_WARNING, state->plan.danger);
	}
	pen->y++; /* keeps the question apart; it scrolls away where there is no room */
}

static const char *question(const struct confirm *state)
{
	if (refused(state))
		return _("Nothing was done.");
	if (state->again)
		return _("Really? y/n");
	if (state->plan.danger[0])
		return _("Do it all the same? y/n");
	return _("Do it? y/n");
}

static int foot(struct ui *ui, struct dialog *dialog, const struct canvas *c)
{
	const struct confirm *state = dialog->state;
	(void)ui;
	if (!types(state)) {
		canvas_text(c, 0, 0, FACE_TITLE, question(state));
		return 1;
	}
	int x = canvas_printf(c, 0, 0, state->wrong ? FACE_WARNING : FACE_TITLE, _("To confirm, type %s:"),
			state->plan.typed) +
		1;
	bool below = x + text_columns(c->theme, state->plan.typed) + 1 > c->w;
	struct canvas line = canvas_sub(c, below, 0, 1, c->w);
	dialog_edit(dialog, &state->typed, &line, below ? 0 : x);
	return 1 + below;
}

static void submit(struct ui *ui, struct confirm *state)
{
	struct intent intent = wish_intent(&state->wish);
	uint64_t id = ops_submit(ui->options.ops, &intent, &state->plan);
	if (id == 0) {
		state->again = false;
		return;
	}
	const struct op_view *op = ops_find(ui->options.ops, id);
	/* Its steps wait for what is seen. */
	watch_pause(ui->options.watch, false);
	if (state->wish.kind == OP_PULL)
		recall_add(&ui->pulled, state->wish.model);
	ui_message(ui, _("taken on: %s"), op ? op->title : state->plan.title);
	dialog_close(ui);
}

static void yes(struct ui *ui, struct dialog *dialog)
{
	struct confirm *state = dialog->state;
	if (!state->plan.danger[0] || state->again) {
		submit(ui, state);
		return;
	}
	state->again = true;
	dialog->top = 0;
}

static void type(struct ui *ui, struct dialog *dialog, int key)
{
	struct confirm *state = dialog->state;
	if (key == KEY_ESCAPE || key == KEY_CTRL('G')) {
		dialog_close(ui);
	} else if (key == '\t' && offers_unload(state)) {
		state->wish.unload_first = !state->wish.unload_first;
	} else if (dialog_enter(key)) {
		state->wrong = strcmp(state->typed.text, state->plan.typed) != 0;
		if (!state->wrong)
			yes(ui, dialog);
	} else if (edit_key(&state->typed, key) != EDIT_IGNORED) {
		state->wrong = false;
	} else {
		(void)dialog_scroll(dialog, key);
	}
}

static void key(struct ui *ui, struct dialog *dialog, int key)
{
	struct confirm *state = dialog->state;
	if (types(state)) {
		type(ui, dialog, key);
		return;
	}
	if (dialog_scroll(dialog, key) && (!refused(state) || dialog->lines > dialog->page))
		return;
	bool enter = dialog_enter(key) && !state->plan.danger[0] && !state->plan.typed[0];
	if (refused(state) || key == 'n' || key == 'N' || key == 'q' || key == KEY_ESCAPE ||
		key == KEY_CTRL('G'))
		dialog_close(ui);
	else if (key == 'y' || key == 'Y' || enter)
		yes(ui, dialog);
	else if ((key == 'u' || key == '\t') && offers_unload(state))
		state->wish.unload_first = !state->wish.unload_first;
}

static const struct dialog_hint *hints(const struct dialog *dialog)
{
	static const struct dialog_hint refusing[] = {{N_("any key"), N_("Close")}, {NULL, NULL}},
					typing[] = {{N_("Enter"), N_("Confirm")}, {N_("Esc"), N_("Leave")},
						{NULL, NULL}},
					both[] = {{N_("Enter"), N_("Confirm")},
						{N_("Tab"), N_("Unload first")}, {N_("Esc"), N_("Leave")},
						{NULL, NULL}},
					unloading[] = {{"y", N_("Yes")}, {"u", N_("Unload first")},
						{"n", N_("No")}, {NULL, NULL}},
					asking[] = {{N_("y Enter"), N_("Yes")}, {"n", N_("No")},
						{NULL, NULL}},
					warning[] = {{"y", N_("Yes")}, {"n", N_("No")}, {NULL, NULL}};
	const struct confirm *state = dialog->state;
	if (refused(state))
		return refusing;
	if (types(state))
		return offers_unload(state) ? both : typing;
	return offers_unload(state) ? unloading : state->plan.danger[0] ? warning : asking;
}

static const struct dialog_ops confirm = {
	.state_size = sizeof(struct confirm),
	.update = update,
	.title = title,
	.body = body,
	.foot = foot,
	.key = key,
	.hints = hints,
};

void confirm_open(struct ui *ui, const struct wish *wish)
{
	struct wish copy = *wish; /* it may be in the dialog that this one takes the place of */
	struct confirm *state = dialog_open(ui, &confirm);
	if (state)
		state->wish = copy;
	/* Deleting under readers is the accident, so its way out is what is offered first. */
	if (state && copy.kind == OP_DELETE)
		state->wish.unload_first = true;
}
