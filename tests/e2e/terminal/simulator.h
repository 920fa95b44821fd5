/*
 * simulator.h - one simulated fleet for one test, with its control endpoint.
 */
#ifndef TESTS_SIMULATOR_H
#define TESTS_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>

struct simulator;

/* Starts $OLLAMA_TOP_SIM with options; its configuration is written to `config`. NULL on failure. */
struct simulator *simulator_start(const char *scenario, const char *const *options, const char *config);

/* POSTs JSON to the control endpoint; false unless it answers 200. */
bool simulator_control(struct simulator *sim, const char *json);

/* GETs a path of the control endpoint; the caller frees the body, NULL on failure. */
char *simulator_get(struct simulator *sim, const char *path);

void simulator_stop(struct simulator *sim);

#endif
