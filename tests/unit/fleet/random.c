/* 100,000 random observations, and what must hold after each. */
#include "ollama-top/text.h"
#include "scene.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 100000

struct dice {
	uint64_t state;
};

static uint32_t roll(struct dice *d, uint32_t sides)
{
	d->state = d->state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(d->state >> 33) % sides;
}

static const char *const names[] = {"ollama", "ollama-1", "ollama-2", "ollama-3", "ollama-10", "ollama-x", "",
	"a-very-long-name-\xe6\xa8\xa1\xe5\x9e\x8b-that-goes-on-and-on"};
static const char *const models[] = {"mistral:7b", "llama2:13b", "codellama:7b", "nomic-embed-text"};
static const char *const errors[] = {
	NULL, NULL, NULL, "connection refused", "timed out after 3s", "Stale file handle", "", "%s%n%d"};
static const char *const sources[] = {"10.0.0.80:/opt/ollama-models", "/dev/sda1", ":/opt/ollama-models",
	NULL, "", ":/", "[:/", "[x]:/", "10.0.0.81:/opt/ollama-models"};
static const char *const types[] = {"nfs4", "ext4", "overlay", NULL, ""};

#define PICK(d, list) (list)[roll(d, sizeof(list) / sizeof((list)[0]))]

static int64_t figure(struct dice *d)
{
	static const int64_t edges[] = {-1, 0, 1, INT64_MAX, INT64_MIN, 16 * GIB, 15 * GIB, GIB};

	return PICK(d, edges);
}

static double real(struct dice *d)
{
	static const double edges[] = {0, 2, 1001, 50, 5000, NAN, INFINITY, -INFINITY, -1};

	return PICK(d, edges);
}

struct parts {
	const char *list[8];
	struct model_loaded loaded[6];
	struct model_stored stored[6];
	struct balancer_server pool[4];
	struct mount mounts[2];
	struct container container;
	struct transfer transfers[3];
	struct nfs_export export;
	struct nfs_service services[NFS_SERVICES];
	char *client;
	char url[4][40];
};

static void fill_lists(struct dice *d, const struct scene *s, struct parts *p)
{
	for (size_t k = 0; k < 8; k++)
		p->list[k] = PICK(d, names);
	for (size_t k = 0; k < 6; k++) {
		p->loaded[k] = (struct model_loaded){.name = (char *)PICK(d, models), .size = figure(d)};
		p->stored[k] = (struct model_stored){.name = (char *)PICK(d, models), .size = figure(d)};
		p->stored[k].modified_wall = roll(d, 2) ? s->wall - roll(d, 200000) : figure(d);
		snprintf(p->stored[k].digest, sizeof(p->stored[k].digest), "sha256:%u", roll(d, 3));
	}
	for (size_t k = 0; k < 4; k++) {
		snprintf(p->url[k], sizeof(p->url[k]), "http://10.0.0.8%u:1143%u", roll(d, 6), roll(d, 6));
		p->pool[k].url = p->url[k];
		snprintf(p->pool[k].status, sizeof(p->pool[k].status), "%s", roll(d, 3) ? "UP" : "DOWN");
	}
	for (size_t k = 0; k < 3; k++)
		p->transfers[k] = (struct transfer){.id = (char *)PICK(d, models),
			.completed = figure(d),
			.total = figure(d),
			.rate = real(d),
			.foreign = true};
	p->client = (char *)"*";
	p->export = (struct nfs_export){(char *)"/opt", &p->client, 1};
}

static void fill_container(struct dice *d, const struct scene *s, struct parts *p)
{
	p->mounts[0] = (struct mount){(char *)PICK(d, sources), (char *)"/root/.ollama", NULL, false};
	p->mounts[1] = (struct mount){(char *)"/opt/ollama-models", (char *)"/root", (char *)"bind", true};
	p->container = (struct container){
		.known = true,
		.name = (char *)PICK(d, names),
		.status = (enum container_status)roll(d, CONTAINER_REMOVED + 1),
		.health = (enum container_health)roll(d, 4),
		.health_error = (char *)PICK(d, errors),
		.restarts = (int)roll(d, 9),
		.exit_code = (int)roll(d, 256),
		.oom_killed = roll(d, 4) == 0,
		.started_wall = roll(d, 3) ? s->wall - roll(d, 900000) : figure(d) / 4,
		.finished_wall = roll(d, 3) ? s->wall - roll(d, 900000) : figure(d) / 4,
		.memory_limit = figure(d),
		.mounts = p->mounts,
		.mount_count = roll(d, 3),
		.host_port = (int)(11430 + roll(d, 6)),
	};
}

static void fill_union(struct dice *d, const struct scene *s, struct parts *p, struct observation *o)
{
	switch (o->kind) {
	case OBS_VERSION:
		o->u.version.version = PICK(d, names);
		o->u.version.latency_ms = real(d);
		break;
	case OBS_LOADED:
		o->u.loaded.models = p->loaded;
		o->u.loaded.count = roll(d, 7);
		break;
	case OBS_STORED:
		o->u.stored.models = p->stored;
		o->u.stored.count = roll(d, 7);
		break;
	case OBS_DOCKER:
		o->u.docker.warning = PICK(d, errors);
		break;
	case OBS_HOST:
		o->u.host.memory_total = figure(d);
		o->u.host.skew_known = roll(d, 2);
		o->u.host.skew_ms = (int64_t)roll(d, 20000) - 10000;
		break;
	case OBS_CONTAINERS:
		o->u.containers.names = p->list;
		o->u.containers.count = roll(d, 9);
		break;
	case OBS_CONTAINER:
		o->u.container.container = roll(d, 9) ? &p->container : NULL;
		o->u.container.url = PICK(d, names);
		break;
	case OBS_DOCKER_EVENT:
		o->u.event.what = (enum docker_event)(roll(d, DEVENT_OTHER + 3));
		o->u.event.exit_code = (int)roll(d, 256);
		o->u.event.signal = (int)roll(d, 32);
		o->u.event.replayed = roll(d, 3) == 0;
		o->u.event.happened_wall = roll(d, 4) ? s->wall - roll(d, 700000) : 0;
		break;
	case OBS_STATS:
		o->u.stats.memory_used = figure(d);
		o->u.stats.memory_judged = figure(d);
		o->u.stats.memory_limit = figure(d);
		o->u.stats.cpu_percent = real(d);
		o->u.stats.major_faults = real(d);
		break;
	case OBS_MOUNT:
		o->u.mount.path = PICK(d, names);
		o->u.mount.fstype = PICK(d, types);
		o->u.mount.source = PICK(d, sources);
		o->u.mount.options = PICK(d, errors);
		o->u.mount.root = PICK(d, names);
		o->u.mount.read_only = (int)roll(d, 3) - 1;
		break;
	case OBS_SPACE:
		o->u.space.total = figure(d);
		o->u.space.available = figure(d);
		break;
	case OBS_PROBE:
		o->u.probe.out = roll(d, 2);
		o->u.probe.hung = roll(d, 2);
		break;
	case OBS_CONNECTIONS:
		o->u.connections.active = (int)roll(d, 3) - 1;
		break;
	case OBS_NFS:
		for (size_t k = 0; k < NFS_SERVICES; k++)
			p->services[k] =
				(struct nfs_service){.answer = (enum nfs_answer)roll(d, NFS_BROKEN + 1),
					.latency_ms = 0.4,
					.error = (char *)(uintptr_t)PICK(d, errors)};
		o->u.nfs.services = p->services;
		o->u.nfs.exports = &p->export;
		o->u.nfs.export_count = roll(d, 2);
		break;
	case OBS_BALANCER:
		o->u.balancer.servers = p->pool;
		o->u.balancer.count = roll(d, 5);
		break;
	case OBS_TRANSFERS:
		o->u.transfers.transfers = p->transfers;
		o->u.transfers.count = roll(d, 4);
		break;
	case OBS_TENDED:
		o->u.tended = (enum tending)roll(d, 5);
		break;
	case OBS_RETRY:
		o->u.retry.of = (enum retry_of)roll(d, 6);
		o->u.retry.retry_at = figure(d);
		break;
	default:
		break;
	}
}

static void observe(struct dice *d, struct scene *s, struct parts *p)
{
	struct observation o = {
		.kind = (enum observation_kind)roll(d, OBS_KIND_COUNT + 1),
		.server = roll(d, 3),
		.instance = roll(d, 12) ? PICK(d, names) : NULL,
		.error = PICK(d, errors),
	};

	fill_lists(d, s, p);
	fill_container(d, s, p);
	fill_union(d, s, p, &o);
	s->now += (int64_t)roll(d, 2000) - (roll(d, 50) == 0 ? 5000 : 0);
	s->wall += (int64_t)roll(d, 2000) - (roll(d, 100) == 0 ? 3600000 : 0);
	send(s, o);
	if (roll(d, 50) == 0)
		fleet_acknowledge(s->fleet, "84/ollama-1");
	/* what time alone changes is judged by the tick */
	fleet_tick(s->fleet, s->now, s->wall);
}

static void check_instance(const struct fleet *f, const struct server *server, const struct instance *i)
{
	cr_assert_eq(i->server, server);
	cr_assert((unsigned)i->state < STATE_COUNT);
	cr_assert_eq(i->reason == NULL, i->state == STATE_OK, "%s %s", state_name(i->state), i->reason);
	cr_assert(i->spec || i->name[0] != '\0');
	if (state_severity(i->state) != SEVERITY_NONE)
		cr_assert(i->raised[i->state], "the state is an alert");
	for (int k = 0; k < (int)i->state && k <= CONDITION_SLOW; k++)
		cr_assert_eq(i->raised[k], 0, "nothing graver stands");
	if (i->state == STATE_OOM)
		cr_assert(i->oom_at != 0 && f->now - i->oom_at < FLEET_OOM_HOLD_MS);
	if (i->state == STATE_OK || i->state == STATE_SLOW || i->state == STATE_DRIFT)
		cr_assert_eq(i->api.status, LINK_OK);
	if (i->busy)
		cr_assert(i->loaded_count > 0);
	for (size_t k = 1; k < i->stored_count; k++)
		cr_assert_leq(strcmp(i->stored[k - 1].name, i->stored[k].name), 0);
	cr_assert_gt(i->due_at, f->now);
}

static void check_alerts(const struct fleet *f)
{
	size_t raised = f->balancer.raised != 0;

	for (size_t k = 0; k < f->server_count; k++) {
		const struct server *server = &f->servers[k];
		size_t of_server = 0;

		for (size_t a = 0; a < f->alert_count; a++)
			of_server += f->alerts[a].server == server;
		cr_assert_eq(of_server, server->alert_count);
		for (int c = 0; c < CONDITION_COUNT; c++)
			raised += server->raised[c] != 0;
		for (size_t n = 0; n < server->instance_count; n++)
			for (int c = 0; c <= CONDITION_TOKEN; c++)
				raised += server->instances[n]->raised[c] != 0;
	}
	cr_assert_eq(raised, f->alert_count);
	for (size_t k = 1; k < f->alert_count; k++) {
		const struct alert *a = &f->alerts[k - 1], *b = &f->alerts[k];

		cr_assert_leq(a->severity, b->severity);
		if (a->severity == b->severity)
			cr_assert_leq(a->state, b->state);
		if (a->severity == b->severity && a->state == b->state)
			cr_assert_leq(a->since, b->since);
	}
}

static void check(const struct fleet *f)
{
	size_t instances = 0, sum = 0, answering = 0, unheard = 0;
	struct totals t;

	for (size_t s = 0; s < f->server_count; s++) {
		const struct server *server = &f->servers[s];

		for (size_t k = 0; k < server->instance_count; k++) {
			const struct instance *i = server->instances[k];

			check_instance(f, server, i);
			instances += !i->gone;
			answering += !i->gone && i->api.status == LINK_OK;
			unheard += i->state == STATE_UNKNOWN;
			if (k > 0 && !server->instances[k - 1]->spec)
				cr_assert(text_natural_compare(server->instances[k - 1]->name, i->name) < 0);
		}
	}
	check_alerts(f);
	fleet_totals(f, &t);
	for (int k = 0; k < STATE_COUNT; k++)
		sum += t.by_state[k];
	cr_assert_eq(t.instances, instances);
	cr_assert_eq(sum, instances);
	cr_assert_eq(f->status == FLEET_DOWN, instances > 0 && answering == 0 && unheard == 0);
	if (f->status == FLEET_OK)
		cr_assert_eq(f->alert_count, 0);
	const struct event *e = fleet_event(f, 0);
	for (const char *c = e ? e->text : ""; *c; c++)
		cr_assert((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static void play(uint64_t seed, int steps)
{
	struct dice d = {seed};
	struct parts *p = calloc(1, sizeof(*p));
	struct scene s;

	scene_start(&s);
	for (int k = 0; k < steps; k++) {
		observe(&d, &s, p);
		check(s.fleet);
	}
	scene_end(&s);
	free(p);
}

Test(random, invariants_hold_after_each_of_100000_observations, .timeout = 100)
{
	play(20260101, STEPS);
}

Test(random, and_from_many_beginnings, .timeout = 100)
{
	for (uint64_t seed = 1; seed <= 200; seed++)
		play(seed, 100);
}
