/*
 * serve_listen.c - the listening sockets, which follow the world.
 */
#include "serve_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG        128
#define ACCEPT_AT_ONCE 64

static void on_incoming(uv_poll_t *poll, int status, int events)
{
	struct listener *listener = poll->data;
	struct serve *serve = listener->serve;
	struct sockaddr_in peer;

	(void)events;
	if (status < 0)
		return;
	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		socklen_t len = sizeof peer;
		int fd = accept4(listener->fd, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			break;
		serve->accepting = listener;
		serve_listen_accepted(serve, fd, (struct sockaddr *)&peer, len);
		serve->accepting = NULL;
	}
	serve_pump(serve);
}

static int bind_socket(const char *host, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int one = 1;
	int fd, saved;

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, BACKLOG) < 0) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int serve_probe_port(const char *host, int port)
{
	struct sockaddr_in address = {0};
	socklen_t len = sizeof address;
	int fd = bind_socket(host, port);

	if (fd < 0)
		return -1;
	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0) {
		close(fd);
		return -1;
	}
	close(fd);
	return ntohs(address.sin_port);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void serve_conn_cut(struct conn *conn)
{
	conn->listener = NULL;
	if (conn->pending && conn->pending->sleeping) {
		conn->pending->aborted = true;
		serve_resume(conn->pending);
	}
	if (conn->stream)
		serve_stream_abort(conn->stream);
	shutdown(conn->fd, SHUT_RDWR);
}

static void listener_close(struct listener *listener)
{
	struct conn *conn, *next;

	for (conn = listener->conns; conn; conn = next) {
		next = conn->next;
		conn->next = NULL;
		/* Unlinked by pointing at itself: closing it later must not touch this listener. */
		conn->link = &conn->next;
		serve_conn_cut(conn);
	}
	listener->conns = NULL;
	*listener->link = listener->next;
	if (listener->next)
		listener->next->link = listener->link;
	/* In this order: uv_close() still names the file to the kernel. */
	uv_close((uv_handle_t *)&listener->poll, on_closed);
	close(listener->fd);
}

void serve_listeners_close(struct serve *serve)
{
	struct listener *listener, *next;

	for (listener = serve->listeners; listener; listener = next) {
		next = listener->next;
		listener_close(listener);
	}
}

static struct listener *listener_open(
	struct serve *serve, enum serve_kind kind, const char *host, int port, char *error, size_t size)
{
	struct listener *listener = calloc(1, sizeof *listener);

	if (!listener) {
		snprintf(error, size, "out of memory");
		return NULL;
	}
	listener->fd = bind_socket(host, port);
	if (listener->fd < 0) {
		snprintf(error, size, "cannot listen on %s:%d: %s", host, port, strerror(errno));
		free(listener);
		return NULL;
	}
	listener->serve = serve;
	listener->kind = kind;
	listener->port = port;
	snprintf(listener->host, sizeof listener->host, "%s", host);
	uv_poll_init(serve->loop, &listener->poll, listener->fd);
	listener->poll.data = listener;
	uv_poll_start(&listener->poll, UV_READABLE, on_incoming);
	listener->next = serve->listeners;
	listener->link = &serve->listeners;
	if (listener->next)
		listener->next->link = &listener->next;
	serve->listeners = listener;
	return listener;
}

static struct listener *find(const struct serve *serve, enum serve_kind kind)
{
	for (struct listener *l = serve->listeners; l; l = l->next)
		if (l->kind == kind)
			return l;
	return NULL;
}

static bool want_one(
	struct serve *serve, enum serve_kind kind, const char *host, int port, char *error, size_t size)
{
	struct listener *listener = find(serve, kind);

	if (!listener)
		listener = listener_open(serve, kind, host, port, error, size);
	if (listener)
		listener->round = serve->round;
	return listener != NULL;
}

static bool want_container(struct serve *serve, struct world_container *c, char *error, size_t size)
{
	struct listener *listener = c->listener;

	if (listener && listener->starts == c->starts) {
		listener->round = serve->round;
		return true;
	}
	if (listener)
		listener_close(listener);
	listener = listener_open(serve, c->speaks == WORLD_OLLAMA ? SERVE_OLLAMA : SERVE_OPENAI, c->host_ip,
		c->host_port, error, size);
	c->listener = listener;
	if (!listener)
		return false;
	listener->server = c->server;
	listener->starts = c->starts;
	memcpy(listener->id, c->id, sizeof listener->id);
	listener->round = serve->round;
	return true;
}

static bool want_server(struct serve *serve, struct world_server *server, char *error, size_t size)
{
	struct listener *listener = server->listener;
	bool ok = true;

	if (!server->docker_port || server->refuse_docker) {
		server->listener = NULL;
	} else if (listener) {
		listener->round = serve->round;
	} else {
		listener = listener_open(serve, SERVE_DOCKER, server->host, server->docker_port, error, size);
		server->listener = listener;
		ok = listener != NULL;
		if (ok) {
			listener->server = server;
			listener->round = serve->round;
		}
	}
	for (size_t i = 0; i < server->container_count; i++) {
		struct world_container *c = server->containers[i];

		if (world_listening(c))
			ok = want_container(serve, c, error, size) && ok;
		else
			c->listener = NULL;
	}
	return ok;
}

bool serve_sync(struct serve *serve, char *error, size_t size)
{
	const struct world *world = serve->world;
	struct listener *listener, *next;
	bool ok = true;

	serve->round++;
	for (size_t i = 0; i < world->server_count; i++)
		ok = want_server(serve, world->servers[i], error, size) && ok;
	if (world->traefik_host && world->traefik_port)
		ok = want_one(serve, SERVE_TRAEFIK, world->traefik_host, world->traefik_port, error, size) &&
		     ok;
	if (serve->control_port)
		ok = want_one(serve, SERVE_CONTROL, "127.0.0.1", serve->control_port, error, size) && ok;
	ok = rpc_sync(&serve->rpc, serve->loop, world, error, size) && ok;
	for (listener = serve->listeners; listener; listener = next) {
		next = listener->next;
		if (listener->round != serve->round)
			listener_close(listener);
	}
	return ok;
}

void serve_control_port(struct serve *serve, int port)
{
	serve->control_port = port;
}
