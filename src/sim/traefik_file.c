/*
 * traefik_file.c - reading http.services.NAME.loadBalancer.servers of a dynamic file.
 */
#include "traefik_file.h"

#include "yaml_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_LIMIT ((size_t)1 << 20)

bool traefik_file_write(const struct world *world)
{
	FILE *file = fopen(world->traefik_file, "re");

	if (file) {
		fclose(file);
		return true;
	}
	file = fopen(world->traefik_file, "wxe");
	if (!file) {
		struct stat st;

		return stat(world->traefik_file, &st) == 0;
	}
	fprintf(file, "http:\n  services:\n    %s:\n      loadBalancer:\n        servers:\n",
		world->traefik_service);
	for (size_t i = 0; i < world->pool_count; i++)
		fprintf(file, "          - url: \"%s\"\n", world->pool[i].url);
	fprintf(file,
		"        healthCheck:\n          path: /api/version\n          interval: 10s\n"
		"        serversTransport: %s\n"
		"  serversTransports:\n    %s:\n      forwardingTimeouts:\n        idleConnTimeout: 1s\n",
		world->traefik_service, world->traefik_service);
	return fclose(file) == 0;
}

static cJSON *read_json(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(FILE_LIMIT) : NULL;
	cJSON *json = NULL;
	char error[200];

	if (text) {
		size_t len = fread(text, 1, FILE_LIMIT, file);

		json = yaml_to_json(text, len, error, sizeof error);
	}
	if (file)
		fclose(file);
	free(text);
	return json;
}

static bool lists(const cJSON *servers, const char *url)
{
	const cJSON *server;

	cJSON_ArrayForEach(server, servers)
	{
		const cJSON *item = cJSON_GetObjectItemCaseSensitive(server, "url");

		if (cJSON_IsString(item) && strcmp(item->valuestring, url) == 0)
			return true;
	}
	return false;
}

static void take(struct world *world, const cJSON *servers)
{
	const cJSON *server;

	for (size_t i = world->pool_count; i-- > 0;)
		if (!lists(servers, world->pool[i].url))
			world_pool_remove(world, world->pool[i].url);
	cJSON_ArrayForEach(server, servers)
	{
		const cJSON *url = cJSON_GetObjectItemCaseSensitive(server, "url");

		if (cJSON_IsString(url))
			world_pool_add(world, url->valuestring);
	}
}

void traefik_file_follow(struct world *world)
{
	const cJSON *item;
	struct stat st;
	int64_t stamp;
	cJSON *json;

	if (!world->traefik_file || stat(world->traefik_file, &st) != 0)
		return;
	stamp = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec + (int64_t)st.st_ino;
	if (stamp == world->traefik_stamp)
		return;
	world->traefik_stamp = stamp;
	json = read_json(world->traefik_file);
	item = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(json, "http"), "services");
	item = cJSON_GetObjectItemCaseSensitive(item, world->traefik_service);
	item = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(item, "loadBalancer"), "servers");
	if (cJSON_IsArray(item))
		take(world, item);
	cJSON_Delete(json);
}
