/*
 * docker.c - the table of the engine's API, what holds for every request, and the engine itself.
 */
#include "docker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct serve_route routes[] = {
	{"GET", "/_ping", docker_ping},
	{"GET", "/version", docker_version},
	{"GET", "/info", docker_info},
	{"GET", "/containers/json", docker_list},
	{"POST", "/containers/create", docker_create},
	{"GET", "/containers/*/json", docker_inspect},
	{"GET", "/containers/*/stats", docker_stats},
	{"GET", "/containers/*/logs", docker_logs},
	{"GET", "/containers/*/top", docker_top},
	{"POST", "/containers/*/start", docker_start},
	{"POST", "/containers/*/stop", docker_stop},
	{"POST", "/containers/*/restart", docker_restart},
	{"POST", "/containers/*/kill", docker_kill},
	{"POST", "/containers/*/pause", docker_pause},
	{"POST", "/containers/*/unpause", docker_unpause},
	{"POST", "/containers/*/rename", docker_rename},
	{"POST", "/containers/*/wait", docker_wait},
	{"POST", "/containers/*/update", docker_update},
	{"POST", "/containers/*/resize", docker_resize},
	{"POST", "/containers/*/attach", docker_attach},
	{"POST", "/containers/*/exec", docker_exec_create},
	{"DELETE", "/containers/*", docker_remove},
	{"POST", "/exec/*/start", docker_exec_start},
	{"POST", "/exec/*/resize", docker_exec_resize},
	{"GET", "/exec/*/json", docker_exec_inspect},
	{"GET", "/events", docker_events},
	{"GET", "/images/json", docker_images},
	{"POST", "/images/create", docker_pull},
	{"GET", "/images/**/json", docker_image},
	{"GET", "/networks", docker_networks},
	{"GET", "/networks/*", docker_network_inspect},
	{"GET", "/volumes", docker_volumes},
	{"GET", "/volumes/*", docker_volume},
	{"GET", "/swarm", docker_swarm},
	{"GET", "/nodes", docker_nodes},
	{"GET", "/services", docker_services},
	{"GET", "/services/*", docker_service},
	{"POST", "/services/*/update", docker_service_update},
	{"GET", "/tasks", docker_tasks},
};

/* "1.41" as 1041. */
static int api_number(const char *version)
{
	int major = 0, minor = 0;

	if (sscanf(version, "%d.%d", &major, &minor) != 2) /* NOLINT(cert-err34-c): digits alone reach this */
		return 0;
	return major * 1000 + minor;
}

/* A socket proxy in front of the engine (HAProxy's own words): no engine header on its answer. */
static bool proxy_refuses(struct serve_request *request)
{
	static const char page[] = "<html><body><h1>403 Forbidden</h1>\n"
				   "Request forbidden by administrative rules.\n</body></html>\n";
	size_t len = strlen(request->path);
	bool exec = strncmp(request->path, "/exec/", 6) == 0 ||
		    (len > 5 && strcmp(request->path + len - 5, "/exec") == 0);

	if (!request->server->exec_forbidden || !exec)
		return false;
	serve_add_header(request, "Cache-Control", "no-cache");
	serve_text(request, 403, "text/html", page);
	return true;
}

static bool version_refused(struct serve_request *request)
{
	const struct world_server *server = request->server;
	const char *asked = request->api_version;
	char text[200];

	if (!*asked)
		return false;
	if (api_number(asked) > api_number(server->api_version)) {
		serve_error(request, 400, "client version %s is too new. Maximum supported API version is %s",
			asked, server->api_version);
		return true;
	}
	if (api_number(asked) >= api_number(server->min_api_version))
		return false;
	snprintf(text, sizeof text,
		"client version %s is too old. Minimum supported API version is %s, please upgrade your "
		"client to a "
		"newer version",
		asked, server->min_api_version);
	if (docker_modern(server)) {
		serve_error(request, 400, "%s", text);
	} else {
		serve_add_header(request, "X-Content-Type-Options", "nosniff");
		serve_text(request, 400, "text/plain; charset=utf-8", text);
	}
	return true;
}

static bool before(struct serve_request *request)
{
	char name[96];

	if (proxy_refuses(request))
		return true;
	snprintf(name, sizeof name, "Docker/%s (linux)", request->server->engine_version);
	serve_add_header(request, "Api-Version", request->server->api_version);
	serve_add_header(request, "Docker-Experimental", "false");
	serve_add_header(request, "Ostype", "linux");
	serve_add_header(request, "Server", name);
	return version_refused(request);
}

bool docker_modern(const struct world_server *server)
{
	return api_number(server->api_version) >= 1044;
}

void docker_hash(char out[65], const char *a, const char *b)
{
	uint64_t state = 0xcbf29ce484222325;

	for (const char *s = a; *s; s++)
		state = (state ^ (unsigned char)*s) * 0x100000001b3;
	for (const char *s = b; *s; s++)
		state = (state ^ (unsigned char)*s) * 0x100000001b3;
	for (int i = 0; i < 4; i++) {
		uint64_t z = state += 0x9e3779b97f4a7c15;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
		snprintf(out + (size_t)i * 16, 17, "%016llx", (unsigned long long)(z ^ (z >> 31)));
	}
}

struct world_container *docker_container(struct serve_request *request)
{
	struct world_container *c = world_container(request->server, request->params[0]);

	if (!c)
		serve_error(request, 404, "No such container: %s", request->params[0]);
	return c;
}

bool docker_is_up(const struct world_container *c)
{
	return c->status == WORLD_RUNNING || c->status == WORLD_PAUSED || c->status == WORLD_RESTARTING;
}

const char *docker_network(const struct world_container *c)
{
	return c->network && *c->network ? c->network : "bridge";
}

cJSON *docker_created_with(const struct world_container *c)
{
	return c->create_json ? cJSON_Parse(c->create_json) : NULL;
}

bool docker_has_tty(const struct world_container *c)
{
	cJSON *body = docker_created_with(c);
	bool tty = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(body, "Tty"));

	cJSON_Delete(body);
	return tty;
}

const char *docker_argument(const struct world_container *c, size_t i)
{
	if (i < c->entrypoint_count)
		return c->entrypoint[i];
	i -= c->entrypoint_count;
	return i < c->cmd_count ? c->cmd[i] : NULL;
}

enum serve_result docker_not_running(struct serve_request *request, const struct world_container *c)
{
	return serve_error(request, 409, "%s %s is not running",
		docker_modern(c->server) ? "container" : "Container", c->id);
}

void docker_frame(struct serve_buffer *out, int stream, const void *data, size_t len)
{
	const char head[8] = {
		(char)stream, 0, 0, 0, (char)(len >> 24), (char)(len >> 16), (char)(len >> 8), (char)len};

	serve_put(out, head, sizeof head);
	serve_put(out, data, len);
}

enum serve_result docker_ping(struct serve_request *request)
{
	serve_add_header(request, "Cache-Control", "no-cache, no-store, must-revalidate");
	serve_add_header(request, "Pragma", "no-cache");
	return serve_text(request, 200, "text/plain; charset=utf-8", "OK");
}

void docker_routes(struct serve *serve)
{
	serve_context(serve, SERVE_DOCKER, calloc(1, sizeof(struct docker)), docker_free);
	serve_before(serve, SERVE_DOCKER, before);
	serve_routes(serve, SERVE_DOCKER, routes, sizeof routes / sizeof *routes);
}
