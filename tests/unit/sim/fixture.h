/*
 * fixture.h - a small world for the tests: server 80 exports a store, server 84 mounts it read-only.
 */
#ifndef TEST_SIM_FIXTURE_H
#define TEST_SIM_FIXTURE_H

#include "sim/world.h"

#include <stdbool.h>
#include <stddef.h>

struct fixture {
	struct world *world;
	struct world_store *store;
	struct world_server *rw, *ro;
	struct world_container *ollama, *one,
		*two; /* 80/ollama, 84/ollama-1 (16G), 84/ollama-2 (4G); all run */
};

/* The store has mistral:7b, llama2:13b and all-minilm. */
struct fixture fixture_new(void);
void fixture_free(struct fixture *f);

/* Lets time pass in steps of 100 ms, as the server does. */
void fixture_pass(struct fixture *f, int64_t ms);
/* The actions of all events after `serial`, joined by spaces, of one container or (NULL) of all; valid until the next call. */
const char *fixture_events(const struct fixture *f, uint64_t serial, const struct world_container *c);
/* Carries out a control command; what went wrong, or "". Valid until the next call. */
const char *fixture_do(struct world *world, const char *json);

#endif
