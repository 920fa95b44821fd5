/*
 * watch_space.c - whether a store answers, and how full it is: a probe (watch_ways.c) in one instance for each mount
 * of a server, in turn. A df on a dead mount cannot be ended from outside; it is left waiting, its end is
 * the sign of recovery, and no second one is sent behind it.
 */
#include "watch_private.h"

#include <stdlib.h>

/* A probe that takes longer than this, or than the timeout where that is more, hangs. */
#define PATIENCE_MS 5000

static void observe(struct target *t, struct observation *o)
{
	o->server = t->engine->index;
	o->instance = t->name;
	watch_observe(t->engine->watch, o);
}

static void observe_probe(struct target *t, bool out, bool hung)
{
	struct observation o = {.kind = OBS_PROBE};
	o.u.probe.out = out;
	o.u.probe.hung = hung;
	observe(t, &o);
}

/* The store answers again: what it holds may be another thing than before. */
static void recovered(struct probe *p)
{
	struct engine *e = p->engine;
	p->hung = false;
	for (size_t i = 0; i < e->target_count; i++) {
		if (e->targets[i]->store_key != p->key)
			continue;
		target_stored_changed(e->targets[i]);
		target_look_soon(e->targets[i]);
	}
}

static void send_probe(struct probe *p);

static void on_answer(void *user, const struct exec_result *result)
{
	struct probe *p = user;
	struct target *t = p->target;

	p->exec = NULL;
	p->target = NULL;
	poll_off(&p->deadline);
	const bool taken = way_take(p, t, result);
	if (p->hung)
		recovered(p);
	if (!taken)
		send_probe(p);
}

static void ask_deadline(struct poll *poll)
{
	struct probe *p = poll->owner;
	if (p->exec == NULL)
		return;
	p->hung = true;
	observe_probe(p->target, true, true);
	if (!poll->watch->once)
		return;
	/* A snapshot has seen what there is to see. */
	exec_cancel(p->exec);
	p->exec = NULL;
	p->target = NULL;
}

static const struct poll_kind deadline_poll = {"probe deadline", ON_DEMAND, ask_deadline, NULL};

static struct probe *probe_of(struct engine *e, uint64_t key)
{
	for (struct probe *p = e->probes; p != NULL; p = p->next)
		if (p->key == key)
			return p;
	return NULL;
}

static struct probe *probe_new(struct engine *e, uint64_t key)
{
	struct probe *p = calloc(1, sizeof *p);
	if (p == NULL)
		return NULL;
	p->engine = e;
	p->key = key;
	p->total = p->available = p->inodes = p->inodes_free = -1;
	poll_init(&p->deadline, &deadline_poll, e->watch, p, 0);
	p->next = e->probes;
	e->probes = p;
	return p;
}

static bool can_probe(const struct target *t, uint64_t key)
{
	return t->store_key == key && t->status == CONTAINER_RUNNING && t->store_path != NULL;
}

/* The next instance on this mount that can be asked; NULL when there is none. */
static struct target *next_target(struct probe *p)
{
	struct engine *e = p->engine;
	for (size_t i = 0; i < e->target_count; i++) {
		struct target *t = e->targets[p->turn++ % e->target_count];
		if (can_probe(t, p->key))
			return t;
	}
	return NULL;
}

static void send_to(struct probe *p, struct target *t)
{
	const int64_t patience = engine_timeout(p->engine);

	p->exec = way_start(p, t, on_answer);
	if (p->exec == NULL)
		return;
	p->round++;
	p->target = t;
	observe_probe(t, true, false);
	poll_in(&p->deadline, patience > PATIENCE_MS ? patience : PATIENCE_MS);
}

/* In the next instance whose image has a program to ask with. */
static void send_probe(struct probe *p)
{
	struct engine *e = p->engine;

	if (p->exec != NULL || watch_instant(e->watch).mono < e->exec_forbidden_until)
		return;
	for (size_t i = 0; i < e->target_count; i++) {
		struct target *t = next_target(p);

		p->way = t != NULL ? way_next(p, t) : WAYS;
		if (p->way == WAYS)
			continue;
		send_to(p, t);
		return;
	}
}

static void ask_space(struct poll *poll)
{
	struct engine *e = poll->owner;
	if (e->status != ENGINE_UP)
		return;
	for (struct probe *p = e->probes; p != NULL; p = p->next)
		send_probe(p);
}

const struct poll_kind space_poll = {"probe", EACH_5TH, ask_space, NULL};

void target_on_mount(struct target *t, uint64_t key)
{
	struct engine *e = t->engine;
	struct probe *p = probe_of(e, key);
	t->store_key = key;
	if (p != NULL && p->hung)
		observe_probe(t, true, true);
	else if (p != NULL)
		way_observe_again(p, t);
	if (p != NULL) {
		/* whoever was there before may have had no program to ask with */
		if (p->total < 0)
			send_probe(p);
		return;
	}
	p = probe_new(e, key);
	if (p != NULL)
		send_probe(p);
	if (e->space.due == POLL_NEVER)
		poll_retry(&e->space, poll_interval(&e->space));
}

bool target_store_hung(const struct target *t)
{
	const struct probe *p = t->store_key != 0 ? probe_of(t->engine, t->store_key) : NULL;
	return p != NULL && p->hung;
}

void target_drop_space(struct target *t)
{
	for (struct probe *p = t->engine->probes; p != NULL; p = p->next) {
		if (p->target != t)
			continue;
		exec_cancel(p->exec);
		p->exec = NULL;
		p->target = NULL;
		p->hung = false;
		poll_off(&p->deadline);
		observe_probe(t, false, false);
	}
}

void engine_free_probes(struct engine *e)
{
	for (struct probe *p = e->probes, *next; p != NULL; p = next) {
		next = p->next;
		exec_cancel(p->exec);
		poll_off(&p->deadline);
		free(p);
	}
	e->probes = NULL;
}
