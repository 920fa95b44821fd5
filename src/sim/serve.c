/*
 * serve.c - the daemon on the loop: when it runs, how it sleeps, how it ends.
 */
#include "serve_private.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define TICK_MS            100
#define GONE_CHECK_MS      500
#define CONNECTIONS_MAX    16384
#define CONNECTION_MEMORY  ((size_t)32 << 10)
#define CONNECTION_TIMEOUT 0U

static void on_timeout(uv_timer_t *timer)
{
	serve_pump(timer->data);
}

static void on_epoll(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	serve_pump(poll->data);
}

void serve_pump(struct serve *serve)
{
	MHD_UNSIGNED_LONG_LONG left = 0;

	if (serve->closing)
		return;
	MHD_run(serve->daemon);
	if (MHD_get_timeout(serve->daemon, &left) == MHD_YES)
		uv_timer_start(&serve->timeout, on_timeout, left, 0);
	else
		uv_timer_stop(&serve->timeout);
}

static void on_wake(uv_timer_t *timer)
{
	struct serve *serve = timer->data;
	char error[256];

	serve->waking = false;
	if (!serve_sync(serve, error, sizeof error))
		fprintf(stderr, "ollama-top-sim: %s\n", error);
	serve_wake_sleepers(serve);
	serve_wake_streams(serve);
	serve_pump(serve);
}

void serve_wake(struct serve *serve)
{
	if (serve->waking || serve->closing)
		return;
	serve->waking = true;
	uv_timer_start(&serve->wake, on_wake, 0, 0);
}

/* A suspended connection is not watched by the daemon, so nobody else sees its client go. */
static void check_gone(struct serve *serve)
{
	struct pollfd one = {.events = POLLRDHUP};
	struct stream *stream, *next_stream;
	struct pending *pending, *next;

	for (pending = serve->sleepers; pending; pending = next) {
		next = pending->next;
		one.fd = pending->conn->fd;
		if (poll(&one, 1, 0) > 0) {
			pending->aborted = true;
			serve_resume(pending);
		}
	}
	for (stream = serve->streams; stream; stream = next_stream) {
		next_stream = stream->next;
		one.fd = stream->conn->fd;
		if (stream->suspended && poll(&one, 1, 0) > 0)
			serve_stream_abort(stream);
	}
}

static void on_tick(uv_timer_t *timer)
{
	struct serve *serve = timer->data;
	uint64_t now = uv_now(serve->loop);
	uint64_t before = serve->ticked;

	serve->ticked = now;
	if (!serve->world->still)
		world_tick(serve->world, (int64_t)(now - before));
	if (now / GONE_CHECK_MS != before / GONE_CHECK_MS)
		check_gone(serve);
	serve_wake(serve);
}

static void count_connection(const struct conn *conn, int change)
{
	struct world_container *c =
		conn->container[0] ? world_container(conn->server, conn->container) : NULL;

	if (c)
		c->connections += change;
}

static void on_connection(void *user, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode code)
{
	struct serve *serve = user;
	struct conn *conn = *context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (!conn)
			return;
		count_connection(conn, -1);
		if (conn->stream)
			conn->stream->conn = NULL;
		*conn->link = conn->next;
		if (conn->next)
			conn->next->link = conn->link;
		free(conn);
		*context = NULL;
		return;
	}
	conn = calloc(1, sizeof *conn);
	if (!conn || !serve->accepting) {
		free(conn);
		return;
	}
	conn->kind = serve->accepting->kind;
	conn->server = serve->accepting->server;
	memcpy(conn->container, serve->accepting->id, sizeof conn->container);
	conn->listener = serve->accepting;
	conn->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	conn->next = conn->listener->conns;
	conn->link = &conn->listener->conns;
	if (conn->next)
		conn->next->link = &conn->next;
	conn->listener->conns = conn;
	count_connection(conn, 1);
	*context = conn;
}

void serve_listen_accepted(struct serve *serve, int fd, const struct sockaddr *address, socklen_t len)
{
	/* The daemon closes the socket itself when it refuses. */
	MHD_add_connection(serve->daemon, fd, address, len);
}

static bool start_daemon(struct serve *serve)
{
	const union MHD_DaemonInfo *info;

	serve->daemon = MHD_start_daemon(
		MHD_USE_NO_LISTEN_SOCKET | MHD_USE_EPOLL | MHD_ALLOW_UPGRADE | MHD_USE_SUPPRESS_DATE_NO_CLOCK,
		0, NULL, NULL, serve_access, serve, MHD_OPTION_NOTIFY_COMPLETED, serve_completed, serve,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, serve, MHD_OPTION_URI_LOG_CALLBACK, serve_uri,
		serve, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
		CONNECTION_TIMEOUT, MHD_OPTION_END);
	if (!serve->daemon)
		return false;
	info = MHD_get_daemon_info(serve->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	return info && uv_poll_init(serve->loop, &serve->epoll, info->epoll_fd) == 0;
}

/* `big` needs a socket for each of 1,050 listeners and more for connections. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void on_change(void *user)
{
	serve_wake(user);
}

struct serve *serve_new(uv_loop_t *loop, struct world *world)
{
	struct serve *serve = calloc(1, sizeof *serve);

	if (!serve)
		return NULL;
	serve->loop = loop;
	serve->world = world;
	raise_file_limit();
	if (!start_daemon(serve)) {
		if (serve->daemon)
			MHD_stop_daemon(serve->daemon);
		free(serve);
		return NULL;
	}
	serve->epoll.data = serve->timeout.data = serve->wake.data = serve->tick.data = serve;
	uv_timer_init(loop, &serve->timeout);
	uv_timer_init(loop, &serve->wake);
	uv_timer_init(loop, &serve->tick);
	uv_poll_start(&serve->epoll, UV_READABLE, on_epoll);
	serve->ticked = uv_now(loop);
	uv_timer_start(&serve->tick, on_tick, TICK_MS, TICK_MS);
	world->on_change = on_change;
	world->user = serve;
	return serve;
}

void serve_close(struct serve *serve)
{
	if (serve->closing)
		return;
	serve->world->on_change = NULL;
	serve_tubes_close(serve);
	serve_listeners_close(serve);
	rpc_close(&serve->rpc);
	MHD_run(serve->daemon);
	serve->closing = true;
	uv_close((uv_handle_t *)&serve->epoll, NULL);
	uv_close((uv_handle_t *)&serve->timeout, NULL);
	uv_close((uv_handle_t *)&serve->wake, NULL);
	uv_close((uv_handle_t *)&serve->tick, NULL);
}

void serve_free(struct serve *serve)
{
	if (!serve)
		return;
	MHD_stop_daemon(serve->daemon);
	for (size_t i = 0; i < SERVE_KIND_COUNT; i++)
		if (serve->free_context[i])
			serve->free_context[i](serve->context[i]);
	for (size_t i = 0; i < SERVE_SEEN_MAX; i++)
		free(serve->seen[i].line);
	free(serve);
}

void serve_routes(struct serve *serve, enum serve_kind kind, const struct serve_route *routes, size_t count)
{
	serve->routes[kind] = routes;
	serve->route_count[kind] = count;
}

void serve_before(struct serve *serve, enum serve_kind kind, bool (*before)(struct serve_request *request))
{
	serve->before[kind] = before;
}

void serve_context(
	struct serve *serve, enum serve_kind kind, void *context, void (*free_context)(void *context))
{
	serve->context[kind] = context;
	serve->free_context[kind] = free_context;
}
