/* view_logs.c - the log of one instance's container, live: follow, search, wrap, times. */
#include "view.h"

#include "log_text.h"
#include "ollama-top/i18n.h"
#include "ollama-top/logs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAIL         2000 /* lines of the past */
#define STEP_COLUMNS 8
#define LEFT_MAX     ((int)LOG_LINE_MAX)

struct shown_log {
	struct logs *logs;
	struct log_ring *ring; /* NULL while the view is closed */
	struct ui *ui;
	char target[2 * TEXT_NAME_MAX];
	char needle[FILTER_MAX];
	struct log_place top;
	bool follow, wrap, times, shown; /* shown: it has been open before, and keeps how it looked */
	uint64_t seen;                   /* the newest line that was on the screen */
	uint64_t match;                  /* the line that the search stands at; 0: none */
	struct {
		struct log_place top;
		bool follow;
	} anchor;                 /* where the search began */
	struct log_format format; /* of the last drawing */
};

static void on_line(void *user, const struct log_line *line)
{
	struct shown_log *state = user;
	(void)log_ring_add(state->ring, line);
}

static void on_change(void *user)
{
	const struct shown_log *state = user;
	if (ui_view(state->ui)->ops->id == VIEW_LOGS)
		ui_view_changed(state->ui);
}

static void stop(struct shown_log *state)
{
	logs_close(state->logs);
	log_ring_free(state->ring);
	state->logs = NULL;
	state->ring = NULL;
}

/* By name, so that a container that takes another's place is followed too. */
static const char *container_of(const struct instance *instance)
{
	if (instance->container.name && instance->container.name[0])
		return instance->container.name;
	return instance->spec && instance->spec->container ? instance->spec->container : instance->name;
}

static void start(struct ui *ui, struct shown_log *state)
{
	const struct server *server;
	const struct instance *instance;
	stop(state);
	ui_target(ui, &server, &instance);
	state->ui = ui;
	state->follow = true;
	state->seen = state->match = 0;
	state->needle[0] = 0;
	state->top = (struct log_place){0};
	state->target[0] = 0;
	/* A key may come before the first drawing. */
	state->format = (struct log_format){.theme = &ui->theme, .needle = state->needle};
	if (!instance || !(state->ring = log_ring_new(LOG_RING_BYTES, LOG_RING_LINES)))
		return;
	target_name(state->target, sizeof(state->target), server, instance);
	state->logs = logs_open(&(struct logs_options){
		.loop = ui->options.loop,
		.clock = ui->options.clock,
		.http = ui->options.http,
		.tunnels = ui->options.tunnels,
		.server = server->spec,
		.container = container_of(instance),
		.timeout_ms = ui->fleet->spec->timeout_ms,
		.tail = TAIL,
		.follow = true,
		.on_line = on_line,
		.on_change = on_change,
		.user = state,
	});
}

/* Brings the first row to where it belongs in `page` rows: never past the last page. */
static void place_top(struct shown_log *state, int page)
{
	uint64_t next = log_ring_next(state->ring);
	struct log_place end = {.serial = log_ring_first(state->ring)};
	if (next > end.serial) {
		end.serial = next - 1;
		end.row = log_rows(&state->format, log_ring_at(state->ring, end.serial)) - 1;
	}
	(void)log_move(&state->format, state->ring, &end, 1 - page);
	struct log_place *top = &state->top;
	const struct log_line *line = log_ring_at(state->ring, top->serial);
	if (line && top->row >= log_rows(&state->format, line))
		top->row = log_rows(&state->format, line) - 1;
	(void)log_move(&state->format, state->ring, top, 0);
	if (state->follow || top->serial > end.serial || (top->serial == end.serial && top->row > end.row))
		*top = end;
}

/* Draws the rows and returns the last line drawn. */
static uint64_t draw_rows(const struct shown_log *state, const struct canvas *body)
{
	struct log_place at = state->top;
	const struct log_line *line;
	uint64_t last = 0;
	for (int y = 0; y < body->h && (line = log_ring_at(state->ring, at.serial)); y++) {
		struct canvas row = canvas_sub(body, y, 1, 1, body->w - 1);
		log_row_draw(&state->format, line, at.row, &row);
		if (at.serial == state->match && (at.row == 0 || y == 0))
			canvas_text(body, y, 0, FACE_KEY, ">");
		last = at.serial;
		if (log_move(&state->format, state->ring, &at, 1) == 0)
			break;
	}
	return last;
}

/* What there is to say: trouble first, then what was missed, then how it goes on. */
static enum face foot(const struct shown_log *state, const struct look *look, char *buf, size_t size)
{
	size_t below = (size_t)(log_ring_next(state->ring) - 1 - state->seen);
	if (!state->logs) {
		(void)snprintf(buf, size, "%s", _("out of memory"));
		return FACE_CRITICAL;
	}
	enum logs_state how = logs_state(state->logs);
	int64_t left =
		look->still || !logs_retry_at(state->logs) ? 0 : logs_retry_at(state->logs) - look->now;
	if (how == LOGS_FAILED || how == LOGS_WAITING) {
		(void)snprintf(buf, size, "%s", logs_trouble(state->logs));
		size_t used = strlen(buf);
		if (how == LOGS_FAILED && left >= 1000)
			(void)snprintf(buf + used, size - used, _("; again in %ds"), (int)(left / 1000));
		return how == LOGS_FAILED ? FACE_CRITICAL : FACE_NOTICE;
	}
	if (!state->follow && below > 0) {
		(void)snprintf(buf, size,
			P_("%zu new line below; f or End follows", "%zu new lines below; f or End follows",
				below),
			below);
		return FACE_NOTICE;
	}
	(void)snprintf(buf, size, "%s",
		how == LOGS_CONNECTING ? _("asking the engine")
		: state->follow        ? _("following")
				       : _("not following; f or End follows"));
	return FACE_NORMAL;
}

static void draw(struct ui *ui, struct view *view, const struct canvas *c)
{
	struct shown_log *state = view->state;
	struct canvas body = canvas_sub(c, 1, 1, c->h - 2, c->w - 2);
	struct look look;
	char text[512] = "", position[160] = "";
	ui_look(ui, &look);
	view_frame(ui, view, c, state->target);
	if (!state->ring) {
		view_foot(ui, c, FACE_CRITICAL, _("out of memory"), "");
		return;
	}
	state->format = (struct log_format){.theme = c->theme,
		.width = body.w - 1,
		.left = state->wrap ? 0 : view->left,
		.wrap = state->wrap,
		.times = state->times,
		.needle = state->needle};
	view->page = body.h;
	place_top(state, body.h);
	uint64_t last = draw_rows(state, &body), first = log_ring_first(state->ring);
	if (last > state->seen)
		state->seen = last;
	if (last == 0)
		canvas_text(&body, 0, 1, FACE_DIM,
			state->logs && logs_state(state->logs) == LOGS_OPEN ? _("no lines yet") : "");
	else
		(void)snprintf(position, sizeof(position), _("lines %zu-%zu of %zu"),
			(size_t)(state->top.serial - first + 1), (size_t)(last - first + 1),
			(size_t)(log_ring_next(state->ring) - first));
	enum face face = foot(state, &look, text, sizeof(text));
	view_foot(ui, c, face, text, position);
}

/* Brings the match into sight, with some of what came before it. */
static void show_match(struct shown_log *state, struct view *view)
{
	struct log_place at = state->top, wanted = {.serial = state->match};
	int column, end;
	log_match(&state->format, log_ring_at(state->ring, state->match), &wanted.row, &column, &end);
	if (!state->wrap && (column < view->left || end > view->left + log_width(&state->format)))
		view->left = column / STEP_COLUMNS * STEP_COLUMNS;
	if (end <= log_width(&state->format) && !state->wrap)
		view->left = 0;
	for (int y = 0; y < view->page; y++) {
		if (at.serial == wanted.serial && at.row == wanted.row)
			return;
		if (log_move(&state->format, state->ring, &at, 1) == 0)
			break;
	}
	state->top = wanted;
	(void)log_move(&state->format, state->ring, &state->top, -(view->page / 3));
}

static void search(struct ui *ui, struct view *view, uint64_t from, bool backwards)
{
	struct shown_log *state = view->state;
	bool wrapped;
	uint64_t found;
	ui->message[0] = 0;
	if (!log_ring_find(state->ring, from, backwards, state->needle, &found, &wrapped)) {
		state->match = 0;
		ui_message(ui, _("no line has \"%s\""), state->needle);
		return;
	}
	if (wrapped)
		ui_message(ui, "%s",
			backwards ? _("from the last line on: the search passed the first")
				  : _("from the first line on: the search passed the last"));
	state->match = found;
	state->follow = false;
	show_match(state, view);
}

static void search_changed(struct ui *ui, struct view *view, enum prompt_what what)
{
	struct shown_log *state = view->state;
	if (what == PROMPT_KEPT || !state->ring)
		return;
	state->top = state->anchor.top;
	state->follow = state->anchor.follow;
	state->match = 0;
	ui->message[0] = 0;
	if (state->needle[0])
		search(ui, view, state->top.serial, false);
}

static void search_begin(struct ui *ui, struct view *view)
{
	struct shown_log *state = view->state;
	state->anchor.top = state->top;
	state->anchor.follow = state->follow;
	state->needle[0] = 0;
	state->match = 0;
	prompt_open(ui, state->needle, search_changed);
}

static void search_again(struct ui *ui, struct view *view, bool backwards)
{
	const struct shown_log *state = view->state;
	uint64_t at = state->match ? state->match : state->top.serial;
	if (!state->needle[0])
		ui_message(ui, "%s", _("nothing is searched for yet: / does"));
	else
		search(ui, view, !backwards && state->match ? at + 1 : at, backwards);
}

/* The rows to move by for a request; 0 when it is none. */
static int movement(enum request request, int page)
{
	int step = page > 1 ? page - 1 : 1;
	switch (request) {
	case REQ_UP:
		return -1;
	case REQ_DOWN:
		return 1;
	case REQ_PAGE_UP:
		return -step;
	case REQ_PAGE_DOWN:
		return step;
	case REQ_HOME:
		return -INT32_MAX;
	default:
		return 0;
	}
}

static void next_instance(struct ui *ui, struct view *view, int step)
{
	(void)roster_find(&ui->roster, ui->roster.wanted.server, ui->roster.wanted.instance);
	roster_select(&ui->roster, (long)ui->roster.cursor + step);
	view->left = 0;
	start(ui, view->state);
}

static bool view_request(struct ui *ui, struct view *view, enum request request)
{
	struct shown_log *state = view->state;
	switch (request) {
	case REQ_END:
		state->follow = true;
		return true;
	case REQ_FOLLOW:
		state->follow = !state->follow;
		return true;
	case REQ_SEARCH:
		search_begin(ui, view);
		return true;
	case REQ_NEXT_MATCH:
	case REQ_PREVIOUS_MATCH:
		search_again(ui, view, request == REQ_PREVIOUS_MATCH);
		return true;
	case REQ_WRAP:
		state->wrap = !state->wrap;
		state->top.row = 0;
		ui_message(ui, "%s", state->wrap ? _("long lines are wrapped") : _("long lines are cut off"));
		return true;
	case REQ_TIMESTAMPS:
		state->times = !state->times;
		return true;
	case REQ_LEFT:
	case REQ_RIGHT:
		view->left += request == REQ_RIGHT ? STEP_COLUMNS : -STEP_COLUMNS;
		view->left = view->left < 0 ? 0 : view->left > LEFT_MAX ? LEFT_MAX : view->left;
		return true;
	case REQ_NEXT_PANE:
	case REQ_PREVIOUS_PANE:
		next_instance(ui, view, request == REQ_NEXT_PANE ? 1 : -1);
		return true;
	case REQ_BACK:
		if (!state->needle[0])
			return false;
		state->needle[0] = 0;
		state->match = 0;
		return true;
	default:
		return request == REQ_LOGS;
	}
}

static bool request(struct ui *ui, struct view *view, enum request request)
{
	struct shown_log *state = view->state;
	int rows = movement(request, view->page);
	if (!state->ring)
		return false;
	if (rows == 0)
		return view_request(ui, view, request);
	/* At the newest line, going down stays with it. */
	if (rows > 0 && state->follow)
		return true;
	state->follow = false;
	(void)log_move(&state->format, state->ring, &state->top, rows);
	return true;
}

static void open_logs(struct ui *ui, struct view *view)
{
	struct shown_log *state = view->state;
	if (!ui->roster.chosen)
		roster_select(&ui->roster, (long)ui->roster.cursor);
	if (!state->shown)
		state->wrap = state->shown = true;
	view->left = 0;
	start(ui, state);
}

static void leave_logs(struct view *view)
{
	stop(view->state);
}

static const enum request bar[] = {REQ_FOLLOW, REQ_SEARCH, REQ_NEXT_MATCH, REQ_PREVIOUS_MATCH, REQ_WRAP,
	REQ_TIMESTAMPS, REQ_LEFT, REQ_RIGHT, REQ_HELP, REQ_QUIT, REQ_NONE};

const struct view_ops view_logs = {
	.id = VIEW_LOGS,
	.title = N_("logs"),
	.state_size = sizeof(struct shown_log),
	.bar = bar,
	.open = open_logs,
	.leave = leave_logs,
	.close = leave_logs,
	.draw = draw,
	.request = request,
};
