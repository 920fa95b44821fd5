/* pane_events.c - the latest events, where the servers leave room for them. */
#include "view.h"

#include "event_line.h"
#include "ollama-top/i18n.h"

/* Fewer are not worth their heading. */
#define LEAST 3

static int event_lines(const struct look *look, int spare)
{
	int have = (int)look->fleet->event_count;
	return have < spare ? have : spare;
}

static void draw(const struct look *look, const struct canvas *c)
{
	for (int y = 0; y < c->h; y++) {
		const struct event *event = fleet_event(look->fleet, (size_t)y);
		struct canvas line = canvas_sub(c, y, 1, 1, c->w - 1);
		if (event)
			event_line_draw(look, event, 0, &line);
	}
}

const struct pane pane_events = {N_("events"), LEAST, event_lines, draw};
