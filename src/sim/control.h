/*
 * control.h - the verbs by which tests, scripts and the demo change the world (src/sim/README.md).
 */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "world.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Carries out {"do": VERB, "target": "84/ollama-2", ...}; false with the reason in `error`. */
bool control_do(struct world *world, const cJSON *command, char *error, size_t size);

#endif
