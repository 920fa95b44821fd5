/*
 * histogram.h - how often a duration fell where, counted since start: a histogram in the manner of Prometheus.
 *
 * The bounds are shared by all histograms of a kind; counts are of each bucket alone, and whoever writes
 * them adds them up. Pure.
 */
#ifndef OLLAMA_TOP_HISTOGRAM_H
#define OLLAMA_TOP_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BOUNDS_MAX 14

struct histogram_bounds {
	size_t count;
	double upper[HISTOGRAM_BOUNDS_MAX]; /* seconds, inclusive, rising */
};

/* Of answers to our own requests; of what it takes to load a model; of requests of users. */
extern const struct histogram_bounds histogram_latency, histogram_load, histogram_requests;

struct histogram {
	uint32_t counts[HISTOGRAM_BOUNDS_MAX + 1]; /* the last one used: above every bound */
	double sum;                                /* seconds */
};

/* Counts a duration; what is negative or not a number is left out. */
void histogram_note(struct histogram *histogram, const struct histogram_bounds *bounds, double seconds);

/* How many were counted. */
uint64_t histogram_total(const struct histogram *histogram);

#endif
