/*
 * clone_host.c - a clone's place on the host: ports, volumes, and what an engine shows but does not take.
 */
#include "ollama-top/docker.h"
#include "ollama-top/i18n.h"

#include "clone_private.h"
#include "net/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cJSON *member(cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

void clone_quirks(struct cloning *c)
{
	/* Written down by the client that created the template, or its terminal's size then. */
	cJSON_DeleteItemFromObjectCaseSensitive(c->body_host, "ContainerIDFile");
	cJSON_DeleteItemFromObjectCaseSensitive(c->body_host, "ConsoleSize");
	/* -1 is how some engines show "not set", and not what they take for it. */
	if (json_small(c->body_host, "MemorySwappiness", 0) < 0)
		cJSON_DeleteItemFromObjectCaseSensitive(c->body_host, "MemorySwappiness");
}

/* ---- ports --------------------------------------------------------------------------------------- */

static bool is_bound(const cJSON *bindings)
{
	return cJSON_IsArray(bindings) && bindings->child != NULL;
}

/* A port of the host that was named; the engine picks another for each container otherwise. */
static const char *fixed_port(const cJSON *bindings)
{
	const cJSON *binding;
	cJSON_ArrayForEach(binding, bindings)
	{
		const char *port = json_string(binding, "HostPort");
		if (port != NULL && *port != '\0' && strcmp(port, "0") != 0)
			return port;
	}
	return NULL;
}

static bool has_address(const cJSON *list, const char *ip)
{
	const cJSON *binding;
	cJSON_ArrayForEach(binding, list)
	{
		if (strcmp(json_string(binding, "HostIp"), ip) == 0)
			return true;
	}
	return false;
}

/* The same addresses, once each, at the new port; every address when there was none. */
static cJSON *moved(const cJSON *bindings, int port)
{
	char text[16];
	snprintf(text, sizeof text, "%d", port);
	cJSON *list = cJSON_CreateArray();
	const cJSON *from = bindings != NULL ? bindings->child : NULL;
	do {
		const char *ip = json_string(from, "HostIp");
		if (!has_address(list, ip != NULL ? ip : "")) {
			cJSON *binding = cJSON_CreateObject();
			if (!clone_put_text(binding, "HostIp", ip != NULL ? ip : "") ||
				!clone_put_text(binding, "HostPort", text) ||
				!cJSON_AddItemToArray(list, binding)) {
				cJSON_Delete(binding);
				cJSON_Delete(list);
				return NULL;
			}
		}
		from = from != NULL ? from->next : NULL;
	} while (from != NULL);
	return list;
}

/* What Ollama is published under, "11434/tcp": its own port, or else the only one there is; "" for none. */
static void published_port(const struct cloning *c, char *key, size_t size)
{
	const cJSON *map = json_object(c->host, "PortBindings"), *item, *only = NULL;
	int count = 0;
	snprintf(key, size, "%d/tcp", docker_ollama_port(inspection_env(c->config, "OLLAMA_HOST")));
	if (is_bound(json_member(map, key)))
		return;
	cJSON_ArrayForEach(item, map)
	{
		if (is_bound(item)) {
			only = item;
			count++;
		}
	}
	if (count == 1)
		snprintf(key, size, "%s", only->string);
	else if (count != 0 || !json_true(c->host, "PublishAllPorts"))
		*key = '\0';
}

bool clone_ports(struct cloning *c)
{
	char key[32], other[32], port[32];
	if (c->successor)
		return true;
	published_port(c, key, sizeof key);
	if (*key == '\0')
		return json_fail(c->error,
			_("%s does not publish the port of its Ollama, so its clone could not be reached"),
			c->name);
	cJSON *map = member(c->body_host, "PortBindings"), *item;
	cJSON_ArrayForEach(item, map)
	{
		const char *fixed = fixed_port(item);
		if (fixed == NULL || strcmp(item->string, key) == 0)
			continue;
		text_clean(other, sizeof other, item->string, strlen(item->string));
		text_clean(port, sizeof port, fixed, strlen(fixed));
		return json_fail(c->error,
			_("%s also publishes %s at port %s of the host, which only one container can have"),
			c->name, other, port);
	}
	if (!cJSON_IsObject(map)) {
		if (!clone_put(c->body_host, "PortBindings", cJSON_CreateObject()))
			return false;
		map = member(c->body_host, "PortBindings");
	}
	return clone_put(map, key, moved(member(map, key), c->change->host_port));
}

/* ---- volumes ------------------------------------------------------------------------------------- */

static cJSON *list_in(cJSON *object, const char *key)
{
	cJSON *list = member(object, key);
	if (cJSON_IsArray(list))
		return list;
	return clone_put(object, key, cJSON_CreateArray()) ? member(object, key) : NULL;
}

/* A mount of type volume without a source is a new volume. */
static bool add_fresh_volume(struct cloning *c, const struct bind *bind)
{
	char *destination = strndup(bind->destination, bind->destination_len);
	cJSON *mount = cJSON_CreateObject();
	bool fine = destination != NULL && clone_put_text(mount, "Type", "volume") &&
		    clone_put_text(mount, "Target", destination);
	if (fine && inspection_option(bind->options, "ro"))
		fine = clone_put(mount, "ReadOnly", cJSON_CreateTrue());
	if (fine && inspection_option(bind->options, "nocopy")) {
		cJSON *options = cJSON_AddObjectToObject(mount, "VolumeOptions");
		fine = clone_put(options, "NoCopy", cJSON_CreateTrue());
	}
	free(destination);
	if (fine && cJSON_AddItemToArray(list_in(c->body_host, "Mounts"), mount))
		return true;
	cJSON_Delete(mount);
	return false;
}

static bool freshen_volumes(struct cloning *c)
{
	cJSON *binds = member(c->body_host, "Binds"), *mount;
	for (cJSON *item = binds != NULL ? binds->child : NULL, *next; item != NULL; item = next) {
		next = item->next;
		const char *text = cJSON_GetStringValue(item);
		struct bind bind = inspection_bind(text != NULL ? text : "");
		if (text == NULL || !inspection_anonymous(text, bind.source_len))
			continue;
		if (!add_fresh_volume(c, &bind))
			return false;
		cJSON_Delete(cJSON_DetachItemViaPointer(binds, item));
	}
	cJSON_ArrayForEach(mount, member(c->body_host, "Mounts"))
	{
		const char *type = json_string(mount, "Type"), *source = json_string(mount, "Source");
		if (type != NULL && strcmp(type, "volume") == 0 && source != NULL &&
			inspection_anonymous(source, strlen(source)))
			cJSON_DeleteItemFromObjectCaseSensitive(mount, "Source");
	}
	return true;
}

static bool is_bind_at(cJSON *host, const char *destination)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, member(host, "Binds"))
	{
		const char *text = cJSON_GetStringValue(item);
		struct bind bind = inspection_bind(text != NULL ? text : "");
		if (inspection_is_path(bind.destination, bind.destination_len, destination))
			return true;
	}
	return false;
}

static cJSON *mount_at(cJSON *host, const char *destination)
{
	cJSON *mount;
	cJSON_ArrayForEach(mount, member(host, "Mounts"))
	{
		const char *target = json_string(mount, "Target");
		if (target != NULL && inspection_is_path(target, strlen(target), destination))
			return mount;
	}
	return NULL;
}

/* The volumes that the template got without naming them, by their names: the models may be in one. */
static bool hand_over_volumes(struct cloning *c)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, json_array(c->inspected, "Mounts"))
	{
		const char *type = json_string(item, "Type"), *name = json_string(item, "Name");
		const char *destination = json_string(item, "Destination");
		if (type == NULL || strcmp(type, "volume") != 0 || name == NULL || *name == '\0' ||
			destination == NULL || is_bind_at(c->body_host, destination))
			continue;
		cJSON *mount = mount_at(c->body_host, destination), *bind;
		if (mount != NULL) {
			if (!clone_put_text(mount, "Source", name))
				return false;
			continue;
		}
		char *text;
		bool read_only = cJSON_IsFalse(json_member(item, "RW"));
		if (asprintf(&text, "%s:%s%s", name, destination, read_only ? ":ro" : "") < 0)
			return false;
		bind = cJSON_CreateString(text);
		free(text);
		if (!cJSON_AddItemToArray(list_in(c->body_host, "Binds"), bind)) {
			cJSON_Delete(bind);
			return false;
		}
	}
	return true;
}

bool clone_volumes(struct cloning *c)
{
	return c->successor ? hand_over_volumes(c) : freshen_volumes(c);
}
