/*
 * ollama_pull.c - POST /api/pull: progress as NDJSON while the layers come.
 */
#include "ollama.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORE "/root/.ollama/models"

struct pull {
	struct world *world;
	struct world_server *server;
	struct world_store *store;
	char container[65];
	struct world_model *model; /* what is pulled: outlives the world's own pull */
	uint64_t serial;
	char *name;
	size_t layer; /* the next one to speak of */
	int64_t told; /* bytes of it that were told; -1: not begun */
	bool headed, stream;
	char error[256];
};

static void pull_free(void *user)
{
	struct pull *pull = user;
	struct world_pull *under_way = pull->store ? world_pull_by_serial(pull->store, pull->serial) : NULL;

	if (under_way)
		under_way->watchers--;
	world_model_free(pull->model);
	free(pull->name);
	free(pull);
}

static void put_status(struct serve_buffer *out, const char *status)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "status", status);
	ollama_put(out, json);
}

static void put_error(struct serve_buffer *out, const char *error)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "error", error);
	ollama_put(out, json);
}

/* As Go's omitempty leaves it, nothing is said of zero bytes. */
static void put_layer(struct serve_buffer *out, const struct world_layer *layer, int64_t completed)
{
	cJSON *json = cJSON_CreateObject();
	char status[40];

	snprintf(status, sizeof status, "pulling %.12s", layer->digest + 7);
	cJSON_AddStringToObject(json, "status", status);
	cJSON_AddStringToObject(json, "digest", layer->digest);
	cJSON_AddNumberToObject(json, "total", (double)layer->size);
	if (completed > 0)
		cJSON_AddNumberToObject(json, "completed", (double)completed);
	ollama_put(out, json);
}

/* Tells of everything up to `layer` with `completed` bytes of it. */
static void put_progress(struct pull *pull, struct serve_buffer *out, size_t layer, int64_t completed)
{
	for (; pull->layer < layer; pull->layer++) {
		const struct world_layer *done = &pull->model->layers[pull->layer];

		if (pull->told < done->size)
			put_layer(out, done, done->size);
		pull->told = -1;
	}
	if (pull->layer < pull->model->layer_count && completed > pull->told) {
		put_layer(out, &pull->model->layers[pull->layer], completed);
		pull->told = completed;
	}
}

static void put_end(struct serve_buffer *out)
{
	put_status(out, "verifying sha256 digest");
	put_status(out, "writing manifest");
	put_status(out, "success");
}

/* The first thing that is written on a store fails when it is read-only. */
static bool read_only(struct pull *pull)
{
	const struct world_container *c = world_container(pull->server, pull->container);
	const char *tag = strchr(pull->name, ':');

	if (!c || !world_store_read_only(c))
		return false;
	if (world_model(c, pull->name))
		snprintf(pull->error, sizeof pull->error,
			"open " STORE "/manifests/registry.ollama.ai/library/%.*s/%s: read-only file system",
			(int)strcspn(pull->name, ":"), pull->name, tag ? tag + 1 : "latest");
	else
		snprintf(pull->error, sizeof pull->error,
			"open " STORE "/blobs/sha256-%s-partial-0: read-only file system",
			pull->model->layers[0].digest + 7);
	return true;
}

/* Begins the pull in the world; false with pull->error set. */
static bool begin(struct pull *pull)
{
	struct world_pull *under_way;

	if (!pull->model) {
		snprintf(pull->error, sizeof pull->error, "pull model manifest: file does not exist");
		return false;
	}
	if (read_only(pull))
		return false;
	if (!pull->store) {
		snprintf(pull->error, sizeof pull->error, "mkdir " STORE "/blobs: no such file or directory");
		return false;
	}
	under_way = world_pull(pull->world, pull->store, pull->name, false);
	if (!under_way) {
		snprintf(pull->error, sizeof pull->error, "out of memory");
		return false;
	}
	under_way->watchers++;
	pull->serial = under_way->serial;
	return true;
}

static enum serve_more fill(void *user, struct serve_buffer *out)
{
	struct pull *pull = user;
	struct world_pull *under_way;

	if (!pull->headed) {
		pull->headed = true;
		put_status(out, "pulling manifest");
		if (!begin(pull)) {
			put_error(out, pull->error);
			return SERVE_END;
		}
	}
	under_way = world_pull_by_serial(pull->store, pull->serial);
	/* A still clock brings no bytes: what a client pulls is there at once. */
	if (under_way && pull->world->still)
		world_pull_step(pull->world, pull->store, under_way, 3600000);
	under_way = world_pull_by_serial(pull->store, pull->serial);
	if (under_way) {
		put_progress(pull, out, under_way->layer, under_way->completed);
		return SERVE_MORE;
	}
	put_progress(pull, out, pull->model->layer_count, 0);
	if (pull->store->error[0]) {
		snprintf(pull->error, sizeof pull->error, "%s", pull->store->error);
		put_error(out, pull->error);
		return SERVE_END;
	}
	put_end(out);
	return SERVE_END;
}

static enum serve_result wait_for(struct serve_request *request, struct pull *pull)
{
	struct serve_buffer unread = {0};
	enum serve_more more = fill(pull, &unread);

	free(unread.data);
	if (more == SERVE_MORE)
		return SERVE_AGAIN;
	if (pull->error[0])
		return serve_error(request, 500, "%s", pull->error);
	ollama_log(request, 200);
	return serve_text(request, 200, "application/json; charset=utf-8", "{\"status\":\"success\"}");
}

static enum serve_result start(struct serve_request *request, const char *name, bool stream)
{
	struct pull *pull = calloc(1, sizeof *pull);

	if (!pull)
		return serve_error(request, 500, "out of memory");
	request->state = pull;
	request->free_state = pull_free;
	pull->world = request->world;
	pull->server = request->server;
	pull->store = world_store_of(request->container);
	pull->told = -1;
	pull->stream = stream;
	snprintf(pull->container, sizeof pull->container, "%s", request->container->id);
	pull->name = strdup(name);
	pull->model = world_registry(request->world, name);
	if (!pull->name)
		return serve_error(request, 500, "out of memory");
	if (!stream)
		return wait_for(request, pull);
	request->state = NULL;
	request->free_state = NULL;
	return serve_stream(request, 200, "application/x-ndjson", fill, pull, pull_free);
}

enum serve_result ollama_pull(struct serve_request *request)
{
	enum serve_result result;
	const char *name;
	cJSON *json;

	if (request->state)
		return wait_for(request, request->state);
	if (ollama_store_hangs(request))
		return SERVE_AGAIN;
	ollama_refresh(request);
	json = serve_json(request);
	name = ollama_model_name(request, json);
	if (name && *name == '\0')
		result = serve_error(request, 400, "invalid model name");
	else
		result = name ? start(request, name, ollama_streams(json)) : SERVE_DONE;
	cJSON_Delete(json);
	return result;
}
