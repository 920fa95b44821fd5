/*
 * world_health.c - Docker's own health checks, run in the container every interval.
 */
#include "world.h"

#include "world_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_MS 60
#define RETRIES  3

/* Ollama's image holds the binary and little else. */
static bool is_there(const char *program)
{
	static const char *const programs[] = {"ollama", "/bin/ollama", "cat", "true", "sh", "/bin/sh"};

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (strcmp(programs[i], program) == 0)
			return true;
	return false;
}

static char *missing(const char *program)
{
	char *text = NULL;

	if (asprintf(&text,
		    "OCI runtime exec failed: exec failed: unable to start container process: exec: \"%s\": "
		    "executable file not found in $PATH: unknown",
		    program) < 0)
		return NULL;
	return text;
}

/* The line of the program that a check runs; a shell's own line runs its first word. */
static const char *program_of(const struct world_container *c)
{
	bool shell = strcmp(c->health_test[0], "CMD-SHELL") == 0;

	if (c->health_test_count < 2 || strcmp(c->health_test[0], "NONE") == 0)
		return NULL;
	return shell ? "sh" : c->health_test[1];
}

static void run_check(struct world_container *c, struct world_health_result *result)
{
	const char *program = program_of(c);
	bool shell_curl = strcmp(program, "sh") == 0 && strncmp(c->health_test[1], "curl", 4) == 0;

	result->start = c->server->world->wall;
	result->end = result->start + CHECK_MS;
	if (!is_there(program)) {
		result->exit_code = -1;
		result->output = missing(program);
	} else if (shell_curl) {
		result->exit_code = 127;
		result->output = strdup("/bin/sh: 1: curl: not found\n");
	} else if (!world_answering(c)) {
		result->exit_code = 1;
		result->output = strdup("Error: could not connect to a running Ollama instance\n");
	} else {
		result->exit_code = 0;
		result->output = strdup("NAME    ID    SIZE    PROCESSOR    UNTIL \n");
		world_gin(c, 200, 0.03, "127.0.0.1", "HEAD", "/");
		world_gin(c, 200, 0.05, "127.0.0.1", "GET", "/api/ps");
	}
}

static void emit_exec(struct world_container *c, const struct world_health_result *result)
{
	char id[65], create[320], start[320];
	char line[300] = "";
	size_t used = 0;

	world_hex(c->server->world, id, 64);
	for (size_t i = 1; i < c->health_test_count && used < sizeof line; i++)
		used += (size_t)snprintf(
			line + used, sizeof line - used, "%s%s", i > 1 ? " " : "", c->health_test[i]);
	snprintf(create, sizeof create, "exec_create: %s", line);
	snprintf(start, sizeof start, "exec_start: %s", line);
	world_emit(c, create, "execID", id, (char *)NULL);
	world_emit(c, start, "execID", id, (char *)NULL);
	if (result->exit_code >= 0)
		world_emit(
			c, "exec_die", "execID", id, "exitCode", result->exit_code ? "1" : "0", (char *)NULL);
}

static void note(struct world_container *c, const struct world_health_result *result)
{
	if (c->health_log_count == WORLD_HEALTH_MAX) {
		free(c->health_log[0].output);
		memmove(c->health_log, c->health_log + 1, (WORLD_HEALTH_MAX - 1) * sizeof *c->health_log);
		c->health_log_count--;
	}
	c->health_log[c->health_log_count++] = *result;
}

void world_health_tick(struct world_container *c)
{
	const struct world *world = c->server->world;
	struct world_health_result result = {0};
	enum world_health before = c->health;

	if (c->health_test_count == 0 || !program_of(c) || world->wall < c->health_at)
		return;
	c->health_at = world->wall + c->health_interval;
	run_check(c, &result);
	emit_exec(c, &result);
	note(c, &result);
	if (result.exit_code == 0) {
		c->health_failing = 0;
		c->health = WORLD_HEALTH_HEALTHY;
	} else if (++c->health_failing >= (c->health_retries ? c->health_retries : RETRIES)) {
		c->health = WORLD_HEALTH_UNHEALTHY;
	}
	if (c->health != before)
		world_emit(c,
			c->health == WORLD_HEALTH_HEALTHY ? "health_status: healthy"
							  : "health_status: unhealthy",
			(char *)NULL);
}
