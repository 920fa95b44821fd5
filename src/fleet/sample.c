/*
 * sample.c - histories with an even time axis: one sample per refresh, whatever was polled when.
 */
#include "core.h"

#include <math.h>

/* More steps than this behind (a suspended machine): the time between is unknown, not repeated. */
#define CATCH_UP_STEPS 3

/* An NFS server is asked each fifth refresh, a file of a store read each tenth or so. */
#define NFS_STEPS  5
#define READ_STEPS 15

void sample_note(float *peak, double value)
{
	*peak = fmaxf(*peak, (float)value);
}

/* Gives up `*peak`, else the value that still holds; an idle history is not begun with NaN. */
static bool sample(struct history *h, float *peak, double standing, int64_t steps)
{
	const float value = isnan(*peak) ? (float)standing : *peak;

	*peak = NAN;
	if (isnan(value) && h->count == 0)
		return false;
	for (int64_t k = 1; k < steps; k++)
		history_push(h, steps > CATCH_UP_STEPS ? NAN : value);
	history_push(h, value);
	return true;
}

static bool sample_instance(const struct fleet *fleet, struct instance *i, int64_t steps)
{
	const int64_t refresh = fleet->spec->refresh_ms;
	const bool counted = !fleet_stale(fleet, i->stats_at, refresh);
	const bool answers = i->api.status == LINK_OK && !fleet_stale(fleet, i->api.answered_at, refresh);
	const double memory = counted && i->memory_used >= 0 ? (double)i->memory_used : NAN;
	bool any = sample(&i->memory_history, &i->peak_memory, memory, steps);

	any |= sample(&i->cpu_history, &i->peak_cpu, counted ? i->cpu_percent : NAN, steps);
	any |= sample(&i->latency_history, &i->peak_latency, answers ? i->api.latency_ms : NAN, steps);
	const bool reads = !i->store.hung && !fleet_stale(fleet, i->store.read_at, READ_STEPS * refresh);
	any |= sample(&i->read_history, &i->peak_read, reads ? i->store.read_ms : NAN, steps);
	return any;
}

static bool sample_nfs(const struct fleet *fleet, struct server *s, int64_t steps)
{
	struct nfs_server *nfs = &s->nfs_server;
	const bool answers = s->nfs.status == LINK_OK &&
			     !fleet_stale(fleet, s->nfs.answered_at, NFS_STEPS * fleet->spec->refresh_ms);

	return nfs->address &&
	       sample(&nfs->latency_history, &nfs->peak_latency, answers ? s->nfs.latency_ms : NAN, steps);
}

void sample_tick(struct fleet *fleet)
{
	const int64_t refresh = fleet->spec->refresh_ms > 0 ? fleet->spec->refresh_ms : 1;
	int64_t steps = (fleet->now - fleet->sampled_at) / refresh;
	bool any = false;

	if (steps < 1)
		return;
	fleet->sampled_at += steps * refresh;
	if (steps > HISTORY_MAX_SAMPLES)
		steps = HISTORY_MAX_SAMPLES;
	for (size_t s = 0; s < fleet->server_count; s++) {
		any |= sample_nfs(fleet, &fleet->servers[s], steps);
		for (size_t k = 0; k < fleet->servers[s].instance_count; k++)
			any |= sample_instance(fleet, fleet->servers[s].instances[k], steps);
	}
	fleet->samples += any;
}
