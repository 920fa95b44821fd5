/* pane_server.c - a server's heading, and what stands between it and its instances. */
#include "view.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "pieces.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define HOST_ROUNDS 15

/* Bytes of "28.2" in "28.2.2"; the patch level is of no interest at a glance. */
static int short_version(const char *version)
{
	const char *dot = strchr(version, '.');
	const char *second = dot ? strchr(dot + 1, '.') : NULL;
	return (int)(second ? second - version : (ptrdiff_t)strlen(version));
}

static void add_docker(struct pieces *pieces, const struct server *server)
{
	const struct link *docker = &server->docker;
	const char *version = server->docker_version ? server->docker_version : "";
	if (docker->status == LINK_OK)
		pieces_add(pieces, 3, true, FACE_NORMAL, "docker %.*s", short_version(version), version);
	else if (docker->status == LINK_FAILED)
		pieces_add(pieces, 3, true, FACE_WARNING, "%s", _("docker failed"));
}

static void add_memory(struct pieces *pieces, const struct look *look, const struct server *server)
{
	char usage[48], age[16];
	if (server->memory_total <= 0 || server->memory_available < 0)
		return;
	format_usage(
		usage, sizeof(usage), server->memory_total - server->memory_available, server->memory_total);
	if (look_stale(look, server->host_seen_at, HOST_ROUNDS))
		pieces_add(pieces, 4, true, FACE_DIM, _("mem %s (%s)"), usage,
			format_age(age, sizeof(age), look_age(look, server->host_seen_at)));
	else
		pieces_add(pieces, 4, true, FACE_NORMAL, _("mem %s"), usage);
}

/* The gravest verdict over the server's instances speaks for its mount. */
static const struct store *worst_store(const struct server *server)
{
	static const int gravity[] = {
		[STORE_UNKNOWN] = 1, [STORE_OK] = 0, [STORE_WRONG] = 2, [STORE_HUNG] = 3};
	const struct store *worst = NULL;
	for (size_t i = 0; i < server->instance_count; i++) {
		const struct store *s = &server->instances[i]->store;
		if (s->fstype && (!worst || gravity[s->status] > gravity[worst->status]))
			worst = s;
	}
	return worst;
}

/* Fails itself, or does not offer what must be mounted. */
static bool nfs_fails(const struct server *server)
{
	return server->nfs.status == LINK_FAILED || server->nfs_server.export_fails;
}

static void add_nfs(struct pieces *pieces, const struct server *server)
{
	const struct nfs_spec *nfs = &server->spec->nfs;
	char latency[24];
	if (!nfs->given)
		return;
	if (nfs->export_path) {
		bool failed = nfs_fails(server);
		pieces_add(pieces, 5, true, failed ? FACE_CRITICAL : FACE_NORMAL,
			failed ? _("NFS! %s") : _("exports %s"), nfs->export_path);
		return;
	}
	const struct store *s = worst_store(server);
	if (!s || !nfs->source)
		return;
	int host = (int)strcspn(nfs->source, ":");
	enum face face = s->status == STORE_OK        ? FACE_NORMAL
			 : s->status == STORE_UNKNOWN ? FACE_DIM
						      : FACE_CRITICAL;
	bool answers = s->status == STORE_OK && server->nfs.status == LINK_OK;
	pieces_add(pieces, 5, true, face, "%s %.*s %s%s%s", s->fstype, host, nfs->source,
		store_status_name(s->status), answers ? " " : "",
		answers ? format_latency(latency, sizeof(latency), server->nfs.latency_ms) : "");
}

/* That it changes by itself must be seen where it is watched. */
static void add_autoscale(struct pieces *pieces, const struct look *look, const struct server *server)
{
	struct autoscale_view view;
	if (!autoscale_at(look->autoscale, server->index, &view))
		return;
	if (policy_alert(view.policy))
		pieces_add(pieces, 2, false, FACE_WARNING, "%s", _("autoscale stopped"));
	else if (view.armed)
		pieces_add(pieces, 2, false, FACE_BUSY, "%s", _("autoscale"));
}

void server_heading(const struct look *look, const struct server *server, const struct canvas *line)
{
	struct pieces pieces = {0};
	pieces_add(&pieces, 0, false, FACE_TITLE, "%s", server->spec->name);
	pieces_add(&pieces, 6, false, FACE_DIM, "%s", server->spec->host);
	pieces_add(&pieces, 1, false, server->spec->role == ROLE_RW ? FACE_BUSY : FACE_NORMAL, "%s",
		server->spec->role == ROLE_RW ? "rw" : "ro");
	if (server->status == FLEET_DOWN)
		pieces_add(&pieces, 2, false, FACE_CRITICAL, "%s", _("DOWN"));
	add_autoscale(&pieces, look, server);
	add_docker(&pieces, server);
	add_memory(&pieces, look, server);
	if (server->clock_skew_known &&
		(server->clock_skew_ms > FLEET_SKEW_MS || server->clock_skew_ms < -FLEET_SKEW_MS))
		pieces_add(&pieces, 7, true, FACE_WARNING, _("clock %+" PRId64 "s"),
			server->clock_skew_ms / 1000);
	add_nfs(&pieces, server);
	pieces_draw(&pieces, line, 2);
}

/* What a note can say; each kind has its line, or none. */
enum note { NOTE_DOCKER, NOTE_WARNING, NOTE_TOKEN, NOTE_NFS, NOTE_EXPORT, NOTE_COUNT };

/* The first instance with a warning about its token file; NULL without one. */
static const struct instance *careless(const struct server *server)
{
	for (size_t i = 0; i < server->instance_count; i++)
		if (server->instances[i]->token_warning != NULL)
			return server->instances[i];
	return NULL;
}

static bool has_note(const struct server *server, enum note note)
{
	switch (note) {
	case NOTE_DOCKER: /* without instances the same is said in their place */
		return server->docker.status == LINK_FAILED && server->instance_count > 0;
	case NOTE_WARNING:
		return server->docker_warning != NULL;
	case NOTE_TOKEN:
		return careless(server) != NULL;
	case NOTE_NFS: /* of a server of the fleet it is said there */
		return server->nfs.status == LINK_FAILED && server->raised[CONDITION_NFS_SERVER] != 0;
	case NOTE_EXPORT:
		return server->raised[CONDITION_NFS_EXPORT] != 0 && server->nfs_server.trouble != NULL;
	default:
		return false;
	}
}

static void draw_link(
	const struct look *look, const char *what, const struct link *link, const struct canvas *line)
{
	struct pieces pieces = {0};
	char retry[80], age[16];
	pieces_add(
		&pieces, 0, false, FACE_WARNING, "! %s: %s", what, link->error ? link->error : _("failed"));
	if (link->changed_at)
		pieces_add(&pieces, 1, true, FACE_DIM, _("%s ago"),
			format_age(age, sizeof(age), look_age(look, link->changed_at)));
	pieces_add(&pieces, 2, true, FACE_DIM, "%s", format_retry(retry, sizeof(retry), look, link));
	pieces_draw(&pieces, line, 2);
}

int server_notes(const struct look *look, const struct server *server)
{
	int notes = 0;
	(void)look;
	for (int note = 0; note < NOTE_COUNT; note++)
		notes += has_note(server, (enum note)note);
	return notes;
}

void server_note_draw(
	const struct look *look, const struct server *server, int note, const struct canvas *line)
{
	int kind = 0;
	while (kind < NOTE_COUNT && (!has_note(server, (enum note)kind) || note-- > 0))
		kind++;
	if (kind == NOTE_DOCKER)
		draw_link(look, "docker", &server->docker, line);
	else if (kind == NOTE_NFS)
		draw_link(look, "nfs", &server->nfs, line);
	else if (kind == NOTE_EXPORT)
		canvas_printf(line, 0, 1, FACE_WARNING, "! nfs: %s", server->nfs_server.trouble);
	else if (kind == NOTE_WARNING)
		canvas_printf(line, 0, 1, FACE_WARNING, "! %s", server->docker_warning);
	else if (kind == NOTE_TOKEN)
		canvas_printf(line, 0, 1, FACE_WARNING, "! %s: %s", careless(server)->name,
			careless(server)->token_warning);
}

void server_empty_draw(const struct look *look, const struct server *server, const struct canvas *line)
{
	if (server->docker.status == LINK_FAILED)
		draw_link(look, "docker", &server->docker, line);
	else if (server->listed || !server->spec->docker)
		canvas_text(
			line, 0, 1, FACE_DIM, _("no instance: no container matches, and none is configured"));
	else
		canvas_text(line, 0, 1, FACE_DIM, _("asking docker which instances there are"));
}
