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
	if (server->discover) {
		serve_printf(out, "    discover: {name: \"%s\"}\n", server->discover);
		return;
	}
	serve_printf(out, "    instances:\n");
	for (size_t i = 0; i < server->container_count; i++)
		if (server->containers[i]->ollama && server->containers[i]->host_port)
			serve_printf(out, "      - {name: \"%s\", port: %d}\n", server->containers[i]->name,
				server->containers[i]->host_port);
}

static void put_nfs(struct serve_buffer *out, const struct world_server *server)
{
	if (server->nfs_export) {
		serve_printf(out, "    nfs: {export: %s}\n", server->nfs_export);
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
	if (server->discover)
		serve_printf(out,
			"    scale: {min: 1, max: %d, ports: %d-%d, memory_headroom: 2G, drain: 30s}\n",
			server->container_count > 6 ? (int)server->container_count : 6, server->ollama_port,
			server->ollama_port + server->port_count - 1);
	put_nfs(out, server);
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
	if (!out.failed)
		return out.data;
	free(out.data);
	return NULL;
}
