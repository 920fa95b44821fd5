/*
 * store.c - whether an instance's store is what it must be (DESIGN.md sections 5 and 10).
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where Ollama's image keeps models, when the container's mount did not say. */
#define STORE_PATH "/root/.ollama"

void store_free(struct store *store)
{
	free(store->error);
	free(store->path);
	free(store->fstype);
	free(store->source);
	free(store->options);
	free(store->root);
	free(store->fault);
	free(store->mount_error);
	*store = (struct store){0};
}

void store_reset(struct store *store)
{
	store_free(store);
	store->read_only = -1;
	store->total = store->available = store->inodes = store->inodes_free = -1;
	store->latency_ms = store->read_ms = NAN;
}

bool path_is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	while (len > 0 && folder[len - 1] == '/')
		len--;
	return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static bool type_accepted(const struct nfs_spec *nfs, const char *fstype)
{
	for (size_t k = 0; k < nfs->type_count; k++)
		if (strcmp(nfs->types[k], fstype) == 0)
			return true;
	return nfs->type_count == 0 && (strcmp(fstype, "nfs") == 0 || strcmp(fstype, "nfs4") == 0);
}

static void say_types(struct words *why, const struct nfs_spec *nfs)
{
	for (size_t k = 0; k < nfs->type_count; k++)
		say(why, k ? _(" or %s") : "%s", nfs->types[k]);
	if (nfs->type_count == 0)
		say(why, "nfs or nfs4");
}

/* An export that this host mounts: type and source. */
static enum store_status judge_mount(const struct fleet *fleet, const struct instance *i, struct words *why)
{
	const struct nfs_spec *nfs = &i->server->spec->nfs;
	const struct store *store = &i->store;

	if (!store->fstype) {
		say(why, _("the type of its file system is not known"));
		return STORE_UNKNOWN;
	}
	if (!type_accepted(nfs, store->fstype)) {
		say(why, _("on %s from %s instead of "), store->fstype, store->source ? store->source : "?");
		say_types(why, nfs);
		if (nfs->source)
			say(why, _(" from %s"), nfs->source);
		return STORE_WRONG;
	}
	/* a local file system that the operator accepts has no address to compare */
	if (!nfs->source || strncmp(store->fstype, "nfs", 3) != 0)
		return STORE_OK;
	switch (store_source_match(fleet, i, why)) {
	case SOURCE_RIGHT:
		return STORE_OK;
	case SOURCE_WRONG:
		return STORE_WRONG;
	default:
		return STORE_UNKNOWN;
	}
}

/* The folder of the host that holds the store, where the container's mounts tell; else NULL. */
static const struct mount *mount_of(const struct instance *i)
{
	const char *path = i->store.path ? i->store.path : STORE_PATH;
	const struct mount *best = NULL;

	for (size_t k = 0; k < i->container.mount_count; k++) {
		const struct mount *m = &i->container.mounts[k];

		if (m->source && m->destination && path_is_below(path, m->destination) &&
			(!best || strlen(m->destination) > strlen(best->destination)))
			best = m;
	}
	return best;
}

/* It may be all that there is to know, where the image has no cat or the engine's address forbids exec. */
void store_from_container(struct instance *i)
{
	struct store *store = &i->store;
	const struct mount *m = store->mount_seen_at == 0 ? mount_of(i) : NULL;

	if (!m)
		return;
	(void)keep_text(&store->path, m->destination, FLEET_TEXT_MAX);
	(void)keep_text(&store->source, m->source, FLEET_TEXT_MAX);
	store->read_only = m->read_only;
}

static enum store_status judge_rw(const struct fleet *fleet, const struct instance *i, struct words *why)
{
	const struct nfs_spec *nfs = &i->server->spec->nfs;
	const struct mount *m = mount_of(i);

	if (i->store.read_only == 1) {
		say(why, _("read-only, but models are pulled here"));
		return STORE_WRONG;
	}
	if (nfs->export_path && m && !path_is_below(m->source, nfs->export_path)) {
		say(why, _("in %s, not in the export %s"), m->source, nfs->export_path);
		return STORE_WRONG;
	}
	if (nfs->source)
		return judge_mount(fleet, i, why);
	if (i->store.read_only == -1) {
		say(why, _("cannot tell whether it is read-only"));
		return STORE_UNKNOWN;
	}
	return STORE_OK;
}

static enum store_status judge_ro(const struct fleet *fleet, const struct instance *i, struct words *why)
{
	const enum store_status status = judge_mount(fleet, i, why);

	if (status != STORE_OK)
		return status;
	if (i->store.read_only == 1)
		return STORE_OK;
	say(why, i->store.read_only == 0 ? _("writable, must be read-only")
					 : _("cannot tell whether it is read-only"));
	return i->store.read_only == 0 ? STORE_WRONG : STORE_UNKNOWN;
}

static enum store_status judge(const struct fleet *fleet, const struct instance *i, struct words *why)
{
	const struct store *store = &i->store;

	if (store->hung) {
		say(why, _("the store does not answer"));
		return STORE_HUNG;
	}
	if (store->fault) {
		if (contains_nocase(store->fault, "stale"))
			say(why, _("the mount is stale, its server no longer knows it: "));
		say(why, "%s", store->fault);
		return STORE_WRONG;
	}
	if (store->mount_seen_at == 0) {
		say(why, "%s", store->mount_error ? store->mount_error : _("not looked at yet"));
		return STORE_UNKNOWN;
	}
	if (!i->server->spec->nfs.given)
		return STORE_OK;
	return (i->server->spec->role == ROLE_RW ? judge_rw : judge_ro)(fleet, i, why);
}

bool store_judge(const struct fleet *fleet, struct instance *i)
{
	struct words why = {""};
	const enum store_status status = judge(fleet, i, &why);
	const bool changed = i->store.status != status;

	i->store.status = status;
	return keep_text(&i->store.error, status == STORE_OK ? NULL : why.text, FLEET_TEXT_MAX) || changed;
}

const char *store_status_name(enum store_status status)
{
	static const char *const names[] = {
		[STORE_UNKNOWN] = "unknown",
		[STORE_OK] = "ok",
		[STORE_WRONG] = "wrong",
		[STORE_HUNG] = "hung",
	};

	return (unsigned)status <= STORE_HUNG ? names[status] : names[STORE_UNKNOWN];
}
