/*
 * wall_picture.h - the wall's picture, from the fleet and the moment alone; private to the wall's files.
 *
 * From above: a line of summary with the age of the data, a heartbeat and the clock; a band of large figures; the alerts;
 * and the panes, as many as there is room for, the others on pages that follow by themselves.
 */
#ifndef UI_WALL_PICTURE_H
#define UI_WALL_PICTURE_H

#include "canvas.h"
#include "look.h"
#include "roster.h"

#include <stdbool.h>

/* What one picture is drawn from. */
struct wall_sight {
	struct look look;
	const struct roster *roster;
	int64_t data_age; /* ms since anything arrived from a server, or since the start */
	bool stale;       /* nothing arrives any more: that age is shown, and no figure as current */
	bool fresh_alert; /* a critical alert came within the last seconds: it is drawn in reverse */
	int page;         /* counted from 0, taken around the pages there are */
};

/*
 * When an instance or an engine last gave a good answer; 0: none has. The balancer and NFS do not count: what they say is
 * little of what is shown.
 */
int64_t wall_answered_at(const struct fleet *fleet);

/* Whether any of them answers these days: within three intervals of what it is asked. */
bool wall_hears(const struct look *look);

/* When the newest of the critical alerts that nobody acknowledged began; 0: there is none. */
int64_t wall_critical_at(const struct fleet *fleet);

/* Draws it and returns how many pages there are, at least 1. */
int wall_picture(const struct wall_sight *sight, const struct canvas *c);

/* wall_figures.c: the large figures; the rows that they take at a size of screen, 0 where it is too small for any. */
int wall_figures_rows(const struct wall_sight *sight, int columns, int lines);
void wall_figures_draw(const struct wall_sight *sight, int lines, const struct canvas *c);

/* wall_alerts.c: the alerts, gravest first. Rows wanted of `most`; draws, and returns how many had no room. */
int wall_alerts_rows(const struct wall_sight *sight, int columns, int lines, int most);
size_t wall_alerts_draw(const struct wall_sight *sight, int lines, const struct canvas *c);
/* Those from the `first` on, one a line. */
void wall_alerts_list(const struct wall_sight *sight, size_t first, const struct canvas *c);

/* wall_servers.c: servers with their instances, in lanes side by side and on as many pages as it takes. */
struct wall_lanes {
	int lanes, height; /* side by side; lines of each below its titles */
	int pages;
};
struct wall_lanes wall_servers_fit(const struct wall_sight *sight, int columns, int lines);
void wall_servers_draw(
	const struct wall_sight *sight, const struct wall_lanes *fit, int page, const struct canvas *c);

#endif
