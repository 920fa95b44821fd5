/*
 * history.h - a ring of samples of one figure, oldest first; unknown samples are NaN.
 *
 * A sample is kept in two bytes, rounded to eleven binary figures: whole numbers up to 2048 exactly, others
 * within 0.05 %, from 2^-16 to 2^48. Less is zero, as is what is negative; more is the most.
 */
#ifndef OLLAMA_TOP_HISTORY_H
#define OLLAMA_TOP_HISTORY_H

#include <stddef.h>
#include <stdint.h>

/* How far back a history reaches, and the most samples it keeps whatever the refresh. */
#define HISTORY_SPAN_MS     (10 * 60 * 1000)
#define HISTORY_MAX_SAMPLES 1200

struct history {
	uint16_t *samples; /* packed; allocated at the first push, so an idle instance costs nothing */
	uint16_t capacity, head, count;
};

/* Samples that HISTORY_SPAN_MS holds at a refresh interval, at most HISTORY_MAX_SAMPLES. */
size_t history_capacity(int64_t refresh_ms);

void history_init(struct history *h, size_t capacity);
void history_free(struct history *h);

/* Adds a sample, dropping the oldest when full. Out of memory drops the sample. */
void history_push(struct history *h, float value);

/* The i-th sample, 0 the oldest; NaN out of range. */
float history_at(const struct history *h, size_t i);

/* The largest known sample, or NaN when there is none. */
float history_max(const struct history *h);

/*
 * Folds the newest `span` samples into `columns` values, oldest first, each the maximum of
 * the samples it covers (NaN where none is known), so that a peak is never averaged away.
 */
void history_fold(const struct history *h, size_t span, float *out, size_t columns);

#endif
