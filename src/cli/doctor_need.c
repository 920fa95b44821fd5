#include "doctor_need.h"

#include <stdlib.h>
#include <string.h>

#define GIB ((int64_t)1 << 30)
#define MIB ((int64_t)1 << 20)

/* Ollama's own defaults. */
#define CONTEXT_DEFAULT 4096
#define CONTEXT_MOST    ((int64_t)16 << 20)
#define PARALLEL_MOST   1024
/* What the runner needs beside weights and cache: the graph's buffers and the program itself. */
#define BUFFERS (512 * MIB)
/* No model and no machine is larger; sums of so much cannot overflow. */
#define BYTES_MOST ((int64_t)1 << 50)

static const char *env_value(const struct container *c, const char *name)
{
	const size_t len = strlen(name);
	for (size_t i = 0; i < c->env_count; i++) {
		if (strncmp(c->env[i], name, len) == 0 && c->env[i][len] == '=') {
			return c->env[i] + len + 1;
		}
	}
	return NULL;
}

static int64_t env_number(const struct container *c, const char *name, int64_t otherwise, int64_t most)
{
	const char *text = env_value(c, name);
	char *end = NULL;
	const long long number = text ? strtoll(text, &end, 10) : 0;
	if (!text || end == text || number <= 0) {
		return otherwise;
	}
	return number < most ? number : most;
}

struct need_settings need_settings_of(const struct container *container)
{
	static const struct {
		const char *word;
		int bits;
	} types[] = {{"q8_0", 8}, {"q4_0", 4}, {"f32", 32}};
	const char *type = env_value(container, "OLLAMA_KV_CACHE_TYPE");
	struct need_settings settings = {
		.context = env_number(container, "OLLAMA_CONTEXT_LENGTH", CONTEXT_DEFAULT, CONTEXT_MOST),
		.parallel = (int)env_number(container, "OLLAMA_NUM_PARALLEL", 1, PARALLEL_MOST),
		.cache_bits = 16,
	};
	for (size_t i = 0; type && i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(type, types[i].word) == 0) {
			settings.cache_bits = types[i].bits;
		}
	}
	return settings;
}

/* Billions of parameters as the tag says them, "llama2:13b-chat-q4_0"; 0 when it does not. */
static double parameters(const char *name)
{
	const char *tag = strrchr(name, ':');
	char *end = NULL;
	const double number = tag ? strtod(tag + 1, &end) : 0;
	return tag && end != tag + 1 && (*end == 'b' || *end == 'B') && number > 0 ? number : 0;
}

static int64_t by_thumb(const char *name, int64_t size)
{
	static const struct {
		double billions;
		int64_t bytes;
	} rules[] = {{8, 8 * GIB}, {14, 16 * GIB}, {34, 32 * GIB}};
	const double billions = parameters(name);
	for (size_t i = 0; billions > 0 && i < sizeof(rules) / sizeof(*rules); i++) {
		/* A small model of a large file (16-bit weights) is as large as its file. */
		if (billions <= rules[i].billions && rules[i].bytes > size) {
			return rules[i].bytes;
		}
	}
	return size + size / 4 + BUFFERS;
}

struct need need_of(const char *name, int64_t size, int64_t token_bytes, int64_t context_max,
	const struct need_settings *settings)
{
	const int64_t weights = size < 0 ? 0 : size < BYTES_MOST ? size : BYTES_MOST;
	struct need need = {.weights = -1, .cache = -1, .context = settings->context};
	if (context_max > 0 && need.context > context_max) {
		need.context = context_max;
	}
	if (token_bytes <= 0) {
		need.total = by_thumb(name, weights);
		return need;
	}
	const double cache =
		(double)token_bytes * settings->cache_bits / 16 * (double)need.context * settings->parallel;
	need.weights = weights;
	need.cache = cache < (double)BYTES_MOST ? (int64_t)cache : BYTES_MOST;
	need.total = need.weights + need.cache + BUFFERS;
	return need;
}

int64_t need_limit(int64_t bytes)
{
	const int64_t held = bytes < BYTES_MOST ? bytes : BYTES_MOST;
	return (held + held / 2 + GIB - 1) / GIB * GIB;
}
