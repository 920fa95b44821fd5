/*
 * docker_networks.c - what there is of networks and volumes.
 */
#include "docker.h"

#include <string.h>

/* The i-th network: the engine's own three, then those that containers are in; NULL after the last. */
static const char *network_name(const struct world_server *server, size_t i)
{
	static const char *const own[] = {"bridge", "host", "none"};

	if (i < 3)
		return own[i];
	i -= 3;
	for (size_t n = 0; n < server->container_count; n++) {
		const char *name = docker_network(server->containers[n]);
		bool known =
			strcmp(name, "bridge") == 0 || strcmp(name, "host") == 0 || strcmp(name, "none") == 0;
		for (size_t m = 0; m < n && !known; m++)
			known = strcmp(docker_network(server->containers[m]), name) == 0;
		if (!known && i-- == 0)
			return name;
	}
	return NULL;
}

static void write_members(struct json_out *out, const struct world_server *server, const char *network)
{
	json_object(out, "Containers");
	for (size_t i = 0; i < server->container_count; i++) {
		const struct world_container *c = server->containers[i];
		char endpoint[65];
		if (strcmp(docker_network(c), network) != 0 || !docker_is_up(c))
			continue;
		docker_hash(endpoint, c->id, network);
		json_object(out, c->id);
		json_string(out, "Name", c->name);
		json_string(out, "EndpointID", endpoint);
		json_string(out, "MacAddress", "");
		json_format(out, "IPv4Address", "%s/16", c->ip);
		json_string(out, "IPv6Address", "");
		json_end_object(out);
	}
	json_end_object(out);
}

/* Lists show no containers, inspect does. */
static void write_network(
	struct json_out *out, const struct world_server *server, const char *name, bool members)
{
	bool none = strcmp(name, "none") == 0, host = strcmp(name, "host") == 0;
	char id[65];

	docker_hash(id, server->name, name);
	json_object(out, NULL);
	json_string(out, "Name", name);
	json_string(out, "Id", id);
	json_time(out, "Created", WORLD_STILL_WALL - INT64_C(86400000) * 90);
	json_string(out, "Scope", "local");
	json_string(out, "Driver", none ? "null" : host ? "host" : "bridge");
	json_bool(out, "EnableIPv6", false);
	json_raw(out, "IPAM",
		none || host ? "{\"Driver\":\"default\",\"Options\":null,\"Config\":[]}"
			     : "{\"Driver\":\"default\",\"Options\":null,\"Config\":[{\"Subnet\":\"172.17.0."
			       "0/16\",\"Gateway\":"
			       "\"172.17.0.1\"}]}");
	json_bool(out, "Internal", false);
	json_bool(out, "Attachable", false);
	json_bool(out, "Ingress", false);
	json_raw(out, "ConfigFrom", "{\"Network\":\"\"}");
	json_bool(out, "ConfigOnly", false);
	if (members)
		write_members(out, server, name);
	else
		json_raw(out, "Containers", "{}");
	json_raw(out, "Options", "{}");
	json_raw(out, "Labels", "{}");
	json_end_object(out);
}

enum serve_result docker_networks(struct serve_request *request)
{
	struct json_out out = {.skew_ms = request->server->skew_ms};
	const char *name;

	json_array(&out, NULL);
	for (size_t i = 0; (name = network_name(request->server, i)) != NULL; i++)
		write_network(&out, request->server, name, false);
	json_end_array(&out);
	return json_reply(request, 200, &out);
}

enum serve_result docker_network_inspect(struct serve_request *request)
{
	struct json_out out = {.skew_ms = request->server->skew_ms};
	const char *name;
	char id[65];

	for (size_t i = 0; (name = network_name(request->server, i)) != NULL; i++) {
		docker_hash(id, request->server->name, name);
		if (strcmp(name, request->params[0]) != 0 &&
			strncmp(id, request->params[0], strlen(request->params[0])) != 0)
			continue;
		write_network(&out, request->server, name, true);
		return json_reply(request, 200, &out);
	}
	return serve_error(request, 404, "network %s not found", request->params[0]);
}

static void write_volume(struct json_out *out, const struct world_mount *mount)
{
	json_object(out, NULL);
	json_time(out, "CreatedAt", WORLD_STILL_WALL - INT64_C(86400000) * 30);
	json_string(out, "Driver", "local");
	json_raw(out, "Labels", "null");
	json_string(out, "Mountpoint", mount->source);
	json_string(out, "Name", mount->name);
	json_raw(out, "Options", "null");
	json_string(out, "Scope", "local");
	json_end_object(out);
}

/* The i-th volume that containers mount, each once. */
static const struct world_mount *volume(const struct world_server *server, size_t i)
{
	const struct world_mount *found[64];
	size_t count = 0;

	for (size_t n = 0; n < server->container_count; n++) {
		const struct world_container *c = server->containers[n];
		for (size_t m = 0; m < c->mount_count; m++) {
			bool known = !c->mounts[m].name || count == 64;
			for (size_t k = 0; k < count && !known; k++)
				known = strcmp(found[k]->name, c->mounts[m].name) == 0;
			if (!known)
				found[count++] = &c->mounts[m];
		}
	}
	return i < count ? found[i] : NULL;
}

enum serve_result docker_volumes(struct serve_request *request)
{
	struct json_out out = {.skew_ms = request->server->skew_ms};
	const struct world_mount *mount;

	json_object(&out, NULL);
	json_array(&out, "Volumes");
	for (size_t i = 0; (mount = volume(request->server, i)) != NULL; i++)
		write_volume(&out, mount);
	json_end_array(&out);
	json_raw(&out, "Warnings", "null");
	json_end_object(&out);
	return json_reply(request, 200, &out);
}

enum serve_result docker_volume(struct serve_request *request)
{
	struct json_out out = {.skew_ms = request->server->skew_ms};
	const struct world_mount *mount;

	for (size_t i = 0; (mount = volume(request->server, i)) != NULL; i++) {
		if (strcmp(mount->name, request->params[0]) != 0)
			continue;
		write_volume(&out, mount);
		return json_reply(request, 200, &out);
	}
	return serve_error(request, 404, "get %s: no such volume", request->params[0]);
}
