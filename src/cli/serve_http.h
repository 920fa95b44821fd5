/*
 * serve_http.h - the exporter's HTTP server: /metrics, /healthz, and a page that leads there.
 *
 * libmicrohttpd without a thread: its epoll descriptor is one more that the loop waits for, so an answer is made between
 * two turns of it, from the state as it is, without locks or copies, and never waits for a server. Only GET and HEAD.
 */
#ifndef CLI_SERVE_HTTP_H
#define CLI_SERVE_HTTP_H

#include "metrics.h"
#include "ollama-top/loop.h"

#include <stdint.h>

#define SERVE_CONNECTIONS_MAX 64
#define SERVE_REQUEST_MAX     16384 /* bytes of a request's head, and of what is kept for a connection */
#define SERVE_SILENCE_S       10    /* after which a connection is closed */

struct serve_http;

struct serve_http_options {
	uv_loop_t *loop;
	const struct clock *clock;
	const struct fleet *fleet;
	const struct autoscale *autoscale; /* NULL: no policy is followed here */
	int socket;                        /* listening; owned from here on, whatever comes of it */
	/* Fills in what the exporter knows of itself, but for scrapes and durations. */
	void (*fill)(void *user, struct metrics_self *self);
	void *user;
};

/* NULL when it cannot be started. */
struct serve_http *serve_http_new(const struct serve_http_options *options);
/* Closes every connection; run the loop until it is empty, then serve_http_free(). NULL is allowed, in both. */
void serve_http_close(struct serve_http *http);
void serve_http_free(struct serve_http *http);

#endif
