/*
 * world_registry.c - the models that the registry has, and what each is made of.
 */
#include "world.h"

#include "world_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

char *world_with_tag(const char *name)
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
	char *full = world_with_tag(name);
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
