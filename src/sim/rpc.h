/*
 * rpc.h - the NFS side of the simulated fleet: a portmapper, mountd and an NFS server that answers NULL, on TCP.
 */
#ifndef SIM_RPC_H
#define SIM_RPC_H

#include "serve.h"

/* The services of a server; each has a port of its own. */
enum rpc_service { RPC_NFS, RPC_PORTMAPPER, RPC_MOUNTD, RPC_SERVICES };

/*
 * Answers one call message (RFC 5531, without its record mark) as the world's server would now; nothing is put
 * where it stays silent: it hangs, or what came is no call. Pure.
 */
void rpc_reply(const struct world_server *server, enum rpc_service service, const unsigned char *call,
	size_t len, struct serve_buffer *out);

/* Listens for every server that exports, as long as its NFS is not down. */
struct rpc_listener;
struct rpc_listeners {
	struct rpc_listener *first;
	uint64_t round;
};
/* Opens and closes to match the world; false with a message when a port cannot be bound. */
bool rpc_sync(
	struct rpc_listeners *all, uv_loop_t *loop, const struct world *world, char *error, size_t size);
void rpc_close(struct rpc_listeners *all);

#endif
