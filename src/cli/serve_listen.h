/*
 * serve_listen.h - where the exporter listens: ADDRESS:PORT of the command line to a socket.
 */
#ifndef CLI_SERVE_LISTEN_H
#define CLI_SERVE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define SERVE_LISTEN_DEFAULT "127.0.0.1:9421"
#define SERVE_ERROR_MAX      256
#define SERVE_PLACE_MAX      64

struct serve_place {
	struct sockaddr_storage address;
	socklen_t len;
	bool loopback; /* nobody else reaches it */
};

/* "127.0.0.1:9421", "[::1]:9421"; port 0 is any that is free. Names are not looked up. False with a sentence (SERVE_ERROR_MAX). */
bool serve_listen_parse(struct serve_place *place, const char *text, char *error);

/* A listening socket, non-blocking; `name` (SERVE_PLACE_MAX) becomes "ADDRESS:PORT" with the port that it has. -1 with a sentence. */
int serve_listen_open(const struct serve_place *place, char *name, char *error);

#endif
