/*
 * ollama.h - what an Ollama server answers (docs/api.md of the ollama project).
 */
#ifndef OLLAMA_TOP_OLLAMA_H
#define OLLAMA_TOP_OLLAMA_H

#include "ollama-top/fleet.h"
#include "ollama-top/parse.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When an answer came, by our clocks and by the server's Date header (0: it sent none). */
struct answer_time {
	int64_t mono, wall, date_wall;
};

/* GET /api/version: {"version": "0.9.0"}. */
bool ollama_parse_version(
	const char *body, size_t len, char *version, size_t size, struct parse_error *error);

/*
 * GET /api/ps: the loaded models. expires_at is corrected by the Date header where that is
 * more than its own resolution away from our clock; a model that never expires (keep_alive
 * -1) has INT64_MAX. The caller frees with ollama_free_loaded().
 */
bool ollama_parse_ps(const char *body, size_t len, const struct answer_time *when,
	struct model_loaded **models, size_t *count, struct parse_error *error);
void ollama_free_loaded(struct model_loaded *models, size_t count);

/* GET /api/tags: the stored models. The caller frees with ollama_free_stored(). */
bool ollama_parse_tags(
	const char *body, size_t len, struct model_stored **models, size_t *count, struct parse_error *error);
void ollama_free_stored(struct model_stored *models, size_t count);

/* The "error" member of a refusal, cleaned, into `text`; "" when there is none. */
void ollama_parse_refusal(const char *body, size_t len, char *text, size_t size);

#endif
