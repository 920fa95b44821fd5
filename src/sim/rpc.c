/*
 * rpc.c - calls of ONC RPC (RFC 5531) and their answers: NFS 3 and 4 NULL (RFC 1813, RFC 7530), portmapper 2 (RFC
 * 1833) and mountd 3's EXPORT (RFC 1813, appendix I).
 */
#include "rpc.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRAM_PORTMAPPER = 100000, PROGRAM_NFS = 100003, PROGRAM_MOUNTD = 100005 };
enum { ACCEPT_SUCCESS, ACCEPT_PROG_UNAVAIL, ACCEPT_PROG_MISMATCH, ACCEPT_PROC_UNAVAIL, ACCEPT_GARBAGE };
enum { PROC_NULL = 0, PORTMAPPER_GETPORT = 3, PORTMAPPER_DUMP = 4, MOUNTD_EXPORT = 5 };

#define RPC_VERSION 2
/* Who is on the list of a server that denies its clients: a network that nobody has (RFC 5737). */
#define OTHER_CLIENTS "192.0.2.0/24"
/* Words of a call up to the credentials: xid, type, RPC version, program, version, procedure. */
#define CALL_WORDS 6

struct call {
	uint32_t xid, program, version, procedure;
	const unsigned char *args; /* behind credentials and verifier */
	size_t args_len;
};

typedef bool answer_fn(const struct world_server *server, const struct call *call, struct serve_buffer *out);

static uint32_t word_at(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_word(struct serve_buffer *out, uint32_t word)
{
	const unsigned char bytes[4] = {(unsigned char)(word >> 24), (unsigned char)(word >> 16),
		(unsigned char)(word >> 8), (unsigned char)word};

	serve_put(out, bytes, sizeof bytes);
}

static void put_text(struct serve_buffer *out, const char *text, size_t len)
{
	put_word(out, (uint32_t)len);
	serve_put(out, text, len);
	serve_put(out, "\0\0\0", (4 - len % 4) % 4);
}

/* Skips the flavour and body of credentials or a verifier. */
static bool skip_auth(const unsigned char **p, size_t *left)
{
	size_t body;

	if (*left < 8)
		return false;
	body = (word_at(*p + 4) + (size_t)3) & ~(size_t)3;
	if (body > *left - 8)
		return false;
	*p += 8 + body;
	*left -= 8 + body;
	return true;
}

static bool parse(const unsigned char *p, size_t len, struct call *call)
{
	if (len < CALL_WORDS * 4 || word_at(p + 4) != 0 || word_at(p + 8) != RPC_VERSION)
		return false;
	call->xid = word_at(p);
	call->program = word_at(p + 12);
	call->version = word_at(p + 16);
	call->procedure = word_at(p + 20);
	p += (size_t)CALL_WORDS * 4;
	len -= (size_t)CALL_WORDS * 4;
	for (int i = 0; i < 2; i++)
		if (!skip_auth(&p, &len))
			return false;
	call->args = p;
	call->args_len = len;
	return true;
}

/* An accepted reply, up to what the procedure itself says. */
static void put_head(struct serve_buffer *out, const struct call *call, uint32_t accept)
{
	put_word(out, call->xid);
	put_word(out, 1); /* a reply */
	put_word(out, 0); /* accepted */
	put_word(out, 0); /* no verifier */
	put_word(out, 0);
	put_word(out, accept);
}

static bool answer_null(const struct world_server *server, const struct call *call, struct serve_buffer *out)
{
	(void)server;
	(void)call;
	(void)out;
	return true;
}

struct mapping {
	uint32_t program, version, port;
};

/* What is registered; a server of version 4 alone has no mountd. */
static size_t mappings(const struct world_server *server, struct mapping list[4])
{
	const struct mapping all[] = {
		{PROGRAM_PORTMAPPER, 2, (uint32_t)server->portmapper_port},
		{PROGRAM_NFS, 4, (uint32_t)server->nfs_port},
		{PROGRAM_NFS, 3, (uint32_t)server->nfs_port},
		{PROGRAM_MOUNTD, 3, (uint32_t)server->mountd_port},
	};
	const size_t count = server->nfs_v4_only ? 2 : 4;

	memcpy(list, all, count * sizeof *list);
	return count;
}

static bool answer_getport(
	const struct world_server *server, const struct call *call, struct serve_buffer *out)
{
	struct mapping list[4];
	uint32_t port = 0;

	if (call->args_len < 16)
		return false;
	for (size_t i = 0, count = mappings(server, list); i < count; i++)
		if (list[i].program == word_at(call->args) && list[i].version == word_at(call->args + 4) &&
			word_at(call->args + 8) == IPPROTO_TCP)
			port = list[i].port;
	put_word(out, port);
	return true;
}

static bool answer_dump(const struct world_server *server, const struct call *call, struct serve_buffer *out)
{
	struct mapping list[4];

	(void)call;
	for (size_t i = 0, count = mappings(server, list); i < count; i++) {
		put_word(out, 1);
		put_word(out, list[i].program);
		put_word(out, list[i].version);
		put_word(out, IPPROTO_TCP);
		put_word(out, list[i].port);
	}
	put_word(out, 0);
	return true;
}

static bool answer_export(
	const struct world_server *server, const struct call *call, struct serve_buffer *out)
{
	const char *clients = server->nfs_denied ? OTHER_CLIENTS : server->nfs_clients;

	(void)call;
	if (!server->nfs_unlisted) {
		put_word(out, 1);
		put_text(out, server->nfs_export, strlen(server->nfs_export));
		for (const char *p = clients ? clients : ""; *p;) {
			const size_t len = strcspn(p, ", ");

			if (len > 0) {
				put_word(out, 1);
				put_text(out, p, len);
			}
			p += len + (p[len] != '\0');
		}
		put_word(out, 0);
	}
	put_word(out, 0);
	return true;
}

static const struct procedure {
	enum rpc_service service;
	uint32_t program, version, procedure;
	answer_fn *answer;
} PROCEDURES[] = {
	{RPC_NFS, PROGRAM_NFS, 4, PROC_NULL, answer_null},
	{RPC_NFS, PROGRAM_NFS, 3, PROC_NULL, answer_null},
	{RPC_PORTMAPPER, PROGRAM_PORTMAPPER, 2, PROC_NULL, answer_null},
	{RPC_PORTMAPPER, PROGRAM_PORTMAPPER, 2, PORTMAPPER_GETPORT, answer_getport},
	{RPC_PORTMAPPER, PROGRAM_PORTMAPPER, 2, PORTMAPPER_DUMP, answer_dump},
	{RPC_MOUNTD, PROGRAM_MOUNTD, 3, PROC_NULL, answer_null},
	{RPC_MOUNTD, PROGRAM_MOUNTD, 3, MOUNTD_EXPORT, answer_export},
};

/* How near the call is to something that is served, and by whom it is answered when it is. */
static uint32_t look_up(const struct world_server *server, enum rpc_service service, const struct call *call,
	const struct procedure **found)
{
	uint32_t nearest = ACCEPT_PROG_UNAVAIL;

	for (size_t i = 0; i < sizeof PROCEDURES / sizeof *PROCEDURES; i++) {
		const struct procedure *p = &PROCEDURES[i];
		uint32_t accept = ACCEPT_PROG_MISMATCH;

		if (p->service != service || p->program != call->program)
			continue;
		if (p->version == call->version &&
			!(server->nfs_v4_only && service == RPC_NFS && p->version == 3))
			accept = p->procedure == call->procedure ? ACCEPT_SUCCESS : ACCEPT_PROC_UNAVAIL;
		if (accept == ACCEPT_SUCCESS) {
			*found = p;
			return accept;
		}
		if (accept > nearest)
			nearest = accept;
	}
	return nearest;
}

void rpc_reply(const struct world_server *server, enum rpc_service service, const unsigned char *bytes,
	size_t len, struct serve_buffer *out)
{
	const struct procedure *procedure = NULL;
	struct serve_buffer body = {0};
	struct call call;
	uint32_t accept;

	if (!parse(bytes, len, &call) || world_rpc_silent(server, service == RPC_MOUNTD))
		return;
	accept = look_up(server, service, &call, &procedure);
	if (procedure && !procedure->answer(server, &call, &body))
		accept = ACCEPT_GARBAGE;
	put_head(out, &call, accept);
	if (accept == ACCEPT_PROG_MISMATCH) {
		put_word(out, server->nfs_v4_only ? 4 : 3); /* the lowest and the highest version */
		put_word(out, 4);
	}
	if (accept == ACCEPT_SUCCESS)
		serve_put(out, body.data ? body.data : "", body.len);
	out->failed |= body.failed;
	free(body.data);
}
