/*
 * serve.h - how a request reaches a handler.
 *
 * One process, one thread: a libuv loop drives one libmicrohttpd daemon that has no listening
 * socket of its own. The server opens a listening socket for each address and port that the world
 * publishes (Ollama of each running container, Docker of each server, Traefik, control), closes
 * them when a container stops, and hands accepted connections to the daemon. Routes are tables.
 *
 * A handler answers at once (SERVE_DONE after one of the serve_reply functions), or returns
 * SERVE_AGAIN: the request sleeps and the handler is called again after each change of the world
 * and each tick (100 ms), with what it kept in request->state. Streams are filled in the same way.
 * Everything runs on the loop's thread; no handler may block.
 */
#ifndef SIM_SERVE_H
#define SIM_SERVE_H

#include "world.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum serve_kind { SERVE_OLLAMA, SERVE_DOCKER, SERVE_TRAEFIK, SERVE_CONTROL, SERVE_OPENAI, SERVE_KIND_COUNT };

enum serve_result { SERVE_DONE, SERVE_AGAIN };

#define SERVE_PARAMS_MAX 4
#define SERVE_BODY_MAX   ((size_t)4 << 20)

struct serve;

struct serve_request {
	struct serve *serve;
	struct world *world;
	enum serve_kind kind;
	struct world_server *server; /* whose Docker, or whose Ollama; NULL for Traefik and control */
	struct world_container *
		container; /* the Ollama, or other server of models, that is asked; else NULL. Looked up afresh for each call. */
	const char *method, *path;      /* path without query; for Docker without "/v1.NN" */
	char api_version[8];            /* Docker: "1.41" from the path, "" without */
	char *params[SERVE_PARAMS_MAX]; /* what '*' and '**' of the pattern matched, percent-decoded */
	const char *body;               /* NUL-terminated; "" without */
	size_t body_len;
	int64_t arrived; /* uv_now() */
	void *context;   /* of its kind: serve_context() */
	void *state;     /* the handler's own, kept between calls */
	void (*free_state)(void *state);
};

typedef enum serve_result serve_handler(struct serve_request *request);

/*
 * Pattern: '*' matches one path segment, '**' one or more (image names); anything else itself.
 * The first route that matches method and pattern wins. A GET route answers HEAD too. A path that
 * matches under another method only gets 405 (Ollama) or 404; no match at all is 404.
 */
struct serve_route {
	const char *method, *pattern;
	serve_handler *handler;
};

struct serve *serve_new(uv_loop_t *loop, struct world *world);
/* Closes listeners, connections and handles; run the loop until it is empty, then serve_free(). */
void serve_close(struct serve *serve);
void serve_free(struct serve *serve);

/* The table is borrowed and must outlive the server. */
void serve_routes(struct serve *serve, enum serve_kind kind, const struct serve_route *routes, size_t count);
/* Called before routing, to set headers or refuse: true when it has replied itself. */
void serve_before(struct serve *serve, enum serve_kind kind, bool (*before)(struct serve_request *request));

/* What a kind keeps between its requests (Docker: its exec instances); freed by serve_free(). */
void serve_context(
	struct serve *serve, enum serve_kind kind, void *context, void (*free_context)(void *context));

/* Opens and closes listening sockets to match the world; false with a message when one cannot be bound. */
bool serve_sync(struct serve *serve, char *error, size_t size);
/* The loopback port of the control endpoint; 0, the default, for none. */
void serve_control_port(struct serve *serve, int port);
/* The port that could be bound now: `port` itself, or a free one for 0; -1 when it is taken. */
int serve_probe_port(const char *host, int port);
/* The world changed: wakes what sleeps at the next turn of the loop. world->on_change calls it. */
void serve_wake(struct serve *serve);

/* Reading a request. NULL where there is none; values are valid until the reply. */
const char *serve_query(const struct serve_request *request, const char *name);
bool serve_query_bool(
	const struct serve_request *request, const char *name, bool otherwise); /* 1, true, True */
/* Every value of a query key that may be repeated: the i-th, NULL after the last. */
const char *serve_query_nth(const struct serve_request *request, const char *name, size_t i);
const char *serve_header(const struct serve_request *request, const char *name);
/* Milliseconds since it arrived. */
int64_t serve_age(const struct serve_request *request);
/* The body as JSON, to be freed with cJSON_Delete(); NULL when it is none. */
cJSON *serve_json(const struct serve_request *request);

/* Replying. Each returns SERVE_DONE, so that a handler can end in it. Text is copied. */
void serve_add_header(struct serve_request *request, const char *name, const char *value);
enum serve_result serve_reply(
	struct serve_request *request, int status, const char *content_type, const char *body, size_t len);
enum serve_result serve_text(
	struct serve_request *request, int status, const char *content_type, const char *text);
/* Takes ownership of json. NULL (out of memory) answers 500. Docker's answers end in a newline, Ollama's do not. */
enum serve_result serve_reply_json(struct serve_request *request, int status, cJSON *json);
/* {"error":"..."} (Ollama, Traefik, control) or {"message":"..."} (Docker). */
enum serve_result serve_error(struct serve_request *request, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum serve_result serve_empty(struct serve_request *request, int status); /* 204, 304 */

/* Output of a stream. */
struct serve_buffer {
	char *data;
	size_t len, size;
	bool failed; /* out of memory: the stream is aborted */
};
void serve_put(struct serve_buffer *out, const void *data, size_t len);
void serve_printf(struct serve_buffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

enum serve_more {
	SERVE_MORE,  /* not over: call again when the world has changed */
	SERVE_END,   /* over, after what was put */
	SERVE_ABORT, /* cut the connection without ending the body properly */
};

/* Puts what there is to say now. Called once at the start and after each change and tick, with room to spare. */
typedef enum serve_more serve_fill(void *user, struct serve_buffer *out);

/* A chunked answer; content_type NULL: without that header. `free_user` is called once when it is over or the client has gone. */
enum serve_result serve_stream(struct serve_request *request, int status, const char *content_type,
	serve_fill *fill, void *user, void (*free_user)(void *user));

/*
 * Answers 101 with "Upgrade: tcp" and `content_type`, then the connection is a raw tube: `fill` as
 * above writes to it, `on_data` gets what the client sends (len 0: the client ended its half).
 * For requests that carry "Upgrade"; see serve_wants_upgrade().
 */
bool serve_wants_upgrade(const struct serve_request *request);
enum serve_result serve_upgrade(struct serve_request *request, const char *content_type, serve_fill *fill,
	void (*on_data)(void *user, const char *data, size_t len), void *user, void (*free_user)(void *user));

/* The tables. ollama.c, traefik.c and control.c are the simulator's; docker_routes() is docker.c's. */
void ollama_routes(struct serve *serve);
void openai_routes(struct serve *serve);
void docker_routes(struct serve *serve);
void traefik_routes(struct serve *serve);
void control_routes(struct serve *serve);

#endif
