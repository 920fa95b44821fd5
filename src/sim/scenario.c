/*
 * scenario.c - from a scenario's YAML to a world that runs.
 */
#include "scenario.h"

#include "control.h"
#include "scenario_private.h"
#include "traefik_file.h"
#include "world_private.h"
#include "yaml_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_LIMIT     ((size_t)1 << 20)
#define SERVERS_MAX    250
#define INSTANCES_MAX  250
#define DEFAULT_PORTS  16
#define ENV_MAX        64
#define STORE_PATH     "/root/.ollama"
#define DEFAULT_SOURCE "/opt/ollama-models"
/* Nothing that changes the store passes. */
#define TRAEFIK_RULE                                                                            \
	"(Host(`ollama.example.com`) || PathPrefix(`/api`)) && !(PathPrefix(`/api/pull`) || "   \
	"PathPrefix(`/api/delete`) || PathPrefix(`/api/create`) || PathPrefix(`/api/copy`) || " \
	"PathPrefix(`/api/push`) || PathPrefix(`/api/blobs`))"

/* The usual ones are for root alone, and may be taken. */
#define DEFAULT_NFS_PORT        12049
#define DEFAULT_PORTMAPPER_PORT 10111
#define DEFAULT_MOUNTD_PORT     20048

bool scenario_fail(struct build *b, const char *what, const char *detail)
{
	snprintf(b->error, b->size, "%s%s%s", what, detail ? ": " : "", detail ? detail : "");
	return false;
}

const char *scenario_text_of(const cJSON *object, const char *key, const char *otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsString(item) ? item->valuestring : otherwise;
}

static int number_of(const cJSON *object, const char *key, int otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(item) ? item->valueint : otherwise;
}

bool scenario_size_of(struct build *b, const cJSON *object, const char *key, int64_t *bytes)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!item)
		return true;
	if (cJSON_IsNumber(item) && item->valuedouble >= 0) {
		*bytes = (int64_t)item->valuedouble;
		return true;
	}
	if (cJSON_IsString(item) && scenario_size(item->valuestring, bytes))
		return true;
	return scenario_fail(b, "a size such as 16G was expected for", key);
}

bool scenario_duration_of(struct build *b, const cJSON *object, const char *key, int64_t *ms)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!item)
		return true;
	if (cJSON_IsNumber(item)) {
		*ms = (int64_t)(item->valuedouble * 1000);
		return true;
	}
	if (cJSON_IsString(item) && scenario_duration(item->valuestring, ms))
		return true;
	return scenario_fail(b, "a duration such as 20s was expected for", key);
}

bool scenario_known_keys(struct build *b, const cJSON *object, const char *const *keys, const char *where)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
	{
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], item->string) != 0)
			i++;
		if (!keys[i]) {
			snprintf(b->error, b->size, "unknown key \"%s\" in %s", item->string, where);
			return false;
		}
	}
	return true;
}

/* "{n}" becomes the number. */
static void numbered(char *out, size_t size, const char *pattern, int n)
{
	const char *mark = strstr(pattern, "{n}");

	if (mark)
		snprintf(out, size, "%.*s%d%s", (int)(mark - pattern), pattern, n, mark + 3);
	else
		snprintf(out, size, "%s", pattern);
}

static struct world_store *store_named(const struct build *b, const char *name)
{
	size_t i = 0;
	const cJSON *item;

	cJSON_ArrayForEach(item, b->stores)
	{
		if (name && strcmp(item->string, name) == 0)
			return b->world->stores[i];
		i++;
	}
	return NULL;
}

static bool build_store(struct build *b, const cJSON *json)
{
	static const char *const keys[] = {"nfs", "total", "available", "models", NULL};
	struct world_store *store;
	const cJSON *model;

	if (!scenario_known_keys(b, json, keys, "stores"))
		return false;
	store = world_add_store(
		b->world, json->string, cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "nfs")));
	if (!store)
		return scenario_fail(b, "out of memory", NULL);
	if (!scenario_size_of(b, json, "total", &store->total) ||
		!scenario_size_of(b, json, "available", &store->available))
		return false;
	cJSON_ArrayForEach(model, cJSON_GetObjectItemCaseSensitive(json, "models"))
	{
		struct world_model *known =
			cJSON_IsString(model) ? world_registry(b->world, model->valuestring) : NULL;

		if (!known)
			return scenario_fail(b, "the registry has no such model",
				cJSON_IsString(model) ? model->valuestring : "?");
		if (!world_store_add(b->world, store, known))
			return scenario_fail(b, "out of memory", NULL);
		known->visible_at = 0;
		known->modified = b->world->wall - (int64_t)(3 + store->model_count) * 86400000;
	}
	return true;
}

static bool build_mounts(struct build *b, struct world_server *server, const cJSON *mounts)
{
	static const char *const keys[] = {"path", "fstype", "source", "options", "store", NULL};
	const cJSON *json;

	cJSON_ArrayForEach(json, mounts)
	{
		const char *store = scenario_text_of(json, "store", NULL);
		struct world_host_mount mount = {
			.path = (char *)(uintptr_t)scenario_text_of(json, "path", DEFAULT_SOURCE),
			.fstype = (char *)(uintptr_t)scenario_text_of(json, "fstype", "ext4"),
			.source = (char *)(uintptr_t)scenario_text_of(json, "source", "/dev/sda1"),
			.options = (char *)(uintptr_t)scenario_text_of(json, "options", NULL),
			.store = store_named(b, store),
		};

		if (!scenario_known_keys(b, json, keys, "mounts"))
			return false;
		if (store && !mount.store)
			return scenario_fail(b, "no such store", store);
		if (!world_host_mount(server, &mount))
			return scenario_fail(b, "out of memory", NULL);
	}
	return true;
}

static bool build_labels(struct world_container *c, const char *name, const cJSON *labels)
{
	const cJSON *label;

	if (!world_add_label(c, "com.docker.compose.project", "ollama") ||
		!world_add_label(c, "com.docker.compose.service", name) ||
		!world_add_label(c, "com.docker.compose.container-number", "1"))
		return false;
	cJSON_ArrayForEach(
		label, labels) if (cJSON_IsString(label) &&
				   !world_add_label(c, label->string, label->valuestring)) return false;
	return true;
}

static bool build_health(struct world_container *c, const cJSON *test)
{
	static const char *const usual[] = {"CMD", "ollama", "ps"};
	const char *words[16];
	size_t count = 0;
	const cJSON *word;

	if (!test && c->speaks != WORLD_OLLAMA)
		return true;
	if (!test)
		return world_set_list(&c->health_test, &c->health_test_count, usual, 3);
	cJSON_ArrayForEach(word, test) if (cJSON_IsString(word) && count < 16) words[count++] =
		word->valuestring;
	return world_set_list(&c->health_test, &c->health_test_count, words, count);
}

static bool build_loads(struct build *b, struct world_container *c, const cJSON *loads)
{
	const cJSON *load;
	char error[160];

	cJSON_ArrayForEach(load, loads)
	{
		cJSON *command = cJSON_Duplicate(load, true);
		char target[256];
		bool ok;

		snprintf(target, sizeof target, "%s/%s", c->server->name, c->name);
		cJSON_AddStringToObject(command, "do", "load");
		cJSON_AddStringToObject(command, "target", target);
		ok = control_do(b->world, command, error, sizeof error);
		cJSON_Delete(command);
		if (!ok)
			return scenario_fail(b, target, error);
		/* What was loaded before the show began is in memory already. */
		c->loaded[c->loaded_count - 1]->resident = c->loaded[c->loaded_count - 1]->model.size;
		c->loaded[c->loaded_count - 1]->ready = true;
	}
	return true;
}

static bool build_env(struct world_container *c, const cJSON *env)
{
	static const char *const usual[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"OLLAMA_HOST=0.0.0.0:11434", "OLLAMA_NOPRUNE=1"};
	const char *words[ENV_MAX];
	size_t count = 0;
	const cJSON *word;

	if (!env)
		return world_set_list(&c->env, &c->env_count, usual, 3);
	cJSON_ArrayForEach(word, env) if (cJSON_IsString(word) && count < ENV_MAX) words[count++] =
		word->valuestring;
	return world_set_list(&c->env, &c->env_count, words, count);
}

/* It has run for days when the show begins, so that its health is known. */
static void settle_in(struct world_container *c)
{
	c->started = c->server->world->wall - 3LL * 86400000;
	c->ready_at = c->started;
	c->health_at = 0;
	c->health_failing = c->health_retries;
	world_health_tick(c);
}

static bool build_instance(struct build *b, struct world_server *server, const cJSON *json, int n)
{
	static const char *const keys[] = {"name", "repeat", "image", "memory", "cpus", "read_only",
		"restart", "healthcheck", "labels", "load", "mount", "env", "user", "kind", "flavour",
		"model", "gpus", NULL};
	static const char *const entrypoint[] = {"/bin/ollama"}, *const command[] = {"serve"};
	struct world_mount mount = {.destination = (char *)(uintptr_t)STORE_PATH};
	const char *image = scenario_text_of(json, "image", "ollama/ollama:latest");
	double cores = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, "cpus"));
	struct world_container *c;
	const char *why = "";
	char name[128];

	if (!scenario_known_keys(b, json, keys, "instances"))
		return false;
	numbered(name, sizeof name, scenario_text_of(json, "name", "ollama-{n}"), n);
	if (!world_image(server, image) && !world_add_image(server, image))
		return scenario_fail(b, "out of memory", NULL);
	c = world_create(server, name, image);
	if (!c)
		return scenario_fail(b, "two containers of one name", name);
	if (!scenario_engine(b, c, json))
		return false;
	c->ollama = true;
	c->host_port = server->ollama_port + (int)server->container_count - 1;
	c->created = b->world->wall - 7LL * 86400000;
	c->nano_cpus = cores > 0 ? (int64_t)(cores * 1e9) : 0;
	c->health_retries = 3;
	mount.source = (char *)(uintptr_t)scenario_text_of(json, "mount", DEFAULT_SOURCE);
	mount.read_only = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "read_only"));
	if (!scenario_size_of(b, json, "memory", &c->memory_limit))
		return false;
	if (!world_set_string(&c->restart_policy, scenario_text_of(json, "restart", "unless-stopped")) ||
		!world_set_string(&c->user, scenario_text_of(json, "user", NULL)) ||
		!build_env(c, cJSON_GetObjectItemCaseSensitive(json, "env")) ||
		(c->speaks == WORLD_OLLAMA &&
			(!world_set_list(&c->entrypoint, &c->entrypoint_count, entrypoint, 1) ||
				!world_set_list(&c->cmd, &c->cmd_count, command, 1))) ||
		!build_labels(c, name, cJSON_GetObjectItemCaseSensitive(json, "labels")) ||
		!build_health(c, cJSON_GetObjectItemCaseSensitive(json, "healthcheck")) ||
		(c->speaks == WORLD_OLLAMA && !world_add_mount(c, &mount)))
		return scenario_fail(b, "out of memory", NULL);
	if (!world_start(c, &why))
		return scenario_fail(b, name, why);
	settle_in(c);
	return build_loads(b, c, cJSON_GetObjectItemCaseSensitive(json, "load"));
}

static bool build_server(struct build *b, const cJSON *json, int n)
{
	static const char *const keys[] = {"name", "repeat", "from", "address", "role", "memory", "cpus",
		"cgroup", "docker_port", "ollama_port", "ports", "engine", "api", "discover", "export",
		"clients", "nfs_port", "portmapper_port", "mountd_port", "mounts", "instances", "swarm",
		NULL};
	struct world_server *server;
	const cJSON *instance;
	char name[64], host[40];

	if (!scenario_known_keys(b, json, keys, "servers"))
		return false;
	numbered(name, sizeof name, scenario_text_of(json, "name", "{n}"), n);
	numbered(host, sizeof host, scenario_text_of(json, "address", "127.0.0.{n}"), n);
	if (world_server(b->world, name))
		return scenario_fail(b, "two servers of one name", name);
	server = world_add_server(
		b->world, name, host, strcmp(scenario_text_of(json, "role", "ro"), "rw") == 0);
	if (!server)
		return scenario_fail(b, "out of memory", NULL);
	server->cpus = number_of(json, "cpus", 16);
	server->cgroup = number_of(json, "cgroup", 2);
	server->docker_port = number_of(json, "docker_port", 2375);
	server->ollama_port = number_of(json, "ollama_port", 11434);
	server->port_count = number_of(json, "ports", DEFAULT_PORTS);
	if (!scenario_size_of(b, json, "memory", &server->memory_total) ||
		!world_set_string(&server->engine_version, scenario_text_of(json, "engine", "28.2.2")) ||
		!world_set_string(&server->api_version, scenario_text_of(json, "api", "1.50")) ||
		!world_set_string(&server->discover, scenario_text_of(json, "discover", NULL)) ||
		!world_set_string(&server->nfs_export, scenario_text_of(json, "export", NULL)) ||
		!world_set_string(&server->nfs_clients, scenario_text_of(json, "clients", NULL)))
		return false;
	server->nfs_port = number_of(json, "nfs_port", DEFAULT_NFS_PORT);
	server->portmapper_port = number_of(json, "portmapper_port", DEFAULT_PORTMAPPER_PORT);
	server->mountd_port = number_of(json, "mountd_port", DEFAULT_MOUNTD_PORT);
	if (server->nfs_export &&
		(!scenario_settle(b, "NFS", host, &server->nfs_port, 1) ||
			!scenario_settle(b, "portmapper", host, &server->portmapper_port, 1) ||
			!scenario_settle(b, "mountd", host, &server->mountd_port, 1)))
		return false;
	if (server->docker_port && !scenario_settle(b, "Docker", host, &server->docker_port, 1))
		return false;
	if (!scenario_settle(b, "Ollama", host, &server->ollama_port, server->port_count))
		return false;
	if (!build_mounts(b, server, cJSON_GetObjectItemCaseSensitive(json, "mounts")))
		return false;
	cJSON_ArrayForEach(instance, cJSON_GetObjectItemCaseSensitive(json, "instances"))
	{
		int repeat = number_of(instance, "repeat", 1);

		for (int i = 1; i <= repeat && i <= INSTANCES_MAX; i++)
			if (!build_instance(b, server, instance, i))
				return false;
	}
	return scenario_swarm(b, server, cJSON_GetObjectItemCaseSensitive(json, "swarm"));
}

static bool build_traefik(struct build *b, const cJSON *json)
{
	static const char *const keys[] = {
		"address", "port", "service", "dynamic_file", "rule", "guarded", NULL};
	struct world *world = b->world;

	const char *file;

	if (!json)
		return true;
	file = b->options->traefik_file ? b->options->traefik_file
					: scenario_text_of(json, "dynamic_file", NULL);
	world->traefik_port = number_of(json, "port", 8080);
	if (!scenario_known_keys(b, json, keys, "traefik"))
		return false;
	if (!world_set_string(&world->traefik_host, scenario_text_of(json, "address", "127.0.0.1")) ||
		!world_set_string(&world->traefik_service, scenario_text_of(json, "service", "ollama")) ||
		!world_set_string(&world->traefik_rule, scenario_text_of(json, "rule", TRAEFIK_RULE)) ||
		!world_set_string(&world->traefik_file, file))
		return scenario_fail(b, "out of memory", NULL);
	world->traefik_guarded = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "guarded"));
	if (!scenario_settle(b, "Traefik", world->traefik_host, &world->traefik_port, 1))
		return false;
	for (size_t i = 0; i < world->server_count; i++) {
		for (size_t j = 0; j < world->servers[i]->container_count; j++) {
			const struct world_container *c = world->servers[i]->containers[j];
			char url[128];

			snprintf(url, sizeof url, "http://%s:%d", c->host_ip, c->host_port);
			if (c->host_port && c->speaks == WORLD_OLLAMA && !world_pool_add(world, url))
				return scenario_fail(b, "out of memory", NULL);
		}
	}
	if (file && !traefik_file_write(world))
		return scenario_fail(b, "cannot write", file);
	return true;
}

static bool build_after(struct build *b, const cJSON *commands)
{
	const cJSON *command;
	char error[160];

	cJSON_ArrayForEach(command,
		commands) if (!control_do(b->world, command, error, sizeof error)) return scenario_fail(b,
		"after", error);
	return true;
}

static bool build(struct build *b, const cJSON *root)
{
	static const char *const keys[] = {"stores", "servers", "traefik", "script", "after", "repeat",
		"nfs_delay", "pull_rate", "version", NULL};
	const cJSON *json;

	if (!scenario_known_keys(b, root, keys, "the scenario"))
		return false;
	if (!scenario_duration_of(b, root, "nfs_delay", &b->world->nfs_delay_ms) ||
		!scenario_size_of(b, root, "pull_rate", &b->world->pull_rate))
		return false;
	if (scenario_text_of(root, "version", NULL) &&
		!world_set_string(&b->world->ollama_version, scenario_text_of(root, "version", NULL)))
		return scenario_fail(b, "out of memory", NULL);
	b->stores = cJSON_GetObjectItemCaseSensitive(root, "stores");
	cJSON_ArrayForEach(json, b->stores) if (!build_store(b, json)) return false;
	cJSON_ArrayForEach(json, cJSON_GetObjectItemCaseSensitive(root, "servers"))
	{
		int from = number_of(json, "from", 1);
		int repeat = number_of(json, "repeat", 1);

		for (int i = 0; i < repeat && i < SERVERS_MAX; i++)
			if (!build_server(b, json, from + i))
				return false;
	}
	if (b->world->server_count == 0)
		return scenario_fail(b, "a scenario needs servers", NULL);
	world_forget_events(b->world);
	return build_traefik(b, cJSON_GetObjectItemCaseSensitive(root, "traefik")) &&
	       build_after(b, cJSON_GetObjectItemCaseSensitive(root, "after")) && scenario_script(b, root);
}

static char *read_file(const char *path, size_t *len, char *error, size_t size)
{
	FILE *file = fopen(path, "re");
	char *text = malloc(FILE_LIMIT + 1);

	if (!file || !text) {
		snprintf(error, size, "cannot read %s", path);
		free(text);
		if (file)
			fclose(file);
		return NULL;
	}
	*len = fread(text, 1, FILE_LIMIT, file);
	text[*len] = '\0';
	fclose(file);
	return text;
}

static struct world *new_world(const struct scenario_options *options)
{
	struct world *world = world_new(options->seed);
	struct timespec now;

	if (!world)
		return NULL;
	world->still = options->still;
	if (!options->still && clock_gettime(CLOCK_REALTIME, &now) == 0)
		world->wall = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	return world;
}

struct world *scenario_load(
	const char *name, const struct scenario_options *options, char *error, size_t size)
{
	const char *builtin = scenario_text(name);
	size_t len = builtin ? strlen(builtin) : 0;
	char *text = builtin ? strdup(builtin) : read_file(name, &len, error, size);
	struct build b = {.options = options, .error = error, .size = size};
	char wrong[200];
	cJSON *root;

	if (!text)
		return NULL;
	root = yaml_to_json(text, len, wrong, sizeof wrong);
	free(text);
	if (!root) {
		snprintf(error, size, "%s:%s", name, wrong);
		return NULL;
	}
	b.world = new_world(options);
	if (!b.world || !world_set_string(&b.world->scenario, name) || !build(&b, root)) {
		scenario_free(b.world);
		world_free(b.world);
		b.world = NULL;
	}
	cJSON_Delete(root);
	free(b.promised);
	return b.world;
}
