/*
 * control_do.c - the verbs of the control endpoint, of scripts and of scenarios, as one table.
 */
#include "control.h"

#include "scenario.h"
#include "world_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADVANCE_STEP_MS 100
#define ADVANCE_MAX_MS  ((int64_t)24 * 3600 * 1000)
#define STORE_PATH      "/root/.ollama"

struct command {
	struct world *world;
	const cJSON *json;
	struct world_server *server;       /* of the target, also when that is a container; may be NULL */
	struct world_container *container; /* NULL: the target is a server, or there is none */
	char *error;
	size_t size;
};

static bool fail(const struct command *c, const char *text)
{
	snprintf(c->error, c->size, "%s", text);
	return false;
}

static const char *text_of(const struct command *c, const char *key, const char *otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, key);

	return cJSON_IsString(item) ? item->valuestring : otherwise;
}

static int64_t number_of(const struct command *c, const char *key, int64_t otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, key);

	return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : otherwise;
}

static bool flag_of(const struct command *c, const char *key, bool otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, key);

	return cJSON_IsBool(item) ? cJSON_IsTrue(item) : otherwise;
}

/* Milliseconds from "4m12s", from a number of seconds, or `otherwise`. */
static int64_t duration_of(const struct command *c, const char *key, int64_t otherwise)
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
static struct world_store *store_of(const struct command *c)
{
	if (c->container)
		return world_store_of(c->container);
	for (size_t i = 0; i < c->server->host_mount_count; i++)
		if (c->server->host_mounts[i].store)
			return c->server->host_mounts[i].store;
	return NULL;
}

static bool do_die(const struct command *c)
{
	if (c->container->status != WORLD_RUNNING)
		return fail(c, "the container is not running");
	if (flag_of(c, "stay", false) && !world_set_string(&c->container->restart_policy, "no"))
		return fail(c, "out of memory");
	if (flag_of(c, "oom", false))
		world_oom(c->container, false);
	else
		world_die(c->container, (int)number_of(c, "exit", 1), false);
	return true;
}

static bool do_oom(const struct command *c)
{
	if (c->container->status != WORLD_RUNNING)
		return fail(c, "the container is not running");
	world_oom(c->container, flag_of(c, "runner", false));
	return true;
}

static bool do_start(const struct command *c)
{
	const char *why = "";

	return world_start(c->container, &why) || fail(c, why);
}

static bool do_stop(const struct command *c)
{
	const char *why = "";

	return world_stop(c->container, 0, &why) || fail(c, why);
}

static bool do_restart(const struct command *c)
{
	const char *why = "";

	return world_restart(c->container, &why) || fail(c, why);
}

static bool do_pause(const struct command *c)
{
	const char *why = "";
	bool ok =
		flag_of(c, "on", true) ? world_pause(c->container, &why) : world_unpause(c->container, &why);

	return ok || fail(c, why);
}

static bool do_load(const struct command *c)
{
	const char *name = text_of(c, "model", "");
	struct world_model *model = world_model(c->container, name);
	int64_t keep_alive = duration_of(c, "keep_alive", 5 * 60 * 1000);

	if (c->container->status != WORLD_RUNNING)
		return fail(c, "the container is not running");
	if (!model)
		return fail(c, "its store has no such model");
	return world_load(c->container, model, number_of(c, "context", 0), keep_alive) ||
	       fail(c, "out of memory");
}

static bool do_unload(const struct command *c)
{
	const char *name = text_of(c, "model", NULL);

	if (!name) {
		world_unload_all(c->container);
		world_changed(c->world);
		return true;
	}
	if (!world_loaded(c->container, name))
		return fail(c, "that model is not loaded");
	world_unload(c->container, name);
	return true;
}

static bool do_busy(const struct command *c)
{
	if (c->container->loaded_count == 0)
		return fail(c, "no model is loaded");
	world_busy(c->container, number_of(c, "seconds", 10) * 1000);
	return true;
}

static bool do_pull(const struct command *c)
{
	struct world_store *store = store_of(c);
	struct world_pull *pull;
	double fraction;

	if (!store)
		return fail(c, "the target has no store");
	pull = world_pull(c->world, store, text_of(c, "model", ""), true);
	if (!pull)
		return fail(c, "the registry has no such model");
	pull->rate = number_of(c, "rate", c->world->pull_rate);
	fraction = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(c->json, "fraction"));
	if (fraction > 0 && fraction < 1)
		pull->completed = (int64_t)((double)pull->model->layers[pull->layer].size * fraction);
	return true;
}

static bool do_add_model(const struct command *c)
{
	struct world_store *store = store_of(c);
	struct world_model *model = world_registry(c->world, text_of(c, "model", ""));
	const char *as = text_of(c, "as", NULL);

	if (!store || !model) {
		world_model_free(model);
		return fail(c, store ? "the registry has no such model" : "the target has no store");
	}
	if (as && !world_set_string(&model->name, as)) {
		world_model_free(model);
		return fail(c, "out of memory");
	}
	return world_store_add(c->world, store, model) || fail(c, "out of memory");
}

static bool do_remove_model(const struct command *c)
{
	struct world_store *store = store_of(c);

	return (store && world_store_remove(c->world, store, text_of(c, "model", ""))) ||
	       fail(c, "its store has no such model");
}

static struct world_mount *store_mount(const struct command *c)
{
	for (size_t i = 0; i < c->container->mount_count; i++)
		if (strcmp(c->container->mounts[i].destination, STORE_PATH) == 0)
			return &c->container->mounts[i];
	return NULL;
}

static struct world_store *store_named(const struct world *world, const char *name)
{
	for (size_t i = 0; i < world->store_count; i++)
		if (strcmp(world->stores[i]->source, name) == 0)
			return world->stores[i];
	return NULL;
}

/* On a server: what its containers see from their next start; on a container: what it sees now. */
static bool do_mount(const struct command *c)
{
	const char *name = text_of(c, "store", NULL);
	struct world_mount *m = c->container ? store_mount(c) : NULL;
	struct world_store *store = name ? store_named(c->world, name) : store_of(c);
	struct world_host_mount host = {
		.path = (char *)(uintptr_t)text_of(c, "path", "/opt/ollama-models"),
		.fstype = (char *)(uintptr_t)text_of(c, "fstype", "ext4"),
		.source = (char *)(uintptr_t)text_of(c, "source", "/dev/sda1"),
		.options = (char *)(uintptr_t)text_of(c, "options", NULL),
		.store = store,
	};

	if (name && !store)
		return fail(c, "no such store");
	if (!c->container)
		return world_host_mount(c->server, &host) || fail(c, "out of memory");
	if (!m)
		return fail(c, "the container mounts no store");
	m->store = store;
	m->read_only = flag_of(c, "read_only", m->read_only);
	return (world_set_string(&m->fstype, text_of(c, "fstype", m->fstype)) &&
		       world_set_string(&m->fs_source, text_of(c, "source", m->fs_source))) ||
	       fail(c, "out of memory");
}

/* The container sees another version of a model than the others, until it is restarted. */
static bool do_drift(const struct command *c)
{
	const struct world_store *from = store_of(c);
	const struct world_model *target = world_model(c->container, text_of(c, "model", ""));
	struct world_mount *m = store_mount(c);
	struct world_store *copy;

	if (!from || !m || !target)
		return fail(c, "its store has no such model");
	copy = world_add_store(c->world, from->source, false);
	if (!copy)
		return fail(c, "out of memory");
	for (size_t i = 0; i < from->model_count; i++) {
		struct world_model *model = calloc(1, sizeof *model);

		if (!model || !world_model_copy(model, from->models[i]) ||
			!world_store_add(c->world, copy, model))
			return fail(c, "out of memory");
		model->modified = from->models[i]->modified;
		if (strcmp(model->name, target->name) == 0)
			world_hex(c->world, model->digest, 64);
	}
	m->store = copy;
	return true;
}

/* What keeps a read-only instance from starting: an empty folder left by a deleted model, or no key yet. */
static bool do_store(const struct command *c)
{
	struct world_store *store = store_of(c);

	if (!store)
		return fail(c, "the target has no store");
	store->leftover = flag_of(c, "leftover", store->leftover);
	store->no_key = flag_of(c, "no_key", store->no_key);
	return true;
}

static bool do_hang(const struct command *c)
{
	const char *what = text_of(c, "what", "api");
	bool on = flag_of(c, "on", true);

	if (strcmp(what, "docker") == 0)
		c->server->hang_docker = on;
	else if (strcmp(what, "api") == 0 && c->container)
		c->container->hang_api = on;
	else if (strcmp(what, "store") == 0 && c->container)
		c->container->hang_store = on;
	else if (strcmp(what, "store") == 0 && store_of(c))
		store_of(c)->hung = on;
	else
		return fail(c, "what must be api (of an instance), store or docker");
	return true;
}

static bool do_slow(const struct command *c)
{
	if (c->container)
		c->container->slow_ms = (int)number_of(c, "ms", 0);
	else
		c->server->slow_docker_ms = (int)number_of(c, "ms", 0);
	return true;
}

static bool do_refuse(const struct command *c)
{
	if (c->container)
		c->container->refuse = flag_of(c, "on", true);
	else
		c->server->refuse_docker = flag_of(c, "on", true);
	return true;
}

static bool do_reset(const struct command *c)
{
	struct world_container *container = c->container;

	if (!container) {
		c->server->hang_docker = c->server->refuse_docker = false;
		c->server->exec_forbidden = c->server->no_cat = false;
		c->server->slow_docker_ms = 0;
		c->server->skew_ms = 0;
		if (store_of(c))
			store_of(c)->hung = false;
		return world_set_string(&c->server->hostile, NULL);
	}
	container->hang_api = container->hang_store = container->refuse = false;
	container->slow_ms = 0;
	return world_set_string(&container->hostile, NULL);
}

static bool do_hostile(const struct command *c)
{
	static const char *const kinds[] = {"truncated", "oversize", "wrong-types", "deep", "escape-names",
		"long-names", "nul", "one-byte-per-second", "reset"};
	const char *kind = text_of(c, "kind", "");
	char **field = c->container ? &c->container->hostile : &c->server->hostile;

	if (strcmp(kind, "none") == 0)
		return world_set_string(field, NULL);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i], kind) == 0)
			return world_set_string(field, kind) || fail(c, "out of memory");
	return fail(c,
		"kind must be none, truncated, oversize, wrong-types, deep, escape-names, long-names, nul, "
		"one-byte-per-second or reset");
}

static bool do_pool(const struct command *c)
{
	const char *url = text_of(c, "url", "");
	const char *status = text_of(c, "status", NULL);

	if (status && strcmp(status, "absent") == 0)
		return world_pool_remove(c->world, url) || fail(c, "the pool has no such URL");
	if (!world_pool_add(c->world, url))
		return fail(c, "out of memory");
	for (size_t i = 0; i < c->world->pool_count; i++)
		if (strcmp(c->world->pool[i].url, url) == 0)
			return world_set_string(&c->world->pool[i].forced, status) ||
			       fail(c, "out of memory");
	return true;
}

static bool do_clock(const struct command *c)
{
	int64_t left = number_of(c, "advance_ms", 0);

	if (left < 0 || left > ADVANCE_MAX_MS)
		return fail(c, "advance_ms must be from 0 to a day");
	for (; left > 0; left -= ADVANCE_STEP_MS)
		world_tick(c->world, left < ADVANCE_STEP_MS ? left : ADVANCE_STEP_MS);
	return true;
}

static bool do_skew(const struct command *c)
{
	c->server->skew_ms = number_of(c, "ms", 0);
	return true;
}

static bool do_exec_forbidden(const struct command *c)
{
	c->server->exec_forbidden = flag_of(c, "on", true);
	return true;
}

static bool do_no_cat(const struct command *c)
{
	c->server->no_cat = flag_of(c, "on", true);
	return true;
}

static bool do_docker_api(const struct command *c)
{
	const char *engine = text_of(c, "engine", NULL);

	c->server->cgroup = (int)number_of(c, "cgroup", c->server->cgroup);
	if (engine && !world_set_string(&c->server->engine_version, engine))
		return fail(c, "out of memory");
	return world_set_string(&c->server->api_version, text_of(c, "version", c->server->api_version)) ||
	       fail(c, "out of memory");
}

/* The container's environment, as it will be at its next start. */
static bool do_env(const struct command *c)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(c->json, "env");
	const char *words[32];
	size_t count = 0;
	const cJSON *item;

	cJSON_ArrayForEach(item, list) if (cJSON_IsString(item) && count < 32) words[count++] =
		item->valuestring;
	return world_set_list(&c->container->env, &c->container->env_count, words, count) ||
	       fail(c, "out of memory");
}

static bool do_log(const struct command *c)
{
	world_log(c->container, flag_of(c, "stderr", true), "%s", text_of(c, "text", ""));
	return true;
}

enum target { TARGET_NONE, TARGET_SERVER, TARGET_CONTAINER, TARGET_EITHER };

static const struct verb {
	const char *name;
	enum target target;
	bool (*run)(const struct command *command);
} VERBS[] = {
	{"die", TARGET_CONTAINER, do_die},
	{"oom", TARGET_CONTAINER, do_oom},
	{"start", TARGET_CONTAINER, do_start},
	{"stop", TARGET_CONTAINER, do_stop},
	{"restart", TARGET_CONTAINER, do_restart},
	{"pause", TARGET_CONTAINER, do_pause},
	{"load", TARGET_CONTAINER, do_load},
	{"unload", TARGET_CONTAINER, do_unload},
	{"busy", TARGET_CONTAINER, do_busy},
	{"pull", TARGET_EITHER, do_pull},
	{"add-model", TARGET_EITHER, do_add_model},
	{"remove-model", TARGET_EITHER, do_remove_model},
	{"mount", TARGET_EITHER, do_mount},
	{"drift", TARGET_CONTAINER, do_drift},
	{"store", TARGET_EITHER, do_store},
	{"hang", TARGET_EITHER, do_hang},
	{"slow", TARGET_EITHER, do_slow},
	{"refuse", TARGET_EITHER, do_refuse},
	{"reset", TARGET_EITHER, do_reset},
	{"hostile", TARGET_EITHER, do_hostile},
	{"pool", TARGET_NONE, do_pool},
	{"clock", TARGET_NONE, do_clock},
	{"skew", TARGET_SERVER, do_skew},
	{"exec-forbidden", TARGET_SERVER, do_exec_forbidden},
	{"no-cat", TARGET_SERVER, do_no_cat},
	{"docker-api", TARGET_SERVER, do_docker_api},
	{"env", TARGET_CONTAINER, do_env},
	{"log", TARGET_CONTAINER, do_log},
};

static bool find_target(struct command *c, enum target wanted)
{
	const char *target = text_of(c, "target", "");

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
		return fail(c, "this needs SERVER/CONTAINER as target");
	if (wanted == TARGET_SERVER && c->container)
		c->container = NULL;
	return true;
}

bool control_do(struct world *world, const cJSON *json, char *error, size_t size)
{
	struct command command = {.world = world, .json = json, .error = error, .size = size};
	const char *name = text_of(&command, "do", "");

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
