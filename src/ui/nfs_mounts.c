/* nfs_mounts.c - the NFS view's table of mounts: an instance a row, what is wrong with it below. */
#include "nfs_sections.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "roster.h"
#include "spark.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define READ_ROUNDS  15
#define SPACE_ROUNDS 10
#define FULL_PERCENT 95
#define NAME_MOST    24

static enum face store_face(const struct store *s)
{
	return s->status == STORE_OK ? FACE_OK : s->status == STORE_UNKNOWN ? FACE_DIM : FACE_CRITICAL;
}

static void draw_name(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	char text[2 * TEXT_NAME_MAX];
	(void)look;
	canvas_field(
		cell, 0, 0, cell->w, ALIGN_LEFT, FACE_NORMAL, target_name(text, sizeof(text), i->server, i));
}

static void draw_state(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct store *s = &((const struct instance *)item)->store;
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, store_face(s), store_status_name(s->status));
}

static void draw_access(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct store *s = &((const struct instance *)item)->store;
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_NORMAL,
		s->read_only == 1   ? "ro"
		: s->read_only == 0 ? "rw"
				    : "?");
}

static void draw_type(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct store *s = &((const struct instance *)item)->store;
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_NORMAL, s->fstype ? s->fstype : "-");
}

static void draw_source(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct store *s = &((const struct instance *)item)->store;
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_NORMAL, s->source ? s->source : "-");
}

/* How the mount behaves when its server does not: of the many options, these tell. */
static void draw_options(const struct look *look, const void *item, const struct canvas *cell)
{
	static const char *const keys[] = {"soft", "softerr", "hard", "vers", "timeo", "proto", "retrans"};
	const struct store *s = &((const struct instance *)item)->store;
	char text[128] = "", value[32];
	size_t used = 0;
	(void)look;
	for (size_t k = 0;
		s->fstype && strncmp(s->fstype, "nfs", 3) == 0 && k < sizeof(keys) / sizeof(keys[0]); k++)
		if (used < sizeof(text) && mount_option(s->options, keys[k], value, sizeof(value)))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s%s%s",
				used ? " " : "", keys[k], value[0] ? "=" : "", value);
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_DIM, text[0] ? text : "-");
}

static void draw_read(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct store *s = &((const struct instance *)item)->store;
	char text[24];
	bool stale = s->hung || look_stale(look, s->read_at, READ_ROUNDS);
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, stale ? FACE_DIM : FACE_NORMAL,
		s->read_at == 0  ? "-"
		: s->read_ms < 1 ? "<1ms"
				 : format_latency(text, sizeof(text), s->read_ms));
}

static void draw_free(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct store *s = &((const struct instance *)item)->store;
	char text[24];
	bool stale = s->hung || look_stale(look, s->space_seen_at, SPACE_ROUNDS);
	bool full =
		s->total > 0 && (double)(s->total - s->available) * 100 >= FULL_PERCENT * (double)s->total;
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT,
		stale  ? FACE_DIM
		: full ? FACE_WARNING
		       : FACE_NORMAL,
		s->total > 0 ? text_size(text, sizeof(text), s->available) : "-");
}

static bool inodes_are_out(const struct store *s)
{
	return s->inodes > 0 &&
	       (double)(s->inodes - s->inodes_free) * 100 >= FULL_PERCENT * (double)s->inodes;
}

static void draw_inodes(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct store *s = &((const struct instance *)item)->store;
	char text[24] = "-";
	(void)look;
	if (s->inodes > 0)
		(void)snprintf(
			text, sizeof(text), "%.0f%%", 100.0 * (double)s->inodes_free / (double)s->inodes);
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, inodes_are_out(s) ? FACE_WARNING : FACE_NORMAL, text);
}

static void draw_spark(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	const struct spark_area area = {.rows = 1, .columns = cell->w};
	float max = history_max(&i->read_history);
	(void)look;
	/* below a millisecond all is well, and looks it */
	spark_draw(cell, &area, &i->read_history, spark_scale(max > 1 ? max : 1, false), FACE_GRAPH);
}

static const struct column mount_columns[] = {
	/* TRANSLATORS: a column's heading, at most 12 columns */
	{N_("MOUNT"), 12, NAME_MOST, 6, 0, ALIGN_LEFT, draw_name},
	/* TRANSLATORS: a column's heading, at most 7 columns */
	{N_("STATE"), 7, 7, 0, 0, ALIGN_LEFT, draw_state},
	/* TRANSLATORS: a column's heading, at most 2 columns */
	{N_("RO"), 2, 2, 0, 2, ALIGN_LEFT, draw_access},
	/* TRANSLATORS: a column's heading, at most 4 columns */
	{N_("TYPE"), 4, 10, 6, 1, ALIGN_LEFT, draw_type},
	/* TRANSLATORS: a column's heading, at most 24 columns */
	{N_("SOURCE"), 24, 60, 4, 3, ALIGN_LEFT, draw_source},
	/* TRANSLATORS: a column's heading, at most 6 columns */
	{N_("READ"), 6, 6, 0, 0, ALIGN_RIGHT, draw_read},
	/* TRANSLATORS: a column's heading, at most 5 columns */
	{N_("FREE"), 5, 6, 0, 4, ALIGN_RIGHT, draw_free},
	/* TRANSLATORS: a column's heading, at most 6 columns */
	{N_("INODES"), 6, 6, 0, 8, ALIGN_RIGHT, draw_inodes},
	/* TRANSLATORS: a column's heading, at most 23 columns */
	{N_("OPTIONS"), 23, 52, 3, 7, ALIGN_LEFT, draw_options},
	/* TRANSLATORS: a column's heading, at most 11 columns */
	{N_("TEN MINUTES"), 11, 40, 1, 5, ALIGN_LEFT, draw_spark},
};
#define MOUNT_COLUMNS (sizeof(mount_columns) / sizeof(mount_columns[0]))
enum { COLUMN_NAME = 0, COLUMN_TYPE = 3, COLUMN_SOURCE = 4 };

static void widen(int *most, const struct look *look, const char *text)
{
	int columns = text ? text_columns(look->theme, text) : 0;
	if (columns > *most)
		*most = columns;
}

static void measure(const struct look *look, int most[MOUNT_COLUMNS])
{
	char name[2 * TEXT_NAME_MAX];
	for (size_t k = 0; k < MOUNT_COLUMNS; k++)
		most[k] = mount_columns[k].max;
	most[COLUMN_NAME] = most[COLUMN_TYPE] = most[COLUMN_SOURCE] = 0;
	for (size_t s = 0; s < look->fleet->server_count; s++) {
		const struct server *server = &look->fleet->servers[s];
		for (size_t n = 0; n < server->instance_count; n++) {
			const struct instance *i = server->instances[n];
			widen(&most[COLUMN_NAME], look, target_name(name, sizeof(name), server, i));
			widen(&most[COLUMN_TYPE], look, i->store.fstype);
			widen(&most[COLUMN_SOURCE], look, i->store.source);
		}
	}
}

/* What an operator must know of a mount beside its figures. */
static void draw_words(const struct instance *i, struct pen *pen)
{
	const struct store *s = &i->store;
	char value[32];
	if (s->error)
		pen_field(pen, store_face(s), " ", "%s", s->error);
	if (inodes_are_out(s))
		pen_field(pen, FACE_WARNING, " ",
			P_("%lld of %lld inode is free: files cannot be made without",
				"%lld of %lld inodes are free: files cannot be made without",
				(unsigned long)s->inodes),
			(long long)s->inodes_free, (long long)s->inodes);
	if (s->fstype && strncmp(s->fstype, "nfs", 3) == 0 &&
		(mount_option(s->options, "soft", value, sizeof(value)) ||
			mount_option(s->options, "softerr", value, sizeof(value))))
		pen_field(pen, FACE_WARNING, " ", "%s",
			_("mounted soft: when its server is slow, reads fail instead of waiting"));
}

static void draw_row(const struct look *look, const struct instance *i, const int *widths, struct pen *pen)
{
	if (pen_visible(pen, 1)) {
		struct canvas line = canvas_sub(&pen->canvas, pen_row(pen), 0, 1, pen->canvas.w);
		columns_draw(mount_columns, MOUNT_COLUMNS, widths, look, i, &line);
	}
	pen->y++;
	draw_words(i, pen);
}

void nfs_mounts_draw(const struct look *look, struct pen *pen)
{
	int most[MOUNT_COLUMNS], widths[MOUNT_COLUMNS], label = pen->label;
	size_t shown = 0;
	pen_heading(pen, _("Mounts, as each instance sees its own"));
	measure(look, most);
	(void)columns_fit(mount_columns, MOUNT_COLUMNS, most, pen->canvas.w, widths);
	if (pen_visible(pen, 1)) {
		struct canvas line = canvas_sub(&pen->canvas, pen_row(pen), 0, 1, pen->canvas.w);
		columns_titles(mount_columns, MOUNT_COLUMNS, widths, MOUNT_COLUMNS, &line);
	}
	pen->y++;
	pen->label = 2;
	for (size_t s = 0; s < look->fleet->server_count; s++) {
		const struct server *server = &look->fleet->servers[s];
		for (size_t n = 0; n < server->instance_count; n++, shown++)
			draw_row(look, server->instances[n], widths, pen);
	}
	pen->label = label;
	if (shown == 0)
		pen_field(pen, FACE_DIM, "", "%s", _("no instance is known yet"));
}
