#include "watch_private.h"

#include <stdlib.h>

/* The golden ratio's multiples fill an interval evenly, however many polls there are. */
#define GOLDEN 0.6180339887498949

static void heap_put(struct watch *w, size_t at, struct poll *p)
{
	w->heap[at] = p;
	p->heap = at + 1;
}

static void sift_up(struct watch *w, size_t at)
{
	struct poll *p = w->heap[at];
	while (at > 0 && w->heap[(at - 1) / 2]->due > p->due) {
		heap_put(w, at, w->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(w, at, p);
}

static void sift_down(struct watch *w, size_t at)
{
	struct poll *p = w->heap[at];
	for (size_t child; (child = 2 * at + 1) < w->heap_count; at = child) {
		if (child + 1 < w->heap_count && w->heap[child + 1]->due < w->heap[child]->due)
			child++;
		if (w->heap[child]->due >= p->due)
			break;
		heap_put(w, at, w->heap[child]);
	}
	heap_put(w, at, p);
}

static void heap_remove(struct watch *w, struct poll *p)
{
	if (p->heap == 0)
		return;
	size_t at = p->heap - 1;
	struct poll *last = w->heap[--w->heap_count];
	p->heap = 0;
	if (last == p)
		return;
	heap_put(w, at, last);
	sift_up(w, at);
	sift_down(w, last->heap - 1);
}

static bool heap_reserve(struct watch *w)
{
	if (w->heap_count < w->heap_room)
		return true;
	size_t room = w->heap_room != 0 ? 2 * w->heap_room : 64;
	struct poll **heap = realloc(w->heap, room * sizeof(*heap));
	if (heap == NULL)
		return false;
	w->heap = heap;
	w->heap_room = room;
	return true;
}

/* Out of memory leaves the poll unscheduled; the next refresh by hand or list schedules it again. */
static void schedule(struct poll *p, int64_t due)
{
	struct watch *w = p->watch;
	p->due = due;
	if (due == POLL_NEVER) {
		heap_remove(w, p);
		return;
	}
	if (p->heap == 0) {
		if (!heap_reserve(w))
			return;
		heap_put(w, w->heap_count++, p);
	}
	sift_up(w, p->heap - 1);
	sift_down(w, p->heap - 1);
	poll_timer(w);
}

static void on_timer(uv_timer_t *timer)
{
	poll_run(timer->data);
}

void poll_timer(struct watch *w)
{
	if (w->closed || !w->started || w->running)
		return;
	if (w->paused || w->heap_count == 0) {
		w->armed = POLL_NEVER;
		uv_timer_stop(&w->timer);
		return;
	}
	int64_t due = w->heap[0]->due > w->not_before ? w->heap[0]->due : w->not_before;
	due = (due + POLL_GRAIN_MS - 1) / POLL_GRAIN_MS * POLL_GRAIN_MS;
	if (due == w->armed)
		return;
	int64_t now = clock_mono_ms(w->options.clock);
	w->armed = due;
	uv_update_time(w->options.loop);
	uv_timer_start(&w->timer, on_timer, due > now ? (uint64_t)(due - now) : 0, 0);
}

void poll_init(struct poll *p, const struct poll_kind *kind, struct watch *watch, void *owner, size_t serial)
{
	double place = (double)serial * GOLDEN;
	*p = (struct poll){.kind = kind, .watch = watch, .owner = owner, .due = POLL_NEVER, .spread = true};
	p->phase = (float)(place - (double)(int64_t)place);
}

int64_t poll_interval(const struct poll *p)
{
	const int64_t refresh = p->watch->spec->refresh_ms;
	if ((p->kind->factor & OF_REQUESTS) == 0 || !target_is_followed(p->owner))
		return (p->kind->factor & ~OF_REQUESTS) * refresh;
	return refresh > FOLLOWED_LEAST_MS ? refresh : FOLLOWED_LEAST_MS;
}

void poll_now(struct poll *p)
{
	if (p->out) {
		p->again = true;
		return;
	}
	p->spread = true;
	schedule(p, clock_mono_ms(p->watch->options.clock) + 1);
}

void poll_chain(struct poll *p)
{
	if (p->out || p->watch->paused)
		return;
	poll_off(p);
	p->kind->ask(p);
}

void poll_in(struct poll *p, int64_t ms)
{
	schedule(p, clock_mono_ms(p->watch->options.clock) + ms);
}

void poll_off(struct poll *p)
{
	p->again = false;
	schedule(p, POLL_NEVER);
}

void poll_cancel(struct poll *p)
{
	poll_off(p);
	if (!p->out)
		return;
	http_cancel(p->request);
	p->request = NULL;
	p->out = false;
	watch_answered(p->watch);
}

static void on_done(void *user, const struct http_response *response)
{
	struct poll *p = user;
	struct watch *w = p->watch;
	p->request = NULL;
	p->out = false;
	bool again = p->again;
	p->again = false;
	/* The answer may free the poll with its owner: `again` is settled before. */
	if (again)
		poll_now(p);
	p->kind->answer(p, response);
	watch_answered(w);
}

bool poll_send(struct poll *p, struct http_endpoint *endpoint, const char *path, int64_t deadline_ms)
{
	p->request = http_send(
		endpoint, &(struct http_request_options){
				  .path = path, .deadline_ms = deadline_ms, .on_done = on_done, .user = p});
	if (p->request == NULL)
		return false;
	p->out = true;
	watch_asked(p->watch);
	return true;
}

/*
 * The first of the poll's places that is not before `from`. Polls of one owner have one place, so that
 * they are sent in one turn of the loop, and their answers often read in one.
 */
static int64_t place_in_interval(const struct poll *p, int64_t from, int64_t interval)
{
	int64_t due = from - from % interval + (int64_t)((double)interval * (double)p->phase);
	return due < from ? due + interval : due;
}

/* A poll keeps its place in the interval; one that was asked all at once with others finds it again. */
static void advance(struct poll *p, int64_t now)
{
	int64_t interval = poll_interval(p);
	if (interval == 0 || p->watch->once) {
		schedule(p, POLL_NEVER);
		return;
	}
	int64_t due = p->due + interval;
	if (p->spread || due <= now)
		due = place_in_interval(p, now + interval / 2, interval);
	p->spread = false;
	schedule(p, due);
}

/*
 * What one turn asks at most: twice what a thousand instances ask in their steady state, so that a
 * first round, or a thousand that recover together, is a stream and not a flood of memory.
 */
static size_t turn_budget(const struct watch *w)
{
	return 16 + w->target_serial / 32;
}

void poll_run(struct watch *w)
{
	int64_t now = clock_mono_ms(w->options.clock);
	size_t budget = turn_budget(w);
	w->armed = POLL_NEVER;
	w->running = true;
	w->not_before = now + POLL_GRAIN_MS;
	for (; !w->paused && w->heap_count > 0 && w->heap[0]->due <= now && budget > 0; budget--) {
		struct poll *p = w->heap[0];
		advance(p, now);
		if (!p->out)
			p->kind->ask(p);
	}
	w->running = false;
	poll_timer(w);
}

void poll_retry(struct poll *p, int64_t ms)
{
	int64_t now = clock_mono_ms(p->watch->options.clock);
	/* Somebody who could not wait wants it now. */
	if (p->spread && p->due <= now + 1)
		return;
	if (!p->watch->once)
		schedule(p, now + ms);
}

int64_t backoff_ms(int64_t refresh, int failures)
{
	int64_t ms = refresh;
	for (int i = 1; i < failures && ms < BACKOFF_MAX_MS; i++)
		ms *= 2;
	/* Who fails is never asked more often than who answers. */
	int64_t most = refresh > BACKOFF_MAX_MS ? refresh : BACKOFF_MAX_MS;
	return ms < most ? ms : most;
}
