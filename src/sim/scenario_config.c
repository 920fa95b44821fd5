/*
 * scenario_config.c - the world as ollama-top's own configuration file describes it.
 */
#include "scenario.h"

#include "serve.h"

#include <stdlib.h>
#include <string.h>

#define MANY_INSTANCES 100

static void put_instances(struct serve_buffer *out, const struct world_server *server)
{
	if (server->service)
		return;
	bool begun = false;

	if (server->discover)
		serve_printf(out, "    discover: {name: \"%s\"}\n", server->discover);
	for (size_t i = 0; i < server->container_count; i++) {
		const struct world_container *c = server->containers[i];

		if (!c->ollama || !c->host_port || (server->discover && c->speaks == WORLD_OLLAMA))
			continue;
		serve_printf(out, "%s      - {name: \"%s\", port: %d%s}\n", begun ? "" : "    instances:\n",
			c->name, c->host_port, c->speaks == WORLD_OLLAMA ? "" : ", kind: openai");
		begun = true;
	}
}

static void put_nfs(struct serve_buffer *out, const struct world_server *server)
{
	if (server->nfs_export) {
		serve_printf(out, "    nfs: {export: %s, port: %d, portmapper: %d}\n", server->nfs_export,
			server->nfs_port, server->portmapper_port);
		return;
	}
	for (size_t i = 0; i < server->host_mount_count; i++) {
		const struct world_host_mount *m = &server->host_mounts[i];

		if (strncmp(m->fstype, "nfs", 3) == 0)
			serve_printf(out, "    nfs: {mount: %s, source: \"%s\"}\n", m->path, m->source);
	}
}

static void put_server(struct serve_buffer *out, const struct world_server *server)
{
	serve_printf(out, "  - name: \"%s\"\n    host: %s\n    role: %s\n", server->name, server->host,
		server->rw ? "rw" : "ro");
	if (server->docker_port)
		serve_printf(out, "    docker: tcp://%s:%d\n", server->host, server->docker_port);
	put_instances(out, server);
	if (server->service)
		serve_printf(out, "    scale: {service: %s, min: 1, max: 6}\n", server->service->name);
	else if (server->discover)
		serve_printf(out,
			"    scale: {min: 1, max: %d, ports: %d-%d, memory_headroom: 2G, drain: 30s}\n",
			server->container_count > 6 ? (int)server->container_count : 6, server->ollama_port,
			server->ollama_port + server->port_count - 1);
	put_nfs(out, server);
}

/* For whoever plays with the demo: a load of some seconds shows something. */
static void put_autoscale(struct serve_buffer *out, const struct world *world)
{
	size_t policies = 0;

	for (size_t i = 0; i < world->server_count; i++) {
		const struct world_server *server = world->servers[i];

		if (!server->discover || server->service)
			continue;
		serve_printf(out,
			"%s  \"%s\":\n    up_when: \"busy > 0.8 for 10s\"\n"
			"    down_when: \"busy < 0.2 for 60s\"\n    cooldown: {up: 30s, down: 60s}\n",
			policies++ == 0 ? "autoscale:\n" : "", server->name);
	}
}

char *scenario_config(const struct world *world, int control_port)
{
	struct serve_buffer out = {0};
	size_t instances = 0;

	for (size_t i = 0; i < world->server_count; i++)
		instances += world->servers[i]->container_count;
	serve_printf(&out, "# control: http://127.0.0.1:%d\n# scenario: %s\n", control_port, world->scenario);
	serve_printf(&out, "refresh: %s\ntimeout: 3s\nservers:\n", instances > MANY_INSTANCES ? "2s" : "1s");
	for (size_t i = 0; i < world->server_count; i++)
		put_server(&out, world->servers[i]);
	if (world->traefik_host) {
		serve_printf(&out, "traefik:\n  api: http://%s:%d\n  service: %s\n", world->traefik_host,
			world->traefik_port, world->traefik_service);
		if (world->traefik_file)
			serve_printf(&out, "  dynamic_file: %s\n", world->traefik_file);
	}
	put_autoscale(&out, world);
	if (!out.failed)
		return out.data;
	free(out.data);
	return NULL;
}
