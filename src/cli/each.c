#include "each.h"

void each_instance(
	const struct fleet *fleet, void (*visit)(void *user, const struct instance *instance), void *user)
{
	for (size_t s = 0; s < fleet->server_count; s++) {
		const struct server *server = &fleet->servers[s];
		for (size_t i = 0; i < server->instance_count; i++) {
			if (!server->instances[i]->gone) {
				visit(user, server->instances[i]);
			}
		}
	}
}
