/*
 * each.h - a walk over the instances of all servers.
 */
#ifndef CLI_EACH_H
#define CLI_EACH_H

#include "ollama-top/fleet.h"

/* Calls back for each instance that is there, in the order of the servers. */
void each_instance(
	const struct fleet *fleet, void (*visit)(void *user, const struct instance *instance), void *user);

#endif
