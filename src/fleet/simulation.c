/*
 * simulation.c - the events: requests come, work begins and ends, instances come and go, somebody decides.
 */
#include "ollama-top/simulation.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS 3600000.0

enum phase { PHASE_NONE, PHASE_STARTING, PHASE_READY, PHASE_LEAVING };

struct place {
	enum phase phase;
	int64_t since, ready_at;
	int64_t ends[SIMULATION_PARALLEL_MAX]; /* of the work at hand */
	int working;
	size_t head, tail; /* of those that wait, by request.next */
	int waiting;
};

#define NOBODY SIZE_MAX

struct world {
	const struct simulation *s;
	const struct simulation_scaler *scaler;
	struct simulation_result *out;
	struct place places[SIMULATION_INSTANCES_MAX];
	size_t *next;                      /* of each request, who waits behind it */
	int64_t *waits;                    /* of each request */
	size_t gateway_head, gateway_tail; /* those that came while no instance was ready */
	size_t arrived;
	int turn; /* whose turn it is */
	int64_t now, tick_at, column_ms;
	int inflight;
	uint64_t random;
};

/* xorshift64*: the same everywhere. */
static double random_share(struct world *w)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (double)(w->random * UINT64_C(2685821657736338717) >> 11) / 9007199254740992.0;
}

static void append(struct world *w, size_t *head, size_t *tail, size_t request)
{
	w->next[request] = NOBODY;
	if (*head == NOBODY)
		*head = request;
	else
		w->next[*tail] = request;
	*tail = request;
}

static size_t take_first(struct world *w, size_t *head)
{
	const size_t first = *head;

	*head = w->next[first];
	return first;
}

static void begin_work(struct world *w, struct place *p)
{
	while (p->working < w->s->parallel && p->waiting > 0) {
		const size_t request = take_first(w, &p->head);

		p->waiting--;
		p->ends[p->working++] = w->now + w->s->requests[request].service;
		w->waits[request] = w->now - w->s->requests[request].arrival;
	}
}

/* The next ready one in turn; NULL when there is none. */
static struct place *choose(struct world *w)
{
	for (int i = 0; i < SIMULATION_INSTANCES_MAX; i++) {
		const int at = (w->turn + i) % SIMULATION_INSTANCES_MAX;

		if (w->places[at].phase == PHASE_READY) {
			w->turn = at + 1;
			return &w->places[at];
		}
	}
	return NULL;
}

static void dispatch(struct world *w, size_t request)
{
	struct place *p = choose(w);

	if (!p) {
		append(w, &w->gateway_head, &w->gateway_tail, request);
		return;
	}
	append(w, &p->head, &p->tail, request);
	p->waiting++;
	begin_work(w, p);
}

static void leave(struct world *w, struct place *p)
{
	w->out->instance_hours += (double)(w->now - p->since) / HOUR_MS;
	*p = (struct place){.head = NOBODY};
}

static void end_work(struct world *w, struct place *p)
{
	for (int i = 0; i < p->working;)
		if (p->ends[i] <= w->now) {
			p->ends[i] = p->ends[--p->working];
			w->inflight--;
		} else {
			i++;
		}
	begin_work(w, p);
	if (p->phase == PHASE_LEAVING && p->working == 0)
		leave(w, p);
}

static void become_ready(struct world *w, struct place *p)
{
	p->phase = PHASE_READY;
	while (w->gateway_head != NOBODY)
		dispatch(w, take_first(w, &w->gateway_head));
}

static int64_t cold_start(struct world *w)
{
	return w->s->cold_min + (int64_t)(random_share(w) * (double)(w->s->cold_max - w->s->cold_min));
}

static void start(struct world *w, int count)
{
	int64_t ready_at = w->now;

	for (int i = 0; i < SIMULATION_INSTANCES_MAX && count > 0; i++) {
		struct place *p = &w->places[i];

		if (p->phase != PHASE_NONE)
			continue;
		ready_at = (w->scaler->one_by_one ? ready_at : w->now) + cold_start(w);
		*p = (struct place){
			.phase = PHASE_STARTING, .since = w->now, .ready_at = ready_at, .head = NOBODY};
		count--;
	}
}

/* The highest number goes first. */
static void stop(struct world *w, int count)
{
	for (int i = SIMULATION_INSTANCES_MAX - 1; i >= 0 && count > 0; i--) {
		struct place *p = &w->places[i];

		if (p->phase != PHASE_READY && p->phase != PHASE_STARTING)
			continue;
		p->phase = PHASE_LEAVING;
		if (p->working == 0)
			leave(w, p);
		count--;
	}
}

static void look(const struct world *w, struct policy_sample *sample)
{
	int busy = 0, inflight = 0, queue = 0, leaving = 0;

	policy_sample_init(sample);
	sample->count = 0;
	for (int i = 0; i < SIMULATION_INSTANCES_MAX; i++) {
		const struct place *p = &w->places[i];

		leaving += p->phase == PHASE_LEAVING;
		sample->starting += p->phase == PHASE_STARTING;
		if (p->phase != PHASE_READY)
			continue;
		sample->ready++;
		busy += p->working > 0;
		inflight += p->working + p->waiting;
		queue += p->waiting;
	}
	sample->count = sample->ready + sample->starting;
	sample->acting = w->scaler->one_by_one && sample->starting + leaving > 0;
	sample->figures[POLICY_BUSY] = policy_figure_mean(busy, busy, sample->ready, true);
	sample->figures[POLICY_INFLIGHT] = policy_figure_mean(inflight, inflight, sample->ready, true);
	sample->figures[POLICY_QUEUE] = policy_figure_mean(queue, queue, sample->ready, true);
}

static void note(struct world *w, int from, int to, const char *reason)
{
	struct simulation_result *out = w->out;

	out->ups += to > from;
	out->downs += to < from;
	if (out->decision_count == SIMULATION_DECISIONS_MAX)
		return;
	struct simulation_decision *d = &out->decisions[out->decision_count++];
	*d = (struct simulation_decision){.at = w->now, .from = from, .to = to};
	snprintf(d->reason, sizeof(d->reason), "%s", reason);
}

static void decide(struct world *w)
{
	struct policy_sample sample;
	const char *reason = "";

	look(w, &sample);
	int to = w->scaler->decide(w->scaler->user, w->now, w->s->wall + w->now, &sample, &reason);
	if (to > w->s->max)
		to = w->s->max;
	if (to < 0 || to == sample.count)
		return;
	note(w, sample.count, to, reason);
	if (to > sample.count)
		start(w, to - sample.count);
	else
		stop(w, sample.count - to);
}

/* Adds the time up to `until` to the chart's columns. */
static void account(struct world *w, int64_t until)
{
	int there = 0;

	for (int i = 0; i < SIMULATION_INSTANCES_MAX; i++)
		there += w->places[i].phase != PHASE_NONE;
	w->out->most = there > w->out->most ? there : w->out->most;
	while (w->now < until) {
		const int64_t index = w->now / w->column_ms;
		struct simulation_column *c =
			&w->out->columns[index < SIMULATION_COLUMNS ? index : SIMULATION_COLUMNS - 1];
		const int64_t edge = index < SIMULATION_COLUMNS - 1 ? (index + 1) * w->column_ms : until;
		const int64_t to = edge < until ? edge : until;

		c->instances += (double)there * (double)(to - w->now);
		c->inflight += (double)w->inflight * (double)(to - w->now);
		c->most = there > c->most ? there : c->most;
		w->now = to;
	}
}

static int64_t next_event(const struct world *w)
{
	int64_t at = w->arrived < w->s->count ? w->s->requests[w->arrived].arrival : INT64_MAX;

	if (w->scaler->every_ms > 0 && (at != INT64_MAX || w->inflight > 0) && w->tick_at < at)
		at = w->tick_at;
	for (int i = 0; i < SIMULATION_INSTANCES_MAX; i++) {
		const struct place *p = &w->places[i];

		if (p->phase == PHASE_STARTING && p->ready_at < at)
			at = p->ready_at;
		for (int k = 0; k < p->working; k++)
			at = p->ends[k] < at ? p->ends[k] : at;
	}
	return at;
}

/* At one moment: first work ends, then instances come, then requests, and whoever decides sees it all. */
static void step(struct world *w)
{
	for (int i = 0; i < SIMULATION_INSTANCES_MAX; i++) {
		struct place *p = &w->places[i];

		if (p->working > 0)
			end_work(w, p);
		if (p->phase == PHASE_STARTING && p->ready_at <= w->now)
			become_ready(w, p);
	}
	while (w->arrived < w->s->count && w->s->requests[w->arrived].arrival <= w->now) {
		w->inflight++;
		dispatch(w, w->arrived++);
	}
	if (w->scaler->every_ms > 0 && w->tick_at <= w->now) {
		decide(w);
		w->tick_at += w->scaler->every_ms;
	}
}

static int by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The smallest value that so many of a hundred do not exceed. */
static int64_t percentile(const int64_t *sorted, size_t count, int percent)
{
	const size_t rank = (count * (size_t)percent + 99) / 100;

	return count > 0 ? sorted[rank > 0 ? rank - 1 : 0] : 0;
}

static void finish(struct world *w)
{
	struct simulation_result *out = w->out;
	double sum = 0;

	for (int i = 0; i < SIMULATION_INSTANCES_MAX; i++)
		if (w->places[i].phase != PHASE_NONE)
			leave(w, &w->places[i]);
	for (size_t i = 0; i < w->s->count; i++) {
		const int64_t index = w->s->requests[i].arrival / w->column_ms;
		struct simulation_column *c =
			&out->columns[index < SIMULATION_COLUMNS ? index : SIMULATION_COLUMNS - 1];

		c->arrivals++;
		c->wait_max = w->waits[i] > c->wait_max ? w->waits[i] : c->wait_max;
		sum += (double)w->waits[i];
	}
	for (int i = 0; i < SIMULATION_COLUMNS; i++) {
		const int64_t begin = i * w->column_ms;
		const int64_t end = i < SIMULATION_COLUMNS - 1 ? begin + w->column_ms : w->now;
		const double length = (double)((end < w->now ? end : w->now) - begin);

		out->columns[i].instances = length > 0 ? out->columns[i].instances / length : 0;
		out->columns[i].inflight = length > 0 ? out->columns[i].inflight / length : 0;
	}
	qsort(w->waits, w->s->count, sizeof(*w->waits), by_value);
	out->requests = w->s->count;
	out->duration = w->now;
	out->wait_p50 = percentile(w->waits, w->s->count, 50);
	out->wait_p95 = percentile(w->waits, w->s->count, 95);
	out->wait_p99 = percentile(w->waits, w->s->count, 99);
	out->wait_max = percentile(w->waits, w->s->count, 100);
	out->wait_mean = w->s->count > 0 ? sum / (double)w->s->count : 0;
}

static void open_world(struct world *w)
{
	const int64_t last = w->s->count > 0 ? w->s->requests[w->s->count - 1].arrival : 0;

	w->column_ms = last / SIMULATION_COLUMNS + 1;
	w->gateway_head = NOBODY;
	w->random = w->s->seed | 1;
	for (int i = 0; i < SIMULATION_INSTANCES_MAX; i++)
		w->places[i] =
			(struct place){.phase = i < w->s->first ? PHASE_READY : PHASE_NONE, .head = NOBODY};
}

bool simulation_run(
	const struct simulation *s, const struct simulation_scaler *scaler, struct simulation_result *out)
{
	struct world *w = calloc(1, sizeof(*w));

	*out = (struct simulation_result){.requests = 0};
	out->decisions = calloc(SIMULATION_DECISIONS_MAX, sizeof(*out->decisions));
	if (w) {
		w->next = calloc(s->count + 1, sizeof(*w->next));
		w->waits = calloc(s->count + 1, sizeof(*w->waits));
	}
	const bool good = w && w->next && w->waits && out->decisions;
	if (good) {
		w->s = s;
		w->scaler = scaler;
		w->out = out;
		open_world(w);
		for (int64_t at; (at = next_event(w)) != INT64_MAX;) {
			account(w, at);
			step(w);
		}
		finish(w);
	}
	if (w) {
		free(w->next);
		free(w->waits);
	}
	free(w);
	return good;
}

void simulation_result_free(struct simulation_result *result)
{
	free(result->decisions);
	result->decisions = NULL;
}
