/*
 * serve_private.h - what the parts of the server of requests share: daemon, listeners, replies, streams.
 */
#ifndef SIM_SERVE_PRIVATE_H
#define SIM_SERVE_PRIVATE_H

#include "rpc.h"
#include "serve.h"

#include <microhttpd.h>
#include <sys/socket.h>

#define SERVE_HEADERS_MAX 12
#define SERVE_SEEN_MAX    20000

struct listener;
struct stream;
struct tube;

/* One TCP connection, from accept to close. */
struct conn {
	enum serve_kind kind;
	struct world_server *server;
	char container[65];        /* id, "" for the other kinds */
	struct listener *listener; /* NULL once that is closed: the connection must end too */
	struct pending *pending;   /* the request under way */
	struct stream *stream;     /* the stream under way */
	int fd;
	struct conn *next, **link;
};

/* A request with what the server needs to know about it; the public part comes first. */
struct pending {
	struct serve_request request;
	struct conn *conn;
	struct MHD_Connection *connection;
	const struct serve_route *route;
	struct serve_buffer body;
	struct MHD_Response *response;
	unsigned status;
	char *headers[SERVE_HEADERS_MAX][2];
	size_t header_count;
	bool begun, too_large, sleeping, aborted;
	struct pending *next, **link; /* in serve->sleepers while sleeping */
};

struct stream {
	struct serve *serve;
	struct conn *conn;
	struct MHD_Connection *connection;
	serve_fill *fill;
	void *user;
	void (*free_user)(void *user);
	struct serve_buffer out;
	size_t sent;
	enum serve_more more;
	bool suspended, aborted;
	struct stream *next, **link;
};

struct listener {
	struct serve *serve;
	enum serve_kind kind;
	struct world_server *server;
	char id[65];
	unsigned starts; /* of the container when it was opened */
	char host[40];
	int port, fd;
	uint64_t round; /* of the last sync that wanted it */
	uv_poll_t poll;
	struct conn *conns;
	struct listener *next, **link;
};

struct seen {
	int64_t wall;
	char listener[80];
	char *line; /* "METHOD path?query" */
};

struct serve {
	uv_loop_t *loop;
	struct world *world;
	struct MHD_Daemon *daemon;
	uv_poll_t epoll;
	uv_timer_t timeout, wake, tick;
	bool closing, waking;
	uint64_t round;
	uint64_t ticked; /* uv_now() of the last tick */
	struct listener *listeners;
	struct rpc_listeners rpc;
	struct listener *accepting; /* whose connection is being added */
	struct pending *sleepers;
	struct stream *streams;
	struct tube *tubes;
	const struct serve_route *routes[SERVE_KIND_COUNT];
	size_t route_count[SERVE_KIND_COUNT];
	bool (*before[SERVE_KIND_COUNT])(struct serve_request *request);
	void *context[SERVE_KIND_COUNT];
	void (*free_context[SERVE_KIND_COUNT])(void *context);
	int control_port;
	struct seen seen[SERVE_SEEN_MAX]; /* ring */
	size_t seen_head, seen_count;
};

/* Lets the daemon work on what is ready. */
void serve_pump(struct serve *serve);

/* serve_listen.c */
void serve_listen_accepted(struct serve *serve, int fd, const struct sockaddr *address, socklen_t len);
void serve_listeners_close(struct serve *serve);
/* Ends a connection now, whatever sleeps on it. */
void serve_conn_cut(struct conn *conn);

/* serve_request.c */
enum MHD_Result serve_access(void *user, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size, void **context);
void serve_completed(
	void *user, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code);
void *serve_uri(void *user, const char *uri, struct MHD_Connection *connection);
/* Calls sleeping handlers again. */
void serve_wake_sleepers(struct serve *serve);
void serve_resume(struct pending *pending);

/* serve_reply.c: completes a response and keeps it for the daemon; NULL cuts the connection. */
void serve_finish(
	struct pending *pending, int status, const char *content_type, struct MHD_Response *response);

/* serve_stream.c */
void serve_wake_streams(struct serve *serve);
void serve_stream_abort(struct stream *stream);
void serve_tubes_close(struct serve *serve);

/* serve_hostile.c: the kind of trouble that is to be made, NULL for none. */
const char *serve_hostile_kind(const struct serve_request *request);
/* Answers with the body spoiled; false when nothing is to be spoiled. */
bool serve_hostile_reply(
	struct pending *pending, int status, const char *content_type, const char *body, size_t len);

#endif
