/*
 * control_do.c - the verbs of the control endpoint, of scripts and of scenarios, as one table.
 */
#include "control_private.h"
#include "scenario.h"

#include <stdio.h>
#include <string.h>

bool control_fail(const struct command *c, const char *text)
{
	snprintf(c->error, c->size, "%s", text);
	return false;
}

const char *control_text(const struct command *c, const char *key, const char *otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, key);

	return cJSON_IsString(item) ? item->valuestring : otherwise;
}

int64_t control_number(const struct command *c, const char *key, int64_t otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, key);

	return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : otherwise;
}

bool control_flag(const struct command *c, const char *key, bool otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, key);

	return cJSON_IsBool(item) ? cJSON_IsTrue(item) : otherwise;
}

/* Milliseconds from "4m12s", from a number of seconds, or `otherwise`. */
int64_t control_duration(const struct command *c, const char *key, int64_t otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, key);
	int64_t ms;

	if (cJSON_IsNumber(item))
		return (int64_t)(item->valuedouble * 1000);
	if (cJSON_IsString(item) && scenario_duration(item->valuestring, &ms))
		return ms;
	return otherwise;
}

/* The store of a container, or the one that a server exports or mounts. */
struct world_store *control_store(const struct command *c)
{
	if (c->container)
		return world_store_of(c->container);
	for (size_t i = 0; i < c->server->host_mount_count; i++)
		if (c->server->host_mounts[i].store)
			return c->server->host_mounts[i].store;
	return NULL;
}

enum target { TARGET_NONE, TARGET_SERVER, TARGET_CONTAINER, TARGET_EITHER };

static const struct verb {
	const char *name;
	enum target target;
	bool (*run)(const struct command *command);
} VERBS[] = {
	{"die", TARGET_CONTAINER, control_die},
	{"oom", TARGET_CONTAINER, control_oom},
	{"start", TARGET_CONTAINER, control_start},
	{"stop", TARGET_CONTAINER, control_stop},
	{"restart", TARGET_CONTAINER, control_restart},
	{"pause", TARGET_CONTAINER, control_pause},
	{"load", TARGET_CONTAINER, control_load},
	{"unload", TARGET_CONTAINER, control_unload},
	{"busy", TARGET_CONTAINER, control_busy},
	{"pull", TARGET_EITHER, control_pull},
	{"add-model", TARGET_EITHER, control_add_model},
	{"remove-model", TARGET_EITHER, control_remove_model},
	{"mount", TARGET_EITHER, control_mount},
	{"drift", TARGET_CONTAINER, control_drift},
	{"store", TARGET_EITHER, control_store_trouble},
	{"hang", TARGET_EITHER, control_hang},
	{"slow", TARGET_EITHER, control_slow},
	{"refuse", TARGET_EITHER, control_refuse},
	{"stale", TARGET_CONTAINER, control_stale},
	{"nfs", TARGET_SERVER, control_nfs},
	{"reset", TARGET_EITHER, control_reset},
	{"hostile", TARGET_EITHER, control_hostile},
	{"pool", TARGET_NONE, control_pool},
	{"clock", TARGET_NONE, control_clock},
	{"skew", TARGET_SERVER, control_skew},
	{"exec-forbidden", TARGET_SERVER, control_exec_forbidden},
	{"no-cat", TARGET_SERVER, control_no_cat},
	{"docker-api", TARGET_SERVER, control_docker_api},
	{"env", TARGET_CONTAINER, control_env},
	{"version", TARGET_CONTAINER, control_version},
	{"log", TARGET_CONTAINER, control_log},
	{"service", TARGET_SERVER, control_service},
	{"requests", TARGET_CONTAINER, control_requests},
	{"gpu", TARGET_CONTAINER, control_gpu},
};

static bool find_target(struct command *c, enum target wanted)
{
	const char *target = control_text(c, "target", "");

	if (wanted == TARGET_NONE)
		return true;
	c->server = world_server(c->world, target);
	if (!c->server) {
		c->container = world_target(c->world, target);
		c->server = c->container ? c->container->server : NULL;
	}
	if (!c->server) {
		snprintf(c->error, c->size, "no such target \"%.60s\": SERVER or SERVER/CONTAINER", target);
		return false;
	}
	if (wanted == TARGET_CONTAINER && !c->container)
		return control_fail(c, "this needs SERVER/CONTAINER as target");
	if (wanted == TARGET_SERVER && c->container)
		c->container = NULL;
	return true;
}

bool control_do(struct world *world, const cJSON *json, char *error, size_t size)
{
	struct command command = {.world = world, .json = json, .error = error, .size = size};
	const char *name = control_text(&command, "do", "");

	for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++) {
		if (strcmp(VERBS[i].name, name) != 0)
			continue;
		if (!find_target(&command, VERBS[i].target) || !VERBS[i].run(&command))
			return false;
		world_changed(world);
		return true;
	}
	snprintf(error, size, "no such verb \"%.40s\"", name);
	return false;
}
