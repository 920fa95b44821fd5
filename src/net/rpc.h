/*
 * rpc.h - one connection to one RPC service over TCP (RFC 5531), on the loop, by libnfs.
 *
 * One question is out at a time, and each has a deadline: the connection itself is the first. libnfs gets
 * numeric addresses only (its resolver blocks), never connects again by itself, and is handed a record
 * when it is there as a whole, ends with itself and is small: its decoder of lists calls itself for each entry.
 */
#ifndef OLLAMA_TOP_NET_RPC_H
#define OLLAMA_TOP_NET_RPC_H

#include "ollama-top/fleet.h"
#include "ollama-top/loop.h"

#include <nfsc/libnfs.h>

/* The longest answer, in bytes; a list of exports that is longer is not read. */
#define RPC_RECORD_MAX 32768

struct rpc_conn;

struct rpc_answer {
	enum nfs_answer answer;
	const char *why;   /* in words, without the address; NULL when it answered */
	double latency_ms; /* of this question */
	void *data;        /* what libnfs decoded; valid during the call; NULL for connections and failures */
};
typedef void rpc_answer_fn(void *user, const struct rpc_answer *answer);

struct rpc_options {
	uv_loop_t *loop;
	const struct clock *clock;
	const char *address; /* numeric */
	int port;
	int64_t deadline_ms; /* for each question */
	rpc_answer_fn *on_answer;
	void *user;
};

/* Connects; on_answer tells how that went, never before this returns. NULL: out of memory. */
struct rpc_conn *rpc_open(const struct rpc_options *options);
/* Queues a question of libnfs's raw interface; on_answer follows. Only when none is out. */
typedef int rpc_send_fn(struct rpc_context *context, rpc_cb on_reply, void *user);
void rpc_ask(struct rpc_conn *conn, rpc_send_fn *send);
/* No call follows; allowed within on_answer. NULL is allowed. */
void rpc_close(struct rpc_conn *conn);

#endif
