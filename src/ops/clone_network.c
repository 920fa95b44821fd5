/*
 * clone_network.c - the networks of a clone: the same ones, under its own name and address.
 */
#include "clone_private.h"
#include "net/json.h"

#include <string.h>

/* The engine gives the short id itself; a sibling must not answer to its template's name. */
static bool is_own_alias(const struct cloning *c, const char *alias)
{
	const char *service = json_string(json_object(c->config, "Labels"), COMPOSE_SERVICE);
	if (strcmp(alias, c->short_id) == 0)
		return true;
	return !c->successor &&
	       (strcmp(alias, c->name) == 0 || (service != NULL && strcmp(alias, service) == 0));
}

static bool add_aliases(const struct cloning *c, const cJSON *network, cJSON *endpoint)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *item;
	cJSON_ArrayForEach(item, json_array(network, "Aliases"))
	{
		const char *alias = cJSON_GetStringValue(item);
		if (alias != NULL && !is_own_alias(c, alias))
			cJSON_AddItemToArray(list, cJSON_CreateString(alias));
	}
	if (list != NULL && list->child == NULL) {
		cJSON_Delete(list);
		return true;
	}
	return clone_put(endpoint, "Aliases", list);
}

/*
 * What was asked for, without what the engine found: addresses, gateways and the MAC address. The default
 * bridge knows no aliases and refuses them. Members that are null or empty are left out, as an empty
 * IPAMConfig is for some engines a wish for an address. NULL: out of memory.
 */
static cJSON *endpoint_of(const struct cloning *c, const cJSON *network)
{
	static const char *const kept[] = {"DriverOpts", "GwPriority", "Links", "IPAMConfig"};
	size_t count = sizeof kept / sizeof *kept - (c->successor ? 0 : 1); /* a fixed address last */
	cJSON *endpoint = cJSON_CreateObject();
	bool fine = endpoint != NULL;
	for (size_t i = 0; i < count && fine; i++) {
		const cJSON *item = json_member(network, kept[i]);
		if (item != NULL && (item->child != NULL || (cJSON_IsNumber(item) && item->valuedouble != 0)))
			fine = clone_put(endpoint, kept[i], cJSON_Duplicate(item, true));
	}
	if (fine && !inspection_default_bridge(network->string))
		fine = add_aliases(c, network, endpoint);
	if (fine)
		return endpoint;
	cJSON_Delete(endpoint);
	return NULL;
}

bool clone_first_network(struct cloning *c)
{
	const cJSON *network = inspection_first_network(c->inspected);
	if (network == NULL)
		return true;
	/* By its name, where the mode is an id or another network: mode and endpoint must agree. */
	if (!inspection_network_named(network, inspection_network_mode(c->inspected)) &&
		!clone_put_text(c->body_host, "NetworkMode", network->string))
		return false;
	cJSON *endpoint = endpoint_of(c, network);
	if (endpoint != NULL && endpoint->child == NULL) {
		cJSON_Delete(endpoint);
		return true;
	}
	cJSON *config = cJSON_AddObjectToObject(c->body, "NetworkingConfig");
	cJSON *map = cJSON_AddObjectToObject(config, "EndpointsConfig");
	return clone_put(map, network->string, endpoint);
}

static bool add_network(const struct cloning *c, cJSON *list, const cJSON *network)
{
	cJSON *entry = cJSON_CreateObject();
	if (entry == NULL || !cJSON_AddItemToArray(list, entry)) {
		cJSON_Delete(entry);
		return false;
	}
	cJSON *body = cJSON_AddObjectToObject(entry, "Body");
	return body != NULL && clone_put_text(entry, "Network", network->string) &&
	       clone_put_text(body, "Container", c->change->name) &&
	       clone_put(body, "EndpointConfig", endpoint_of(c, network));
}

cJSON *clone_further_networks(const struct cloning *c)
{
	const cJSON *first = inspection_first_network(c->inspected), *network;
	cJSON *list = cJSON_CreateArray();
	cJSON_ArrayForEach(network, inspection_networks(c->inspected))
	{
		if (list != NULL && network != first && !add_network(c, list, network)) {
			cJSON_Delete(list);
			return NULL;
		}
	}
	return list;
}
