/*
 * observe_nfs.c - folds what an NFS server answers, and judges whether the export that the
 * configuration names is there, and for whom (DESIGN.md sections 5 and 10).
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many exports or clients a sentence names before it says "...". */
#define NAMED_MAX 4

const char *nfs_service_name(enum nfs_service_kind kind)
{
	static const char *const names[NFS_SERVICES] = {
		[NFS_SERVICE_V4] = "NFS v4",
		[NFS_SERVICE_V3] = "NFS v3",
		[NFS_SERVICE_PORTMAPPER] = "portmapper",
		[NFS_SERVICE_MOUNTD] = "mountd",
	};

	return (unsigned)kind < NFS_SERVICES ? names[kind] : "?";
}

const char *nfs_answer_name(enum nfs_answer answer)
{
	static const char *const names[] = {
		[NFS_UNHEARD] = "unknown",
		[NFS_ANSWERS] = "ok",
		[NFS_REFUSED] = "refused",
		[NFS_HUNG] = "hung",
		[NFS_ABSENT] = "absent",
		[NFS_BROKEN] = "broken",
	};

	return (unsigned)answer <= NFS_BROKEN ? names[answer] : names[NFS_UNHEARD];
}

static void exports_free(struct nfs_server *nfs)
{
	for (size_t k = 0; k < nfs->export_count; k++) {
		for (size_t c = 0; c < nfs->exports[k].client_count; c++)
			free(nfs->exports[k].clients[c]);
		free(nfs->exports[k].clients);
		free(nfs->exports[k].path);
	}
	free(nfs->exports);
	nfs->exports = NULL;
	nfs->export_count = 0;
}

bool nfs_server_init(const struct fleet *fleet, struct server *s)
{
	struct nfs_server *nfs = &s->nfs_server;
	struct nfs_target target;
	size_t owner;

	s->nfs.latency_ms = NAN;
	s->nfs.status = LINK_NONE;
	nfs->peak_latency = NAN;
	for (size_t k = 0; k < NFS_SERVICES; k++)
		nfs->services[k].latency_ms = NAN;
	if (!nfs_target_of(fleet->spec, s->index, &target))
		return true;
	s->nfs.status = LINK_UNKNOWN;
	history_init(&nfs->latency_history, history_capacity(fleet->spec->refresh_ms));
	if (nfs_owner_of(fleet->spec, s->index, &owner))
		nfs->owner = &fleet->servers[owner];
	return keep_text(&nfs->address, target.address, sizeof(target.address)) && nfs->address;
}

void nfs_server_free(struct nfs_server *nfs)
{
	exports_free(nfs);
	for (size_t k = 0; k < NFS_SERVICES; k++)
		free(nfs->services[k].error);
	history_free(&nfs->latency_history);
	free(nfs->address);
	free(nfs->list_error);
	free(nfs->trouble);
	*nfs = (struct nfs_server){0};
}

static void export_copy(struct nfs_export *to, const struct nfs_export *from)
{
	const size_t count = from->client_count < FLEET_CLIENTS_MAX ? from->client_count : FLEET_CLIENTS_MAX;

	keep_text(&to->path, from->path, FLEET_TEXT_MAX);
	to->clients = count ? calloc(count, sizeof(*to->clients)) : NULL;
	for (size_t k = 0; to->clients && k < count; k++) {
		keep_text(&to->clients[to->client_count], from->clients[k], TEXT_NAME_MAX);
		to->client_count += to->clients[to->client_count] != NULL;
	}
}

static bool same_export(const struct nfs_export *a, const struct nfs_export *b)
{
	if (!a->path || !b->path || strcmp(a->path, b->path) != 0 || a->client_count != b->client_count)
		return false;
	for (size_t k = 0; k < a->client_count; k++)
		if (strcmp(a->clients[k], b->clients[k]) != 0)
			return false;
	return true;
}

static bool take_exports(struct nfs_server *nfs, const struct observation *o)
{
	const size_t count =
		o->u.nfs.export_count < FLEET_EXPORTS_MAX ? o->u.nfs.export_count : FLEET_EXPORTS_MAX;
	bool same = count == nfs->export_count;

	for (size_t k = 0; same && k < count; k++)
		same = same_export(&nfs->exports[k], &o->u.nfs.exports[k]);
	nfs->list_at = o->at;
	if (same)
		return false;
	exports_free(nfs);
	nfs->exports = count ? calloc(count, sizeof(*nfs->exports)) : NULL;
	for (size_t k = 0; nfs->exports && k < count; k++)
		export_copy(&nfs->exports[nfs->export_count++], &o->u.nfs.exports[k]);
	return true;
}

static bool take_services(struct nfs_server *nfs, const struct nfs_service *services)
{
	bool changed = false;

	for (size_t k = 0; k < NFS_SERVICES; k++) {
		struct nfs_service *to = &nfs->services[k];
		const struct nfs_service *from = &services[k];

		changed |= to->answer != from->answer;
		to->answer = from->answer;
		changed |= keep_int(&to->port, from->port);
		if (from->answer == NFS_ANSWERS)
			changed |= keep_figure(&to->latency_ms, from->latency_ms);
		changed |= keep_text(&to->error, from->error, FLEET_TEXT_MAX);
	}
	return changed;
}

/* A server of version 4 alone has no list; who serves version 3 has one, and must be able to tell it. */
static bool judge_list(struct nfs_server *nfs)
{
	const struct nfs_service *mountd = &nfs->services[NFS_SERVICE_MOUNTD];
	const struct nfs_service *portmapper = &nfs->services[NFS_SERVICE_PORTMAPPER];
	const enum nfs_list was = nfs->list;
	const char *why = NULL;

	if (mountd->answer == NFS_ANSWERS) {
		nfs->list = NFS_LIST_KNOWN;
	} else if (nfs->services[NFS_SERVICE_V3].answer == NFS_ABSENT) {
		nfs->list = NFS_LIST_NONE;
	} else {
		nfs->list = NFS_LIST_BLOCKED;
		why = mountd->error ? mountd->error : portmapper->error ? portmapper->error : "?";
	}
	return keep_text(&nfs->list_error, why, FLEET_TEXT_MAX) || was != nfs->list;
}

/* Does somebody who mounts from this server by version 4 get answers? Then what is mounted is exported. */
static bool mounts_work(const struct fleet *fleet, const struct server *s)
{
	for (size_t k = 0; k < fleet->server_count; k++) {
		const struct server *client = &fleet->servers[k];

		if (client != s &&
			(!client->nfs_server.owner || client->nfs_server.owner != s->nfs_server.owner))
			continue;
		for (size_t n = 0; n < client->instance_count; n++) {
			const struct store *store = &client->instances[n]->store;

			if (store->status == STORE_OK && store->space_seen_at > 0 && store->fstype &&
				strcmp(store->fstype, "nfs4") == 0)
				return true;
		}
	}
	return false;
}

static void say_names(struct words *why, char *const *names, size_t count)
{
	for (size_t k = 0; k < count && k < NAMED_MAX; k++)
		say(why, "%s%s", k ? ", " : "", names[k]);
	if (count > NAMED_MAX)
		say(why, ", ...");
}

static void say_missing(struct words *why, const struct nfs_server *nfs, const char *path)
{
	char *paths[FLEET_EXPORTS_MAX];
	size_t count = 0;

	for (size_t k = 0; k < nfs->export_count; k++)
		if (nfs->exports[k].path)
			paths[count++] = nfs->exports[k].path;
	say(why, count ? _("%s does not export %s, only ") : _("%s does not export %s, nor anything else"),
		nfs->address, path);
	say_names(why, paths, count);
	if (nfs->services[NFS_SERVICE_V4].answer == NFS_ANSWERS)
		say(why, _(" (the list leaves out what is for version 4 alone)"));
}

static void judge_known(const struct fleet *fleet, const struct server *s, struct nfs_server *nfs,
	const char *path, struct words *why)
{
	const struct nfs_export *export = nfs_export_of(nfs, path);

	if (!export) {
		/* the list is that of version 3: it leaves out what is offered by version 4 alone */
		const bool elsewhere = nfs->services[NFS_SERVICE_V4].answer == NFS_ANSWERS &&
				       (strcmp(path, "/") == 0 || mounts_work(fleet, s));

		nfs->presence = elsewhere ? NFS_PRESENCE_UNKNOWN : NFS_MISSING;
		if (!elsewhere)
			say_missing(why, nfs, path);
		return;
	}
	nfs->presence = NFS_PRESENT;
	if (nfs->owner == s)
		return;
	nfs->allowed = nfs_export_allows(export, s->spec->host, s->spec->name);
	if (nfs->allowed != NFS_DENIED)
		return;
	say(why, _("%s exports %s, but not to %s (allowed: "), nfs->address, export->path, s->spec->host);
	say_names(why, export->clients, export->client_count);
	say(why, ")");
}

void nfs_judge(struct fleet *fleet, struct server *s)
{
	struct nfs_server *nfs = &s->nfs_server;
	struct words why = {""};
	char path[FLEET_TEXT_MAX];
	const bool asked = s->nfs.status == LINK_OK && nfs_path_of(s->spec, path);
	const enum nfs_presence presence = nfs->presence;
	const enum nfs_allowed allowed = nfs->allowed;

	nfs->presence = NFS_PRESENCE_UNKNOWN;
	nfs->allowed = NFS_ALLOWED_UNKNOWN;
	if (asked && nfs->list == NFS_LIST_KNOWN)
		judge_known(fleet, s, nfs, path, &why);
	nfs->export_fails = why.text[0] != '\0';
	if (asked && nfs->list == NFS_LIST_BLOCKED)
		say(&why, _("export list blocked: %s"), nfs->list_error ? nfs->list_error : "?");
	bool changed = presence != nfs->presence || allowed != nfs->allowed;
	changed |= keep_text(&nfs->trouble, why.text[0] != '\0' ? why.text : NULL, FLEET_TEXT_MAX);
	touch(fleet, changed);
}

/* Version 4 speaks for the server before 3. */
static const struct nfs_service *speaker(const struct nfs_service *services)
{
	const struct nfs_service *v4 = &services[NFS_SERVICE_V4], *v3 = &services[NFS_SERVICE_V3];

	return v4->answer != NFS_ANSWERS && v3->answer == NFS_ANSWERS ? v3 : v4;
}

void fold_nfs(const struct place *p, const struct observation *o)
{
	struct server *s = p->server;
	struct nfs_server *nfs = &s->nfs_server;
	bool changed;

	if (s->nfs.status == LINK_NONE)
		return;
	if (o->error) {
		changed = link_failed(&s->nfs, o->at, o->error);
	} else {
		const struct nfs_service *voice = speaker(o->u.nfs.services);

		changed = take_services(nfs, o->u.nfs.services);
		if (voice->answer == NFS_ANSWERS) {
			changed |= link_answered(&s->nfs, o->at, voice->latency_ms);
			sample_note(&nfs->peak_latency, voice->latency_ms);
			changed |= judge_list(nfs);
			if (nfs->list == NFS_LIST_KNOWN)
				changed |= take_exports(nfs, o);
		} else {
			changed |= link_failed(&s->nfs, o->at, voice->error ? voice->error : "?");
		}
	}
	nfs_judge(p->fleet, s);
	touch(p->fleet, changed);
}
