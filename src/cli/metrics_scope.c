/*
 * metrics_scope.c - what samples are taken of, how many at most, and the labels that tell them apart.
 */
#include "metrics_private.h"

#include "config.h"
#include "ollama-top/ops.h"

#include <stdio.h>
#include <string.h>

static void see(visit_fn *visit, void *user, const struct subject *s)
{
	if (visit) {
		visit(user, s);
	}
}

static size_t walk_fleet(const struct metrics_source *source, visit_fn *visit, void *user)
{
	const struct subject s = {.source = source};
	see(visit, user, &s);
	return 0;
}

static size_t walk_self(const struct metrics_source *source, visit_fn *visit, void *user)
{
	return source->self ? walk_fleet(source, visit, user) : 0;
}

/* One subject more for each of `count` choices. */
static void see_each(visit_fn *visit, void *user, struct subject s, size_t count)
{
	for (s.index = 0; s.index < count; s.index++) {
		see(visit, user, &s);
	}
}

static size_t walk_fleet_status(const struct metrics_source *source, visit_fn *visit, void *user)
{
	see_each(visit, user, (struct subject){.source = source}, FLEET_DOWN + 1);
	return 0;
}

static size_t walk_severity(const struct metrics_source *source, visit_fn *visit, void *user)
{
	see_each(visit, user, (struct subject){.source = source}, SEVERITY_NONE);
	return 0;
}

static size_t walk_pool(const struct metrics_source *source, visit_fn *visit, void *user)
{
	const struct balancer *balancer = &source->fleet->balancer;
	const size_t count =
		balancer->server_count < METRICS_POOL_MAX ? balancer->server_count : METRICS_POOL_MAX;
	for (size_t i = 0; i < count; i++) {
		const struct subject s = {.source = source, .pooled = &balancer->servers[i]};
		see(visit, user, &s);
	}
	return balancer->server_count - count;
}

static size_t walk_transfers(const struct metrics_source *source, visit_fn *visit, void *user)
{
	for (size_t i = 0; i < source->fleet->transfer_count; i++) {
		const struct subject s = {.source = source, .transfer = &source->fleet->transfers[i]};
		see(visit, user, &s);
	}
	return 0;
}

static size_t walk_servers(const struct metrics_source *source, visit_fn *visit, void *user)
{
	for (size_t i = 0; i < source->fleet->server_count; i++) {
		const struct subject s = {.source = source, .server = &source->fleet->servers[i]};
		see(visit, user, &s);
	}
	return 0;
}

static size_t walk_server_status(const struct metrics_source *source, visit_fn *visit, void *user)
{
	for (size_t i = 0; i < source->fleet->server_count; i++) {
		const struct subject s = {.source = source, .server = &source->fleet->servers[i]};
		see_each(visit, user, s, FLEET_DOWN + 1);
	}
	return 0;
}

static size_t walk_policies(const struct metrics_source *source, visit_fn *visit, void *user)
{
	struct autoscale_view view;
	for (size_t i = 0; i < source->fleet->server_count; i++) {
		const struct subject s = {.source = source, .server = &source->fleet->servers[i]};
		if (autoscale_at(source->autoscale, i, &view)) {
			see(visit, user, &s);
		}
	}
	return 0;
}

/* A walk within another one. */
struct inner {
	visit_fn *visit;
	void *user;
	size_t left_out;
};

static void see_actions(void *user, const struct subject *s)
{
	const struct inner *inner = user;
	struct subject one = *s;
	for (one.index = POLICY_UP; one.index <= POLICY_DOWN; one.index++) {
		see(inner->visit, inner->user, &one);
	}
}

static size_t walk_policy_actions(const struct metrics_source *source, visit_fn *visit, void *user)
{
	struct inner inner = {.visit = visit, .user = user};
	return walk_policies(source, see_actions, &inner);
}

static size_t walk_instances(const struct metrics_source *source, visit_fn *visit, void *user)
{
	size_t seen = 0;
	for (size_t i = 0; i < source->fleet->server_count; i++) {
		const struct server *server = &source->fleet->servers[i];
		for (size_t k = 0; k < server->instance_count; k++) {
			const struct subject s = {
				.source = source, .server = server, .instance = server->instances[k]};
			if (!s.instance->gone && seen++ < METRICS_INSTANCES_MAX) {
				see(visit, user, &s);
			}
		}
	}
	return seen > METRICS_INSTANCES_MAX ? seen - METRICS_INSTANCES_MAX : 0;
}

static void see_states(void *user, const struct subject *s)
{
	const struct inner *inner = user;
	see_each(inner->visit, inner->user, *s, STATE_COUNT);
}

static size_t walk_instance_states(const struct metrics_source *source, visit_fn *visit, void *user)
{
	struct inner inner = {.visit = visit, .user = user};
	return walk_instances(source, see_states, &inner);
}

static void see_models(void *user, const struct subject *s)
{
	struct inner *inner = user;
	const size_t all = s->instance->loaded_count;
	const size_t count = all < METRICS_MODELS_MAX ? all : METRICS_MODELS_MAX;
	struct subject one = *s;
	for (size_t i = 0; i < count; i++) {
		one.model = &s->instance->loaded[i];
		see(inner->visit, inner->user, &one);
	}
	inner->left_out += all - count;
}

static size_t walk_models(const struct metrics_source *source, visit_fn *visit, void *user)
{
	struct inner inner = {.visit = visit, .user = user};
	walk_instances(source, see_models, &inner);
	return inner.left_out;
}

static void see_gpus(void *user, const struct subject *s)
{
	const struct inner *inner = user;
	see_each(inner->visit, inner->user, *s, s->instance->gpu_count);
}

/* At most FLEET_GPUS_MAX of an instance are kept. */
static size_t walk_gpus(const struct metrics_source *source, visit_fn *visit, void *user)
{
	struct inner inner = {.visit = visit, .user = user};
	walk_instances(source, see_gpus, &inner);
	return 0;
}

static size_t walk_operations(const struct metrics_source *source, visit_fn *visit, void *user)
{
	struct subject s = {.source = source};
	for (s.outcome = 0; source->self && source->self->operations && s.outcome < AUDIT_COUNT_OUTCOMES;
		s.outcome++) {
		see_each(visit, user, s, OP_KIND_COUNT);
	}
	return 0;
}

/* What may be left out; the numbers are asked of the same walks that leave it out. */
static const struct {
	const char *name;
	walk_fn *walk;
} left_out[] = {
	{"instances", walk_instances},
	{"models", walk_models},
	{"balancer_servers", walk_pool},
	{"duplicates", NULL},
};

static size_t walk_left_out(const struct metrics_source *source, visit_fn *visit, void *user)
{
	see_each(visit, user, (struct subject){.source = source}, sizeof(left_out) / sizeof(*left_out));
	return 0;
}

double metric_left_out(const struct subject *s)
{
	walk_fn *walk = left_out[s->index].walk;
	return walk ? (double)walk(s->source, NULL, NULL) : (double)s->duplicates;
}

static const char *label_server(const struct subject *s)
{
	return s->server->spec->name;
}

static const char *label_instance(const struct subject *s)
{
	return s->instance->name;
}

static const char *label_model(const struct subject *s)
{
	return s->model->name;
}

static const char *label_host(const struct subject *s)
{
	return s->server->spec->host;
}

static const char *label_role(const struct subject *s)
{
	return s->server->spec->role == ROLE_RW ? "rw" : "ro";
}

static const char *label_docker_version(const struct subject *s)
{
	return s->server->docker_version;
}

static const char *label_version(const struct subject *s)
{
	return s->instance->version;
}

static const char *label_url(const struct subject *s)
{
	return s->instance->url;
}

static const char *label_image(const struct subject *s)
{
	return s->instance->container.image;
}

static const char *label_state(const struct subject *s)
{
	return state_name((enum state)s->index);
}

static const char *label_status(const struct subject *s)
{
	return fleet_status_name((enum fleet_status)s->index);
}

static const char *label_severity(const struct subject *s)
{
	return severity_names[s->index];
}

static const char *label_pooled_url(const struct subject *s)
{
	return s->pooled->url;
}

static const char *label_pull(const struct subject *s)
{
	return s->transfer->id;
}

static const char *label_gpu(const struct subject *s)
{
	static char text[16];
	snprintf(text, sizeof(text), "%d", s->instance->gpus[s->index].index);
	return text;
}

static const char *label_pull_model(const struct subject *s)
{
	return s->transfer->label;
}

static const char *label_fstype(const struct subject *s)
{
	return s->instance->store.fstype;
}

static const char *label_source(const struct subject *s)
{
	return s->instance->store.source;
}

static const char *label_operation(const struct subject *s)
{
	return op_info((enum op_kind)s->index)->name;
}

static const char *label_outcome(const struct subject *s)
{
	return audit_count_outcome(s->outcome);
}

static const char *label_left_out(const struct subject *s)
{
	return left_out[s->index].name;
}

static const char *label_action(const struct subject *s)
{
	return policy_action_name((enum policy_action)s->index);
}

static const char *label_build(const struct subject *s)
{
	(void)s;
	return PACKAGE_VERSION;
}

/* An instance is "ollama", not "instance", which is a label of Prometheus itself: the place that it scrapes. */
const struct metrics_scope_kind metrics_scopes[METRICS_SCOPES] = {
	[PER_FLEET] = {walk_fleet, {{0}}},
	[PER_BUILD] = {walk_fleet, {{"version", label_build}}},
	[PER_FLEET_STATUS] = {walk_fleet_status, {{"status", label_status}}},
	[PER_SEVERITY] = {walk_severity, {{"severity", label_severity}}},
	[PER_POOLED] = {walk_pool, {{"url", label_pooled_url}}},
	[PER_TRANSFER] = {walk_transfers, {{"pull", label_pull}, {"name", label_pull_model}}},
	[PER_SERVER] = {walk_servers, {{"server", label_server}}},
	[PER_SERVER_INFO] = {walk_servers,
		{{"server", label_server}, {"host", label_host}, {"role", label_role},
			{"docker_version", label_docker_version}}},
	[PER_SERVER_STATUS] = {walk_server_status, {{"server", label_server}, {"status", label_status}}},
	[PER_INSTANCE] = {walk_instances, {{"server", label_server}, {"ollama", label_instance}}},
	[PER_INSTANCE_INFO] = {walk_instances,
		{{"server", label_server}, {"ollama", label_instance}, {"url", label_url},
			{"version", label_version}, {"image", label_image}}},
	[PER_INSTANCE_STATE] = {walk_instance_states,
		{{"server", label_server}, {"ollama", label_instance}, {"state", label_state}}},
	[PER_STORE_INFO] = {walk_instances, {{"server", label_server}, {"ollama", label_instance},
						    {"fstype", label_fstype}, {"source", label_source}}},
	[PER_MODEL] = {walk_models,
		{{"server", label_server}, {"ollama", label_instance}, {"model", label_model}}},
	[PER_GPU] = {walk_gpus, {{"server", label_server}, {"ollama", label_instance}, {"gpu", label_gpu}}},
	[PER_POLICY] = {walk_policies, {{"server", label_server}}},
	[PER_POLICY_ACTION] = {walk_policy_actions, {{"server", label_server}, {"action", label_action}}},
	[PER_SELF] = {walk_self, {{0}}},
	[PER_OPERATION] = {walk_operations, {{"operation", label_operation}, {"outcome", label_outcome}}},
	[PER_LEFT_OUT] = {walk_left_out, {{"what", label_left_out}}},
};
