/* wall_alerts.c - what is wrong: the gravest so large that the whole room reads where, and every alert in a line. */
#include "big.h"
#include "event_line.h"
#include "ollama-top/i18n.h"
#include "wall_picture.h"

#include <stdio.h>

#define BANNER_SCALE 1
#define BANNER_ROWS  (BIG_ROWS(BANNER_SCALE) + 1)
#define BANNER_LINES 20 /* of the screen for each banner that it has */
#define BANNER_MAX   3
#define MARGIN       1

static void banner_text(const struct wall_sight *sight, const struct alert *alert, char *buf, size_t size)
{
	char age[16];
	(void)snprintf(buf, size, "%s %s %s", alert->target, alert->label,
		format_age(age, sizeof(age), look_age(&sight->look, alert->since)));
}

/* Of the alerts, which come gravest first, how many have a banner: those that are critical, fit and are not acknowledged. */
static int banners(const struct wall_sight *sight, int columns, int lines)
{
	const struct fleet *fleet = sight->look.fleet;
	char text[FLEET_TEXT_MAX];
	int count = 0, most = lines / BANNER_LINES - 1;
	for (; count < most && count < BANNER_MAX && (size_t)count < fleet->alert_count; count++) {
		const struct alert *alert = &fleet->alerts[count];
		banner_text(sight, alert, text, sizeof(text));
		if (alert->severity != SEVERITY_CRITICAL || alert->acknowledged ||
			big_columns(text, BANNER_SCALE) > columns - 2 * MARGIN)
			break;
	}
	return count;
}

int wall_alerts_rows(const struct wall_sight *sight, int columns, int lines, int most)
{
	int count = (int)sight->look.fleet->alert_count;
	int rows = banners(sight, columns, lines) * BANNER_ROWS + (count > 0 ? count : 1);
	return rows < most ? rows : most;
}

static void draw_alert(const struct wall_sight *sight, const struct alert *alert, const struct canvas *line)
{
	struct canvas c = canvas_sub(line, 0, MARGIN, 1, line->w - 2 * MARGIN);
	if (sight->fresh_alert && alert->severity == SEVERITY_CRITICAL &&
		alert->since >= wall_critical_at(sight->look.fleet)) {
		c.extra = A_REVERSE;
		canvas_blank(&c);
	}
	alert_line_draw(&sight->look, alert, 0, &c);
}

static void draw_banner(
	const struct wall_sight *sight, const struct alert *alert, const struct canvas *c, int y)
{
	char text[FLEET_TEXT_MAX];
	banner_text(sight, alert, text, sizeof(text));
	big_draw(c, y, MARGIN, BANNER_SCALE, FACE_CRITICAL, text);
}

void wall_alerts_list(const struct wall_sight *sight, size_t first, const struct canvas *c)
{
	const struct fleet *fleet = sight->look.fleet;
	for (int y = 0; y < c->h && first + (size_t)y < fleet->alert_count; y++) {
		struct canvas line = canvas_sub(c, y, 0, 1, c->w);
		draw_alert(sight, &fleet->alerts[first + (size_t)y], &line);
	}
}

size_t wall_alerts_draw(const struct wall_sight *sight, int lines, const struct canvas *c)
{
	const struct fleet *fleet = sight->look.fleet;
	int large = banners(sight, c->w, lines), y = large * BANNER_ROWS;
	/* A short list is worth more than the banners of what is in it. */
	while (large > 0 && c->h - y < 2)
		y = --large * BANNER_ROWS;
	for (int i = 0; i < large; i++)
		draw_banner(sight, &fleet->alerts[i], c, i * BANNER_ROWS);
	if (fleet->alert_count == 0) {
		canvas_text(c, y, MARGIN, sight->stale ? FACE_DIM : FACE_OK, _("no alerts"));
		return 0;
	}
	size_t room = (size_t)(c->h - y), shown = fleet->alert_count;
	if (shown > room)
		shown = room > 1 ? room - 1 : room;
	struct canvas list = canvas_sub(c, y, 0, (int)shown, c->w);
	wall_alerts_list(sight, 0, &list);
	if (shown < fleet->alert_count && room > 1)
		canvas_printf(c, c->h - 1, MARGIN, FACE_WARNING,
			P_("and %zu more", "and %zu more", fleet->alert_count - shown),
			fleet->alert_count - shown);
	return fleet->alert_count - shown;
}
