/*
 * doctor_need.h - how much memory a model takes once it is loaded: pure arithmetic.
 */
#ifndef CLI_DOCTOR_NEED_H
#define CLI_DOCTOR_NEED_H

#include "ollama-top/fleet.h"

#include <stdbool.h>
#include <stdint.h>

/* How a container's environment makes Ollama load models (envconfig/config.go of Ollama). */
struct need_settings {
	int64_t context; /* tokens: OLLAMA_CONTEXT_LENGTH */
	int parallel;    /* OLLAMA_NUM_PARALLEL */
	int cache_bits;  /* of one value in the cache: OLLAMA_KV_CACHE_TYPE */
};

struct need {
	int64_t total;          /* bytes */
	int64_t weights, cache; /* -1 where the rule of thumb was used */
	int64_t context;        /* tokens of one of the contexts */
};

struct need_settings need_settings_of(const struct container *container);

/*
 * By its size and the bytes that a token takes at 16 bits a value (0: unknown), with as many tokens as the
 * model can at most (0: unknown). Where a token's bytes are not known: the rule of thumb by the parameters in
 * the name's tag (7b 8G, 13b 16G, 34b 32G), else by the size.
 */
struct need need_of(const char *name, int64_t size, int64_t token_bytes, int64_t context_max,
	const struct need_settings *settings);

/* A limit that leaves room for so much: half as much again, in whole GiB. */
int64_t need_limit(int64_t bytes);

#endif
