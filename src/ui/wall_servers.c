/*
 * wall_servers.c - every server with its instances in lanes side by side, column after column.
 *
 * A column begins with the titles and the heading of its first server, also when that server began in the column before. A
 * server that fits a column whole is not torn apart, and what fits one page is spread evenly over its lanes.
 */
#include "view.h"
#include "wall_picture.h"

#define LANE_COLUMNS 100
#define LANES_MAX    4
#define LANE_GAP     2
#define TITLES       1
#define TORN_LEAST \
	4 /* lines at the foot of a column that are worth beginning a server there that is torn in any case */

/* Where the next line comes from; line 0 of a server is its heading. */
struct place {
	size_t server;
	int line;
};

static int server_lines(const struct wall_sight *sight, size_t s)
{
	const struct roster *roster = sight->roster;
	return 1 + server_notes(&sight->look, &sight->look.fleet->servers[s]) +
	       (int)(roster->first[s + 1] - roster->first[s]);
}

static void draw_heading(
	const struct wall_sight *sight, const struct server *server, const struct canvas *line)
{
	canvas_repeat(line, 0, 0, line->w, FACE_BORDER, theme_glyph(line->theme, GLYPH_HLINE));
	server_heading(&sight->look, server, line);
}

static void draw_line(const struct wall_sight *sight, const struct place *at, const struct canvas *line)
{
	const struct server *server = &sight->look.fleet->servers[at->server];
	int notes = server_notes(&sight->look, server);
	if (at->line == 0) {
		draw_heading(sight, server, line);
	} else if (at->line <= notes) {
		server_note_draw(&sight->look, server, at->line - 1, line);
	} else {
		const struct roster *roster = sight->roster;
		size_t index = roster->first[at->server] + (size_t)(at->line - 1 - notes);
		if (roster->rows[index].instance)
			instance_draw(&sight->look, roster, &roster->rows[index], line);
		else
			server_empty_draw(&sight->look, server, line);
	}
}

/* Whether a server of so many lines begins in the `room` that a column has left of its `height`. */
static bool begins(int lines, int room, int height)
{
	return room == height || lines <= room || (lines > height && room >= TORN_LEAST);
}

/* Moves past what stands in one column, at least a line; draws it when there is a canvas. */
static void fill(const struct wall_sight *sight, struct place *at, int height, const struct canvas *c)
{
	int y = 0;
	for (; at->server < sight->look.fleet->server_count && y < height; at->server++, at->line = 0) {
		int lines = server_lines(sight, at->server);
		if (at->line == 0 && !begins(lines, height - y, height))
			return;
		if (at->line > 0 && height > 1) {
			struct place head = {at->server, 0};
			if (c) {
				struct canvas line = canvas_sub(c, y, 0, 1, c->w);
				draw_line(sight, &head, &line);
			}
			y++;
		}
		for (; at->line < lines && y < height; at->line++, y++)
			if (c) {
				struct canvas line = canvas_sub(c, y, 0, 1, c->w);
				draw_line(sight, at, &line);
			}
		if (at->line < lines)
			return;
	}
}

static int columns_of(const struct wall_sight *sight, int height)
{
	struct place at = {0, 0};
	int count = 0;
	for (; at.server < sight->look.fleet->server_count; count++)
		fill(sight, &at, height, NULL);
	return count > 0 ? count : 1;
}

struct wall_lanes wall_servers_fit(const struct wall_sight *sight, int columns, int lines)
{
	struct wall_lanes fit = {columns / LANE_COLUMNS, lines - TITLES, 1};
	int servers = (int)sight->look.fleet->server_count;
	fit.lanes = fit.lanes > LANES_MAX ? LANES_MAX : fit.lanes;
	fit.lanes = fit.lanes > servers ? servers : fit.lanes;
	fit.lanes = fit.lanes < 1 ? 1 : fit.lanes;
	fit.height = fit.height < 1 ? 1 : fit.height;
	int count = columns_of(sight, fit.height);
	fit.pages = (count + fit.lanes - 1) / fit.lanes;
	while (fit.pages == 1 && fit.height > 1 && columns_of(sight, fit.height - 1) <= fit.lanes)
		fit.height--;
	return fit;
}

void wall_servers_draw(
	const struct wall_sight *sight, const struct wall_lanes *fit, int page, const struct canvas *c)
{
	struct place at = {0, 0};
	for (int i = 0; i < page * fit->lanes; i++)
		fill(sight, &at, fit->height, NULL);
	for (int lane = 0; lane < fit->lanes && at.server < sight->look.fleet->server_count; lane++) {
		int x = c->w * lane / fit->lanes, end = c->w * (lane + 1) / fit->lanes;
		int width = end - x - (lane + 1 < fit->lanes ? LANE_GAP : 0);
		struct canvas titles = canvas_sub(c, 0, x, 1, width);
		struct canvas body = canvas_sub(c, TITLES, x, fit->height, width);
		instance_titles(&sight->look, sight->roster, &titles);
		fill(sight, &at, fit->height, &body);
	}
}
