/*
 * doctor_facts.h - what doctor finds out beyond what the watch knows, each fact once and for all.
 */
#ifndef CLI_DOCTOR_FACTS_H
#define CLI_DOCTOR_FACTS_H

#include "ollama-top/fleet.h"
#include "ollama-top/parse.h"
#include "ollama-top/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FACT_WHY_MAX 300
#define FACT_LOG_MAX ((size_t)16 << 10)
/* Models whose description is asked for; the rest is judged by the rule of thumb. */
#define FACT_MODELS_MAX 64

enum answer { ANSWER_UNKNOWN, ANSWER_YES, ANSWER_NO };

/* What a container's inspect says beyond struct container. Strings are cleaned, NULL when absent. */
struct compose {
	char *folder, *service, *version; /* of Compose: where, as what, by which */
	bool cloned;                      /* made by scaling, so that no Compose file has it */
};

/* Of one instance. */
struct facts_instance {
	size_t server;
	char *name;
	bool inspected, tty;
	struct compose compose;
	char *user; /* that the container runs as; NULL: root */
	bool checks_health;
	char *models_path, *key_path; /* in the container; NULL unknown */
	char *log; /* the last lines of one that does not answer, cleaned, apart by '\n'; NULL: none */
	/* Of its store, for the user of the container. */
	enum answer folders, readable, writable, key, key_readable;
	char why[FACT_WHY_MAX];     /* that these are unknown; "" */
	char refusal[FACT_WHY_MAX]; /* what ls(1) says where there are no folders; "" */
	struct probe_partial *partials;
	size_t partial_count;
	bool partials_known;
	bool skew_known;
	int64_t skew_ms; /* by the Date header of its API: whole seconds */
};

/* What a model needs for one token of its context, as its description says. */
struct facts_model {
	char *name;
	int64_t token_bytes;    /* of a cache of 16-bit floats; 0 unknown */
	int64_t context_length; /* the longest that it can; 0 unknown */
	bool embedding;
};

/* One router of Traefik, and whether one of its middlewares keeps strangers out. */
struct facts_router {
	char *name, *rule, *service;
	int64_t priority;
	bool guarded;
};

struct facts {
	struct facts_instance *instances;
	size_t instance_count;
	struct facts_model models[FACT_MODELS_MAX];
	size_t model_count;
	struct facts_router *routers;
	size_t router_count;
	bool routers_known;
	char routers_why[FACT_WHY_MAX];
};

/* Of an instance; never NULL for one that was there when the facts were gathered, else NULL. */
const struct facts_instance *facts_of(const struct facts *facts, const struct instance *instance);
const struct facts_model *facts_model(const struct facts *facts, const char *name);

/* One for each instance of the fleet; false when out of memory. */
bool facts_init(struct facts *facts, const struct fleet *fleet);
void facts_free(struct facts *facts);

/* GET /containers/{id}/json. */
bool facts_parse_inspect(const char *body, size_t len, struct facts_instance *out);
/* POST /api/show. */
bool facts_parse_model(const char *body, size_t len, const char *name, struct facts_model *out);
/* GET /api/http/routers, and which of Traefik's middlewares guard: GET /api/http/middlewares (NULL: not known). */
bool facts_parse_routers(const char *body, size_t len, const char *middlewares, size_t middlewares_len,
	struct facts *out, struct parse_error *error);

#endif
