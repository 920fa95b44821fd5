/*
 * compose_network.c - the networks of a service, which exist already: they are given by their real names, so that
 * Compose makes none of its own.
 */
#include "compose_private.h"
#include "net/json.h"
#include "ollama-top/i18n.h"
#include "ops/inspection.h"

#include <stdio.h>
#include <string.h>

/* Of several networks, the first is the one whose name NetworkMode has. */
#define FIRST_PRIORITY 1000

/* The engine, or Compose, gives these by itself. */
static bool is_own_alias(const struct composing *c, const char *alias)
{
	return strcmp(alias, c->short_id) == 0 || strcmp(alias, c->service_name) == 0;
}

static void put_aliases(struct composing *c, cJSON *entry, const cJSON *network)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *item;
	cJSON_ArrayForEach(item, json_array(network, "Aliases"))
	{
		const char *alias = cJSON_GetStringValue(item);
		if (list && alias && !is_own_alias(c, alias)) {
			compose_add_text(c, list, alias);
		}
	}
	compose_put_filled(c, entry, "aliases", list);
}

/* Addresses that were asked for, not those that the engine found. */
static void put_addresses(struct composing *c, cJSON *entry, const cJSON *network)
{
	static const struct {
		const char *key, *service_key;
	} addresses[] = {{"IPv4Address", "ipv4_address"}, {"IPv6Address", "ipv6_address"}};
	const cJSON *wanted = json_object(network, "IPAMConfig");
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		const char *address = json_string(wanted, addresses[i].key);
		if (address && *address != '\0') {
			compose_put_text(c, entry, addresses[i].service_key, address);
		}
	}
	const cJSON *local = json_array(wanted, "LinkLocalIPs");
	if (local && local->child) {
		compose_put(c, entry, "link_local_ips", cJSON_Duplicate(local, true));
	}
}

static void tell_unsaid(struct composing *c, const cJSON *network)
{
	static const char *const keys[] = {"DriverOpts", "Links"};
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const cJSON *item = json_member(network, keys[i]);
		if (item && item->child) {
			compose_note(c, _("%s in the network %s could not be expressed"), keys[i],
				network->string);
		}
	}
}

static void add_network(struct composing *c, cJSON *map, const cJSON *network, bool first)
{
	const char *key = compose_external(c, c->networks, network->string);
	cJSON *entry = key ? compose_put_map(c, map, key) : NULL;
	if (!entry) {
		return;
	}
	put_aliases(c, entry, network);
	put_addresses(c, entry, network);
	if (first) {
		compose_put_number(c, entry, "priority", FIRST_PRIORITY);
	}
	tell_unsaid(c, network);
}

static bool is_whole_mode(const char *mode)
{
	return strcmp(mode, "host") == 0 || strcmp(mode, "none") == 0 || strncmp(mode, "container:", 10) == 0;
}

/* The default bridge cannot stand beside other networks in a Compose file. */
static void tell_others(struct composing *c, const cJSON *first)
{
	const cJSON *network;
	cJSON_ArrayForEach(network, inspection_networks(c->part->container))
	{
		if (network != first) {
			compose_note(c,
				_("is on the default bridge and in the network %s too, which Compose does "
				  "not "
				  "take together: docker network connect afterwards"),
				network->string);
		}
	}
}

void compose_network(struct composing *c)
{
	const char *mode = inspection_network_mode(c->part->container);
	const cJSON *networks = inspection_networks(c->part->container), *network;
	const cJSON *first = inspection_first_network(c->part->container);
	if (is_whole_mode(mode)) {
		compose_put_text(c, c->service, "network_mode", mode);
		return;
	}
	if (inspection_default_bridge(first ? first->string : mode)) {
		compose_put_text(c, c->service, "network_mode", "bridge");
		tell_others(c, first);
		return;
	}
	const bool several = cJSON_GetArraySize(networks) > 1;
	cJSON *map = compose_put_map(c, c->service, "networks");
	if (map && !first) {
		const char *key = compose_external(c, c->networks, mode);
		compose_put(c, map, key ? key : "", cJSON_CreateNull());
	}
	cJSON_ArrayForEach(network, networks)
	{
		if (map && !inspection_default_bridge(network->string)) {
			add_network(c, map, network, network == first && several);
		} else if (map) {
			tell_others(c, first);
		}
	}
}
