/*
 * app.h - one fleet under watch: what every front end that watches is built on.
 */
#ifndef CLI_APP_H
#define CLI_APP_H

#include "demo.h"
#include "ollama-top/fleet.h"
#include "ollama-top/http.h"
#include "ollama-top/loop.h"
#include "ollama-top/ops.h"
#include "ollama-top/record.h"
#include "ollama-top/tunnel.h"
#include "ollama-top/watch.h"
#include "options.h"

#include <uv.h>

struct app {
	struct fleet_spec *spec;
	struct demo *demo;
	char notice[512]; /* what the demo has to say, or "" */
	struct clock clock;
	uv_loop_t loop;
	bool loop_open;
	struct fleet *fleet;
	struct http *http;
	struct tunnels *tunnels;
	struct watch *watch;
	struct recorder *recorder; /* NULL: nothing is recorded */
	struct replay *replay;     /* in place of http, tunnels and watch, which are NULL then */
	struct ops *ops; /* made by the front end that acts, closed here; NULL: nothing is changed */
	void (*on_change)(void *user); /* set before app_open(), as `user` */
	void *user;
};

/*
 * Reads the configuration that the options name (or starts the demo) and builds everything,
 * nothing asked yet. False when that fails: the message is on stderr, and app_close() is due.
 */
bool app_open(struct app *app, const struct options *options, int *exit_status);

/* Starts to ask the servers, or to replay. */
void app_start(struct app *app);

/*
 * Takes everything down and returns `exit_status`, unless a look-up of a name is stuck in a
 * dead resolver: exit() would wait for its thread, so the process ends here, its output flushed.
 * The terminal must be in order by then.
 */
int app_close(struct app *app, int exit_status);

#endif
