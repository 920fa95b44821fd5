/*
 * control_containers.c - verbs that act on a container and what it has loaded.
 */
#include "control_private.h"
#include "world_private.h"

bool control_die(const struct command *c)
{
	if (c->container->status != WORLD_RUNNING)
		return control_fail(c, "the container is not running");
	if (control_flag(c, "stay", false) && !world_set_string(&c->container->restart_policy, "no"))
		return control_fail(c, "out of memory");
	if (control_flag(c, "oom", false))
		world_oom(c->container, false);
	else
		world_die(c->container, (int)control_number(c, "exit", 1), false);
	return true;
}

bool control_oom(const struct command *c)
{
	if (c->container->status != WORLD_RUNNING)
		return control_fail(c, "the container is not running");
	world_oom(c->container, control_flag(c, "runner", false));
	return true;
}

bool control_start(const struct command *c)
{
	const char *why = "";

	return world_start(c->container, &why) || control_fail(c, why);
}

bool control_stop(const struct command *c)
{
	const char *why = "";

	return world_stop(c->container, 0, &why) || control_fail(c, why);
}

bool control_restart(const struct command *c)
{
	const char *why = "";

	return world_restart(c->container, &why) || control_fail(c, why);
}

bool control_pause(const struct command *c)
{
	const char *why = "";
	bool ok = control_flag(c, "on", true) ? world_pause(c->container, &why)
					      : world_unpause(c->container, &why);

	return ok || control_fail(c, why);
}

bool control_load(const struct command *c)
{
	const char *name = control_text(c, "model", "");
	struct world_model *model = world_model(c->container, name);
	int64_t keep_alive = control_duration(c, "keep_alive", 5 * 60 * 1000);

	if (c->container->status != WORLD_RUNNING)
		return control_fail(c, "the container is not running");
	if (!model)
		return control_fail(c, "its store has no such model");
	return world_load(c->container, model, control_number(c, "context", 0), keep_alive) ||
	       control_fail(c, "out of memory");
}

bool control_unload(const struct command *c)
{
	const char *name = control_text(c, "model", NULL);

	if (!name) {
		world_unload_all(c->container);
		world_changed(c->world);
		return true;
	}
	if (!world_loaded(c->container, name))
		return control_fail(c, "that model is not loaded");
	world_unload(c->container, name);
	return true;
}

bool control_busy(const struct command *c)
{
	if (c->container->loaded_count == 0)
		return control_fail(c, "no model is loaded");
	world_busy(c->container, control_number(c, "seconds", 10) * 1000);
	return true;
}

/* The container's environment, as it will be at its next start. */
bool control_env(const struct command *c)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(c->json, "env");
	const char *words[32];
	size_t count = 0;
	const cJSON *item;

	cJSON_ArrayForEach(item, list) if (cJSON_IsString(item) && count < 32) words[count++] =
		item->valuestring;
	return world_set_list(&c->container->env, &c->container->env_count, words, count) ||
	       control_fail(c, "out of memory");
}

/* Of a server of OpenAI's API: what somebody else asks of it. */
bool control_requests(const struct command *c)
{
	if (c->container->speaks == WORLD_OLLAMA)
		return control_fail(c, "an Ollama is kept busy by requests, or by \"busy\"");
	c->container->others_running = (int)control_number(c, "running", 0);
	c->container->others_waiting = (int)control_number(c, "waiting", 0);
	return true;
}

/* Of its first GPU: MiB used, percent busy. */
bool control_gpu(const struct command *c)
{
	if (c->container->gpu_count == 0)
		return control_fail(c, "it has no GPU");
	struct world_gpu *gpu = &c->container->gpus[0];
	gpu->used = control_number(c, "used", gpu->used / WORLD_MIB) * WORLD_MIB;
	gpu->utilisation = (int)control_number(c, "utilisation", gpu->utilisation);
	return true;
}

bool control_log(const struct command *c)
{
	world_log(c->container, control_flag(c, "stderr", true), "%s", control_text(c, "text", ""));
	return true;
}

bool control_version(const struct command *c)
{
	return world_set_string(&c->container->version, control_text(c, "version", NULL)) ||
	       control_fail(c, "out of memory");
}
