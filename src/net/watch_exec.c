#include "watch_private.h"

#include "ollama-top/i18n.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A host with thousands of mounts or sockets still fits; what does not is an answer gone wrong. */
#define OUTPUT_MAX ((size_t)4 << 20)

struct exec {
	struct engine *engine;
	exec_done_fn *done;
	void *user;
	struct http_request *request;
	struct frames frames;
	char id[DOCKER_ID_MAX];
	char *out;
	size_t out_len, out_room;
	char err[1024];
	size_t err_len;
	uint64_t started_ns, ended_ns;
	uint64_t first_ns, last_ns; /* of its output */
};

static void release(struct exec *x)
{
	watch_answered(x->engine->watch);
	free(x->out);
	free(x);
}

static void finish(struct exec *x, struct exec_result *result)
{
	result->out = x->out != NULL ? x->out : "";
	result->out_len = x->out_len;
	result->err = x->err;
	result->spread_ms = clock_elapsed_ms(x->engine->watch->options.clock, x->first_ns, x->last_ns);
	result->latency_ms = clock_elapsed_ms(x->engine->watch->options.clock, x->started_ns, x->ended_ns);
	x->done(x->user, result);
	release(x);
}

static void fail(struct exec *x, const char *error)
{
	struct exec_result result = {.error = error, .exit_code = -1};
	finish(x, &result);
}

/* An answer other than the expected; 403 and 405 come from a proxy that lets nothing be changed. */
static bool refused(struct exec *x, const struct http_response *response, const char *what)
{
	char text[256], why[400];
	struct exec_result result = {.exit_code = -1};
	result.error = response_error(response, what, docker_parse_refusal, text, sizeof text);
	if (result.error == NULL)
		return false;
	if (response->error == NULL && (response->status == 403 || response->status == 405)) {
		result.forbidden = true;
		snprintf(why, sizeof why, _("the address of this engine does not allow exec (%s)"), text);
		result.error = why;
	}
	if (response->error != NULL)
		engine_doubt(x->engine);
	finish(x, &result);
	return true;
}

static void on_exit_code(void *user, const struct http_response *response)
{
	struct exec *x = user;
	struct exec_result result = {.exit_code = -1};
	struct parse_error error;
	x->request = NULL;
	if (refused(x, response, "GET /exec/{id}/json"))
		return;
	if (!docker_parse_exec_exit(response->body, response->body_len, &result.exit_code, &error))
		result.error = error.text;
	finish(x, &result);
}

/* The exec may be gone when it returns. */
static void submit(struct exec *x, struct http_request_options *options)
{
	options->user = x;
	options->deadline_ms = engine_timeout(x->engine);
	x->request = http_send(x->engine->endpoint, options);
	if (x->request == NULL)
		fail(x, _("out of memory"));
}

static void on_output_end(void *user, const struct http_response *response)
{
	struct exec *x = user;
	char path[64 + DOCKER_ID_MAX];
	x->request = NULL;
	x->ended_ns = uv_hrtime();
	if (x->frames.malformed) {
		fail(x, _("the output of exec does not come in Docker's frames"));
		return;
	}
	if (x->out_len > OUTPUT_MAX) {
		fail(x, _("the output of exec is too large"));
		return;
	}
	if (refused(x, response, "POST /exec/{id}/start"))
		return;
	if (x->out_len == 0 && x->err_len == 0) {
		engine_path(x->engine, path, sizeof path, "/exec/%s/json", x->id);
		submit(x, &(struct http_request_options){.path = path, .on_done = on_exit_code});
		return;
	}
	struct exec_result result = {.exit_code = -1};
	if (docker_exec_refused(x->err) || (x->out != NULL && docker_exec_refused(x->out))) {
		result.missing = true;
		result.error = *x->err != '\0' ? x->err : x->out;
	}
	finish(x, &result);
}

static bool grow(struct exec *x, size_t len)
{
	if (x->out_len + len + 1 <= x->out_room)
		return true;
	size_t room = 2 * (x->out_len + len + 1);
	char *out = realloc(x->out, room);
	if (out == NULL)
		return false;
	x->out = out;
	x->out_room = room;
	return true;
}

static bool on_piece(void *user, enum frames_stream stream, const char *data, size_t len)
{
	struct exec *x = user;
	x->last_ns = uv_hrtime();
	if (x->first_ns == 0)
		x->first_ns = x->last_ns;
	if (stream != FRAMES_STDOUT) {
		size_t room = sizeof x->err - 1 - x->err_len;
		memcpy(x->err + x->err_len, data, len < room ? len : room);
		x->err_len += len < room ? len : room;
		return true;
	}
	if (!grow(x, len))
		return false;
	memcpy(x->out + x->out_len, data, len);
	x->out_len += len;
	x->out[x->out_len] = '\0';
	return x->out_len <= OUTPUT_MAX;
}

static bool on_data(void *user, const char *data, size_t len)
{
	struct exec *x = user;
	return frames_push(&x->frames, data, len);
}

static void on_created(void *user, const struct http_response *response)
{
	struct exec *x = user;
	struct parse_error error;
	char path[64 + DOCKER_ID_MAX];
	x->request = NULL;
	if (refused(x, response, "POST /containers/{id}/exec"))
		return;
	if (!docker_parse_exec_id(response->body, response->body_len, x->id, sizeof x->id, &error)) {
		fail(x, error.text);
		return;
	}
	frames_init(&x->frames, false, on_piece, x);
	x->started_ns = uv_hrtime();
	engine_path(x->engine, path, sizeof path, "/exec/%s/start", x->id);
	submit(x, &(struct http_request_options){.method = "POST",
			  .path = path,
			  .json = "{\"Detach\":false,\"Tty\":false}",
			  .on_data = on_data,
			  .on_done = on_output_end});
}

static char *create_body(const char *const *argv)
{
	cJSON *root = cJSON_CreateObject(), *cmd = cJSON_AddArrayToObject(root, "Cmd");
	bool fine = cmd != NULL && cJSON_AddTrueToObject(root, "AttachStdout") != NULL &&
		    cJSON_AddTrueToObject(root, "AttachStderr") != NULL;
	for (; fine && *argv != NULL; argv++)
		fine = cJSON_AddItemToArray(cmd, cJSON_CreateString(*argv));
	char *json = fine ? cJSON_PrintUnformatted(root) : NULL;
	cJSON_Delete(root);
	return json;
}

struct exec *exec_start(struct target *target, const char *const *argv, exec_done_fn *done, void *user)
{
	struct engine *e = target->engine;
	char path[64 + DOCKER_ID_MAX];
	struct exec *x = calloc(1, sizeof *x);
	char *json = create_body(argv);
	if (x != NULL && json != NULL) {
		*x = (struct exec){.engine = e, .done = done, .user = user};
		engine_path(e, path, sizeof path, "/containers/%s/exec", target->id);
		x->request = http_send(e->endpoint, &(struct http_request_options){.method = "POST",
							    .path = path,
							    .json = json,
							    .deadline_ms = engine_timeout(e),
							    .on_done = on_created,
							    .user = x});
	}
	free(json);
	if (x == NULL || x->request == NULL) {
		free(x);
		return NULL;
	}
	watch_asked(e->watch);
	return x;
}

void exec_cancel(struct exec *x)
{
	if (x == NULL)
		return;
	if (x->request != NULL)
		http_cancel(x->request);
	release(x);
}
