/*
 * compose_config.c - what runs in a service: image, command, environment, labels. The engine shows what it took
 * from the image and what was asked for as one; what is equal to the image's is left to the image.
 */
#include "compose_private.h"
#include "net/json.h"
#include "ollama-top/i18n.h"
#include "ops/inspection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUR_LABELS "ollama-top."

typedef void config_fn(struct composing *c, const cJSON *item, const char *key);

/* ---- image ---- */

static void put_image(struct composing *c)
{
	const char *id = json_string(c->part->container, "Image"), *name = json_string(c->config, "Image");
	const char *now = json_string(c->part->named, "Id");
	if (!id || *id == '\0') {
		json_fail(c->error, _("the inspection of %s does not tell the id of its image"), c->name);
		c->failed = true;
		return;
	}
	if (name && now && strcmp(now, id) == 0) {
		compose_put_text(c, c->service, "image", name);
		return;
	}
	compose_put_text(c, c->service, "image", id);
	if (!c->part->image) {
		compose_note(
			c, _("runs image %s, which the engine has no more: it cannot be created again"), id);
	} else if (now) {
		compose_note(c,
			_("the tag %s has moved to another image since it was created: its own is given by "
			  "id; put the tag here to upgrade"),
			name);
	} else if (name && strcmp(name, id) != 0) {
		compose_note(c, _("no image is called %s any more: its own is given by id"), name);
	}
}

/* ---- command ---- */

/*
 * The image's command is used only together with its entrypoint. [""] is the engine's word for an entrypoint
 * that was taken away.
 */
static void put_command(struct composing *c)
{
	const cJSON *entrypoint = json_member(c->config, "Entrypoint"), *cmd = json_member(c->config, "Cmd");
	const bool same = inspection_same(entrypoint, json_member(c->image, "Entrypoint"));
	if (!same && inspection_empty(entrypoint)) {
		const char *none = "";
		compose_put(c, c->service, "entrypoint", cJSON_CreateStringArray(&none, 1));
	} else if (!same) {
		compose_put(c, c->service, "entrypoint", cJSON_Duplicate(entrypoint, true));
	}
	if (!inspection_empty(cmd) && (!same || !inspection_same(cmd, json_member(c->image, "Cmd")))) {
		compose_put(c, c->service, "command", cJSON_Duplicate(cmd, true));
	}
}

/* ---- environment and labels ---- */

static bool is_in(const cJSON *list, const cJSON *wanted)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		if (cJSON_Compare(item, wanted, true)) {
			return true;
		}
	}
	return false;
}

static void put_variable(struct composing *c, cJSON *map, const char *entry)
{
	const size_t len = strcspn(entry, "=");
	char *name = strndup(entry, len);
	if (len == 0 || entry[len] == '\0') {
		compose_note(c, _("the environment has \"%s\", which is no NAME=VALUE"), entry);
	} else if (!name) {
		c->failed = true;
	} else if (!json_member(map, name)) {
		compose_put_text(c, map, name, entry + len + 1);
	}
	free(name);
}

/* A map: in a list, Compose would look for variables of its own in the names too. */
static void put_environment(struct composing *c, const cJSON *env, const char *key)
{
	cJSON *map = cJSON_CreateObject();
	const cJSON *item, *of_image = json_array(c->image, "Env");
	cJSON_ArrayForEach(item, env)
	{
		const char *entry = cJSON_GetStringValue(item);
		if (map && entry && !inspection_affinity(entry) && !is_in(of_image, item)) {
			put_variable(c, map, entry);
		}
	}
	compose_put_filled(c, c->service, key, map);
}

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void put_labels(struct composing *c, const cJSON *labels, const char *key)
{
	cJSON *map = cJSON_CreateObject();
	const cJSON *item, *of_image = json_object(c->image, "Labels");
	cJSON_ArrayForEach(item, labels)
	{
		const char *value = cJSON_GetStringValue(item);
		if (!map || !value || !item->string || starts_with(item->string, COMPOSE_LABELS) ||
			starts_with(item->string, OUR_LABELS) ||
			cJSON_Compare(item, json_member(of_image, item->string), true)) {
			continue;
		}
		if (*item->string == '\0') {
			compose_note(c, _("has a label without a name, which Compose does not take"));
		} else if (!json_member(map, item->string)) {
			compose_put_text(c, map, item->string, value);
		}
	}
	compose_put_filled(c, c->service, key, map);
}

/* ---- the rest ---- */

/* The engine makes a host name of the id where none was given; the host's own is not given either. */
static void put_hostname(struct composing *c, const cJSON *item, const char *key)
{
	const char *hostname = cJSON_GetStringValue(item), *uts = json_string(c->host, "UTSMode");
	if (hostname && *hostname != '\0' && strcmp(hostname, c->short_id) != 0 &&
		!(uts && strcmp(uts, "host") == 0)) {
		compose_put_text(c, c->service, key, hostname);
	}
}

static void put_text(struct composing *c, const cJSON *item, const char *key)
{
	const char *text = cJSON_GetStringValue(item);
	if (text && *text != '\0' && !cJSON_Compare(item, json_member(c->image, item->string), true)) {
		compose_put_text(c, c->service, key, text);
	}
}

static void put_truth(struct composing *c, const cJSON *item, const char *key)
{
	if (cJSON_IsTrue(item)) {
		compose_put(c, c->service, key, cJSON_CreateTrue());
	}
}

static void put_seconds(struct composing *c, const cJSON *item, const char *key)
{
	char text[32];
	if (cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < 1e9) {
		snprintf(text, sizeof(text), "%ds", (int)item->valuedouble);
		compose_put_text(c, c->service, key, text);
	}
}

static bool is_published(const struct composing *c, const char *port)
{
	const cJSON *bindings = json_member(json_object(c->host, "PortBindings"), port);
	return cJSON_IsArray(bindings) && bindings->child;
}

static void put_expose(struct composing *c, const cJSON *ports, const char *key)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *port, *of_image = json_object(c->image, "ExposedPorts");
	cJSON_ArrayForEach(port, ports)
	{
		if (list && port->string && !json_member(of_image, port->string) &&
			!is_published(c, port->string)) {
			compose_add_text(c, list, port->string);
		}
	}
	compose_put_filled(c, c->service, key, list);
}

static void tell_network_disabled(struct composing *c, const cJSON *item, const char *key)
{
	(void)key;
	if (cJSON_IsTrue(item)) {
		compose_note(
			c, _("has its network disabled (NetworkDisabled), which no Compose file can say"));
	}
}

static const struct {
	const char *key, *service_key;
	config_fn *put;
} config_keys[] = {
	{"Hostname", "hostname", put_hostname},
	{"Domainname", "domainname", put_text},
	{"User", "user", put_text},
	{"WorkingDir", "working_dir", put_text},
	{"StopSignal", "stop_signal", put_text},
	{"StopTimeout", "stop_grace_period", put_seconds},
	{"Tty", "tty", put_truth},
	{"OpenStdin", "stdin_open", put_truth},
	{"MacAddress", "mac_address", put_text},
	{"Env", "environment", put_environment},
	{"Labels", "labels", put_labels},
	{"ExposedPorts", "expose", put_expose},
	{"NetworkDisabled", NULL, tell_network_disabled},
};

void compose_config(struct composing *c)
{
	put_image(c);
	compose_put_text(c, c->service, "container_name", c->name);
	put_command(c);
	for (size_t i = 0; i < sizeof(config_keys) / sizeof(*config_keys); i++) {
		const cJSON *item = json_member(c->config, config_keys[i].key);
		if (item) {
			config_keys[i].put(c, item, config_keys[i].service_key);
		}
	}
}
