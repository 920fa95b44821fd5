/* summary.c - the first line: how the fleet is, in one look. */
#include "view.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "pieces.h"

#include <stdio.h>

/* Ranks: what goes first when the line is too short has the highest. */
enum {
	RANK_ALWAYS,
	RANK_COUNTS,
	RANK_PAUSED,
	RANK_FILTER,
	RANK_CLOCK,
	RANK_NFS,
	RANK_MEMORY,
	RANK_LB,
	RANK_MODELS,
	RANK_QUIET,
	RANK_EVERY,
	RANK_NAME
};

static void add_states(struct pieces *pieces, const struct totals *totals)
{
	enum face face = totals->ok == totals->instances ? FACE_OK : FACE_NORMAL;
	/* TRANSLATORS: of the first line, where every column counts, as does all that follows here */
	pieces_add(pieces, RANK_ALWAYS, false, face, _("%zu/%zu ok"), totals->ok, totals->instances);
	for (int state = 0; state < STATE_COUNT; state++) {
		bool grave = state_severity((enum state)state) != SEVERITY_NONE;
		if (state == STATE_OK || totals->by_state[state] == 0)
			continue;
		pieces_add(pieces, grave ? RANK_COUNTS : RANK_QUIET, false,
			theme_state_face((enum state)state), "%zu %s", totals->by_state[state],
			state_name((enum state)state));
	}
}

static void add_store(struct pieces *pieces, const struct totals *totals, const struct fleet *fleet)
{
	size_t wrong = totals->by_state[STATE_NFS];
	if (wrong > 0)
		pieces_add(pieces, RANK_NFS, false, FACE_CRITICAL, "NFS! %zu", wrong);
	else if (totals->nfs_failed > 0)
		pieces_add(pieces, RANK_NFS, false, FACE_WARNING, "NFS!");
	else if (totals->nfs_expected > 0 && totals->nfs_ok == totals->nfs_expected)
		pieces_add(pieces, RANK_NFS, false, FACE_OK, "%s", _("NFS ok"));
	else if (totals->nfs_expected > 0)
		pieces_add(pieces, RANK_NFS, false, FACE_DIM, "NFS %zu/%zu", totals->nfs_ok,
			totals->nfs_expected);
	if (fleet->balancer.link.status == LINK_OK)
		pieces_add(pieces, RANK_LB, false, totals->by_state[STATE_LB] ? FACE_WARNING : FACE_OK,
			"LB %zu/%zu", totals->pool_up, totals->pool_servers);
	else if (fleet->balancer.link.status == LINK_FAILED)
		pieces_add(pieces, RANK_LB, false, FACE_WARNING, "LB!");
}

void summary_add(struct pieces *pieces, const struct fleet *fleet)
{
	struct totals totals;
	char buf[64];
	fleet_totals(fleet, &totals);
	pieces_add(pieces, RANK_NAME, false, FACE_TITLE, "ollama-top");
	add_states(pieces, &totals);
	pieces_add(pieces, RANK_MODELS, false, FACE_NORMAL,
		P_("%zu model loaded", "%zu models loaded", totals.models_loaded), totals.models_loaded);
	if (totals.memory_used >= 0 && totals.memory_limit > 0)
		pieces_add(pieces, RANK_MEMORY, false, FACE_NORMAL, "%s",
			format_usage(buf, sizeof(buf), totals.memory_used, totals.memory_limit));
	add_store(pieces, &totals, fleet);
}

/* That what is shown was, and when: never left out. */
static void add_replay(struct pieces *pieces, const struct ui_replay *replay, const struct look *look)
{
	char date[32];
	format_date(date, sizeof(date), look->wall);
	if (replay->ended(replay->user))
		pieces_add(pieces, RANK_ALWAYS, true, FACE_NOTICE, _("REPLAY ended %s"), date);
	else if (replay->paused(replay->user))
		pieces_add(pieces, RANK_ALWAYS, true, FACE_NOTICE, _("REPLAY paused %s"), date);
	else
		pieces_add(pieces, RANK_ALWAYS, true, FACE_NOTICE, _("REPLAY %gx %s"), replay->speed, date);
}

void summary_draw(struct ui *ui, const struct look *look, const struct canvas *line)
{
	struct pieces pieces = {0};
	char buf[64];
	const struct view *view = ui_view(ui);
	summary_add(&pieces, ui->fleet);
	if (ui->options.replay)
		add_replay(&pieces, ui->options.replay, look);
	else if (watch_paused(ui->options.watch))
		pieces_add(&pieces, RANK_PAUSED, true, FACE_NOTICE, "%s", _("PAUSED"));
	if (view->filter && view->filter[0])
		pieces_add(&pieces, RANK_FILTER, true, FACE_NOTICE, _("filter: %s"), view->filter);
	/* Where they have no pane, that something is under way must be told all the same. */
	size_t active = ui->options.ops && view->ops->id != VIEW_MAIN ? ops_active(ui->options.ops) : 0;
	if (active > 0)
		pieces_add(&pieces, RANK_PAUSED, true, FACE_BUSY,
			P_("%zu operation", "%zu operations", active), active);
	size_t armed = autoscale_armed(look->autoscale);
	if (armed > 0)
		pieces_add(&pieces, RANK_PAUSED, true, FACE_BUSY, _("autoscale: %zu armed"), armed);
	/* A replay has told the time. */
	pieces_add(&pieces, RANK_CLOCK, true, FACE_NORMAL, "%s",
		ui->options.replay ? "" : format_time(buf, sizeof(buf), look->wall, look->wall));
	double seconds = (double)ui->fleet->spec->refresh_ms / 1000;
	pieces_add(&pieces, RANK_EVERY, true, FACE_DIM, _("every %.3gs"), seconds);
	pieces_draw(&pieces, line, 2);
}
