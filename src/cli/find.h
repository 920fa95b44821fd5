/*
 * find.h - the instance that a command names as SERVER/INSTANCE.
 */
#ifndef CLI_FIND_H
#define CLI_FIND_H

#include "ollama-top/fleet.h"

#include <stdbool.h>
#include <stddef.h>

#define FIND_ERROR_MAX 512

enum find_result {
	FIND_FOUND,
	FIND_UNKNOWN, /* no such name; the error lists those there are */
	FIND_WAIT,    /* its server has not said yet which instances it has */
	FIND_FAILED,  /* and will not, for the reason in `error` */
};

/* The server whose name, and a slash, `name` begins with (names may have slashes themselves), and what follows; or NULL. */
const struct server *find_server(const struct fleet *fleet, const char *name, const char **rest);

/*
 * Looks `name` up in what the fleet knows so far. FIND_FOUND sets both; the instance's container may
 * still be unknown, or not exist. `error` has FIND_ERROR_MAX bytes.
 */
enum find_result find_instance(const struct fleet *fleet, const char *name, const struct server **server,
	const struct instance **instance, char *error);

#endif
