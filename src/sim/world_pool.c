/*
 * world_pool.c - the balancer's pool of servers.
 */
#include "world.h"

#include "world_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool world_pool_add(struct world *world, const char *url)
{
	struct world_pool_server *server;

	for (size_t i = 0; i < world->pool_count; i++)
		if (strcmp(world->pool[i].url, url) == 0)
			return true;
	server = world_grow((void **)&world->pool, &world->pool_count, sizeof *server);
	if (!server || !world_set_string(&server->url, url)) {
		if (server)
			world->pool_count--;
		return false;
	}
	world_changed(world);
	return true;
}

bool world_pool_remove(struct world *world, const char *url)
{
	for (size_t i = 0; i < world->pool_count; i++) {
		if (strcmp(world->pool[i].url, url) != 0)
			continue;
		free(world->pool[i].url);
		free(world->pool[i].forced);
		memmove(&world->pool[i], &world->pool[i + 1],
			(world->pool_count - i - 1) * sizeof *world->pool);
		world->pool_count--;
		world_changed(world);
		return true;
	}
	return false;
}

static bool serves(const struct world_container *c, const char *url)
{
	char own[80];

	snprintf(own, sizeof own, "http://%s:%d", c->host_ip, c->host_port);
	return strcmp(own, url) == 0;
}

const char *world_pool_status(const struct world *world, const struct world_pool_server *server)
{
	if (server->forced)
		return server->forced;
	for (size_t i = 0; i < world->server_count; i++)
		for (size_t j = 0; j < world->servers[i]->container_count; j++)
			if (serves(world->servers[i]->containers[j], server->url))
				return world_answering(world->servers[i]->containers[j]) ? "UP" : "DOWN";
	return "DOWN";
}
