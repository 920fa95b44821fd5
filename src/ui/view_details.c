/* view_details.c - everything about one instance; in two columns on a wide screen. */
#include "view.h"

#include "details_sections.h"
#include "ollama-top/i18n.h"

#include <stdio.h>

#define TWO_COLUMNS   140
#define LABEL_COLUMNS 15
#define COLUMN_SPACE  3

static void write_with(
	const struct look *look, const struct instance *instance, struct pen *pen, bool left, bool right)
{
	for (size_t i = 0; i < detail_section_count; i++) {
		const struct section *section = &detail_sections[i];
		if (section->right ? !right : !left)
			continue;
		pen_heading(pen, _(section->title));
		section->draw(look, instance, pen);
	}
}

/* Writes the sections of one side, or of both; returns the lines they take. */
static int write_sections(const struct look *look, const struct instance *instance, const struct canvas *c,
	int top, bool left, bool right)
{
	struct pen pen = {.canvas = *c, .top = top, .label = LABEL_COLUMNS}, dry = pen;
	dry.canvas.h = 0;
	write_with(look, instance, &dry, left, right);
	pen_fit_labels(&pen, &dry);
	write_with(look, instance, &pen, left, right);
	return pen.y;
}

static int write_all(
	const struct look *look, const struct instance *instance, const struct canvas *c, int top)
{
	if (c->w < TWO_COLUMNS)
		return write_sections(look, instance, c, top, true, true);
	int half = (c->w - COLUMN_SPACE) / 2;
	struct canvas left = canvas_sub(c, 0, 0, c->h, half);
	struct canvas right = canvas_sub(c, 0, half + COLUMN_SPACE, c->h, c->w - half - COLUMN_SPACE);
	int a = write_sections(look, instance, &left, top, true, false);
	int b = write_sections(look, instance, &right, top, false, true);
	return a > b ? a : b;
}

static void draw(struct ui *ui, struct view *view, const struct canvas *c)
{
	const struct server *server;
	const struct instance *instance;
	struct look look;
	char title[2 * TEXT_NAME_MAX] = "", position[96];
	struct canvas body = canvas_sub(c, 1, 2, c->h - 2, c->w - 4);
	ui_look(ui, &look);
	ui_target(ui, &server, &instance);
	if (server)
		target_name(title, sizeof(title), server, instance);
	view_frame(ui, view, c, title);
	view->page = body.h;
	if (!instance) {
		canvas_printf(&body, 1, 0, FACE_DIM, _("%s is gone"), ui->roster.wanted.instance);
		view->lines = 0;
		view_foot(ui, c, FACE_NORMAL, "", "");
		return;
	}
	struct canvas nothing = body;
	nothing.h = 0;
	view->lines = write_all(&look, instance, &nothing, 0);
	view_clamp(view);
	(void)write_all(&look, instance, &body, view->top);
	view_foot(ui, c, FACE_NORMAL, "", view_position(view, position, sizeof(position)));
}

static void open_details(struct ui *ui, struct view *view)
{
	/* From here on the instance is the one that was chosen, not the row it happens to be in. */
	if (!ui->roster.chosen)
		roster_select(&ui->roster, (long)ui->roster.cursor);
	view->top = 0;
}

static bool request(struct ui *ui, struct view *view, enum request request)
{
	if (view_scroll(view, request))
		return true;
	if (request != REQ_NEXT_PANE && request != REQ_PREVIOUS_PANE)
		return false;
	(void)roster_find(&ui->roster, ui->roster.wanted.server, ui->roster.wanted.instance);
	roster_select(&ui->roster, (long)ui->roster.cursor + (request == REQ_NEXT_PANE ? 1 : -1));
	view->top = 0;
	return true;
}

static const enum request bar[] = {REQ_DOWN, REQ_UP, REQ_NEXT_PANE, REQ_LOGS, REQ_MODELS, REQ_EVENTS,
	REQ_RETRY, REQ_ACKNOWLEDGE, REQ_PAUSE, REQ_HELP, REQ_QUIT, REQ_NONE};

const struct view_ops view_details = {
	.id = VIEW_DETAILS,
	.title = N_("details"),
	.bar = bar,
	.open = open_details,
	.draw = draw,
	.request = request,
};
