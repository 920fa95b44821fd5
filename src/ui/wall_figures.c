/* wall_figures.c - the fleet in a few figures, as large as there is room for, each with what it counts below it. */
#include "big.h"
#include "ollama-top/i18n.h"
#include "wall_picture.h"

#include <stdarg.h>
#include <stdio.h>

#define FIGURES_MAX 10
#define SCALE_MAX   2 /* seven rows are read well from across a room; more would leave room for fewer figures */
#define SHARE       6 /* of the screen's lines that go to a figure: one in so many */
#define GAP         4
#define RANK_MUST   3 /* figures up to here are worth more than a larger scale, if there is a smaller one */

struct figure {
	char text[32];
	const char *label; /* translated */
	enum face face;
	int rank; /* the highest is left out first */
	bool right, hidden;
};

struct figures {
	struct figure list[FIGURES_MAX];
	size_t count;
};

__attribute__((format(printf, 6, 7))) static void add(struct figures *figures, int rank, bool right,
	enum face face, const char *label, const char *format, ...)
{
	struct figure *f = &figures->list[figures->count++];
	va_list args;
	f->label = label;
	f->face = face;
	f->rank = rank;
	f->right = right;
	va_start(args, format);
	(void)vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
}

static void add_alerts(struct figures *figures, const struct wall_sight *sight, const struct totals *totals)
{
	size_t critical = fleet_alerts(sight->look.fleet, SEVERITY_CRITICAL);
	size_t warnings = fleet_alerts(sight->look.fleet, SEVERITY_WARNING);
	enum face worst = critical ? FACE_CRITICAL : warnings ? FACE_WARNING : FACE_OK;
	enum face all = totals->ok < totals->instances ? worst : sight->stale ? FACE_DIM : FACE_OK;
	add(figures, 1, false, all, P_("instance ok", "instances ok", totals->instances), "%zu/%zu",
		totals->ok, totals->instances);
	add(figures, 1, false, !critical ? FACE_DIM : FACE_CRITICAL, _("critical"), "%zu", critical);
	add(figures, 2, false, !warnings ? FACE_DIM : FACE_WARNING, P_("warning", "warnings", warnings),
		"%zu", warnings);
}

static void collect(struct figures *figures, const struct wall_sight *sight)
{
	const struct fleet *fleet = sight->look.fleet;
	enum face normal = sight->stale ? FACE_DIM : FACE_TITLE;
	struct totals totals;
	char text[96];
	fleet_totals(fleet, &totals);
	if (sight->stale)
		add(figures, 0, false, FACE_CRITICAL, _("data old"), "%s",
			format_age(text, sizeof(text),
				look_age(&sight->look, sight->look.now - sight->data_age)));
	add_alerts(figures, sight, &totals);
	if (totals.memory_used >= 0 && totals.memory_limit > 0)
		add(figures, 4, false, normal, _("memory"), "%s",
			format_percent(text, sizeof(text),
				100 * (double)totals.memory_used / (double)totals.memory_limit));
	add(figures, 5, false, normal, P_("model loaded", "models loaded", totals.models_loaded), "%zu",
		totals.models_loaded);
	add(figures, 6, false, normal, _("busy"), "%zu", totals.busy);
	if (totals.nfs_expected > 0)
		add(figures, 7, false, normal, "NFS", "%zu/%zu", totals.nfs_ok, totals.nfs_expected);
	if (fleet->balancer.link.status != LINK_NONE)
		add(figures, 8, false, normal, "LB", "%zu/%zu", totals.pool_up, totals.pool_servers);
	format_time(text, sizeof(text), sight->look.wall, sight->look.wall);
	add(figures, 3, true, FACE_TITLE, "", "%.5s", text);
}

static int figure_columns(const struct theme *theme, const struct figure *f, int scale)
{
	int label = text_columns(theme, f->label), text = big_columns(f->text, scale);
	return label > text ? label : text;
}

/* Leaves out figures until the rest fits; false when none is left, or one went that must not at this scale. */
static bool fit(struct figures *figures, const struct theme *theme, int scale, int columns)
{
	for (;;) {
		struct figure *last = NULL;
		int used = 2 - GAP;
		for (size_t i = 0; i < figures->count; i++) {
			struct figure *f = &figures->list[i];
			if (f->hidden)
				continue;
			used += figure_columns(theme, f, scale) + GAP * scale;
			last = !last || f->rank >= last->rank ? f : last;
		}
		if (used <= columns || !last)
			return last != NULL;
		if (last->rank <= RANK_MUST && scale > 1)
			return false;
		last->hidden = true;
	}
}

/* Collects what fits at the largest scale at which all that must be does; returns that scale, 0 at none. */
static int choose(struct figures *figures, const struct wall_sight *sight, int columns, int lines)
{
	for (int scale = SCALE_MAX; scale > 0; scale--) {
		*figures = (struct figures){.count = 0};
		collect(figures, sight);
		if (BIG_ROWS(scale) <= lines / SHARE && fit(figures, sight->look.theme, scale, columns))
			return scale;
	}
	return 0;
}

int wall_figures_rows(const struct wall_sight *sight, int columns, int lines)
{
	struct figures figures;
	int scale = choose(&figures, sight, columns, lines);
	return scale ? BIG_ROWS(scale) + 1 : 0;
}

void wall_figures_draw(const struct wall_sight *sight, int lines, const struct canvas *c)
{
	struct figures figures;
	int scale = choose(&figures, sight, c->w, lines), left = 1, right = c->w - 1;
	for (size_t i = 0; scale && i < figures.count; i++) {
		const struct figure *f = &figures.list[i];
		int columns = figure_columns(c->theme, f, scale), x = f->right ? right - columns : left;
		if (f->hidden)
			continue;
		big_draw(c, 0, x, scale, f->face, f->text);
		canvas_text(c, BIG_ROWS(scale), x, f->face, f->label);
		if (f->right)
			right -= columns + GAP * scale;
		else
			left += columns + GAP * scale;
	}
}
