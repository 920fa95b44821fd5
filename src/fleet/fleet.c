/*
 * fleet.c - the fleet's life, the way of an observation into it, and looking things up.
 */
#include "ollama-top/fleet.h"
#include "core.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What an observation must name to be of use. */
enum scope {
	SCOPE_FLEET,
	SCOPE_SERVER,
	SCOPE_INSTANCE,
};

struct kind {
	fold_fn *fold;
	enum scope scope;
};

static const struct kind kinds[OBS_KIND_COUNT] = {
	[OBS_VERSION] = {fold_version, SCOPE_INSTANCE},
	[OBS_LOADED] = {fold_loaded, SCOPE_INSTANCE},
	[OBS_STORED] = {fold_stored, SCOPE_INSTANCE},
	[OBS_DOCKER] = {fold_docker, SCOPE_SERVER},
	[OBS_HOST] = {fold_host, SCOPE_SERVER},
	[OBS_CONTAINERS] = {fold_containers, SCOPE_SERVER},
	[OBS_CONTAINER] = {fold_container, SCOPE_INSTANCE},
	[OBS_DOCKER_EVENT] = {fold_docker_event, SCOPE_INSTANCE},
	[OBS_TASKS] = {fold_tasks, SCOPE_SERVER},
	[OBS_STATS] = {fold_stats, SCOPE_INSTANCE},
	[OBS_MOUNT] = {fold_mount, SCOPE_INSTANCE},
	[OBS_SPACE] = {fold_space, SCOPE_INSTANCE},
	[OBS_PROBE] = {fold_probe, SCOPE_INSTANCE},
	[OBS_CONNECTIONS] = {fold_connections, SCOPE_INSTANCE},
	[OBS_READ] = {fold_read, SCOPE_INSTANCE},
	[OBS_NFS] = {fold_nfs, SCOPE_SERVER},
	[OBS_BALANCER] = {fold_balancer, SCOPE_FLEET},
	[OBS_TRANSFERS] = {fold_transfers, SCOPE_FLEET},
	[OBS_OWN_LAYERS] = {fold_own_layers, SCOPE_FLEET},
	[OBS_TENDED] = {fold_tended, SCOPE_INSTANCE},
	[OBS_RETRY] = {fold_retry, SCOPE_FLEET},
	[OBS_TOKEN] = {fold_token, SCOPE_INSTANCE},
	[OBS_POLICY] = {fold_policy, SCOPE_SERVER},
	[OBS_REQUESTS] = {fold_requests, SCOPE_INSTANCE},
	[OBS_ENDED] = {fold_ended, SCOPE_INSTANCE},
	[OBS_GPUS] = {fold_gpus, SCOPE_INSTANCE},
};

static bool server_init(struct fleet *fleet, size_t index)
{
	struct server *s = &fleet->servers[index];

	s->spec = &fleet->spec->servers[index];
	s->index = index;
	s->docker.status = s->spec->docker ? LINK_UNKNOWN : LINK_NONE;
	s->docker.latency_ms = NAN;
	if (!nfs_server_init(fleet, s))
		return false;
	s->service.link.status = s->spec->scale.service ? LINK_UNKNOWN : LINK_NONE;
	s->service.link.latency_ms = NAN;
	s->service.replicas = -1;
	s->memory_total = s->memory_available = -1;
	for (size_t k = 0; k < s->spec->instance_count; k++)
		if (!instance_add(fleet, s, &s->spec->instances[k], s->spec->instances[k].name))
			return k >= FLEET_INSTANCES_MAX;
	return true;
}

struct fleet *fleet_new(const struct fleet_spec *spec, int64_t now, int64_t wall)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));
	bool whole;

	if (!fleet)
		return NULL;
	fleet->spec = spec;
	fleet->now = fleet->sampled_at = now;
	fleet->wall = wall;
	fleet->balancer.link.status = spec->traefik.api ? LINK_UNKNOWN : LINK_NONE;
	fleet->balancer.link.latency_ms = NAN;
	fleet->events = calloc(FLEET_EVENTS_MAX, sizeof(*fleet->events));
	fleet->servers = calloc(spec->server_count ? spec->server_count : 1, sizeof(*fleet->servers));
	whole = fleet->events && fleet->servers;
	for (size_t k = 0; whole && k < spec->server_count; k++) {
		fleet->server_count++;
		whole = server_init(fleet, k);
	}
	if (!whole) {
		fleet_free(fleet);
		return NULL;
	}
	for (size_t k = 0; k < fleet->server_count; k++)
		server_judge_all(fleet, &fleet->servers[k]);
	return fleet;
}

static void server_free(struct server *s)
{
	for (size_t k = 0; k < s->instance_count; k++)
		instance_free(s->instances[k]);
	free(s->instances);
	free(s->docker.error);
	free(s->docker_version);
	free(s->docker_api);
	free(s->docker_warning);
	free(s->policy_warning);
	free(s->nfs.error);
	nfs_server_free(&s->nfs_server);
	free(s->service.link.error);
}

void fleet_free(struct fleet *fleet)
{
	if (!fleet)
		return;
	for (size_t k = 0; k < fleet->server_count; k++)
		server_free(&fleet->servers[k]);
	free(fleet->servers);
	pool_clear(&fleet->balancer);
	free(fleet->balancer.link.error);
	transfers_free(fleet);
	events_free(fleet);
	alerts_free(fleet);
	free(fleet);
}

/* A monotonic clock does not go back, and what was timed by one must not. */
static void move_time(struct fleet *fleet, int64_t now, int64_t wall)
{
	if (now > fleet->now)
		fleet->now = now;
	fleet->wall = wall;
}

void fleet_apply(struct fleet *fleet, const struct observation *o)
{
	if ((unsigned)o->kind >= OBS_KIND_COUNT)
		return;
	const struct kind *kind = &kinds[o->kind];
	struct place place = {.fleet = fleet};

	if (o->server < fleet->server_count) {
		place.server = &fleet->servers[o->server];
		place.instance = o->instance ? fleet_instance(place.server, o->instance) : NULL;
	}
	if (kind->scope >= SCOPE_SERVER && !place.server)
		return;
	if (kind->scope == SCOPE_INSTANCE && !place.instance)
		return;
	fleet_tell(fleet, &(struct fleet_change){
				  .kind = FLEET_OBSERVED, .at = o->at, .wall = o->wall, .observation = o});
	move_time(fleet, o->at, o->wall);
	fleet->observed_at = fleet->now;
	kind->fold(&place, o);
	if (kind->scope == SCOPE_INSTANCE)
		instance_judge(fleet, place.instance);
	else if (kind->scope == SCOPE_SERVER)
		server_judge(fleet, place.server);
}

static void tick_server(struct fleet *fleet, struct server *s)
{
	for (size_t k = s->instance_count; k-- > 0;) {
		struct instance *i = s->instances[k];

		requests_tick(fleet, i);
		if (i->gone && fleet->now - i->gone_at >= FLEET_GONE_LINGER_MS)
			instance_drop(fleet, s, k);
		else if (fleet->now >= i->due_at)
			instance_judge(fleet, i);
	}
}

void fleet_tick(struct fleet *fleet, int64_t now, int64_t wall)
{
	fleet_tell(fleet, &(struct fleet_change){.kind = FLEET_TICKED, .at = now, .wall = wall});
	move_time(fleet, now, wall);
	for (size_t k = 0; k < fleet->server_count; k++)
		tick_server(fleet, &fleet->servers[k]);
	sample_tick(fleet);
}

struct server *fleet_server(const struct fleet *fleet, const char *name)
{
	for (size_t k = 0; k < fleet->server_count; k++)
		if (strcmp(fleet->servers[k].spec->name, name) == 0)
			return &fleet->servers[k];
	return NULL;
}

struct instance *fleet_instance(const struct server *server, const char *name)
{
	for (size_t k = 0; k < server->instance_count; k++)
		if (strcmp(server->instances[k]->name, name) == 0)
			return server->instances[k];
	return NULL;
}

bool fleet_stale(const struct fleet *fleet, int64_t at, int64_t interval_ms)
{
	return at == 0 || fleet->now - at > 3 * interval_ms;
}
