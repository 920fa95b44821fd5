/* pane_transfers.c - pulls under way, ours and others'. */
#include "view.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "table.h"

#include <math.h>
#include <stdio.h>

#define TRANSFERS_SHOWN 6
#define TRANSFER_BAR    20

static double share(const struct transfer *t)
{
	return t->total > 0 && t->completed >= 0 ? (double)t->completed / (double)t->total : NAN;
}

static void draw_label(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct transfer *t = item;
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_NORMAL, t->label ? t->label : t->id);
}

static void draw_bar(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct transfer *t = item;
	(void)look;
	if (!isnan(share(t)))
		canvas_bar(cell, 0, 0, cell->w, share(t), FACE_BUSY);
}

static void draw_share(const struct look *look, const void *item, const struct canvas *cell)
{
	char text[24];
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_NORMAL,
		format_percent(text, sizeof(text), floor(100 * share(item))));
}

static void draw_bytes(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct transfer *t = item;
	char text[48];
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_NORMAL,
		format_usage(text, sizeof(text), t->completed, t->total));
}

static void draw_rate(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct transfer *t = item;
	char text[32] = "-", bytes[24];
	(void)look;
	if (!isnan(t->rate) && t->rate >= 0)
		(void)snprintf(text, sizeof(text), "%s/s", text_size(bytes, sizeof(bytes), (int64_t)t->rate));
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_NORMAL, text);
}

static void draw_left(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct transfer *t = item;
	char text[24] = "-";
	(void)look;
	if (t->rate > 0 && t->total > t->completed)
		text_duration(
			text, sizeof(text), (int64_t)((double)(t->total - t->completed) / t->rate * 1000));
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_NORMAL, text);
}

static void draw_layer(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct transfer *t = item;
	char text[64] = "";
	(void)look;
	if (t->error)
		(void)snprintf(text, sizeof(text), "%s", t->error);
	else if (t->layers > 0)
		(void)snprintf(text, sizeof(text), _("layer %d of %d"), t->layer, t->layers);
	else if (t->foreign)
		(void)snprintf(text, sizeof(text), "%s", _("by someone else"));
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, t->error ? FACE_CRITICAL : FACE_DIM, text);
}

static const struct column transfer_columns[] = {
	/* TRANSLATORS: a column's heading, at most 12 columns */
	{N_("MODEL"), 12, 40, 2, 0, ALIGN_LEFT, draw_label},
	/* TRANSLATORS: a column's heading, at most 12 columns */
	{N_("PROGRESS"), 6, TRANSFER_BAR, 2, 5, ALIGN_LEFT, draw_bar},
	/* TRANSLATORS: a column's heading, at most 4 columns */
	{N_("%"), 4, 4, 0, 1, ALIGN_RIGHT, draw_share},
	/* TRANSLATORS: a column's heading, at most 10 columns */
	{N_("BYTES"), 10, 10, 0, 4, ALIGN_RIGHT, draw_bytes},
	/* TRANSLATORS: a column's heading, at most 7 columns */
	{N_("SPEED"), 7, 7, 0, 3, ALIGN_RIGHT, draw_rate},
	/* TRANSLATORS: a column's heading, at most 6 columns */
	{N_("LEFT"), 6, 6, 0, 2, ALIGN_RIGHT, draw_left},
	/* TRANSLATORS: a column's heading, at most 12 columns */
	{N_("LAYER"), 12, 32, 1, 6, ALIGN_LEFT, draw_layer},
};
#define TRANSFER_COLUMNS (sizeof(transfer_columns) / sizeof(transfer_columns[0]))

static int transfer_lines(const struct look *look, int spare)
{
	int want = look->fleet->transfer_count < TRANSFERS_SHOWN ? (int)look->fleet->transfer_count
								 : TRANSFERS_SHOWN;
	/* Progress is worth a line of the servers' where none is to spare. */
	return want > spare && want > 1 ? (spare > 1 ? spare : 1) : want;
}

static void draw(const struct look *look, const struct canvas *c)
{
	int widths[TRANSFER_COLUMNS], most[TRANSFER_COLUMNS];
	for (size_t i = 0; i < TRANSFER_COLUMNS; i++)
		most[i] = transfer_columns[i].max;
	most[0] = 0;
	for (size_t i = 0; i < look->fleet->transfer_count; i++) {
		const struct transfer *t = &look->fleet->transfers[i];
		int columns = text_columns(look->theme, t->label ? t->label : t->id);
		if (columns > most[0])
			most[0] = columns;
	}
	columns_fit(transfer_columns, TRANSFER_COLUMNS, most, c->w - 1, widths);
	for (int y = 0; y < c->h && (size_t)y < look->fleet->transfer_count; y++) {
		struct canvas line = canvas_sub(c, y, 1, 1, c->w - 1);
		columns_draw(
			transfer_columns, TRANSFER_COLUMNS, widths, look, &look->fleet->transfers[y], &line);
	}
}

const struct pane pane_transfers = {N_("transfers"), 0, transfer_lines, draw};
