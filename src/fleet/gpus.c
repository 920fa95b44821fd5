/*
 * gpus.c - folds what nvidia-smi shows in an instance's container.
 */
#include "core.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void gpus_forget(struct instance *i)
{
	free(i->gpus);
	i->gpus = NULL;
	i->gpu_count = 0;
	i->gpus_at = 0;
}

static bool gpu_keep(struct gpu *to, const struct gpu *from)
{
	bool changed = keep_int(&to->index, from->index);

	changed |= strncmp(to->name, from->name, sizeof(to->name) - 1) != 0;
	memcpy(to->name, from->name, sizeof(to->name));
	to->name[sizeof(to->name) - 1] = '\0';
	changed |= keep_size(&to->memory_used, from->memory_used);
	changed |= keep_size(&to->memory_total, from->memory_total);
	changed |= keep_figure(&to->utilisation, from->utilisation);
	return changed;
}

void fold_gpus(const struct place *p, const struct observation *o)
{
	struct instance *i = p->instance;
	const size_t count = o->u.gpus.count < FLEET_GPUS_MAX ? o->u.gpus.count : FLEET_GPUS_MAX;

	if (o->error)
		return;
	if (count != i->gpu_count) {
		gpus_forget(i);
		i->gpus = count ? calloc(count, sizeof(*i->gpus)) : NULL;
		i->gpu_count = i->gpus ? count : 0;
		touch(p->fleet, true);
	}
	for (size_t k = 0; k < i->gpu_count; k++)
		touch(p->fleet, gpu_keep(&i->gpus[k], &o->u.gpus.list[k]));
	i->gpus_at = o->at;
}
