/*
 * view_main.c - every server with its instances, and below them what is under way.
 *
 * Servers stand below each other in one lane, or in several lanes side by side on a wide
 * screen. A lane's top border is the heading of the server that its first line belongs to,
 * so that the heading stays in sight while its instances scroll by.
 */
#include "view.h"

#include "ollama-top/i18n.h"
#include "table.h"

#include <stdio.h>

#define LANE_COLUMNS 80
#define LANES_MAX    4
#define PANES_MAX    4
#define FIXED_LINES  3 /* top border, column titles, bottom border */

struct main_state {
	int top;  /* first line shown, of every lane that has as many */
	int page; /* rows of a page: what the lanes show */
};

/* One drawing: how the space is shared out. */
struct plan {
	struct look look;
	int lanes, body;
	int pane_lines[PANES_MAX];
};

/* In the order they are drawn and given space. */
static const struct pane *const panes[] = {&pane_operations, &pane_transfers, &pane_decisions, &pane_events};
#define PANES (sizeof(panes) / sizeof(panes[0]))

static int server_rows(const struct ui *ui, size_t server)
{
	return (int)(ui->roster.first[server + 1] - ui->roster.first[server]);
}

/* Lines of a server's notes and rows, 0 when the filter leaves none. */
static int server_lines(const struct ui *ui, const struct look *look, size_t server)
{
	int rows = server_rows(ui, server);
	return rows ? rows + server_notes(look, &ui->fleet->servers[server]) : 0;
}

/* Servers take turns over the lanes; returns false past the last server of this lane. */
static bool next_in_lane(const struct ui *ui, int lanes, int lane, size_t *server, int *turn)
{
	for (; *server < ui->fleet->server_count; (*server)++) {
		if (server_rows(ui, *server) == 0)
			continue;
		if ((*turn)++ % lanes == lane)
			return true;
	}
	return false;
}

/* Lines below the lane's titles: all but the first heading, which is the border. */
static int lane_lines(const struct ui *ui, const struct plan *plan, int lane)
{
	int lines = -1, turn = 0;
	for (size_t s = 0; next_in_lane(ui, plan->lanes, lane, &s, &turn); s++)
		lines += 1 + server_lines(ui, &plan->look, s);
	return lines < 0 ? 0 : lines;
}

static void make_plan(struct ui *ui, const struct canvas *c, struct plan *plan)
{
	int servers = 0, content = 0;
	ui_look(ui, &plan->look);
	for (size_t s = 0; s < ui->fleet->server_count; s++)
		servers += server_rows(ui, s) > 0;
	plan->lanes = c->w / LANE_COLUMNS;
	if (plan->lanes > LANES_MAX)
		plan->lanes = LANES_MAX;
	if (plan->lanes > servers)
		plan->lanes = servers;
	if (plan->lanes < 1)
		plan->lanes = 1;
	for (int lane = 0; lane < plan->lanes; lane++) {
		int lines = lane_lines(ui, plan, lane);
		content = lines > content ? lines : content;
	}
	if (content == 0)
		content = 1;
	int left = c->h - FIXED_LINES;
	for (size_t p = 0; p < PANES; p++) {
		int spare = left - content - 1;
		int lines = spare >= panes[p]->least || panes[p]->least == 0
				    ? panes[p]->lines(&plan->look, spare)
				    : 0;
		if (lines > left - 2) /* the servers keep a line in any case */
			lines = left - 2;
		plan->pane_lines[p] = lines > 0 ? lines : 0;
		left -= lines > 0 ? lines + 1 : 0;
	}
	plan->body = content < left ? content : left;
}

/* Line of a server's heading in its lane; -1 is the lane's top border. */
static int heading_line(const struct ui *ui, const struct plan *plan, int lane, size_t server)
{
	int line = -1, turn = 0;
	for (size_t s = 0; next_in_lane(ui, plan->lanes, lane, &s, &turn) && s < server; s++)
		line += 1 + server_lines(ui, &plan->look, s);
	return line;
}

/* The lane that a server stands in. */
static int lane_of(const struct ui *ui, const struct plan *plan, size_t server)
{
	int turn = 0;
	for (size_t s = 0; s < server; s++)
		turn += server_rows(ui, s) > 0;
	return turn % plan->lanes;
}

/* Scrolls to the selected row, with the notes above it when it is its server's first. */
static int scroll_lanes(struct ui *ui, const struct plan *plan, int top)
{
	const struct roster_row *selected = roster_selected(&ui->roster);
	if (!selected)
		return 0;
	size_t s = selected->server->index;
	int lane = lane_of(ui, plan, s), lines = lane_lines(ui, plan, lane);
	int first = heading_line(ui, plan, lane, s) + 1;
	int row = (int)(ui->roster.cursor - ui->roster.first[s]);
	if (row == 0)
		top = scroll_to(top, first, lines, plan->body);
	return scroll_to(top, first + server_notes(&plan->look, selected->server) + row, lines, plan->body);
}

static void draw_row(struct ui *ui, const struct plan *plan, size_t index, const struct canvas *line)
{
	const struct roster_row *row = &ui->roster.rows[index];
	struct canvas c = *line;
	if (index == ui->roster.cursor) {
		/* While the cursor is on an operation the row keeps its mark: keys are still about it. */
		c.extra = ui->operation ? 0 : A_REVERSE;
		canvas_blank(&c);
		canvas_text(&c, 0, 0, FACE_KEY, ">");
	}
	if (row->instance) {
		instance_draw(&plan->look, &ui->roster, row, &c);
	} else {
		struct canvas rest = canvas_sub(&c, 0, 1, 1, c.w - 1);
		server_empty_draw(&plan->look, row->server, &rest);
	}
}

/* A server's notes and rows; `at` is the row of `body` where its first line would be. */
static void draw_server(
	struct ui *ui, const struct plan *plan, size_t server, int at, const struct canvas *body)
{
	const struct server *s = &ui->fleet->servers[server];
	int notes = server_notes(&plan->look, s), lines = server_lines(ui, &plan->look, server);
	for (int i = at < 0 ? -at : 0; i < lines && at + i < body->h; i++) {
		struct canvas line = canvas_sub(body, at + i, 0, 1, body->w);
		if (i < notes)
			server_note_draw(&plan->look, s, i, &line);
		else
			draw_row(ui, plan, ui->roster.first[server] + (size_t)(i - notes), &line);
	}
}

static void draw_heading(const struct plan *plan, const struct server *server, const struct canvas *c, int y,
	enum glyph left, enum glyph right)
{
	struct canvas line = canvas_sub(c, y, 1, 1, c->w - 2);
	canvas_text(c, y, 0, FACE_BORDER, theme_glyph(c->theme, left));
	canvas_repeat(&line, 0, 0, line.w, FACE_BORDER, theme_glyph(c->theme, GLYPH_HLINE));
	canvas_text(c, y, c->w - 1, FACE_BORDER, theme_glyph(c->theme, right));
	server_heading(&plan->look, server, &line);
}

/* True when the lane's first line is a heading: it is then drawn on the border instead. */
static bool starts_with_heading(struct ui *ui, const struct plan *plan, int lane, int top)
{
	int line = -1, turn = 0;
	for (size_t s = 0; next_in_lane(ui, plan->lanes, lane, &s, &turn); s++) {
		if (line == top)
			return true;
		line += 1 + server_lines(ui, &plan->look, s);
	}
	return false;
}

static void draw_lane(struct ui *ui, const struct plan *plan, int lane, int top, const struct canvas *c)
{
	struct canvas titles = canvas_sub(c, 1, 1, 1, c->w - 2);
	struct canvas body = canvas_sub(c, 2, 1, plan->body, c->w - 2);
	int line = -1, turn = 0;
	const char *side = theme_glyph(c->theme, GLYPH_VLINE);
	canvas_repeat_down(c, 1, 0, plan->body + 1, FACE_BORDER, side);
	canvas_repeat_down(c, 1, c->w - 1, plan->body + 1, FACE_BORDER, side);
	instance_titles(&plan->look, &ui->roster, &titles);
	if (starts_with_heading(ui, plan, lane, top))
		top++;
	for (size_t s = 0; next_in_lane(ui, plan->lanes, lane, &s, &turn); s++) {
		int y = line - top;
		if (y >= body.h)
			return;
		if (y < 0) /* the last such heading is the one of the first line shown */
			draw_heading(plan, &ui->fleet->servers[s], c, 0, GLYPH_TOP_LEFT, GLYPH_TOP_RIGHT);
		else
			draw_heading(plan, &ui->fleet->servers[s], c, y + 2, GLYPH_TEE_LEFT, GLYPH_TEE_RIGHT);
		draw_server(ui, plan, s, y + 1, &body);
		line += 1 + server_lines(ui, &plan->look, s);
	}
}

/* A line across, joined to the sides of the lanes that end on it. */
static void draw_rule(const struct canvas *c, int y, int lanes, bool last)
{
	const struct theme *t = c->theme;
	canvas_repeat(c, y, 1, c->w - 2, FACE_BORDER, theme_glyph(t, GLYPH_HLINE));
	canvas_text(c, y, 0, FACE_BORDER, theme_glyph(t, last ? GLYPH_BOTTOM_LEFT : GLYPH_TEE_LEFT));
	canvas_text(c, y, c->w - 1, FACE_BORDER, theme_glyph(t, last ? GLYPH_BOTTOM_RIGHT : GLYPH_TEE_RIGHT));
	for (int lane = 1; lane < lanes; lane++) {
		canvas_text(c, y, c->w * lane / lanes - 1, FACE_BORDER, theme_glyph(t, GLYPH_TEE_UP));
		canvas_text(c, y, c->w * lane / lanes, FACE_BORDER, theme_glyph(t, GLYPH_TEE_UP));
	}
}

static int draw_panes(const struct plan *plan, const struct canvas *c, int y)
{
	int lanes = plan->lanes;
	for (size_t p = 0; p < PANES; p++) {
		int lines = plan->pane_lines[p];
		if (lines == 0)
			continue;
		draw_rule(c, y, lanes, false);
		lanes = 1;
		canvas_printf(c, y, 1, FACE_TITLE, " %s ", _(panes[p]->title));
		canvas_repeat_down(c, y + 1, 0, lines, FACE_BORDER, theme_glyph(c->theme, GLYPH_VLINE));
		canvas_repeat_down(
			c, y + 1, c->w - 1, lines, FACE_BORDER, theme_glyph(c->theme, GLYPH_VLINE));
		struct canvas body = canvas_sub(c, y + 1, 1, lines, c->w - 2);
		panes[p]->draw(&plan->look, &body);
		y += lines + 1;
	}
	draw_rule(c, y, lanes, true);
	return y;
}

static void draw_nothing(const struct ui *ui, const struct canvas *c)
{
	canvas_repeat(c, 0, 1, c->w - 2, FACE_BORDER, theme_glyph(c->theme, GLYPH_HLINE));
	canvas_text(c, 0, 0, FACE_BORDER, theme_glyph(c->theme, GLYPH_TOP_LEFT));
	canvas_text(c, 0, c->w - 1, FACE_BORDER, theme_glyph(c->theme, GLYPH_TOP_RIGHT));
	if (ui->roster.filter[0])
		canvas_printf(c, 2, 2, FACE_DIM, _("nothing matches '%s'; Esc clears the filter"),
			ui->roster.filter);
}

/* What the border below says of the selected instance: what its row has no room for. */
static void foot_text(struct ui *ui, const struct look *look, char *buf, size_t size, enum face *face)
{
	const struct roster_row *row = roster_selected(&ui->roster);
	char target[2 * TEXT_NAME_MAX], age[16];
	buf[0] = 0;
	*face = FACE_NORMAL;
	if (!row || !row->instance || !row->instance->reason)
		return;
	const struct instance *i = row->instance;
	*face = theme_severity_face(state_severity(i->state));
	(void)snprintf(buf, size, _("%s %s for %s: %s"), target_name(target, sizeof(target), row->server, i),
		state_name(i->state), format_age(age, sizeof(age), look_age(look, i->state_since)),
		i->reason);
}

static void draw(struct ui *ui, struct view *view, const struct canvas *c)
{
	struct main_state *state = view->state;
	struct plan plan;
	char text[FLEET_TEXT_MAX + 64], position[48] = "";
	enum face face;
	int lines = 0;
	make_plan(ui, c, &plan);
	state->top = scroll_lanes(ui, &plan, state->top);
	if (ui->roster.count == 0)
		draw_nothing(ui, c);
	for (int lane = 0; lane < plan.lanes; lane++) {
		int x = c->w * lane / plan.lanes, end = c->w * (lane + 1) / plan.lanes;
		struct canvas part = canvas_sub(c, 0, x, plan.body + 2, end - x);
		int content = lane_lines(ui, &plan, lane),
		    most = content > plan.body ? content - plan.body : 0;
		lines = content > lines ? content : lines;
		if (ui->roster.count > 0)
			draw_lane(ui, &plan, lane, state->top < most ? state->top : most, &part);
	}
	if (ui->roster.count == 0) {
		canvas_repeat_down(c, 1, 0, plan.body + 1, FACE_BORDER, theme_glyph(c->theme, GLYPH_VLINE));
		canvas_repeat_down(
			c, 1, c->w - 1, plan.body + 1, FACE_BORDER, theme_glyph(c->theme, GLYPH_VLINE));
	}
	state->page = plan.body;
	int bottom = draw_panes(&plan, c, plan.body + 2);
	struct canvas frame = canvas_sub(c, 0, 0, bottom + 1, c->w);
	if (lines > plan.body && ui->roster.count > 0)
		(void)snprintf(
			position, sizeof(position), _("%zu of %zu"), ui->roster.cursor + 1, ui->roster.count);
	foot_text(ui, &plan.look, text, sizeof(text), &face);
	view_foot(ui, &frame, face, text, position);
}

/* The servers in turn, and between the last and the first the operations. */
static void next_pane(struct ui *ui, int direction)
{
	bool was = ui->operation != 0;
	size_t end = direction > 0 ? ui->roster.count : 0;
	const struct roster_row *selected = roster_selected(&ui->roster);
	size_t server = selected ? selected->server->index : 0;
	bool last =
		!selected || (direction > 0 ? ui->roster.first[server + 1] : ui->roster.first[server]) == end;
	if (!was && last && operations_enter(ui, false))
		return;
	ui->operation = 0;
	if (was && selected)
		roster_select(&ui->roster, direction > 0 ? (long)ui->roster.count - 1 : 0);
	roster_next_server(&ui->roster, ui->fleet, direction);
}

static bool request(struct ui *ui, struct view *view, enum request request)
{
	const struct main_state *state = view->state;
	if (operations_request(ui, request))
		return true;
	if (request == REQ_DOWN && !ui->operation && ui->roster.cursor + 1 >= ui->roster.count &&
		operations_enter(ui, false))
		return true;
	struct view rows = {
		.cursor = (int)ui->roster.cursor, .lines = (int)ui->roster.count, .page = state->page};
	if (view_move_cursor(&rows, request)) {
		roster_select(&ui->roster, rows.cursor);
		return true;
	}
	switch (request) {
	case REQ_NEXT_PANE:
	case REQ_PREVIOUS_PANE:
		next_pane(ui, request == REQ_NEXT_PANE ? 1 : -1);
		return true;
	case REQ_SORT:
		ui->roster.sort = (ui->roster.sort + 1) % SORT_COUNT;
		ui_message(ui, _("sorted by %s"), sort_key_name(ui->roster.sort));
		return true;
	default:
		return false;
	}
}

static void open_main(struct ui *ui, struct view *view)
{
	view->filter = ui->roster.filter;
}

static void refilter(struct ui *ui, struct view *view)
{
	(void)view;
	ui_sync(ui);
}

static const enum request bar[] = {REQ_DETAILS, REQ_LOGS, REQ_MODELS, REQ_NFS, REQ_EVENTS, REQ_AUTOSCALE,
	REQ_FILTER, REQ_SORT, REQ_PAUSE, REQ_RETRY, REQ_ACKNOWLEDGE, REQ_REFRESH, REQ_HELP, REQ_QUIT,
	REQ_NONE};

const struct view_ops view_main = {
	.id = VIEW_MAIN,
	.title = N_("fleet"),
	.state_size = sizeof(struct main_state),
	.filters = true,
	.bar = bar,
	.open = open_main,
	.draw = draw,
	.request = request,
	.filter = refilter,
};
