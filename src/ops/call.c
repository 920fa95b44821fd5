/*
 * call.c - the requests of an operation: one at a time, each with a deadline.
 */
#include "private.h"

#include "../net/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A request that went through an ssh tunnel and failed there: the tunnel knows why. */
static const char *explain(const struct operation *op, const char *error)
{
	const struct server *server = op_server(op);
	const struct instance *instance = op_instance(op);
	if (error == NULL || server == NULL || op->asked == TO_OTHERS ||
		(op->asked == TO_API && op->api_url == NULL))
		return error;
	return reach_explain(op->ops->options.tunnels, server->spec, instance != NULL ? instance->spec : NULL,
		op->asked == TO_API ? op->api_url : NULL, error);
}

static void on_done(void *user, const struct http_response *response)
{
	struct operation *op = user;
	op_answer_fn *answer = op->answer;
	struct http_response told = *response;
	told.error = explain(op, response->error);
	op->request = NULL;
	op->changing = false;
	op->answer = NULL;
	answer(op, &told);
}

static void send_request(struct operation *op, struct http_endpoint *endpoint,
	struct http_request_options *options, op_answer_fn *answer, bool changing)
{
	options->on_done = on_done;
	options->user = op;
	op->answer = answer;
	op->asked = TO_OTHERS;
	if (endpoint != NULL && endpoint == op->api)
		op->asked = TO_API;
	else if (endpoint != NULL && op->server < op->ops->spec->server_count &&
		 endpoint == op->ops->servers[op->server].engine)
		op->asked = TO_ENGINE;
	op->request = endpoint != NULL ? http_send(endpoint, options) : NULL;
	op->changing = changing && op->request != NULL;
	if (op->request == NULL)
		op_fail(op, _("out of memory"));
}

void op_get(struct operation *op, struct http_endpoint *endpoint, const char *path, int64_t deadline_ms,
	op_answer_fn *answer)
{
	send_request(op, endpoint, &(struct http_request_options){.path = path, .deadline_ms = deadline_ms},
		answer, false);
}

void op_change(struct operation *op, struct http_endpoint *endpoint, const char *method, const char *path,
	const char *json, int64_t deadline_ms, op_answer_fn *answer)
{
	send_request(op, endpoint,
		&(struct http_request_options){
			.method = method, .path = path, .json = json, .deadline_ms = deadline_ms},
		answer, true);
}

void op_stream(struct operation *op, struct http_endpoint *endpoint, const char *path, const char *json,
	int64_t deadline_ms, int64_t idle_ms, http_data_fn *on_data, op_answer_fn *answer)
{
	send_request(op, endpoint,
		&(struct http_request_options){.method = "POST",
			.path = path,
			.json = json,
			.deadline_ms = deadline_ms,
			.idle_ms = idle_ms,
			.on_data = on_data},
		answer, false);
}

struct http_endpoint *op_docker(struct operation *op)
{
	struct ops *ops = op->ops;
	struct server_ops *s = &ops->servers[op->server];
	if (s->engine == NULL)
		s->engine = reach_docker(
			ops->options.http, ops->options.tunnels, &ops->spec->servers[op->server], &s->where);
	return s->engine;
}

static bool format_path(const struct operation *op, char *path, size_t size, const char *format, va_list args)
{
	const struct server *server = op_server(op);
	if (server == NULL || server->docker_api == NULL)
		return false;
	size_t used = (size_t)snprintf(path, size, "/v%s", server->docker_api);
	return used < size && (size_t)vsnprintf(path + used, size - used, format, args) < size - used;
}

bool op_engine_path(const struct operation *op, char *path, size_t size, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	bool fits = format_path(op, path, size, format, args);
	va_end(args);
	return fits;
}

/* A change of the engine waits here while the lease is looked at. */
struct guarded {
	char method[8], path[1024];
	char *json;
	int64_t deadline_ms;
	op_answer_fn *answer;
};

static void on_lease_checked(struct operation *op, const struct http_response *response)
{
	struct guarded *g = op->guarded;
	(void)response;
	op->guarded = NULL;
	op_change(op, op_docker(op), g->method, g->path, g->json, g->deadline_ms, g->answer);
	cJSON_free(g->json);
	free(g);
}

void guarded_free(struct operation *op)
{
	if (op->guarded != NULL)
		cJSON_free(op->guarded->json);
	free(op->guarded);
	op->guarded = NULL;
}

void op_engine(struct operation *op, const char *method, const char *json, int64_t deadline_ms,
	op_answer_fn *answer, const char *format, ...)
{
	va_list args;
	guarded_free(op);
	struct guarded *g = calloc(1, sizeof *g);
	if (g == NULL || (json != NULL && (g->json = strdup(json)) == NULL)) {
		free(g);
		op_fail(op, _("out of memory"));
		return;
	}
	op->guarded = g;
	snprintf(g->method, sizeof g->method, "%s", method);
	g->deadline_ms = deadline_ms;
	g->answer = answer;
	va_start(args, format);
	bool fits = format_path(op, g->path, sizeof g->path, format, args);
	va_end(args);
	if (!fits || op_docker(op) == NULL) {
		op_fail(op, _("the Docker Engine of %s was not reached yet"), op_server(op)->spec->name);
		return;
	}
	lease_check(op, on_lease_checked);
}

void op_engine_get(struct operation *op, op_answer_fn *answer, const char *format, ...)
{
	char path[1024];
	va_list args;
	va_start(args, format);
	bool fits = format_path(op, path, sizeof path, format, args);
	va_end(args);
	if (!fits || op_docker(op) == NULL) {
		op_fail(op, _("the Docker Engine of %s was not reached yet"), op_server(op)->spec->name);
		return;
	}
	op_get(op, op_docker(op), path, CALL_MS, answer);
}

const char *op_refusal(const struct http_response *response, const char *what, char *buf, size_t size)
{
	char text[400] = "";
	if (response->error != NULL) {
		snprintf(buf, size, "%s: %s", what, response->error);
		return buf;
	}
	if ((response->status >= 200 && response->status < 300) || response->status == 304)
		return NULL;
	docker_parse_refusal(response->body, response->body_len, text, sizeof text);
	if (text[0] == '\0')
		ollama_parse_refusal(response->body, response->body_len, text, sizeof text);
	snprintf(buf, size, "%s: %d%s%s", what, response->status, text[0] != '\0' ? ", " : "", text);
	return buf;
}

void op_changed(struct operation *op, const struct http_response *response)
{
	char text[500];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	watch_retry(op->ops->options.watch, op->server);
	if (refusal != NULL)
		op_fail(op, "%s", refusal);
	else
		op_next(op);
}

cJSON *op_json(struct operation *op, const struct http_response *response, const char *what)
{
	char text[400];
	struct parse_error error;
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	cJSON *tree = refusal == NULL
			      ? json_parse(response->body, response->body_len, cJSON_Object, what, &error)
			      : NULL;
	if (tree == NULL)
		op_fail(op, "%s", refusal != NULL ? refusal : error.text);
	return tree;
}

bool op_answered(const struct http_response *response)
{
	char version[64];
	struct parse_error error;
	return response->error == NULL && response->status == 200 &&
	       ollama_parse_version(response->body, response->body_len, version, sizeof version, &error);
}

void op_forget_api(struct operation *op)
{
	http_endpoint_free(op->api);
	free(op->api_url);
	op->api = NULL;
	op->api_url = NULL;
}

struct http_endpoint *op_api(struct operation *op)
{
	const struct instance *i = op_instance(op);
	if (i == NULL || i->url == NULL)
		return NULL;
	if (op->api != NULL && strcmp(op->api_url, i->url) == 0)
		return op->api;
	op_forget_api(op);
	op->api_url = strdup(i->url);
	op->api =
		reach_api(op->ops->options.http, op->ops->options.tunnels, i->server->spec, i->spec, i->url);
	return op->api;
}
