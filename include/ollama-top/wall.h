/*
 * wall.h - the wall: a console that nobody sits at. It draws a fleet for a whole room and knows no key but quit.
 *
 * It is read-only by construction: it is given the fleet to look at and nothing by which anything could be asked or done.
 */
#ifndef OLLAMA_TOP_WALL_H
#define OLLAMA_TOP_WALL_H

#include "ollama-top/fleet.h"
#include "ollama-top/loop.h"

#include <stdbool.h>

struct wall;

struct wall_options {
	uv_loop_t *loop;
	const struct clock *clock;
	const struct fleet *fleet;
	bool ascii, no_color;
	bool bell; /* ring the terminal's at a new critical alert */
	/* Stop the loop's other users: 0 for q, 130 when a signal or the loss of the terminal ended it. */
	void (*on_quit)(void *user, int exit_status);
	void *user;
};

/*
 * Takes over the terminal and paints the first picture before it returns. NULL with a message on stderr when there is no
 * usable terminal. Given back as ui_new() says.
 */
struct wall *wall_new(const struct wall_options *options);

/* The fleet changed: what happened is drawn at once, figures with the next second. */
void wall_changed(struct wall *wall);

/* Gives the terminal back at once; run the loop until it is empty after, so that its handles close. */
void wall_free(struct wall *wall);

#endif
