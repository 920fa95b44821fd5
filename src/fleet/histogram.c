/*
 * histogram.c - durations counted into buckets.
 */
#include "ollama-top/histogram.h"

const struct histogram_bounds histogram_latency = {
	.count = 11,
	.upper = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5},
};

const struct histogram_bounds histogram_load = {
	.count = 10,
	.upper = {1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600},
};

/* From an embedding to a long answer of a large model on a busy processor. */
const struct histogram_bounds histogram_requests = {
	.count = 14,
	.upper = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600},
};

void histogram_note(struct histogram *histogram, const struct histogram_bounds *bounds, double seconds)
{
	size_t at = 0;

	if (!(seconds >= 0))
		return;
	while (at < bounds->count && seconds > bounds->upper[at])
		at++;
	histogram->counts[at]++;
	histogram->sum += seconds;
}

uint64_t histogram_total(const struct histogram *histogram)
{
	uint64_t total = 0;

	for (size_t k = 0; k <= HISTOGRAM_BOUNDS_MAX; k++)
		total += histogram->counts[k];
	return total;
}
