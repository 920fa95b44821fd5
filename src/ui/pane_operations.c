/* pane_operations.c - what we are doing to the fleet, a line for each operation; x cancels the one under the cursor. */
#include "view.h"

#include "ollama-top/i18n.h"
#include "op_text.h"
#include "pieces.h"
#include "table.h"

#include <math.h>
#include <stdio.h>

#define OPERATIONS_SHOWN 6
#define PROGRESS_BAR     20
#define MARKER_COLUMNS   1

static void draw_title(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct op_view *op = item;
	(void)look;
	canvas_field(
		cell, 0, 0, cell->w, ALIGN_LEFT, op_over(op->status) ? FACE_DIM : FACE_NORMAL, op->title);
}

static void draw_step(const struct look *look, const void *item, const struct canvas *cell)
{
	char text[384];
	canvas_field(
		cell, 0, 0, cell->w, ALIGN_LEFT, FACE_NORMAL, op_step_text(text, sizeof(text), look, item));
}

static void draw_bar(const struct look *look, const void *item, const struct canvas *cell)
{
	double share = op_share(item);
	(void)look;
	if (!isnan(share))
		canvas_bar(cell, 0, 0, cell->w, share, FACE_BUSY);
}

static void draw_share(const struct look *look, const void *item, const struct canvas *cell)
{
	char text[24];
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_NORMAL,
		format_percent(text, sizeof(text), floor(100 * op_share(item))));
}

static void draw_amount(const struct look *look, const void *item, const struct canvas *cell)
{
	char text[48];
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_NORMAL, op_amount(text, sizeof(text), item));
}

static void draw_speed(const struct look *look, const void *item, const struct canvas *cell)
{
	char text[32];
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_NORMAL, op_speed(text, sizeof(text), item));
}

static void draw_left(const struct look *look, const void *item, const struct canvas *cell)
{
	char text[24];
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_NORMAL, op_left(text, sizeof(text), item));
}

static void draw_layer(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct op_view *op = item;
	char text[64] = "";
	(void)look;
	if (op->layer > 0)
		(void)snprintf(text, sizeof(text), _("layer %d"), op->layer);
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_DIM, text);
}

enum {
	COLUMN_TITLE,
	COLUMN_STEP,
	COLUMN_BAR,
	COLUMN_SHARE,
	COLUMN_AMOUNT,
	COLUMN_SPEED,
	COLUMN_LEFT,
	COLUMN_LAYER,
	COLUMN_COUNT
};

static const struct column columns[COLUMN_COUNT] = {
	[COLUMN_TITLE] = {"", 14, 60, 3, 0, ALIGN_LEFT, draw_title},
	[COLUMN_STEP] = {"", 12, 60, 3, 3, ALIGN_LEFT, draw_step},
	[COLUMN_BAR] = {"", 6, PROGRESS_BAR, 2, 6, ALIGN_LEFT, draw_bar},
	[COLUMN_SHARE] = {"", 4, 4, 0, 1, ALIGN_RIGHT, draw_share},
	[COLUMN_AMOUNT] = {"", 10, 10, 0, 5, ALIGN_RIGHT, draw_amount},
	[COLUMN_SPEED] = {"", 7, 7, 0, 4, ALIGN_RIGHT, draw_speed},
	[COLUMN_LEFT] = {"", 6, 6, 0, 2, ALIGN_RIGHT, draw_left},
	[COLUMN_LAYER] = {"", 8, 8, 0, 7, ALIGN_LEFT, draw_layer},
};

static int listed_count(const struct look *look)
{
	int count = 0;
	while (look->ops && ops_at(look->ops, (size_t)count))
		count++;
	return count;
}

static bool shows_progress(const struct op_view *op)
{
	return !op_over(op->status) && op->status != OP_QUEUED &&
	       (!isnan(op_share(op)) || (op->bytes && op->completed > 0));
}

static int operation_lines(const struct look *look, int spare)
{
	int count = listed_count(look), want = count < OPERATIONS_SHOWN ? count : OPERATIONS_SHOWN;
	/* What we do is worth a line of the servers' where none is to spare. */
	return want > spare && want > 1 ? (spare > 1 ? spare : 1) : want;
}

static void widen(int *most, int width)
{
	*most = width > *most ? width : *most;
}

/* The columns of progress are there while some operation has any. */
static void fit(const struct look *look, const struct canvas *c, int *widths)
{
	int most[COLUMN_COUNT];
	const struct op_view *op;
	char step[160];
	bool progress = false, bytes = false;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		most[i] = columns[i].max;
	most[COLUMN_TITLE] = most[COLUMN_STEP] = 0;
	for (size_t i = 0; (op = ops_at(look->ops, i)); i++) {
		widen(&most[COLUMN_TITLE], text_columns(look->theme, op->title));
		if (shows_progress(op))
			widen(&most[COLUMN_STEP],
				text_columns(look->theme, op_step_text(step, sizeof(step), look, op)));
		progress |= shows_progress(op);
		bytes |= shows_progress(op) && op->bytes;
	}
	if (!progress)
		most[COLUMN_BAR] = most[COLUMN_SHARE] = most[COLUMN_AMOUNT] = COLUMN_ABSENT;
	if (!bytes)
		most[COLUMN_SPEED] = most[COLUMN_LEFT] = most[COLUMN_LAYER] = COLUMN_ABSENT;
	columns_fit(columns, COLUMN_COUNT, most, c->w - MARKER_COLUMNS, widths);
}

/* What is over, or waits, has words where the others have progress; the first says which. */
static void draw_words(const struct look *look, const struct op_view *op, const struct canvas *line)
{
	struct pieces pieces = {0};
	char text[sizeof(op->message) + 32], age[16];
	bool over = op_over(op->status);
	if (over || op->status == OP_QUEUED)
		pieces_add(&pieces, 0, false, op_status_face(op->status), "%s",
			op_outcome_text(text, sizeof(text), op));
	else
		pieces_add(&pieces, 0, false, FACE_NORMAL, "%s", op_step_text(text, sizeof(text), look, op));
	if (over)
		pieces_add(&pieces, 1, true, FACE_DIM, _("%s ago"),
			format_age(age, sizeof(age), look_age(look, op->ended_at)));
	pieces_draw(&pieces, line, 2);
}

static void draw_operation(
	const struct look *look, const struct op_view *op, const int *widths, const struct canvas *line)
{
	struct canvas c = *line;
	if (op->id == look->operation) {
		c.extra = A_REVERSE;
		canvas_blank(&c);
		canvas_text(&c, 0, 0, FACE_KEY, ">");
	}
	struct canvas cells = canvas_sub(&c, 0, MARKER_COLUMNS, 1, c.w - MARKER_COLUMNS);
	if (shows_progress(op)) {
		columns_draw(columns, COLUMN_COUNT, widths, look, op, &cells);
		return;
	}
	columns_draw(columns, COLUMN_STEP, widths, look, op, &cells);
	int x = column_at(widths, COLUMN_STEP);
	struct canvas rest = canvas_sub(&cells, 0, x - 1, 1, cells.w - x + 1);
	draw_words(look, op, &rest);
}

static void draw(const struct look *look, const struct canvas *c)
{
	int widths[COLUMN_COUNT], count = listed_count(look), cursor = 0;
	const struct op_view *op;
	for (int i = 0; i < count; i++)
		if ((op = op_listed(look->ops, (size_t)i)) && op->id == look->operation)
			cursor = i;
	size_t top = (size_t)scroll_to(0, cursor, count, c->h);
	fit(look, c, widths);
	for (int y = 0; y < c->h && (op = op_listed(look->ops, top + (size_t)y)); y++) {
		struct canvas line = canvas_sub(c, y, 0, 1, c->w);
		draw_operation(look, op, widths, &line);
	}
}

/* Where it is in the list; -1: the cursor is not here, or what it stood on is no longer kept. */
static int cursor_place(const struct ui *ui)
{
	const struct op_view *op;
	for (size_t i = 0; ui->operation && (op = op_listed(ui->options.ops, i)); i++)
		if (op->id == ui->operation)
			return (int)i;
	return -1;
}

void operations_sync(struct ui *ui)
{
	if (cursor_place(ui) < 0)
		ui->operation = 0;
}

bool operations_enter(struct ui *ui, bool last)
{
	const struct op_view *op;
	ui->operation = 0;
	for (size_t i = 0; ui->options.ops && (op = op_listed(ui->options.ops, i)); i++)
		if (last || i == 0)
			ui->operation = op->id;
	return ui->operation != 0;
}

bool operations_request(struct ui *ui, enum request request)
{
	struct view rows = {.cursor = cursor_place(ui), .page = OPERATIONS_SHOWN};
	if (rows.cursor < 0)
		return false;
	if (request == REQ_DETAILS) {
		operation_open(ui, ui->operation);
		return true;
	}
	if (request == REQ_BACK || (request == REQ_UP && rows.cursor == 0)) {
		ui->operation = 0;
		return true;
	}
	while (op_listed(ui->options.ops, (size_t)rows.lines))
		rows.lines++;
	if (!view_move_cursor(&rows, request))
		return false;
	ui->operation = op_listed(ui->options.ops, (size_t)rows.cursor)->id;
	return true;
}

const struct pane pane_operations = {N_("operations"), 0, operation_lines, draw};
