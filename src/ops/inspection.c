#include "inspection.h"

#include "net/json.h"

#include <string.h>

#define VOLUME_NAME_LENGTH 64 /* hexadecimal digits of the name that an engine makes up */
#define AFFINITY           "affinity:container="

struct bind inspection_bind(const char *text)
{
	struct bind bind = {.source_len = strcspn(text, ":"), .destination = "", .options = ""};
	if (text[bind.source_len] == '\0')
		return bind;
	bind.destination = text + bind.source_len + 1;
	bind.destination_len = strcspn(bind.destination, ":");
	if (bind.destination[bind.destination_len] == ':')
		bind.options = bind.destination + bind.destination_len + 1;
	return bind;
}

bool inspection_option(const char *options, const char *wanted)
{
	size_t len = strlen(wanted);
	for (const char *word = options; *word != '\0';) {
		size_t word_len = strcspn(word, ",");
		if (word_len == len && strncmp(word, wanted, len) == 0)
			return true;
		word += word_len + (word[word_len] == ',');
	}
	return false;
}

bool inspection_is_path(const char *path, size_t len, const char *wanted)
{
	while (len > 1 && path[len - 1] == '/')
		len--;
	return strlen(wanted) == len && strncmp(path, wanted, len) == 0;
}

bool inspection_anonymous(const char *volume, size_t len)
{
	return len == VOLUME_NAME_LENGTH && strspn(volume, "0123456789abcdef") >= len;
}

bool inspection_empty(const cJSON *item)
{
	return item == NULL || cJSON_IsNull(item) || (cJSON_IsArray(item) && item->child == NULL);
}

bool inspection_same(const cJSON *a, const cJSON *b)
{
	return (inspection_empty(a) && inspection_empty(b)) || cJSON_Compare(a, b, true);
}

bool inspection_affinity(const char *variable)
{
	return strncmp(variable, AFFINITY, sizeof AFFINITY - 1) == 0;
}

const char *inspection_env(const cJSON *config, const char *name)
{
	size_t len = strlen(name);
	const cJSON *item;
	cJSON_ArrayForEach(item, json_array(config, "Env"))
	{
		const char *entry = cJSON_GetStringValue(item);
		if (entry != NULL && strncmp(entry, name, len) == 0 && entry[len] == '=')
			return entry + len + 1;
	}
	return NULL;
}

const cJSON *inspection_networks(const cJSON *inspected)
{
	return json_object(json_object(inspected, "NetworkSettings"), "Networks");
}

bool inspection_default_bridge(const char *name)
{
	return strcmp(name, "bridge") == 0 || strcmp(name, "default") == 0;
}

const char *inspection_network_mode(const cJSON *inspected)
{
	const char *mode = json_string(json_object(inspected, "HostConfig"), "NetworkMode");
	return mode != NULL && *mode != '\0' ? mode : "default";
}

bool inspection_network_named(const cJSON *network, const char *mode)
{
	return strcmp(network->string, mode) == 0 ||
	       (inspection_default_bridge(network->string) && inspection_default_bridge(mode));
}

static bool is_mode(const cJSON *network, const char *mode)
{
	const char *id = json_string(network, "NetworkID");
	return inspection_network_named(network, mode) ||
	       (id != NULL && strlen(mode) >= INSPECTION_SHORT_ID && strncmp(id, mode, strlen(mode)) == 0);
}

const cJSON *inspection_first_network(const cJSON *inspected)
{
	const cJSON *networks = inspection_networks(inspected), *network;
	cJSON_ArrayForEach(network, networks)
	{
		if (is_mode(network, inspection_network_mode(inspected)))
			return network;
	}
	return networks != NULL ? networks->child : NULL;
}
