/*
 * server.h - a small server for tests, as hostile as the test wants it: threads and blocking sockets,
 * so that nothing it does depends on the code under test.
 */
#ifndef OLLAMA_TOP_TESTS_NET_SERVER_H
#define OLLAMA_TOP_TESTS_NET_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct server;

/*
 * Answers one request on `fd`; `request` is its head (request line and headers), NUL-terminated. Returns
 * true to read the next request from the same connection, false to close it.
 */
typedef bool serve_fn(struct server *server, int fd, const char *request);

struct server {
	serve_fn *serve;
	bool speaks_first; /* set after the start: serves a connection before it has read from it */
	int fd, port;
	char base[64]; /* http://ADDRESS:PORT */
	char path[108];
	atomic_int accepted, open, most_open, requests;
	atomic_bool released; /* for behaviours that hold their answer back */
	char last[2048];      /* the head of the last request; read it when it was answered */
};

/* Its threads outlive the test's function, so that `server` must be static. Listens on a free port of 127.0.0.1 and serves each connection in a thread. Failures fail the test. */
void server_start(struct server *server, serve_fn *serve);
/* The same on another loopback address, which counts as another host. */
void server_start_at(struct server *server, const char *loopback, serve_fn *serve);
/* The same on a Unix socket. */
void server_start_unix(struct server *server, const char *path, serve_fn *serve);

/* Writes all of it; false when the client is gone. */
bool server_write(int fd, const void *data, size_t len);
bool server_print(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

void pause_ms(int ms);

/* Behaviours that several tests use. */
bool serve_hello(struct server *server, int fd, const char *request);   /* 200 "hello", kept open */
bool serve_nothing(struct server *server, int fd, const char *request); /* waits for `released` */

#endif
