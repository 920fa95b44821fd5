/*
 * world_models.c - stores, the registry's catalogue, and what is loaded.
 */
#include "world.h"

#include "world_private.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where loading reads from decides how long it takes, in bytes a second. */
#define LOAD_RATE_LOCAL (1500 * WORLD_MIB)
#define LOAD_RATE_NFS   (600 * WORLD_MIB)
#define GRAPH_BYTES     (164 * WORLD_MIB) /* compute buffers */
#define DEFAULT_CONTEXT 4096
#define REQUEST_MS      4000 /* one of somebody else's requests */

static const char MEDIA_MODEL[] = "application/vnd.ollama.image.model";
static const char MEDIA_LICENSE[] = "application/vnd.ollama.image.license";
static const char MEDIA_TEMPLATE[] = "application/vnd.ollama.image.template";
static const char MEDIA_PARAMS[] = "application/vnd.ollama.image.params";
static const char MEDIA_CONFIG[] = "application/vnd.docker.container.image.v1+json";

/* What the registry has; sizes and families as Ollama's library shows them. */
struct entry {
	const char *name, *family, *parameters, *quantization;
	int64_t weights;
	int context, embedding, blocks, kv_heads_in_embedding; /* last: embedding length / width of K */
	bool embeds;
};

static const struct entry CATALOGUE[] = {
	{"mistral:7b", "llama", "7.2B", "Q4_0", 4109853248, 32768, 4096, 32, 4, false},
	{"llama2:7b", "llama", "7B", "Q4_0", 3825807040, 4096, 4096, 32, 1, false},
	{"llama2:13b", "llama", "13B", "Q4_0", 7365834624, 4096, 5120, 40, 1, false},
	{"codellama:7b", "llama", "7B", "Q4_0", 3825898144, 16384, 4096, 32, 1, false},
	{"codellama:13b", "llama", "13B", "Q4_0", 7365960672, 16384, 5120, 40, 1, false},
	{"llama3.1:8b", "llama", "8.0B", "Q4_K_M", 4920738944, 131072, 4096, 32, 4, false},
	{"llama3.2:1b", "llama", "1.2B", "Q8_0", 1321082688, 131072, 2048, 16, 4, false},
	{"llama3.2:3b", "llama", "3.2B", "Q4_K_M", 2019377376, 131072, 3072, 28, 3, false},
	{"tinyllama:latest", "llama", "1B", "Q4_0", 637699456, 2048, 2048, 22, 8, false},
	{"phi3:mini", "phi3", "3.8B", "Q4_0", 2176177120, 131072, 3072, 32, 1, false},
	{"gemma2:2b", "gemma2", "2.6B", "Q4_0", 1629509152, 8192, 2304, 26, 2, false},
	{"qwen2.5:7b", "qwen2", "7.6B", "Q4_K_M", 4683073184, 32768, 3584, 28, 7, false},
	{"qwen2.5:0.5b", "qwen2", "494.03M", "Q4_K_M", 397807936, 32768, 896, 24, 7, false},
	{"deepseek-r1:8b", "llama", "8.0B", "Q4_K_M", 4920737312, 131072, 4096, 32, 4, false},
	{"nomic-embed-text:latest", "nomic-bert", "137M", "F16", 274290656, 2048, 768, 12, 1, true},
	{"all-minilm:latest", "bert", "23M", "F16", 45949216, 512, 384, 6, 1, true},
	{"mxbai-embed-large:latest", "bert", "334M", "F16", 669603712, 512, 1024, 24, 1, true},
};

static void digest_of(const char *text, unsigned salt, char *out)
{
	uint64_t hash = 14695981039346656037ULL + salt * 0x9E3779B97F4A7C15ULL;

	for (const char *s = text; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 1099511628211ULL;
	for (int i = 0; i < 4; i++) {
		hash ^= hash >> 29;
		hash *= 0xBF58476D1CE4E5B9ULL;
		hash ^= hash >> 32;
		sprintf(out + i * 16, "%016" PRIx64, hash);
	}
}

void world_model_clear(struct world_model *model)
{
	free(model->name);
	free(model->family);
	free(model->parameter_size);
	free(model->quantization);
	free(model->parent);
	free(model->layers);
	memset(model, 0, sizeof *model);
}

void world_model_free(struct world_model *model)
{
	if (!model)
		return;
	world_model_clear(model);
	free(model);
}

bool world_model_copy(struct world_model *to, const struct world_model *from)
{
	*to = *from;
	to->name = to->family = to->parameter_size = to->quantization = to->parent = NULL;
	to->layers = NULL;
	to->layer_count = 0;
	if (!world_set_string(&to->name, from->name) || !world_set_string(&to->family, from->family) ||
		!world_set_string(&to->parameter_size, from->parameter_size) ||
		!world_set_string(&to->quantization, from->quantization) ||
		!world_set_string(&to->parent, from->parent)) {
		world_model_clear(to);
		return false;
	}
	if (from->layer_count == 0)
		return true;
	to->layers = malloc(from->layer_count * sizeof *to->layers);
	if (!to->layers) {
		world_model_clear(to);
		return false;
	}
	memcpy(to->layers, from->layers, from->layer_count * sizeof *to->layers);
	to->layer_count = from->layer_count;
	return true;
}

static void add_layer(struct world_model *model, const char *media, int64_t size)
{
	struct world_layer *layer = &model->layers[model->layer_count++];

	memcpy(layer->digest, "sha256:", 7);
	digest_of(model->name, (unsigned)model->layer_count, layer->digest + 7);
	layer->size = size;
	layer->media_type = media;
	model->size += size;
}

static bool complete(struct world_model *model, int64_t weights)
{
	model->layers = calloc(5, sizeof *model->layers);
	if (!model->name || !model->family || !model->parameter_size || !model->quantization ||
		!model->parent || !model->layers)
		return false;
	digest_of(model->name, 0, model->digest);
	add_layer(model, MEDIA_MODEL, weights);
	if (!model->embedding)
		add_layer(model, MEDIA_TEMPLATE, 136);
	add_layer(model, MEDIA_LICENSE, 11356);
	add_layer(model, MEDIA_PARAMS, 84);
	add_layer(model, MEDIA_CONFIG, 414);
	return true;
}

/* "mem-200m": a model of 200 MiB for tests of memory limits; 0 for any other name. */
static int64_t synthetic(const char *name)
{
	int mib = 0, used = 0;

	if (sscanf(name, "mem-%5dm%n", &mib, &used) != 1 || mib <= 0 || used == 0)
		return 0;
	if (name[used] != '\0' && strcmp(name + used, ":latest") != 0)
		return 0;
	return mib * WORLD_MIB;
}

static char *with_tag(const char *name)
{
	char *full = NULL;
	const char *slash = strrchr(name, '/');

	if (asprintf(&full, strchr(slash ? slash : name, ':') ? "%s" : "%s:latest", name) < 0)
		return NULL;
	return full;
}

static const struct entry *entry_of(const char *full)
{
	static const struct entry memory = {NULL, "llama", "1B", "F16", 0, 2048, 512, 4, 1, false};

	for (size_t i = 0; i < sizeof CATALOGUE / sizeof *CATALOGUE; i++) {
		const struct entry *e = &CATALOGUE[i];
		size_t base = strcspn(e->name, ":");

		if (strcmp(e->name, full) == 0)
			return e;
		if (strncmp(e->name, full, base) == 0 && strcmp(full + base, ":latest") == 0)
			return e;
	}
	return synthetic(full) ? &memory : NULL;
}

struct world_model *world_registry(struct world *world, const char *name)
{
	char *full = with_tag(name);
	const struct entry *e = full ? entry_of(full) : NULL;
	struct world_model *model = e ? calloc(1, sizeof *model) : NULL;

	if (!model) {
		free(full);
		return NULL;
	}
	model->name = full;
	model->family = strdup(e->family);
	model->parameter_size = strdup(e->parameters);
	model->quantization = strdup(e->quantization);
	model->parent = strdup("");
	model->context_length = e->context;
	model->embedding_length = e->embedding;
	model->block_count = e->blocks;
	model->kv_per_token = 4LL * e->blocks * e->embedding / e->kv_heads_in_embedding;
	model->embedding = e->embeds;
	model->modified = world->wall;
	if (complete(model, e->weights ? e->weights : synthetic(full)))
		return model;
	world_model_free(model);
	return NULL;
}

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

struct world_store *world_store_of(const struct world_container *c)
{
	for (size_t i = 0; i < c->mount_count; i++)
		if (strcmp(c->mounts[i].destination, "/root/.ollama") == 0)
			return c->mounts[i].store;
	return NULL;
}

static const struct world_mount *store_mount(const struct world_container *c)
{
	for (size_t i = 0; i < c->mount_count; i++)
		if (strcmp(c->mounts[i].destination, "/root/.ollama") == 0)
			return &c->mounts[i];
	return NULL;
}

static bool over_nfs(const struct world_container *c)
{
	const struct world_mount *mount = store_mount(c);

	return mount && mount->fstype && strncmp(mount->fstype, "nfs", 3) == 0;
}

bool world_store_read_only(const struct world_container *c)
{
	const struct world_mount *mount = store_mount(c);

	return mount && mount->read_only;
}

bool world_store_hung(const struct world_container *c)
{
	const struct world_store *store = world_store_of(c);

	return c->hang_store || (store && store->hung && over_nfs(c));
}

bool world_visible(const struct world_container *c, const struct world_model *model)
{
	return !over_nfs(c) || c->server->world->wall >= model->visible_at;
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
	char *full = with_tag(name);
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
	char *full = with_tag(name);
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

struct world_loaded *world_loaded(const struct world_container *c, const char *name)
{
	char *full = with_tag(name);
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
	int64_t rate = over_nfs(c) ? LOAD_RATE_NFS : LOAD_RATE_LOCAL;

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
