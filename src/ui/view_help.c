/* view_help.c - every key, from the same tables that dispatch them. */
#include "view.h"

#include "ollama-top/i18n.h"
#include "op_actions.h"
#include "pen.h"

#include <stdio.h>
#include <string.h>

#define KEYS_COLUMNS 14

/* Where a key is not for all views, the help says where it is good. */
static const char *const only_in[VIEW_COUNT] = {
	/* TRANSLATORS: where a key is good, after what it does */
	[VIEW_MAIN] = N_("(first view)"),
	[VIEW_DETAILS] = N_("(details)"),
	[VIEW_MODELS] = N_("(models)"),
	[VIEW_NFS] = N_("(NFS)"),
	[VIEW_EVENTS] = N_("(events)"),
	[VIEW_HELP] = N_("(help)"),
	[VIEW_LOGS] = N_("(logs)"),
	[VIEW_AUTOSCALE] = N_("(autoscale)"),
};

static void append(char *buf, size_t size, const char *separator, const char *text)
{
	size_t len = strlen(buf);
	(void)snprintf(buf + len, size - len, "%s%s", len ? separator : "", text);
}

/* All keys of a request, each named once, and the views that it is bound to one by one. */
static void describe(enum request request, char *keys, size_t keys_size, char *views, size_t views_size)
{
	const struct binding *b;
	char name[48], wrapped[64], all[256] = " ";
	keys[0] = views[0] = 0;
	for (size_t i = 0; (b = keymap_at(i)); i++) {
		if (b->request != request)
			continue;
		const char *key = keymap_key_name(name, sizeof(name), b->key);
		(void)snprintf(wrapped, sizeof(wrapped), " %s ", key);
		if (key[0] && !strstr(all, wrapped)) {
			append(keys, keys_size, " ", key);
			append(all, sizeof(all), "", wrapped + 1);
		}
		if (b->view != VIEW_ANY && !strstr(views, _(only_in[b->view])))
			append(views, views_size, " ", _(only_in[b->view]));
	}
}

static void write_operations(struct pen *pen)
{
	const struct op_action *action;
	pen_heading(pen, _("Operations"));
	for (size_t i = 0; (action = op_action_at(i)); i++) {
		char key[] = {(char)action->key, 0};
		pen_field(pen, FACE_NORMAL, key, "%s", _(action->help));
	}
}

static int write_help(const struct ui *ui, struct pen *pen)
{
	const char *heading;
	enum request request;
	char keys[256], views[256];
	for (size_t line = 0; request_help(line, &heading, &request); line++) {
		if (heading) {
			pen_heading(pen, _(heading));
			continue;
		}
		describe(request, keys, sizeof(keys), views, sizeof(views));
		pen_field(pen, FACE_NORMAL, keys, "%s %s", _(request_info(request)->help), views);
	}
	if (ui->options.ops)
		write_operations(pen);
	pen_heading(pen, _("Signs"));
	pen_field(pen, FACE_NORMAL, "(12s)", "%s", _("the figure is that old and no longer current"));
	pen_field(pen, FACE_NORMAL, _("busy"), "%s",
		_("answering somebody: more CPU than busy_cpu, or live connections"));
	/* xgettext:no-c-format */
	pen_field(pen, FACE_NORMAL, "CPU", "%s", _("as 'docker stats' means it: 100 % is one core"));
	return pen->y;
}

static void draw(struct ui *ui, struct view *view, const struct canvas *c)
{
	char position[96];
	struct canvas body = canvas_sub(c, 1, 2, c->h - 2, c->w - 4);
	struct pen pen = {.canvas = canvas_sub(&body, 0, 0, 0, body.w), .label = KEYS_COLUMNS};
	view_frame(ui, view, c, "");
	struct pen dry = pen;
	(void)write_help(ui, &dry);
	pen_fit_labels(&pen, &dry);
	int label = pen.label;
	view->lines = write_help(ui, &pen);
	view->page = body.h;
	view_clamp(view);
	pen = (struct pen){.canvas = body, .top = view->top, .label = label};
	(void)write_help(ui, &pen);
	view_foot(ui, c, FACE_NORMAL, "", view_position(view, position, sizeof(position)));
}

static bool request(struct ui *ui, struct view *view, enum request request)
{
	(void)ui;
	return view_scroll(view, request);
}

static const enum request bar[] = {REQ_DOWN, REQ_UP, REQ_PAGE_DOWN, REQ_PAGE_UP, REQ_QUIT, REQ_NONE};

const struct view_ops view_help = {
	.id = VIEW_HELP,
	.title = N_("help"),
	.bar = bar,
	.draw = draw,
	.request = request,
};
