/*
 * docker_filters.c - the "filters" parameter: {"name":["x"]}, or {"name":{"x":true}} as older clients write it.
 */
#include "docker.h"

#include <regex.h>
#include <string.h>

static bool known(const char *const *allowed, const char *key)
{
	for (; *allowed; allowed++)
		if (strcmp(*allowed, key) == 0)
			return true;
	return false;
}

bool docker_filters_parse(
	struct serve_request *request, const char *const *allowed, struct docker_filters *filters)
{
	const char *text = serve_query(request, "filters");

	filters->tree = NULL;
	if (!text || !*text)
		return true;
	filters->tree = cJSON_Parse(text);
	if (!cJSON_IsObject(filters->tree)) {
		docker_filters_free(filters);
		serve_error(request, 400, "invalid character '%c' looking for beginning of value", *text);
		return false;
	}
	for (const cJSON *key = filters->tree->child; key; key = key->next) {
		if (known(allowed, key->string))
			continue;
		serve_error(request, 400, "%s filter '%s'",
			docker_modern(request->server) ? "invalid" : "Invalid", key->string);
		docker_filters_free(filters);
		return false;
	}
	return true;
}

void docker_filters_free(struct docker_filters *filters)
{
	cJSON_Delete(filters->tree);
	filters->tree = NULL;
}

const char *docker_filter_value(const struct docker_filters *filters, const char *key, size_t i)
{
	const cJSON *values = cJSON_GetObjectItemCaseSensitive(filters->tree, key);

	for (const cJSON *value = values ? values->child : NULL; value; value = value->next) {
		const char *text = value->string ? value->string : value->valuestring;
		if (text && i-- == 0)
			return text;
	}
	return NULL;
}

bool docker_filter_any(const struct docker_filters *filters, const char *key, docker_filter_match *match,
	const void *subject)
{
	const char *value = docker_filter_value(filters, key, 0);

	if (!value)
		return true;
	for (size_t i = 0; (value = docker_filter_value(filters, key, i)) != NULL; i++)
		if (match(value, subject))
			return true;
	return false;
}

bool docker_match_equal(const char *value, const void *subject)
{
	return strcmp(value, subject) == 0;
}

bool docker_match_regex(const char *value, const void *subject)
{
	regex_t regex;

	if (regcomp(&regex, value, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	bool found = regexec(&regex, subject, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static bool has_label(const struct world_pair *pairs, size_t count, const char *wanted)
{
	const char *equals = strchr(wanted, '=');
	size_t len = equals ? (size_t)(equals - wanted) : strlen(wanted);

	for (size_t i = 0; i < count; i++)
		if (strncmp(pairs[i].name, wanted, len) == 0 && !pairs[i].name[len])
			return !equals || strcmp(pairs[i].value, equals + 1) == 0;
	return false;
}

bool docker_filter_labels(const struct docker_filters *filters, const struct world_pair *pairs, size_t count)
{
	const char *wanted;

	for (size_t i = 0; (wanted = docker_filter_value(filters, "label", i)) != NULL; i++)
		if (!has_label(pairs, count, wanted))
			return false;
	return true;
}
