/*
 * control.c - the control endpoint: commands in, what was asked and the state of the world out.
 */
#include "control.h"

#include "serve_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum serve_result post_control(struct serve_request *request)
{
	cJSON *command = serve_json(request);
	char error[200];
	bool ok;

	if (!cJSON_IsObject(command)) {
		cJSON_Delete(command);
		return serve_error(request, 400, "a JSON object was expected");
	}
	ok = control_do(request->world, command, error, sizeof error);
	cJSON_Delete(command);
	if (!ok)
		return serve_error(request, 400, "%s", error);
	/* What was opened or closed is so when the answer arrives. */
	if (!serve_sync(request->serve, error, sizeof error))
		return serve_error(request, 500, "%s", error);
	return serve_text(request, 200, "application/json", "{\"ok\":true}\n");
}

static enum serve_result get_requests(struct serve_request *request)
{
	const struct serve *serve = request->serve;
	struct serve_buffer out = {0};
	enum serve_result result;

	for (size_t i = 0; i < serve->seen_count; i++) {
		const struct seen *seen = &serve->seen[(serve->seen_head + i) % SERVE_SEEN_MAX];
		const char *space = seen->line ? strchr(seen->line, ' ') : NULL;
		cJSON *json = cJSON_CreateObject();
		char method[16] = "";
		char *text;

		if (space)
			snprintf(method, sizeof method, "%.*s", (int)(space - seen->line), seen->line);
		cJSON_AddNumberToObject(json, "time", (double)seen->wall);
		cJSON_AddStringToObject(json, "listener", seen->listener);
		cJSON_AddStringToObject(json, "method", method);
		cJSON_AddStringToObject(json, "path", space ? space + 1 : "");
		text = cJSON_PrintUnformatted(json);
		cJSON_Delete(json);
		if (text) {
			serve_put(&out, text, strlen(text));
			serve_put(&out, "\n", 1);
		}
		free(text);
	}
	result = serve_reply(request, 200, "application/x-ndjson", out.data ? out.data : "", out.len);
	free(out.data);
	return result;
}

static enum serve_result delete_requests(struct serve_request *request)
{
	request->serve->seen_count = 0;
	request->serve->seen_head = 0;
	return serve_empty(request, 204);
}

static cJSON *container_json(struct world_container *c)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *loaded = cJSON_AddArrayToObject(json, "loaded");

	cJSON_AddStringToObject(json, "name", c->name);
	cJSON_AddStringToObject(json, "id", c->id);
	cJSON_AddStringToObject(json, "status", world_status_name(c->status));
	cJSON_AddStringToObject(json, "health", world_health_name(c->health));
	cJSON_AddStringToObject(json, "host", c->host_ip);
	cJSON_AddNumberToObject(json, "port", c->host_port);
	cJSON_AddNumberToObject(json, "exit_code", c->exit_code);
	cJSON_AddNumberToObject(json, "started", (double)c->started);
	cJSON_AddBoolToObject(json, "oom_killed", c->oom_killed);
	cJSON_AddNumberToObject(json, "restarts", c->restart_count);
	cJSON_AddNumberToObject(json, "memory_limit", (double)c->memory_limit);
	cJSON_AddNumberToObject(json, "memory_used", (double)world_memory_used(c));
	cJSON_AddBoolToObject(json, "answering", world_answering(c));
	cJSON_AddBoolToObject(json, "busy", world_is_busy(c));
	cJSON_AddNumberToObject(json, "connections", c->connections);
	for (size_t i = 0; i < c->loaded_count; i++) {
		cJSON *model = cJSON_CreateObject();

		cJSON_AddStringToObject(model, "name", c->loaded[i]->model.name);
		cJSON_AddBoolToObject(model, "ready", c->loaded[i]->ready);
		cJSON_AddNumberToObject(model, "requests", c->loaded[i]->requests);
		cJSON_AddItemToArray(loaded, model);
	}
	for (size_t i = 0; i < c->mount_count; i++) {
		cJSON *mount = cJSON_AddObjectToObject(json, "store");

		cJSON_AddStringToObject(mount, "fstype", c->mounts[i].fstype);
		cJSON_AddStringToObject(mount, "source", c->mounts[i].fs_source);
		cJSON_AddBoolToObject(mount, "read_only", c->mounts[i].read_only);
	}
	return json;
}

static cJSON *server_json(const struct world_server *server)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *containers = cJSON_AddArrayToObject(json, "containers");

	cJSON_AddStringToObject(json, "name", server->name);
	cJSON_AddStringToObject(json, "host", server->host);
	cJSON_AddNumberToObject(json, "docker_port", server->docker_port);
	cJSON_AddNumberToObject(json, "memory_total", (double)server->memory_total);
	cJSON_AddNumberToObject(json, "memory_available", (double)world_memory_available(server));
	for (size_t i = 0; i < server->container_count; i++)
		cJSON_AddItemToArray(containers, container_json(server->containers[i]));
	return json;
}

static cJSON *store_json(const struct world_store *store)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *models = cJSON_AddArrayToObject(json, "models");
	cJSON *pulls = cJSON_AddArrayToObject(json, "pulls");

	cJSON_AddStringToObject(json, "source", store->source);
	cJSON_AddBoolToObject(json, "hung", store->hung);
	cJSON_AddNumberToObject(json, "available", (double)world_store_available(store));
	for (size_t i = 0; i < store->model_count; i++)
		cJSON_AddItemToArray(models, cJSON_CreateString(store->models[i]->name));
	for (size_t i = 0; i < store->pull_count; i++) {
		cJSON *pull = cJSON_CreateObject();

		cJSON_AddStringToObject(pull, "model", store->pulls[i]->model->name);
		cJSON_AddNumberToObject(pull, "layer", (double)store->pulls[i]->layer);
		cJSON_AddNumberToObject(pull, "completed", (double)store->pulls[i]->completed);
		cJSON_AddBoolToObject(pull, "paused", store->pulls[i]->paused);
		cJSON_AddItemToArray(pulls, pull);
	}
	return json;
}

static enum serve_result get_state(struct serve_request *request)
{
	const struct world *world = request->world;
	cJSON *json = cJSON_CreateObject();
	cJSON *servers = cJSON_AddArrayToObject(json, "servers");
	cJSON *stores = cJSON_AddArrayToObject(json, "stores");
	cJSON *pool = cJSON_AddArrayToObject(json, "pool");

	cJSON_AddStringToObject(json, "scenario", world->scenario);
	cJSON_AddNumberToObject(json, "wall", (double)world->wall);
	cJSON_AddBoolToObject(json, "still", world->still);
	for (size_t i = 0; i < world->server_count; i++)
		cJSON_AddItemToArray(servers, server_json(world->servers[i]));
	for (size_t i = 0; i < world->store_count; i++)
		cJSON_AddItemToArray(stores, store_json(world->stores[i]));
	for (size_t i = 0; i < world->pool_count; i++) {
		cJSON *server = cJSON_CreateObject();

		cJSON_AddStringToObject(server, "url", world->pool[i].url);
		cJSON_AddStringToObject(server, "status", world_pool_status(world, &world->pool[i]));
		cJSON_AddItemToArray(pool, server);
	}
	return serve_reply_json(request, 200, json);
}

static const struct serve_route ROUTES[] = {
	{"POST", "/control", post_control},
	{"GET", "/control/requests", get_requests},
	{"DELETE", "/control/requests", delete_requests},
	{"GET", "/control/state", get_state},
};

void control_routes(struct serve *serve)
{
	serve_routes(serve, SERVE_CONTROL, ROUTES, sizeof ROUTES / sizeof *ROUTES);
}
