/*
 * tunnel_private.h - the parts of the tunnels: tunnel.c (their life), tunnel_command.c (ssh's command lines),
 * tunnel_folder.c (where the sockets are), tunnel_reason.c (what ssh says).
 */
#ifndef OLLAMA_TOP_NET_TUNNEL_PRIVATE_H
#define OLLAMA_TOP_NET_TUNNEL_PRIVATE_H

#include "ollama-top/tunnel.h"

#include <limits.h>

/* Longest path of a socket. What follows the folder is at most an index, a port, and the 17 characters that ssh hangs on
 * its control socket while it makes it. */
#define SOCKET_PATH_MAX 108
#define FOLDER_MAX      72
/* Forwards of one server: its Docker socket and the ports of its instances. */
#define FORWARDS_MAX 300

struct forward {
	char local[SOCKET_PATH_MAX];
	char remote[SOCKET_PATH_MAX + 24]; /* a path, or HOST:PORT */
	int port;                          /* 0: Docker's socket */
	bool open;                         /* the ssh that runs has it */
};

/* tunnel_command.c: NULL-terminated lists of arguments whose strings are theirs; freed with command_free(). */
struct command {
	char **argv;
	size_t count, room;
	bool failed; /* out of memory; argv is then no command */
};
/* The ssh that keeps the connection, and listens at `control` as soon as it stands. */
void command_connect(
	struct command *command, const struct tunnel_address *to, const char *control, int64_t timeout_ms);
/* The ssh that tells it of all forwards that are not open, and ends. */
void command_forward(struct command *command, const struct tunnel_address *to, const char *control,
	const struct forward *forwards, size_t count);
void command_free(struct command *command);

/* tunnel_folder.c */
struct folder {
	char path[FOLDER_MAX]; /* "": there is none */
	int lock;              /* an open descriptor of it that is locked as long as its owner lives */
};
/*
 * Makes a folder that only this user can enter: in $XDG_RUNTIME_DIR, else in /tmp. False with errno set. Those there
 * whose owner has died, of a SIGKILL, are removed with the sockets that nobody serves any more.
 */
bool folder_make(struct folder *folder);
void folder_remove(const struct folder *folder); /* and the sockets in it */
/* Removes it, and lets go of it. */
void folder_free(struct folder *folder);

#endif
