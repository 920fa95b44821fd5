/* keybar.c - the last line: the keys of this view, as many as fit. */
#include "view.h"

#include "ollama-top/i18n.h"
#include "op_actions.h"
#include "pieces.h"

#include <stdio.h>
#include <string.h>

/* Key and label are two faces of one piece, so pieces are measured whole and drawn in two. */
struct bar {
	struct pieces pieces;
	char keys[PIECES_MAX][64];
	const char *labels[PIECES_MAX]; /* translated */
};

static const char *first_key(char *buf, size_t size, enum request request, enum view_id view)
{
	const struct binding *b;
	const char *any = "";
	for (size_t i = 0; (b = keymap_at(i)); i++) {
		if (b->request != request || (b->view != view && b->view != VIEW_ANY))
			continue;
		if (b->view == view)
			return keymap_key_name(buf, size, b->key);
		if (!any[0])
			any = keymap_key_name(buf, size, b->key);
	}
	return any;
}

/* Keys in a row that have the same label, such as + and -, share it. */
static void add(struct bar *bar, const char *key, const char *label, int rank)
{
	size_t at = bar->pieces.count;
	if (at > 0 && !strcmp(bar->labels[at - 1], label)) {
		size_t len = strlen(bar->keys[at - 1]);
		(void)snprintf(bar->keys[at - 1] + len, sizeof(bar->keys[at - 1]) - len, " %s", key);
		bar->pieces.count = --at;
	} else if (at < PIECES_MAX) {
		(void)snprintf(bar->keys[at], sizeof(bar->keys[at]), "%s", key);
		bar->labels[at] = label;
	}
	if (at < PIECES_MAX)
		pieces_add(&bar->pieces, rank, false, FACE_KEY_TEXT, "%s %s", bar->keys[at], label);
}

static void add_operations(struct bar *bar, struct ui *ui, enum view_id view)
{
	const struct op_action *action;
	const struct server *server;
	const struct instance *instance;
	ui_target(ui, &server, &instance);
	for (size_t i = 0; ui->options.ops && (action = op_action_at(i)); i++) {
		char key[] = {(char)action->key, 0};
		if ((action->bars & 1U << view) && op_action_applies(action, instance) &&
			(!action->active || ops_active(ui->options.ops) > 0))
			add(bar, key, _(action->label), action->rank);
	}
}

void keybar_draw(struct ui *ui, const struct view *view, const struct canvas *line)
{
	struct bar bar = {.pieces = {.count = 0}};
	char name[48];
	add_operations(&bar, ui, view->ops->id);
	for (const enum request *request = view->ops->bar; *request != REQ_NONE; request++)
		add(&bar, first_key(name, sizeof(name), *request, view->ops->id),
			_(request_info(*request)->label), request_info(*request)->rank);
	pieces_fit(&bar.pieces, line->theme, line->w, 2);
	int x = 1;
	for (size_t i = 0; i < bar.pieces.count; i++) {
		if (bar.pieces.list[i].hidden)
			continue;
		x += canvas_text(line, 0, x, FACE_KEY, bar.keys[i]) + 1;
		x += canvas_text(line, 0, x, FACE_KEY_TEXT, bar.labels[i]) + 2;
	}
}
