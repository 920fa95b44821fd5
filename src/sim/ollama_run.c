/*
 * ollama_run.c - what needs a model in memory: generate, chat and the embeddings.
 */
#include "ollama.h"

#include "scenario.h"
#include "world_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MS        80 /* a token of a quantized model on a CPU */
#define TOKENS_DEFAULT  24
#define TOKENS_MAX      4096
#define KEEP_ALIVE_MS   (5 * 60 * 1000)
#define EMBEDDING_WIDTH 16 /* figures of each vector; the true width would be noise in every answer */
#define NS_PER_MS       1000000.0

enum run_kind { RUN_GENERATE, RUN_CHAT, RUN_EMBED, RUN_EMBEDDINGS };

/* A request under way; the container and the model are looked up afresh at each step. */
struct run {
	enum run_kind kind;
	struct world *world;
	struct world_server *server;
	char container[65];
	char *asked, *full; /* the model as asked for, and with its tag */
	int64_t began, loaded;
	int total, sent, inputs, prompt_tokens;
	bool stream, counted, headed;
	struct serve_buffer text; /* of an answer in one piece */
};

static struct world_loaded *loaded_of(const struct run *run, struct world_container **container)
{
	*container = world_container(run->server, run->container);
	return *container && (*container)->status == WORLD_RUNNING ? world_loaded(*container, run->full)
								   : NULL;
}

static void run_free(void *user)
{
	struct run *run = user;
	struct world_container *c;
	struct world_loaded *loaded = loaded_of(run, &c);

	if (loaded && run->counted) {
		loaded->requests--;
		loaded->expires = loaded->keep_alive < 0 ? INT64_MAX : run->world->wall + loaded->keep_alive;
	}
	free(run->asked);
	free(run->full);
	free(run->text.data);
	free(run);
}

/* "5m", 300, -1, 0; `given` tells whether there was one. */
static int64_t keep_alive_of(const struct world_container *c, const cJSON *json, bool *given)
{
	const cJSON *item = cJSON_GetObjectItem(json, "keep_alive");
	int64_t ms = KEEP_ALIVE_MS;

	*given = true;
	if (cJSON_IsNumber(item))
		return item->valuedouble < 0 ? -1 : (int64_t)(item->valuedouble * 1000);
	if (cJSON_IsString(item) && scenario_duration(item->valuestring, &ms))
		return ms;
	*given = false;
	for (size_t i = 0; i < c->env_count; i++)
		if (strncmp(c->env[i], "OLLAMA_KEEP_ALIVE=", 18) == 0)
			scenario_duration(c->env[i] + 18, &ms);
	return ms;
}

static int64_t option_of(const cJSON *json, const char *name, int64_t otherwise)
{
	const cJSON *item = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "options"), name);

	return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : otherwise;
}

static bool is_empty(enum run_kind kind, const cJSON *json)
{
	static const char *const keys[] = {"prompt", "messages", "input", "prompt"};
	const cJSON *item = cJSON_GetObjectItem(json, keys[kind]);

	if (cJSON_IsString(item))
		return item->valuestring[0] == '\0';
	return cJSON_GetArraySize(item) == 0;
}

static int words_in(const cJSON *item)
{
	int words = 0;
	const cJSON *child;

	if (item && cJSON_IsString(item))
		for (const char *s = item->valuestring; *s; s++)
			words += *s != ' ' && (s[1] == ' ' || s[1] == '\0');
	cJSON_ArrayForEach(child, item) words += words_in(child);
	return words;
}

static void put_head(cJSON *json, const struct run *run)
{
	char now[40];

	ollama_time(now, sizeof now, run->world->wall);
	cJSON_AddStringToObject(json, "model", run->asked);
	cJSON_AddStringToObject(json, "created_at", now);
}

static void put_content(cJSON *json, const struct run *run, const char *content)
{
	cJSON *message;

	if (run->kind == RUN_GENERATE) {
		cJSON_AddStringToObject(json, "response", content);
		return;
	}
	message = cJSON_AddObjectToObject(json, "message");
	cJSON_AddStringToObject(message, "role", "assistant");
	cJSON_AddStringToObject(message, "content", content);
}

/* Generate says done before its reason, chat after it. */
static void put_done(cJSON *json, const struct run *run, const char *reason)
{
	if (run->kind == RUN_CHAT)
		cJSON_AddStringToObject(json, "done_reason", reason);
	cJSON_AddBoolToObject(json, "done", true);
	if (run->kind == RUN_GENERATE)
		cJSON_AddStringToObject(json, "done_reason", reason);
}

static cJSON *brief_json(const struct run *run, const char *reason)
{
	cJSON *json = cJSON_CreateObject();

	put_head(json, run);
	put_content(json, run, "");
	put_done(json, run, reason);
	return json;
}

static const char *token(int i)
{
	static const char *const words[] = {"The", " sky", " is", " blue", " because", " of", " the", " way",
		" that", " light", " from", " the", " sun", " is", " scattered", " by", " the", " air", "."};

	return words[(size_t)i % (sizeof words / sizeof *words)];
}

static cJSON *final_json(const struct run *run, const char *content)
{
	cJSON *json = cJSON_CreateObject();
	double total = (double)(run->world->wall - run->began) * NS_PER_MS;
	double load = (double)(run->loaded - run->began) * NS_PER_MS;
	const int context[] = {733, 16289, 28793, 3195, 349, 272};

	put_head(json, run);
	put_content(json, run, content);
	put_done(json, run, "stop");
	if (run->kind == RUN_GENERATE)
		cJSON_AddItemToObject(json, "context", cJSON_CreateIntArray(context, 6));
	cJSON_AddNumberToObject(json, "total_duration", total);
	cJSON_AddNumberToObject(json, "load_duration", load);
	cJSON_AddNumberToObject(json, "prompt_eval_count", run->prompt_tokens);
	cJSON_AddNumberToObject(json, "prompt_eval_duration", run->prompt_tokens * 11 * NS_PER_MS);
	cJSON_AddNumberToObject(json, "eval_count", run->total);
	cJSON_AddNumberToObject(json, "eval_duration", (double)run->total * TOKEN_MS * NS_PER_MS);
	return json;
}

static int due(const struct run *run)
{
	int64_t tokens = (run->world->wall - run->loaded) / TOKEN_MS;

	return run->world->still || tokens > run->total ? run->total : (int)tokens;
}

static enum serve_more fill(void *user, struct serve_buffer *out)
{
	struct run *run = user;
	struct world_container *c;

	if (!loaded_of(run, &c)) {
		serve_printf(out, "{\"error\":\"llama runner process has terminated: signal: killed\"}\n");
		return SERVE_END;
	}
	for (int until = due(run); run->sent < until; run->sent++) {
		cJSON *json = cJSON_CreateObject();

		put_head(json, run);
		put_content(json, run, token(run->sent));
		cJSON_AddBoolToObject(json, "done", false);
		ollama_put(out, json);
	}
	if (run->sent < run->total)
		return SERVE_MORE;
	ollama_put(out, final_json(run, ""));
	ollama_log_now(c, run->began, 200, "POST", run->kind == RUN_CHAT ? "/api/chat" : "/api/generate");
	return SERVE_END;
}

static enum serve_result answer(struct serve_request *request, struct run *run)
{
	if (due(run) < run->total)
		return SERVE_AGAIN;
	for (; run->sent < run->total; run->sent++)
		serve_put(&run->text, token(run->sent), strlen(token(run->sent)));
	ollama_log_now(request->container, run->began, 200, request->method, request->path);
	return serve_reply_json(request, 200, final_json(run, run->text.data ? run->text.data : ""));
}

static cJSON *vector(const struct run *run, int i)
{
	cJSON *figures = cJSON_CreateArray();
	unsigned seed = 2166136261U + (unsigned)i;

	for (const char *s = run->full; *s; s++)
		seed = (seed ^ (unsigned char)*s) * 16777619U;
	for (int j = 0; j < EMBEDDING_WIDTH; j++) {
		seed = seed * 1664525U + 1013904223U;
		cJSON_AddItemToArray(
			figures, cJSON_CreateNumber((double)(int)(seed >> 12) / 1048576.0 - 0.5));
	}
	return figures;
}

static enum serve_result answer_embed(struct serve_request *request, const struct run *run)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *list;

	if (run->kind == RUN_EMBEDDINGS) {
		cJSON_AddItemToObject(json, "embedding", run->inputs ? vector(run, 0) : cJSON_CreateArray());
		return serve_reply_json(request, 200, json);
	}
	cJSON_AddStringToObject(json, "model", run->asked);
	list = cJSON_AddArrayToObject(json, "embeddings");
	for (int i = 0; i < run->inputs; i++)
		cJSON_AddItemToArray(list, vector(run, i));
	if (run->inputs) {
		cJSON_AddNumberToObject(json, "total_duration",
			(double)(run->world->wall - run->began) * NS_PER_MS + 14143917);
		cJSON_AddNumberToObject(
			json, "load_duration", (double)(run->loaded - run->began) * NS_PER_MS + 1019500);
		cJSON_AddNumberToObject(json, "prompt_eval_count", run->prompt_tokens);
	}
	return serve_reply_json(request, 200, json);
}

static enum serve_result go_on(struct serve_request *request, struct run *run)
{
	struct world_container *c;
	struct world_loaded *loaded = loaded_of(run, &c);

	if (!loaded)
		return serve_error(request, 500, "llama runner process has terminated: signal: killed");
	if (!loaded->ready)
		return SERVE_AGAIN;
	if (!run->loaded)
		run->loaded = run->world->wall;
	if (run->kind == RUN_EMBED || run->kind == RUN_EMBEDDINGS)
		return answer_embed(request, run);
	if (run->total == 0) {
		ollama_log_now(c, run->began, 200, request->method, request->path);
		return serve_reply_json(request, 200, brief_json(run, "load"));
	}
	if (!run->headed && run->world->backend.burn)
		run->world->backend.burn(run->world->backend.user, (int64_t)run->total * TOKEN_MS);
	run->headed = true;
	if (!run->stream)
		return answer(request, run);
	/* The stream outlives the handler's state. */
	request->state = NULL;
	request->free_state = NULL;
	return serve_stream(request, 200, "application/x-ndjson", fill, run, run_free);
}

/* Ollama asks the host, not the cgroup, how much there is. */
static bool too_large(struct serve_request *request, const struct world_model *model)
{
	int64_t available = world_memory_available(request->server);

	if (request->world->backend.load || model->size <= available)
		return false;
	serve_error(request, 500, "model requires more system memory (%.1f GiB) than is available (%.1f GiB)",
		(double)model->size / (double)WORLD_GIB, (double)available / (double)WORLD_GIB);
	return true;
}

static bool take_inputs(struct serve_request *request, struct run *run, const cJSON *json)
{
	static const char *const keys[] = {"prompt", "messages", "input", "prompt"};
	const cJSON *item = cJSON_GetObjectItem(json, keys[run->kind]);
	bool empty = is_empty(run->kind, json);
	int64_t tokens = option_of(json, "num_predict", TOKENS_DEFAULT);

	if (item && !cJSON_IsString(item) && !cJSON_IsArray(item)) {
		serve_error(request, 400, "invalid input type");
		return false;
	}
	if (tokens < 1 || tokens > TOKENS_MAX)
		tokens = TOKENS_DEFAULT;
	run->total = empty ? 0 : (int)tokens;
	run->inputs = empty ? 0 : cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 1;
	run->prompt_tokens = words_in(item);
	run->stream = ollama_streams(json);
	return true;
}

static enum serve_result start(
	struct serve_request *request, enum run_kind kind, const cJSON *json, const char *name)
{
	struct world_container *c = request->container;
	const struct world_model *model = world_model(c, name);
	struct run *run = calloc(1, sizeof *run);
	struct world_loaded *loaded;
	int64_t keep_alive;
	bool given;

	if (!run)
		return serve_error(request, 500, "out of memory");
	request->state = run;
	request->free_state = run_free;
	run->kind = kind;
	run->world = request->world;
	run->server = request->server;
	run->began = request->world->wall;
	snprintf(run->container, sizeof run->container, "%s", c->id);
	run->asked = strdup(name);
	run->full = strdup(model ? model->name : name);
	if (!run->asked || !run->full)
		return serve_error(request, 500, "out of memory");
	if (!model)
		return kind == RUN_CHAT ? serve_error(request, 404, "model \"%s\" not found", name)
					: ollama_not_found(request, name);
	keep_alive = keep_alive_of(c, json, &given);
	if (kind <= RUN_CHAT && is_empty(kind, json) && given && keep_alive == 0) {
		world_unload(c, name);
		ollama_log(request, 200);
		return serve_reply_json(request, 200, brief_json(run, "unload"));
	}
	if (kind <= RUN_CHAT && model->embedding)
		return serve_error(request, 400, "\"%s\" does not support %s", name,
			kind == RUN_CHAT ? "chat" : "generate");
	if (!take_inputs(request, run, json) || too_large(request, model))
		return SERVE_DONE;
	loaded = world_load(c, model, option_of(json, "num_ctx", 0), keep_alive);
	if (!loaded)
		return serve_error(request, 500, "out of memory");
	loaded->requests++;
	run->counted = true;
	return go_on(request, run);
}

static enum serve_result run_model(struct serve_request *request, enum run_kind kind)
{
	enum serve_result result;
	const char *name;
	cJSON *json;

	if (request->state)
		return go_on(request, request->state);
	if (ollama_store_hangs(request))
		return SERVE_AGAIN;
	ollama_refresh(request);
	json = serve_json(request);
	name = ollama_model_name(request, json);
	result = name ? start(request, kind, json, name) : SERVE_DONE;
	cJSON_Delete(json);
	return result;
}

enum serve_result ollama_generate(struct serve_request *request)
{
	return run_model(request, RUN_GENERATE);
}

enum serve_result ollama_chat(struct serve_request *request)
{
	return run_model(request, RUN_CHAT);
}

enum serve_result ollama_embed(struct serve_request *request)
{
	return run_model(request, RUN_EMBED);
}

enum serve_result ollama_embeddings(struct serve_request *request)
{
	return run_model(request, RUN_EMBEDDINGS);
}
