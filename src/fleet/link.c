/*
 * link.c - one end that is asked over the network.
 */
#include "core.h"

static bool link_turn(struct link *link, enum link_status status, int64_t at)
{
	if (link->status == status)
		return false;
	link->status = status;
	link->changed_at = at;
	return true;
}

bool link_answered(struct link *link, int64_t at, double latency_ms)
{
	bool changed = link_turn(link, LINK_OK, at);

	changed |= keep_text(&link->error, NULL, FLEET_TEXT_MAX);
	changed |= keep_figure(&link->latency_ms, latency_ms);
	changed |= keep_i64(&link->retry_at, 0);
	link->answered_at = at;
	return changed;
}

bool link_failed(struct link *link, int64_t at, const char *error)
{
	const bool changed = link_turn(link, LINK_FAILED, at);

	return keep_text(&link->error, error, FLEET_TEXT_MAX) || changed;
}
