/*
 * watch_probe.c - looks from inside a container: what its store is mounted from, who is connected,
 * and how much memory the host has left. One exec reads all that is wanted.
 */
#include "watch_private.h"

#include "ollama-top/i18n.h"
#include "ollama-top/probe.h"
#include "ollama-top/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOUNT_INTERVAL_MS (5 * 60 * 1000)
/* Execs of containers that were found together are kept apart by this. */
#define LOOK_STEP_MS 50
/* While an instance is drained. */
#define DRAIN_MS 1000

static void observe(struct target *t, struct observation *o)
{
	o->server = t->engine->index;
	o->instance = t->name;
	watch_observe(t->engine->watch, o);
}

static void mount_failed(struct target *t, const char *error)
{
	struct observation o = {.kind = OBS_MOUNT, .error = error};
	observe(t, &o);
}

static uint64_t hash_text(uint64_t hash, const char *s)
{
	for (; *s != '\0'; s++)
		hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

static void take_mount(struct target *t, const char *text, size_t len)
{
	struct parse_error error;
	struct probe_mount m;
	if (!probe_parse_mountinfo(text, len, t->store_path, &m, &error)) {
		mount_failed(t, error.text);
		return;
	}
	struct observation o = {.kind = OBS_MOUNT};
	o.u.mount.path = t->store_path;
	o.u.mount.fstype = m.fstype;
	o.u.mount.source = m.source;
	o.u.mount.options = m.options;
	o.u.mount.root = m.root;
	o.u.mount.read_only = m.read_only;
	observe(t, &o);
	/* The fleet takes stores of one type and source for one mount of the server, and so do we. */
	uint64_t key = hash_text(hash_text(UINT64_C(0xcbf29ce484222325), m.fstype), m.source);
	if (key == t->store_key)
		return;
	target_on_mount(t, key);
	target_stored_changed(t);
}

static void look(struct target *t);

/*
 * At most so many of the connections are not ours. When all of them may have been ours, those of questions that were on their
 * way, it is looked once more: an instance that is idle would seem to work now and then.
 */
static bool others(struct target *t, int *count)
{
	if (t->endpoint == NULL)
		return true;
	http_own_end(t->endpoint, &t->own);
	bool ours = *count > t->own.least && *count <= t->own.most;
	*count = *count > t->own.least ? *count - t->own.least : 0;
	t->looked_again = ours && !t->looked_again;
	if (t->looked_again)
		look(t);
	return !t->looked_again;
}

static void take_connections(struct target *t, const char *text, size_t len)
{
	struct probe_connections c;
	if (t->let_go) {
		look(t);
		return;
	}
	probe_parse_tcp(text, len, t->api_port, &c);
	if (!c.seen || !others(t, &c.count))
		return;
	struct observation o = {.kind = OBS_CONNECTIONS};
	o.u.connections.count = c.count;
	o.u.connections.active = c.active < o.u.connections.count ? c.active : o.u.connections.count;
	observe(t, &o);
}

static void take_memory(struct engine *e, const char *text, size_t len)
{
	struct probe_memory m;
	if (!probe_parse_meminfo(text, len, &m))
		return;
	e->memory_available = m.available;
	if (e->memory_total < 0)
		e->memory_total = m.total;
	e->memory_at = watch_instant(e->watch).mono;
	engine_observe_host(e);
}

static void look_failed(struct target *t, const struct exec_result *result)
{
	struct engine *e = t->engine;
	char text[300];
	first_line(result->error, text, sizeof text);
	if (result->forbidden) {
		e->exec_forbidden_until = watch_instant(e->watch).mono + MOUNT_INTERVAL_MS;
		snprintf(e->exec_forbidden, sizeof e->exec_forbidden, "%s", text);
	} else if (!result->missing) {
		t->mount_at = 0;
	}
	mount_failed(t, result->missing ? _("the image has no cat to read its mounts with") : text);
}

static void on_look(void *user, const struct exec_result *result)
{
	struct target *t = user;
	t->exec = NULL;
	if (t->engine->watch->once)
		poll_now(&t->stats);
	if (result->error != NULL) {
		look_failed(t, result);
		return;
	}
	if (result->out_len == 0) {
		char line[300];
		first_line(*result->err != '\0' ? result->err : _("cat wrote nothing"), line, sizeof line);
		mount_failed(t, line);
		return;
	}
	if (t->store_path != NULL)
		take_mount(t, result->out, result->out_len);
	take_connections(t, result->out, result->out_len);
	take_memory(t->engine, result->out, result->out_len);
}

/* Something about the instance is wrong, so that its mount may be the cause. */
static bool looks_wrong(const struct target *t)
{
	const struct fleet *fleet = t->engine->watch->options.fleet;
	const struct instance *i = fleet_instance(&fleet->servers[t->engine->index], t->name);
	return i != NULL &&
	       (i->store.status == STORE_WRONG || i->store.status == STORE_HUNG || i->state == STATE_NFS ||
		       i->state == STATE_DRIFT || i->state == STATE_DOWN);
}

static bool wants_connections(const struct target *t)
{
	return t->draining || !t->has_metrics ||
	       (t->loaded_count > 0 && !(t->cpu_percent > t->engine->watch->spec->busy_cpu));
}

bool target_may_exec(const struct target *t)
{
	const struct engine *e = t->engine;
	return e->status == ENGINE_UP && t->status == CONTAINER_RUNNING && *t->id != '\0' &&
	       watch_instant(e->watch).mono >= e->exec_forbidden_until;
}

static void look(struct target *t)
{
	static const char *const argv[] = {
		"cat", "/proc/self/mountinfo", "/proc/net/tcp", "/proc/net/tcp6", "/proc/meminfo", NULL};
	if (t->exec != NULL)
		return;
	if (t->endpoint != NULL)
		http_own_begin(t->endpoint, &t->own);
	t->let_go = false;
	t->exec = exec_start(t, argv, on_look, t);
	t->mount_at = watch_instant(t->engine->watch).mono;
}

static void ask_look(struct poll *p)
{
	struct target *t = p->owner;
	int64_t now = watch_instant(p->watch).mono;
	bool due = t->mount_at == 0 || now - t->mount_at >= MOUNT_INTERVAL_MS;
	if (due && now < t->engine->exec_forbidden_until)
		mount_failed(t, t->engine->exec_forbidden);
	if (t->draining)
		poll_in(p, DRAIN_MS);
	if (target_may_exec(t) && (due || wants_connections(t) || looks_wrong(t)))
		look(t);
	if (t->exec == NULL && p->watch->once)
		poll_now(&t->stats);
}

/* The host's memory, by way of one running container in turn, unless a look told it meanwhile. */
static void ask_memory(struct poll *p)
{
	struct engine *e = p->owner;
	if (e->memory_at != 0 && watch_instant(p->watch).mono - e->memory_at < poll_interval(p) * 3 / 4)
		return;
	for (size_t i = 0; i < e->target_count; i++) {
		struct target *t = e->targets[e->memory_turn++ % e->target_count];
		if (target_may_exec(t) && t->exec == NULL) {
			look(t);
			return;
		}
	}
}

const struct poll_kind look_poll = {"look", EACH_15TH | OF_REQUESTS, ask_look, NULL};
const struct poll_kind memory_poll = {"host memory", EACH_15TH, ask_memory, NULL};

void target_look_soon(struct target *t)
{
	struct engine *e = t->engine;
	size_t place = 0;
	while (place < e->target_count && e->targets[place] != t)
		place++;
	t->mount_at = 0;
	t->look.spread = true;
	poll_in(&t->look, (int64_t)(place % 20) * LOOK_STEP_MS);
	if (e->memory.due == POLL_NEVER)
		poll_retry(&e->memory, poll_interval(&e->memory));
}

/* The connections that are counted just as an operation lets go may be its own: they are counted anew. */
void target_tend(struct target *t, enum tending tending)
{
	struct observation o = {.kind = OBS_TENDED, .u.tended = tending};
	observe(t, &o);
	t->draining = tending == TENDED_DRAINING;
	t->let_go = tending == TENDED_NOT && t->exec != NULL;
	if (t->draining || (tending == TENDED_NOT && target_is_followed(t) && target_may_exec(t)))
		poll_now(&t->look);
}

void target_drop_probes(struct target *t)
{
	exec_cancel(t->exec);
	t->exec = NULL;
	poll_off(&t->look);
	gpu_stop(t);
	target_drop_space(t);
	partials_drop(t);
	t->store_key = 0;
	t->mount_at = 0;
	memset(t->lacks_until, 0, sizeof t->lacks_until); /* it may come back with another image */
}
