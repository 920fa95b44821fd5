/*
 * simulate.h - `ollama-top autoscale --simulate TRACE.csv`: what the policy would have done, and what it would have cost.
 */
#ifndef CLI_SIMULATE_H
#define CLI_SIMULATE_H

#include "ollama-top/simulation.h"
#include "options.h"

#include <stdio.h>

#define SIMULATED_MAX 5

/* One way to decide how many instances there are, and what came of it. */
struct simulated {
	char name[32];
	struct simulation_result result;
};

struct simulate {
	const struct options *options;
	struct simulation simulation;
	const struct autoscale_spec *policy;
	char policy_text[512]; /* the policy in words */
	int min, max;
	int64_t refresh_ms;
	const char *store;                    /* whose cold starts are played */
	char *alert;                          /* why the policy stopped; NULL: it did not */
	struct simulated rows[SIMULATED_MAX]; /* the policy first */
	size_t row_count;
};

/* The exit status; the rest of `autoscale`'s forms are in autoscale.c. */
int simulate_run(const struct options *options);

void simulate_text(FILE *out, const struct simulate *s);
/* False when out of memory. */
bool simulate_json(FILE *out, const struct simulate *s);
/* The chart of the first row, as an SVG document. */
void simulate_svg(FILE *out, const struct simulate *s);

#endif
