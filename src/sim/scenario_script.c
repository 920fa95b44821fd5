/*
 * scenario_script.c - commands that are due at times of the world's own clock.
 */
#include "control.h"
#include "scenario_private.h"

#include <stdio.h>
#include <stdlib.h>

/* Commands of a scenario and when they are due. */
struct script {
	cJSON *commands;
	int64_t start, repeat; /* wall; ms, 0: once */
	size_t next;
};

static void script_step(void *user, struct world *world)
{
	struct script *script = user;
	int count = cJSON_GetArraySize(script->commands);
	char error[160];

	while ((int)script->next < count) {
		const cJSON *command = cJSON_GetArrayItem(script->commands, (int)script->next);
		const cJSON *at = cJSON_GetObjectItemCaseSensitive(command, "at_ms");

		if (world->wall - script->start < (int64_t)cJSON_GetNumberValue(at))
			return;
		script->next++;
		if (!control_do(world, command, error, sizeof error))
			fprintf(stderr, "ollama-top-sim: script: %s\n", error);
	}
	if (script->repeat && world->wall - script->start >= script->repeat) {
		script->start += script->repeat;
		script->next = 0;
	}
}

bool scenario_script(struct build *b, const cJSON *root)
{
	const cJSON *commands = cJSON_GetObjectItemCaseSensitive(root, "script");
	struct script *script;
	cJSON *command;

	if (!commands)
		return true;
	script = calloc(1, sizeof *script);
	if (!script)
		return scenario_fail(b, "out of memory", NULL);
	script->start = b->world->wall;
	script->commands = cJSON_Duplicate(commands, true);
	b->world->script = script;
	b->world->after_tick = script_step;
	cJSON_ArrayForEach(command, script->commands)
	{
		int64_t at = 0;

		if (!scenario_duration_of(b, command, "at", &at))
			return false;
		cJSON_AddNumberToObject(command, "at_ms", (double)at);
	}
	return scenario_duration_of(b, root, "repeat", &script->repeat);
}

void scenario_free(struct world *world)
{
	struct script *script = world ? world->script : NULL;

	if (!script)
		return;
	cJSON_Delete(script->commands);
	free(script);
	world->script = NULL;
	world->after_tick = NULL;
}
