/*
 * world_pull.c - pulls: layers that come one after another, and the part files they leave in the store.
 */
#include "world.h"

#include "world_private.h"

#include <stdlib.h>
#include <string.h>

/* As Ollama cuts a layer: sixteen parts, each from 100 MB to 1 GB. */
#define PARTS    16
#define PART_MIN (100 * (int64_t)1000000)
#define PART_MAX (1000 * (int64_t)1000000)

static bool has_layer(const struct world_store *store, const char *digest)
{
	for (size_t i = 0; i < store->model_count; i++)
		for (size_t j = 0; j < store->models[i]->layer_count; j++)
			if (strcmp(store->models[i]->layers[j].digest, digest) == 0)
				return true;
	return false;
}

struct world_pull *world_pull(struct world *world, struct world_store *store, const char *name, bool foreign)
{
	struct world_model *model = world_registry(world, name);
	struct world_pull *pull;
	struct world_pull **slot;

	if (!model)
		return NULL;
	for (size_t i = 0; i < store->pull_count; i++) {
		if (strcmp(store->pulls[i]->model->name, model->name) != 0)
			continue;
		world_model_free(model);
		store->pulls[i]->foreign |= foreign;
		store->pulls[i]->paused = false;
		return store->pulls[i];
	}
	pull = calloc(1, sizeof *pull);
	slot = pull ? world_grow((void **)&store->pulls, &store->pull_count, sizeof(struct world_pull *))
		    : NULL;
	if (!slot) {
		world_model_free(model);
		free(pull);
		return NULL;
	}
	*slot = pull;
	pull->serial = ++world->pull_serial;
	pull->model = model;
	pull->rate = world->pull_rate;
	pull->foreign = foreign;
	world_changed(world);
	return pull;
}

struct world_pull *world_pull_by_serial(const struct world_store *store, uint64_t serial)
{
	for (size_t i = 0; i < store->pull_count; i++)
		if (store->pulls[i]->serial == serial)
			return store->pulls[i];
	return NULL;
}

static void finish(struct world *world, struct world_store *store, struct world_pull *pull)
{
	const struct world_backend *backend = &world->backend;
	struct world_model *model = pull->model;

	for (size_t i = 0; i < store->pull_count; i++) {
		if (store->pulls[i] != pull)
			continue;
		memmove(&store->pulls[i], &store->pulls[i + 1],
			(store->pull_count - i - 1) * sizeof(struct world_pull *));
		store->pull_count--;
		break;
	}
	free(pull);
	store->error[0] = '\0';
	if (backend->write_model &&
		!backend->write_model(backend->user, model, store->error, sizeof store->error)) {
		world_model_free(model);
		world_changed(world);
		return;
	}
	world_store_add(world, store, model);
}

bool world_pull_step(struct world *world, struct world_store *store, struct world_pull *pull, int64_t ms)
{
	int64_t bytes = pull->rate * ms / 1000;

	while (pull->layer < pull->model->layer_count) {
		const struct world_layer *layer = &pull->model->layers[pull->layer];
		int64_t left = layer->size - pull->completed;

		if (!has_layer(store, layer->digest)) {
			if (bytes < left) {
				pull->completed += bytes;
				world_changed(world);
				return true;
			}
			bytes -= left;
		}
		pull->layer++;
		pull->completed = 0;
	}
	finish(world, store, pull);
	return false;
}

static int64_t part_size(const struct world_layer *layer)
{
	int64_t size = layer->size / PARTS;

	if (size < PART_MIN)
		size = PART_MIN;
	return size > PART_MAX ? PART_MAX : size;
}

size_t world_pull_parts(const struct world_pull *pull)
{
	const struct world_layer *layer;
	int64_t size;

	if (pull->layer >= pull->model->layer_count)
		return 0;
	layer = &pull->model->layers[pull->layer];
	size = part_size(layer);
	return (size_t)((layer->size + size - 1) / size);
}

/* All parts are fetched side by side, so each is as far as the whole. */
struct world_part world_pull_part(const struct world_pull *pull, size_t i)
{
	const struct world_layer *layer = &pull->model->layers[pull->layer];
	struct world_part part = {.n = (int)i};
	int64_t size = part_size(layer);
	size_t count = world_pull_parts(pull);
	int64_t before;

	if (count == 0)
		return part;
	part.offset = (int64_t)i * size;
	part.size = part.offset + size > layer->size ? layer->size - part.offset : size;
	before = pull->completed / (int64_t)count * (int64_t)i;
	part.completed = i + 1 == count ? pull->completed - before : pull->completed / (int64_t)count;
	if (part.completed > part.size)
		part.completed = part.size;
	return part;
}

void world_store_tick(struct world *world, struct world_store *store, int64_t ms)
{
	for (size_t i = store->pull_count; i-- > 0;) {
		struct world_pull *pull = store->pulls[i];

		pull->paused = !pull->foreign && pull->watchers == 0;
		if (!pull->paused)
			world_pull_step(world, store, pull, ms);
	}
}
