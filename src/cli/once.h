/*
 * once.h - a fleet that is looked at once: two samples, then an end. What snapshot and doctor share.
 */
#ifndef CLI_ONCE_H
#define CLI_ONCE_H

#include "app.h"

struct once {
	struct app app;
	uv_signal_t signals[2];
	bool listening; /* to SIGINT and SIGTERM */
	bool ready, interrupted;
	bool cut_off; /* a recording could not be read to its end */
};

/*
 * Reads the configuration, starts watching, and runs the loop until all is answered or `patience_ms`
 * (0: what follows from the timeout) is over. True when there is something to show; otherwise
 * *exit_status says how to leave. once_close() is due in both cases.
 */
bool once_run(struct once *once, const struct options *options, int64_t patience_ms, int *exit_status);

/*
 * The two halves of once_run(): reads the configuration, and *exit_status says how to leave when that fails; then
 * watches as said above, false when a signal ended it.
 */
bool once_open(struct once *once, const struct options *options, int *exit_status);
bool once_look(struct once *once, int64_t patience_ms);

/* SIGINT and SIGTERM: runs the loop on until uv_stop(); false when a signal ended it. */
bool once_more(struct once *once);

/* Signals do what they always do from here on, so that a reader who does not read can be left. */
void once_unlisten(struct once *once);

/* As app_close(). */
int once_close(struct once *once, int exit_status);

#endif
