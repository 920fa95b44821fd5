/*
 * openai.c - what vLLM (docs.vllm.ai) and llama.cpp's server (tools/server/README.md) answer: health, models, metrics, and
 * completions that take as long as a model would and say little.
 */
#include "serve.h"
#include "world_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MS       20
#define TOKENS_DEFAULT 16
#define TOKENS_MAX     4096
#define VLLM_VERSION   "0.10.1"
#define CONTEXT        8192
/* How many requests are worked on at once: vLLM's max_num_seqs, llama-server's --parallel. */
#define VLLM_SLOTS     256
#define LLAMACPP_SLOTS 4

/* A completion under way. */
struct completion {
	struct world_server *server;
	char container[65];
	int64_t began;
	int tokens;
};

static bool is_vllm(const struct serve_request *request)
{
	return request->container->speaks == WORLD_VLLM;
}

/* Somebody else's, as the control endpoint has it, and those of the simulator's own clients. */
static void count(const struct world_container *c, int *running, int *waiting)
{
	int slots = c->speaks == WORLD_VLLM ? VLLM_SLOTS : LLAMACPP_SLOTS;

	*running = c->others_running + (c->completions < slots ? c->completions : slots);
	*waiting = c->others_waiting + (c->completions > slots ? c->completions - slots : 0);
}

/* {"error": {...}} as both write it, each with words of its own for the type. */
static enum serve_result refuse(
	struct serve_request *request, int status, const char *message, const char *type)
{
	cJSON *json = cJSON_CreateObject(), *error = cJSON_AddObjectToObject(json, "error");

	cJSON_AddStringToObject(error, "message", message);
	cJSON_AddStringToObject(error, "type", type);
	cJSON_AddNumberToObject(error, "code", status);
	return serve_reply_json(request, status, json);
}

static enum serve_result not_found(struct serve_request *request)
{
	if (is_vllm(request))
		return serve_text(request, 404, "application/json", "{\"detail\":\"Not Found\"}");
	return refuse(request, 404, "File Not Found", "not_found_error");
}

static enum serve_result get_health(struct serve_request *request)
{
	if (is_vllm(request))
		return serve_reply(request, 200, NULL, "", 0);
	return serve_text(request, 200, "application/json; charset=utf-8", "{\"status\":\"ok\"}");
}

static enum serve_result get_version(struct serve_request *request)
{
	if (!is_vllm(request))
		return not_found(request);
	return serve_text(request, 200, "application/json", "{\"version\":\"" VLLM_VERSION "\"}");
}

static enum serve_result get_models(struct serve_request *request)
{
	const struct world_container *c = request->container;
	cJSON *json = cJSON_CreateObject(), *list, *model = cJSON_CreateObject(), *meta;
	int64_t seconds = c->started / 1000;

	cJSON_AddStringToObject(json, "object", "list");
	list = cJSON_AddArrayToObject(json, "data");
	cJSON_AddStringToObject(model, "id", c->serves);
	cJSON_AddStringToObject(model, "object", "model");
	cJSON_AddNumberToObject(model, "created", (double)seconds);
	cJSON_AddStringToObject(model, "owned_by", is_vllm(request) ? "vllm" : "llamacpp");
	if (is_vllm(request)) {
		cJSON_AddStringToObject(model, "root", c->serves);
		cJSON_AddNullToObject(model, "parent");
		cJSON_AddNumberToObject(model, "max_model_len", CONTEXT);
	} else {
		meta = cJSON_AddObjectToObject(model, "meta");
		cJSON_AddNumberToObject(meta, "n_ctx_train", 131072);
		cJSON_AddNumberToObject(meta, "n_params", 8030261312.0);
		cJSON_AddNumberToObject(meta, "size", 4912898304.0);
	}
	cJSON_AddItemToArray(list, model);
	return serve_reply_json(request, 200, json);
}

static void put_gauge(
	struct serve_buffer *out, const char *name, const char *help, const char *labels, int value)
{
	serve_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s%s %d%s\n", name, help, name, name, labels, value,
		*labels ? ".0" : "");
}

static enum serve_result get_metrics(struct serve_request *request)
{
	const struct world_container *c = request->container;
	struct serve_buffer out = {0};
	char labels[300];
	int running, waiting;

	count(c, &running, &waiting);
	if (is_vllm(request)) {
		snprintf(labels, sizeof labels, "{engine=\"0\",model_name=\"%.200s\"}", c->serves);
		put_gauge(&out, "vllm:num_requests_running", "Number of requests in model execution batches.",
			labels, running);
		put_gauge(&out, "vllm:num_requests_waiting", "Number of requests waiting to be processed.",
			labels, waiting);
	} else {
		put_gauge(
			&out, "llamacpp:requests_processing", "Number of requests processing.", "", running);
		put_gauge(&out, "llamacpp:requests_deferred", "Number of requests deferred.", "", waiting);
	}
	enum serve_result result =
		serve_reply(request, out.failed ? 500 : 200, "text/plain; version=0.0.4; charset=utf-8",
			out.failed ? "" : out.data, out.failed ? 0 : out.len);
	free(out.data);
	return result;
}

static void completion_free(void *user)
{
	struct completion *completion = user;
	struct world_container *c = world_container(completion->server, completion->container);

	if (c && c->completions > 0)
		c->completions--;
	free(completion);
}

static enum serve_result answer(struct serve_request *request, const struct completion *completion)
{
	bool chat = strcmp(request->path, "/v1/chat/completions") == 0;
	cJSON *json = cJSON_CreateObject(), *choice = cJSON_CreateObject(), *message, *usage;
	int64_t seconds = completion->began / 1000;

	cJSON_AddStringToObject(json, "object", chat ? "chat.completion" : "text_completion");
	cJSON_AddStringToObject(json, "model", request->container->serves);
	cJSON_AddNumberToObject(json, "created", (double)seconds);
	cJSON_AddNumberToObject(choice, "index", 0);
	if (chat) {
		message = cJSON_AddObjectToObject(choice, "message");
		cJSON_AddStringToObject(message, "role", "assistant");
		cJSON_AddStringToObject(message, "content", "So it is.");
	} else {
		cJSON_AddStringToObject(choice, "text", "So it is.");
	}
	cJSON_AddStringToObject(choice, "finish_reason", "length");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(json, "choices"), choice);
	usage = cJSON_AddObjectToObject(json, "usage");
	cJSON_AddNumberToObject(usage, "completion_tokens", completion->tokens);
	return serve_reply_json(request, 200, json);
}

/* The order of those that wait is the model's business: each takes its own time from when it came. */
static enum serve_result post_completion(struct serve_request *request)
{
	struct completion *completion = request->state;
	cJSON *json;
	const cJSON *tokens;

	if (completion)
		return request->world->wall - completion->began < (int64_t)completion->tokens * TOKEN_MS
			       ? SERVE_AGAIN
			       : answer(request, completion);
	json = serve_json(request);
	tokens = cJSON_GetObjectItem(json, "max_tokens");
	int wanted = cJSON_IsNumber(tokens) ? tokens->valueint : TOKENS_DEFAULT;
	bool given = json != NULL;
	cJSON_Delete(json);
	if (!given || wanted < 1 || wanted > TOKENS_MAX)
		return refuse(request, 400, "the body is no request", "BadRequestError");
	completion = calloc(1, sizeof *completion);
	if (!completion)
		return refuse(request, 500, "out of memory", "InternalServerError");
	*completion = (struct completion){
		.server = request->server, .began = request->world->wall, .tokens = wanted};
	snprintf(completion->container, sizeof completion->container, "%s", request->container->id);
	request->container->completions++;
	request->state = completion;
	request->free_state = completion_free;
	return SERVE_AGAIN;
}

static const struct serve_route ROUTES[] = {
	{"GET", "/health", get_health},
	{"GET", "/version", get_version},
	{"GET", "/v1/models", get_models},
	{"GET", "/metrics", get_metrics},
	{"POST", "/v1/completions", post_completion},
	{"POST", "/v1/chat/completions", post_completion},
	{"GET", "/**", not_found},
	{"POST", "/**", not_found},
	{"DELETE", "/**", not_found},
};

void openai_routes(struct serve *serve)
{
	serve_routes(serve, SERVE_OPENAI, ROUTES, sizeof ROUTES / sizeof *ROUTES);
}
