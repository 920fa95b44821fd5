/*
 * alone_store.c - reading and writing a real folder of models.
 */
#include "alone_store.h"

#include "ollama-top/sha256.h"
#include "world_private.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST_MAX ((size_t)1 << 20)
#define LEVELS       4 /* HOST/NAMESPACE/MODEL/TAG */
#define PATH_SIZE    4096
#define HOST         "registry.ollama.ai"
#define NAMESPACE    "library"

static const char MEDIA_MANIFEST[] = "application/vnd.docker.distribution.manifest.v2+json";

/* "open PATH: read-only file system", as Go words what the kernel says. */
static bool fail(const char *verb, const char *path, char *error, size_t size)
{
	char why[128];

	snprintf(why, sizeof why, "%s", strerror(errno));
	why[0] = (char)tolower((unsigned char)why[0]);
	snprintf(error, size, "%s %s: %s", verb, path, why);
	return false;
}

/* Makes every folder on the way to `path`, and `path` itself. */
static bool make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		bool made;

		if (slash)
			*slash = '\0';
		made = mkdir(path, 0755) == 0 || errno == EEXIST;
		if (slash)
			*slash = '/';
		if (!made)
			return false;
		if (!slash)
			return true;
	}
}

bool alone_store_prepare(const char *dir, char *error, size_t size)
{
	static const char *const folders[] = {"manifests", "blobs"};
	char path[PATH_SIZE];
	struct stat st;

	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, folders[i]);
		if (stat(path, &st) != 0 && !make_folders(path))
			return fail("mkdir", path, error, size);
	}
	return true;
}

bool alone_store_read_only(const char *dir)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof path, "%s/blobs", dir);
	return access(path, W_OK) != 0 && (errno == EROFS || errno == EACCES);
}

static char *read_all(const char *path, size_t *len)
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(MANIFEST_MAX) : NULL;

	if (text) {
		*len = fread(text, 1, MANIFEST_MAX - 1, file);
		text[*len] = '\0';
	}
	if (file)
		fclose(file);
	return text;
}

static void blob_path(char *path, size_t size, const char *dir, const char *digest)
{
	const char *hex = strchr(digest, ':');

	snprintf(path, size, "%s/blobs/sha256-%.64s", dir, hex ? hex + 1 : digest);
}

static bool set_text(char **field, const cJSON *json, const char *key, const char *otherwise)
{
	const cJSON *item = cJSON_GetObjectItem(json, key);

	return world_set_string(field, cJSON_IsString(item) ? item->valuestring : otherwise);
}

static bool read_config(const char *dir, const cJSON *manifest, struct world_model *model)
{
	const cJSON *digest = cJSON_GetObjectItem(cJSON_GetObjectItem(manifest, "config"), "digest");
	char path[PATH_SIZE];
	cJSON *config;
	char *text;
	size_t len;
	bool ok;

	if (!cJSON_IsString(digest))
		return false;
	blob_path(path, sizeof path, dir, digest->valuestring);
	text = read_all(path, &len);
	config = text ? cJSON_ParseWithLength(text, len) : NULL;
	free(text);
	ok = config && set_text(&model->family, config, "model_family", "llama") &&
	     set_text(&model->parameter_size, config, "model_type", "") &&
	     set_text(&model->quantization, config, "file_type", "") && world_set_string(&model->parent, "");
	cJSON_Delete(config);
	return ok;
}

static bool add_layer(struct world_model *model, const cJSON *json)
{
	const cJSON *digest = cJSON_GetObjectItem(json, "digest");
	double size = cJSON_GetNumberValue(cJSON_GetObjectItem(json, "size"));
	struct world_layer *layer = world_grow((void **)&model->layers, &model->layer_count, sizeof *layer);

	if (!layer || !cJSON_IsString(digest))
		return false;
	snprintf(layer->digest, sizeof layer->digest, "%s", digest->valuestring);
	layer->size = size > 0 ? (int64_t)size : 0;
	layer->media_type = "application/vnd.ollama.image.model";
	model->size += layer->size;
	return true;
}

/* What the catalogue knows of a model of this name, for figures that a manifest does not hold. */
static void borrow_figures(struct world *world, struct world_model *model)
{
	struct world_model *known = world_registry(world, model->name);

	model->context_length = known ? known->context_length : 2048;
	model->embedding_length = known ? known->embedding_length : 512;
	model->block_count = known ? known->block_count : 4;
	model->kv_per_token = known ? known->kv_per_token : 2048;
	model->embedding = strstr(model->family, "bert") != NULL;
	world_model_free(known);
}

static struct world_model *read_model(
	struct world *world, const char *dir, const char *path, const char *name)
{
	struct world_model *model = calloc(1, sizeof *model);
	const cJSON *layer;
	cJSON *manifest;
	struct stat st;
	size_t len = 0;
	char *text = read_all(path, &len);
	bool ok;

	manifest = text ? cJSON_ParseWithLength(text, len) : NULL;
	ok = model && manifest && stat(path, &st) == 0 && world_set_string(&model->name, name) &&
	     read_config(dir, manifest, model);
	cJSON_ArrayForEach(layer, cJSON_GetObjectItem(manifest, "layers")) ok = ok && add_layer(model, layer);
	ok = ok && add_layer(model, cJSON_GetObjectItem(manifest, "config"));
	cJSON_Delete(manifest);
	if (!ok) {
		world_model_free(model);
		free(text);
		return NULL;
	}
	sha256_hex(text, len, model->digest);
	free(text);
	model->modified = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	borrow_figures(world, model);
	return model;
}

struct walk {
	struct world *world;
	const char *dir;
	struct world_model **models;
	size_t count;
	char parts[LEVELS][256];
};

static void found(struct walk *walk, const char *path)
{
	char name[1100];
	struct world_model *model;
	struct world_model **slot;

	if (strcmp(walk->parts[0], HOST) != 0)
		snprintf(name, sizeof name, "%s/%s/%s:%s", walk->parts[0], walk->parts[1], walk->parts[2],
			walk->parts[3]);
	else if (strcmp(walk->parts[1], NAMESPACE) != 0)
		snprintf(name, sizeof name, "%s/%s:%s", walk->parts[1], walk->parts[2], walk->parts[3]);
	else
		snprintf(name, sizeof name, "%s:%s", walk->parts[2], walk->parts[3]);
	model = read_model(walk->world, walk->dir, path, name);
	slot = model ? world_grow((void **)&walk->models, &walk->count, sizeof(struct world_model *)) : NULL;
	if (slot)
		*slot = model;
	else
		world_model_free(model);
}

static void descend(struct walk *walk, const char *path, int level)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		char below[PATH_SIZE];

		if (entry->d_name[0] == '.' ||
			snprintf(below, sizeof below, "%s/%s", path, entry->d_name) >= (int)sizeof below)
			continue;
		snprintf(walk->parts[level], sizeof walk->parts[level], "%s", entry->d_name);
		if (level + 1 == LEVELS)
			found(walk, below);
		else
			descend(walk, below, level + 1);
	}
	closedir(folder);
}

struct world_model **alone_store_list(struct world *world, const char *dir, size_t *count)
{
	struct walk walk = {.world = world, .dir = dir};
	char path[PATH_SIZE];

	snprintf(path, sizeof path, "%s/manifests", dir);
	descend(&walk, path, 0);
	*count = walk.count;
	return walk.models;
}

/* With content, or as a hole of `size` bytes. Beside the place first, so that no reader sees half of it. */
static bool write_file(const char *path, const char *text, int64_t length, char *error, size_t size)
{
	char beside[PATH_SIZE + 8];
	int fd;
	bool ok;

	snprintf(beside, sizeof beside, "%s-partial", path);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail("open", beside, error, size);
	ok = text ? write(fd, text, (size_t)length) == (ssize_t)length : ftruncate(fd, length) == 0;
	ok = close(fd) == 0 && ok && rename(beside, path) == 0;
	return ok || fail("write", path, error, size);
}

static bool manifest_path(char *path, size_t size, const char *dir, const char *name)
{
	const char *tag = strchr(name, ':');
	const char *slash = strchr(name, '/');

	/* Nothing that could leave the folder. */
	if (strstr(name, "..") || name[0] == '/' || name[0] == '\0')
		return false;
	return snprintf(path, size, "%s/manifests/" HOST "/%s%.*s/%s", dir, slash ? "" : NAMESPACE "/",
		       (int)strcspn(name, ":"), name, tag ? tag + 1 : "latest") < (int)size;
}

static cJSON *layer_json(const char *media, const char *digest, int64_t size)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "mediaType", media);
	cJSON_AddStringToObject(json, "digest", digest);
	cJSON_AddNumberToObject(json, "size", (double)size);
	return json;
}

static char *config_text(const struct world_model *model)
{
	cJSON *json = cJSON_CreateObject();
	const char *family = model->family;
	char *text;

	cJSON_AddStringToObject(json, "model_format", "gguf");
	cJSON_AddStringToObject(json, "model_family", family);
	cJSON_AddItemToObject(json, "model_families", cJSON_CreateStringArray(&family, 1));
	cJSON_AddStringToObject(json, "model_type", model->parameter_size);
	cJSON_AddStringToObject(json, "file_type", model->quantization);
	cJSON_AddStringToObject(json, "architecture", "amd64");
	cJSON_AddStringToObject(json, "os", "linux");
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

static bool write_blobs(
	const char *dir, struct world_model *model, const char *config, char *error, size_t size)
{
	char path[PATH_SIZE];

	for (size_t i = 0; i < model->layer_count; i++) {
		struct world_layer *layer = &model->layers[i];
		bool last = i + 1 == model->layer_count;
		struct stat st;

		if (last) {
			memcpy(layer->digest, "sha256:", 7);
			sha256_hex(config, strlen(config), layer->digest + 7);
			model->size += (int64_t)strlen(config) - layer->size;
			layer->size = (int64_t)strlen(config);
		}
		blob_path(path, sizeof path, dir, layer->digest);
		if (stat(path, &st) != 0 && !write_file(path, last ? config : NULL, layer->size, error, size))
			return false;
	}
	return true;
}

static char *manifest_text(const struct world_model *model)
{
	const struct world_layer *config = &model->layers[model->layer_count - 1];
	cJSON *json = cJSON_CreateObject();
	cJSON *layers;
	char *text;

	cJSON_AddNumberToObject(json, "schemaVersion", 2);
	cJSON_AddStringToObject(json, "mediaType", MEDIA_MANIFEST);
	cJSON_AddItemToObject(json, "config",
		layer_json("application/vnd.docker.container.image.v1+json", config->digest, config->size));
	layers = cJSON_AddArrayToObject(json, "layers");
	for (size_t i = 0; i + 1 < model->layer_count; i++)
		cJSON_AddItemToArray(layers, layer_json(model->layers[i].media_type, model->layers[i].digest,
						     model->layers[i].size));
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

static bool write_manifest(const char *dir, struct world_model *model, char *error, size_t size)
{
	char path[PATH_SIZE];
	char *text = manifest_text(model);
	char *slash;
	bool ok;

	if (!text || !manifest_path(path, sizeof path, dir, model->name)) {
		snprintf(error, size, "invalid model name");
		free(text);
		return false;
	}
	slash = strrchr(path, '/');
	*slash = '\0';
	ok = make_folders(path) || fail("mkdir", path, error, size);
	*slash = '/';
	ok = ok && write_file(path, text, (int64_t)strlen(text), error, size);
	sha256_hex(text, strlen(text), model->digest);
	free(text);
	return ok;
}

bool alone_store_write(const char *dir, struct world_model *model, char *error, size_t size)
{
	char *config = config_text(model);
	bool ok;

	if (!config || model->layer_count == 0) {
		snprintf(error, size, "out of memory");
		free(config);
		return false;
	}
	ok = write_blobs(dir, model, config, error, size) && write_manifest(dir, model, error, size);
	free(config);
	return ok;
}

static bool used(struct world_model *const *models, size_t count, const char *name, const char *digest)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; strcmp(models[i]->name, name) != 0 && j < models[i]->layer_count; j++)
			if (strcmp(models[i]->layers[j].digest, digest) == 0)
				return true;
	return false;
}

bool alone_store_delete(const char *dir, const char *name, char *error, size_t size)
{
	struct world *world = world_new(0);
	char path[PATH_SIZE];
	struct world_model **models;
	size_t count;

	if (!world || !manifest_path(path, sizeof path, dir, name)) {
		world_free(world);
		snprintf(error, size, "invalid model name");
		return false;
	}
	models = alone_store_list(world, dir, &count);
	world_free(world);
	if (unlink(path) != 0) {
		for (size_t i = 0; i < count; i++)
			world_model_free(models[i]);
		free(models);
		return fail("remove", path, error, size);
	}
	/* An empty folder that is left is what DESIGN.md 10.2 warns of; Ollama removes it, too. */
	*strrchr(path, '/') = '\0';
	rmdir(path);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; strcmp(models[i]->name, name) == 0 && j < models[i]->layer_count; j++) {
			if (used(models, count, name, models[i]->layers[j].digest))
				continue;
			blob_path(path, sizeof path, dir, models[i]->layers[j].digest);
			unlink(path);
		}
	}
	for (size_t i = 0; i < count; i++)
		world_model_free(models[i]);
	free(models);
	return true;
}
