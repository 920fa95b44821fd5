/*
 * watch.h - watches every server of a fleet: schedules the polls of DESIGN.md section 5,
 * parses the answers and applies them to the fleet. One server's trouble never delays another.
 */
#ifndef OLLAMA_TOP_WATCH_H
#define OLLAMA_TOP_WATCH_H

#include "ollama-top/exec.h"
#include "ollama-top/fleet.h"
#include "ollama-top/http.h"
#include "ollama-top/loop.h"
#include "ollama-top/tunnel.h"

struct watch;

struct watch_options {
	uv_loop_t *loop;
	const struct clock *clock;
	struct http *http;
	struct tunnels *tunnels; /* listened to by the watch; NULL: nothing is reached by ssh */
	struct fleet *fleet;     /* borrowed; changed by the watch */
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
/* What we do to an instance is shown as that; while it drains, its connections are counted each second, ours left out. */
void watch_tend(struct watch *watch, size_t server, const char *instance, enum tending tending);

/*
 * For questions that the watch does not ask itself: where a server's engine and an instance's API are
 * asked, NULL when there is no such place. Good until watch_close(), and for a discovered instance
 * until its address changes.
 */
struct http_endpoint *watch_engine(const struct watch *watch, size_t server);
struct http_endpoint *watch_api(const struct watch *watch, size_t server, const char *instance);
/*
 * Runs a command (NULL-terminated) in the container of an instance. The caller keeps the deadline: a
 * command that never ends is given up with exec_cancel(). NULL when it cannot be tried.
 */
struct exec *watch_exec(struct watch *watch, size_t server, const char *instance, const char *const *argv,
	exec_done_fn *done, void *user);

/*
 * snapshot: two samples one second apart (statistics need a delta), then on_ready once when
 * every question has been answered or has failed, at the latest after `timeout_ms`.
 */
void watch_once(struct watch *watch, int64_t timeout_ms, void (*on_ready)(void *user), void *user);

#endif
