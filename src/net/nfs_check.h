/*
 * nfs_check.h - asks an NFS server once what it serves: NULL of versions 4 and 3, NULL of its portmapper, and
 * mountd's export list on the port that the portmapper names (RFC 1813, RFC 1833, RFC 7530).
 */
#ifndef OLLAMA_TOP_NET_NFS_CHECK_H
#define OLLAMA_TOP_NET_NFS_CHECK_H

#include "ollama-top/fleet.h"
#include "ollama-top/loop.h"

struct nfs_check;

/* What came of it; borrowed, valid during the call. */
struct nfs_findings {
	const struct nfs_service *services; /* NFS_SERVICES of them */
	const struct nfs_export *exports;   /* when mountd answers */
	size_t export_count;
};

struct nfs_check_options {
	uv_loop_t *loop;
	const struct clock *clock;
	const char *shown;   /* the server as people know it */
	const char *address; /* numeric */
	int port, portmapper;
	int64_t deadline_ms; /* for each question; four may follow each other */
	void (*on_done)(void *user, const struct nfs_findings *findings);
	void *user;
};

/* NULL: out of memory. on_done follows, once, unless it is closed before; then it is gone. */
struct nfs_check *nfs_check_start(const struct nfs_check_options *options);
void nfs_check_close(struct nfs_check *check); /* NULL is allowed */

#endif
