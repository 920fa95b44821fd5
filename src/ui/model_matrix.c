#include "model_matrix.h"

#include "filter.h"
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

static void add(
	struct model_matrix *matrix, const char *filter, const char *name, const char *digest, int64_t size)
{
	bool found;
	if (!name || !filter_matches(filter, &name, 1))
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

static void add_instance(struct model_matrix *matrix, const char *filter, const struct instance *i)
{
	for (size_t m = 0; m < i->stored_count; m++)
		add(matrix, filter, i->stored[m].name, i->stored[m].digest, i->stored[m].size);
}

void matrix_build(struct model_matrix *matrix, const struct fleet *fleet, const char *filter)
{
	const struct instance *reference = fleet_reference(fleet);
	matrix->count = 0;
	if (reference)
		add_instance(matrix, filter, reference);
	for (size_t s = 0; s < fleet->server_count; s++)
		for (size_t i = 0; i < fleet->servers[s].instance_count; i++)
			add_instance(matrix, filter, fleet->servers[s].instances[i]);
	/* A size on disk says more than one in memory, so what is only loaded comes last. */
	for (size_t s = 0; s < fleet->server_count; s++) {
		for (size_t i = 0; i < fleet->servers[s].instance_count; i++) {
			const struct instance *instance = fleet->servers[s].instances[i];
			for (size_t m = 0; m < instance->loaded_count; m++)
				add(matrix, filter, instance->loaded[m].name, instance->loaded[m].digest,
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

bool model_settling(
	const struct fleet *fleet, const struct instance *instance, const char *model, int64_t now)
{
	const struct instance *reference = fleet_reference(fleet);
	const struct model_stored *there = reference ? instance_stored(reference, model) : NULL;
	const struct model_stored *here = instance_stored(instance, model);
	int64_t since = there ? there->first_seen_at : 0;
	if (here && here->first_seen_at > since)
		since = here->first_seen_at;
	return since > 0 && now - since < FLEET_DRIFT_SETTLE_MS;
}
