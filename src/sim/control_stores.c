/*
 * control_stores.c - verbs that act on stores and mounts.
 */
#include "control_private.h"
#include "world_private.h"

#include <stdlib.h>
#include <string.h>

#define STORE_PATH "/root/.ollama"

bool control_pull(const struct command *c)
{
	struct world_store *store = control_store(c);
	struct world_pull *pull;
	double fraction;

	if (!store)
		return control_fail(c, "the target has no store");
	pull = world_pull(c->world, store, control_text(c, "model", ""), true);
	if (!pull)
		return control_fail(c, "the registry has no such model");
	pull->rate = control_number(c, "rate", c->world->pull_rate);
	fraction = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(c->json, "fraction"));
	if (fraction > 0 && fraction < 1)
		pull->completed = (int64_t)((double)pull->model->layers[pull->layer].size * fraction);
	return true;
}

bool control_add_model(const struct command *c)
{
	struct world_store *store = control_store(c);
	struct world_model *model = world_registry(c->world, control_text(c, "model", ""));
	const char *as = control_text(c, "as", NULL);

	if (!store || !model) {
		world_model_free(model);
		return control_fail(c, store ? "the registry has no such model" : "the target has no store");
	}
	if (as && !world_set_string(&model->name, as)) {
		world_model_free(model);
		return control_fail(c, "out of memory");
	}
	return world_store_add(c->world, store, model) || control_fail(c, "out of memory");
}

bool control_remove_model(const struct command *c)
{
	struct world_store *store = control_store(c);

	return (store && world_store_remove(c->world, store, control_text(c, "model", ""))) ||
	       control_fail(c, "its store has no such model");
}

static struct world_mount *store_mount(const struct command *c)
{
	for (size_t i = 0; i < c->container->mount_count; i++)
		if (strcmp(c->container->mounts[i].destination, STORE_PATH) == 0)
			return &c->container->mounts[i];
	return NULL;
}

static struct world_store *store_named(const struct world *world, const char *name)
{
	for (size_t i = 0; i < world->store_count; i++)
		if (strcmp(world->stores[i]->source, name) == 0)
			return world->stores[i];
	return NULL;
}

/* On a server: what its containers see from their next start; on a container: what it sees now. */
bool control_mount(const struct command *c)
{
	const char *name = control_text(c, "store", NULL);
	struct world_mount *m = c->container ? store_mount(c) : NULL;
	struct world_store *store = name ? store_named(c->world, name) : control_store(c);
	struct world_host_mount host = {
		.path = (char *)(uintptr_t)control_text(c, "path", "/opt/ollama-models"),
		.fstype = (char *)(uintptr_t)control_text(c, "fstype", "ext4"),
		.source = (char *)(uintptr_t)control_text(c, "source", "/dev/sda1"),
		.options = (char *)(uintptr_t)control_text(c, "options", NULL),
		.store = store,
	};

	if (name && !store)
		return control_fail(c, "no such store");
	if (!c->container)
		return world_host_mount(c->server, &host) || control_fail(c, "out of memory");
	if (!m)
		return control_fail(c, "the container mounts no store");
	m->store = store;
	m->read_only = control_flag(c, "read_only", m->read_only);
	return (world_set_string(&m->fstype, control_text(c, "fstype", m->fstype)) &&
		       world_set_string(&m->fs_source, control_text(c, "source", m->fs_source))) ||
	       control_fail(c, "out of memory");
}

/* The container sees another version of a model than the others, until it is restarted. */
bool control_drift(const struct command *c)
{
	const struct world_store *from = control_store(c);
	const struct world_model *target = world_model(c->container, control_text(c, "model", ""));
	struct world_mount *m = store_mount(c);
	struct world_store *copy;

	if (!from || !m || !target)
		return control_fail(c, "its store has no such model");
	copy = world_add_store(c->world, from->source, false);
	if (!copy)
		return control_fail(c, "out of memory");
	for (size_t i = 0; i < from->model_count; i++) {
		struct world_model *model = calloc(1, sizeof *model);

		if (!model || !world_model_copy(model, from->models[i]) ||
			!world_store_add(c->world, copy, model))
			return control_fail(c, "out of memory");
		model->modified = from->models[i]->modified;
		if (strcmp(model->name, target->name) == 0)
			world_hex(c->world, model->digest, 64);
	}
	m->store = copy;
	return true;
}

/* What keeps a read-only instance from starting: an empty folder left by a deleted model, or no key yet. */
bool control_store_trouble(const struct command *c)
{
	struct world_store *store = control_store(c);

	if (!store)
		return control_fail(c, "the target has no store");
	store->leftover = control_flag(c, "leftover", store->leftover);
	store->no_key = control_flag(c, "no_key", store->no_key);
	store->bare = control_flag(c, "bare", store->bare);
	store->unreadable = control_flag(c, "unreadable", store->unreadable);
	store->unwritable = control_flag(c, "unwritable", store->unwritable);
	return true;
}
