/*
 * watch.h - watches every server of a fleet: schedules the polls of DESIGN.md section 5,
 * parses the answers and applies them to the fleet. One server's trouble never delays another.
 */
#ifndef OLLAMA_TOP_WATCH_H
#define OLLAMA_TOP_WATCH_H

#include "ollama-top/fleet.h"
#include "ollama-top/http.h"
#include "ollama-top/loop.h"

struct watch;

struct watch_options {
	uv_loop_t *loop;
	const struct clock *clock;
	struct http *http;
	struct fleet *fleet; /* borrowed; changed by the watch */
	/* Called at the end of a loop turn in which the fleet changed; at most once per turn. */
	void (*on_change)(void *user);
	void *user;
};

struct watch *watch_new(const struct watch_options *options);
/* Starts polling; the first round goes out at once, later ones are spread over the interval. */
void watch_start(struct watch *watch);
/* Stops; run the loop until it is empty, then watch_free(). */
void watch_close(struct watch *watch);
void watch_free(struct watch *watch);

/* While paused nothing is asked and nothing applied (the event streams stay open and are read later). */
void watch_pause(struct watch *watch, bool paused);
bool watch_paused(const struct watch *watch);
/* Asks everything now. */
void watch_refresh(struct watch *watch);
/* Ends one server's backoff and asks it now. */
void watch_retry(struct watch *watch, size_t server);

/* Asks all instances now what they store; the balancer what its pool is. */
void watch_stored(struct watch *watch);
void watch_balancer(struct watch *watch);
/* Looks at an instance's mounts now. */
void watch_look(struct watch *watch, size_t server, const char *instance);
/* An instance is being drained: shown as that, and its connections are counted each second, ours left out. */
void watch_drain(struct watch *watch, size_t server, const char *instance, bool on);

/*
 * snapshot: two samples one second apart (statistics need a delta), then on_ready once when
 * every question has been answered or has failed, at the latest after `timeout_ms`.
 */
void watch_once(struct watch *watch, int64_t timeout_ms, void (*on_ready)(void *user), void *user);

#endif
