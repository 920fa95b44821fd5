/*
 * dialog_choose.c - choosing a model from those that the operation can be about; typing narrows
 * the list.
 */
#include "dialog.h"
#include "filter.h"
#include "look.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "roster.h"
#include "view.h"

#include <stdio.h>
#include <string.h>

#define CHOICES_MAX  512
#define CHOICES_ROWS 6
#define SIZE_COLUMNS 6
#define NOTE_MAX     (2 * EDIT_MAX + 32)

struct choice {
	const char *model; /* of the fleet: good until it changes, so made anew each time */
	bool everywhere;   /* an unload without a target */
	int64_t size;
	size_t places; /* instances that have it loaded */
};

struct choose {
	struct wish wish;
	struct edit filter;
	char title[2 * TEXT_NAME_MAX + 64];
	/* what is under the cursor stays there while the list changes */
	char chosen[TEXT_NAME_MAX];
	bool chosen_everywhere;
	struct choice list[CHOICES_MAX];
	size_t count, cursor, all;
};

static void add(struct choose *state, const char *model, int64_t size, bool everywhere, size_t places)
{
	const char *fields[] = {model};
	state->all++;
	if (state->count == CHOICES_MAX || !filter_matches(state->filter.text, fields, 1))
		return;
	state->list[state->count++] = (struct choice){model, everywhere, size, places};
}

static const struct instance *wished_instance(const struct ui *ui, const struct choose *state)
{
	const struct server *server = fleet_server(ui->fleet, state->wish.server);
	return server ? fleet_instance(server, state->wish.instance) : NULL;
}

static void list_stored(struct choose *state, const struct instance *instance)
{
	for (size_t i = 0; instance && i < instance->stored_count; i++)
		add(state, instance->stored[i].name, instance->stored[i].size, false, 0);
}

/* The first instance of the fleet that has it loaded, and how many have. */
static const struct instance *loaded_first(const struct fleet *fleet, const char *model, size_t *places)
{
	const struct instance *first = NULL;
	*places = 0;
	for (size_t s = 0; s < fleet->server_count; s++) {
		for (size_t k = 0; k < fleet->servers[s].instance_count; k++) {
			const struct instance *i = fleet->servers[s].instances[k];
			for (size_t m = 0; instance_is_ollama(i) && m < i->loaded_count; m++) {
				if (strcmp(i->loaded[m].name, model) != 0)
					continue;
				first = first ? first : i;
				(*places)++;
			}
		}
	}
	return first;
}

/* What is loaded here, then all that is loaded anywhere, each model once. */
static void list_loaded(const struct ui *ui, struct choose *state)
{
	const struct instance *here = wished_instance(ui, state);
	size_t places;
	for (size_t m = 0; here && m < here->loaded_count; m++)
		add(state, here->loaded[m].name, here->loaded[m].size, false, 1);
	for (size_t s = 0; s < ui->fleet->server_count; s++) {
		for (size_t k = 0; k < ui->fleet->servers[s].instance_count; k++) {
			const struct instance *i = ui->fleet->servers[s].instances[k];
			for (size_t m = 0; m < i->loaded_count; m++)
				if (loaded_first(ui->fleet, i->loaded[m].name, &places) == i)
					add(state, i->loaded[m].name, i->loaded[m].size, true, places);
		}
	}
}

static void find_cursor(struct choose *state)
{
	for (size_t i = 0; i < state->count; i++) {
		if (!strcmp(state->list[i].model, state->chosen) &&
			state->list[i].everywhere == state->chosen_everywhere) {
			state->cursor = i;
			return;
		}
	}
	if (state->cursor >= state->count)
		state->cursor = state->count > 0 ? state->count - 1 : 0;
}

static void update(struct ui *ui, struct dialog *dialog)
{
	struct choose *state = dialog->state;
	state->count = state->all = 0;
	if (state->wish.kind == OP_UNLOAD)
		list_loaded(ui, state);
	else if (state->wish.kind == OP_LOAD)
		list_stored(state, wished_instance(ui, state));
	else
		list_stored(state, fleet_reference(ui->fleet));
	find_cursor(state);
	dialog->cursor = (int)state->cursor;
}

static const char *title(const struct dialog *dialog)
{
	const struct choose *state = dialog->state;
	return state->title;
}

static int head(struct ui *ui, struct dialog *dialog, const struct canvas *c)
{
	const struct choose *state = dialog->state;
	(void)ui;
	int x = canvas_text(c, 0, 0, FACE_LABEL, _("Filter:")) + 1;
	dialog_edit(dialog, &state->filter, c, x);
	return 1;
}

static void note_text(const struct choose *state, const struct choice *choice, char *buf, size_t size)
{
	buf[0] = 0;
	if (choice->everywhere)
		(void)snprintf(buf, size,
			P_("everywhere (%zu instance)", "everywhere (%zu instances)", choice->places),
			choice->places);
	else if (state->wish.kind == OP_UNLOAD)
		(void)snprintf(buf, size, _("on %s/%s"), state->wish.server, state->wish.instance);
}

/* Columns for the notes; where it is narrow, the names of the models go before them. */
static int note_columns(const struct choose *state, const struct canvas *c)
{
	char note[NOTE_MAX];
	int most = 0;
	for (size_t i = 0; i < state->count; i++) {
		note_text(state, &state->list[i], note, sizeof(note));
		int columns = text_columns(c->theme, note);
		most = columns > most ? columns : most;
	}
	return most < c->w / 2 ? most : c->w / 2;
}

static void draw_choice(const struct choose *state, size_t i, int notes, const struct canvas *line)
{
	const struct choice *choice = &state->list[i];
	char size[24], note[NOTE_MAX];
	int name = line->w - 1 - SIZE_COLUMNS - 1 - (notes ? notes + 2 : 0);
	note_text(state, choice, note, sizeof(note));
	canvas_field(line, 0, 1, name, ALIGN_LEFT, FACE_NORMAL, choice->model);
	canvas_field(line, 0, 1 + name + 1, SIZE_COLUMNS, ALIGN_RIGHT, FACE_NORMAL,
		text_size(size, sizeof(size), choice->size));
	canvas_field(line, 0, line->w - notes, notes, ALIGN_LEFT, FACE_DIM, note);
}

static const char *nothing(const struct choose *state)
{
	if (state->all > 0)
		return _("nothing matches");
	return state->wish.kind == OP_UNLOAD ? _("no model is loaded") : _("no model list has come in yet");
}

static void body(struct ui *ui, struct dialog *dialog, struct pen *pen)
{
	const struct choose *state = dialog->state;
	int notes = note_columns(state, &pen->canvas);
	(void)ui;
	for (size_t i = 0; i < state->count; i++, pen->y++) {
		struct canvas line = canvas_sub(&pen->canvas, pen_row(pen), 0, 1, pen->canvas.w);
		if (line.h == 0)
			continue;
		if (i == state->cursor) {
			line.extra = A_REVERSE;
			canvas_blank(&line);
			canvas_text(&line, 0, 0, FACE_KEY, ">");
		}
		draw_choice(state, i, notes, &line);
	}
	if (state->count == 0)
		pen_field(pen, FACE_DIM, "", "%s", nothing(state));
}

static void keep_chosen(struct choose *state)
{
	if (state->cursor >= state->count)
		return;
	(void)snprintf(state->chosen, sizeof(state->chosen), "%s", state->list[state->cursor].model);
	state->chosen_everywhere = state->list[state->cursor].everywhere;
}

static void choose(struct ui *ui, const struct choose *state)
{
	struct wish wish = state->wish;
	if (state->cursor >= state->count)
		return;
	const struct choice *choice = &state->list[state->cursor];
	(void)snprintf(wish.model, sizeof(wish.model), "%s", choice->model);
	if (choice->everywhere)
		wish.server[0] = wish.instance[0] = 0;
	confirm_open(ui, &wish);
}

static void key(struct ui *ui, struct dialog *dialog, int key)
{
	struct choose *state = dialog->state;
	struct view rows = {.cursor = (int)state->cursor, .lines = (int)state->count, .page = dialog->page};
	if (dialog_enter(key)) {
		choose(ui, state);
	} else if (key == KEY_ESCAPE || key == KEY_CTRL('G')) {
		dialog_close(ui);
	} else if (view_move_cursor(&rows, dialog_move(key))) {
		state->cursor = (size_t)rows.cursor;
		keep_chosen(state);
	} else if (edit_key(&state->filter, key) == EDIT_CHANGED) {
		state->cursor = 0;
		state->chosen[0] = 0;
	}
}

static const struct dialog_hint *hints(const struct dialog *dialog)
{
	static const struct dialog_hint choosing[] = {{N_("Enter"), N_("Choose")},
		{N_("Up Down"), N_("Move")}, {N_("Esc"), N_("Leave")}, {NULL, NULL}};
	(void)dialog;
	return choosing;
}

static const struct dialog_ops chooser = {
	.state_size = sizeof(struct choose),
	.rows = CHOICES_ROWS,
	.update = update,
	.title = title,
	.head = head,
	.body = body,
	.key = key,
	.hints = hints,
};

void choose_open(
	struct ui *ui, enum op_kind kind, const char *server, const char *instance, const char *model)
{
	struct choose *state = dialog_open(ui, &chooser);
	if (!state)
		return;
	state->wish.kind = kind;
	(void)snprintf(state->wish.server, sizeof(state->wish.server), "%s", server);
	(void)snprintf(state->wish.instance, sizeof(state->wish.instance), "%s", instance);
	if (model)
		(void)snprintf(state->chosen, sizeof(state->chosen), "%s", model);
	if (kind == OP_LOAD)
		(void)snprintf(
			state->title, sizeof(state->title), _("load a model on %s/%s"), server, instance);
	else
		(void)snprintf(state->title, sizeof(state->title), "%s",
			kind == OP_UNLOAD ? _("unload a model") : _("delete a model on the rw server"));
}
