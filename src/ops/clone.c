/*
 * clone.c - who can be cloned, and the order in which the parts of a clone are made.
 */
#include "clone.h"

#include "ollama-top/i18n.h"

#include "clone_private.h"
#include "net/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* From here cJSON may print an exponent, which the engine does not read as a whole number. */
#define PLAIN_NUMBER_LIMIT 1e15

bool clone_put(cJSON *object, const char *key, cJSON *item)
{
	if (item == NULL)
		return false;
	if (cJSON_GetObjectItemCaseSensitive(object, key) != NULL)
		return cJSON_ReplaceItemInObjectCaseSensitive(object, key, item);
	if (cJSON_AddItemToObject(object, key, item))
		return true;
	cJSON_Delete(item);
	return false;
}

bool clone_put_text(cJSON *object, const char *key, const char *text)
{
	return clone_put(object, key, cJSON_CreateString(text));
}

static bool refuse_network(const struct cloning *c)
{
	const char *mode = json_string(c->host, "NetworkMode");
	if (mode == NULL)
		return true;
	if (strncmp(mode, "container:", 10) == 0)
		return json_fail(c->error,
			_("%s uses the network of another container, which the clone would lose track of: "
			  "give it a network of its own"),
			c->name);
	if (c->successor)
		return true;
	if (strcmp(mode, "host") == 0)
		return json_fail(c->error,
			_("%s is on the host's own network, where a second one would want the same port: "
			  "recreate it with a published port"),
			c->name);
	if (strcmp(mode, "none") == 0)
		return json_fail(c->error, _("%s has no network, so nobody could reach its clone"), c->name);
	return true;
}

static bool refuse(const struct cloning *c)
{
	const char *service = json_string(json_object(c->config, "Labels"), SWARM_SERVICE);
	if (service != NULL) {
		char clean[64];
		text_clean(clean, sizeof clean, service, strlen(service));
		return json_fail(c->error,
			_("%s is a task of the Swarm service %s: scale or update the service"), c->name,
			clean);
	}
	if (c->successor && json_true(c->host, "AutoRemove"))
		return json_fail(c->error,
			_("%s is removed by the engine when it stops (--rm), so there would be nothing to "
			  "go back to: recreate it without --rm"),
			c->name);
	return refuse_network(c);
}

static bool begin(struct cloning *c, const cJSON *inspected, const struct clone_change *change,
	struct parse_error *error)
{
	*c = (struct cloning){
		.inspected = inspected,
		.config = json_object(inspected, "Config"),
		.host = json_object(inspected, "HostConfig"),
		.change = change,
		.successor = change->host_port == 0,
		.error = error,
	};
	*error->text = '\0';
	const char *name = json_string(inspected, "Name"), *id = json_string(inspected, "Id");
	if (name != NULL)
		text_clean(c->name, sizeof c->name, name + (*name == '/'), strlen(name + (*name == '/')));
	if (*c->name == '\0' || id == NULL || strlen(id) < sizeof c->short_id - 1 || c->config == NULL ||
		c->host == NULL)
		return json_fail(error,
			_("the inspection of %s lacks its name, id, Config or HostConfig: the engine is not "
			  "one "
			  "that this program knows"),
			*c->name != '\0' ? c->name : _("the container"));
	memcpy(c->short_id, id, sizeof c->short_id - 1);
	return refuse(c);
}

/* Whole numbers that cJSON might print with an exponent become text; what is beyond int64_t, its end. */
static bool spell_numbers(cJSON *parent)
{
	for (cJSON *item = parent->child, *next; item != NULL; item = next) {
		next = item->next;
		double value = item->valuedouble;
		if (item->child != NULL && !spell_numbers(item))
			return false;
		if (!cJSON_IsNumber(item) || !(fabs(value) >= PLAIN_NUMBER_LIMIT))
			continue;
		int64_t whole = value >= 0x1p63 ? INT64_MAX : value < -0x1p63 ? INT64_MIN : (int64_t)value;
		char text[32];
		snprintf(text, sizeof text, "%" PRId64, whole);
		cJSON *raw = cJSON_CreateRaw(text);
		if (item->string != NULL ? !cJSON_ReplaceItemInObjectCaseSensitive(parent, item->string, raw)
					 : !cJSON_ReplaceItemViaPointer(parent, item, raw))
			return false;
	}
	return true;
}

static bool make(struct cloning *c)
{
	c->body = cJSON_Duplicate(c->config, true);
	if (c->body == NULL || !clone_put(c->body, "HostConfig", cJSON_Duplicate(c->host, true)))
		return false;
	c->body_host = cJSON_GetObjectItemCaseSensitive(c->body, "HostConfig");
	clone_quirks(c);
	return clone_config(c) && clone_labels(c) && clone_ports(c) && clone_volumes(c) &&
	       clone_first_network(c) && spell_numbers(c->body);
}

cJSON *clone_body(const cJSON *inspected, const struct clone_change *change, struct parse_error *error)
{
	struct cloning c;
	if (!begin(&c, inspected, change, error))
		return NULL;
	if (make(&c))
		return c.body;
	if (*error->text == '\0')
		json_fail(error, "%s", _("out of memory"));
	cJSON_Delete(c.body);
	return NULL;
}

cJSON *clone_networks(const cJSON *inspected, const struct clone_change *change, struct parse_error *error)
{
	struct cloning c;
	if (!begin(&c, inspected, change, error))
		return NULL;
	cJSON *list = clone_further_networks(&c);
	if (list == NULL || !spell_numbers(list)) {
		json_fail(error, "%s", _("out of memory"));
		cJSON_Delete(list);
		return NULL;
	}
	return list;
}
