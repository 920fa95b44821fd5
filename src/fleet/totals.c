/*
 * totals.c - the fleet in a line: statuses, sums, and the names of states.
 */
#include "core.h"

#include <string.h>

static const struct {
	const char *name;
	enum severity severity;
} states[STATE_COUNT] = {
	[STATE_OOM] = {"OOM", SEVERITY_CRITICAL},
	[STATE_DOWN] = {"DOWN", SEVERITY_CRITICAL},
	[STATE_NFS] = {"NFS!", SEVERITY_CRITICAL},
	[STATE_DRIFT] = {"DRIFT", SEVERITY_WARNING},
	[STATE_LB] = {"LB!", SEVERITY_WARNING},
	[STATE_HOT] = {"HOT", SEVERITY_WARNING},
	[STATE_SLOW] = {"SLOW", SEVERITY_WARNING},
	[STATE_STARTING] = {"starting", SEVERITY_NONE},
	[STATE_DRAINING] = {"draining", SEVERITY_NONE},
	[STATE_STOPPED] = {"stopped", SEVERITY_NONE},
	[STATE_UNKNOWN] = {"unknown", SEVERITY_NONE},
	[STATE_OK] = {"ok", SEVERITY_NONE},
};

const char *state_name(enum state state)
{
	return (unsigned)state < STATE_COUNT ? states[state].name : states[STATE_UNKNOWN].name;
}

const char *const severity_names[SEVERITY_NONE + 1] = {
	[SEVERITY_CRITICAL] = "critical",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_NONE] = "none",
};

enum severity state_severity(enum state state)
{
	return (unsigned)state < STATE_COUNT ? states[state].severity : SEVERITY_NONE;
}

const char *fleet_status_name(enum fleet_status status)
{
	static const char *const names[] = {
		[FLEET_OK] = "ok", [FLEET_DEGRADED] = "degraded", [FLEET_DOWN] = "down"};

	return (unsigned)status <= FLEET_DOWN ? names[status] : names[FLEET_DOWN];
}

const char *container_status_name(enum container_status status)
{
	static const char *const names[] = {
		[CONTAINER_UNKNOWN] = "unknown",
		[CONTAINER_CREATED] = "created",
		[CONTAINER_RUNNING] = "running",
		[CONTAINER_PAUSED] = "paused",
		[CONTAINER_RESTARTING] = "restarting",
		[CONTAINER_EXITED] = "exited",
		[CONTAINER_DEAD] = "dead",
		[CONTAINER_REMOVED] = "removed",
	};

	return (unsigned)status <= CONTAINER_REMOVED ? names[status] : names[CONTAINER_UNKNOWN];
}

const char *container_health_name(enum container_health health)
{
	static const char *const names[] = {
		[HEALTH_NONE] = "none",
		[HEALTH_STARTING] = "starting",
		[HEALTH_HEALTHY] = "healthy",
		[HEALTH_UNHEALTHY] = "unhealthy",
	};

	return (unsigned)health <= HEALTH_UNHEALTHY ? names[health] : names[HEALTH_NONE];
}

/* Down is only said of those of whom everything was heard. */
static enum fleet_status status_of_counts(size_t living, size_t answering, size_t unheard, size_t alerts)
{
	if (living > 0 && answering == 0 && unheard == 0)
		return FLEET_DOWN;
	return alerts > 0 ? FLEET_DEGRADED : FLEET_OK;
}

static void count_instances(struct server *server)
{
	server->living = server->answering = server->unheard = 0;
	for (size_t k = 0; k < server->instance_count; k++) {
		const struct instance *i = server->instances[k];

		server->living += !i->gone;
		server->answering += i->answered;
		server->unheard += i->state == STATE_UNKNOWN;
	}
}

void status_update(struct fleet *fleet, struct server *server)
{
	size_t living = 0, answering = 0, unheard = 0;

	if (server) {
		const enum fleet_status was = server->status;

		count_instances(server);
		server->status = status_of_counts(
			server->living, server->answering, server->unheard, server->alert_count);
		touch(fleet, was != server->status);
	}
	for (size_t s = 0; s < fleet->server_count; s++) {
		living += fleet->servers[s].living;
		answering += fleet->servers[s].answering;
		unheard += fleet->servers[s].unheard;
	}
	const enum fleet_status status = status_of_counts(living, answering, unheard, fleet->alert_count);
	touch(fleet, status != fleet->status);
	fleet->status = status;
}

enum fleet_status server_status(const struct server *server)
{
	return server->status;
}

static void add(int64_t *sum, int64_t bytes)
{
	if (bytes > 0 && __builtin_add_overflow(*sum, bytes, sum))
		*sum = INT64_MAX;
}

static void add_instance(struct totals *t, const struct instance *i)
{
	const int64_t limit = i->memory_limit >= 0 ? i->memory_limit : i->container.memory_limit;

	t->instances++;
	t->by_state[i->state]++;
	t->ok += i->state == STATE_OK;
	t->models_loaded += i->loaded_count;
	t->busy += i->busy;
	if (i->memory_used >= 0) {
		add(&t->memory_used, i->memory_used);
		add(&t->memory_limit, limit);
	}
	if (i->server->spec->nfs.given && fleet_store_counts(i)) {
		t->nfs_expected++;
		t->nfs_ok += i->store.status == STORE_OK;
	}
}

static bool nfs_server_fails(const struct server *s)
{
	return (s->raised[CONDITION_NFS_SERVER] != 0 && s->nfs.status == LINK_FAILED) ||
	       (s->raised[CONDITION_NFS_EXPORT] != 0 && s->nfs_server.export_fails);
}

void fleet_totals(const struct fleet *fleet, struct totals *out)
{
	const struct balancer *b = &fleet->balancer;

	*out = (struct totals){0};
	for (size_t s = 0; s < fleet->server_count; s++) {
		out->nfs_failed += nfs_server_fails(&fleet->servers[s]);
		for (size_t k = 0; k < fleet->servers[s].instance_count; k++)
			if (!fleet->servers[s].instances[k]->gone)
				add_instance(out, fleet->servers[s].instances[k]);
	}
	out->pool_servers = b->server_count;
	for (size_t k = 0; k < b->server_count; k++)
		out->pool_up += b->link.status == LINK_OK && strcmp(b->servers[k].status, "DOWN") != 0;
}
