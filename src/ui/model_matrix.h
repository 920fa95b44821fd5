/*
 * model_matrix.h - every model that some instance stores or has loaded, by name, with the
 * digest and size that the reference (the rw server) has, else the first that has it.
 */
#ifndef UI_MODEL_MATRIX_H
#define UI_MODEL_MATRIX_H

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

/* Only models whose name matches the filter; what is out of memory is left out. */
void matrix_build(struct model_matrix *matrix, const struct fleet *fleet, const char *filter);
void matrix_free(struct model_matrix *matrix);

/* The model as an instance stores it, or has it loaded; NULL when it does not. */
const struct model_stored *instance_stored(const struct instance *instance, const char *model);
const struct model_loaded *instance_loaded(const struct instance *instance, const char *model);

/* True for the first minute in which it was seen: other instances may still hold old attributes. */
bool model_settling(
	const struct fleet *fleet, const struct instance *instance, const char *model, int64_t now);

#endif
