/* nfs_servers.c - the NFS view's sections of servers. */
#include "nfs_sections.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "spark.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NFS_ROUNDS   5
#define SPARK_LEAST  20
#define SPARK_MOST   60
#define FIGURE_SPACE 32

static bool same_server(const struct server *a, const struct server *b)
{
	const struct nfs_server *x = &a->nfs_server, *y = &b->nfs_server;
	return (x->owner && x->owner == y->owner) ||
	       (x->address && y->address && strcmp(x->address, y->address) == 0);
}

/* The first server of the fleet that has this NFS server speaks for it. */
static bool is_first(const struct look *look, const struct server *server)
{
	for (const struct server *s = look->fleet->servers; s < server; s++)
		if (s->nfs_server.address && same_server(s, server))
			return false;
	return true;
}

static enum face answer_face(enum nfs_answer answer)
{
	static const enum face faces[] = {
		[NFS_UNHEARD] = FACE_DIM,
		[NFS_ANSWERS] = FACE_OK,
		[NFS_REFUSED] = FACE_CRITICAL,
		[NFS_HUNG] = FACE_CRITICAL,
		[NFS_ABSENT] = FACE_DIM,
		[NFS_BROKEN] = FACE_CRITICAL,
	};
	return faces[answer];
}

/* In a sentence: what is wrong, or that nothing is. */
static void draw_verdict(const struct look *look, const struct server *server, struct pen *pen)
{
	const struct nfs_server *nfs = &server->nfs_server;
	char retry[80], age[16];
	if (server->nfs.status == LINK_UNKNOWN)
		pen_field(pen, FACE_DIM, _("verdict"), "%s", _("not heard yet"));
	else if (server->nfs.status == LINK_FAILED)
		pen_field(pen, FACE_CRITICAL, _("verdict"), _("fails for %s: %s %s"),
			format_age(age, sizeof(age), look_age(look, server->nfs.changed_at)),
			server->nfs.error ? server->nfs.error : "?",
			format_retry(retry, sizeof(retry), look, &server->nfs));
	else if (nfs->trouble)
		pen_field(pen, nfs->export_fails ? FACE_CRITICAL : FACE_WARNING, _("verdict"), "%s",
			nfs->trouble);
	else
		pen_field(pen, FACE_OK, _("verdict"), "%s",
			nfs->list == NFS_LIST_NONE ? _("ok; version 4 alone, which has no export list")
						   : _("ok"));
}

static void draw_services(const struct look *look, const struct server *server, struct pen *pen)
{
	bool stale = look_stale(look, server->nfs.answered_at, NFS_ROUNDS);
	char latency[24], port[48];
	for (int kind = 0; kind < NFS_SERVICES; kind++) {
		const struct nfs_service *service = &server->nfs_server.services[kind];
		(void)snprintf(port, sizeof(port), service->port ? _("port %d") : "", service->port);
		if (service->answer == NFS_ANSWERS)
			pen_field(pen, stale ? FACE_DIM : FACE_OK,
				nfs_service_name((enum nfs_service_kind)kind), "%-8s %-7s %s",
				nfs_answer_name(service->answer),
				format_latency(latency, sizeof(latency), service->latency_ms), port);
		else
			pen_field(pen, answer_face(service->answer),
				nfs_service_name((enum nfs_service_kind)kind), "%-8s %s",
				nfs_answer_name(service->answer), service->error ? service->error : "");
	}
}

static void draw_exports(const struct look *look, const struct server *server, struct pen *pen)
{
	const struct nfs_server *nfs = &server->nfs_server;
	char clients[512], age[16];
	if (nfs->list == NFS_LIST_UNKNOWN || nfs->list == NFS_LIST_NONE)
		return;
	if (nfs->list == NFS_LIST_BLOCKED) {
		pen_field(pen, FACE_WARNING, _("exports"), "%s",
			_("the list cannot be read; mounts may work all the same"));
		return;
	}
	bool stale = look_stale(look, nfs->list_at, NFS_ROUNDS);
	if (nfs->export_count == 0)
		pen_field(pen, FACE_WARNING, _("exports"), "%s", _("none"));
	for (size_t e = 0; e < nfs->export_count; e++) {
		const struct nfs_export *export = &nfs->exports[e];
		size_t used = 0;
		clients[0] = 0;
		for (size_t c = 0; c < export->client_count && used < sizeof(clients) - 1; c++)
			used += (size_t)snprintf(clients + used, sizeof(clients) - used, "%s%s",
				c ? ", " : "", export->clients[c]);
		pen_field(pen, stale ? FACE_DIM : FACE_NORMAL, e == 0 ? _("exports") : " ", _("%s to %s"),
			export->path ? export->path : "?", export->client_count ? clients : _("everybody"));
	}
	if (stale)
		pen_field(pen, FACE_DIM, " ", _("as of %s ago"),
			format_age(age, sizeof(age), look_age(look, nfs->list_at)));
}

/* Whether each server that mounts from here is on the list. */
static void draw_clients(const struct look *look, const struct server *server, struct pen *pen)
{
	for (size_t s = 0; s < look->fleet->server_count; s++) {
		const struct server *client = &look->fleet->servers[s];
		const struct nfs_server *nfs = &client->nfs_server;
		if (!nfs->address || nfs->owner == client || !same_server(client, server))
			continue;
		bool denied = nfs->allowed == NFS_DENIED, missing = nfs->presence == NFS_MISSING;
		pen_field(pen,
			denied || missing             ? FACE_CRITICAL
			: nfs->allowed == NFS_ALLOWED ? FACE_OK
						      : FACE_DIM,
			client->spec->name, _("%s %s: %s"), client->spec->host, client->spec->nfs.source,
			denied                        ? _("not allowed")
			: missing                     ? _("not exported")
			: nfs->allowed == NFS_ALLOWED ? _("allowed")
						      : _("unknown whether it is allowed"));
	}
}

static void draw_history(const struct look *look, const struct server *server, struct pen *pen)
{
	const struct history *history = &server->nfs_server.latency_history;
	char now[24], peak[24];
	float max = history_max(history);
	bool answers =
		server->nfs.status == LINK_OK && !look_stale(look, server->nfs.answered_at, NFS_ROUNDS);
	int columns = pen->canvas.w - pen->label - FIGURE_SPACE;
	columns = columns > SPARK_MOST ? SPARK_MOST : columns;
	if (columns >= SPARK_LEAST) {
		const struct spark_area area = {
			.y = pen_row(pen), .x = pen->label + FIGURE_SPACE, .rows = 1, .columns = columns};
		spark_draw(&pen->canvas, &area, history, spark_scale(max, false), FACE_GRAPH);
	}
	pen_field(pen, answers ? FACE_NORMAL : FACE_DIM, _("ten minutes"), _("%s now, peak %s"),
		answers ? format_latency(now, sizeof(now), server->nfs.latency_ms) : "-",
		format_latency(peak, sizeof(peak), max));
}

void nfs_servers_draw(const struct look *look, struct pen *pen)
{
	char heading[2 * TEXT_NAME_MAX];
	bool any = false;
	for (size_t s = 0; s < look->fleet->server_count; s++) {
		const struct server *server = &look->fleet->servers[s];
		const struct nfs_server *nfs = &server->nfs_server;
		if (!nfs->address || !is_first(look, server))
			continue;
		const struct server *speaker = nfs->owner ? nfs->owner : server;
		any = true;
		(void)snprintf(heading, sizeof(heading),
			nfs->owner ? _("NFS server %s (%s)") : _("NFS server %s"), nfs->address,
			speaker->spec->name);
		pen_heading(pen, heading);
		draw_verdict(look, speaker, pen);
		draw_services(look, speaker, pen);
		draw_exports(look, speaker, pen);
		draw_clients(look, speaker, pen);
		draw_history(look, speaker, pen);
	}
	if (!any)
		pen_field(
			pen, FACE_DIM, "", "%s", _("no server has nfs: with an export: or a source: to ask"));
}
