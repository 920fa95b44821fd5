/*
 * demo.h - the simulated fleet behind --demo: ollama-top-sim as a child that dies with us.
 */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include <stdbool.h>
#include <stddef.h>

struct demo;

/* The simulator wrote what it is into `config`: YAML, to be freed by the caller. */
struct demo_ready {
	char *config;
	size_t config_len;
	char notice[512]; /* what it said meanwhile, cleaned; "" when nothing */
	int exit_status;  /* when it did not start: what we should exit with */
};

/*
 * Starts `ollama-top-sim --scenario SCENARIO` and waits, at most 5 s, until it listens. NULL
 * scenario: its default. NULL when it did not start: ready->notice says why.
 *
 * The child holds the reading end of a pipe whose writing end is ours alone, and exits when
 * that closes, so it goes with us however we go.
 */
struct demo *demo_start(const char *scenario, struct demo_ready *ready);

/* Ends the child, by force after a second, and reaps it. NULL is allowed. */
void demo_stop(struct demo *demo);

#endif
