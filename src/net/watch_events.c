#include "watch_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far back the first stream reaches: as long as an OOM kill is held. */
#define HISTORY_MS (10 * 60 * 1000)
#define HELD_MAX   HTTP_LINE_MAX
/* How long a single look waits for events to arrive; it takes a second anyway. */
#define ONCE_MARGIN_MS 300
/* All but exec_*, of which we make most; "died" and "remove" are Podman's words. As a query takes it:
 * {"type":["container"],"event":["create",...]}. */
#define QUOTED(word) "%22" word "%22"
#define AND(word)    "%2C" QUOTED(word)
#define FILTERS(types)                                                                                \
	"%7B" QUOTED("type") "%3A%5B" types "%5D" AND("event") "%3A%5B" QUOTED("create") AND("start") \
		AND("die") AND("died") AND("oom") AND("kill") AND("stop") AND("pause") AND("unpause") \
			AND("destroy") AND("remove") AND("rename") AND("update")                      \
				AND("health_status") "%5D%7D"
static const char containers[] = FILTERS(QUOTED("container"));
static const char and_swarm[] = FILTERS(QUOTED("container") AND("service") AND("node"));

typedef void event_fn(struct engine *e, struct target *t);

static void on_inspect(struct engine *e, struct target *t)
{
	(void)e;
	poll_now(&t->inspect);
}

static void on_list(struct engine *e, struct target *t)
{
	(void)t;
	poll_now(&e->list);
}

static void on_start(struct engine *e, struct target *t)
{
	(void)e;
	/* It is another process: all that was learnt of the old one is asked again. */
	t->answers = false;
	t->inspected = false;
	poll_off(&t->metrics);
	poll_now(&t->inspect);
	target_retry(t);
}

static void on_die(struct engine *e, struct target *t)
{
	(void)e;
	t->status = CONTAINER_EXITED;
	t->answers = false;
	t->sampled = false;
	poll_off(&t->stats);
	poll_off(&t->loaded);
	poll_off(&t->stored);
	target_drop_probes(t);
	poll_now(&t->inspect);
}

static void on_oom(struct engine *e, struct target *t)
{
	(void)e;
	poll_now(&t->inspect);
	/* What was killed may be the runner of a model, and the server lives on without it. */
	if (t->answers)
		poll_now(&t->loaded);
}

static void on_pause(struct engine *e, struct target *t)
{
	(void)e;
	poll_now(&t->inspect);
	target_retry(t);
}

static event_fn *const live[DEVENT_OTHER + 1] = {
	[DEVENT_START] = on_start,
	[DEVENT_DIE] = on_die,
	[DEVENT_OOM] = on_oom,
	[DEVENT_PAUSE] = on_pause,
	[DEVENT_UNPAUSE] = on_pause,
	[DEVENT_DESTROY] = on_list,
	[DEVENT_CREATE] = on_list,
	[DEVENT_HEALTH] = on_inspect,
	[DEVENT_OTHER] = on_inspect,
};

/* Does the event change which containers there are? */
static bool concerns_list(enum docker_event what)
{
	return what == DEVENT_CREATE || what == DEVENT_START || what == DEVENT_DESTROY ||
	       what == DEVENT_OTHER;
}

static struct target *target_of(struct engine *e, const struct docker_event_line *event, bool replayed)
{
	struct target *t = engine_target_by_id(e, event->id);
	if (t != NULL || *event->name == '\0')
		return t;
	t = engine_target_by_container(e, event->name);
	/* The death of a container's predecessor of the same name is old news, its birth is not. */
	if (t == NULL || replayed || *t->id == '\0' || event->what == DEVENT_CREATE ||
		event->what == DEVENT_START)
		return t;
	return NULL;
}

static void take_event(struct engine *e, const struct docker_event_line *event)
{
	int64_t wall = event->time_ns / 1000000;
	bool replayed = !e->resumed && wall < e->stream_opened_wall;
	/* Containers come and go with their tasks. */
	if (!replayed && e->spec->scale.service != NULL)
		poll_now(&e->service);
	if (event->what == DEVENT_SWARM)
		return;
	struct target *t = target_of(e, event, replayed);
	if (!replayed && concerns_list(event->what) && (t == NULL || event->what == DEVENT_OTHER))
		poll_now(&e->list);
	if (t == NULL)
		return;
	struct observation o = {.kind = OBS_DOCKER_EVENT, .server = e->index, .instance = t->name};
	o.u.event.what = event->what;
	o.u.event.exit_code = event->exit_code;
	o.u.event.signal = event->signal;
	o.u.event.replayed = replayed;
	o.u.event.happened_wall = wall;
	watch_observe(e->watch, &o);
	if (!replayed && live[event->what] != NULL)
		live[event->what](e, t);
}

static bool on_line(void *user, char *line, size_t len)
{
	struct engine *e = user;
	struct docker_event_line event;
	struct parse_error error;
	if (!docker_parse_event(line, len, &event, &error))
		return true;
	/* A resumed stream begins with what was the last event before the break. */
	if (event.time_ns != 0 && event.time_ns <= e->last_event_ns)
		return true;
	e->last_event_ns = event.time_ns;
	take_event(e, &event);
	return true;
}

static bool hold(struct held_bytes *held, const char *data, size_t len)
{
	if (len > HELD_MAX - held->len)
		return false;
	if (held->len + len > held->room) {
		size_t room = 2 * (held->len + len);
		char *bytes = realloc(held->bytes, room);
		if (bytes == NULL)
			return false;
		held->bytes = bytes;
		held->room = room;
	}
	memcpy(held->bytes + held->len, data, len);
	held->len += len;
	return true;
}

static bool on_data(void *user, const char *data, size_t len)
{
	struct engine *e = user;
	/* More than is held is not lost: a stream that ends is resumed where the last event was. */
	if (e->watch->paused)
		return hold(&e->held, data, len);
	e->stream_failures = 0;
	return ndjson_push(&e->lines, data, len);
}

static void on_done(void *user, const struct http_response *response)
{
	struct engine *e = user;
	struct watch *w = e->watch;
	bool silent = response->error == NULL && response->status == 200;
	e->stream = NULL;
	ndjson_end(&e->lines);
	ndjson_free(&e->lines);
	if (w->once) {
		watch_answered(w);
		return;
	}
	e->stream_failures++;
	poll_retry(&e->events, backoff_ms(1000, e->stream_failures));
	if (!silent || e->stream_failures == 1)
		engine_doubt(e);
	if (e->stream_failures > 1)
		poll_now(&e->list);
}

/* The engine's clock now, by how far it was from ours when it last told. */
static int64_t engine_wall(const struct engine *e)
{
	struct instant now = watch_instant(e->watch);
	return e->skew_known ? now.wall + e->skew_ms : now.wall;
}

static void ask_events(struct poll *p)
{
	struct engine *e = p->owner;
	struct watch *w = e->watch;
	char path[sizeof and_swarm + 128], until[48] = "";
	if (e->status != ENGINE_UP || e->stream != NULL)
		return;
	int64_t now = engine_wall(e), since_ns = e->last_event_ns;
	e->resumed = since_ns != 0;
	if (!e->resumed)
		since_ns = (now - HISTORY_MS) * 1000000;
	e->stream_opened_wall = now;
	/* Past our own question, so that what happened just before it is in the answer. */
	int64_t end = now + ONCE_MARGIN_MS;
	if (w->once)
		snprintf(until, sizeof until, "&until=%lld.%03lld000000", (long long)(end / 1000),
			(long long)(end % 1000));
	engine_path(e, path, sizeof path, "/events?filters=%s&since=%lld.%09lld%s",
		e->spec->scale.service != NULL ? and_swarm : containers, (long long)(since_ns / 1000000000),
		(long long)(since_ns % 1000000000), until);
	ndjson_init(&e->lines, HTTP_LINE_MAX, on_line, e);
	e->stream = http_send(e->endpoint, &(struct http_request_options){.path = path,
						   .deadline_ms = engine_timeout(e),
						   .on_data = on_data,
						   .on_done = on_done,
						   .user = e});
	if (e->stream == NULL)
		return;
	if (w->once)
		watch_asked(w);
	if (!e->resumed)
		return;
	/* What was missed is told by events; what is so now, by looking. */
	for (size_t i = 0; i < e->target_count; i++)
		e->targets[i]->inspected = false;
	poll_now(&e->list);
}

const struct poll_kind events_poll = {"docker events", ON_DEMAND, ask_events, NULL};

void events_stop(struct engine *e)
{
	poll_off(&e->events);
	e->stream_failures = 0;
	if (e->stream == NULL)
		return;
	http_cancel(e->stream);
	e->stream = NULL;
	ndjson_free(&e->lines);
	if (e->watch->once)
		watch_answered(e->watch);
}

void events_resume(struct engine *e)
{
	if (e->stream != NULL && e->held.len > 0 && !ndjson_push(&e->lines, e->held.bytes, e->held.len)) {
		events_stop(e);
		poll_now(&e->events);
	}
	free(e->held.bytes);
	e->held = (struct held_bytes){0};
}
