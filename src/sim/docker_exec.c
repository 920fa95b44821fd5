/*
 * docker_exec.c - exec instances: created, started over a stream or an upgraded connection, inspected.
 */
#include "docker.h"
#include "docker_shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The engine forgets instances some minutes after they ended; here the oldest ended ones make room.
 * Those that were created and not started yet only do when there are very many: fifty engines that
 * are asked at once have a thousand of them.
 */
#define EXECS_MAX           512
#define EXECS_UNSTARTED_MAX 8192

struct docker_exec {
	struct docker_exec *next;
	const struct world_server *server;
	char id[65], container[65];
	char **argv;
	size_t argc;
	bool stdin_open, stdout_open, stderr_open, terminal;
	bool started, running, streamed;
	int exit_code, pid;  /* exit_code -1: not known yet */
	struct shell *shell; /* while running */
	char *error;         /* what is said instead of running; NULL */
};

static void exec_free(struct docker_exec *exec)
{
	for (size_t i = 0; i < exec->argc; i++)
		free(exec->argv[i]);
	free(exec->argv);
	shell_free(exec->shell);
	free(exec->error);
	free(exec);
}

void docker_free(void *context)
{
	struct docker *docker = context;

	if (!docker)
		return;
	while (docker->execs) {
		struct docker_exec *exec = docker->execs;
		docker->execs = exec->next;
		exec_free(exec);
	}
	free(docker);
}

static void make_room(struct docker *docker)
{
	struct docker_exec **link = &docker->execs, **oldest = NULL;

	if (docker->exec_count < EXECS_MAX)
		return;
	const bool full = docker->exec_count >= EXECS_UNSTARTED_MAX;
	for (; *link; link = &(*link)->next)
		if (!(*link)->running && !(*link)->streamed && ((*link)->started || full))
			oldest = link;
	if (!oldest)
		return;
	struct docker_exec *gone = *oldest;
	*oldest = gone->next;
	docker->exec_count--;
	exec_free(gone);
}

static struct docker_exec *find_exec(const struct serve_request *request)
{
	const struct docker *docker = request->context;

	for (struct docker_exec *exec = docker->execs; exec; exec = exec->next)
		if (exec->server == request->server && strcmp(exec->id, request->params[0]) == 0)
			return exec;
	return NULL;
}

static struct docker_exec *docker_exec_of(struct serve_request *request)
{
	struct docker_exec *exec = find_exec(request);

	if (!exec)
		serve_error(request, 404, "No such exec instance: %s", request->params[0]);
	return exec;
}

/* "exec_create: cat /x": program, a blank, arguments; a blank even with none. */
static void emit(struct world_container *c, const struct docker_exec *exec, const char *what)
{
	struct serve_buffer text = {0};

	serve_printf(&text, "%s: %s ", what, exec->argv[0]);
	for (size_t i = 1; i < exec->argc; i++)
		serve_printf(&text, i > 1 ? " %s" : "%s", exec->argv[i]); /* NOLINT: both are literals */
	serve_put(&text, "", 1);
	if (!text.failed)
		world_emit(c, text.data, "execID", exec->id, (char *)NULL);
	free(text.data);
}

static void finish(struct docker_exec *exec, struct world_container *c, int status)
{
	char code[16];

	exec->running = false;
	exec->exit_code = status;
	if (!c)
		return;
	snprintf(code, sizeof code, "%d", status);
	world_emit(c, "exec_die", "execID", exec->id, "exitCode", code, (char *)NULL);
}

/* Lets a running instance go on; a container that stopped takes it along. */
static void go_on(struct docker_exec *exec)
{
	struct world_container *c = world_container(exec->server, exec->container);

	if (!exec->running)
		return;
	if (!c || !docker_is_up(c))
		finish(exec, c, 137);
	else if (c->status != WORLD_PAUSED && shell_run(exec->shell, c))
		finish(exec, c, shell_status(exec->shell));
}

void docker_write_exec_ids(struct json_out *out, const struct docker *docker, const struct world_container *c)
{
	bool any = false;

	for (const struct docker_exec *exec = docker->execs; exec; exec = exec->next) {
		if (!exec->running || strcmp(exec->container, c->id) != 0)
			continue;
		if (!any)
			json_array(out, "ExecIDs");
		any = true;
		json_string(out, NULL, exec->id);
	}
	if (any)
		json_end_array(out);
	else
		json_raw(out, "ExecIDs", "null");
}

static bool take_argv(struct docker_exec *exec, const cJSON *cmd)
{
	exec->argv = calloc((size_t)cJSON_GetArraySize(cmd) + 1, sizeof *exec->argv);
	if (!exec->argv)
		return false;
	for (const cJSON *word = cmd->child; word; word = word->next) {
		if (!cJSON_IsString(word))
			continue;
		exec->argv[exec->argc] = strdup(word->valuestring);
		if (!exec->argv[exec->argc])
			return false;
		exec->argc++;
	}
	return true;
}

static struct docker_exec *exec_new(const struct world_container *c, const cJSON *body)
{
	struct docker_exec *exec = calloc(1, sizeof *exec);

	if (!exec)
		return NULL;
	exec->server = c->server;
	exec->exit_code = -1;
	memcpy(exec->container, c->id, sizeof exec->container);
	world_hex(c->server->world, exec->id, 64);
	exec->stdin_open = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(body, "AttachStdin"));
	exec->stdout_open = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(body, "AttachStdout"));
	exec->stderr_open = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(body, "AttachStderr"));
	exec->terminal = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(body, "Tty"));
	if (!take_argv(exec, cJSON_GetObjectItemCaseSensitive(body, "Cmd"))) {
		exec_free(exec);
		return NULL;
	}
	return exec;
}

/* True after having replied: exec needs a container that runs. */
static bool refused(struct serve_request *request, const struct world_container *c)
{
	const char *subject = docker_modern(c->server) ? "container" : "Container";

	if (c->status == WORLD_PAUSED)
		serve_error(request, 409, "%s %s is paused, unpause the container before exec", subject,
			request->params[0]);
	else if (c->status == WORLD_RESTARTING)
		serve_error(request, 409, "%s %s is restarting, wait until the container is running", subject,
			c->id);
	else if (c->status != WORLD_RUNNING)
		docker_not_running(request, c);
	else
		return false;
	return true;
}

enum serve_result docker_exec_create(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	struct docker *docker = request->context;

	if (!c || refused(request, c))
		return SERVE_DONE;
	cJSON *body = serve_json(request);
	const cJSON *cmd = cJSON_GetObjectItemCaseSensitive(body, "Cmd");
	if (!cJSON_IsArray(cmd) || !cJSON_IsString(cmd->child)) {
		cJSON_Delete(body);
		return serve_error(request, 400, "No exec command specified");
	}
	make_room(docker);
	struct docker_exec *exec = exec_new(c, body);
	cJSON_Delete(body);
	if (!exec)
		return serve_error(request, 500, "out of memory");
	exec->next = docker->execs;
	docker->execs = exec;
	docker->exec_count++;
	emit(c, exec, "exec_create");
	char text[96];
	snprintf(text, sizeof text, "{\"Id\":\"%s\"}\n", exec->id);
	return serve_text(request, 201, "application/json", text);
}

/* runc's words when there is no such program; the engine sends them on standard output. */
static bool cannot_run(struct docker_exec *exec, const struct world_container *c)
{
	const char *path = exec->argv[0], *name = shell_program_name(path), *why;
	bool missing = true;

	if (name && shell_find_program(c, name))
		return false;
	if (!strchr(path, '/')) {
		why = "executable file not found in $PATH";
	} else if (docker_file_find(c, path, NULL, NULL) == DOCKER_FILE_MISSING) {
		why = NULL;
	} else {
		why = "permission denied";
		missing = false;
	}
	free(exec->error);
	exec->error = NULL;
	if (asprintf(&exec->error,
		    "OCI runtime exec failed: exec failed: unable to start container process: exec: \"%s\": "
		    "%s%s%s: unknown\r\n",
		    path, why ? why : "stat ", why ? "" : path, why ? "" : ": no such file or directory") < 0)
		exec->error = NULL;
	exec->exit_code = missing && docker_modern(c->server) ? 127 : 126;
	return true;
}

static void start(struct docker_exec *exec, struct world_container *c)
{
	free(exec->error);
	exec->error = NULL;
	if (exec->started) {
		if (asprintf(&exec->error, "Error: Exec command %s has already run\r\n", exec->id) < 0)
			exec->error = NULL;
		return;
	}
	exec->started = true;
	emit(c, exec, "exec_start");
	if (cannot_run(exec, c))
		return;
	exec->shell = shell_new(c, exec->argv, exec->argc);
	exec->running = exec->shell != NULL;
	exec->pid = c->pid + 100 + (int)world_random(c->server->world, 900);
	if (exec->shell && !exec->stdin_open)
		shell_input(exec->shell, "", 0);
	go_on(exec);
}

struct exec_stream {
	struct docker *docker;
	char id[65];
};

static struct docker_exec *exec_of_stream(const struct exec_stream *stream)
{
	for (struct docker_exec *exec = stream->docker->execs; exec; exec = exec->next)
		if (strcmp(exec->id, stream->id) == 0)
			return exec;
	return NULL;
}

static void put_output(const struct docker_exec *exec, struct serve_buffer *out, int which)
{
	struct serve_buffer *text = shell_output(exec->shell, which);

	if (!text->len)
		return;
	if (!(which ? exec->stderr_open : exec->stdout_open)) {
		text->len = 0;
	} else if (exec->terminal) {
		for (size_t i = 0; i < text->len; i++) {
			if (text->data[i] == '\n')
				serve_put(out, "\r", 1);
			serve_put(out, text->data + i, 1);
		}
	} else {
		/* Frames of at most 32 KiB, as the engine's copy loop cuts them. */
		for (size_t at = 0; at < text->len; at += 32768)
			docker_frame(out, which + 1, text->data + at,
				text->len - at < 32768 ? text->len - at : 32768);
	}
	text->len = 0;
}

static enum serve_more fill_exec(void *user, struct serve_buffer *out)
{
	struct docker_exec *exec = exec_of_stream(user);

	if (!exec)
		return SERVE_END;
	if (exec->error) {
		if (exec->terminal)
			serve_put(out, exec->error, strlen(exec->error));
		else
			docker_frame(out, 1, exec->error, strlen(exec->error));
		return SERVE_END;
	}
	go_on(exec);
	if (exec->shell) {
		put_output(exec, out, 0);
		put_output(exec, out, 1);
	}
	return exec->running ? SERVE_MORE : SERVE_END;
}

static void take_input(void *user, const char *data, size_t len)
{
	struct docker_exec *exec = exec_of_stream(user);

	if (exec && exec->shell && exec->stdin_open)
		shell_input(exec->shell, data, len);
}

/* The client has gone; the process, if it still runs, goes on without it. */
static void end_stream(void *user)
{
	struct docker_exec *exec = exec_of_stream(user);

	if (exec)
		exec->streamed = false;
	free(user);
}

enum serve_result docker_exec_start(struct serve_request *request)
{
	static const char type[] = "application/vnd.docker.raw-stream";
	struct docker_exec *exec = docker_exec_of(request);

	if (!exec)
		return SERVE_DONE;
	struct world_container *c = world_container(request->server, exec->container);
	if (!c)
		return serve_error(request, 404, "No such container: %s", exec->container);
	if (refused(request, c))
		return SERVE_DONE;
	cJSON *body = serve_json(request);
	bool detach = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(body, "Detach"));
	cJSON_Delete(body);
	start(exec, c);
	if (detach)
		return exec->error ? serve_error(request, 400, "%.*s", (int)strcspn(exec->error, "\r"),
					     exec->error)
				   : serve_text(request, 200, NULL, "");
	struct exec_stream *stream = calloc(1, sizeof *stream);
	if (!stream)
		return serve_error(request, 500, "out of memory");
	stream->docker = request->context;
	memcpy(stream->id, exec->id, sizeof stream->id);
	exec->streamed = true;
	if (serve_wants_upgrade(request))
		return serve_upgrade(request, type, fill_exec, take_input, stream, end_stream);
	return serve_stream(request, 200, type, fill_exec, stream, end_stream);
}

enum serve_result docker_exec_inspect(struct serve_request *request)
{
	struct docker_exec *exec = docker_exec_of(request);
	struct json_out out = {0};

	if (!exec)
		return SERVE_DONE;
	go_on(exec);
	json_object(&out, NULL);
	json_string(&out, "ID", exec->id);
	json_bool(&out, "Running", exec->running);
	if (exec->exit_code >= 0)
		json_int(&out, "ExitCode", exec->exit_code);
	else
		json_raw(&out, "ExitCode", "null");
	json_object(&out, "ProcessConfig");
	json_bool(&out, "tty", exec->terminal);
	json_string(&out, "entrypoint", exec->argv[0]);
	json_strings(&out, "arguments", exec->argv + 1, exec->argc - 1);
	json_bool(&out, "privileged", false);
	json_end_object(&out);
	json_bool(&out, "OpenStdin", exec->stdin_open);
	json_bool(&out, "OpenStderr", exec->stderr_open);
	json_bool(&out, "OpenStdout", exec->stdout_open);
	json_bool(&out, "CanRemove", false);
	json_string(&out, "ContainerID", exec->container);
	json_string(&out, "DetachKeys", "");
	json_int(&out, "Pid", exec->pid);
	json_end_object(&out);
	return json_reply(request, 200, &out);
}

enum serve_result docker_exec_resize(struct serve_request *request)
{
	return docker_exec_of(request) ? serve_text(request, 200, NULL, "") : SERVE_DONE;
}
