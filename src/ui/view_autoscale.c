/* view_autoscale.c - the scaling policy of each server: figures against thresholds, what it would do, what it did. */
#include "view.h"

#include "autoscale_text.h"
#include "ollama-top/i18n.h"

#define LABEL_COLUMNS 11

struct autoscale_state {
	bool reveal; /* the selected server's section is to be brought into sight */
};

/* Returns the lines in all, and where the section of `selected` begins. */
static int write_all(
	const struct look *look, const struct server *selected, const struct canvas *c, int top, int *section)
{
	struct pen pen = {.canvas = *c, .top = top, .label = LABEL_COLUMNS};
	for (size_t s = 0; s < look->fleet->server_count; s++) {
		const struct server *server = &look->fleet->servers[s];
		if (server == selected)
			*section = pen.y > 0 ? pen.y + 1 : 0;
		autoscale_draw(look, server, server == selected, &pen);
	}
	return pen.y;
}

static void draw(struct ui *ui, struct view *view, const struct canvas *c)
{
	struct autoscale_state *state = view->state;
	const struct server *server;
	const struct instance *instance;
	struct look look;
	char position[48];
	int section = 0;
	struct canvas body = canvas_sub(c, 1, 2, c->h - 2, c->w - 4);
	struct canvas nothing = body;
	nothing.h = 0;
	ui_look(ui, &look);
	ui_target(ui, &server, &instance);
	view_frame(ui, view, c, "");
	view->page = body.h;
	view->lines = write_all(&look, server, &nothing, 0, &section);
	if (state->reveal)
		view->top = section;
	state->reveal = false;
	view_clamp(view);
	(void)write_all(&look, server, &body, view->top, &section);
	view_foot(ui, c, FACE_DIM, _("the server marked > is the one that keys are about; Tab: the next"),
		view_position(view, position, sizeof(position)));
}

static void open_autoscale(struct ui *ui, struct view *view)
{
	struct autoscale_state *state = view->state;
	(void)ui;
	state->reveal = true;
}

static bool request(struct ui *ui, struct view *view, enum request request)
{
	struct autoscale_state *state = view->state;
	if (view_scroll(view, request))
		return true;
	if (request != REQ_NEXT_PANE && request != REQ_PREVIOUS_PANE)
		return false;
	roster_next_server(&ui->roster, ui->fleet, request == REQ_NEXT_PANE ? 1 : -1);
	state->reveal = true;
	return true;
}

static const enum request bar[] = {REQ_NEXT_PANE, REQ_DOWN, REQ_UP, REQ_EVENTS, REQ_MODELS, REQ_REFRESH,
	REQ_PAUSE, REQ_HELP, REQ_QUIT, REQ_NONE};

const struct view_ops view_autoscale = {
	.id = VIEW_AUTOSCALE,
	.title = N_("autoscale"),
	.state_size = sizeof(struct autoscale_state),
	.bar = bar,
	.open = open_autoscale,
	.draw = draw,
	.request = request,
};
