/* view_nfs.c - the NFS servers behind the stores, and every mount of them. */
#include "view.h"

#include "nfs_sections.h"
#include "ollama-top/i18n.h"

#include <stdio.h>

#define LABEL_COLUMNS 12

static int write_all(const struct look *look, const struct canvas *c, int top)
{
	struct pen pen = {.canvas = *c, .top = top, .label = LABEL_COLUMNS}, dry = pen;
	dry.canvas.h = 0;
	nfs_servers_draw(look, &dry);
	pen_fit_labels(&pen, &dry);
	nfs_servers_draw(look, &pen);
	nfs_mounts_draw(look, &pen);
	return pen.y;
}

static void draw(struct ui *ui, struct view *view, const struct canvas *c)
{
	struct look look;
	char position[96];
	struct canvas body = canvas_sub(c, 1, 2, c->h - 2, c->w - 4);
	struct canvas nothing = body;
	nothing.h = 0;
	ui_look(ui, &look);
	view_frame(ui, view, c, "");
	view->page = body.h;
	view->lines = write_all(&look, &nothing, 0);
	view_clamp(view);
	(void)write_all(&look, &body, view->top);
	view_foot(ui, c, FACE_DIM, _("read: a small file of the store, without the time of exec"),
		view_position(view, position, sizeof(position)));
}

static void open_nfs(struct ui *ui, struct view *view)
{
	(void)ui;
	view->top = 0;
}

static bool request(struct ui *ui, struct view *view, enum request request)
{
	(void)ui;
	return view_scroll(view, request);
}

static const enum request bar[] = {
	REQ_DOWN, REQ_UP, REQ_MODELS, REQ_EVENTS, REQ_REFRESH, REQ_PAUSE, REQ_HELP, REQ_QUIT, REQ_NONE};

const struct view_ops view_nfs = {
	.id = VIEW_NFS,
	.title = N_("NFS"),
	.bar = bar,
	.open = open_nfs,
	.draw = draw,
	.request = request,
};
