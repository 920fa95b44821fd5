/*
 * ui.h - the console: an ncurses front end that draws a fleet and never blocks.
 */
#ifndef OLLAMA_TOP_UI_H
#define OLLAMA_TOP_UI_H

#include "ollama-top/autoscale.h"
#include "ollama-top/fleet.h"
#include "ollama-top/http.h"
#include "ollama-top/loop.h"
#include "ollama-top/ops.h"
#include "ollama-top/watch.h"

#include <stdbool.h>

struct ui;

/* A recording that is shown instead of servers that are watched. */
struct ui_replay {
	double speed;
	bool (*paused)(void *user);
	bool (*ended)(void *user);
	void (*pause)(void *user, bool paused);
	void *user;
};

struct ui_options {
	uv_loop_t *loop;
	const struct clock *clock;
	struct fleet *fleet;
	struct watch *watch;         /* NULL: a replay, in which nothing can be asked */
	struct ops *ops;             /* NULL: read-only, and no key leads to an operation */
	struct autoscale *autoscale; /* the scaling policies; armed only where there are operations */
	struct tunnels *tunnels;
	struct http *http;              /* for the logs */
	const struct ui_replay *replay; /* copied; NULL: none */
	bool read_only, ascii, no_color;
	/*
	 * Called when the user leaves: bring the operations to their end, then stop the loop's other
	 * users. The console goes on meanwhile and shows what is waited for; called again when the user
	 * does not wait any longer: stop at once. The status is 0 for q and 130 when a signal or the
	 * loss of the terminal ended it.
	 */
	void (*on_quit)(void *user, int exit_status);
	void *user;
};

/*
 * Takes over the terminal and paints the first screen before it returns, from the spec
 * alone. NULL with a message on stderr when there is no usable terminal. The terminal is
 * given back as it was found by ui_free(), on exit, and on a crash signal.
 */
struct ui *ui_new(const struct ui_options *options);

/*
 * The fleet or an operation changed: draws 50 ms later, so that answers that come together make one picture, at
 * most four times a second when something happened and once a second when only figures moved. A
 * key is answered at once and does not wait for this.
 */
void ui_changed(struct ui *ui);

/* Gives the terminal back at once; run the loop until it is empty after, so that its handles close. */
void ui_free(struct ui *ui);

#endif
