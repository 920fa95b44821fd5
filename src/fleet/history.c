/*
 * history.c - rings of samples.
 */
#include "ollama-top/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A sample is a float without its sign, with ten bits of fraction and six of exponent, which begin at
 * 2^-16: 0 is zero, and the largest number of all stands for NaN.
 */
#define DROPPED_BITS   13
#define LOWEST         ((uint32_t)(127 - 16) << 10)
#define SAMPLE_UNKNOWN UINT16_MAX

static uint16_t pack(float value)
{
	uint32_t bits;

	if (isnan(value))
		return SAMPLE_UNKNOWN;
	if (!(value > 0))
		return 0;
	memcpy(&bits, &value, sizeof(bits));
	bits = (bits + (1U << (DROPPED_BITS - 1))) >> DROPPED_BITS;
	if (bits <= LOWEST)
		return 0;
	bits -= LOWEST;
	return bits < SAMPLE_UNKNOWN ? (uint16_t)bits : SAMPLE_UNKNOWN - 1;
}

static float unpack(uint16_t sample)
{
	const uint32_t bits = (sample + LOWEST) << DROPPED_BITS;
	float value;

	if (sample == SAMPLE_UNKNOWN)
		return NAN;
	if (sample == 0)
		return 0;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

size_t history_capacity(int64_t refresh_ms)
{
	if (refresh_ms <= 0)
		return HISTORY_MAX_SAMPLES;
	const int64_t samples = HISTORY_SPAN_MS / refresh_ms;
	if (samples < 1)
		return 1;
	return samples > HISTORY_MAX_SAMPLES ? HISTORY_MAX_SAMPLES : (size_t)samples;
}

void history_init(struct history *h, size_t capacity)
{
	*h = (struct history){0};
	h->capacity = (uint16_t)(capacity > HISTORY_MAX_SAMPLES ? HISTORY_MAX_SAMPLES : capacity);
}

void history_free(struct history *h)
{
	free(h->samples);
	h->samples = NULL;
	h->head = h->count = 0;
}

void history_push(struct history *h, float value)
{
	if (h->capacity == 0)
		return;
	if (!h->samples)
		h->samples = malloc(h->capacity * sizeof(*h->samples));
	if (!h->samples)
		return;
	h->samples[h->head] = pack(value);
	h->head = (uint16_t)((h->head + 1) % h->capacity);
	if (h->count < h->capacity)
		h->count++;
}

float history_at(const struct history *h, size_t i)
{
	if (i >= h->count)
		return NAN;
	return unpack(h->samples[(h->head + h->capacity - h->count + i) % h->capacity]);
}

float history_max(const struct history *h)
{
	float max = NAN;

	for (size_t i = 0; i < h->count; i++)
		max = fmaxf(max, unpack(h->samples[i])); /* a NaN gives way to the other */
	return max;
}

void history_fold(const struct history *h, size_t span, float *out, size_t columns)
{
	for (size_t c = 0; c < columns; c++) {
		const size_t from = c * span / columns;
		size_t to = (c + 1) * span / columns;

		out[c] = NAN;
		if (to == from && span > 0)
			to = from + 1;
		for (size_t k = from; k < to; k++) /* k counts from `span` samples ago */
			if (h->count + k >= span)
				out[c] = fmaxf(out[c], history_at(h, h->count + k - span));
	}
}
