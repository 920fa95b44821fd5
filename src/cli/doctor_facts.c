#include "doctor_facts.h"

#include "../net/json.h"
#include "ollama-top/docker.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* As src/ops/clone.h puts it on what it makes. */
#define LABEL_CLONED "ollama-top.operation"
#define KEY_NAME     "id_ed25519"

bool facts_init(struct facts *facts, const struct fleet *fleet)
{
	size_t count = 0;
	for (size_t s = 0; s < fleet->server_count; s++) {
		count += fleet->servers[s].instance_count;
	}
	facts->instances = calloc(count + 1, sizeof(*facts->instances));
	for (size_t s = 0; facts->instances && s < fleet->server_count; s++) {
		for (size_t k = 0; k < fleet->servers[s].instance_count; k++) {
			struct facts_instance *f = &facts->instances[facts->instance_count++];
			f->server = s;
			f->name = strdup(fleet->servers[s].instances[k]->name);
			if (!f->name) {
				return false;
			}
		}
	}
	return facts->instances != NULL;
}

static void free_instance(struct facts_instance *f)
{
	free(f->name);
	free(f->compose.folder);
	free(f->compose.service);
	free(f->compose.version);
	free(f->user);
	free(f->models_path);
	free(f->key_path);
	free(f->log);
	free(f->partials);
}

void facts_free(struct facts *facts)
{
	for (size_t i = 0; i < facts->instance_count; i++) {
		free_instance(&facts->instances[i]);
	}
	for (size_t i = 0; i < facts->model_count; i++) {
		free(facts->models[i].name);
	}
	for (size_t i = 0; i < facts->router_count; i++) {
		free(facts->routers[i].name);
		free(facts->routers[i].rule);
		free(facts->routers[i].service);
	}
	free(facts->instances);
	free(facts->routers);
	*facts = (struct facts){0};
}

const struct facts_instance *facts_of(const struct facts *facts, const struct instance *instance)
{
	for (size_t i = 0; i < facts->instance_count; i++) {
		const struct facts_instance *f = &facts->instances[i];
		if (f->server == instance->server->index && strcmp(f->name, instance->name) == 0) {
			return f;
		}
	}
	return NULL;
}

const struct facts_model *facts_model(const struct facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->model_count; i++) {
		if (strcmp(facts->models[i].name, name) == 0) {
			return &facts->models[i];
		}
	}
	return NULL;
}

static char *join(const char *folder, const char *name)
{
	char *path;
	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static bool ends_with(const char *text, const char *end)
{
	const size_t len = strlen(text);
	const size_t end_len = strlen(end);
	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/*
 * ~/.ollama/id_ed25519. Where HOME is not in the environment it comes from the image's /etc/passwd; then the
 * mount at some .ollama tells, and root's home is the last guess.
 */
static char *key_path(const struct container *c)
{
	static const char home[] = "HOME=/";
	for (size_t i = 0; i < c->env_count; i++) {
		if (strncmp(c->env[i], home, sizeof(home) - 1) == 0) {
			return join(c->env[i] + sizeof(home) - 2, ".ollama/" KEY_NAME);
		}
	}
	for (size_t i = 0; i < c->mount_count; i++) {
		if (ends_with(c->mounts[i].destination, "/.ollama")) {
			return join(c->mounts[i].destination, KEY_NAME);
		}
	}
	return join("/root/.ollama", KEY_NAME);
}

bool facts_parse_inspect(const char *body, size_t len, struct facts_instance *out)
{
	struct parse_error ignored;
	struct docker_inspected inspected;
	if (!docker_parse_inspect(body, len, &inspected, &ignored)) {
		return false;
	}
	cJSON *tree = json_parse(body, len, cJSON_Object, "", &ignored);
	const cJSON *config = json_object(tree, "Config");
	const cJSON *labels = json_object(config, "Labels");
	const char *user = json_string(config, "User");
	const cJSON *test = json_array(json_object(config, "Healthcheck"), "Test");
	const char *first = cJSON_GetStringValue(cJSON_GetArrayItem(test, 0));
	out->inspected = true;
	out->tty = inspected.tty;
	out->user = user && user[0] != '\0' ? text_dup_clean(user) : NULL;
	out->checks_health = first && strcmp(first, "NONE") != 0;
	out->compose.folder = json_text_dup(labels, "com.docker.compose.project.working_dir");
	out->compose.service = json_text_dup(labels, "com.docker.compose.service");
	out->compose.version = json_text_dup(labels, "com.docker.compose.version");
	out->compose.cloned = json_string(labels, LABEL_CLONED) != NULL;
	out->key_path = key_path(&inspected.container);
	out->models_path = inspected.models_path;
	inspected.models_path = NULL;
	docker_free_inspected(&inspected);
	cJSON_Delete(tree);
	return true;
}

static int64_t architecture_figure(const cJSON *info, const char *architecture, const char *key)
{
	char name[TEXT_NAME_MAX];
	snprintf(name, sizeof(name), "%.100s.%s", architecture, key);
	const int64_t figure = json_int(info, name, 0);
	return figure > 0 && figure < INT32_MAX ? figure : 0;
}

/* Keys and values of all layers, two bytes each (docs of GGUF, "LLM" section). */
static int64_t token_bytes(const cJSON *info, const char *architecture)
{
	const int64_t layers = architecture_figure(info, architecture, "block_count");
	const int64_t heads = architecture_figure(info, architecture, "attention.head_count");
	int64_t heads_kv = architecture_figure(info, architecture, "attention.head_count_kv");
	int64_t key = architecture_figure(info, architecture, "attention.key_length");
	int64_t value = architecture_figure(info, architecture, "attention.value_length");
	const int64_t width = architecture_figure(info, architecture, "embedding_length");
	heads_kv = heads_kv > 0 ? heads_kv : heads;
	if (key == 0 || value == 0) {
		key = value = heads > 0 ? width / heads : 0;
	}
	/* Each figure is below 2^31, the real ones below 2^17. */
	const double bytes = 2.0 * (double)layers * (double)heads_kv * (double)(key + value);
	return bytes < (double)(INT64_C(1) << 40) ? (int64_t)bytes : 0;
}

bool facts_parse_model(const char *body, size_t len, const char *name, struct facts_model *out)
{
	struct parse_error ignored;
	cJSON *tree = json_parse(body, len, cJSON_Object, "/api/show", &ignored);
	if (!tree) {
		return false;
	}
	const cJSON *info = json_object(tree, "model_info");
	const char *architecture = json_string(info, "general.architecture");
	const cJSON *ability;
	*out = (struct facts_model){.name = strdup(name)};
	if (architecture) {
		out->token_bytes = token_bytes(info, architecture);
		out->context_length = architecture_figure(info, architecture, "context_length");
	}
	bool completes = false;
	cJSON_ArrayForEach(ability, json_array(tree, "capabilities"))
	{
		const char *word = cJSON_GetStringValue(ability);
		out->embedding |= word && strcmp(word, "embedding") == 0;
		completes |= word && strcmp(word, "completion") == 0;
	}
	out->embedding = out->embedding && !completes;
	cJSON_Delete(tree);
	return out->name != NULL;
}

/* "auth@file" of the router's middlewares, or "auth" of its own provider. */
static bool same_middleware(const char *wanted, const char *full)
{
	const size_t len = strlen(wanted);
	return strcmp(wanted, full) == 0 ||
	       (!strchr(wanted, '@') && strncmp(wanted, full, len) == 0 && full[len] == '@');
}

/* Traefik's own that let nobody pass who is not known, or not from where he should be. */
static bool guards(const char *type)
{
	static const char *const types[] = {
		"basicauth", "digestauth", "forwardauth", "ipallowlist", "ipwhitelist"};
	for (size_t i = 0; type && i < sizeof(types) / sizeof(*types); i++) {
		if (strcasecmp(type, types[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_guarded(const cJSON *router, const cJSON *middlewares)
{
	const cJSON *used;
	const cJSON *known;
	cJSON_ArrayForEach(used, json_array(router, "middlewares"))
	{
		const char *wanted = cJSON_GetStringValue(used);
		cJSON_ArrayForEach(known, middlewares)
		{
			const char *name = json_string(known, "name");
			if (wanted && name && same_middleware(wanted, name) &&
				guards(json_string(known, "type"))) {
				return true;
			}
		}
	}
	return false;
}

static char *dup_clean_rule(const char *rule)
{
	char clean[FLEET_TEXT_MAX];
	text_clean(clean, sizeof(clean), rule, strlen(rule));
	return strdup(clean);
}

bool facts_parse_routers(const char *body, size_t len, const char *middlewares, size_t middlewares_len,
	struct facts *out, struct parse_error *error)
{
	struct parse_error ignored;
	cJSON *tree = json_parse(body, len, cJSON_Array, "Traefik", error);
	if (!tree) {
		return false;
	}
	cJSON *guarding =
		middlewares ? json_parse(middlewares, middlewares_len, cJSON_Array, "", &ignored) : NULL;
	const int count = cJSON_GetArraySize(tree);
	out->routers = count <= PARSE_LIST_MAX ? calloc((size_t)count + 1, sizeof(*out->routers)) : NULL;
	const cJSON *item;
	cJSON_ArrayForEach(item, tree)
	{
		const char *rule = json_string(item, "rule");
		const char *status = json_string(item, "status");
		if (!out->routers || !rule || (status && strcmp(status, "disabled") == 0)) {
			continue;
		}
		const int64_t priority = json_int(item, "priority", 0);
		out->routers[out->router_count++] = (struct facts_router){
			.name = json_text_dup(item, "name"),
			.rule = dup_clean_rule(rule),
			.service = json_text_dup(item, "service"),
			/* A longer rule comes first where none is given. */
			.priority = priority != 0 ? priority : (int64_t)strlen(rule),
			.guarded = is_guarded(item, guarding),
		};
	}
	cJSON_Delete(guarding);
	cJSON_Delete(tree);
	out->routers_known = out->routers != NULL;
	return out->routers_known || json_fail(error, _("Traefik: too many routers"));
}
