/*
 * openai.h - what servers of OpenAI's API other than Ollama answer: vLLM (docs.vllm.ai, "OpenAI-Compatible
 * Server") and llama.cpp's server (tools/server/README.md of llama.cpp). Parsers are pure; see parse.h.
 */
#ifndef OLLAMA_TOP_OPENAI_H
#define OLLAMA_TOP_OPENAI_H

#include "ollama-top/fleet.h"
#include "ollama-top/parse.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * GET /v1/models: the models that are served. They are loaded as long as the server runs, so that none expires; sizes and the
 * length of the context are -1 where the server does not say. The caller frees with ollama_free_loaded().
 */
bool openai_parse_models(
	const char *body, size_t len, struct model_loaded **models, size_t *count, struct parse_error *error);

/* The words of a refusal, cleaned, in each of the forms in use; "" when there are none. */
void openai_parse_refusal(const char *body, size_t len, char *text, size_t size);

#endif
