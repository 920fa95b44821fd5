/*
 * scenario.h - worlds by name or from a YAML file (data/sim-scenario.example.yaml says how).
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "world.h"

#include <stdbool.h>
#include <stddef.h>

struct scenario_options {
	bool still;
	bool free_ports;
	uint64_t seed;
	const char *traefik_file; /* in place of the scenario's own; NULL: none given */
};

/* The names of the built-in scenarios, ended by NULL. */
const char *const *scenario_names(void);
/* The YAML of a built-in scenario; NULL: there is none of that name. */
const char *scenario_text(const char *name);

/*
 * The world of a built-in scenario or of a file; NULL with a message in `error`. Ports that are taken
 * are replaced by free ones, with a word on stderr.
 */
struct world *scenario_load(
	const char *name_or_file, const struct scenario_options *options, char *error, size_t size);

/* The script of a scenario, run by world_tick(); freed with the world by scenario_free(). */
void scenario_free(struct world *world);

/* The configuration by which ollama-top finds this world; NULL when out of memory. The caller frees. */
char *scenario_config(const struct world *world, int control_port);

/* "16G", "62.7G", "512M" or plain bytes; false when it is none. */
bool scenario_size(const char *text, int64_t *bytes);
/* "300ms", "4m12s", "10m", "1h", or plain seconds; "-1" and negative mean for ever (-1). */
bool scenario_duration(const char *text, int64_t *ms);

#endif
