#include "ollama-top/traefik.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include "json.h"

#include <stdlib.h>
#include <string.h>

struct pool {
	struct balancer_server *servers;
	size_t count, room;
};

static bool add(struct pool *pool, const char *url, const cJSON *status)
{
	const char *word = cJSON_GetStringValue(status);
	if (url == NULL || pool->count == pool->room)
		return true;
	struct balancer_server *s = &pool->servers[pool->count];
	s->url = text_dup_clean(url);
	if (s->url == NULL)
		return false;
	text_clean(s->status, sizeof s->status, word != NULL ? word : "", word != NULL ? strlen(word) : 0);
	pool->count++;
	return true;
}

bool traefik_parse_service(const char *body, size_t len, struct balancer_server **servers, size_t *count,
	struct parse_error *error)
{
	cJSON *tree = json_parse(body, len, cJSON_Object, "Traefik", error);
	if (tree == NULL)
		return false;
	const cJSON *configured = json_array(json_object(tree, "loadBalancer"), "servers");
	const cJSON *status = json_object(tree, "serverStatus"), *item;
	if (configured == NULL && status == NULL) {
		cJSON_Delete(tree);
		return json_fail(error, _("Traefik: the service has no servers; is it a load balancer?"));
	}
	/* A pool without a health check has no serverStatus; with one, both lists name the same. */
	const cJSON *list = configured != NULL ? configured : status;
	struct pool pool = {.room = (size_t)cJSON_GetArraySize(list)};
	if (pool.room > PARSE_LIST_MAX) {
		cJSON_Delete(tree);
		return json_fail(error, _("Traefik: more than %d servers"), PARSE_LIST_MAX);
	}
	pool.servers = calloc(pool.room + 1, sizeof *pool.servers);
	bool fine = pool.servers != NULL;
	cJSON_ArrayForEach(item, list)
	{
		const char *url = configured != NULL ? json_string(item, "url") : item->string;
		fine = fine && add(&pool, url, url != NULL ? json_member(status, url) : NULL);
	}
	cJSON_Delete(tree);
	if (!fine) {
		traefik_free_servers(pool.servers, pool.count);
		return json_fail(error, _("out of memory"));
	}
	*servers = pool.servers;
	*count = pool.count;
	return true;
}

void traefik_free_servers(struct balancer_server *servers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(servers[i].url);
	free(servers);
}
