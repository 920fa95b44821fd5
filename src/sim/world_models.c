/*
 * world_models.c - what is loaded: how it gets into memory, what it weighs, when it goes.
 */
#include "world.h"

#include "world_private.h"

#include <stdlib.h>
#include <string.h>

/* Where loading reads from decides how long it takes, in bytes a second. */
#define LOAD_RATE_LOCAL (1500 * WORLD_MIB)
#define LOAD_RATE_NFS   (600 * WORLD_MIB)
#define GRAPH_BYTES     (164 * WORLD_MIB) /* compute buffers */
#define DEFAULT_CONTEXT 4096
#define REQUEST_MS      4000 /* one of somebody else's requests */

struct world_loaded *world_loaded(const struct world_container *c, const char *name)
{
	char *full = world_with_tag(name);
	struct world_loaded *found = NULL;

	for (size_t i = 0; full && i < c->loaded_count && !found; i++)
		if (strcmp(c->loaded[i]->model.name, full) == 0)
			found = c->loaded[i];
	free(full);
	return found;
}

static void set_expiry(const struct world *world, struct world_loaded *loaded)
{
	loaded->expires = loaded->keep_alive < 0 ? INT64_MAX : world->wall + loaded->keep_alive;
}

static void log_loaded(struct world_container *c, const struct world_loaded *loaded)
{
	world_slog(c, "INFO", "server.go:637", "msg=\"llama runner started in %.2f seconds\"",
		(double)(c->server->world->wall - loaded->began) / 1000);
}

struct world_loaded *world_load(
	struct world_container *c, const struct world_model *model, int64_t context, int64_t keep_alive)
{
	struct world *world = c->server->world;
	struct world_loaded *loaded = world_loaded(c, model->name);
	struct world_loaded **slot;

	if (context <= 0)
		context = DEFAULT_CONTEXT < model->context_length ? DEFAULT_CONTEXT : model->context_length;
	if (loaded && loaded->context == context) {
		loaded->keep_alive = keep_alive;
		set_expiry(world, loaded);
		world_changed(world);
		return loaded;
	}
	if (loaded)
		world_unload(c, model->name);
	loaded = calloc(1, sizeof *loaded);
	if (!loaded || !world_model_copy(&loaded->model, model)) {
		free(loaded);
		return NULL;
	}
	slot = world_grow((void **)&c->loaded, &c->loaded_count, sizeof(struct world_loaded *));
	if (!slot) {
		world_model_clear(&loaded->model);
		free(loaded);
		return NULL;
	}
	*slot = loaded;
	loaded->began = world->wall;
	world_slog(c, "INFO", "server.go:175", "msg=offload library=cpu layers.requested=-1 layers.model=%d",
		(int)model->block_count + 1);
	loaded->context = context;
	loaded->anon = model->embedding ? 24 * WORLD_MIB : model->kv_per_token * context + GRAPH_BYTES;
	loaded->size = model->size + loaded->anon;
	loaded->size_vram = c->gpu_count > 0 ? loaded->size : 0;
	loaded->keep_alive = keep_alive;
	set_expiry(world, loaded);
	if (world->backend.load)
		loaded->token = world->backend.load(world->backend.user, model);
	if (world->still || world->backend.load) {
		loaded->resident = model->size;
		loaded->ready = true;
		log_loaded(c, loaded);
	}
	world_changed(world);
	return loaded;
}

void world_loaded_free(struct world_container *c, struct world_loaded *loaded)
{
	const struct world *world = c->server->world;

	if (loaded->token)
		world->backend.unload(world->backend.user, loaded->token);
	world_model_clear(&loaded->model);
	free(loaded);
}

static void drop(struct world_container *c, size_t i)
{
	world_loaded_free(c, c->loaded[i]);
	memmove(&c->loaded[i], &c->loaded[i + 1], (c->loaded_count - i - 1) * sizeof(struct world_loaded *));
	c->loaded_count--;
	world_changed(c->server->world);
}

void world_unload(struct world_container *c, const char *name)
{
	const struct world_loaded *loaded = world_loaded(c, name);

	if (!loaded)
		return;
	for (size_t i = 0; i < c->loaded_count; i++) {
		if (c->loaded[i] == loaded) {
			drop(c, i);
			return;
		}
	}
}

void world_unload_all(struct world_container *c)
{
	for (size_t i = 0; i < c->loaded_count; i++)
		world_loaded_free(c, c->loaded[i]);
	free(c->loaded);
	c->loaded = NULL;
	c->loaded_count = 0;
}

void world_busy(struct world_container *c, int64_t ms)
{
	c->busy_until = c->server->world->wall + ms;
	world_changed(c->server->world);
}

bool world_is_busy(const struct world_container *c)
{
	if (c->status != WORLD_RUNNING || c->loaded_count == 0)
		return false;
	for (size_t i = 0; i < c->loaded_count; i++)
		if (c->loaded[i]->requests > 0)
			return true;
	return c->server->world->wall < c->busy_until;
}

int64_t world_anon(const struct world_container *c)
{
	int64_t anon = c->ollama ? WORLD_BASE_ANON : WORLD_IDLE_OTHER;

	for (size_t i = 0; i < c->loaded_count; i++)
		anon += c->loaded[i]->anon;
	return anon;
}

static void load_on(struct world_container *c, struct world_loaded *loaded, int64_t ms)
{
	int64_t rate = world_over_nfs(c) ? LOAD_RATE_NFS : LOAD_RATE_LOCAL;

	if (loaded->ready || world_store_hung(c))
		return;
	loaded->resident += rate * ms / 1000;
	c->block_read += (uint64_t)(rate * ms / 1000);
	if (loaded->resident < loaded->model.size)
		return;
	loaded->resident = loaded->model.size;
	loaded->ready = true;
	set_expiry(c->server->world, loaded);
	log_loaded(c, loaded);
	world_changed(c->server->world);
}

/* Each of somebody else's requests moves the expiry when it ends, and leaves a line in the log. */
static void others_tick(struct world_container *c, int64_t ms)
{
	struct world *world = c->server->world;
	int64_t left = c->busy_until - world->wall;

	if (c->loaded_count == 0 || left <= -ms || left / REQUEST_MS == (left + ms) / REQUEST_MS)
		return;
	set_expiry(world, c->loaded[0]);
	c->net_rx += 4096;
	c->net_tx += 65536;
	world_gin(c, 200, REQUEST_MS - 400 + (double)world_random(world, 800), "172.18.0.2", "POST",
		c->loaded[0]->model.embedding ? "/api/embed" : "/api/generate");
}

void world_models_tick(struct world_container *c, int64_t ms)
{
	const struct world *world = c->server->world;

	for (size_t i = c->loaded_count; i-- > 0;) {
		struct world_loaded *loaded = c->loaded[i];

		load_on(c, loaded, ms);
		if (loaded->requests > 0 || !loaded->ready || world->wall < c->busy_until)
			continue;
		if (loaded->expires <= world->wall)
			drop(c, i);
	}
	others_tick(c, ms);
	if (c->memory_limit > 0 && world_anon(c) > c->memory_limit)
		world_oom(c, true);
}
