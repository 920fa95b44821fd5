/*
 * nfs_check.c - see nfs_check.h. NFS and the portmapper are asked at the same time; mountd when its port is known.
 */
#include "nfs_check.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "rpc.h"

#include <math.h>
#include <netinet/in.h>
#include <nfsc/libnfs-raw-mount.h>
#include <nfsc/libnfs-raw-portmap.h>
#include <nfsc/libnfs-raw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum end { END_NFS, END_PORTMAPPER, END_MOUNTD, ENDS };

typedef void step_fn(struct nfs_check *check, const struct rpc_answer *answer);

/* One connection and what is expected on it next. */
struct line {
	struct nfs_check *check;
	struct rpc_conn *conn;
	int port;
	step_fn *next;
};

struct nfs_check {
	struct nfs_check_options options;
	struct line lines[ENDS];
	int open; /* lines that have not come to their end */
	struct nfs_service services[NFS_SERVICES];
	char errors[NFS_SERVICES][400];
	struct nfs_export *exports;
	size_t export_count;
	char shown[TEXT_NAME_MAX], address[INET6_ADDRSTRLEN];
};

static void say_why(const struct nfs_check *c, enum nfs_service_kind kind, const struct rpc_answer *a,
	char *text, size_t size)
{
	const char *name = nfs_service_name(kind);
	const int port = c->services[kind].port;

	if (a->answer == NFS_REFUSED)
		snprintf(text, size, _("%s:%d (%s) refuses the connection"), c->shown, port, name);
	else if (a->answer == NFS_HUNG)
		snprintf(text, size,
			_("%s:%d (%s) does not answer within %.3gs: it hangs, or a firewall drops it"),
			c->shown, port, name, (double)c->options.deadline_ms / 1000);
	else if (a->answer == NFS_ABSENT)
		snprintf(text, size, _("%s:%d does not serve %s"), c->shown, port, name);
	else
		snprintf(text, size, "%s:%d (%s): %s", c->shown, port, name, a->why ? a->why : "?");
}

static void take(struct nfs_check *c, enum nfs_service_kind kind, int port, const struct rpc_answer *a)
{
	struct nfs_service *service = &c->services[kind];

	service->answer = a->answer;
	service->port = port;
	service->latency_ms = a->latency_ms;
	service->error = NULL;
	if (a->answer == NFS_ANSWERS)
		return;
	service->latency_ms = NAN;
	say_why(c, kind, a, c->errors[kind], sizeof(c->errors[kind]));
	service->error = c->errors[kind];
}

static void exports_free(struct nfs_check *c)
{
	for (size_t k = 0; k < c->export_count; k++) {
		for (size_t n = 0; n < c->exports[k].client_count; n++)
			free(c->exports[k].clients[n]);
		free(c->exports[k].clients);
		free(c->exports[k].path);
	}
	free(c->exports);
	c->exports = NULL;
	c->export_count = 0;
}

void nfs_check_close(struct nfs_check *c)
{
	if (!c)
		return;
	for (size_t k = 0; k < ENDS; k++)
		rpc_close(c->lines[k].conn);
	exports_free(c);
	free(c);
}

/* The check is gone when this was the last line. */
static void line_ends(struct line *line)
{
	struct nfs_check *c = line->check;

	rpc_close(line->conn);
	line->conn = NULL;
	if (--c->open > 0)
		return;
	const struct nfs_findings findings = {c->services, c->exports, c->export_count};
	c->options.on_done(c->options.user, &findings);
	nfs_check_close(c);
}

static void on_answer(void *user, const struct rpc_answer *answer)
{
	struct line *line = user;

	line->next(line->check, answer);
}

static void line_open(struct nfs_check *c, enum end end, int port, step_fn *first)
{
	struct line *line = &c->lines[end];

	*line = (struct line){.check = c, .port = port, .next = first};
	line->conn = rpc_open(&(struct rpc_options){.loop = c->options.loop,
		.clock = c->options.clock,
		.address = c->address,
		.port = port,
		.deadline_ms = c->options.deadline_ms,
		.on_answer = on_answer,
		.user = line});
	c->open += line->conn != NULL;
}

static void line_ask(struct nfs_check *c, enum end end, rpc_send_fn *send, step_fn *next)
{
	c->lines[end].next = next;
	rpc_ask(c->lines[end].conn, send);
}

/* A server that does not serve a version has answered, and may be asked on. */
static bool goes_on(const struct rpc_answer *a)
{
	return a->answer == NFS_ANSWERS || a->answer == NFS_ABSENT;
}

static void take_v3(struct nfs_check *c, const struct rpc_answer *a)
{
	take(c, NFS_SERVICE_V3, c->options.port, a);
	line_ends(&c->lines[END_NFS]);
}

static void ask_v3(struct nfs_check *c, const struct rpc_answer *a)
{
	if (goes_on(a))
		line_ask(c, END_NFS, rpc_nfs3_null_async, take_v3);
	else
		take_v3(c, a);
}

/* Of two latencies the smaller: the first may have waited for a server's thread, or for our loop, to wake up. */
static void take_v4_again(struct nfs_check *c, const struct rpc_answer *a)
{
	const double first = c->services[NFS_SERVICE_V4].latency_ms;

	take(c, NFS_SERVICE_V4, c->options.port, a);
	if (a->answer == NFS_ANSWERS && first < a->latency_ms)
		c->services[NFS_SERVICE_V4].latency_ms = first;
	ask_v3(c, a);
}

static void take_v4(struct nfs_check *c, const struct rpc_answer *a)
{
	take(c, NFS_SERVICE_V4, c->options.port, a);
	if (a->answer == NFS_ANSWERS)
		line_ask(c, END_NFS, rpc_nfs4_null_async, take_v4_again);
	else
		ask_v3(c, a);
}

static void nfs_connected(struct nfs_check *c, const struct rpc_answer *a)
{
	if (a->answer == NFS_ANSWERS)
		line_ask(c, END_NFS, rpc_nfs4_null_async, take_v4);
	else
		take_v4(c, a);
}

static char *clean_copy(const char *text)
{
	return text_dup_clean(text ? text : "");
}

/* libnfs packs what it decodes without regard to alignment, so that nodes are copied before they are read. */
static bool next_group(struct groupnode *node, const void *at)
{
	if (at)
		memcpy(node, at, sizeof(*node));
	return at != NULL;
}

static bool next_export(struct exportnode *node, const void *at)
{
	if (at)
		memcpy(node, at, sizeof(*node));
	return at != NULL;
}

static void take_clients(struct nfs_export *to, const void *first)
{
	struct groupnode g;
	size_t count = 0;

	for (const void *at = first; count < FLEET_CLIENTS_MAX && next_group(&g, at); at = g.gr_next)
		count++;
	to->clients = count ? calloc(count, sizeof(*to->clients)) : NULL;
	for (const void *at = first; to->clients && to->client_count < count && next_group(&g, at);
		at = g.gr_next) {
		to->clients[to->client_count] = clean_copy(g.gr_name);
		to->client_count += to->clients[to->client_count] != NULL;
	}
}

static void take_list(struct nfs_check *c, const void *first)
{
	struct exportnode node;

	c->exports = first ? calloc(FLEET_EXPORTS_MAX, sizeof(*c->exports)) : NULL;
	for (const void *at = first;
		c->exports && c->export_count < FLEET_EXPORTS_MAX && next_export(&node, at);
		at = node.ex_next) {
		struct nfs_export *e = &c->exports[c->export_count];

		e->path = clean_copy(node.ex_dir);
		if (!e->path)
			return;
		take_clients(e, node.ex_groups);
		c->export_count++;
	}
}

static void take_mountd(struct nfs_check *c, const struct rpc_answer *a)
{
	exports list;

	take(c, NFS_SERVICE_MOUNTD, c->lines[END_MOUNTD].port, a);
	if (a->answer == NFS_ANSWERS && a->data) {
		memcpy(&list, a->data, sizeof(list));
		take_list(c, list);
	}
	line_ends(&c->lines[END_MOUNTD]);
}

static void mountd_connected(struct nfs_check *c, const struct rpc_answer *a)
{
	if (a->answer == NFS_ANSWERS)
		line_ask(c, END_MOUNTD, rpc_mount3_export_async, take_mountd);
	else
		take_mountd(c, a);
}

static int send_getport(struct rpc_context *context, rpc_cb on_reply, void *user)
{
	return rpc_pmap2_getport_async(context, MOUNT_PROGRAM, MOUNT_V3, IPPROTO_TCP, on_reply, user);
}

static void take_port(struct nfs_check *c, const struct rpc_answer *a)
{
	const uint32_t port = a->answer == NFS_ANSWERS && a->data ? *(const uint32_t *)a->data : 0;
	struct nfs_service *mountd = &c->services[NFS_SERVICE_MOUNTD];

	if (port > 0 && port <= 65535) {
		line_open(c, END_MOUNTD, (int)port, mountd_connected);
	} else if (a->answer == NFS_ANSWERS) {
		mountd->answer = NFS_ABSENT;
		snprintf(c->errors[NFS_SERVICE_MOUNTD], sizeof(c->errors[0]),
			_("mountd is not registered with the portmapper of %s"), c->shown);
		mountd->error = c->errors[NFS_SERVICE_MOUNTD];
	} else {
		take(c, NFS_SERVICE_PORTMAPPER, c->options.portmapper, a);
	}
	line_ends(&c->lines[END_PORTMAPPER]);
}

static void take_portmapper(struct nfs_check *c, const struct rpc_answer *a)
{
	take(c, NFS_SERVICE_PORTMAPPER, c->options.portmapper, a);
	if (a->answer == NFS_ANSWERS)
		line_ask(c, END_PORTMAPPER, send_getport, take_port);
	else
		line_ends(&c->lines[END_PORTMAPPER]);
}

static int send_portmapper_null(struct rpc_context *context, rpc_cb on_reply, void *user)
{
	return rpc_pmap2_null_async(context, on_reply, user);
}

static void portmapper_connected(struct nfs_check *c, const struct rpc_answer *a)
{
	if (a->answer == NFS_ANSWERS)
		line_ask(c, END_PORTMAPPER, send_portmapper_null, take_portmapper);
	else
		take_portmapper(c, a);
}

struct nfs_check *nfs_check_start(const struct nfs_check_options *options)
{
	struct nfs_check *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->options = *options;
	snprintf(c->shown, sizeof(c->shown), strchr(options->shown, ':') ? "[%s]" : "%s", options->shown);
	snprintf(c->address, sizeof(c->address), "%s", options->address);
	for (size_t k = 0; k < NFS_SERVICES; k++)
		c->services[k].latency_ms = NAN;
	c->services[NFS_SERVICE_V4].port = c->services[NFS_SERVICE_V3].port = options->port;
	c->services[NFS_SERVICE_PORTMAPPER].port = options->portmapper;
	line_open(c, END_NFS, options->port, nfs_connected);
	line_open(c, END_PORTMAPPER, options->portmapper, portmapper_connected);
	if (c->open == ENDS - 1)
		return c;
	nfs_check_close(c);
	return NULL;
}
