/*
 * world_store.c - the folders that hold models, and what a container sees of the one that it mounts.
 */
#include "world.h"

#include "world_private.h"

#include <stdlib.h>
#include <string.h>

static void pull_free(struct world_pull *pull)
{
	world_model_free(pull->model);
	free(pull);
}

void world_store_free(struct world_store *store)
{
	for (size_t i = 0; i < store->model_count; i++)
		world_model_free(store->models[i]);
	for (size_t i = 0; i < store->pull_count; i++)
		pull_free(store->pulls[i]);
	free(store->models);
	free(store->pulls);
	free(store->source);
	free(store);
}

static const struct world_mount *store_mount(const struct world_container *c)
{
	for (size_t i = 0; i < c->mount_count; i++)
		if (strcmp(c->mounts[i].destination, "/root/.ollama") == 0)
			return &c->mounts[i];
	return NULL;
}

struct world_store *world_store_of(const struct world_container *c)
{
	const struct world_mount *mount = store_mount(c);

	return mount ? mount->store : NULL;
}

bool world_over_nfs(const struct world_container *c)
{
	const struct world_mount *mount = store_mount(c);

	return mount && mount->fstype && strncmp(mount->fstype, "nfs", 3) == 0;
}

bool world_store_read_only(const struct world_container *c)
{
	const struct world_mount *mount = store_mount(c);

	return mount && mount->read_only;
}

static bool exports_store(const struct world_server *server, const struct world_store *store)
{
	for (size_t i = 0; server->nfs_export && i < server->host_mount_count; i++)
		if (server->host_mounts[i].store == store &&
			strcmp(server->host_mounts[i].path, server->nfs_export) == 0)
			return true;
	return false;
}

/* The server whose NFS a container's store comes from; NULL: it is local, or from elsewhere. */
static const struct world_server *nfs_server_of(const struct world_container *c)
{
	const struct world *world = c->server->world;
	const struct world_store *store = world_store_of(c);

	for (size_t i = 0; store && world_over_nfs(c) && i < world->server_count; i++)
		if (exports_store(world->servers[i], store))
			return world->servers[i];
	return NULL;
}

/* A hard mount waits for a server that is down as for one that is silent. */
bool world_store_hung(const struct world_container *c)
{
	const struct world_store *store = world_store_of(c);
	const struct world_server *server = nfs_server_of(c);

	return c->hang_store || (store && store->hung && world_over_nfs(c)) ||
	       (server && (server->nfs_down || server->nfs_hung));
}

bool world_store_stale(const struct world_container *c)
{
	const struct world_server *server = nfs_server_of(c);

	return c->stale_store || (server && (server->nfs_unlisted || server->nfs_denied));
}

bool world_rpc_silent(const struct world_server *server, bool mountd)
{
	bool hung = server->nfs_hung || (mountd && server->mountd_blocked);

	for (size_t i = 0; i < server->host_mount_count; i++)
		hung |= server->host_mounts[i].store && server->host_mounts[i].store->hung &&
			exports_store(server, server->host_mounts[i].store);
	return hung;
}

bool world_visible(const struct world_container *c, const struct world_model *model)
{
	return !world_over_nfs(c) || c->server->world->wall >= model->visible_at;
}

static struct world_model *find(const struct world_store *store, const char *full)
{
	for (size_t i = 0; i < store->model_count; i++)
		if (strcmp(store->models[i]->name, full) == 0)
			return store->models[i];
	return NULL;
}

struct world_model *world_model(const struct world_container *c, const char *name)
{
	const struct world_store *store = world_store_of(c);
	char *full = world_with_tag(name);
	struct world_model *model = store && full ? find(store, full) : NULL;

	free(full);
	return model && world_visible(c, model) ? model : NULL;
}

bool world_store_add(struct world *world, struct world_store *store, struct world_model *model)
{
	struct world_model **slot = NULL;

	for (size_t i = 0; i < store->model_count; i++)
		if (strcmp(store->models[i]->name, model->name) == 0)
			slot = &store->models[i];
	if (slot)
		world_model_free(*slot);
	else
		slot = world_grow((void **)&store->models, &store->model_count, sizeof(struct world_model *));
	if (!slot) {
		world_model_free(model);
		return false;
	}
	*slot = model;
	model->modified = world->wall;
	model->visible_at = store->nfs && !world->still ? world->wall + world->nfs_delay_ms : world->wall;
	world_changed(world);
	return true;
}

bool world_store_remove(struct world *world, struct world_store *store, const char *name)
{
	char *full = world_with_tag(name);
	bool found = false;

	for (size_t i = 0; full && i < store->model_count && !found; i++) {
		if (strcmp(store->models[i]->name, full) != 0)
			continue;
		world_model_free(store->models[i]);
		memmove(&store->models[i], &store->models[i + 1],
			(store->model_count - i - 1) * sizeof(struct world_model *));
		store->model_count--;
		found = true;
	}
	free(full);
	if (found)
		world_changed(world);
	return found;
}

int64_t world_store_available(const struct world_store *store)
{
	int64_t left = store->available;

	for (size_t i = 0; i < store->model_count; i++)
		left -= store->models[i]->size;
	for (size_t i = 0; i < store->pull_count; i++) {
		const struct world_pull *pull = store->pulls[i];

		for (size_t j = 0; j < pull->layer; j++)
			left -= pull->model->layers[j].size;
		left -= pull->completed;
	}
	return left > 0 ? left : 0;
}
