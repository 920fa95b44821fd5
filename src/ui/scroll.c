/* scroll.c - what the list-like views have in common: moving, frame and foot. */
#include "view.h"

#include "ollama-top/i18n.h"
#include "pieces.h"

#include <stdio.h>

/* How far a request moves in `lines`, of which `page` are seen; false when it does not move. */
static bool moved(enum request request, int page, int lines, int *position)
{
	int step = page > 1 ? page - 1 : 1;
	switch (request) {
	case REQ_UP:
		*position -= 1;
		break;
	case REQ_DOWN:
		*position += 1;
		break;
	case REQ_PAGE_UP:
		*position -= step;
		break;
	case REQ_PAGE_DOWN:
		*position += step;
		break;
	case REQ_HOME:
		*position = 0;
		break;
	case REQ_END:
		*position = lines;
		break;
	default:
		return false;
	}
	return true;
}

static void clamp(int *position, int most)
{
	if (*position > most)
		*position = most;
	if (*position < 0)
		*position = 0;
}

bool view_scroll(struct view *view, enum request request)
{
	if (!moved(request, view->page, view->lines, &view->top))
		return false;
	clamp(&view->top, view->lines - view->page);
	return true;
}

bool view_move_cursor(struct view *view, enum request request)
{
	if (!moved(request, view->page, view->lines, &view->cursor))
		return false;
	clamp(&view->cursor, view->lines - 1);
	return true;
}

void view_clamp(struct view *view)
{
	clamp(&view->top, view->lines - view->page);
	clamp(&view->cursor, view->lines - 1);
}

void view_frame(struct ui *ui, const struct view *view, const struct canvas *c, const char *title)
{
	struct pieces pieces = {0};
	struct canvas top = canvas_sub(c, 0, 1, 1, c->w - 2);
	(void)ui;
	canvas_frame(c);
	pieces_add(&pieces, 0, false, FACE_TITLE, "%s", _(view->ops->title));
	pieces_add(&pieces, 0, false, FACE_NORMAL, "%s", title);
	pieces_draw(&pieces, &top, 2);
}

const char *view_position(const struct view *view, char *buf, size_t size)
{
	int last = view->top + view->page;
	buf[0] = 0;
	if (view->page < view->lines)
		(void)snprintf(buf, size, _("%d-%d of %d"), view->top + 1,
			last < view->lines ? last : view->lines, view->lines);
	return buf;
}

void view_foot(struct ui *ui, const struct canvas *c, enum face face, const char *text, const char *position)
{
	struct pieces pieces = {0};
	struct canvas line = canvas_sub(c, c->h - 1, 1, 1, c->w - 2);
	bool message = ui->message[0] && clock_real_ms() < ui->message_until;
	pieces_add(&pieces, 0, false, message ? FACE_NOTICE : face, "%s", message ? ui->message : text);
	pieces_add(&pieces, 1, true, FACE_DIM, "%s", position);
	pieces_draw(&pieces, &line, 2);
}
