/*
 * dialog_input.c - typing a name: of a model to be pulled, with what was pulled before and what is
 * known to complete from, or of an image.
 */
#include "complete.h"
#include "dialog.h"
#include "ollama-top/i18n.h"
#include "table.h"
#include "view.h"

#include <stdio.h>
#include <string.h>

#define MATCHES_MAX  64
#define MATCHES_ROWS 5
#define NO_MATCH     SIZE_MAX

/* What differs between the names that are asked for. */
struct question {
	const char *title, *label; /* untranslated */
	bool (*valid)(const char *name, char *why, size_t size);
	complete_name_fn *known;            /* NULL: nothing is completed */
	char *(*answer)(struct wish *wish); /* EDIT_MAX bytes that the name goes to */
};

struct input {
	const struct question *question;
	struct wish wish;
	struct edit edit;
	char stem[EDIT_MAX]; /* what was typed: the matches are its, while Tab goes through them */
	size_t chosen;       /* among the matches, by Tab; NO_MATCH: none */
	long past;           /* -1: what was typed; else how far back in what was before */
	char why[256];       /* why the name is none yet, or "" */
	const char *matches[MATCHES_MAX];
	size_t count, begin;
};

/* What was pulled from here, then what the operations know; complete_matches() leaves doubles out. */
static const char *known_model(void *user, size_t i)
{
	struct ui *ui = user;
	if (i < ui->pulled.count)
		return ui->pulled.names[i];
	return ops_known_model(ui->options.ops, i - ui->pulled.count);
}

/* The i-th of all that is known, each once; NULL past the last. */
static const char *past_name(struct ui *ui, const struct question *question, long i)
{
	const char *all[MATCHES_MAX];
	size_t begin, count = complete_matches("", question->known, ui, all, MATCHES_MAX, &begin);
	return (size_t)i < count ? all[i] : NULL;
}

static void update(struct ui *ui, struct dialog *dialog)
{
	struct input *state = dialog->state;
	const struct question *question = state->question;
	state->why[0] = 0;
	if (question->valid)
		(void)question->valid(state->edit.text, state->why, sizeof(state->why));
	if (question->known)
		state->count = complete_matches(
			state->stem, question->known, ui, state->matches, MATCHES_MAX, &state->begin);
	dialog->cursor = state->chosen < state->count ? (int)state->chosen : 0;
}

static const char *title(const struct dialog *dialog)
{
	const struct input *state = dialog->state;
	return _(state->question->title);
}

static int head(struct ui *ui, struct dialog *dialog, const struct canvas *c)
{
	const struct input *state = dialog->state;
	(void)ui;
	int x = canvas_text(c, 0, 0, FACE_LABEL, _(state->question->label)) + 1;
	dialog_edit(dialog, &state->edit, c, x);
	/* While nothing is typed yet, nothing is wrong yet. */
	canvas_field(c, 1, 0, c->w, ALIGN_LEFT, state->edit.text[0] ? FACE_WARNING : FACE_DIM, state->why);
	return 2;
}

static void body(struct ui *ui, struct dialog *dialog, struct pen *pen)
{
	const struct input *state = dialog->state;
	(void)ui;
	for (size_t i = 0; i < state->count; i++) {
		struct canvas line = canvas_sub(&pen->canvas, pen_row(pen), 0, 1, pen->canvas.w);
		bool chosen = i == state->chosen;
		line.extra = chosen ? A_REVERSE : 0;
		if (chosen)
			canvas_blank(&line);
		canvas_text(&line, 0, 0, FACE_KEY, chosen ? ">" : " ");
		canvas_field(&line, 0, 1, line.w - 1, ALIGN_LEFT, i < state->begin ? FACE_NORMAL : FACE_DIM,
			state->matches[i]);
		pen->y++;
	}
}

/* The text is the user's own again: the matches follow it. */
static void typed(struct input *state)
{
	(void)snprintf(state->stem, sizeof(state->stem), "%s", state->edit.text);
	state->chosen = NO_MATCH;
	state->past = -1;
}

/* First as far as all names that begin so agree, then one match after another. */
static void complete(struct input *state, int direction)
{
	size_t common = complete_common(state->matches, state->begin);
	if (state->count == 0)
		return;
	if (state->chosen == NO_MATCH && common > strlen(state->stem) && common < EDIT_MAX) {
		char text[EDIT_MAX];
		(void)snprintf(text, sizeof(text), "%.*s", (int)common, state->matches[0]);
		edit_set(&state->edit, text);
		typed(state);
		return;
	}
	if (state->chosen == NO_MATCH)
		state->chosen = direction > 0 ? 0 : state->count - 1;
	else
		state->chosen = (state->chosen + (direction > 0 ? 1 : state->count - 1)) % state->count;
	edit_set(&state->edit, state->matches[state->chosen]);
}

static void recall(struct ui *ui, struct input *state, int direction)
{
	long past = state->past + direction;
	if (!state->question->known || past < -1)
		return;
	const char *name = past < 0 ? state->stem : past_name(ui, state->question, past);
	if (!name)
		return;
	state->past = past;
	state->chosen = NO_MATCH;
	edit_set(&state->edit, name);
}

static void answer(struct ui *ui, struct input *state)
{
	struct wish wish = state->wish;
	if (state->why[0])
		return;
	(void)snprintf(state->question->answer(&wish), EDIT_MAX, "%s", state->edit.text);
	confirm_open(ui, &wish);
}

static void key(struct ui *ui, struct dialog *dialog, int key)
{
	struct input *state = dialog->state;
	if (dialog_enter(key)) {
		answer(ui, state);
	} else if (key == KEY_ESCAPE || key == KEY_CTRL('G')) {
		dialog_close(ui);
	} else if (key == '\t' || key == KEY_CODE(KEY_BTAB)) {
		complete(state, key == '\t' ? 1 : -1);
	} else if (key == KEY_CODE(KEY_UP) || key == KEY_CTRL('P')) {
		recall(ui, state, 1);
	} else if (key == KEY_CODE(KEY_DOWN) || key == KEY_CTRL('N')) {
		recall(ui, state, -1);
	} else if (edit_key(&state->edit, key) == EDIT_CHANGED) {
		typed(state);
	}
}

static const struct dialog_hint *hints(const struct dialog *dialog)
{
	static const struct dialog_hint completing[] = {{N_("Enter"), N_("Go on")},
		{N_("Tab"), N_("Complete")}, {N_("Up"), N_("Earlier")}, {N_("Esc"), N_("Leave")},
		{NULL, NULL}},
					typing[] = {{N_("Enter"), N_("Go on")}, {N_("Esc"), N_("Leave")},
						{NULL, NULL}};
	const struct input *state = dialog->state;
	return state->question->known ? completing : typing;
}

static const struct dialog_ops model_input = {
	.state_size = sizeof(struct input),
	.rows = MATCHES_ROWS,
	.update = update,
	.title = title,
	.head = head,
	.body = body,
	.key = key,
	.hints = hints,
};

static const struct dialog_ops image_input = {
	.state_size = sizeof(struct input),
	.update = update,
	.title = title,
	.head = head,
	.key = key,
	.hints = hints,
};

static char *answer_model(struct wish *wish)
{
	return wish->model;
}

static char *answer_image(struct wish *wish)
{
	return wish->image;
}

static const struct question ask_model = {
	N_("pull a model on the rw server"), N_("Model:"), op_model_name_valid, known_model, answer_model};
static const struct question ask_image = {N_("upgrade to an image"), N_("Image:"), NULL, NULL, answer_image};

static struct input *open_input(
	struct ui *ui, const struct dialog_ops *ops, const struct question *question, enum op_kind kind)
{
	struct input *state = dialog_open(ui, ops);
	if (!state)
		return NULL;
	state->question = question;
	state->wish.kind = kind;
	typed(state);
	return state;
}

void input_open_pull(struct ui *ui)
{
	(void)open_input(ui, &model_input, &ask_model, OP_PULL);
}

void input_open_upgrade(struct ui *ui, const char *server, const char *image)
{
	struct input *state = open_input(ui, &image_input, &ask_image, OP_UPGRADE);
	if (!state)
		return;
	(void)snprintf(state->wish.server, sizeof(state->wish.server), "%s", server);
	edit_set(&state->edit, image);
}
