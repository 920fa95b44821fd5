/*
 * ollama.c - what Ollama says about itself: version, stored and loaded models.
 */
#include "ollama.h"

#include "world_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOREVER_YEARS 292 /* Go's longest duration, which is what Ollama adds for "never" */

void ollama_time(char *out, size_t size, int64_t wall_ms)
{
	time_t seconds = wall_ms / 1000;
	int ms = (int)(wall_ms % 1000);
	struct tm tm;
	char day[32];

	if (!gmtime_r(&seconds, &tm) || strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		day[0] = '\0';
	if (ms)
		snprintf(out, size, "%s.%03dZ", day, ms);
	else
		snprintf(out, size, "%sZ", day);
}

cJSON *ollama_details(const struct world_model *model)
{
	cJSON *json = cJSON_CreateObject();
	const char *family = model->family;

	cJSON_AddStringToObject(json, "parent_model", model->parent);
	cJSON_AddStringToObject(json, "format", "gguf");
	cJSON_AddStringToObject(json, "family", family);
	cJSON_AddItemToObject(json, "families", cJSON_CreateStringArray(&family, 1));
	cJSON_AddStringToObject(json, "parameter_size", model->parameter_size);
	cJSON_AddStringToObject(json, "quantization_level", model->quantization);
	return json;
}

const char *ollama_model_name(struct serve_request *request, const cJSON *json)
{
	const cJSON *model = cJSON_GetObjectItem(json, "model");

	if (!cJSON_IsString(model) || model->valuestring[0] == '\0')
		model = cJSON_GetObjectItem(json, "name");
	if (request->body_len == 0) {
		serve_error(request, 400, "missing request body");
		return NULL;
	}
	if (!json) {
		serve_error(request, 400, "invalid character in request body");
		return NULL;
	}
	return cJSON_IsString(model) ? model->valuestring : "";
}

enum serve_result ollama_not_found(struct serve_request *request, const char *name)
{
	return serve_error(request, 404, "model '%s' not found", name);
}

bool ollama_streams(const cJSON *json)
{
	const cJSON *stream = cJSON_GetObjectItem(json, "stream");

	return !cJSON_IsFalse(stream);
}

void ollama_put(struct serve_buffer *out, cJSON *json)
{
	char *text = json ? cJSON_PrintUnformatted(json) : NULL;

	cJSON_Delete(json);
	if (!text) {
		out->failed = true;
		return;
	}
	serve_put(out, text, strlen(text));
	serve_put(out, "\n", 1);
	free(text);
}

void ollama_refresh(struct serve_request *request)
{
	const struct world_backend *backend = &request->world->backend;
	struct world_store *store = world_store_of(request->container);

	if (backend->refresh && store)
		backend->refresh(backend->user, store);
}

bool ollama_store_hangs(const struct serve_request *request)
{
	return world_store_hung(request->container);
}

void ollama_log_now(
	struct world_container *c, int64_t began, int status, const char *method, const char *path)
{
	double ms = (double)(c->server->world->wall - began);

	world_gin(c, status, ms > 0 ? ms : 0.041, "172.18.0.1", method, path);
}

/* Only what changes or computes something is logged here: the log would be nothing but polls. */
void ollama_log(struct serve_request *request, int status)
{
	int64_t took = serve_age(request);

	ollama_log_now(
		request->container, request->world->wall - took, status, request->method, request->path);
}

static enum serve_result get_root(struct serve_request *request)
{
	return serve_text(request, 200, "text/plain; charset=utf-8", "Ollama is running");
}

static enum serve_result get_version(struct serve_request *request)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "version", world_version_of(request->container));
	return serve_reply_json(request, 200, json);
}

static int newest_first(const void *a, const void *b)
{
	const struct world_model *x = *(const struct world_model *const *)a,
				 *y = *(const struct world_model *const *)b;

	if (x->modified != y->modified)
		return x->modified < y->modified ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* The models that the container sees, newest first. NULL when out of memory; free the array. */
static const struct world_model **listed(const struct world_container *c, size_t *count)
{
	const struct world_store *store = world_store_of(c);
	size_t n = store ? store->model_count : 0;
	const struct world_model **models = calloc(n + 1, sizeof *models);

	*count = 0;
	if (!models)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (world_visible(c, store->models[i]))
			models[(*count)++] = store->models[i];
	qsort(models, *count, sizeof *models, newest_first);
	return models;
}

static enum serve_result get_tags(struct serve_request *request)
{
	const struct world_model **models;
	cJSON *json, *list;
	size_t count;

	if (ollama_store_hangs(request))
		return SERVE_AGAIN;
	ollama_refresh(request);
	models = listed(request->container, &count);
	json = models ? cJSON_CreateObject() : NULL;
	list = cJSON_AddArrayToObject(json, "models");
	for (size_t i = 0; models && i < count; i++) {
		cJSON *model = cJSON_CreateObject();
		char modified[40];

		ollama_time(modified, sizeof modified, models[i]->modified);
		cJSON_AddStringToObject(model, "name", models[i]->name);
		cJSON_AddStringToObject(model, "model", models[i]->name);
		cJSON_AddStringToObject(model, "modified_at", modified);
		cJSON_AddNumberToObject(model, "size", (double)models[i]->size);
		cJSON_AddStringToObject(model, "digest", models[i]->digest);
		cJSON_AddItemToObject(model, "details", ollama_details(models[i]));
		cJSON_AddItemToArray(list, model);
	}
	free(models);
	return serve_reply_json(request, 200, json);
}

static enum serve_result get_v1_models(struct serve_request *request)
{
	const struct world_model **models;
	cJSON *json, *list;
	size_t count;

	if (ollama_store_hangs(request))
		return SERVE_AGAIN;
	ollama_refresh(request);
	models = listed(request->container, &count);
	json = models ? cJSON_CreateObject() : NULL;
	cJSON_AddStringToObject(json, "object", "list");
	list = cJSON_AddArrayToObject(json, "data");
	for (size_t i = 0; models && i < count; i++) {
		cJSON *model = cJSON_CreateObject();
		int64_t seconds = models[i]->modified / 1000;

		cJSON_AddStringToObject(model, "id", models[i]->name);
		cJSON_AddStringToObject(model, "object", "model");
		cJSON_AddNumberToObject(model, "created", (double)seconds);
		cJSON_AddStringToObject(model, "owned_by", "library");
		cJSON_AddItemToArray(list, model);
	}
	free(models);
	return serve_reply_json(request, 200, json);
}

static int latest_expiry_first(const void *a, const void *b)
{
	const struct world_loaded *x = *(const struct world_loaded *const *)a,
				  *y = *(const struct world_loaded *const *)b;

	if (x->expires != y->expires)
		return x->expires < y->expires ? 1 : -1;
	return strcmp(x->model.name, y->model.name);
}

static cJSON *loaded_json(const struct world *world, const struct world_loaded *loaded)
{
	cJSON *json = cJSON_CreateObject();
	char expires[40];

	/* As Ollama does: until the request that loads it has ended there is no expiry yet, and the usual time from now is told. */
	if (!loaded->ready && loaded->keep_alive >= 0)
		ollama_time(expires, sizeof expires, world->wall + loaded->keep_alive);
	else if (loaded->expires == INT64_MAX)
		ollama_time(expires, sizeof expires, world->wall + FOREVER_YEARS * 31556952000LL);
	else
		ollama_time(expires, sizeof expires, loaded->expires);
	cJSON_AddStringToObject(json, "name", loaded->model.name);
	cJSON_AddStringToObject(json, "model", loaded->model.name);
	cJSON_AddNumberToObject(json, "size", (double)loaded->size);
	cJSON_AddStringToObject(json, "digest", loaded->model.digest);
	cJSON_AddItemToObject(json, "details", ollama_details(&loaded->model));
	cJSON_AddStringToObject(json, "expires_at", expires);
	cJSON_AddNumberToObject(json, "size_vram", (double)loaded->size_vram);
	cJSON_AddNumberToObject(json, "context_length", (double)loaded->context);
	return json;
}

static enum serve_result get_ps(struct serve_request *request)
{
	const struct world_container *c = request->container;
	const struct world_loaded **order = calloc(c->loaded_count + 1, sizeof *order);
	cJSON *json = order ? cJSON_CreateObject() : NULL;
	cJSON *list = cJSON_AddArrayToObject(json, "models");

	for (size_t i = 0; order && i < c->loaded_count; i++)
		order[i] = c->loaded[i];
	if (order)
		qsort(order, c->loaded_count, sizeof *order, latest_expiry_first);
	for (size_t i = 0; order && i < c->loaded_count; i++)
		cJSON_AddItemToArray(list, loaded_json(request->world, order[i]));
	free(order);
	return serve_reply_json(request, 200, json);
}

static const struct serve_route ROUTES[] = {
	{"GET", "/", get_root},
	{"GET", "/api/version", get_version},
	{"GET", "/api/tags", get_tags},
	{"GET", "/api/ps", get_ps},
	{"GET", "/v1/models", get_v1_models},
	{"POST", "/api/generate", ollama_generate},
	{"POST", "/api/chat", ollama_chat},
	{"POST", "/api/embed", ollama_embed},
	{"POST", "/api/embeddings", ollama_embeddings},
	{"POST", "/api/show", ollama_show},
	{"POST", "/api/pull", ollama_pull},
	{"DELETE", "/api/delete", ollama_delete},
	{"POST", "/api/copy", ollama_copy},
	{"POST", "/api/create", ollama_create},
};

void ollama_routes(struct serve *serve)
{
	serve_routes(serve, SERVE_OLLAMA, ROUTES, sizeof ROUTES / sizeof *ROUTES);
}
