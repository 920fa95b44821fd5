#include "wall_picture.h"

#include "ollama-top/i18n.h"
#include "pieces.h"
#include "view.h"

#include <stdio.h>

#define SMALL_LINES  16 /* below this, lines that only part things are left out */
#define ALERTS_SHARE 3  /* of the lines that are left: one in so many may go to alerts */
#define BODY_LEAST   3
#define BEATS        4
#define RANK_EVERY   20

#define ENGINE_ROUNDS 15 /* how often an engine is asked when no container of it runs */

static void newer(int64_t *newest, const struct link *link)
{
	if (link->answered_at > *newest)
		*newest = link->answered_at;
}

int64_t wall_answered_at(const struct fleet *fleet)
{
	int64_t newest = 0;
	for (size_t s = 0; s < fleet->server_count; s++) {
		const struct server *server = &fleet->servers[s];
		newer(&newest, &server->docker);
		for (size_t i = 0; i < server->instance_count; i++)
			newer(&newest, &server->instances[i]->api);
	}
	return newest;
}

bool wall_hears(const struct look *look)
{
	for (size_t s = 0; s < look->fleet->server_count; s++) {
		const struct server *server = &look->fleet->servers[s];
		const struct link *docker = &server->docker;
		if (docker->status == LINK_OK && !look_stale(look, docker->answered_at, ENGINE_ROUNDS))
			return true;
		for (size_t i = 0; i < server->instance_count; i++) {
			int64_t at = server->instances[i]->api.answered_at;
			if (at && !look_stale(look, at, 1))
				return true;
		}
	}
	return false;
}

int64_t wall_critical_at(const struct fleet *fleet)
{
	int64_t newest = 0;
	for (size_t i = 0; i < fleet->alert_count; i++) {
		const struct alert *alert = &fleet->alerts[i];
		if (alert->severity == SEVERITY_CRITICAL && !alert->acknowledged && alert->since > newest)
			newest = alert->since;
	}
	return newest;
}

/* A block that steps on with every second: where it stands still, so does the program. */
static const char *heartbeat(char *buf, size_t size, const struct wall_sight *sight)
{
	const struct theme *theme = sight->look.theme;
	int at = (int)(sight->look.wall / 1000 % BEATS);
	size_t length = 0;
	buf[0] = 0;
	for (int i = 0; i < BEATS; i++)
		length += (size_t)snprintf(buf + length, size - length, "%s",
			theme_glyph(theme, i == at ? GLYPH_BAR_FULL : GLYPH_BAR_EMPTY));
	return buf;
}

static void draw_head(const struct wall_sight *sight, const struct canvas *line)
{
	const struct look *look = &sight->look;
	struct pieces pieces = {0};
	char buf[64];
	summary_add(&pieces, look->fleet);
	for (size_t i = 0; sight->stale && i < pieces.count; i++)
		pieces.list[i].face = FACE_DIM;
	if (look->replay)
		pieces_add(&pieces, 0, true, FACE_NOTICE, _("REPLAY %s"),
			format_date(buf, sizeof(buf), look->wall));
	if (sight->stale)
		pieces_add(&pieces, 0, true, FACE_CRITICAL, _("data %s old"),
			format_age(buf, sizeof(buf), look_age(look, look->now - sight->data_age)));
	pieces_add(&pieces, RANK_EVERY, true, FACE_DIM, _("every %.3gs"),
		(double)look->fleet->spec->refresh_ms / 1000);
	pieces_add(&pieces, 0, true, sight->stale ? FACE_CRITICAL : FACE_OK, "%s",
		heartbeat(buf, sizeof(buf), sight));
	pieces_add(&pieces, 1, true, FACE_TITLE, "%s",
		look->replay ? "" : format_time(buf, sizeof(buf), look->wall, look->wall));
	pieces_draw(&pieces, line, 2);
}

/* The line above a part: what it is on the left, which page of how many on the right. */
static void draw_rule(const struct canvas *c, int y, const char *title, const char *position)
{
	struct canvas line = canvas_sub(c, y, 0, 1, c->w);
	struct pieces pieces = {0};
	canvas_repeat(&line, 0, 0, line.w, FACE_BORDER, theme_glyph(c->theme, GLYPH_HLINE));
	pieces_add(&pieces, 0, false, FACE_TITLE, "%s", title);
	pieces_add(&pieces, 0, true, FACE_TITLE, "%s", position);
	pieces_draw(&pieces, &line, 2);
}

/* What is shown below the alerts, and on how many pages. */
struct panes {
	struct wall_lanes servers;
	int transfers;    /* lines of theirs, below the servers on each page */
	int events;       /* lines of theirs below the servers, 0: they have a page of their own */
	size_t more;      /* alerts that had no room: a page of their own */
	int pages, lines; /* in all; lines of the body below its rule */
	bool ruled;
};

static void share_out(const struct wall_sight *sight, const struct canvas *body, struct panes *p)
{
	int rule = p->ruled;
	p->lines = body->h - rule;
	p->transfers = pane_transfers.lines(&sight->look, p->lines - BODY_LEAST - 1);
	if (p->lines - p->transfers - 1 < BODY_LEAST)
		p->transfers = 0;
	int lines = p->lines - (p->transfers ? p->transfers + rule : 0);
	p->servers = wall_servers_fit(sight, body->w, lines);
	int spare = lines - p->servers.height - 1 - rule;
	bool below = p->servers.pages == 1 && spare >= pane_events.least;
	p->events = below ? pane_events.lines(&sight->look, spare) : 0;
	bool page = !below && sight->look.fleet->event_count > 0;
	p->pages = p->servers.pages + page + (p->more > 0);
}

/* A pane below the servers with its rule, if there is one. */
static int draw_pane(const struct wall_sight *sight, const struct pane *pane, const struct panes *p,
	const struct canvas *body, int y, int lines)
{
	if (lines == 0)
		return y;
	if (p->ruled)
		draw_rule(body, y++, _(pane->title), "");
	struct canvas part = canvas_sub(body, y, 0, lines, body->w);
	pane->draw(&sight->look, &part);
	return y + lines;
}

static void draw_servers(
	const struct wall_sight *sight, const struct panes *p, int page, const struct canvas *body)
{
	wall_servers_draw(sight, &p->servers, page, body);
	int y = p->servers.height + 1;
	y = draw_pane(sight, &pane_transfers, p, body, y, p->transfers);
	(void)draw_pane(sight, &pane_events, p, body, y, p->events);
}

static void draw_body(const struct wall_sight *sight, const struct panes *p, const struct canvas *c)
{
	char position[96] = "";
	int page = sight->page % p->pages;
	struct canvas body = canvas_sub(c, p->ruled, 0, p->lines, c->w);
	if (p->pages > 1)
		(void)snprintf(position, sizeof(position), _("page %d of %d"), page + 1, p->pages);
	const char *title = _("servers");
	if (page < p->servers.pages) {
		draw_servers(sight, p, page, &body);
	} else if (p->more > 0 && page == p->servers.pages) {
		title = _("more alerts");
		wall_alerts_list(sight, sight->look.fleet->alert_count - p->more, &body);
	} else {
		title = _(pane_events.title);
		pane_events.draw(&sight->look, &body);
	}
	if (p->ruled)
		draw_rule(c, 0, title, position);
}

int wall_picture(const struct wall_sight *sight, const struct canvas *c)
{
	struct panes panes = {.ruled = c->h >= SMALL_LINES};
	struct canvas head = canvas_sub(c, 0, 0, 1, c->w);
	int gap = panes.ruled, figures = wall_figures_rows(sight, c->w, c->h), y = 1 + gap;
	draw_head(sight, &head);
	if (figures > 0) {
		struct canvas band = canvas_sub(c, y, 0, figures, c->w);
		wall_figures_draw(sight, c->h, &band);
		y += figures + gap;
	}
	if (panes.ruled)
		draw_rule(c, y++, _("alerts"), "");
	int left = c->h - y, most = left / ALERTS_SHARE > 1 ? left / ALERTS_SHARE : 2;
	struct canvas alerts = canvas_sub(c, y, 0, wall_alerts_rows(sight, c->w, c->h, most), c->w);
	panes.more = wall_alerts_draw(sight, c->h, &alerts);
	y += alerts.h;
	struct canvas body = canvas_sub(c, y, 0, c->h - y, c->w);
	share_out(sight, &body, &panes);
	draw_body(sight, &panes, &body);
	return panes.pages;
}
