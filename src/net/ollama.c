#include "ollama-top/ollama.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include "json.h"

#include <stdlib.h>
#include <string.h>

/* Ollama writes "for ever" as a time centuries away (the longest Go duration). */
#define NEVER_MS (INT64_C(100) * 366 * 24 * 3600 * 1000)
/* The Date header has whole seconds and is up to one old when it leaves. */
#define DATE_RESOLUTION_MS 1500

/* A digest without its "sha256:", so that all endpoints compare equal. */
static void copy_digest(const cJSON *model, char *dst, size_t size)
{
	json_text(model, "digest", dst, size);
	static const char prefix[] = "sha256:";
	size_t skip = sizeof prefix - 1;
	if (strncmp(dst, prefix, skip) == 0)
		memmove(dst, dst + skip, strlen(dst) + 1 - skip);
}

static char *copy_name(const cJSON *model)
{
	char *name = json_text_dup(model, "name");
	if (name == NULL || *name == '\0') {
		free(name);
		name = json_text_dup(model, "model");
	}
	return name;
}

static void set_expiry(struct model_loaded *m, const char *text, const struct answer_time *when)
{
	int64_t expires;
	m->expires_at = m->expires_wall = INT64_MAX;
	if (text == NULL || !text_parse_rfc3339(text, &expires))
		return;
	int64_t server_now = when->wall;
	if (when->date_wall != 0 && llabs(when->date_wall - when->wall) > DATE_RESOLUTION_MS)
		server_now = when->date_wall;
	/* Year 1 is Go's zero time: no expiry was set. */
	if (expires <= 0 || expires - server_now > NEVER_MS)
		return;
	m->expires_wall = expires;
	m->expires_at = when->mono + (expires - server_now);
	if (m->expires_at < 1)
		m->expires_at = 1;
}

/* The array under "models" (null in some versions when empty), and how long it is. */
static cJSON *parse_models(const char *body, size_t len, const char *what, const cJSON **models,
	size_t *count, struct parse_error *error)
{
	cJSON *tree = json_parse(body, len, cJSON_Object, what, error);
	if (tree == NULL)
		return NULL;
	const cJSON *list = json_member(tree, "models");
	*models = NULL;
	*count = 0;
	if (cJSON_IsArray(list)) {
		*models = list;
		*count = (size_t)cJSON_GetArraySize(list);
	} else if (!cJSON_IsNull(list)) {
		json_fail(error, _("%s: the answer has no list of models"), what);
		cJSON_Delete(tree);
		return NULL;
	}
	if (*count > PARSE_LIST_MAX) {
		json_fail(error, _("%s: more than %d models"), what, PARSE_LIST_MAX);
		cJSON_Delete(tree);
		return NULL;
	}
	return tree;
}

bool ollama_parse_version(const char *body, size_t len, char *version, size_t size, struct parse_error *error)
{
	cJSON *tree = json_parse(body, len, cJSON_Object, "/api/version", error);
	if (tree == NULL)
		return false;
	json_text(tree, "version", version, size);
	cJSON_Delete(tree);
	return *version != '\0' || json_fail(error, _("/api/version: the answer names no version"));
}

bool ollama_parse_ps(const char *body, size_t len, const struct answer_time *when,
	struct model_loaded **models, size_t *count, struct parse_error *error)
{
	const cJSON *list, *item;
	size_t wanted, n = 0;
	cJSON *tree = parse_models(body, len, "/api/ps", &list, &wanted, error);
	if (tree == NULL)
		return false;
	struct model_loaded *out = calloc(wanted + 1, sizeof *out);
	if (out == NULL) {
		cJSON_Delete(tree);
		return json_fail(error, _("out of memory"));
	}
	cJSON_ArrayForEach(item, list)
	{
		char *name = copy_name(item);
		if (name == NULL)
			continue;
		struct model_loaded *m = &out[n++];
		m->name = name;
		copy_digest(item, m->digest, sizeof m->digest);
		m->size = json_int(item, "size", -1);
		m->size_vram = json_int(item, "size_vram", -1);
		m->context = json_int(item, "context_length", -1);
		set_expiry(m, json_string(item, "expires_at"), when);
	}
	cJSON_Delete(tree);
	*models = out;
	*count = n;
	return true;
}

void ollama_free_loaded(struct model_loaded *models, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(models[i].name);
	free(models);
}

bool ollama_parse_tags(
	const char *body, size_t len, struct model_stored **models, size_t *count, struct parse_error *error)
{
	const cJSON *list, *item;
	size_t wanted, n = 0;
	cJSON *tree = parse_models(body, len, "/api/tags", &list, &wanted, error);
	if (tree == NULL)
		return false;
	struct model_stored *out = calloc(wanted + 1, sizeof *out);
	if (out == NULL) {
		cJSON_Delete(tree);
		return json_fail(error, _("out of memory"));
	}
	cJSON_ArrayForEach(item, list)
	{
		char *name = copy_name(item);
		if (name == NULL)
			continue;
		struct model_stored *m = &out[n++];
		m->name = name;
		copy_digest(item, m->digest, sizeof m->digest);
		m->size = json_int(item, "size", -1);
		const char *modified = json_string(item, "modified_at");
		if (modified == NULL || !text_parse_rfc3339(modified, &m->modified_wall))
			m->modified_wall = 0;
	}
	cJSON_Delete(tree);
	*models = out;
	*count = n;
	return true;
}

void ollama_free_stored(struct model_stored *models, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(models[i].name);
	free(models);
}

void ollama_parse_refusal(const char *body, size_t len, char *text, size_t size)
{
	struct parse_error ignored;
	cJSON *tree = json_parse(body, len, cJSON_Object, "", &ignored);
	json_text(tree, "error", text, size);
	cJSON_Delete(tree);
}
