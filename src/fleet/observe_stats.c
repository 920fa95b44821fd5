/*
 * observe_stats.c - folds what a container uses: memory, CPU, major faults, connections.
 */
#include "core.h"

#include <math.h>

/* Counts samples of many major faults, but not those of a model that is being read for the first time. */
static void watch_faults(struct instance *i, int64_t at)
{
	const bool settled = i->loaded_at == 0 ||
			     (i->loaded_count > 0 && at - i->loaded_changed_at >= FLEET_THRASH_QUIET_MS);

	if (!(i->major_faults >= FLEET_THRASH_FAULTS / 2)) {
		i->thrashing = false;
		i->thrash_run = 0;
	} else if (!(i->major_faults >= FLEET_THRASH_FAULTS) || !settled) {
		i->thrash_run = 0;
	} else if (i->thrash_run < FLEET_THRASH_RUN) {
		i->thrash_run++;
	}
	if (i->thrash_run >= FLEET_THRASH_RUN)
		i->thrashing = true;
}

void fold_stats(const struct place *p, const struct observation *o)
{
	struct instance *i = p->instance;

	if (o->error)
		return;
	touch(p->fleet, keep_size(&i->memory_used, o->u.stats.memory_used));
	touch(p->fleet, keep_size(&i->memory_judged, o->u.stats.memory_judged));
	touch(p->fleet, keep_size(&i->memory_limit, o->u.stats.memory_limit));
	touch(p->fleet, keep_figure(&i->cpu_percent, o->u.stats.cpu_percent));
	i->major_faults = o->u.stats.major_faults;
	i->cpu_since = i->stats_at;
	i->stats_at = o->at;
	watch_faults(i, o->at);
	sample_note(&i->peak_memory, i->memory_used >= 0 ? (double)i->memory_used : NAN);
	sample_note(&i->peak_cpu, i->cpu_percent);
}

void fold_connections(const struct place *p, const struct observation *o)
{
	struct instance *i = p->instance;

	if (o->error)
		return;
	touch(p->fleet, keep_int(&i->connections, o->u.connections.count));
	touch(p->fleet, keep_int(&i->connections_active, o->u.connections.active));
	i->connections_at = o->at;
	requests_from_connections(p->fleet, i, o->u.connections.count, o->at);
}
