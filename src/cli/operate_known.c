#include "operate_known.h"

#include <string.h>

/* Whether nothing is missing of an instance, or of a server, for the operation. */
typedef bool instance_known(const struct instance *i);

static bool is_down(const struct instance *i)
{
	return i->container.known && i->container.status != CONTAINER_RUNNING;
}

/* Nothing more is to be heard of it than Swarm tells. */
static bool is_swarms(const struct instance *i)
{
	return i->task.known && !(i->task.phase == TASK_RUNNING && i->task.own_port);
}

static bool is_heard(const struct instance *i)
{
	const bool inspected = i->server->docker.status != LINK_OK || i->container.known || i->present == 0;
	if (i->gone || is_swarms(i) || (inspected && is_down(i))) {
		return true;
	}
	if (!inspected || i->api.status == LINK_UNKNOWN) {
		return false;
	}
	return i->api.status != LINK_OK || !instance_is_ollama(i) ||
	       (i->version && i->loaded_at != 0 && i->stored_at != 0);
}

static bool is_told(const struct instance *i)
{
	return i->gone || is_swarms(i) || i->api.status != LINK_OK || is_down(i) ||
	       i->server->docker.status != LINK_OK ||
	       (i->connections_at != 0 && i->stats_at != 0 &&
		       (i->server->spec->role != ROLE_RW || i->store.space_seen_at != 0));
}

static bool concerns(const struct server *server, const struct intent *intent)
{
	return !intent->server || strcmp(server->spec->name, intent->server) == 0;
}

static bool all_known(const struct fleet *fleet, const struct intent *intent, instance_known *known)
{
	for (size_t s = 0; s < fleet->server_count; s++) {
		const struct server *server = &fleet->servers[s];
		for (size_t i = 0; i < server->instance_count && concerns(server, intent); i++) {
			if (!known(server->instances[i])) {
				return false;
			}
		}
	}
	return true;
}

static bool is_listed(const struct server *server)
{
	if (server->docker.status == LINK_OK && server->service.link.status == LINK_UNKNOWN) {
		return false;
	}
	return server->docker.status == LINK_OK ? server->listed && (server->host_seen_at != 0)
						: server->docker.status != LINK_UNKNOWN;
}

bool known_enough(const struct fleet *fleet, const struct intent *intent)
{
	if (fleet->balancer.link.status == LINK_UNKNOWN) {
		return false;
	}
	for (size_t s = 0; s < fleet->server_count; s++) {
		if (concerns(&fleet->servers[s], intent) && !is_listed(&fleet->servers[s])) {
			return false;
		}
	}
	return all_known(fleet, intent, is_heard);
}

bool known_all(const struct fleet *fleet, const struct intent *intent)
{
	return all_known(fleet, intent, is_told);
}
