/*
 * scenario_engine.c - servers of models other than Ollama, and GPUs, from a scenario's YAML.
 */
#include "scenario_private.h"
#include "world_private.h"

#include <stdlib.h>
#include <string.h>

#define GPUS_MAX      16
#define VLLM_PORT     8000
#define LLAMACPP_PORT 8080
#define MODEL         "meta-llama/Llama-3.1-8B-Instruct"

static bool build_gpu(struct build *b, struct world_gpu *gpu, const cJSON *json)
{
	static const char *const keys[] = {"name", "total", "used", "utilisation", NULL};
	const cJSON *utilisation = cJSON_GetObjectItemCaseSensitive(json, "utilisation");

	gpu->total = 24 * WORLD_GIB;
	gpu->utilisation = cJSON_IsNumber(utilisation) ? utilisation->valueint : 0;
	return scenario_known_keys(b, json, keys, "gpus") &&
	       scenario_size_of(b, json, "total", &gpu->total) &&
	       scenario_size_of(b, json, "used", &gpu->used) &&
	       (world_set_string(&gpu->name, scenario_text_of(json, "name", "NVIDIA L4")) ||
		       scenario_fail(b, "out of memory", NULL));
}

static bool build_gpus(struct build *b, struct world_container *c, const cJSON *list)
{
	int count = cJSON_GetArraySize(list);
	const cJSON *item;

	if (count == 0)
		return true;
	if (count > GPUS_MAX)
		return scenario_fail(b, "too many gpus", c->name);
	c->gpus = calloc((size_t)count, sizeof *c->gpus);
	if (!c->gpus)
		return scenario_fail(b, "out of memory", NULL);
	cJSON_ArrayForEach(item, list)
	{
		if (!build_gpu(b, &c->gpus[c->gpu_count++], item))
			return false;
	}
	return true;
}

/* The start of the container as each image has it. */
static bool build_command(struct world_container *c)
{
	const char *vllm[] = {"--model", c->serves}, *llamacpp[] = {"--metrics", "-m", c->serves};
	const char *const vllm_entry[] = {"vllm", "serve"}, *const llamacpp_entry[] = {"/app/llama-server"};

	if (c->speaks == WORLD_VLLM)
		return world_set_list(&c->entrypoint, &c->entrypoint_count, vllm_entry, 2) &&
		       world_set_list(&c->cmd, &c->cmd_count, vllm, 2);
	return world_set_list(&c->entrypoint, &c->entrypoint_count, llamacpp_entry, 1) &&
	       world_set_list(&c->cmd, &c->cmd_count, llamacpp, 3);
}

bool scenario_engine(struct build *b, struct world_container *c, const cJSON *json)
{
	const char *kind = scenario_text_of(json, "kind", "ollama"),
		   *flavour = scenario_text_of(json, "flavour", "vllm");
	bool llamacpp = strcmp(flavour, "llamacpp") == 0;

	if (!build_gpus(b, c, cJSON_GetObjectItemCaseSensitive(json, "gpus")))
		return false;
	if (strcmp(kind, "ollama") == 0)
		return true;
	if (strcmp(kind, "openai") != 0)
		return scenario_fail(b, "a kind is ollama or openai, not", kind);
	if (!llamacpp && strcmp(flavour, "vllm") != 0)
		return scenario_fail(b, "a flavour is vllm or llamacpp, not", flavour);
	c->speaks = llamacpp ? WORLD_LLAMACPP : WORLD_VLLM;
	c->container_port = llamacpp ? LLAMACPP_PORT : VLLM_PORT;
	return (world_set_string(&c->serves, scenario_text_of(json, "model", MODEL)) && build_command(c)) ||
	       scenario_fail(b, "out of memory", NULL);
}
