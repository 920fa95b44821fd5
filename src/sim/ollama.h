/*
 * ollama.h - what the parts of the simulated Ollama share (https://github.com/ollama/ollama/blob/main/docs/api.md).
 */
#ifndef SIM_OLLAMA_H
#define SIM_OLLAMA_H

#include "serve.h"

/* Go's RFC 3339 with nanoseconds, trailing zeros dropped, in UTC. */
void ollama_time(char *out, size_t size, int64_t wall_ms);
/* The "details" of tags, ps and show. */
cJSON *ollama_details(const struct world_model *model);
/* Sets `kept` to the model's name in the body ("model", or the older "name"); NULL after having replied 400. */
const char *ollama_model_name(struct serve_request *request, const cJSON *json);
/* 404 in Ollama's wording. */
enum serve_result ollama_not_found(struct serve_request *request, const char *name);
/* "stream": true where it is absent. */
bool ollama_streams(const cJSON *json);
/* One JSON object and a newline. */
void ollama_put(struct serve_buffer *out, cJSON *json);
/* Reads the store again where a real folder stands behind it. */
void ollama_refresh(struct serve_request *request);
/* Waits while the store hangs: true then. */
bool ollama_store_hangs(const struct serve_request *request);
/* The line of Ollama's log for a request that is over. */
void ollama_log(struct serve_request *request, int status);
void ollama_log_now(
	struct world_container *c, int64_t began, int status, const char *method, const char *path);

/* ollama_run.c */
enum serve_result ollama_generate(struct serve_request *request);
enum serve_result ollama_chat(struct serve_request *request);
enum serve_result ollama_embed(struct serve_request *request);
enum serve_result ollama_embeddings(struct serve_request *request);
/* ollama_pull.c */
enum serve_result ollama_pull(struct serve_request *request);
/* ollama_store.c */
enum serve_result ollama_delete(struct serve_request *request);
enum serve_result ollama_copy(struct serve_request *request);
enum serve_result ollama_create(struct serve_request *request);
enum serve_result ollama_show(struct serve_request *request);

#endif
