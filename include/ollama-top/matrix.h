/*
 * matrix.h - every model that some instance stores or has loaded, by name, with the
 * digest and size that the reference (the rw server) has, else the first that has it.
 */
#ifndef OLLAMA_TOP_MATRIX_H
#define OLLAMA_TOP_MATRIX_H

#include "ollama-top/fleet.h"

#include <stdbool.h>
#include <stddef.h>

struct model_row {
	const char *name, *digest; /* of the fleet: good until it changes */
	int64_t size;
};

struct model_matrix {
	struct model_row *rows;
	size_t count, capacity;
};

/* Whether a model is wanted; NULL wants all. */
typedef bool matrix_keep_fn(void *user, const char *model);

/* Replaces what is in it, zeroed at first; what is out of memory is left out. matrix_free() is due. */
void matrix_build(struct model_matrix *matrix, const struct fleet *fleet, matrix_keep_fn *keep, void *user);
void matrix_free(struct model_matrix *matrix);

/* The model as an instance stores it, or has it loaded; NULL when it does not. */
const struct model_stored *instance_stored(const struct instance *instance, const char *model);
const struct model_loaded *instance_loaded(const struct instance *instance, const char *model);

/* A difference to the reference that began less than a minute ago: NFS clients may still hold old attributes. */
bool model_settling(
	const struct fleet *fleet, const struct instance *instance, const char *model, int64_t now);

/*
 * How long after the reference listed it the instance did, in milliseconds, where both were seen to come to
 * it; -1 where that was not seen, or they differ. As coarse as the lists are asked for.
 */
int64_t model_lag(const struct fleet *fleet, const struct instance *instance, const char *model);

#endif
