/*
 * rpc_listen.c - the sockets of the NFS side: they follow the world as those of serve_listen.c do. Records are those
 * of RFC 5531, section 11; a client that sends something else is cut off.
 */
#include "rpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK_SIZE  4
#define LAST_MARK  0x80000000U
#define RECORD_MAX 8192
#define BACKLOG    64

struct rpc_client {
	uv_tcp_t tcp;
	struct rpc_listener *listener; /* NULL once that is closed */
	unsigned char in[MARK_SIZE + RECORD_MAX];
	size_t len;
	struct rpc_client *next, **link;
};

struct rpc_listener {
	uv_tcp_t tcp;
	const struct world_server *server;
	enum rpc_service service;
	uint64_t round; /* of the last sync that wanted it */
	struct rpc_client *clients;
	struct rpc_listener *next, **link;
};

struct answer {
	uv_write_t write;
	struct serve_buffer out;
};

static void on_client_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void client_close(struct rpc_client *client)
{
	if (uv_is_closing((uv_handle_t *)&client->tcp))
		return;
	*client->link = client->next;
	if (client->next)
		client->next->link = client->link;
	client->listener = NULL;
	uv_close((uv_handle_t *)&client->tcp, on_client_closed);
}

static void on_written(uv_write_t *write, int status)
{
	struct answer *answer = write->data;

	(void)status;
	free(answer->out.data);
	free(answer);
}

/* One record in, and what there is to say to it, out. */
static void answer_record(struct rpc_client *client, size_t len)
{
	static const unsigned char no_mark[MARK_SIZE];
	struct answer *answer = calloc(1, sizeof *answer);
	uv_buf_t buffer;

	if (!answer)
		return;
	serve_put(&answer->out, no_mark, MARK_SIZE);
	rpc_reply(client->listener->server, client->listener->service, client->in + MARK_SIZE, len,
		&answer->out);
	answer->write.data = answer;
	if (answer->out.failed || answer->out.len == MARK_SIZE) {
		on_written(&answer->write, 0);
		return;
	}
	const uint32_t mark = LAST_MARK | (uint32_t)(answer->out.len - MARK_SIZE);
	for (size_t i = 0; i < MARK_SIZE; i++)
		answer->out.data[i] = (char)(mark >> (24 - 8 * i));
	buffer = uv_buf_init(answer->out.data, (unsigned)answer->out.len);
	if (uv_write(&answer->write, (uv_stream_t *)&client->tcp, &buffer, 1, on_written) != 0)
		on_written(&answer->write, 0);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct rpc_client *client = handle->data;

	(void)suggested;
	*buffer = uv_buf_init((char *)client->in + client->len, (unsigned)(sizeof client->in - client->len));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct rpc_client *client = stream->data;

	(void)buffer;
	if (n < 0) {
		client_close(client);
		return;
	}
	client->len += (size_t)n;
	while (client->len >= MARK_SIZE) {
		const unsigned char *p = client->in;
		const uint32_t mark =
			(uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
		const size_t len = mark & ~LAST_MARK;

		if (!(mark & LAST_MARK) || len > RECORD_MAX) {
			client_close(client);
			return;
		}
		if (client->len < MARK_SIZE + len)
			return;
		answer_record(client, len);
		client->len -= MARK_SIZE + len;
		memmove(client->in, client->in + MARK_SIZE + len, client->len);
	}
}

static void on_client(uv_stream_t *stream, int status)
{
	struct rpc_listener *listener = stream->data;
	struct rpc_client *client = status == 0 ? calloc(1, sizeof *client) : NULL;

	if (!client)
		return;
	uv_tcp_init(stream->loop, &client->tcp);
	client->tcp.data = client;
	client->listener = listener;
	client->next = listener->clients;
	client->link = &listener->clients;
	if (client->next)
		client->next->link = &client->next;
	listener->clients = client;
	if (uv_accept(stream, (uv_stream_t *)&client->tcp) != 0 ||
		uv_read_start((uv_stream_t *)&client->tcp, on_room, on_read) != 0)
		client_close(client);
}

static void on_listener_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void listener_close(struct rpc_listener *listener)
{
	while (listener->clients)
		client_close(listener->clients);
	*listener->link = listener->next;
	if (listener->next)
		listener->next->link = listener->link;
	uv_close((uv_handle_t *)&listener->tcp, on_listener_closed);
}

static int port_of(const struct world_server *server, enum rpc_service service)
{
	const int ports[RPC_SERVICES] = {server->nfs_port, server->portmapper_port, server->mountd_port};

	return ports[service];
}

static bool listener_open(struct rpc_listeners *all, uv_loop_t *loop, const struct world_server *server,
	enum rpc_service service, char *error, size_t size)
{
	struct rpc_listener *listener = calloc(1, sizeof *listener);
	struct sockaddr_in address;
	int status;

	if (!listener) {
		snprintf(error, size, "out of memory");
		return false;
	}
	listener->server = server;
	listener->service = service;
	listener->round = all->round;
	listener->next = all->first;
	listener->link = &all->first;
	if (listener->next)
		listener->next->link = &listener->next;
	all->first = listener;
	uv_tcp_init(loop, &listener->tcp);
	listener->tcp.data = listener;
	status = uv_ip4_addr(server->host, port_of(server, service), &address);
	if (status == 0)
		status = uv_tcp_bind(&listener->tcp, (const struct sockaddr *)&address, 0);
	if (status == 0)
		status = uv_listen((uv_stream_t *)&listener->tcp, BACKLOG, on_client);
	if (status == 0)
		return true;
	snprintf(error, size, "cannot listen on %s:%d: %s", server->host, port_of(server, service),
		uv_strerror(status));
	listener_close(listener);
	return false;
}

static bool want(struct rpc_listeners *all, uv_loop_t *loop, const struct world_server *server,
	enum rpc_service service, char *error, size_t size)
{
	for (struct rpc_listener *l = all->first; l; l = l->next) {
		if (l->server != server || l->service != service)
			continue;
		l->round = all->round;
		return true;
	}
	return listener_open(all, loop, server, service, error, size);
}

bool rpc_sync(struct rpc_listeners *all, uv_loop_t *loop, const struct world *world, char *error, size_t size)
{
	struct rpc_listener *listener, *next;
	bool ok = true;

	all->round++;
	for (size_t i = 0; i < world->server_count; i++) {
		const struct world_server *server = world->servers[i];

		for (int service = 0; service < RPC_SERVICES; service++)
			if (server->nfs_export && !server->nfs_down &&
				port_of(server, (enum rpc_service)service) > 0)
				ok = want(all, loop, server, (enum rpc_service)service, error, size) && ok;
	}
	for (listener = all->first; listener; listener = next) {
		next = listener->next;
		if (listener->round != all->round)
			listener_close(listener);
	}
	return ok;
}

void rpc_close(struct rpc_listeners *all)
{
	while (all->first)
		listener_close(all->first);
}
