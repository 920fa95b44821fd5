/*
 * models.c - folds the lists of loaded and stored models, and says what came and went.
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Digests are told apart by this much of them in events. */
#define DIGEST_SHOWN 12

void loaded_free(struct model_loaded *models, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(models[i].name);
	free(models);
}

void stored_free(struct model_stored *models, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(models[i].name);
	free(models);
}

static int by_loaded_name(const void *a, const void *b)
{
	return strcmp(((const struct model_loaded *)a)->name, ((const struct model_loaded *)b)->name);
}

static int by_stored_name(const void *a, const void *b)
{
	return strcmp(((const struct model_stored *)a)->name, ((const struct model_stored *)b)->name);
}

/* A sorted copy; models without a name are dropped. NULL with *count 0 when there are none. */
static struct model_loaded *loaded_copy(const struct model_loaded *from, size_t *count)
{
	const size_t most = *count < FLEET_MODELS_MAX ? *count : FLEET_MODELS_MAX;
	struct model_loaded *models = most ? calloc(most, sizeof(*models)) : NULL;

	*count = 0;
	for (size_t i = 0; models && i < most; i++) {
		struct model_loaded *m = &models[*count];

		*m = from[i];
		m->name = NULL;
		m->size = sane_size(from[i].size);
		m->loading = false;
		m->load_seconds = NAN;
		keep_text(&m->name, from[i].name, TEXT_NAME_MAX);
		keep_digest(m->digest, from[i].digest);
		*count += m->name != NULL;
	}
	if (*count > 1)
		qsort(models, *count, sizeof(*models), by_loaded_name);
	return models;
}

static struct model_stored *stored_copy(const struct model_stored *from, size_t *count)
{
	const size_t most = *count < FLEET_MODELS_MAX ? *count : FLEET_MODELS_MAX;
	struct model_stored *models = most ? calloc(most, sizeof(*models)) : NULL;

	*count = 0;
	for (size_t i = 0; models && i < most; i++) {
		struct model_stored *m = &models[*count];

		*m = from[i];
		m->name = NULL;
		m->size = sane_size(from[i].size);
		keep_text(&m->name, from[i].name, TEXT_NAME_MAX);
		keep_digest(m->digest, from[i].digest);
		*count += m->name != NULL;
	}
	if (*count > 1)
		qsort(models, *count, sizeof(*models), by_stored_name);
	return models;
}

static bool same_loaded(const struct model_loaded *a, const struct model_loaded *b)
{
	return digest_same(a->digest, b->digest) && a->size == b->size && a->size_vram == b->size_vram &&
	       a->context == b->context && a->expires_wall == b->expires_wall;
}

/* It was not there before: it has begun to load. */
static void load_begins(struct instance *i, struct model_loaded *now)
{
	now->loading = true;
	now->first_expires_wall = now->expires_wall;
	i->loads_seen++;
}

/* It was there before. What was loaded before it was first listed took less than a poll: how long is not known. */
static void load_goes_on(struct instance *i, const struct model_loaded *was, struct model_loaded *now)
{
	now->loading = was->loading;
	now->first_expires_wall = was->first_expires_wall;
	now->load_seconds = was->load_seconds;
	if (!was->loading || now->expires_wall != was->expires_wall)
		return;
	now->loading = false;
	if (now->expires_wall > now->first_expires_wall) {
		now->load_seconds = (double)(now->expires_wall - now->first_expires_wall) / 1000;
		histogram_note(&i->loads, &histogram_load, now->load_seconds);
	}
}

/* Walks both sorted lists; whether anything shown differs. `other` is set when the set does. */
static bool loaded_changes(const struct place *p, struct model_loaded *now, size_t count, bool *other)
{
	struct instance *i = p->instance;
	const bool first = i->loaded_at == 0;
	size_t a = 0, b = 0;
	bool changed = false;

	while (a < i->loaded_count || b < count) {
		const int order = a >= i->loaded_count ? 1
				  : b >= count         ? -1
						       : strcmp(i->loaded[a].name, now[b].name);

		if (order < 0) {
			instance_event(p->fleet, i, SEVERITY_NONE, _("%s unloaded"), i->loaded[a].name);
			a++;
		} else if (order > 0) {
			if (!first) {
				load_begins(i, &now[b]);
				instance_event(p->fleet, i, SEVERITY_NONE, _("%s loaded"), now[b].name);
			}
			b++;
		} else {
			const bool same = digest_same(i->loaded[a].digest, now[b].digest);

			if (same)
				load_goes_on(i, &i->loaded[a], &now[b]);
			else
				load_begins(i, &now[b]);
			*other |= !same;
			changed |= !same_loaded(&i->loaded[a++], &now[b++]);
		}
		*other |= order != 0;
	}
	return changed || *other;
}

void fold_loaded(const struct place *p, const struct observation *o)
{
	struct instance *i = p->instance;
	size_t count = o->error ? 0 : o->u.loaded.count;
	bool other = false;

	if (o->error)
		return;
	struct model_loaded *now = loaded_copy(o->u.loaded.models, &count);
	touch(p->fleet, loaded_changes(p, now, count, &other));
	if (other)
		i->loaded_changed_at = o->at;
	loaded_free(i->loaded, i->loaded_count);
	i->loaded = now;
	i->loaded_count = count;
	i->loaded_at = o->at;
}

static bool stored_changes(const struct place *p, struct model_stored *now, size_t count, int64_t at)
{
	const struct instance *i = p->instance;
	const bool first = i->stored_at == 0;
	size_t a = 0, b = 0;
	bool changed = false;

	while (a < i->stored_count || b < count) {
		const int order = a >= i->stored_count ? 1
				  : b >= count         ? -1
						       : strcmp(i->stored[a].name, now[b].name);

		if (order < 0) {
			instance_event(p->fleet, i, SEVERITY_NONE, _("%s removed"), i->stored[a].name);
			a++;
		} else if (order > 0) {
			now[b].first_seen_at = at;
			now[b].appeared = !first;
			if (!first)
				instance_event(p->fleet, i, SEVERITY_NONE, _("%s appeared"), now[b].name);
			b++;
		} else {
			const struct model_stored *was = &i->stored[a++];
			struct model_stored *is = &now[b++];
			const bool same = digest_same(was->digest, is->digest);

			is->first_seen_at = same ? was->first_seen_at : at;
			is->appeared = !same || was->appeared;
			if (!same)
				instance_event(p->fleet, i, SEVERITY_NONE, _("%s changed: %.*s to %.*s"),
					is->name, DIGEST_SHOWN, was->digest, DIGEST_SHOWN, is->digest);
			changed |= !same || was->size != is->size;
			continue;
		}
		changed = true;
	}
	return changed;
}

/* The other instances that are compared with `i`, when its list changed. */
static void compare_others(struct fleet *fleet, const struct instance *reference)
{
	for (size_t s = 0; s < fleet->server_count; s++)
		for (size_t k = 0; k < fleet->servers[s].instance_count; k++) {
			struct instance *i = fleet->servers[s].instances[k];

			if (i == reference || i->stored_at == 0)
				continue;
			drift_compare(fleet, i, i->stored, i->stored_count);
			instance_judge(fleet, i);
		}
}

void fold_stored(const struct place *p, const struct observation *o)
{
	struct instance *i = p->instance;
	size_t count = o->error ? 0 : o->u.stored.count;
	const bool first = i->stored_at == 0;

	if (o->error)
		return;
	struct model_stored *now = stored_copy(o->u.stored.models, &count);
	const bool changed = stored_changes(p, now, count, o->at);
	struct model_stored *before = i->stored;
	const size_t before_count = i->stored_count;

	i->stored = now;
	i->stored_count = count;
	i->stored_at = o->at;
	touch(p->fleet, changed);
	drift_compare(p->fleet, i, before, before_count);
	if ((changed || first) && fleet_reference(p->fleet) == i)
		compare_others(p->fleet, i);
	stored_free(before, before_count);
}

const struct model_stored *stored_find(const struct model_stored *models, size_t count, const char *name)
{
	const struct model_stored wanted = {.name = (char *)name};

	return count ? bsearch(&wanted, models, count, sizeof(*models), by_stored_name) : NULL;
}

bool digest_same(const char *a, const char *b)
{
	return strncmp(a, b, sizeof(((struct model_stored *)0)->digest)) == 0;
}
