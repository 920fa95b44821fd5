/*
 * scenario_private.h - what the parts of building a world share.
 */
#ifndef SIM_SCENARIO_PRIVATE_H
#define SIM_SCENARIO_PRIVATE_H

#include "scenario.h"

#include <cjson/cJSON.h>

/* Ports that a part of this world will listen on. */
struct promise {
	char host[40];
	int first, count;
};

struct build {
	struct world *world;
	const struct scenario_options *options;
	const cJSON *stores;
	struct promise *promised;
	size_t promised_count;
	char *error;
	size_t size;
};

/* Fills the error, with ": detail" where there is one; false. */
bool scenario_fail(struct build *b, const char *what, const char *detail);
/* A duration of a key, left as it is where the key is absent; false with the error filled. */
bool scenario_duration_of(struct build *b, const cJSON *object, const char *key, int64_t *ms);
/* The port or the block of ports as wished, or a free one; false with the error filled. */
bool scenario_settle(struct build *b, const char *what, const char *host, int *port, int count);
/* The commands of "script", to be run as time passes. */
bool scenario_script(struct build *b, const cJSON *root);
/* What is said under `key`, or `otherwise`; `object` may be NULL. */
const char *scenario_text_of(const cJSON *object, const char *key, const char *otherwise);
/* Bytes of a size such as 16G; false with the reason. Absent leaves it. */
bool scenario_size_of(struct build *b, const cJSON *object, const char *key, int64_t *bytes);
bool scenario_known_keys(struct build *b, const cJSON *object, const char *const *keys, const char *where);

/* scenario_swarm.c: the server's "swarm"; NULL: it manages none. */
bool scenario_swarm(struct build *b, struct world_server *server, const cJSON *json);

/* scenario_engine.c: the instance's "kind", "flavour", "model" and "gpus". */
bool scenario_engine(struct build *b, struct world_container *c, const cJSON *json);

#endif
