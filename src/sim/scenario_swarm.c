/*
 * scenario_swarm.c - a server that manages a Swarm: its one service, with all its tasks running.
 */
#include "docker.h"
#include "scenario.h"

#include "scenario_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The spec with members that this world does not act on: who updates it has to leave them as they are, and
 * the last is a number that no double holds.
 */
#define SPEC                                                                                             \
	"{\"Name\":\"%s\",\"Labels\":{\"com.example.team\":\"research\"},\"TaskTemplate\":{"             \
	"\"ContainerSpec\":{"                                                                            \
	"\"Image\":\"%s\",\"Isolation\":\"default\"},\"Resources\":{\"Limits\":{\"MemoryBytes\":%lld}}," \
	"\"RestartPolicy\":{\"Condition\":\"any\",\"Delay\":2000000000,\"Window\":9007199254740993},"    \
	"\"ForceUpdate\":0,\"Runtime\":\"container\"},\"Mode\":{\"Replicated\":{\"Replicas\":%d}},"      \
	"\"EndpointSpec\":{\"Mode\":\"vip\",\"Ports\":[{\"Protocol\":\"tcp\",\"TargetPort\":11434,"      \
	"\"PublishMode\":\"%s\"}]}}"

static bool write_spec(struct world_service *s, int replicas)
{
	char *text;

	if (asprintf(&text, SPEC, s->name, s->image, (long long)s->memory_limit, replicas,
		    s->host_mode ? "host" : "ingress") < 0)
		return false;
	cJSON *json = cJSON_Parse(text);
	bool read = json && docker_read_service_spec(text, json, &s->spec);
	cJSON_Delete(json);
	free(text);
	return read;
}

static bool add_nodes(struct build *b, struct world_service *s, const cJSON *nodes)
{
	const cJSON *node;

	cJSON_ArrayForEach(node, nodes)
	{
		if (!cJSON_IsString(node))
			return scenario_fail(b, "a name was expected in", "nodes");
		if (!world_service_add_node(s, node->valuestring))
			return scenario_fail(b, "out of memory", NULL);
	}
	return true;
}

/* The world's clock stands while it is built, so nothing starts by waiting. */
static bool run_all(struct build *b, struct world_service *s)
{
	bool still = b->world->still;

	b->world->still = true;
	world_service_tick(s);
	b->world->still = still;
	for (size_t i = 0; i < s->server->container_count; i++)
		s->server->containers[i]->ready_at = b->world->wall;
	return true;
}

bool scenario_swarm(struct build *b, struct world_server *server, const cJSON *json)
{
	static const char *const keys[] = {
		"service", "replicas", "image", "memory", "publish", "mount", "read_only", "nodes", NULL};
	const char *name = scenario_text_of(json, "service", "ollama");
	const char *image = scenario_text_of(json, "image", "ollama/ollama:latest");
	const cJSON *replicas = cJSON_GetObjectItemCaseSensitive(json, "replicas");

	if (!json)
		return true;
	if (!scenario_known_keys(b, json, keys, "swarm"))
		return false;
	if (!world_image(server, image) && !world_add_image(server, image))
		return scenario_fail(b, "out of memory", NULL);
	struct world_service *s = world_add_service(server, name, image);
	if (!s)
		return scenario_fail(b, "out of memory", NULL);
	s->host_mode = strcmp(scenario_text_of(json, "publish", "host"), "host") == 0;
	s->read_only = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "read_only"));
	if (!scenario_size_of(b, json, "memory", &s->memory_limit))
		return false;
	if (!world_set_string(&s->mount, scenario_text_of(json, "mount", "/opt/ollama-models")) ||
		!write_spec(s, cJSON_IsNumber(replicas) ? replicas->valueint : 1))
		return scenario_fail(b, "out of memory", NULL);
	return add_nodes(b, s, cJSON_GetObjectItemCaseSensitive(json, "nodes")) && run_all(b, s);
}
