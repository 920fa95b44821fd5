/*
 * docker_lifecycle.c - start, stop, restart, kill, pause, rename, remove, wait: what changes a container.
 */
#include "docker.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whose published port is in the way of starting `c`; NULL when none is. All listen on the server's own address. */
static const struct world_container *port_holder(const struct world_container *c)
{
	for (size_t i = 0; c->host_port && i < c->server->container_count; i++) {
		const struct world_container *other = c->server->containers[i];
		if (other != c && other->host_port == c->host_port && docker_is_up(other))
			return other;
	}
	return NULL;
}

static enum serve_result port_taken(struct serve_request *request, struct world_container *c)
{
	char text[TEXT_SLASHED_MAX + 512], endpoint[65];

	docker_hash(endpoint, c->id, docker_network(c));
	snprintf(text, sizeof text,
		"%sdriver failed programming external connectivity on endpoint %s (%s): Bind for %s:%d "
		"failed: port is "
		"already allocated",
		docker_modern(c->server) ? "failed to set up container networking: " : "", c->name, endpoint,
		*c->host_ip ? c->host_ip : "0.0.0.0", c->host_port);
	world_set_string(&c->error, text);
	c->exit_code = 128;
	world_changed(request->world);
	return serve_error(request, 500, "%s", text);
}

enum serve_result docker_start(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	const char *error = NULL;

	if (!c)
		return SERVE_DONE;
	if (c->status == WORLD_PAUSED)
		return serve_error(request, 409, "cannot start a paused container, try unpause instead");
	if (docker_is_up(c))
		return serve_empty(request, 304);
	if (port_holder(c))
		return port_taken(request, c);
	if (docker_command_refused(request, c))
		return SERVE_DONE;
	if (!world_start(c, &error))
		return serve_error(request, 500, "%s", error);
	docker_run_command(c);
	return serve_empty(request, 204);
}

/* Sleeps until the process has ended: `done` says so for a container that still exists. */
static enum serve_result until(struct serve_request *request, struct world_container *c, bool done)
{
	if (c && !done)
		return SERVE_AGAIN;
	return serve_empty(request, 204);
}

static int64_t grace_ms(const struct serve_request *request)
{
	const char *t = serve_query(request, "t");
	long seconds = t && *t ? strtol(t, NULL, 10) : 10;

	return seconds < 0 || seconds > 86400 ? INT64_C(86400000) : seconds * INT64_C(1000);
}

enum serve_result docker_stop(struct serve_request *request)
{
	struct world_container *c = world_container(request->server, request->params[0]);
	const char *error = NULL;

	if (request->state)
		return until(request, c, c && !docker_is_up(c));
	if (!docker_container(request))
		return SERVE_DONE;
	if (!docker_is_up(c))
		return serve_empty(request, 304);
	if (!world_stop(c, grace_ms(request), &error))
		return serve_error(request, 500, "cannot stop container: %s: %s", request->params[0], error);
	request->state = request; /* a mark: the stop is under way */
	return until(request, c, !docker_is_up(c));
}

enum serve_result docker_restart(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	const char *error = NULL;

	if (!c)
		return SERVE_DONE;
	if (!world_restart(c, &error))
		return serve_error(
			request, 500, "Cannot restart container %s: %s", request->params[0], error);
	return serve_empty(request, 204);
}

/* "9", "KILL" or "SIGKILL"; 0 when there is no such signal. */
static int signal_number(const char *text)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {{"ABRT", 6}, {"ALRM", 14}, {"BUS", 7}, {"CHLD", 17}, {"CONT", 18}, {"FPE", 8},
		{"HUP", 1}, {"ILL", 4}, {"INT", 2}, {"IO", 29}, {"KILL", 9}, {"PIPE", 13}, {"PROF", 27},
		{"PWR", 30}, {"QUIT", 3}, {"SEGV", 11}, {"STKFLT", 16}, {"STOP", 19}, {"SYS", 31},
		{"TERM", 15}, {"TRAP", 5}, {"TSTP", 20}, {"TTIN", 21}, {"TTOU", 22}, {"URG", 23},
		{"USR1", 10}, {"USR2", 12}, {"VTALRM", 26}, {"WINCH", 28}, {"XCPU", 24}, {"XFSZ", 25}};

	if (isdigit((unsigned char)*text)) {
		long number = strtol(text, NULL, 10);
		return number > 0 && number < 65 ? (int)number : 0;
	}
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (strcasecmp(text, signals[i].name) == 0)
			return signals[i].number;
	return 0;
}

enum serve_result docker_kill(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	const char *name = serve_query(request, "signal"), *error = NULL;
	bool modern = docker_modern(request->server);

	if (!c)
		return SERVE_DONE;
	int signal = signal_number(name && *name ? name : "KILL");
	if (!signal)
		return serve_error(request, 400, "%s signal: %s", modern ? "invalid" : "Invalid", name);
	if (!docker_is_up(c))
		return serve_error(request, 409, "%s kill container: %s: %s %s is not running",
			modern ? "cannot" : "Cannot", request->params[0], modern ? "container" : "Container",
			c->id);
	if (!world_kill(c, signal, &error))
		return serve_error(request, 500, "Cannot kill container: %s: %s", request->params[0], error);
	return serve_empty(request, 204);
}

enum serve_result docker_pause(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	const char *error = NULL;

	if (!c)
		return SERVE_DONE;
	if (c->status == WORLD_PAUSED)
		return serve_error(request, 409, "%s %s is already paused",
			docker_modern(c->server) ? "container" : "Container", c->id);
	if (c->status != WORLD_RUNNING)
		return docker_not_running(request, c);
	if (!world_pause(c, &error))
		return serve_error(request, 500, "%s", error);
	return serve_empty(request, 204);
}

enum serve_result docker_unpause(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	const char *error = NULL;

	if (!c)
		return SERVE_DONE;
	if (c->status != WORLD_PAUSED)
		return serve_error(request, 500, "%s %s is not paused",
			docker_modern(c->server) ? "container" : "Container", c->id);
	if (!world_unpause(c, &error))
		return serve_error(request, 500, "%s", error);
	return serve_empty(request, 204);
}

static bool name_valid(const char *name)
{
	for (const char *s = name; *s; s++)
		if (!isalnum((unsigned char)*s) && (s == name || !strchr("_.-", *s)))
			return false;
	return name[0] && name[1];
}

bool docker_name_refused(struct serve_request *request, const char *name, const char *prefix)
{
	const struct world_container *holder;

	if (!name_valid(name)) {
		serve_error(request, 400,
			"%sInvalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", prefix,
			name);
		return true;
	}
	holder = world_container(request->server, name);
	if (!holder || strcmp(holder->name, name) != 0)
		return false;
	serve_error(request, 409,
		"%sConflict. The container name \"/%s\" is already in use by container \"%s\". You have to "
		"remove (or "
		"rename) that container to be able to reuse that name.",
		prefix, name, holder->id);
	return true;
}

enum serve_result docker_rename(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	const char *name = serve_query(request, "name"), *error = NULL;

	if (!c)
		return SERVE_DONE;
	if (!name || !*name)
		return serve_error(request, 400, "Neither old nor new names may be empty");
	if (*name == '/')
		name++;
	if (strcmp(name, c->name) == 0)
		return serve_error(
			request, 400, "Renaming a container with the same name as its current name");
	if (docker_name_refused(request, name, "Error when allocating new name: "))
		return SERVE_DONE;
	if (!world_rename(c, name, &error))
		return serve_error(request, 500, "%s", error);
	return serve_empty(request, 204);
}

enum serve_result docker_remove(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	bool force = serve_query_bool(request, "force", false);
	const char *error = NULL;

	if (!c)
		return SERVE_DONE;
	if (!force && docker_is_up(c)) {
		if (docker_modern(c->server))
			return serve_error(request, 409,
				"cannot remove container \"%s\": container is %s: stop the container before "
				"removing or force "
				"remove",
				request->params[0], world_status_name(c->status));
		return serve_error(request, 409,
			"You cannot remove a %s container %s. Stop the container before attempting removal "
			"or force remove",
			world_status_name(c->status), c->id);
	}
	if (!world_remove(c, force, &error))
		return serve_error(request, 409, "%s", error);
	return serve_empty(request, 204);
}

struct waiting {
	const struct world_server *server;
	char id[65];
	enum { UNTIL_STOPPED, UNTIL_NEXT_EXIT, UNTIL_REMOVED } condition;
	int64_t finished; /* of the exit before this wait */
	int exit_code;    /* last seen, for when it is gone */
	int turns;        /* since it was seen to have ended */
};

static bool removes_itself(const struct world_container *c)
{
	cJSON *body = docker_created_with(c);
	const cJSON *host = cJSON_GetObjectItemCaseSensitive(body, "HostConfig");
	bool itself = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(host, "AutoRemove"));

	cJSON_Delete(body);
	return itself;
}

static enum serve_more fill_wait(void *user, struct serve_buffer *out)
{
	struct waiting *wait = user;
	struct world_container *c = world_container(wait->server, wait->id);
	bool exited = false;

	if (c) {
		exited = !docker_is_up(c) && (c->status != WORLD_CREATED || wait->condition == UNTIL_STOPPED);
		if (exited)
			wait->exit_code = c->exit_code;
		if (wait->condition == UNTIL_NEXT_EXIT)
			exited = c->finished != wait->finished;
		if (wait->condition == UNTIL_REMOVED) {
			const char *error;
			/* Not at once: who is attached must read the last lines first. */
			exited = exited && removes_itself(c) && wait->turns++ > 2 &&
				 world_remove(c, false, &error);
		}
	}
	if (c && !exited)
		return SERVE_MORE;
	serve_printf(out,
		docker_modern(wait->server) ? "{\"StatusCode\":%d}\n"
					    : "{\"Error\":null,\"StatusCode\":%d}\n",
		wait->exit_code); /* NOLINT */
	return SERVE_END;
}

enum serve_result docker_wait(struct serve_request *request)
{
	const struct world_container *c = docker_container(request);
	const char *condition = serve_query(request, "condition");

	if (!c)
		return SERVE_DONE;
	if (docker_modern(c->server) && condition && *condition && strcmp(condition, "not-running") != 0 &&
		strcmp(condition, "next-exit") != 0 && strcmp(condition, "removed") != 0)
		return serve_error(request, 400, "invalid condition: \"%s\"", condition);
	struct waiting *wait = calloc(1, sizeof *wait);
	if (!wait)
		return serve_error(request, 500, "out of memory");
	wait->server = c->server;
	memcpy(wait->id, c->id, sizeof wait->id);
	wait->finished = c->finished;
	wait->exit_code = c->exit_code;
	if (condition && strcmp(condition, "next-exit") == 0)
		wait->condition = UNTIL_NEXT_EXIT;
	else if (condition && strcmp(condition, "removed") == 0)
		wait->condition = UNTIL_REMOVED;
	return serve_stream(request, 200, "application/json", fill_wait, wait, free);
}

static void take_figure(const cJSON *body, const char *name, int64_t *figure)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(body, name);

	if (cJSON_IsNumber(value) && value->valuedouble != 0)
		*figure = (int64_t)value->valuedouble;
}

enum serve_result docker_update(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	int64_t memory = 0;

	if (!c)
		return SERVE_DONE;
	cJSON *body = serve_json(request);
	take_figure(body, "Memory", &memory);
	if (memory && memory < 6 * WORLD_MIB) {
		cJSON_Delete(body);
		return serve_error(request, 400, "Minimum memory limit allowed is 6MB");
	}
	take_figure(body, "Memory", &c->memory_limit);
	take_figure(body, "NanoCpus", &c->nano_cpus);
	const cJSON *policy = cJSON_GetObjectItemCaseSensitive(body, "RestartPolicy");
	const cJSON *name = cJSON_GetObjectItemCaseSensitive(policy, "Name");
	if (cJSON_IsString(name) && *name->valuestring)
		world_set_string(&c->restart_policy, name->valuestring);
	cJSON_Delete(body);
	world_emit(c, "update", (char *)NULL);
	return serve_text(request, 200, "application/json", "{\"Warnings\":null}\n");
}

enum serve_result docker_resize(struct serve_request *request)
{
	const struct world_container *c = docker_container(request);

	if (!c)
		return SERVE_DONE;
	if (!docker_is_up(c))
		return docker_not_running(request, c);
	return serve_text(request, 200, NULL, "");
}

static void write_process(struct json_out *out, const struct world_container *c, int n, const char *command)
{
	time_t started = (time_t)((c->started + c->server->skew_ms) / 1000);
	unsigned seconds = (unsigned)(c->cpu_ns / 1000000000);
	struct tm tm;

	gmtime_r(&started, &tm);
	json_array(out, NULL);
	json_string(out, NULL, "root");
	json_format(out, NULL, "%d", c->pid + n);
	json_format(out, NULL, "%d", n ? c->pid : c->pid - 20);
	json_string(out, NULL, "0");
	json_format(out, NULL, "%02d:%02d", tm.tm_hour, tm.tm_min);
	json_string(out, NULL, "?");
	json_format(out, NULL, "%02u:%02u:%02u", n ? seconds / 3600 : 0, n ? seconds / 60 % 60 : 0,
		n ? seconds % 60 : 0);
	json_string(out, NULL, command);
	json_end_array(out);
}

/* The columns of `ps -ef`, whatever was asked for: the main process, and a runner for each loaded model. */
enum serve_result docker_top(struct serve_request *request)
{
	struct world_container *c = docker_container(request);
	struct json_out out = {0};
	struct serve_buffer text = {0};
	const char *argument;

	if (!c)
		return SERVE_DONE;
	if (c->status != WORLD_RUNNING && c->status != WORLD_PAUSED)
		return docker_not_running(request, c);
	json_object(&out, NULL);
	json_raw(&out, "Titles", "[\"UID\",\"PID\",\"PPID\",\"C\",\"STIME\",\"TTY\",\"TIME\",\"CMD\"]");
	json_array(&out, "Processes");
	for (size_t i = 0; (argument = docker_argument(c, i)) != NULL; i++)
		serve_printf(&text, i ? " %s" : "%s", argument); /* NOLINT */
	serve_put(&text, "", 1);
	write_process(&out, c, 0, text.data);
	free(text.data);
	for (size_t i = 0; i < c->loaded_count; i++) {
		char command[256];
		snprintf(command, sizeof command,
			"/usr/bin/ollama runner --model /root/.ollama/models/blobs/sha256-%.64s",
			c->loaded[i]->model.layer_count ? c->loaded[i]->model.layers[0].digest + 7 : "");
		write_process(&out, c, (int)i + 1, command);
	}
	json_end_array(&out);
	json_end_object(&out);
	world_emit(c, "top", (char *)NULL);
	return json_reply(request, 200, &out);
}
