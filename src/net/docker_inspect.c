#include "ollama-top/docker.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include "docker_private.h"
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An environment value can be long (a PATH), and is shown in a pager, not in a column. */
#define ENV_MAX  1024
#define GPUS_MAX 1024

static char *dup_clean(const char *s, size_t max)
{
	char buf[ENV_MAX];
	size_t len = text_clean(buf, max < sizeof buf ? max : sizeof buf, s, strlen(s));
	char *copy = malloc(len + 1);
	if (copy != NULL)
		memcpy(copy, buf, len + 1);
	return copy;
}

/* Docker's zero time is the year 1. */
static int64_t wall_time(const cJSON *object, const char *key)
{
	int64_t wall;
	const char *text = json_string(object, key);
	return text != NULL && text_parse_rfc3339(text, &wall) && wall > 0 ? wall : 0;
}

static enum container_health health_of(const char *word)
{
	static const struct {
		const char *word;
		enum container_health health;
	} words[] = {
		{"starting", HEALTH_STARTING},
		{"healthy", HEALTH_HEALTHY},
		{"unhealthy", HEALTH_UNHEALTHY},
	};
	for (size_t i = 0; word != NULL && i < sizeof words / sizeof *words; i++)
		if (strcmp(word, words[i].word) == 0)
			return words[i].health;
	return HEALTH_NONE;
}

/*
 * What the last health check said, where it did not check anything: the image lacks the program
 * (exit 126 or 127 of a shell), or the runtime could not start it.
 */
static char *health_error(const cJSON *health)
{
	const cJSON *log = json_array(health, "Log");
	int count = cJSON_GetArraySize(log);
	const cJSON *last = count > 0 ? cJSON_GetArrayItem(log, count - 1) : NULL;
	const char *output = json_string(last, "Output");
	if (output == NULL)
		return NULL;
	int code = json_small(last, "ExitCode", 0);
	if (code != 126 && code != 127 && strstr(output, "executable file not found") == NULL &&
		strstr(output, "OCI runtime exec failed") == NULL)
		return NULL;
	/* The runtime wraps the cause in its own steps; the cause is what helps. */
	const char *cause = strstr(output, "exec: \"");
	size_t len = strcspn(cause != NULL ? cause : output, "\r\n");
	char buf[TEXT_NAME_MAX];
	text_clean(buf, sizeof buf, cause != NULL ? cause : output, len);
	return strdup(buf);
}

static const cJSON *health_member(const cJSON *state)
{
	const cJSON *health = json_object(state, "Health");
	return health != NULL ? health : json_object(state, "Healthcheck"); /* Podman before 4.4 */
}

char *docker_health_error(const cJSON *inspected)
{
	const cJSON *health = health_member(json_object(inspected, "State"));
	enum container_health verdict = health_of(json_string(health, "Status"));
	return verdict != HEALTH_NONE && verdict != HEALTH_HEALTHY ? health_error(health) : NULL;
}

static void parse_state(const cJSON *tree, struct container *c)
{
	const cJSON *state = json_object(tree, "State");
	c->status = docker_status_of(json_string(state, "Status"));
	c->health = health_of(json_string(health_member(state), "Status"));
	c->health_error = docker_health_error(tree);
	c->exit_code = json_small(state, "ExitCode", 0);
	c->oom_killed = json_true(state, "OOMKilled");
	c->started_wall = wall_time(state, "StartedAt");
	c->finished_wall = wall_time(state, "FinishedAt");
	c->restarts = json_small(tree, "RestartCount", 0);
}

static void parse_limits(const cJSON *host, struct container *c)
{
	int64_t memory = json_int(host, "Memory", 0), nano = json_int(host, "NanoCpus", 0);
	int64_t quota = json_int(host, "CpuQuota", 0), period = json_int(host, "CpuPeriod", 0);
	c->memory_limit = memory > 0 ? memory : 0;
	if (nano > 0)
		c->cpu_limit = (double)nano / 1e9;
	else if (quota > 0)
		c->cpu_limit = (double)quota / (double)(period > 0 ? period : 100000);
}

/* {"Driver", "Count", "DeviceIDs", "Capabilities"}: those that ask for a GPU, in words. */
static void parse_device_requests(const cJSON *host, struct container *c)
{
	char words[TEXT_NAME_MAX] = "", part[64];
	const cJSON *request, *id;
	cJSON_ArrayForEach(request, json_array(host, "DeviceRequests"))
	{
		int count = json_small(request, "Count", 0), ids = 0;
		/* More is a mistake of somebody's. */
		count = count < 0 ? -1 : count < GPUS_MAX ? count : GPUS_MAX;
		const char *driver = json_string(request, "Driver");
		size_t len = strlen(words);
		if (len > 0 && len + 3 < sizeof words)
			memcpy(words + len, ", ", 3);
		cJSON_ArrayForEach(id, json_array(request, "DeviceIDs"))
		{
			len = strlen(words);
			text_clean(part, sizeof part, cJSON_IsString(id) ? id->valuestring : "?",
				cJSON_IsString(id) ? strlen(id->valuestring) : 1);
			snprintf(words + len, sizeof words - len, "%s%s", ids++ > 0 ? "," : "", part);
		}
		len = strlen(words);
		if (ids == 0 && count < 0)
			snprintf(words + len, sizeof words - len, "all");
		else if (ids == 0)
			snprintf(words + len, sizeof words - len, "%d", count);
		len = strlen(words);
		text_clean(
			part, sizeof part, driver != NULL ? driver : "", driver != NULL ? strlen(driver) : 0);
		if (*part != '\0')
			snprintf(words + len, sizeof words - len, " (%s)", part);
		int more = ids > 0 ? ids : count;
		c->gpu_count = more < 0 || c->gpu_count < 0     ? -1
			       : c->gpu_count + more < GPUS_MAX ? c->gpu_count + more
								: GPUS_MAX;
	}
	if (*words != '\0')
		c->gpus = strdup(words);
}

static void parse_mounts(const cJSON *tree, struct container *c)
{
	const cJSON *list = json_array(tree, "Mounts"), *item;
	int count = cJSON_GetArraySize(list);
	if (list == NULL || count == 0 || count > PARSE_LIST_MAX)
		return;
	c->mounts = calloc((size_t)count, sizeof *c->mounts);
	if (c->mounts == NULL)
		return;
	cJSON_ArrayForEach(item, list)
	{
		struct mount m = {
			.source = json_text_dup(item, "Source"),
			.destination = json_text_dup(item, "Destination"),
			.type = json_text_dup(item, "Type"),
			.read_only = cJSON_IsFalse(json_member(item, "RW")),
		};
		if (m.destination == NULL) {
			free(m.source);
			free(m.type);
			continue;
		}
		c->mounts[c->mount_count++] = m;
	}
}

static void parse_env(const cJSON *config, struct container *c)
{
	const cJSON *list = json_array(config, "Env"), *item;
	int count = cJSON_GetArraySize(list);
	if (list == NULL || count == 0 || count > PARSE_LIST_MAX)
		return;
	c->env = calloc((size_t)count, sizeof *c->env);
	if (c->env == NULL)
		return;
	cJSON_ArrayForEach(item, list)
	{
		const char *entry = cJSON_GetStringValue(item);
		char *copy = entry != NULL ? dup_clean(entry, ENV_MAX) : NULL;
		if (copy != NULL)
			c->env[c->env_count++] = copy;
	}
}

static const char *env_value(const struct container *c, const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < c->env_count; i++)
		if (c->env[i] != NULL && strncmp(c->env[i], name, len) == 0 && c->env[i][len] == '=')
			return c->env[i] + len + 1;
	return NULL;
}

int docker_ollama_port(const char *ollama_host)
{
	const char *colon = ollama_host != NULL ? strrchr(ollama_host, ':') : NULL;
	int port = colon != NULL && colon[1] != '/' ? atoi(colon + 1) : 0;
	return port > 0 && port <= 65535 ? port : OLLAMA_PORT;
}

/* The port of the first IPv4 binding; an IPv6 one only when there is no other. */
static int bound_port(const cJSON *ports, int inside)
{
	char key[32];
	snprintf(key, sizeof key, "%d/tcp", inside);
	int fallback = 0;
	const cJSON *binding;
	cJSON_ArrayForEach(binding, json_array(ports, key))
	{
		const char *text = json_string(binding, "HostPort"), *ip = json_string(binding, "HostIp");
		int port = text != NULL ? atoi(text) : 0;
		if (port <= 0 || port > 65535)
			continue;
		if (ip == NULL || strchr(ip, ':') == NULL)
			return port;
		if (fallback == 0)
			fallback = port;
	}
	return fallback;
}

/* All that are published, as far as there is room. */
static void list_ports(const cJSON *ports, struct docker_inspected *out)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, ports)
	{
		char *rest;
		long inside = item->string != NULL ? strtol(item->string, &rest, 10) : 0;
		if (inside <= 0 || inside > 65535 || strcmp(rest, "/tcp") != 0)
			continue;
		int outside = bound_port(ports, (int)inside);
		if (outside > 0 && out->port_count < DOCKER_PORTS_MAX)
			out->ports[out->port_count++] = (struct docker_port){(int)inside, outside};
	}
}

static char *join(const char *a, const char *b)
{
	char *out;
	return asprintf(&out, "%s%s", a, b) < 0 ? NULL : out;
}

static const struct mount *mount_at(const struct container *c, const char *path)
{
	for (size_t i = 0; i < c->mount_count; i++)
		if (c->mounts[i].destination != NULL && strcmp(c->mounts[i].destination, path) == 0)
			return &c->mounts[i];
	return NULL;
}

/* $OLLAMA_MODELS, or else what is mounted at ~/.ollama/models or ~/.ollama. */
static void find_store(struct docker_inspected *out)
{
	const char *models = env_value(&out->container, "OLLAMA_MODELS");
	if (models != NULL && *models == '/') {
		out->store_path = strdup(models);
		out->models_path = strdup(models);
		return;
	}
	const char *home = env_value(&out->container, "HOME");
	char *base = join(home != NULL && *home == '/' ? home : "/root", "/.ollama");
	if (base == NULL)
		return;
	out->models_path = join(base, "/models");
	if (out->models_path != NULL && mount_at(&out->container, out->models_path) != NULL) {
		out->store_path = strdup(out->models_path);
		free(base);
	} else {
		out->store_path = base;
	}
}

bool docker_parse_inspect(
	const char *body, size_t len, struct docker_inspected *out, struct parse_error *error)
{
	*out = (struct docker_inspected){0};
	cJSON *tree = json_parse(body, len, cJSON_Object, "/containers/json", error);
	if (tree == NULL)
		return false;
	struct container *c = &out->container;
	if (!docker_clean_id(json_string(tree, "Id"), c->id, sizeof c->id)) {
		cJSON_Delete(tree);
		return json_fail(error, _("the inspected container has no usable Id"));
	}
	const cJSON *config = json_object(tree, "Config"), *host = json_object(tree, "HostConfig");
	const char *name = json_string(tree, "Name");
	c->known = true;
	c->name = text_dup_clean(name != NULL && *name == '/' ? name + 1 : name);
	c->image = json_text_dup(config, "Image");
	c->image_id = json_text_dup(tree, "Image");
	parse_state(tree, c);
	parse_limits(host, c);
	parse_device_requests(host, c);
	parse_mounts(tree, c);
	parse_env(config, c);
	out->api_port = docker_ollama_port(env_value(c, "OLLAMA_HOST"));
	out->tty = json_true(config, "Tty");
	const char *network = json_string(host, "NetworkMode");
	out->host_network = network != NULL && strcmp(network, "host") == 0;
	c->host_port = bound_port(json_object(json_object(tree, "NetworkSettings"), "Ports"), out->api_port);
	if (c->host_port == 0)
		c->host_port = bound_port(json_object(host, "PortBindings"), out->api_port);
	if (c->host_port == 0 && out->host_network)
		c->host_port = out->api_port;
	list_ports(json_object(json_object(tree, "NetworkSettings"), "Ports"), out);
	find_store(out);
	cJSON_Delete(tree);
	return true;
}

void docker_free_inspected(struct docker_inspected *inspected)
{
	struct container *c = &inspected->container;
	free(c->name);
	free(c->image);
	free(c->image_id);
	free(c->health_error);
	free(c->gpus);
	for (size_t i = 0; i < c->mount_count; i++) {
		free(c->mounts[i].source);
		free(c->mounts[i].destination);
		free(c->mounts[i].type);
	}
	free(c->mounts);
	for (size_t i = 0; i < c->env_count; i++)
		free(c->env[i]);
	free(c->env);
	free(inspected->store_path);
	free(inspected->models_path);
	*inspected = (struct docker_inspected){0};
}
