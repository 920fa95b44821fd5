/*
 * pool_idle.c - how long Traefik keeps idle connections to a service's servers.
 */
#include "pool_private.h"

#include "ollama-top/units.h"

#include <stdlib.h>
#include <string.h>

/* A number alone means seconds to Traefik, and 0 no limit. */
static enum pool_idle judge(const char *timeout)
{
	int64_t ms;
	const enum units_result result = units_duration(timeout, &ms);

	if (result == UNITS_NO_UNIT && units_integer(timeout, &ms))
		ms *= 1000;
	else if (result != UNITS_OK)
		return POOL_IDLE_UNKNOWN;
	return ms > 0 && ms <= POOL_IDLE_MAX_MS ? POOL_IDLE_SHORT : POOL_IDLE_LONG;
}

/* "ollama@file" is "ollama" of this file's provider; what other providers tell is not here. NULL: not here. */
static char *name_here(const char *transport)
{
	const size_t len = strcspn(transport, "@");

	return transport[len] == '\0' || strcmp(transport + len, "@file") == 0 ? strndup(transport, len)
									       : NULL;
}

static enum pool_idle of_transport(const struct yaml_item *root, const char *transport)
{
	char *name = name_here(transport);
	const struct yaml_item *transports = pool_value(
				       pool_value(root, "http", false), "serversTransports", false),
			       *found = name != NULL ? pool_value(transports, name, true) : NULL;
	const char *timeout = pool_scalar(
		pool_value(pool_value(found, "forwardingTimeouts", false), "idleConnTimeout", false));

	free(name);
	if (found == NULL)
		return POOL_IDLE_UNKNOWN;
	return timeout != NULL && *timeout != '\0' ? judge(timeout) : POOL_IDLE_LONG;
}

enum pool_idle pool_text_idle(const char *text, size_t len, const char *service)
{
	struct pool_source source;
	struct pool_place place = {0};
	struct pool_error ignored;
	enum pool_idle idle = POOL_IDLE_UNKNOWN;

	if (pool_open(&source, text, len, service, &place, &ignored)) {
		const char *transport = pool_scalar(pool_value(place.balancer, "serversTransport", false));

		idle = transport != NULL && *transport != '\0'
			       ? of_transport(source.tree.documents[0], transport)
			       : POOL_IDLE_LONG;
	}
	yaml_tree_free(&source.tree);
	return idle;
}
