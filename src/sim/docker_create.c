/*
 * docker_create.c - POST /containers/create: the parts of its body that the world acts on; the whole is kept
 * and echoed by inspect.
 */
#include "docker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_LEAST (6 * WORLD_MIB)

static const cJSON *at(const cJSON *tree, const char *key)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(tree, key);

	return cJSON_IsNull(value) ? NULL : value;
}

static const char *text_at(const cJSON *tree, const char *key)
{
	const cJSON *value = at(tree, key);

	return cJSON_IsString(value) ? value->valuestring : "";
}

static int64_t number_at(const cJSON *tree, const char *key)
{
	const cJSON *value = at(tree, key);

	return cJSON_IsNumber(value) ? (int64_t)value->valuedouble : 0;
}

/* The first member of an object; NULL for anything else, whose items have no names. */
static const cJSON *first_member(const cJSON *tree)
{
	return cJSON_IsObject(tree) ? tree->child : NULL;
}

/* An array of strings, or one string (old clients). False when out of memory. */
static bool set_list(char ***list, size_t *count, const cJSON *value)
{
	const char **items = calloc((size_t)cJSON_GetArraySize(value) + 1, sizeof *items);
	size_t n = 0;

	if (!items)
		return false;
	if (cJSON_IsString(value))
		items[n++] = value->valuestring;
	else if (cJSON_IsArray(value))
		for (const cJSON *item = value->child; item; item = item->next)
			if (cJSON_IsString(item))
				items[n++] = item->valuestring;
	bool ok = world_set_list(list, count, items, n);
	free(items);
	return ok;
}

/* What is not given comes from the image: Ollama's runs "/bin/ollama serve" on every address. */
static bool take_command(struct world_container *c, const cJSON *body)
{
	static const char *const program[] = {"/bin/ollama"}, *const serve[] = {"serve"};
	const cJSON *entrypoint = at(body, "Entrypoint"), *cmd = at(body, "Cmd");
	bool ollama_image = c->ollama;

	if (!set_list(&c->entrypoint, &c->entrypoint_count, entrypoint) ||
		!set_list(&c->cmd, &c->cmd_count, cmd))
		return false;
	if (!ollama_image)
		return true;
	if (!entrypoint && !world_set_list(&c->entrypoint, &c->entrypoint_count, program, 1))
		return false;
	if (!entrypoint && !c->cmd_count && !world_set_list(&c->cmd, &c->cmd_count, serve, 1))
		return false;
	const char *first = docker_argument(c, 0), *second = docker_argument(c, 1);
	c->ollama = first && second && strstr(first, "ollama") && strcmp(second, "serve") == 0;
	return true;
}

static bool take_env(struct world_container *c, const cJSON *body, bool ollama_image)
{
	static const char *const own[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"OLLAMA_HOST=0.0.0.0:11434"};
	const cJSON *given = at(body, "Env");
	const char **items = calloc((size_t)cJSON_GetArraySize(given) + 2, sizeof *items);
	size_t n = 0;

	if (!items)
		return false;
	for (const cJSON *item = given ? given->child : NULL; item; item = item->next)
		if (cJSON_IsString(item))
			items[n++] = item->valuestring;
	for (size_t i = 0; i < (ollama_image ? 2U : 1U); i++) {
		size_t len = strcspn(own[i], "=") + 1;
		bool overridden = false;
		for (size_t j = 0; j < n; j++)
			overridden |= strncmp(items[j], own[i], len) == 0;
		if (!overridden)
			items[n++] = own[i];
	}
	bool ok = world_set_list(&c->env, &c->env_count, items, n);
	free(items);
	return ok;
}

static bool add_mount(
	struct world_container *c, const char *type, const char *source, const char *target, bool read_only)
{
	bool volume = strcmp(type, "volume") == 0;
	char *folder = NULL;

	if (volume && asprintf(&folder, "/var/lib/docker/volumes/%s/_data", source) < 0)
		return false;
	struct world_mount mount = {.type = (char *)type,
		.name = volume ? (char *)source : NULL,
		.source = volume ? folder : (char *)source,
		.destination = (char *)target,
		.read_only = read_only};
	bool ok = world_add_mount(c, &mount);
	free(folder);
	return ok;
}

/* "SOURCE:TARGET[:OPTIONS]"; a source without slash is a volume. */
static bool take_bind(struct world_container *c, const char *bind)
{
	char *text = strdup(bind), *save = NULL;

	if (!text)
		return false;
	const char *source = strtok_r(text, ":", &save), *target = strtok_r(NULL, ":", &save);
	const char *options = strtok_r(NULL, ":", &save);
	bool read_only = false, ok = true;
	if (options) {
		char *next = NULL;
		for (char *word = strtok_r((char *)options, ",", &next); word;
			word = strtok_r(NULL, ",", &next))
			read_only |= strcmp(word, "ro") == 0;
	}
	if (source && target)
		ok = add_mount(c, *source == '/' ? "bind" : "volume", source, target, read_only);
	free(text);
	return ok;
}

static bool take_mounts(struct world_container *c, const cJSON *host)
{
	const cJSON *binds = at(host, "Binds"), *mounts = at(host, "Mounts");

	for (const cJSON *bind = binds ? binds->child : NULL; bind; bind = bind->next)
		if (cJSON_IsString(bind) && !take_bind(c, bind->valuestring))
			return false;
	for (const cJSON *mount = mounts ? mounts->child : NULL; mount; mount = mount->next) {
		const char *type = text_at(mount, "Type");
		if (!add_mount(c, *type ? type : "volume", text_at(mount, "Source"), text_at(mount, "Target"),
			    cJSON_IsTrue(at(mount, "ReadOnly"))))
			return false;
	}
	return true;
}

/* The world publishes one port of a container, on its server's address. HostPort 0 or none: the next free one. */
static void take_port(struct world_container *c, const cJSON *body, const cJSON *host, bool ollama_image)
{
	const cJSON *binding = first_member(at(host, "PortBindings"));
	const cJSON *port = binding ? binding : first_member(at(body, "ExposedPorts"));

	c->host_port = 0;
	c->container_port = port ? (int)strtol(port->string, NULL, 10) : ollama_image ? 11434 : 0;
	if (!binding || !cJSON_IsArray(binding) || !binding->child)
		return;
	c->host_port = (int)strtol(text_at(binding->child, "HostPort"), NULL, 10);
	if (c->host_port < 0 || c->host_port > 65535)
		c->host_port = 0;
	for (int candidate = 32768; c->host_port == 0; candidate++) {
		bool taken = false;
		for (size_t i = 0; i < c->server->container_count; i++)
			taken |= c->server->containers[i]->host_port == candidate;
		if (!taken)
			c->host_port = candidate;
	}
}

static bool take_network(struct world_container *c, const cJSON *body, const cJSON *host)
{
	const cJSON *endpoint = first_member(at(at(body, "NetworkingConfig"), "EndpointsConfig"));
	const char *name = text_at(host, "NetworkMode");

	if ((!*name || strcmp(name, "default") == 0) && endpoint)
		name = endpoint->string;
	if (!*name || strcmp(name, "default") == 0)
		name = "bridge";
	return world_set_string(&c->network, name);
}

static bool take_health(struct world_container *c, const cJSON *body)
{
	const cJSON *check = at(body, "Healthcheck");

	c->health_interval = number_at(check, "Interval") / 1000000;
	c->health_retries = (int)number_at(check, "Retries");
	return set_list(&c->health_test, &c->health_test_count, at(check, "Test"));
}

static bool take_all(struct world_container *c, const struct serve_request *request, const cJSON *body)
{
	const cJSON *host = at(body, "HostConfig"), *labels = at(body, "Labels"),
		    *policy = at(host, "RestartPolicy");
	bool ollama_image = c->ollama;

	for (const cJSON *label = first_member(labels); label; label = label->next)
		if (cJSON_IsString(label) && !world_add_label(c, label->string, label->valuestring))
			return false;
	c->memory_limit = number_at(host, "Memory");
	c->nano_cpus = number_at(host, "NanoCpus");
	c->restart_max = (int)number_at(policy, "MaximumRetryCount");
	take_port(c, body, host, ollama_image);
	return world_set_string(
		       &c->restart_policy, *text_at(policy, "Name") ? text_at(policy, "Name") : "no") &&
	       take_command(c, body) && take_env(c, body, ollama_image) && take_mounts(c, host) &&
	       take_network(c, body, host) && take_health(c, body) &&
	       world_set_string(&c->create_json, request->body);
}

/* A name as the engine invents them. */
static void invent_name(struct world *world, char *name, size_t size)
{
	static const char *const moods[] = {"admiring", "bold", "clever", "dazzling", "eager", "focused",
		"gallant", "happy", "inspiring", "jolly", "keen", "laughing", "modest", "nifty", "optimistic",
		"peaceful"};
	static const char *const people[] = {"archimedes", "bell", "curie", "darwin", "euler", "fermi",
		"goldberg", "hopper", "ishizaka", "johnson", "knuth", "lovelace", "meitner", "noether",
		"pike", "ritchie"};

	snprintf(name, size, "%s_%s%d", moods[world_random(world, 16)], people[world_random(world, 16)],
		(int)world_random(world, 100));
}

/* True after having replied why this cannot be created. */
static bool refused(struct serve_request *request, const cJSON *body)
{
	const char *image = text_at(body, "Image"), *type = serve_header(request, "Content-Type");
	int64_t memory = number_at(at(body, "HostConfig"), "Memory");
	const char *slash = strrchr(image, '/');

	if (!type || strncmp(type, "application/json", 16) != 0)
		serve_error(request, 400,
			docker_modern(request->server)
				? "unsupported Content-Type header (%s): must be 'application/json'"
				: "Content-Type specified (%s) must be 'application/json'",
			type ? type : "");
	else if (!cJSON_IsObject(body))
		serve_error(request, docker_modern(request->server) ? 400 : 500, "unexpected EOF");
	else if (!*image)
		serve_error(request, 400, "no image specified");
	else if (!world_image(request->server, image))
		serve_error(request, 404, "No such image: %s%s", image,
			strchr(slash ? slash : image, ':') || strchr(image, '@') ? "" : ":latest");
	else if (memory && memory < MEMORY_LEAST)
		serve_error(request, 400, "Minimum memory limit allowed is 6MB");
	else
		return false;
	return true;
}

enum serve_result docker_create(struct serve_request *request)
{
	const char *name = serve_query(request, "name"), *error;
	cJSON *body = serve_json(request);
	char invented[64], text[128];

	if (refused(request, body) ||
		(name && *name && docker_name_refused(request, name + (*name == '/'), ""))) {
		cJSON_Delete(body);
		return SERVE_DONE;
	}
	if (!name || !*name) {
		invent_name(request->world, invented, sizeof invented);
		name = invented;
	}
	struct world_container *c =
		world_create(request->server, name + (*name == '/'), text_at(body, "Image"));
	if (!c || !take_all(c, request, body)) {
		cJSON_Delete(body);
		if (c)
			world_remove(c, true, &error);
		return serve_error(request, 500, "out of memory");
	}
	cJSON_Delete(body);
	world_emit(c, "create", (char *)NULL);
	snprintf(text, sizeof text, "{\"Id\":\"%s\",\"Warnings\":[]}\n", c->id);
	return serve_text(request, 201, "application/json", text);
}
