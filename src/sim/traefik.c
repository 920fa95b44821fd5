/*
 * traefik.c - the part of Traefik's API that tells the balancer's pool
 * (https://doc.traefik.io/traefik/operations/api/).
 */
#include "serve.h"
#include "traefik_file.h"

#include <stdio.h>
#include <string.h>

#define TRAEFIK_VERSION "3.1.4"

static cJSON *service_json(const struct world *world)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *balancer = cJSON_AddObjectToObject(json, "loadBalancer");
	cJSON *servers = cJSON_AddArrayToObject(balancer, "servers");
	cJSON *check, *used, *status;
	char name[160];

	for (size_t i = 0; i < world->pool_count; i++) {
		cJSON *server = cJSON_CreateObject();

		cJSON_AddStringToObject(server, "url", world->pool[i].url);
		cJSON_AddItemToArray(servers, server);
	}
	check = cJSON_AddObjectToObject(balancer, "healthCheck");
	cJSON_AddStringToObject(check, "mode", "http");
	cJSON_AddStringToObject(check, "path", "/api/version");
	cJSON_AddStringToObject(check, "interval", "10s");
	cJSON_AddStringToObject(check, "timeout", "3s");
	cJSON_AddBoolToObject(check, "followRedirects", true);
	cJSON_AddBoolToObject(balancer, "passHostHeader", true);
	cJSON_AddStringToObject(
		cJSON_AddObjectToObject(balancer, "responseForwarding"), "flushInterval", "100ms");
	cJSON_AddStringToObject(json, "status", "enabled");
	used = cJSON_AddArrayToObject(json, "usedBy");
	snprintf(name, sizeof name, "%.120s@file", world->traefik_service);
	cJSON_AddItemToArray(used, cJSON_CreateString(name));
	status = cJSON_AddObjectToObject(json, "serverStatus");
	for (size_t i = 0; i < world->pool_count; i++)
		cJSON_AddStringToObject(
			status, world->pool[i].url, world_pool_status(world, &world->pool[i]));
	cJSON_AddStringToObject(json, "name", name);
	cJSON_AddStringToObject(json, "provider", "file");
	cJSON_AddStringToObject(json, "type", "loadbalancer");
	return json;
}

static bool is_service(const struct world *world, const char *name)
{
	size_t len = strlen(world->traefik_service);

	return strncmp(name, world->traefik_service, len) == 0 && strcmp(name + len, "@file") == 0;
}

static enum serve_result get_service(struct serve_request *request)
{
	if (!is_service(request->world, request->params[0])) {
		cJSON *json = cJSON_CreateObject();
		char message[256];

		snprintf(message, sizeof message, "service not found: %.200s", request->params[0]);
		cJSON_AddStringToObject(json, "message", message);
		return serve_reply_json(request, 404, json);
	}
	return serve_reply_json(request, 200, service_json(request->world));
}

static enum serve_result get_services(struct serve_request *request)
{
	cJSON *json = cJSON_CreateArray();

	cJSON_AddItemToArray(json, service_json(request->world));
	serve_add_header(request, "X-Next-Page", "1");
	return serve_reply_json(request, 200, json);
}

static enum serve_result get_routers(struct serve_request *request)
{
	cJSON *json = cJSON_CreateArray();
	cJSON *router = cJSON_CreateObject();
	cJSON *points;
	char name[160];

	snprintf(name, sizeof name, "%.120s@file", request->world->traefik_service);
	points = cJSON_AddArrayToObject(router, "entryPoints");
	cJSON_AddItemToArray(points, cJSON_CreateString("websecure"));
	cJSON_AddStringToObject(router, "service", request->world->traefik_service);
	cJSON_AddStringToObject(router, "rule", request->world->traefik_rule);
	if (request->world->traefik_guarded)
		cJSON_AddItemToArray(
			cJSON_AddArrayToObject(router, "middlewares"), cJSON_CreateString("password@file"));
	cJSON_AddNumberToObject(router, "priority", 50);
	cJSON_AddStringToObject(router, "status", "enabled");
	cJSON_AddItemToObject(router, "using", cJSON_Duplicate(points, true));
	cJSON_AddStringToObject(router, "name", name);
	cJSON_AddStringToObject(router, "provider", "file");
	cJSON_AddItemToArray(json, router);
	serve_add_header(request, "X-Next-Page", "1");
	return serve_reply_json(request, 200, json);
}

static enum serve_result get_middlewares(struct serve_request *request)
{
	cJSON *json = cJSON_CreateArray();
	cJSON *password = cJSON_CreateObject();

	if (request->world->traefik_guarded) {
		cJSON_AddStringToObject(password, "name", "password@file");
		cJSON_AddStringToObject(password, "type", "basicauth");
		cJSON_AddStringToObject(password, "status", "enabled");
		cJSON_AddItemToArray(json, password);
	} else {
		cJSON_Delete(password);
	}
	serve_add_header(request, "X-Next-Page", "1");
	return serve_reply_json(request, 200, json);
}

static void add_counts(cJSON *parent, const char *name, int total)
{
	cJSON *counts = cJSON_AddObjectToObject(parent, name);

	cJSON_AddNumberToObject(counts, "total", total);
	cJSON_AddNumberToObject(counts, "warnings", 0);
	cJSON_AddNumberToObject(counts, "errors", 0);
}

static enum serve_result get_overview(struct serve_request *request)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *http = cJSON_AddObjectToObject(json, "http");
	cJSON *providers;

	add_counts(http, "routers", 1);
	add_counts(http, "services", 1);
	add_counts(http, "middlewares", 0);
	providers = cJSON_AddArrayToObject(json, "providers");
	cJSON_AddItemToArray(providers, cJSON_CreateString("File"));
	return serve_reply_json(request, 200, json);
}

static enum serve_result get_version(struct serve_request *request)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "Version", TRAEFIK_VERSION);
	cJSON_AddStringToObject(json, "Codename", "beaufort");
	cJSON_AddStringToObject(json, "startDate", "2025-12-01T08:00:00.000000000Z");
	return serve_reply_json(request, 200, json);
}

/* Traefik follows its file; here it is looked at when somebody asks. */
static bool before(struct serve_request *request)
{
	traefik_file_follow(request->world);
	return false;
}

static const struct serve_route ROUTES[] = {
	{"GET", "/api/http/services", get_services},
	{"GET", "/api/http/services/*", get_service},
	{"GET", "/api/http/routers", get_routers},
	{"GET", "/api/http/middlewares", get_middlewares},
	{"GET", "/api/overview", get_overview},
	{"GET", "/api/version", get_version},
};

void traefik_routes(struct serve *serve)
{
	serve_routes(serve, SERVE_TRAEFIK, ROUTES, sizeof ROUTES / sizeof *ROUTES);
	serve_before(serve, SERVE_TRAEFIK, before);
}
