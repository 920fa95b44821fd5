/*
 * observe_store.c - folds what is seen of stores.
 */
#include "core.h"
#include "ollama-top/text.h"

#include <string.h>

/* Errors with which a store itself answers; others only say that it could not be asked. */
static bool is_fault(const char *error)
{
	static const char *const faults[] = {
		"stale file handle",
		"stale nfs file handle",
		"estale",
		"input/output error",
		"transport endpoint is not connected",
	};

	for (size_t k = 0; k < sizeof(faults) / sizeof(faults[0]); k++)
		if (contains_nocase(error, faults[k]))
			return true;
	return false;
}

void fold_mount(const struct place *p, const struct observation *o)
{
	struct store *store = &p->instance->store;
	bool changed = false;

	if (o->error) {
		/* a container keeps its mounts while it runs: what was seen of this one still holds */
		changed = keep_text(&store->mount_error, o->error, FLEET_TEXT_MAX);
	} else {
		changed |= keep_text(&store->path, o->u.mount.path, FLEET_TEXT_MAX);
		changed |= keep_text(&store->fstype, o->u.mount.fstype, TEXT_NAME_MAX);
		changed |= keep_text(&store->source, o->u.mount.source, FLEET_TEXT_MAX);
		changed |= keep_text(&store->options, o->u.mount.options, FLEET_TEXT_MAX);
		changed |= keep_text(&store->root, o->u.mount.root, FLEET_TEXT_MAX);
		changed |= keep_int(&store->read_only, o->u.mount.read_only);
		changed |= keep_text(&store->mount_error, NULL, FLEET_TEXT_MAX);
		store->mount_seen_at = o->at;
	}
	changed |= store_judge(p->fleet, p->instance);
	touch(p->fleet, changed);
}

static bool same_mount(const struct store *a, const struct store *b)
{
	return a == b || (a->source && b->source && a->fstype && b->fstype &&
				 strcmp(a->source, b->source) == 0 && strcmp(a->fstype, b->fstype) == 0);
}

static bool take_space(struct store *store, const struct observation *o)
{
	bool changed = store->hung;

	store->probing_since = 0;
	if (o->error) {
		if (!is_fault(o->error))
			return false;
		store->hung = false;
		return keep_text(&store->fault, o->error, FLEET_TEXT_MAX) || changed;
	}
	store->hung = false;
	changed |= keep_text(&store->fault, NULL, FLEET_TEXT_MAX);
	/* df tells of bytes or of inodes; what this one did not tell still holds */
	if (o->u.space.total >= 0) {
		changed |= keep_size(&store->total, o->u.space.total);
		changed |= keep_size(&store->available, o->u.space.available);
	}
	if (o->u.space.inodes >= 0) {
		store->inodes = o->u.space.inodes;
		store->inodes_free = o->u.space.inodes_free;
	}
	store->latency_ms = o->u.space.latency_ms;
	store->space_seen_at = o->at;
	return changed;
}

/* Reading a file says what df says of life, and how long it took besides. */
static bool take_read(struct store *store, const struct observation *o)
{
	bool changed = store->hung;

	store->probing_since = 0;
	if (o->error) {
		if (!is_fault(o->error))
			return false;
		store->hung = false;
		return keep_text(&store->fault, o->error, FLEET_TEXT_MAX) || changed;
	}
	store->hung = false;
	changed |= keep_text(&store->fault, NULL, FLEET_TEXT_MAX);
	store->read_ms = o->u.read.latency_ms;
	store->read_at = o->at;
	return changed;
}

static bool take_probe(struct store *store, const struct observation *o)
{
	bool changed = false;

	if (o->error)
		return false;
	if (!o->u.probe.out && !o->u.probe.hung)
		store->probing_since = 0;
	else if (store->probing_since == 0)
		store->probing_since = o->at;
	/* a new probe proves nothing yet: hung stays until an answer, or until nobody waits for one */
	if (o->u.probe.hung || !o->u.probe.out) {
		changed = store->hung != o->u.probe.hung;
		store->hung = o->u.probe.hung;
	}
	return changed;
}

/* One probe stands for every instance of the server on the same mount. */
static void for_mount(const struct place *p, const struct observation *o,
	bool (*take)(struct store *store, const struct observation *o))
{
	const struct store *asked = &p->instance->store;

	for (size_t k = 0; k < p->server->instance_count; k++) {
		struct instance *i = p->server->instances[k];

		if (!same_mount(asked, &i->store))
			continue;
		bool changed = take(&i->store, o);
		changed |= store_judge(p->fleet, i);
		touch(p->fleet, changed);
		if (changed)
			instance_judge(p->fleet, i);
	}
}

void fold_space(const struct place *p, const struct observation *o)
{
	for_mount(p, o, take_space);
}

void fold_read(const struct place *p, const struct observation *o)
{
	for_mount(p, o, take_read);
	for (size_t k = 0; !o->error && k < p->server->instance_count; k++) {
		struct instance *i = p->server->instances[k];

		if (same_mount(&p->instance->store, &i->store))
			sample_note(&i->peak_read, o->u.read.latency_ms);
	}
}

void fold_probe(const struct place *p, const struct observation *o)
{
	for_mount(p, o, take_probe);
}
