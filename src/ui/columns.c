/* columns.c - the columns of an instance's row, and the row where there are no figures. */
#include "view.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "pieces.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOUNT_INTERVAL_MS (5 * 60 * 1000)
#define SPACE_ROUNDS      10
#define BALANCER_ROUNDS   5
#define USAGE_COLUMNS     10
#define BAR_MIN           4
#define LOADED_LEAST      22
#define USED_COLUMNS      17 /* "rw nfs4 100% used" */
#define MARKER_COLUMNS    1

/* In place of a figure that is too old to be current: how old it is. */
static void draw_aged(const struct look *look, const struct canvas *cell, int64_t at)
{
	char age[16], text[24];
	(void)snprintf(text, sizeof(text), "(%s)", format_age(age, sizeof(age), look_age(look, at)));
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_DIM, text);
}

static void draw_name(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	(void)look;
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_NORMAL, i->name);
}

static void draw_state(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	/* A verdict on trouble stands until it is taken back; "ok" is only as good as the last answer. */
	bool stale = i->state == STATE_OK && look_stale(look, i->api.answered_at, 1);
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, stale ? FACE_DIM : theme_state_face(i->state),
		state_name(i->state));
}

static void draw_port(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	char text[16] = "-";
	(void)look;
	if (i->port > 0)
		(void)snprintf(text, sizeof(text), "%d", i->port);
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, i->port > 0 ? FACE_NORMAL : FACE_DIM, text);
}

static void draw_latency(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	char text[24];
	if (i->api.status == LINK_FAILED)
		canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, FACE_DIM, "-");
	else if (look_stale(look, i->api.answered_at, 1))
		draw_aged(look, cell, i->api.answered_at);
	else
		canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT,
			i->api.latency_ms > FLEET_SLOW_MS ? FACE_WARNING : FACE_NORMAL,
			i->api.latency_ms > 0 && i->api.latency_ms < 0.95
				? "<1ms"
				: format_latency(text, sizeof(text), i->api.latency_ms));
}

static void draw_memory(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	char text[48], age[16], aged[24] = "";
	bool stale = i->memory_used >= 0 && look_stale(look, i->stats_at, 1);
	int bar = cell->w - USAGE_COLUMNS - 1;
	enum face face = stale || i->memory_used < 0 ? FACE_DIM : FACE_NORMAL;
	if (stale)
		(void)snprintf(aged, sizeof(aged), "(%s)",
			format_age(age, sizeof(age), look_age(look, i->stats_at)));
	/* The age stands in the place of the bar, or where there is none in that of the limit. */
	format_usage(text, sizeof(text), i->memory_used, stale && bar < BAR_MIN ? 0 : i->memory_limit);
	if (bar < BAR_MIN) {
		struct canvas figure = canvas_sub(cell, 0, cell->w - USAGE_COLUMNS, 1, USAGE_COLUMNS);
		char both[sizeof(text) + sizeof(aged)];
		(void)snprintf(both, sizeof(both), "%s%s", text, aged);
		canvas_field(&figure, 0, 0, figure.w, ALIGN_RIGHT, face, both);
		return;
	}
	canvas_field(cell, 0, bar + 1, USAGE_COLUMNS, ALIGN_RIGHT, face, text);
	if (stale) {
		canvas_field(cell, 0, 0, bar, ALIGN_LEFT, FACE_DIM, aged);
	} else if (i->memory_used >= 0 && i->memory_limit > 0) {
		double share = (double)i->memory_used / (double)i->memory_limit;
		double judged =
			i->memory_judged >= 0 ? (double)i->memory_judged / (double)i->memory_limit : share;
		canvas_bar(cell, 0, 0, bar, share, theme_bar_face(judged));
	}
}

static void draw_cpu(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	char text[24];
	if (look_stale(look, i->stats_at, 1))
		draw_aged(look, cell, i->stats_at);
	else
		canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT, isnan(i->cpu_percent) ? FACE_DIM : FACE_NORMAL,
			format_percent(text, sizeof(text), i->cpu_percent));
}

/* Whether it is known how many there are, and how well, the fleet has settled. */
static void draw_requests(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct requests *r = &((const struct instance *)item)->requests;
	char text[32];
	bool waits = r->queue.certainty == CERTAINTY_EXACT && r->queue.value > 0;
	(void)look;
	requests_text(text, sizeof(text), r);
	canvas_field(cell, 0, 0, cell->w, ALIGN_RIGHT,
		waits     ? FACE_WARNING
		: text[0] ? FACE_NORMAL
			  : FACE_DIM,
		text[0] ? text : "-");
}

/* What follows a loaded model's name: its size, and until when. */
static void loaded_tail(const struct look *look, const struct instance *i, const struct model_loaded *m,
	char *buf, size_t size)
{
	char bytes[24], left[24];
	int64_t ms = look_expiry(look, m);
	/* TRANSLATORS: a model that is never unloaded, at most 8 columns; "busy": it answers somebody */
	const char *until = ms == INT64_MAX ? _("kept") : text_duration(left, sizeof(left), ms);
	const char *blank = m->size >= 0 ? " " : "";
	(void)snprintf(buf, size, "%s%s %s", blank,
		m->size >= 0 ? text_size(bytes, sizeof(bytes), m->size) : "", i->busy ? _("busy") : until);
}

/* As many models as fit, the name of the first cut if need be; "+2" for the rest. */
static void draw_models(
	const struct look *look, const struct instance *i, const struct canvas *cell, int x, enum face face)
{
	char tail[96], more[16];
	for (size_t m = 0; m < i->loaded_count; m++) {
		size_t rest = i->loaded_count - m - 1;
		loaded_tail(look, i, &i->loaded[m], tail, sizeof(tail));
		(void)snprintf(more, sizeof(more), rest ? " +%zu" : "", rest);
		int name = text_columns(look->theme, i->loaded[m].name);
		int end = text_columns(look->theme, tail), reserve = text_columns(look->theme, more);
		if (m > 0 && x + 2 + name + end + reserve > cell->w) {
			canvas_printf(cell, 0, x, FACE_DIM, " +%zu", rest + 1);
			return;
		}
		x += m > 0 ? canvas_text(cell, 0, x, FACE_DIM, ", ") : 0;
		if (name > cell->w - x - end - reserve)
			name = cell->w - x - end - reserve;
		canvas_field(cell, 0, x, name, ALIGN_LEFT, face, i->loaded[m].name);
		x += name > 0 ? name : 0;
		x += canvas_text(cell, 0, x, face, tail);
	}
}

static void draw_loaded(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	bool stale = look_stale(look, i->loaded_at, 1);
	char age[16];
	int x = 0;
	/* With nothing loaded there is room to say why the state is what it is. */
	if (i->loaded_count == 0) {
		if (i->reason)
			canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_DIM, i->reason);
		return;
	}
	if (stale)
		x = canvas_printf(cell, 0, 0, FACE_DIM, "(%s) ",
			format_age(age, sizeof(age), look_age(look, i->loaded_at)));
	draw_models(look, i, cell, x, stale ? FACE_DIM : i->busy ? FACE_BUSY : FACE_NORMAL);
}

/* What there is to say after "ro nfs4": the verdict, and how full a store is that we may write to. */
static enum face store_text(
	const struct look *look, const struct instance *i, bool wide, char *buf, size_t size)
{
	const struct store *s = &i->store;
	char age[16];
	buf[0] = 0;
	if (s->status == STORE_HUNG) {
		/* TRANSLATORS: a store that has not answered for so long: "hung 42s", at most 12 columns */
		(void)snprintf(buf, size, _("hung %s"),
			s->probing_since ? format_age(age, sizeof(age), look_age(look, s->probing_since))
					 : "");
		return FACE_CRITICAL;
	}
	if (s->status == STORE_WRONG) {
		/* TRANSLATORS: a store that is not the expected mount, at most 8 columns */
		(void)snprintf(buf, size, "%s", _("WRONG"));
		return FACE_CRITICAL;
	}
	if (s->total > 0 && s->available >= 0 && s->read_only == 0) {
		bool stale = look_stale(look, s->space_seen_at, SPACE_ROUNDS);
		double used = 100.0 * (double)(s->total - s->available) / (double)s->total;
		(void)snprintf(buf, size, stale ? "(%.0f%%)" : wide ? _("%.0f%% used") : "%.0f%%", used);
		return stale ? FACE_DIM : used >= 95 ? FACE_WARNING : FACE_NORMAL;
	}
	if (s->status == STORE_OK)
		(void)snprintf(buf, size, "%s", _("ok"));
	return s->status == STORE_OK ? FACE_OK : FACE_DIM;
}

static void draw_store(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	const struct store *s = &i->store;
	char text[160], verdict[96], age[16];
	if (!instance_is_ollama(i)) {
		canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_DIM, "openai");
		return;
	}
	enum face face = store_text(look, i, cell->w >= USED_COLUMNS, verdict, sizeof(verdict));
	if (!s->fstype && s->status != STORE_HUNG) {
		canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, FACE_DIM,
			s->status == STORE_UNKNOWN ? "-" : verdict);
		return;
	}
	bool stale = look_older(look, s->mount_seen_at, MOUNT_INTERVAL_MS);
	if (stale)
		(void)snprintf(verdict, sizeof(verdict), "(%s)",
			format_age(age, sizeof(age), look_age(look, s->mount_seen_at)));
	const char *access = s->read_only == 1 ? "ro " : s->read_only == 0 ? "rw " : "";
	const char *fstype = s->fstype ? s->fstype : "";
	/* What is wrong must be read whole; that it is read-only matters less. */
	if (text_columns(look->theme, fstype) + text_columns(look->theme, verdict) + 4 > cell->w)
		access = "";
	(void)snprintf(text, sizeof(text), "%s%s ", access, fstype);
	if (text_columns(look->theme, text) + text_columns(look->theme, verdict) > cell->w)
		text[0] = 0;
	int x = canvas_text(cell, 0, 0, stale ? FACE_DIM : FACE_NORMAL, text);
	canvas_field(cell, 0, x, cell->w - x, ALIGN_LEFT, stale ? FACE_DIM : face, verdict);
}

static void draw_balancer(const struct look *look, const void *item, const struct canvas *cell)
{
	const struct instance *i = item;
	bool stale = look_stale(look, look->fleet->balancer.link.answered_at, BALANCER_ROUNDS);
	/* TRANSLATORS: not in the balancer's pool, at most 4 columns */
	const char *text = i->in_pool == 0                           ? _("out")
			   : i->in_pool > 0 && i->balancer_status[0] ? i->balancer_status
								     : "-";
	enum face face = i->in_pool != 1                     ? FACE_DIM
			 : !strcmp(i->balancer_status, "UP") ? FACE_OK
							     : FACE_WARNING;
	canvas_field(cell, 0, 0, cell->w, ALIGN_LEFT, stale ? FACE_DIM : face, text);
}

enum {
	COLUMN_NAME,
	COLUMN_STATE,
	COLUMN_BALANCER,
	COLUMN_PORT,
	COLUMN_LATENCY,
	COLUMN_MEMORY,
	COLUMN_CPU,
	COLUMN_REQUESTS,
	COLUMN_LOADED,
	COLUMN_STORE,
	COLUMN_COUNT
};

static const struct column instance_columns[COLUMN_COUNT] = {
	/* TRANSLATORS: a column's heading, at most 8 columns */
	[COLUMN_NAME] = {N_("INSTANCE"), 8, 32, 4, 0, ALIGN_LEFT, draw_name},
	/* TRANSLATORS: a column's heading, at most 8 columns */
	[COLUMN_STATE] = {N_("STATE"), 8, 8, 0, 0, ALIGN_LEFT, draw_state},
	/* TRANSLATORS: a column's heading, at most 4 columns */
	[COLUMN_BALANCER] = {N_("LB"), 4, 4, 0, 7, ALIGN_LEFT, draw_balancer},
	/* TRANSLATORS: a column's heading, at most 5 columns */
	[COLUMN_PORT] = {N_("PORT"), 5, 5, 0, 6, ALIGN_RIGHT, draw_port},
	/* TRANSLATORS: a column's heading, at most 5 columns */
	[COLUMN_LATENCY] = {N_("LAT"), 5, 5, 0, 4, ALIGN_RIGHT, draw_latency},
	/* TRANSLATORS: a column's heading, at most 10 columns */
	[COLUMN_MEMORY] = {N_("MEMORY"), USAGE_COLUMNS, 24, 6, 1, ALIGN_LEFT, draw_memory},
	/* TRANSLATORS: a column's heading, at most 5 columns */
	[COLUMN_CPU] = {N_("CPU"), 5, 5, 0, 5, ALIGN_RIGHT, draw_cpu},
	/* TRANSLATORS: a column's heading, requests; at most 5 columns */
	[COLUMN_REQUESTS] = {N_("REQ"), 5, 5, 0, 8, ALIGN_RIGHT, draw_requests},
	/* TRANSLATORS: a column's heading, at most 22 columns */
	[COLUMN_LOADED] = {N_("LOADED"), LOADED_LEAST, 64, 3, 2, ALIGN_LEFT, draw_loaded},
	/* TRANSLATORS: a column's heading, at most 11 columns */
	[COLUMN_STORE] = {N_("STORE"), 11, 18, 2, 3, ALIGN_LEFT, draw_store},
};

static const size_t sorted_column[SORT_COUNT] = {
	[SORT_NAME] = COLUMN_NAME,
	[SORT_STATE] = COLUMN_STATE,
	[SORT_MEMORY] = COLUMN_MEMORY,
	[SORT_CPU] = COLUMN_CPU,
	[SORT_LATENCY] = COLUMN_LATENCY,
};

static void fit(const struct look *look, const struct roster *roster, const struct canvas *line, int *widths)
{
	int most[COLUMN_COUNT];
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		most[i] = instance_columns[i].max;
	most[COLUMN_NAME] = roster->name_columns;
	if (look->fleet->balancer.link.status == LINK_NONE)
		most[COLUMN_BALANCER] = COLUMN_ABSENT;
	columns_fit(instance_columns, COLUMN_COUNT, most, line->w - MARKER_COLUMNS, widths);
	/* The summary has the balancer too; the bars of memory are nowhere else. */
	if (widths[COLUMN_BALANCER] && widths[COLUMN_MEMORY] < USAGE_COLUMNS + 1 + BAR_MIN) {
		most[COLUMN_BALANCER] = COLUMN_ABSENT;
		columns_fit(instance_columns, COLUMN_COUNT, most, line->w - MARKER_COLUMNS, widths);
	}
}

/* Without an answer there are no figures: the reason takes their place. */
static bool has_figures(const struct instance *i)
{
	if (i->state == STATE_DOWN || i->state == STATE_STOPPED || i->gone)
		return false;
	if (i->state == STATE_OOM || i->state == STATE_STARTING)
		return i->api.status == LINK_OK;
	return true;
}

static void draw_reason(const struct look *look, const struct instance *i, const struct canvas *line)
{
	struct pieces pieces = {0};
	char retry[80], age[16];
	pieces_add(&pieces, 0, false, theme_severity_face(state_severity(i->state)), "%s",
		i->reason ? i->reason
		: i->gone ? _("its container is gone")
			  : "");
	int64_t since = i->state == STATE_OOM && i->oom_at ? i->oom_at : i->state_since;
	if (since)
		pieces_add(&pieces, 1, true, FACE_DIM, _("%s ago"),
			format_age(age, sizeof(age), look_age(look, since)));
	pieces_add(&pieces, 2, true, FACE_DIM, "%s", format_retry(retry, sizeof(retry), look, &i->api));
	pieces_draw(&pieces, line, 2);
}

void instance_titles(const struct look *look, const struct roster *roster, const struct canvas *line)
{
	int widths[COLUMN_COUNT];
	struct canvas cells = canvas_sub(line, 0, MARKER_COLUMNS, 1, line->w - MARKER_COLUMNS);
	fit(look, roster, line, widths);
	/* The fleet's own order is the names' already; a mark would only tell of another one. */
	size_t sorted = roster->sort == SORT_NAME ? COLUMN_COUNT : sorted_column[roster->sort];
	columns_titles(instance_columns, COLUMN_COUNT, widths, sorted, &cells);
}

void instance_draw(const struct look *look, const struct roster *roster, const struct roster_row *row,
	const struct canvas *line)
{
	int widths[COLUMN_COUNT];
	struct canvas cells = canvas_sub(line, 0, MARKER_COLUMNS, 1, line->w - MARKER_COLUMNS);
	fit(look, roster, line, widths);
	if (has_figures(row->instance)) {
		columns_draw(instance_columns, COLUMN_COUNT, widths, look, row->instance, &cells);
		return;
	}
	columns_draw(instance_columns, COLUMN_MEMORY, widths, look, row->instance, &cells);
	int x = column_at(widths, COLUMN_MEMORY);
	struct canvas rest = canvas_sub(&cells, 0, x - 1, 1, cells.w - x + 1);
	draw_reason(look, row->instance, &rest);
}
