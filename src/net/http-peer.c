/*
 * http-peer.c - which open sockets lead where: libcurl keeps connections, and tells of them only when it opens and when it
 * closes one.
 */
#include "http-private.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

void http_peer_note(struct http *http, int fd, const struct sockaddr *address)
{
	struct http_peer peer = {.family = address->sa_family};
	struct http_file *file = http_file(http, fd);

	if (file == NULL)
		return;
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)address;

		peer.port = ntohs(in->sin_port);
		memcpy(peer.address, &in->sin_addr, sizeof in->sin_addr);
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

		peer.port = ntohs(in6->sin6_port);
		memcpy(peer.address, &in6->sin6_addr, sizeof in6->sin6_addr);
	}
	file->peer = peer;
}

void http_peer_forget(struct http *http, int fd)
{
	if (fd >= 0 && (size_t)fd < http->file_count)
		http->files[fd].peer.family = 0;
}

/* The address of the endpoint's host; its family 0 for a name, of which the port has to do. */
static struct http_peer peer_of(const struct http_endpoint *e)
{
	struct http_peer peer = {.port = (int)strtol(e->port, NULL, 10)};
	char host[NI_MAXHOST];

	http_bare_host(host, sizeof host, e->host_name);
	if (inet_pton(AF_INET, host, peer.address) == 1)
		peer.family = AF_INET;
	else if (inet_pton(AF_INET6, host, peer.address) == 1)
		peer.family = AF_INET6;
	return peer;
}

static bool same(const struct http_peer *open, const struct http_peer *wanted)
{
	return open->family != 0 && open->port == wanted->port &&
	       (wanted->family == 0 ||
		       (open->family == wanted->family &&
			       memcmp(open->address, wanted->address, sizeof open->address) == 0));
}

int http_open_connections(const struct http_endpoint *endpoint)
{
	const struct http *http = endpoint->http;
	int count = 0;

	if (http == NULL || endpoint->unix_socket != NULL || endpoint->host_name == NULL ||
		endpoint->port == NULL)
		return 0;
	const struct http_peer wanted = peer_of(endpoint);
	for (size_t fd = 0; fd < http->file_count; fd++)
		count += same(&http->files[fd].peer, &wanted);
	return count;
}

void http_own_begin(const struct http_endpoint *endpoint, struct http_own *own)
{
	*own = (struct http_own){.open = http_open_connections(endpoint), .sent = endpoint->sent};
}

/* Those of an endpoint whose connections pass may have come and gone in between, each with its request. */
void http_own_end(const struct http_endpoint *endpoint, struct http_own *own)
{
	const int open = http_open_connections(endpoint);

	own->least = open < own->open ? open : own->open;
	own->most = open > own->open ? open : own->open;
	if (endpoint->passing) {
		own->least = 0;
		own->most = own->open + (int)(endpoint->sent - own->sent);
	}
}
