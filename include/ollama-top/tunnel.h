/*
 * tunnel.h - ssh tunnels: the user's own ssh carries a server's Docker socket, and Ollama ports that only listen
 * on the server's loopback, to Unix sockets in a private folder.
 *
 * One ssh for each server, with the user's configuration, agent and known_hosts, never asking anything
 * (BatchMode). It is started when something first wants to go through it, started again with a growing pause
 * (1 s to 30 s) when it ends, and ends with this program, however that ends. The paths of the sockets are known at
 * once and stay the same; they answer while the tunnel is up.
 */
#ifndef OLLAMA_TOP_TUNNEL_H
#define OLLAMA_TOP_TUNNEL_H

#include "ollama-top/loop.h"
#include "ollama-top/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tunnels; /* all tunnels of the program */
struct tunnel;  /* that of one server */

enum tunnel_status {
	TUNNEL_CONNECTING, /* for the first time, or again: tunnel_trouble() says why again */
	TUNNEL_UP,
	TUNNEL_DOWN, /* tried again at tunnel_retry_at() */
};

/* Loop, clock and spec are borrowed. NULL when out of memory. */
struct tunnels *tunnels_new(uv_loop_t *loop, const struct clock *clock, const struct fleet_spec *spec);
/* Called from the loop when a tunnel came up or went down, and when what was added to it later is open; one listener,
 * NULL for none. */
void tunnels_listen(
	struct tunnels *tunnels, void (*on_change)(void *user, const struct server_spec *server), void *user);
/*
 * Ends every ssh and removes the folder; run the loop until it is empty (an ssh that does not end in 300 ms is
 * killed), then tunnels_free(). NULL is allowed in both.
 */
void tunnels_close(struct tunnels *tunnels);
void tunnels_free(struct tunnels *tunnels);

/*
 * By how much longer than a request the first answers of a fleet may take, because a tunnel must come up before them:
 * 0 without tunnels. What waits for the fleet with a deadline adds this.
 */
int64_t tunnels_patience_ms(const struct fleet_spec *spec);

/*
 * The tunnel to a server: to the address of its docker: ssh://, else to its host. Starts it when this is the first
 * time. NULL when out of memory, after tunnels_close(), or when `server` is none of the spec's.
 */
struct tunnel *tunnel_of(struct tunnels *tunnels, const struct server_spec *server);

/* The local socket behind which the server's Docker socket is, or a TCP port of its loopback; NULL when out of
 * memory. Owned by the tunnel. */
const char *tunnel_docker(struct tunnel *tunnel);
const char *tunnel_port(struct tunnel *tunnel, int port);

/* Does such a socket answer by now? */
bool tunnel_is_open(const struct tunnel *tunnel, const char *local);

enum tunnel_status tunnel_status(const struct tunnel *tunnel);
/* Why it is not up, "" before anything is known: "ssh: Permission denied (publickey)". */
const char *tunnel_trouble(const struct tunnel *tunnel);
/* Monotonic ms of the next attempt while down, else 0. */
int64_t tunnel_retry_at(const struct tunnel *tunnel);
/* Tries again now, if it is down. */
void tunnel_retry(struct tunnel *tunnel);

/*
 * Why a connection to one of its local sockets, as the two functions above gave it, came to nothing: that the tunnel
 * is down, or what the server's end refused just now. NULL when that is not known. Valid until the next call.
 */
const char *tunnel_explain(struct tunnel *tunnel, const char *local);

/* Where an ssh:// address leads; "" and 0 for what is not given. */
struct tunnel_address {
	char user[64], host[256], path[108];
	int port;
};
/* "[USER@]HOST[:PORT][/PATH]", without the scheme; false when malformed or not fit for ssh's command line. */
bool tunnel_parse_address(const char *text, struct tunnel_address *out);

/* What tunnel_reason() and tunnel_refusal() say of causes for which there is advice; untranslated. */
#define TUNNEL_KEY_CHANGED                                                                               \
	N_("Host key verification failed: the host's key has changed (if that is right, remove the old " \
	   "one with ssh-keygen -R)")
#define TUNNEL_KEY_UNKNOWN \
	N_("Host key verification failed: the host's key is not known (connect once with ssh by hand)")
#define TUNNEL_SOCKET_CLOSED                                                                           \
	N_("the socket cannot be opened on the server: does Docker run there, and is the user of the " \
	   "tunnel in group docker?")
#define TUNNEL_NO_FORWARDING                                                        \
	N_("the server's sshd does not allow forwarding this (AllowTcpForwarding, " \
	   "AllowStreamLocalForwarding, PermitOpen)")

/*
 * What ssh wrote to standard error before it ended, as one reason without the noise around it: of the lines that say why,
 * the last; else the last line. `text` is hostile.
 */
void tunnel_reason(const char *text, size_t len, char *dst, size_t size);

/* What the server's end refuses to connect to, read off one line of ssh; NULL for other lines. */
enum tunnel_refused { TUNNEL_REFUSED_SOCKET = 1, TUNNEL_REFUSED_PORT = 2 };
const char *tunnel_refusal(const char *line, int *what);

#endif
