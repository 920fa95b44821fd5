/*
 * record.h - a session written down as it is seen, and seen again.
 *
 * A recording is a file of JSON lines: a header with the configuration, then every change that was made to the fleet.
 * The same changes give the same state, so a replay shows what the live console showed, at any speed.
 */
#ifndef OLLAMA_TOP_RECORD_H
#define OLLAMA_TOP_RECORD_H

#include "ollama-top/fleet.h"
#include "ollama-top/loop.h"

#include <stdbool.h>

/* What is wrong: "FILE: why", or "FILE:LINE: why". */
struct record_error {
	char text[1200];
};

struct recorder;

/*
 * Makes the file (mode 0600; an existing one is refused) and listens to the fleet from now on. Lines are written by a
 * thread. What cannot be written (a full disk, one that does not keep up) ends the recording: the fleet gets an event
 * that says so. With `anonymise` no name or address of anybody is written. NULL with `error` filled.
 */
struct recorder *recorder_open(
	uv_loop_t *loop, struct fleet *fleet, const char *path, bool anonymise, struct record_error *error);
/*
 * Writes what is left, for which it waits at most five seconds, and frees the recorder once the loop has turned.
 * False with `error` filled when not everything is in the file. *stuck: the disk holds a thread that must not be
 * waited for: leave by _exit().
 */
bool recorder_close(struct recorder *recorder, bool *stuck, struct record_error *error);

struct replay;

/* Opens a recording and reads its header. NULL with `error` filled. */
struct replay *replay_open(const char *path, struct record_error *error);
/* The configuration that was recorded; the caller's from here on, once. */
struct fleet_spec *replay_spec(struct replay *replay);
/* A fleet as it was when the recording began, of that spec; the clock is the recording's from here on. */
struct fleet *replay_fleet(
	struct replay *replay, const struct fleet_spec *spec, struct clock *clock, double speed);
/*
 * Plays on the loop, telling `on_change` after what came at the same time. At the end, and at a line that cannot be
 * read, time stands.
 */
void replay_start(struct replay *replay, uv_loop_t *loop, void (*on_change)(void *user), void *user);
/* All at once, to the end. False with `error` when a line could not be read: the fleet is as it was before that. */
bool replay_finish(struct replay *replay, struct record_error *error);
void replay_pause(struct replay *replay, bool paused);
bool replay_paused(const struct replay *replay);
bool replay_ended(const struct replay *replay);
/* Why it ended before the end of the file; NULL: it did not. */
const char *replay_trouble(const struct replay *replay);
/* Frees it, once the loop has turned where it was started. NULL is allowed. */
void replay_close(struct replay *replay);

/* Copies a recording with all names hidden. False with `error` filled; what was written by then is removed. */
bool record_anonymise(const char *from, const char *to, struct record_error *error);

#endif
