/*
 * samples.h - observations of every kind with something in every member.
 */
#ifndef TESTS_RECORD_SAMPLES_H
#define TESTS_RECORD_SAMPLES_H

#include "record/codec_tables.h"

/*
 * An observation of this kind in which each member that the table names has a value of its own, counted up from
 * `seed`, and each list two members. What it points to is static: until the next call.
 */
const struct observation *sample(enum observation_kind kind, int seed);

/* The first member in which two structs of a shape differ, or NULL. */
const char *sample_difference(const struct codec_shape *shape, const void *a, const void *b);

#endif
