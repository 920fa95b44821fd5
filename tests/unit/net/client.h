/*
 * client.h - a loop with an HTTP client on it, and what came of its requests.
 */
#ifndef OLLAMA_TOP_TESTS_NET_CLIENT_H
#define OLLAMA_TOP_TESTS_NET_CLIENT_H

#include "ollama-top/http.h"
#include "server.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client {
	uv_loop_t loop;
	struct clock clock;
	struct http *http;
	struct http_endpoint *endpoint; /* the one client_open() made, or NULL */
};

/* What one request came to. */
struct outcome {
	int done; /* how often on_done was called */
	int status;
	char *body; /* NULL before on_done */
	size_t body_len;
	char error[400]; /* "" for none */
	bool failed;     /* response->error was set */
	double latency_ms;
	int64_t date_wall;
	size_t streamed; /* bytes that came through on_data */
};

/* Opens a client with an endpoint at `base` ("" for none). */
void client_open(struct client *c, const char *base);
void client_open_server(struct client *c, const struct server *server);
/* Frees the endpoint, closes the client, runs the loop until it is empty: any handle left fails the test. */
void client_close(struct client *c);

/* Sends a GET of `path` through `endpoint`, and records in `o`, which is cleared first. */
struct http_request *client_get(
	struct http_endpoint *endpoint, const char *path, int64_t deadline_ms, struct outcome *o);
/* The same as a stream. */
struct http_request *client_stream(
	struct http_endpoint *endpoint, int64_t deadline_ms, int64_t idle_ms, struct outcome *o);
void record(void *outcome, const struct http_response *response);

/* Runs the loop until the request is done, at most ten seconds. */
void client_wait(struct client *c, struct outcome *o);
/* Runs the loop for a while. */
void client_run(struct client *c, int ms);
/* GET of "/" with a deadline of two seconds, start to end. */
void client_fetch(struct client *c, struct outcome *o);
void outcome_clear(struct outcome *o);

int64_t mono_ms(void);

#endif
