/*
 * matrix.c - models down, instances across: what the models view and the models command show.
 */
#include "ollama-top/matrix.h"

#include "core.h"
#include "ollama-top/text.h"

#include <stdlib.h>
#include <string.h>

/* Place of a name in the sorted rows: where it is, or where it belongs. */
static size_t find(const struct model_matrix *matrix, const char *name, bool *found)
{
	size_t low = 0, high = matrix->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = text_natural_compare(matrix->rows[middle].name, name);
		if (order == 0)
			order = strcmp(matrix->rows[middle].name, name);
		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = false;
	return low;
}

struct filling {
	struct model_matrix *matrix;
	matrix_keep_fn *keep;
	void *user;
};

static void add(const struct filling *filling, const char *name, const char *digest, int64_t size)
{
	struct model_matrix *matrix = filling->matrix;
	bool found;

	if (!name || (filling->keep && !filling->keep(filling->user, name)))
		return;
	size_t at = find(matrix, name, &found);
	if (found)
		return;
	if (matrix->count == matrix->capacity) {
		size_t more = matrix->capacity ? 2 * matrix->capacity : 32;
		struct model_row *rows = realloc(matrix->rows, more * sizeof(*rows));
		if (!rows)
			return;
		matrix->rows = rows;
		matrix->capacity = more;
	}
	memmove(matrix->rows + at + 1, matrix->rows + at, (matrix->count - at) * sizeof(*matrix->rows));
	matrix->rows[at] = (struct model_row){name, digest, size};
	matrix->count++;
}

static void add_instance(const struct filling *filling, const struct instance *i)
{
	for (size_t m = 0; m < i->stored_count; m++)
		add(filling, i->stored[m].name, i->stored[m].digest, i->stored[m].size);
}

void matrix_build(struct model_matrix *matrix, const struct fleet *fleet, matrix_keep_fn *keep, void *user)
{
	const struct filling filling = {matrix, keep, user};
	const struct instance *reference = fleet_reference(fleet);

	matrix->count = 0;
	if (reference)
		add_instance(&filling, reference);
	for (size_t s = 0; s < fleet->server_count; s++)
		for (size_t i = 0; i < fleet->servers[s].instance_count; i++)
			add_instance(&filling, fleet->servers[s].instances[i]);
	/* A size on disk says more than one in memory, so what is only loaded comes last. */
	for (size_t s = 0; s < fleet->server_count; s++) {
		for (size_t i = 0; i < fleet->servers[s].instance_count; i++) {
			const struct instance *instance = fleet->servers[s].instances[i];
			for (size_t m = 0; m < instance->loaded_count; m++)
				add(&filling, instance->loaded[m].name, instance->loaded[m].digest,
					instance->loaded[m].size);
		}
	}
}

void matrix_free(struct model_matrix *matrix)
{
	free(matrix->rows);
	*matrix = (struct model_matrix){0};
}

const struct model_stored *instance_stored(const struct instance *instance, const char *model)
{
	for (size_t m = 0; m < instance->stored_count; m++)
		if (!strcmp(instance->stored[m].name, model))
			return &instance->stored[m];
	return NULL;
}

const struct model_loaded *instance_loaded(const struct instance *instance, const char *model)
{
	for (size_t m = 0; m < instance->loaded_count; m++)
		if (!strcmp(instance->loaded[m].name, model))
			return &instance->loaded[m];
	return NULL;
}

int64_t model_lag(const struct fleet *fleet, const struct instance *instance, const char *model)
{
	const struct instance *reference = fleet_reference(fleet);
	const struct model_stored *there = reference ? instance_stored(reference, model) : NULL;
	const struct model_stored *here = instance_stored(instance, model);

	if (!there || !here || instance == reference || !there->appeared || !here->appeared ||
		!digest_same(there->digest, here->digest))
		return -1;
	return here->first_seen_at > there->first_seen_at ? here->first_seen_at - there->first_seen_at : 0;
}
