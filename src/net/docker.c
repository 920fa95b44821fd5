#include "ollama-top/docker.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include "docker_private.h"
#include "json.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All that is used here exists since 1.41 and is unchanged up to 1.51. */
#define API_MAJOR  1
#define API_OLDEST 41
#define API_NEWEST 51

#define SWARM_SERVICE "com.docker.swarm.service.name"

struct api_version {
	int major, minor;
};

static bool read_api_version(const char *text, struct api_version *out)
{
	char *end;
	long major = strtol(text, &end, 10);
	if (end == text || *end != '.' || major < 0 || major > 1000)
		return false;
	const char *rest = end + 1;
	long minor = strtol(rest, &end, 10);
	if (end == rest || minor < 0 || minor > 100000)
		return false;
	*out = (struct api_version){(int)major, (int)minor};
	return true;
}

static int compare_api(struct api_version a, int major, int minor)
{
	if (a.major != major)
		return a.major < major ? -1 : 1;
	return (a.minor > minor) - (a.minor < minor);
}

bool docker_clean_id(const char *id, char *dst, size_t size)
{
	size_t len = id != NULL ? strlen(id) : 0;
	if (len == 0 || len >= size)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)id[i]))
			return false;
	memcpy(dst, id, len + 1);
	return true;
}

bool docker_parse_version(const char *body, size_t len, struct docker_version *out, struct parse_error *error)
{
	cJSON *tree = json_parse(body, len, cJSON_Object, "/version", error);
	if (tree == NULL)
		return false;
	json_text(tree, "Version", out->version, sizeof out->version);
	json_text(tree, "ApiVersion", out->api, sizeof out->api);
	json_text(tree, "MinAPIVersion", out->min_api, sizeof out->min_api);
	cJSON_Delete(tree);
	return *out->api != '\0' ||
	       json_fail(error, _("/version: the answer names no ApiVersion; is this a Docker "
				  "Engine?"));
}

bool docker_negotiate(const struct docker_version *engine, char *api, size_t size, struct parse_error *error)
{
	struct api_version newest, oldest = {0, 0};
	if (!read_api_version(engine->api, &newest))
		return json_fail(error, _("/version: \"%s\" is no API version"), engine->api);
	if (*engine->min_api != '\0' && !read_api_version(engine->min_api, &oldest))
		return json_fail(error, _("/version: \"%s\" is no API version"), engine->min_api);
	if (compare_api(newest, API_MAJOR, API_OLDEST) < 0)
		return json_fail(error,
			_("the engine's API %s is too old: %d.%d (Docker 20.10) or newer is needed"),
			engine->api, API_MAJOR, API_OLDEST);
	if (compare_api(oldest, API_MAJOR, API_NEWEST) > 0)
		return json_fail(error,
			_("the engine's API starts at %s, newer than the %d.%d that ollama-top speaks"),
			engine->min_api, API_MAJOR, API_NEWEST);
	if (compare_api(newest, API_MAJOR, API_NEWEST) > 0)
		newest = (struct api_version){API_MAJOR, API_NEWEST};
	snprintf(api, size, "%d.%d", newest.major, newest.minor);
	return true;
}

bool docker_parse_info(const char *body, size_t len, struct docker_info *out, struct parse_error *error)
{
	cJSON *tree = json_parse(body, len, cJSON_Object, "/info", error);
	if (tree == NULL)
		return false;
	out->memory_total = json_int(tree, "MemTotal", -1);
	out->cpus = json_small(tree, "NCPU", -1);
	json_text(tree, "ServerVersion", out->version, sizeof out->version);
	if (!docker_clean_id(json_string(json_object(tree, "Swarm"), "NodeID"), out->node, sizeof out->node))
		*out->node = '\0';
	const char *now = json_string(tree, "SystemTime");
	if (now == NULL || !text_parse_rfc3339(now, &out->system_wall_ms))
		out->system_wall_ms = 0;
	cJSON_Delete(tree);
	return true;
}

enum container_status docker_status_of(const char *word)
{
	static const struct {
		const char *word;
		enum container_status status;
	} words[] = {
		{"created", CONTAINER_CREATED},
		{"configured", CONTAINER_CREATED},  /* Podman */
		{"initialized", CONTAINER_CREATED}, /* Podman */
		{"running", CONTAINER_RUNNING},
		{"paused", CONTAINER_PAUSED},
		{"restarting", CONTAINER_RESTARTING},
		{"exited", CONTAINER_EXITED},
		{"stopped", CONTAINER_EXITED},   /* Podman */
		{"stopping", CONTAINER_RUNNING}, /* Podman */
		{"dead", CONTAINER_DEAD},
		{"removing", CONTAINER_REMOVED},
	};
	for (size_t i = 0; word != NULL && i < sizeof words / sizeof *words; i++)
		if (strcasecmp(word, words[i].word) == 0)
			return words[i].status;
	return CONTAINER_UNKNOWN;
}

static bool label_holds(const cJSON *labels, const char *wanted)
{
	char key[TEXT_NAME_MAX];
	const char *equals = strchr(wanted, '=');
	size_t len = equals != NULL ? (size_t)(equals - wanted) : strlen(wanted);
	if (len >= sizeof key)
		return false;
	memcpy(key, wanted, len);
	key[len] = '\0';
	const cJSON *label = json_member(labels, key);
	if (label == NULL || equals == NULL)
		return label != NULL;
	const char *value = cJSON_GetStringValue(label);
	return value != NULL && strcmp(value, equals + 1) == 0;
}

static bool is_discovered(const cJSON *item, const char *name, const struct discover_spec *discover)
{
	if (discover->name == NULL && discover->label == NULL && discover->image == NULL)
		return false;
	const char *image = json_string(item, "Image");
	return (discover->name == NULL || text_glob(discover->name, name)) &&
	       (discover->label == NULL || label_holds(json_object(item, "Labels"), discover->label)) &&
	       (discover->image == NULL || (image != NULL && text_glob(discover->image, image)));
}

static int listed_port(const cJSON *item)
{
	const cJSON *port;
	cJSON_ArrayForEach(port, json_array(item, "Ports"))
	{
		int public = json_small(port, "PublicPort", 0);
		if (json_small(port, "PrivatePort", 0) == OLLAMA_PORT && public > 0 && public <= 65535)
			return public;
	}
	return 0;
}

/* Of a container's names the one of its own: links from others look like "/other/alias". */
static void listed_name(const cJSON *item, char *dst, size_t size)
{
	const cJSON *entry;
	*dst = '\0';
	cJSON_ArrayForEach(entry, json_array(item, "Names"))
	{
		const char *name = cJSON_GetStringValue(entry);
		if (name == NULL)
			continue;
		name += *name == '/';
		if (strchr(name, '/') != NULL)
			continue;
		text_clean(dst, size, name, strlen(name));
		return;
	}
}

static bool is_our_tool(const char *name)
{
	return strncmp(name, DOCKER_LEASE_PREFIX, sizeof DOCKER_LEASE_PREFIX - 1) == 0 ||
	       strncmp(name, DOCKER_ASIDE_PREFIX, sizeof DOCKER_ASIDE_PREFIX - 1) == 0;
}

bool docker_parse_list(const char *body, size_t len, const struct discover_spec *discover,
	struct docker_listed **list, size_t *count, struct parse_error *error)
{
	cJSON *tree = json_parse(body, len, cJSON_Array, "/containers/json", error);
	if (tree == NULL)
		return false;
	size_t wanted = (size_t)cJSON_GetArraySize(tree), n = 0;
	if (wanted > PARSE_LIST_MAX) {
		cJSON_Delete(tree);
		return json_fail(error, _("/containers/json: more than %d containers"), PARSE_LIST_MAX);
	}
	struct docker_listed *out = calloc(wanted + 1, sizeof *out);
	if (out == NULL) {
		cJSON_Delete(tree);
		return json_fail(error, _("out of memory"));
	}
	const cJSON *item;
	cJSON_ArrayForEach(item, tree)
	{
		struct docker_listed *c = &out[n];
		if (!docker_clean_id(json_string(item, "Id"), c->id, sizeof c->id))
			continue;
		listed_name(item, c->name, sizeof c->name);
		if (*c->name == '\0' || is_our_tool(c->name))
			continue;
		c->status = docker_status_of(json_string(item, "State"));
		c->host_port = listed_port(item);
		c->discovered = is_discovered(item, c->name, discover);
		json_text(json_object(item, "Labels"), SWARM_SERVICE, c->service, sizeof c->service);
		n++;
	}
	cJSON_Delete(tree);
	*list = out;
	*count = n;
	return true;
}

void docker_parse_refusal(const char *body, size_t len, char *text, size_t size)
{
	struct parse_error ignored;
	cJSON *tree = json_parse(body, len, cJSON_Object, "", &ignored);
	json_text(tree, "message", text, size);
	cJSON_Delete(tree);
}
