/*
 * requests.c - folds what is known of an instance's requests, and forgets what is too old to be true.
 */
#include "core.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* How often each source is read, in refreshes (DESIGN.md section 5). */
#define METRICS_STEPS     5
#define CONNECTIONS_STEPS 15
#define GOOD_FOR          3
/* Where a policy goes by them it is each refresh; an engine that is slow to answer gets this long at least. */
#define FOLLOWED_GOOD_MS 10000

/* A request that lasted longer than this is a clock gone wrong. */
#define SECONDS_MAX (7.0 * 24 * 3600)

const char *request_source_name(enum request_source source)
{
	static const char *const names[] = {
		[REQUESTS_FROM_NOTHING] = NULL,
		[REQUESTS_FROM_CONNECTIONS] = "connections",
		[REQUESTS_FROM_LOG] = "log",
		[REQUESTS_FROM_METRICS] = "metrics",
	};

	return (unsigned)source < sizeof(names) / sizeof(*names) ? names[source] : NULL;
}

bool instance_is_ollama(const struct instance *i)
{
	return !i->spec || i->spec->kind == KIND_OLLAMA;
}

const char *requests_text(char *buf, size_t size, const struct requests *r)
{
	buf[0] = '\0';
	if (r->inflight.certainty == CERTAINTY_AT_MOST)
		snprintf(buf, size, "<=%d", r->inflight.value);
	else if (r->inflight.certainty == CERTAINTY_EXACT && r->queue.certainty == CERTAINTY_EXACT &&
		 r->queue.value > 0)
		snprintf(buf, size, "%d+%d", r->inflight.value, r->queue.value);
	else if (r->inflight.certainty == CERTAINTY_EXACT)
		snprintf(buf, size, "%d", r->inflight.value);
	return buf;
}

static void set(struct fleet *fleet, struct request_figure *f, enum certainty certainty, int value)
{
	/* nothing is below 0, so that a bound of 0 is exact */
	if (certainty == CERTAINTY_AT_MOST && value == 0)
		certainty = CERTAINTY_EXACT;
	touch(fleet, f->certainty != certainty || f->value != value);
	f->certainty = certainty;
	f->value = value;
}

static void forget(struct fleet *fleet, struct request_figure *f)
{
	set(fleet, f, CERTAINTY_UNKNOWN, 0);
	f->source = REQUESTS_FROM_NOTHING;
}

/* A better source's figure stands as long as it is good. */
static bool yields(const struct request_figure *f, enum request_source source, int64_t at)
{
	return f->certainty == CERTAINTY_UNKNOWN || f->source <= source || at > f->good_until;
}

void fleet_follow_requests(struct fleet *fleet, size_t server)
{
	if (server < fleet->server_count)
		fleet->servers[server].requests_followed = true;
}

static int64_t good_for(const struct fleet *fleet, const struct server *server, enum request_source source)
{
	const int64_t refresh = fleet->spec->refresh_ms;
	const int64_t steps = source == REQUESTS_FROM_METRICS ? METRICS_STEPS : CONNECTIONS_STEPS;

	if (!server->requests_followed)
		return GOOD_FOR * steps * refresh;
	return GOOD_FOR * refresh > FOLLOWED_GOOD_MS ? GOOD_FOR * refresh : FOLLOWED_GOOD_MS;
}

static void take(struct fleet *fleet, struct instance *i, struct request_figure *f, enum certainty certainty,
	int value, enum request_source source, int64_t at)
{
	if (value < 0 || !yields(f, source, at))
		return;
	touch(fleet, f->source != source);
	set(fleet, f, certainty, value);
	f->source = source;
	f->at = at;
	f->good_until = at + good_for(fleet, i->server, source);
}

void requests_from_connections(struct fleet *fleet, struct instance *i, int count, int64_t at)
{
	struct requests *r = &i->requests;

	take(fleet, i, &r->inflight, CERTAINTY_AT_MOST, count, REQUESTS_FROM_CONNECTIONS, at);
	/* nothing waits but behind something that is worked on */
	take(fleet, i, &r->queue, CERTAINTY_AT_MOST, count > 0 ? count - 1 : 0, REQUESTS_FROM_CONNECTIONS,
		at);
}

void fold_requests(const struct place *p, const struct observation *o)
{
	struct requests *r = &p->instance->requests;

	if (o->error)
		return;
	take(p->fleet, p->instance, &r->inflight, CERTAINTY_EXACT, o->u.requests.inflight,
		REQUESTS_FROM_METRICS, o->at);
	take(p->fleet, p->instance, &r->queue, CERTAINTY_EXACT, o->u.requests.queue, REQUESTS_FROM_METRICS,
		o->at);
}

static void count_one(struct request_counts *c, const struct ended_request *request)
{
	const double seconds = request->seconds;

	c->ended++;
	c->failed += request->status >= 500 && request->status <= 599;
	c->busy += request->status == 503;
	if (seconds <= SECONDS_MAX)
		histogram_note(&c->durations, &histogram_requests, seconds);
}

void fold_ended(const struct place *p, const struct observation *o)
{
	struct request_counts *c = &p->instance->requests.counts;

	touch(p->fleet, keep_text(&c->error, o->error, FLEET_TEXT_MAX));
	if (o->error)
		return;
	if (c->source != REQUESTS_FROM_LOG) {
		c->source = REQUESTS_FROM_LOG;
		c->since_at = o->at;
		touch(p->fleet, true);
	}
	for (size_t k = 0; k < o->u.ended.count; k++)
		count_one(c, &o->u.ended.list[k]);
	if (o->u.ended.count > 0) {
		c->last_at = o->at;
		touch(p->fleet, true);
	}
}

void requests_tick(struct fleet *fleet, struct instance *i)
{
	struct requests *r = &i->requests;

	if (r->inflight.certainty != CERTAINTY_UNKNOWN && fleet->now > r->inflight.good_until)
		forget(fleet, &r->inflight);
	if (r->queue.certainty != CERTAINTY_UNKNOWN && fleet->now > r->queue.good_until)
		forget(fleet, &r->queue);
}

void requests_forget_process(struct instance *i)
{
	i->requests.inflight = i->requests.queue = (struct request_figure){.value = 0};
}
