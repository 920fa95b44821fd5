/*
 * observe_ollama.c - folds what an instance says of itself.
 */
#include "core.h"
#include "ollama-top/text.h"

#include <math.h>

void fold_version(const struct place *p, const struct observation *o)
{
	struct instance *i = p->instance;
	const enum link_status was = i->api.status;

	if (o->error) {
		touch(p->fleet, link_failed(&i->api, o->at, o->error));
		i->probes_failed++;
		return;
	}
	const double latency = o->u.version.latency_ms;
	touch(p->fleet, link_answered(&i->api, o->at, latency));
	touch(p->fleet, keep_text(&i->version, o->u.version.version, TEXT_NAME_MAX));
	if (was == LINK_FAILED)
		i->recovered_at = o->at;
	i->crashes = 0;
	if (!(latency > FLEET_SLOW_MS))
		i->slow_in_a_row = 0;
	else if (i->slow_in_a_row < FLEET_SLOW_RUN)
		i->slow_in_a_row++;
	sample_note(&i->peak_latency, latency);
	histogram_note(&i->probes, &histogram_latency, latency / 1000);
}
