/*
 * policy_sample.c - a server of the fleet as the policy sees it.
 */
#include "core.h"
#include "policy_private.h"

#include <math.h>

static const struct policy_figure unknown = {0, INFINITY};

static struct policy_figure exactly(double value)
{
	return (struct policy_figure){value, value};
}

static bool is_there(const struct instance *i)
{
	return !i->gone && i->present != 0 && i->container.status != CONTAINER_REMOVED;
}

static bool answers(const struct instance *i)
{
	return is_there(i) && i->api.status == LINK_OK && i->tended == TENDED_NOT &&
	       i->state != STATE_STOPPED;
}

/* It may be given requests; where the pool is not known, whoever answers may. */
static bool is_ready(const struct fleet *fleet, const struct instance *i)
{
	return answers(i) && i->state != STATE_STARTING &&
	       !fleet_stale(fleet, i->api.answered_at, fleet->spec->refresh_ms) &&
	       (fleet->balancer.link.status != LINK_OK || i->in_pool != 0);
}

/* It will be soon: a start under way, or nothing is missing but its place in the pool. */
static bool is_starting(const struct fleet *fleet, const struct instance *i)
{
	return is_there(i) && !is_ready(fleet, i) && i->tended != TENDED_DRAINING &&
	       i->tended != TENDED_STOPPING && (i->state == STATE_STARTING || answers(i));
}

/*
 * What an operation of ours does to an instance, such as loading its first model, is no load that asks for more
 * instances: of what was true when it let go of it only the high end counts.
 */
static bool is_ours(const struct instance *i, int64_t at)
{
	return i->tended_until > 0 && at <= i->tended_until;
}

static struct policy_figure doubted(struct policy_figure f, bool doubt)
{
	return doubt ? (struct policy_figure){0, f.high} : f;
}

static struct policy_figure busy_of(const struct fleet *fleet, const struct instance *i)
{
	const int64_t refresh = fleet->spec->refresh_ms;
	const bool seen =
		!fleet_stale(fleet, i->stats_at, refresh) ||
		(i->connections_active >= 0 && !fleet_stale(fleet, i->connections_at, 15 * refresh));

	if (!seen || fleet_stale(fleet, i->loaded_at, refresh))
		return unknown;
	return doubted(exactly(i->busy), is_ours(i, i->busy_sign_at));
}

/*
 * Connections are an upper bound: a balancer keeps some open that carry nothing. Of an instance that is busy they are
 * taken for requests, of one that is not the low end is nothing.
 */
static struct policy_figure requests_of(const struct instance *i, const struct request_figure *figure)
{
	if (figure->certainty == CERTAINTY_UNKNOWN)
		return unknown;
	const bool counts = figure->certainty == CERTAINTY_EXACT || i->busy;
	return doubted(exactly(figure->value), !counts || is_ours(i, figure->at));
}

/* An instance's own metrics count those that wait apart; its connections are both. */
static struct policy_figure inflight_of(const struct fleet *fleet, const struct instance *i)
{
	const struct requests *r = &i->requests;
	struct policy_figure all = requests_of(i, &r->inflight);

	(void)fleet;
	if (r->inflight.source == REQUESTS_FROM_METRICS && r->queue.source == REQUESTS_FROM_METRICS) {
		all.low += r->queue.value;
		all.high += r->queue.value;
	}
	return all;
}

static struct policy_figure queue_of(const struct fleet *fleet, const struct instance *i)
{
	(void)fleet;
	return requests_of(i, &i->requests.queue);
}

static struct policy_figure cpu_of(const struct fleet *fleet, const struct instance *i)
{
	const bool seen = !fleet_stale(fleet, i->stats_at, fleet->spec->refresh_ms);

	if (!seen || !isfinite(i->cpu_percent))
		return unknown;
	return doubted(exactly(i->cpu_percent), is_ours(i, i->cpu_since));
}

/* Of the container, else of its cgroup; 0 none, -1 unknown. */
static int64_t limit_of(const struct instance *i)
{
	return i->container.known ? i->container.memory_limit : i->memory_limit;
}

static struct policy_figure memory_of(const struct fleet *fleet, const struct instance *i)
{
	const int64_t limit = limit_of(i) > 0 ? limit_of(i) : i->server->memory_total;
	const bool seen = !fleet_stale(fleet, i->stats_at, fleet->spec->refresh_ms) && i->memory_judged >= 0;

	return seen && limit > 0 ? exactly((double)i->memory_judged / (double)limit) : unknown;
}

static struct policy_figure latency_of(const struct fleet *fleet, const struct instance *i)
{
	const bool seen = !fleet_stale(fleet, i->api.answered_at, fleet->spec->refresh_ms);

	return seen && isfinite(i->api.latency_ms) ? exactly(i->api.latency_ms) : unknown;
}

static struct policy_figure (*const readers[POLICY_METRICS])(
	const struct fleet *, const struct instance *) = {
	[POLICY_BUSY] = busy_of,
	[POLICY_INFLIGHT] = inflight_of,
	[POLICY_QUEUE] = queue_of,
	[POLICY_CPU] = cpu_of,
	[POLICY_MEMORY] = memory_of,
	[POLICY_LATENCY] = latency_of,
};

/*
 * How many more of the largest fit beside the limits of those that there are; -1 where a limit is not known or
 * missing: who scales refuses then, and says why. A service's tasks may go to other machines.
 */
static int room_of(const struct server *server)
{
	int64_t sum = 0, largest = 0;

	if (server->spec->scale.service || server->memory_total <= 0)
		return -1;
	for (size_t k = 0; k < server->instance_count; k++) {
		const int64_t limit = limit_of(server->instances[k]);

		if (!is_there(server->instances[k]))
			continue;
		if (limit <= 0 || __builtin_add_overflow(sum, limit, &sum))
			return -1;
		largest = limit > largest ? limit : largest;
	}
	const int64_t left = server->memory_total - sum - server->spec->scale.memory_headroom;
	if (largest == 0)
		return -1;
	return left < largest                         ? 0
	       : left / largest < FLEET_INSTANCES_MAX ? (int)(left / largest)
						      : FLEET_INSTANCES_MAX;
}

static void add_figures(const struct fleet *fleet, const struct server *server, struct policy_sample *out)
{
	for (int m = 0; m < POLICY_METRICS; m++) {
		double low = 0, high = 0;

		for (size_t k = 0; k < server->instance_count; k++) {
			if (!is_ready(fleet, server->instances[k]))
				continue;
			const struct policy_figure f = readers[m](fleet, server->instances[k]);
			low += f.low;
			high += f.high;
		}
		out->figures[m] = policy_figure_mean(low, high, out->ready, isfinite(high));
	}
}

void policy_sample_from_fleet(
	const struct fleet *fleet, const struct server *server, struct policy_sample *out)
{
	policy_sample_init(out);
	const int count = fleet_scaled(server);
	if (count < 0 || (server->spec->scale.service == NULL && server->docker.status != LINK_OK))
		return;
	out->count = count;
	out->room = room_of(server);
	out->ready = 0;
	for (size_t k = 0; k < server->instance_count; k++) {
		const struct instance *i = server->instances[k];

		out->ready += is_ready(fleet, i);
		out->starting += is_starting(fleet, i);
		out->acting = out->acting || (i->tended != TENDED_NOT && !i->gone);
	}
	add_figures(fleet, server, out);
}
