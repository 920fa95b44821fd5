/* view_models.c - models down, instances across: who has which, in which version, and loaded where. */
#include "view.h"

#include "filter.h"
#include "ollama-top/i18n.h"
#include "ollama-top/matrix.h"
#include "ollama-top/text.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

#define CELL_LEAST    9
#define CELL_MOST     16
#define MODEL_LEAST   12
#define HEADER_LINES  2
#define DIGEST_DIGITS 6
#define LAG_SHOWN_MS  INT64_C(600000)

struct models_state {
	struct model_matrix matrix;
	char filter[FILTER_MAX];
	char selected[TEXT_NAME_MAX];
	/* Under the cursor, as the user sees it: a key may come when the fleet no longer has what the rows name. */
	char seen[TEXT_NAME_MAX];
};

static void draw_model(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct model_row *row = item;
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_NORMAL, row->name);
}

static void draw_size(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct model_row *row = item;
	char text[24];
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_NORMAL, text_size(text, sizeof(text), row->size));
}

static void draw_digest(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct model_row *row = item;
	char text[16];
	(void)look;
	canvas_field(
		cell, 0, 0, cell->w, ALIGN_LEFT, FACE_DIM, format_short_id(text, sizeof(text), row->digest));
}

static const struct column model_columns[] = {
	{N_("MODEL"), MODEL_LEAST, 40, 4, 0, ALIGN_LEFT, draw_model},
	/* TRANSLATORS: a column's heading, at most 6 columns */
	{N_("SIZE"), 6, 6, 0, 1, ALIGN_RIGHT, draw_size},
	/* TRANSLATORS: a column's heading, at most 12 columns */
	{N_("DIGEST"), 12, 12, 0, 2, ALIGN_LEFT, draw_digest},
};
#define MODEL_COLUMNS (sizeof(model_columns) / sizeof(model_columns[0]))

/* Widths of a drawing: the models' own columns at the left, then cells of instances. */
struct grid {
	int widths[MODEL_COLUMNS];
	int left; /* columns of the models' part, gap included */
	int cell; /* of one instance, gap included */
	int shown;
};

static void fit(const struct fleet *fleet, const struct model_matrix *matrix, const struct canvas *c,
	struct grid *grid)
{
	int most[MODEL_COLUMNS] = {MODEL_LEAST, 6, 12};
	int longest = CELL_LEAST;
	for (size_t i = 0; i < matrix->count; i++)
		if (text_columns(c->theme, matrix->rows[i].name) > most[0])
			most[0] = text_columns(c->theme, matrix->rows[i].name);
	for (size_t s = 0; s < fleet->server_count; s++)
		for (size_t i = 0; i < fleet->servers[s].instance_count; i++)
			if (text_columns(c->theme, fleet->servers[s].instances[i]->name) > longest)
				longest = text_columns(c->theme, fleet->servers[s].instances[i]->name);
	grid->cell = (longest < CELL_MOST ? longest : CELL_MOST) + COLUMN_GAP;
	/* Three instances in sight are worth more than size and digest. */
	int reserve = 3 * grid->cell;
	grid->left = 1 + columns_fit(model_columns, MODEL_COLUMNS, most, c->w - 1 - reserve, grid->widths) +
		     COLUMN_GAP;
	grid->shown = (c->w - grid->left + COLUMN_GAP) / grid->cell;
	if (grid->shown < 1)
		grid->shown = 1;
}

/* For a while, how long after the rw server it had the model: what NFS clients make of a pull. */
static const char *same_text(const struct look *look, const struct instance *i,
	const struct model_stored *stored, char *buf, size_t size)
{
	char age[16];
	int64_t lag = model_lag(look->fleet, i, stored->name);
	if (lag < 0 || look->now - stored->first_seen_at > LAG_SHOWN_MS)
		/* TRANSLATORS: in a cell of the models' table, as are "settling", "missing", "extra", "stored" */
		return _("same");
	(void)snprintf(buf, size, _("same +%s"), text_duration(age, sizeof(age), lag));
	return buf;
}

static const char *cell_text(const struct look *look, const struct instance *i, const struct model_row *row,
	char *buf, size_t size, enum face *face)
{
	const struct model_stored *stored = instance_stored(i, row->name);
	bool settling = model_settling(look->fleet, i, row->name, look->now);
	const char *hex;
	*face = FACE_DIM;
	if (!instance_is_ollama(i))
		return instance_loaded(i, row->name) ? _("served") : "-";
	*face = FACE_WARNING;
	switch (fleet_model_agreement(look->fleet, i, row->name)) {
	case MODEL_SAME:
		*face = stored ? FACE_OK : FACE_DIM;
		return stored ? same_text(look, i, stored, buf, size) : "-";
	case MODEL_MISSING:
		*face = settling ? FACE_QUIET : FACE_WARNING;
		return settling ? _("settling") : _("missing");
	case MODEL_DIFFERENT:
		*face = settling ? FACE_QUIET : FACE_WARNING;
		hex = stored ? strchr(stored->digest, ':') : NULL;
		(void)snprintf(buf, size, "%s%.*s", settling ? "~" : "!=", DIGEST_DIGITS,
			hex      ? hex + 1
			: stored ? stored->digest
				 : "");
		return buf;
	case MODEL_EXTRA:
		return _("extra");
	default:
		*face = FACE_DIM;
		return stored ? _("stored") : "?";
	}
}

static void draw_cell(const struct look *look, const struct instance *i, const struct model_row *row,
	const struct canvas *cell)
{
	char text[96], buf[64];
	enum face face;
	const char *sign = cell_text(look, i, row, buf, sizeof(buf), &face);
	bool loaded = instance_loaded(i, row->name) != NULL;
	(void)snprintf(text, sizeof(text), "%s%s", sign, loaded ? " *" : "");
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, loaded && face == FACE_OK ? FACE_BUSY : face, text);
}

/* Calls for each instance that is in sight; row NULL draws the two header lines. */
static void draw_instances(const struct look *look, const struct grid *grid, int first,
	const struct model_row *row, const struct canvas *line)
{
	int at = 0;
	const struct fleet *fleet = look->fleet;
	for (size_t s = 0; s < fleet->server_count; s++) {
		const struct server *server = &fleet->servers[s];
		for (size_t i = 0; i < server->instance_count; i++, at++) {
			if (at < first || at >= first + grid->shown)
				continue;
			int x = grid->left + (at - first) * grid->cell;
			struct canvas cell = canvas_sub(line, 0, x, HEADER_LINES, grid->cell - COLUMN_GAP);
			if (row) {
				draw_cell(look, server->instances[i], row, &cell);
				continue;
			}
			if (i == 0 || at == first)
				canvas_field(&cell, 0, 0, cell.w, ALIGN_LEFT, FACE_TITLE, server->spec->name);
			canvas_field(
				&cell, 1, 0, cell.w, ALIGN_LEFT, FACE_HEADER, server->instances[i]->name);
		}
	}
}

static int instance_count(const struct fleet *fleet)
{
	int count = 0;
	for (size_t s = 0; s < fleet->server_count; s++)
		count += (int)fleet->servers[s].instance_count;
	return count;
}

static bool keep(void *user, const char *model)
{
	return filter_matches(user, &model, 1);
}

static void refresh_rows(struct ui *ui, struct view *view)
{
	struct models_state *state = view->state;
	matrix_build(&state->matrix, ui->fleet, keep, state->filter);
	view->lines = (int)state->matrix.count;
	for (size_t i = 0; state->selected[0] && i < state->matrix.count; i++)
		if (!strcmp(state->matrix.rows[i].name, state->selected))
			view->cursor = (int)i;
	view_clamp(view);
}

static void draw_rows(
	struct ui *ui, const struct view *view, const struct grid *grid, const struct canvas *body)
{
	const struct models_state *state = view->state;
	struct look look;
	ui_look(ui, &look);
	for (int y = 0; y < body->h && view->top + y < view->lines; y++) {
		const struct model_row *row = &state->matrix.rows[view->top + y];
		struct canvas line = canvas_sub(body, y, 0, 1, body->w);
		if (view->top + y == view->cursor) {
			line.extra = A_REVERSE;
			canvas_blank(&line);
			canvas_text(&line, 0, 0, FACE_KEY, ">");
		}
		struct canvas left = canvas_sub(&line, 0, 1, 1, grid->left - 1);
		columns_draw(model_columns, MODEL_COLUMNS, grid->widths, &look, row, &left);
		draw_instances(&look, grid, view->left, row, &line);
	}
}

static void see_cursor(const struct view *view)
{
	struct models_state *state = view->state;
	(void)snprintf(state->seen, sizeof(state->seen), "%s",
		(size_t)view->cursor < state->matrix.count ? state->matrix.rows[view->cursor].name : "");
}

static void draw(struct ui *ui, struct view *view, const struct canvas *c)
{
	struct models_state *state = view->state;
	struct look look;
	struct grid grid;
	char position[96], title[128] = "";
	struct canvas inner = canvas_sub(c, 1, 1, c->h - 2, c->w - 2);
	struct canvas body = canvas_sub(&inner, HEADER_LINES, 0, inner.h - HEADER_LINES, inner.w);
	int instances = instance_count(ui->fleet);
	ui_look(ui, &look);
	refresh_rows(ui, view);
	fit(ui->fleet, &state->matrix, &inner, &grid);
	if (view->left > instances - grid.shown)
		view->left = instances > grid.shown ? instances - grid.shown : 0;
	if (instances > grid.shown)
		(void)snprintf(title, sizeof(title), _("instances %d-%d of %d"), view->left + 1,
			view->left + grid.shown, instances);
	view_frame(ui, view, c, title);
	struct canvas titles = canvas_sub(&inner, 1, 1, 1, grid.left - 1);
	columns_titles(model_columns, MODEL_COLUMNS, grid.widths, MODEL_COLUMNS, &titles);
	draw_instances(&look, &grid, view->left, NULL, &inner);
	view->page = body.h;
	view->top = scroll_to(view->top, view->cursor, view->lines, body.h);
	draw_rows(ui, view, &grid, &body);
	see_cursor(view);
	if (view->lines == 0)
		canvas_text(&body, 1, 1, FACE_DIM,
			state->filter[0] ? _("nothing matches the filter; Esc clears it")
					 : _("no model list has come in yet"));
	/* TRANSLATORS: the signs of the table; only the first 76 columns are always seen */
	view_foot(ui, c, FACE_DIM,
		_("* loaded  != other digest than the rw server  ~ settling, up to a minute  +8s seen so "
		  "long "
		  "after it"),
		view_position(view, position, sizeof(position)));
}

static bool request(struct ui *ui, struct view *view, enum request request)
{
	struct models_state *state = view->state;
	refresh_rows(ui, view);
	if (view_move_cursor(view, request)) {
		see_cursor(view);
		if (state->seen[0])
			(void)snprintf(state->selected, sizeof(state->selected), "%s", state->seen);
		return true;
	}
	if (request == REQ_RIGHT || request == REQ_LEFT) {
		int most = instance_count(ui->fleet) - 1;
		view->left += request == REQ_RIGHT ? 1 : -1;
		view->left = view->left > most ? most : view->left;
		view->left = view->left < 0 ? 0 : view->left;
		return true;
	}
	return false;
}

static const char *cursor_model(const struct view *view)
{
	const struct models_state *state = view->state;
	return state->seen[0] ? state->seen : NULL;
}

static void open_models(struct ui *ui, struct view *view)
{
	struct models_state *state = view->state;
	(void)ui;
	view->filter = state->filter;
}

static void close_models(struct view *view)
{
	struct models_state *state = view->state;
	matrix_free(&state->matrix);
}

static const enum request bar[] = {REQ_DOWN, REQ_UP, REQ_LEFT, REQ_RIGHT, REQ_FILTER, REQ_DETAILS, REQ_EVENTS,
	REQ_PAUSE, REQ_HELP, REQ_QUIT, REQ_NONE};

const struct view_ops view_models = {
	.id = VIEW_MODELS,
	.title = N_("models"),
	.state_size = sizeof(struct models_state),
	.filters = true,
	.bar = bar,
	.open = open_models,
	.close = close_models,
	.draw = draw,
	.request = request,
	.model = cursor_model,
};
