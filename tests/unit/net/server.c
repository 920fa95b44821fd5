/*
 * server.c - see server.h.
 */
#include "server.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct connection {
	struct server *server;
	int fd;
};

/* Reads up to the empty line, and the body that a Content-Length announces. */
static bool read_request(int fd, char *head, size_t size)
{
	size_t len = 0;
	const char *length;
	long body;

	while (len < size - 1) {
		if (recv(fd, head + len, 1, 0) != 1)
			return false;
		head[++len] = '\0';
		if (len >= 4 && strcmp(head + len - 4, "\r\n\r\n") == 0)
			break;
	}
	length = strstr(head, "Content-Length: ");
	for (body = length != NULL ? atol(length + 16) : 0; body > 0; body--) {
		char byte;

		if (recv(fd, &byte, 1, 0) != 1)
			return false;
		if (len < size - 1) {
			head[len++] = byte;
			head[len] = '\0';
		}
	}
	return true;
}

static void *serve_connection(void *argument)
{
	struct connection *c = argument;
	struct server *server = c->server;
	char head[sizeof server->last];
	int open = atomic_fetch_add(&server->open, 1) + 1;
	int most = atomic_load(&server->most_open);

	while (open > most && !atomic_compare_exchange_weak(&server->most_open, &most, open))
		;
	if (server->speaks_first)
		server->serve(server, c->fd, "");
	while (read_request(c->fd, head, sizeof head)) {
		memcpy(server->last, head, sizeof head);
		atomic_fetch_add(&server->requests, 1);
		if (!server->serve(server, c->fd, head))
			break;
	}
	atomic_fetch_sub(&server->open, 1);
	close(c->fd);
	free(c);
	return NULL;
}

static void *accept_connections(void *argument)
{
	struct server *server = argument;

	for (;;) {
		struct connection *c = malloc(sizeof *c);
		pthread_t thread;

		c->server = server;
		c->fd = accept(server->fd, NULL, NULL);
		if (c->fd < 0) {
			free(c);
			return NULL;
		}
		atomic_fetch_add(&server->accepted, 1);
		pthread_create(&thread, NULL, serve_connection, c);
		pthread_detach(thread);
	}
}

static void start(struct server *server, const struct sockaddr *address, socklen_t len)
{
	pthread_t thread;

	server->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(server->fd >= 0);
	cr_assert_eq(bind(server->fd, address, len), 0);
	cr_assert_eq(listen(server->fd, 512), 0);
	cr_assert_eq(pthread_create(&thread, NULL, accept_connections, server), 0);
	pthread_detach(thread);
}

void server_start(struct server *server, serve_fn *serve)
{
	server_start_at(server, "127.0.0.1", serve);
}

void server_start_at(struct server *server, const char *loopback, serve_fn *serve)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr(loopback)};
	socklen_t len = sizeof address;

	*server = (struct server){.serve = serve};
	start(server, (const struct sockaddr *)&address, sizeof address);
	cr_assert_eq(getsockname(server->fd, (struct sockaddr *)&address, &len), 0);
	server->port = ntohs(address.sin_port);
	snprintf(server->base, sizeof server->base, "http://%s:%d", loopback, server->port);
}

void server_start_unix(struct server *server, const char *path, serve_fn *serve)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	*server = (struct server){.serve = serve};
	cr_assert(strlen(path) < sizeof address.sun_path);
	strcpy(address.sun_path, path);
	strcpy(server->path, path);
	strcpy(server->base, "http://docker");
	start(server, (const struct sockaddr *)&address, sizeof address);
}

bool server_write(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t sent = send(fd, p, len, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		p += sent;
		len -= (size_t)sent;
	}
	return true;
}

bool server_print(int fd, const char *format, ...)
{
	char text[4096];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return server_write(fd, text, (size_t)len);
}

void pause_ms(int ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

bool serve_hello(struct server *server, int fd, const char *request)
{
	(void)server;
	(void)request;
	return server_print(fd, "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
				"Content-Length: 5\r\n\r\nhello");
}

bool serve_nothing(struct server *server, int fd, const char *request)
{
	(void)fd;
	(void)request;
	while (!atomic_load(&server->released))
		pause_ms(5);
	return false;
}
