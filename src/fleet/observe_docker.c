/*
 * observe_docker.c - folds what the engine says of itself, of its host and of containers.
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdlib.h>
#include <string.h>

void fold_docker(const struct place *p, const struct observation *o)
{
	struct server *s = p->server;
	const enum link_status was = s->docker.status;
	bool changed;

	if (o->error) {
		changed = link_failed(&s->docker, o->at, o->error);
	} else {
		changed = link_answered(&s->docker, o->at, o->u.docker.latency_ms);
		changed |= keep_text(&s->docker_version, o->u.docker.version, TEXT_NAME_MAX);
		changed |= keep_text(&s->docker_api, o->u.docker.api, TEXT_NAME_MAX);
		changed |= keep_text(&s->docker_warning, o->u.docker.warning, FLEET_TEXT_MAX);
	}
	touch(p->fleet, changed);
	if (was != s->docker.status)
		server_judge_all(p->fleet, s);
}

/* No clock is wrong by more than a thousand years: what is told beyond must not overflow a sum. */
#define SKEW_MOST_MS (INT64_C(1000) * 366 * 24 * 3600 * 1000)

static int64_t skew_within(int64_t ms)
{
	if (ms > SKEW_MOST_MS)
		return SKEW_MOST_MS;
	return ms < -SKEW_MOST_MS ? -SKEW_MOST_MS : ms;
}

void fold_host(const struct place *p, const struct observation *o)
{
	struct server *s = p->server;

	if (o->error)
		return;
	touch(p->fleet, keep_size(&s->memory_total, o->u.host.memory_total));
	touch(p->fleet, keep_size(&s->memory_available, o->u.host.memory_available));
	touch(p->fleet, keep_int(&s->cpus, o->u.host.cpus));
	if (o->u.host.skew_known)
		s->clock_skew_ms = skew_within(o->u.host.skew_ms);
	s->clock_skew_known = o->u.host.skew_known;
	s->host_seen_at = o->at;
}

/* An event and an inspect give a start's time a little differently. */
#define SAME_START_MS 2000
/* A live event that is older than this was held up; less is the measure of the clocks. */
#define LATE_EVENT_MS 5000

/* The instance that a listed container is: by its own name, or the name of its container. */
static struct instance *listed(const struct server *server, const char *name)
{
	struct instance *i = fleet_instance(server, name);

	for (size_t k = 0; !i && k < server->spec->instance_count; k++) {
		const struct instance_spec *spec = &server->spec->instances[k];

		if (spec->container && strcmp(spec->container, name) == 0)
			i = fleet_instance(server, spec->name);
	}
	return i;
}

static void vanish(struct fleet *fleet, struct instance *i, int64_t at)
{
	i->present = 0;
	/* one that never had a container may be an Ollama outside Docker: its API alone decides */
	if (i->container.status != CONTAINER_UNKNOWN)
		container_turn(fleet, i, CONTAINER_REMOVED, at);
	/* a task is Swarm's: it makes another container in its place, or says that it does not */
	if (i->spec || i->gone || i->task.known)
		return;
	instance_leave(fleet, i, at);
	instance_event(fleet, i, SEVERITY_NONE, _("its container is gone"));
}

static void appear(struct fleet *fleet, struct instance *i)
{
	if (i->present == 0 && i->container.status == CONTAINER_REMOVED)
		container_turn(fleet, i, CONTAINER_UNKNOWN, fleet->now);
	i->present = 1;
	instance_return(fleet, i);
}

void fold_containers(const struct place *p, const struct observation *o)
{
	struct server *s = p->server;
	const bool first = !s->listed;

	if (o->error)
		return;
	for (size_t k = 0; k < s->instance_count; k++)
		if (s->instances[k]->present == 1 && !s->instances[k]->task.known)
			s->instances[k]->present = -1;
	for (size_t k = 0; k < o->u.containers.count && k < 2 * (size_t)FLEET_INSTANCES_MAX; k++) {
		const char *name = o->u.containers.names[k];
		struct instance *i = name ? listed(s, name) : NULL;

		if (!i && name && name[0] != '\0') {
			i = instance_add(p->fleet, s, NULL, name);
			if (i && !first)
				instance_event(p->fleet, i, SEVERITY_NONE, _("appeared"));
		}
		if (i)
			appear(p->fleet, i);
	}
	s->listed = true;
	for (size_t k = 0; k < s->instance_count; k++)
		if (s->instances[k]->present != 1 && !s->instances[k]->task.known)
			vanish(p->fleet, s->instances[k], o->at);
	server_judge_all(p->fleet, s);
}

/* A moment of the engine's clock on ours; never 0, which stands for none. */
static int64_t our_time(const struct place *p, const struct observation *o, int64_t wall)
{
	const int64_t age = engine_wall(p->fleet, p->server) - wall;
	const int64_t at = age > 0 ? o->at - age : o->at;

	return at != 0 ? at : -1;
}

/* Whether an inspect tells of another start than the one that is known. */
static bool other_start(const struct instance *i, const struct container *seen)
{
	if (seen->started_wall <= 0)
		return false;
	return i->started_at == 0 || seen->started_wall - i->container.started_wall > SAME_START_MS;
}

/* Takes an inspect's word for a kill that no event told of, once for each run of the container. */
static void oom_of_inspect(const struct place *p, const struct observation *o, bool newly)
{
	struct instance *i = p->instance;
	const struct container *c = &i->container;

	if (!c->oom_killed || i->oom_wall >= (c->started_wall > 0 ? c->started_wall : 1))
		return;
	if (container_left(c->status) && c->finished_wall > 0)
		oom_happened(p->fleet, i, our_time(p, o, c->finished_wall), c->finished_wall, false);
	else if (newly)
		oom_happened(p->fleet, i, o->at, engine_wall(p->fleet, p->server), false);
}

void fold_container(const struct place *p, const struct observation *o)
{
	struct instance *i = p->instance;
	const struct container *seen = o->u.container.container;

	if (o->error || !seen)
		return;
	const bool was_known = i->container.known, was_oom = i->container.oom_killed;
	const int was_restarts = i->container.restarts;
	const bool started = other_start(i, seen);
	touch(p->fleet, container_copy(&i->container, seen));
	i->container.seen_at = o->at;
	appear(p->fleet, i);
	if (started) {
		i->started_at = our_time(p, o, seen->started_wall);
		/* between two looks; what has answered since is the new process already */
		if (was_known && i->api.answered_at < i->started_at)
			process_is_new(i, o->at);
		if (was_known && seen->restarts > was_restarts)
			i->crashes += seen->restarts - was_restarts;
	}
	if (!i->spec && o->u.container.url && keep_text(&i->url, o->u.container.url, FLEET_TEXT_MAX))
		pool_find(p->fleet, i);
	if (seen->host_port > 0 && (!i->spec || i->spec->port == 0))
		touch(p->fleet, keep_int(&i->port, seen->host_port));
	container_turn(p->fleet, i, seen->status, o->at);
	oom_of_inspect(p, o, was_known && !was_oom && !started);
	if (!instance_is_ollama(i))
		return;
	store_from_container(i);
	store_judge(p->fleet, i);
}

/* Signals that ask a process to go; the others leave it running and excuse no exit. */
static bool terminates(int signal)
{
	static const int harmless[] = {1, 10, 12, 17, 18, 23, 28}; /* HUP USR1 USR2 CHLD CONT URG WINCH */

	for (size_t k = 0; k < sizeof(harmless) / sizeof(harmless[0]); k++)
		if (signal == harmless[k])
			return false;
	return true;
}

/*
 * When an event happened, on our clock. A live one happened now, but for those that a stream
 * brings after a break; only a replayed one is believed without knowing how the clocks differ.
 */
static int64_t event_time(const struct place *p, const struct observation *o, int64_t wall)
{
	const int64_t at = our_time(p, o, wall);

	if (o->u.event.replayed || (p->server->clock_skew_known && o->at - at > LATE_EVENT_MS))
		return at;
	return o->at;
}

static void on_start(const struct place *p, const struct observation *o, int64_t wall)
{
	struct instance *i = p->instance;

	if (wall > i->container.started_wall)
		i->container.started_wall = wall;
	if (o->u.event.replayed)
		return;
	i->started_at = event_time(p, o, wall);
	appear(p->fleet, i);
	process_is_new(i, o->at);
	container_turn(p->fleet, i, CONTAINER_RUNNING, o->at);
	instance_event(p->fleet, i, SEVERITY_NONE, _("container started"));
}

static void on_die(const struct place *p, const struct observation *o, int64_t wall)
{
	struct instance *i = p->instance;

	if (wall > i->container.finished_wall)
		i->container.finished_wall = wall;
	if (o->u.event.replayed)
		return;
	i->container.exit_code = o->u.event.exit_code;
	container_turn(p->fleet, i, CONTAINER_EXITED, o->at);
	instance_event(p->fleet, i, SEVERITY_NONE, _("container exited (%d)"), o->u.event.exit_code);
}

static void on_oom(const struct place *p, const struct observation *o, int64_t wall)
{
	const bool replayed = o->u.event.replayed;

	oom_happened(p->fleet, p->instance, event_time(p, o, wall), wall, !replayed);
	if (!replayed)
		instance_event(
			p->fleet, p->instance, SEVERITY_CRITICAL, _("a process was killed for memory"));
}

static void on_stop(const struct place *p, const struct observation *o, int64_t wall)
{
	if (o->u.event.what == DEVENT_KILL && !terminates(o->u.event.signal))
		return;
	if (wall > p->instance->stop_wall)
		p->instance->stop_wall = wall;
}

static void on_pause(const struct place *p, const struct observation *o, int64_t wall)
{
	(void)wall;
	if (o->u.event.replayed)
		return;
	container_turn(p->fleet, p->instance,
		o->u.event.what == DEVENT_PAUSE ? CONTAINER_PAUSED : CONTAINER_RUNNING, o->at);
	instance_event(p->fleet, p->instance, SEVERITY_NONE,
		o->u.event.what == DEVENT_PAUSE ? _("container paused") : _("container unpaused"));
}

static void on_destroy(const struct place *p, const struct observation *o, int64_t wall)
{
	(void)wall;
	if (!o->u.event.replayed)
		vanish(p->fleet, p->instance, o->at);
}

static void on_create(const struct place *p, const struct observation *o, int64_t wall)
{
	(void)wall;
	if (o->u.event.replayed)
		return;
	appear(p->fleet, p->instance);
	container_turn(p->fleet, p->instance, CONTAINER_CREATED, o->at);
}

typedef void event_fn(const struct place *p, const struct observation *o, int64_t wall);

/* Health needs an inspect to say why, and what is not named here changes nothing. */
static event_fn *const on_event[DEVENT_OTHER + 1] = {
	[DEVENT_START] = on_start,
	[DEVENT_DIE] = on_die,
	[DEVENT_OOM] = on_oom,
	[DEVENT_KILL] = on_stop,
	[DEVENT_STOP] = on_stop,
	[DEVENT_PAUSE] = on_pause,
	[DEVENT_UNPAUSE] = on_pause,
	[DEVENT_DESTROY] = on_destroy,
	[DEVENT_CREATE] = on_create,
};

void fold_docker_event(const struct place *p, const struct observation *o)
{
	const int64_t told = o->u.event.happened_wall;
	const int64_t wall = told > 0 ? told : engine_wall(p->fleet, p->server);

	if (o->error || (unsigned)o->u.event.what > DEVENT_OTHER || !on_event[o->u.event.what])
		return;
	on_event[o->u.event.what](p, o, wall);
}
