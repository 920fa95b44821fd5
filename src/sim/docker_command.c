/*
 * docker_command.c - a container that runs one command of the interpreter instead of Ollama:
 * `docker run --entrypoint echo ollama/ollama hello`.
 */
#include "docker.h"
#include "docker_shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64

/* The scenario's bystanders run programs that the interpreter does not know, and just stay. */
static bool runs_command(const struct world_container *c)
{
	return c->create_json && !c->ollama && docker_argument(c, 0);
}

bool docker_command_refused(struct serve_request *request, struct world_container *c)
{
	const char *path = docker_argument(c, 0), *name = path ? shell_program_name(path) : NULL;
	char text[512];

	if (!runs_command(c) || (name && shell_find_program(c, name)))
		return false;
	snprintf(text, sizeof text,
		"failed to create task for container: failed to create shim task: OCI runtime create failed: "
		"runc create "
		"failed: unable to start container process: exec: \"%.200s\": executable file not found in "
		"$PATH: unknown",
		path);
	world_set_string(&c->error, text);
	c->exit_code = 127;
	world_changed(request->world);
	serve_error(
		request, 400, "%s", docker_modern(c->server) ? text : strstr(text, "failed to create shim"));
	return true;
}

static void log_output(struct world_container *c, struct shell *shell, int which)
{
	struct serve_buffer *text = shell_output(shell, which);
	char *save = NULL;

	serve_put(text, "", 1);
	if (text->failed)
		return;
	for (char *line = strtok_r(text->data, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		world_log(c, which == 1, "%s", line);
	text->len = 0;
}

void docker_run_command(struct world_container *c)
{
	char *words[WORDS_MAX];
	const char *word;
	size_t count = 0;

	if (!runs_command(c))
		return;
	while (count < WORDS_MAX && (word = docker_argument(c, count)) != NULL)
		words[count++] = (char *)word;
	struct shell *shell = shell_new(c, words, count);
	if (!shell)
		return;
	shell_input(shell, "", 0);
	bool over = shell_run(shell, c);
	log_output(c, shell, 0);
	log_output(c, shell, 1);
	/* One that waits (sleep) goes on until it is stopped. */
	if (over)
		world_die(c, shell_status(shell), false);
	shell_free(shell);
}
