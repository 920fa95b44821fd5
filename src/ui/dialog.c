/* dialog.c - the box of every dialog: its place and size, its scrolling, its keys. */
#include "dialog.h"

#include "ollama-top/i18n.h"
#include "pieces.h"
#include "table.h"
#include "view.h"

#include <stdlib.h>

#define WIDTH_MOST  84
#define WIDTH_SPACE 12 /* of the view that stays in sight beside the box, where there is room */
#define NARROW      64
#define BODY_LEAST  1

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

struct intent wish_intent(const struct wish *wish)
{
	return (struct intent){
		.kind = wish->kind,
		.server = or_null(wish->server),
		.instance = or_null(wish->instance),
		.model = or_null(wish->model),
		.image = or_null(wish->image),
		.count = wish->count,
		.unload_first = wish->unload_first,
	};
}

void *dialog_open(struct ui *ui, const struct dialog_ops *ops)
{
	void *state = calloc(1, ops->state_size ? ops->state_size : 1);
	if (!state) {
		ui_message(ui, "%s", _("out of memory"));
		return NULL;
	}
	dialog_close(ui);
	ui->prompt.open = false;
	ui->dialog = (struct dialog){.ops = ops, .state = state, .cursor = -1};
	return state;
}

void dialog_close(struct ui *ui)
{
	free(ui->dialog.state);
	ui->dialog = (struct dialog){0};
}

void dialog_key(struct ui *ui, int key)
{
	struct dialog *dialog = &ui->dialog;
	if (dialog->ops->update)
		dialog->ops->update(ui, dialog);
	dialog->ops->key(ui, dialog, key);
}

enum request dialog_move(int key)
{
	/* No letters: they may be what is typed. */
	return key >= KEY_CODE(0) ? keymap_find(key, VIEW_ANY) : REQ_NONE;
}

bool dialog_enter(int key)
{
	return key == '\r' || key == '\n' || key == KEY_CODE(KEY_ENTER);
}

bool dialog_scroll(struct dialog *dialog, int key)
{
	struct view text = {.top = dialog->top, .lines = dialog->lines, .page = dialog->page};
	bool moved = view_scroll(&text, dialog_move(key));
	dialog->top = text.top;
	return moved;
}

void dialog_edit(struct dialog *dialog, const struct edit *edit, const struct canvas *c, int x)
{
	struct canvas line = canvas_sub(c, 0, x, 1, c->w - x);
	if (line.h == 0 || line.w == 0)
		return;
	dialog->editing = true;
	dialog->y = line.y;
	dialog->x = line.x + edit_draw(edit, FACE_INPUT, &line);
}

static int part_rows(struct ui *ui, int (*part)(struct ui *ui, struct dialog *dialog, const struct canvas *c),
	const struct canvas *inner)
{
	struct canvas none = *inner;
	none.h = 0;
	return part ? part(ui, &ui->dialog, &none) : 0;
}

static int body_rows(struct ui *ui, const struct canvas *inner)
{
	struct pen pen = {.canvas = *inner};
	pen.canvas.h = 0;
	if (ui->dialog.ops->body)
		ui->dialog.ops->body(ui, &ui->dialog, &pen);
	return pen.y;
}

static void draw_hints(const struct dialog *dialog, const struct canvas *line)
{
	int x = 1;
	for (const struct dialog_hint *hint = dialog->ops->hints(dialog); hint->key; hint++) {
		x += canvas_text(line, 0, x, FACE_KEY, _(hint->key)) + 1;
		x += canvas_text(line, 0, x, FACE_KEY_TEXT, _(hint->label)) + 2;
	}
}

static void draw_border(const struct dialog *dialog, const struct canvas *box)
{
	struct pieces top = {0}, bottom = {0};
	struct canvas first = canvas_sub(box, 0, 1, 1, box->w - 2);
	struct canvas last = canvas_sub(box, box->h - 1, 1, 1, box->w - 2);
	const struct view text = {.top = dialog->top, .lines = dialog->lines, .page = dialog->page};
	char position[96];
	canvas_blank(box);
	canvas_frame(box);
	pieces_add(&top, 0, false, FACE_TITLE, "%s", dialog->ops->title(dialog));
	pieces_add(&bottom, 0, true, FACE_DIM, "%s", view_position(&text, position, sizeof(position)));
	pieces_draw(&top, &first, 2);
	pieces_draw(&bottom, &last, 2);
}

static void draw_parts(struct ui *ui, const struct canvas *inner, int head, int foot)
{
	struct dialog *dialog = &ui->dialog;
	struct canvas top = canvas_sub(inner, 0, 0, head, inner->w);
	struct canvas middle = canvas_sub(inner, head, 0, dialog->page, inner->w);
	struct canvas bottom = canvas_sub(inner, head + dialog->page, 0, foot, inner->w);
	struct pen pen = {.canvas = middle, .top = dialog->top};
	dialog->editing = false;
	if (dialog->ops->head)
		(void)dialog->ops->head(ui, dialog, &top);
	if (dialog->ops->body)
		dialog->ops->body(ui, dialog, &pen);
	if (dialog->ops->foot)
		(void)dialog->ops->foot(ui, dialog, &bottom);
}

void dialog_draw(struct ui *ui, const struct canvas *c, const struct canvas *line)
{
	struct dialog *dialog = &ui->dialog;
	if (dialog->ops->update)
		dialog->ops->update(ui, dialog);
	int width = c->w < NARROW ? c->w : c->w - WIDTH_SPACE;
	width = width > WIDTH_MOST ? WIDTH_MOST : width;
	struct canvas inner = canvas_sub(c, 0, 0, c->h, width - 4);
	int head = part_rows(ui, dialog->ops->head, &inner), foot = part_rows(ui, dialog->ops->foot, &inner);
	int room = c->h - 2 - head - foot;
	dialog->lines = body_rows(ui, &inner);
	dialog->page = dialog->lines > dialog->ops->rows ? dialog->lines : dialog->ops->rows;
	if (dialog->page > room)
		dialog->page = room < BODY_LEAST ? BODY_LEAST : room;
	if (dialog->cursor >= 0)
		dialog->top = scroll_to(dialog->top, dialog->cursor, dialog->lines, dialog->page);
	else if (dialog->top > dialog->lines - dialog->page)
		dialog->top = dialog->lines > dialog->page ? dialog->lines - dialog->page : 0;
	int height = head + dialog->page + foot + 2;
	int y = height < c->h ? (c->h - height) / 2 : 0, x = (c->w - width) / 2;
	struct canvas box = canvas_sub(c, y, x, height, width);
	/* A blank column at each side: what is cut there would else seem to go on. */
	struct canvas around = canvas_sub(c, y, x > 0 ? x - 1 : 0, height, width + 2);
	canvas_blank(&around);
	draw_border(dialog, &box);
	inner = canvas_sub(&box, 1, 2, box.h - 2, box.w - 4);
	draw_parts(ui, &inner, head, foot);
	draw_hints(dialog, line);
	(void)curs_set(dialog->editing);
	(void)wmove(c->win, dialog->editing ? dialog->y : 0, dialog->editing ? dialog->x : 0);
}
