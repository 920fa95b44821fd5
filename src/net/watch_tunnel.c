/*
 * watch_tunnel.c - servers behind an ssh tunnel: nothing is asked of what it leads to until it is up, and all of that is
 * unreachable, for the tunnel's reason, when it is down.
 */
#include "watch_private.h"

static int64_t retry_at(const struct engine *e)
{
	return e->watch->once ? POLL_NEVER : tunnel_retry_at(e->tunnel);
}

enum way { WAY_OPEN, WAY_AWAITED, WAY_DOWN };

static enum way way_of(struct engine *e, bool tunneled, const struct instance_spec *spec, const char *url)
{
	struct watch *w = e->watch;
	if (!tunneled || reach_is_open(w->options.tunnels, e->spec, spec, url))
		return WAY_OPEN;
	if (e->tunnel == NULL)
		e->tunnel = tunnel_of(w->options.tunnels, e->spec);
	if (e->tunnel != NULL && tunnel_status(e->tunnel) == TUNNEL_DOWN)
		return WAY_DOWN;
	if (!e->tunnel_awaited) {
		e->tunnel_awaited = true;
		watch_asked(w);
	}
	return WAY_AWAITED;
}

bool engine_is_open(struct engine *e)
{
	enum way way = way_of(e, e->where.tunneled, NULL, NULL);
	if (way == WAY_DOWN)
		engine_failed(e, tunnel_trouble(e->tunnel), retry_at(e));
	return way == WAY_OPEN;
}

bool target_is_open(struct target *t)
{
	struct engine *e = t->engine;
	enum way way = way_of(e, t->tunneled, t->spec, t->url);
	if (way == WAY_DOWN)
		target_failed(t, tunnel_trouble(e->tunnel), retry_at(e));
	return way == WAY_OPEN;
}

void tunnel_stop_waiting(struct engine *e)
{
	if (e->tunnel_awaited)
		watch_answered(e->watch);
	e->tunnel_awaited = false;
}

/* All that does not answer yet is asked; what is not open yet waits again then. */
static void up(struct engine *e)
{
	if (e->where.tunneled && e->endpoint != NULL && e->status != ENGINE_UP)
		poll_now(&e->connect);
	for (size_t i = 0; i < e->target_count; i++)
		if (e->targets[i]->tunneled && !e->targets[i]->answers)
			target_retry(e->targets[i]);
}

static void down(struct engine *e)
{
	const char *why = tunnel_trouble(e->tunnel);
	int64_t at = retry_at(e);
	if (e->where.tunneled && e->endpoint != NULL)
		engine_failed(e, why, at);
	for (size_t i = 0; i < e->target_count; i++)
		if (e->targets[i]->tunneled && e->targets[i]->endpoint != NULL)
			target_failed(e->targets[i], why, at);
}

static void on_change(void *user, const struct server_spec *server)
{
	struct watch *w = user;
	struct engine *e = &w->engines[server - w->spec->servers];
	if (e->tunnel == NULL)
		e->tunnel = tunnel_of(w->options.tunnels, server);
	if (tunnel_status(e->tunnel) == TUNNEL_UP)
		up(e);
	else
		down(e);
	tunnel_stop_waiting(e);
}

void watch_tunnels(struct watch *w, bool on)
{
	if (w->options.tunnels != NULL)
		tunnels_listen(w->options.tunnels, on ? on_change : NULL, w);
}
