#include "codec_tables.h"

#include "ollama-top/parse.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SHAPE(type, table)                                                     \
	{                                                                      \
		.size = sizeof(type), .fields = (table), .count = COUNT(table) \
	}
#define AT(type, member)      .offset = offsetof(type, member)
#define SIZED(type, member)   .most = sizeof(((type *)0)->member), AT(type, member)
#define COUNTED(type, member) .count = offsetof(type, member)
#define CHOICE(list)          .words = (list), .most = COUNT(list)
#define O                     struct observation

static const char *const statuses[] = {
	[CONTAINER_UNKNOWN] = "unknown",
	[CONTAINER_CREATED] = "created",
	[CONTAINER_RUNNING] = "running",
	[CONTAINER_PAUSED] = "paused",
	[CONTAINER_RESTARTING] = "restarting",
	[CONTAINER_EXITED] = "exited",
	[CONTAINER_DEAD] = "dead",
	[CONTAINER_REMOVED] = "removed",
};
static const char *const healths[] = {
	[HEALTH_NONE] = "none",
	[HEALTH_STARTING] = "starting",
	[HEALTH_HEALTHY] = "healthy",
	[HEALTH_UNHEALTHY] = "unhealthy",
};
static const char *const events[] = {
	[DEVENT_START] = "start",
	[DEVENT_DIE] = "die",
	[DEVENT_OOM] = "oom",
	[DEVENT_KILL] = "kill",
	[DEVENT_STOP] = "stop",
	[DEVENT_PAUSE] = "pause",
	[DEVENT_UNPAUSE] = "unpause",
	[DEVENT_DESTROY] = "destroy",
	[DEVENT_CREATE] = "create",
	[DEVENT_HEALTH] = "health",
	[DEVENT_SWARM] = "swarm",
	[DEVENT_OTHER] = "other",
};
static const char *const phases[] = {
	[TASK_WAITING] = "waiting",
	[TASK_RUNNING] = "running",
	[TASK_LEAVING] = "leaving",
	[TASK_OVER] = "over",
};
static const char *const answers[] = {
	[NFS_UNHEARD] = "unknown",
	[NFS_ANSWERS] = "ok",
	[NFS_REFUSED] = "refused",
	[NFS_HUNG] = "hung",
	[NFS_ABSENT] = "absent",
	[NFS_BROKEN] = "broken",
};
static const char *const tendings[] = {
	[TENDED_NOT] = "not",
	[TENDED_DRAINING] = "draining",
	[TENDED_RESTARTING] = "restarting",
	[TENDED_STOPPING] = "stopping",
};
static const char *const retries[] = {
	[RETRY_API] = "api",
	[RETRY_DOCKER] = "docker",
	[RETRY_BALANCER] = "balancer",
	[RETRY_NFS] = "nfs",
};

static const struct codec_field version_fields[] = {
	{"version", CODEC_TEXT, AT(O, u.version.version), .names = NAME_WORD},
	{"latency_ms", CODEC_REAL, AT(O, u.version.latency_ms)},
};

static const struct codec_field loaded_model_fields[] = {
	{"name", CODEC_TEXT, AT(struct model_loaded, name), .names = NAME_MODEL, .needed = true},
	{"digest", CODEC_CHARS, SIZED(struct model_loaded, digest), .names = NAME_DIGEST},
	{"size", CODEC_I64, AT(struct model_loaded, size)},
	{"size_vram", CODEC_I64, AT(struct model_loaded, size_vram)},
	{"context", CODEC_I64, AT(struct model_loaded, context)},
	{"expires_at", CODEC_I64, AT(struct model_loaded, expires_at)},
	{"expires_wall", CODEC_I64, AT(struct model_loaded, expires_wall)},
};
static const struct codec_shape loaded_model = SHAPE(struct model_loaded, loaded_model_fields);
static const struct codec_field loaded_fields[] = {
	{"models", CODEC_LIST, AT(O, u.loaded.models), COUNTED(O, u.loaded.count), .most = FLEET_MODELS_MAX,
		.shape = &loaded_model},
};

static const struct codec_field stored_model_fields[] = {
	{"name", CODEC_TEXT, AT(struct model_stored, name), .names = NAME_MODEL, .needed = true},
	{"digest", CODEC_CHARS, SIZED(struct model_stored, digest), .names = NAME_DIGEST},
	{"size", CODEC_I64, AT(struct model_stored, size)},
	{"modified_wall", CODEC_I64, AT(struct model_stored, modified_wall)},
};
static const struct codec_shape stored_model = SHAPE(struct model_stored, stored_model_fields);
static const struct codec_field stored_fields[] = {
	{"models", CODEC_LIST, AT(O, u.stored.models), COUNTED(O, u.stored.count), .most = FLEET_MODELS_MAX,
		.shape = &stored_model},
};

static const struct codec_field docker_fields[] = {
	{"version", CODEC_TEXT, AT(O, u.docker.version), .names = NAME_WORD},
	{"api", CODEC_TEXT, AT(O, u.docker.api), .names = NAME_WORD},
	{"warning", CODEC_TEXT, AT(O, u.docker.warning), .names = NAME_TEXT},
	{"latency_ms", CODEC_REAL, AT(O, u.docker.latency_ms)},
};

static const struct codec_field host_fields[] = {
	{"memory_total", CODEC_I64, AT(O, u.host.memory_total)},
	{"memory_available", CODEC_I64, AT(O, u.host.memory_available)},
	{"cpus", CODEC_INT, AT(O, u.host.cpus)},
	{"skew_known", CODEC_BOOL, AT(O, u.host.skew_known)},
	{"skew_ms", CODEC_I64, AT(O, u.host.skew_ms)},
};

static const struct codec_field containers_fields[] = {
	{"names", CODEC_TEXTS, AT(O, u.containers.names), COUNTED(O, u.containers.count),
		.most = 2 * (size_t)FLEET_INSTANCES_MAX, .names = NAME_INSTANCE},
};

static const struct codec_field mount_of_container_fields[] = {
	{"source", CODEC_TEXT, AT(struct mount, source), .names = NAME_PLACE},
	{"destination", CODEC_TEXT, AT(struct mount, destination), .names = NAME_PATH},
	{"type", CODEC_TEXT, AT(struct mount, type), .names = NAME_WORD},
	{"read_only", CODEC_BOOL, AT(struct mount, read_only)},
};
static const struct codec_shape mount_of_container = SHAPE(struct mount, mount_of_container_fields);
static const struct codec_field inspect_fields[] = {
	{"known", CODEC_BOOL, AT(struct container, known)},
	{"id", CODEC_CHARS, SIZED(struct container, id), .names = NAME_DIGEST},
	{"name", CODEC_TEXT, AT(struct container, name), .names = NAME_INSTANCE},
	{"image", CODEC_TEXT, AT(struct container, image), .names = NAME_IMAGE},
	{"image_id", CODEC_TEXT, AT(struct container, image_id), .names = NAME_DIGEST},
	{"status", CODEC_CHOICE, AT(struct container, status), CHOICE(statuses)},
	{"health", CODEC_CHOICE, AT(struct container, health), CHOICE(healths)},
	{"health_error", CODEC_TEXT, AT(struct container, health_error), .names = NAME_TEXT},
	{"restarts", CODEC_INT, AT(struct container, restarts)},
	{"exit_code", CODEC_INT, AT(struct container, exit_code)},
	{"oom_killed", CODEC_BOOL, AT(struct container, oom_killed)},
	{"started_wall", CODEC_I64, AT(struct container, started_wall)},
	{"finished_wall", CODEC_I64, AT(struct container, finished_wall)},
	{"memory_limit", CODEC_I64, AT(struct container, memory_limit)},
	{"cpu_limit", CODEC_REAL, AT(struct container, cpu_limit)},
	{"mounts", CODEC_LIST, AT(struct container, mounts), COUNTED(struct container, mount_count),
		.most = FLEET_MOUNTS_MAX, .shape = &mount_of_container},
	{"environment", CODEC_TEXTS, AT(struct container, env), COUNTED(struct container, env_count),
		.most = FLEET_ENV_MAX, .names = NAME_VARIABLE},
	{"host_port", CODEC_INT, AT(struct container, host_port)},
	{"gpu_count", CODEC_INT, AT(struct container, gpu_count)},
	{"gpus", CODEC_TEXT, AT(struct container, gpus), .names = NAME_TEXT},
};
static const struct codec_shape inspect = SHAPE(struct container, inspect_fields);
static const struct codec_field container_fields[] = {
	{"container", CODEC_ROW, AT(O, u.container.container), .most = 1, .shape = &inspect},
	{"url", CODEC_TEXT, AT(O, u.container.url), .names = NAME_URL},
};

static const struct codec_field event_fields[] = {
	{"what", CODEC_CHOICE, AT(O, u.event.what), CHOICE(events)},
	{"exit_code", CODEC_INT, AT(O, u.event.exit_code)},
	{"signal", CODEC_INT, AT(O, u.event.signal)},
	{"replayed", CODEC_BOOL, AT(O, u.event.replayed)},
	{"happened_wall", CODEC_I64, AT(O, u.event.happened_wall)},
};

static const struct codec_field task_fields[] = {
	{"name", CODEC_CHARS, SIZED(struct observed_task, name), .names = NAME_INSTANCE},
	{"id", CODEC_TEXT, AT(struct observed_task, id), .names = NAME_DIGEST, .needed = true},
	{"node", CODEC_TEXT, AT(struct observed_task, node), .names = NAME_NODE},
	{"state", CODEC_TEXT, AT(struct observed_task, state), .names = NAME_WORD},
	{"error", CODEC_TEXT, AT(struct observed_task, error), .names = NAME_TEXT},
	{"phase", CODEC_CHOICE, AT(struct observed_task, phase), CHOICE(phases)},
	{"failures", CODEC_INT, AT(struct observed_task, failures)},
	{"here", CODEC_BOOL, AT(struct observed_task, here)},
	{"own_port", CODEC_BOOL, AT(struct observed_task, own_port)},
};
static const struct codec_shape task = SHAPE(struct observed_task, task_fields);
static const struct codec_field tasks_fields[] = {
	{"replicas", CODEC_INT, AT(O, u.tasks.replicas)},
	{"parallelism", CODEC_INT, AT(O, u.tasks.rules.parallelism)},
	{"start_first", CODEC_BOOL, AT(O, u.tasks.rules.start_first)},
	{"delay_ms", CODEC_I64, AT(O, u.tasks.rules.delay_ms)},
	{"on_failure", CODEC_CHOICE, AT(O, u.tasks.rules.on_failure), CHOICE(service_failure_names)},
	{"restart", CODEC_CHOICE, AT(O, u.tasks.rules.restart), CHOICE(service_restart_names)},
	{"attempts", CODEC_INT, AT(O, u.tasks.rules.attempts)},
	{"tasks", CODEC_LIST, AT(O, u.tasks.tasks), COUNTED(O, u.tasks.count), .most = FLEET_INSTANCES_MAX,
		.shape = &task},
};

static const struct codec_field stats_fields[] = {
	{"memory_used", CODEC_I64, AT(O, u.stats.memory_used)},
	{"memory_judged", CODEC_I64, AT(O, u.stats.memory_judged)},
	{"memory_limit", CODEC_I64, AT(O, u.stats.memory_limit)},
	{"cpu_percent", CODEC_REAL, AT(O, u.stats.cpu_percent)},
	{"major_faults", CODEC_REAL, AT(O, u.stats.major_faults)},
};

static const struct codec_field mount_fields[] = {
	{"path", CODEC_TEXT, AT(O, u.mount.path), .names = NAME_PATH},
	{"fstype", CODEC_TEXT, AT(O, u.mount.fstype), .names = NAME_WORD},
	{"source", CODEC_TEXT, AT(O, u.mount.source), .names = NAME_PLACE},
	{"options", CODEC_TEXT, AT(O, u.mount.options), .names = NAME_TEXT},
	{"root", CODEC_TEXT, AT(O, u.mount.root), .names = NAME_PATH},
	{"read_only", CODEC_INT, AT(O, u.mount.read_only)},
};

static const struct codec_field space_fields[] = {
	{"total", CODEC_I64, AT(O, u.space.total)},
	{"available", CODEC_I64, AT(O, u.space.available)},
	{"inodes", CODEC_I64, AT(O, u.space.inodes)},
	{"inodes_free", CODEC_I64, AT(O, u.space.inodes_free)},
	{"latency_ms", CODEC_REAL, AT(O, u.space.latency_ms)},
};

static const struct codec_field probe_fields[] = {
	{"out", CODEC_BOOL, AT(O, u.probe.out)},
	{"hung", CODEC_BOOL, AT(O, u.probe.hung)},
};

static const struct codec_field connections_fields[] = {
	{"count", CODEC_INT, AT(O, u.connections.count)},
	{"active", CODEC_INT, AT(O, u.connections.active)},
};

static const struct codec_field read_fields[] = {
	{"latency_ms", CODEC_REAL, AT(O, u.read.latency_ms)},
};

static const struct codec_field nfs_service_fields[] = {
	{"answer", CODEC_CHOICE, AT(struct nfs_service, answer), CHOICE(answers)},
	{"port", CODEC_INT, AT(struct nfs_service, port)},
	{"latency_ms", CODEC_REAL, AT(struct nfs_service, latency_ms)},
	{"error", CODEC_TEXT, AT(struct nfs_service, error), .names = NAME_TEXT},
};
static const struct codec_shape nfs_service = SHAPE(struct nfs_service, nfs_service_fields);
static const struct codec_field nfs_export_fields[] = {
	{"path", CODEC_TEXT, AT(struct nfs_export, path), .names = NAME_PATH, .needed = true},
	{"clients", CODEC_TEXTS, AT(struct nfs_export, clients), COUNTED(struct nfs_export, client_count),
		.most = FLEET_CLIENTS_MAX, .names = NAME_CLIENT},
};
static const struct codec_shape nfs_export = SHAPE(struct nfs_export, nfs_export_fields);
static const struct codec_field nfs_fields[] = {
	{"services", CODEC_ROW, AT(O, u.nfs.services), .most = NFS_SERVICES, .shape = &nfs_service},
	{"exports", CODEC_LIST, AT(O, u.nfs.exports), COUNTED(O, u.nfs.export_count),
		.most = FLEET_EXPORTS_MAX, .shape = &nfs_export},
};

static const struct codec_field pool_server_fields[] = {
	{"url", CODEC_TEXT, AT(struct balancer_server, url), .names = NAME_URL, .needed = true},
	{"status", CODEC_CHARS, SIZED(struct balancer_server, status), .names = NAME_WORD},
};
static const struct codec_shape pool_server = SHAPE(struct balancer_server, pool_server_fields);
static const struct codec_field balancer_fields[] = {
	{"servers", CODEC_LIST, AT(O, u.balancer.servers), COUNTED(O, u.balancer.count),
		.most = FLEET_POOL_MAX, .shape = &pool_server},
	{"latency_ms", CODEC_REAL, AT(O, u.balancer.latency_ms)},
};

static const struct codec_field transfer_fields[] = {
	{"id", CODEC_TEXT, AT(struct transfer, id), .names = NAME_DIGEST},
	{"label", CODEC_TEXT, AT(struct transfer, label), .names = NAME_TEXT},
	{"completed", CODEC_I64, AT(struct transfer, completed)},
	{"total", CODEC_I64, AT(struct transfer, total)},
	{"layer", CODEC_INT, AT(struct transfer, layer)},
	{"layers", CODEC_INT, AT(struct transfer, layers)},
	{"rate", CODEC_REAL, AT(struct transfer, rate)},
	{"started_at", CODEC_I64, AT(struct transfer, started_at)},
	{"ended", CODEC_BOOL, AT(struct transfer, ended)},
	{"error", CODEC_TEXT, AT(struct transfer, error), .names = NAME_TEXT},
};
static const struct codec_shape transfer = SHAPE(struct transfer, transfer_fields);
static const struct codec_field transfers_fields[] = {
	{"transfers", CODEC_LIST, AT(O, u.transfers.transfers), COUNTED(O, u.transfers.count),
		.most = FLEET_TRANSFERS_MAX, .shape = &transfer},
};

static const struct codec_field own_layers_fields[] = {
	{"digests", CODEC_TEXTS, AT(O, u.own_layers.digests), COUNTED(O, u.own_layers.count),
		.most = FLEET_TRANSFERS_MAX, .names = NAME_DIGEST},
};

static const struct codec_field tended_fields[] = {
	{"tended", CODEC_CHOICE, AT(O, u.tended), CHOICE(tendings)},
};

static const struct codec_field retry_fields[] = {
	{"of", CODEC_CHOICE, AT(O, u.retry.of), CHOICE(retries)},
	{"retry_at", CODEC_I64, AT(O, u.retry.retry_at)},
};

static const struct codec_field token_fields[] = {
	{"warning", CODEC_TEXT, AT(O, u.token.warning), .names = NAME_TEXT},
};

static const struct codec_field policy_fields[] = {
	{"alert", CODEC_TEXT, AT(O, u.policy.alert), .names = NAME_TEXT},
};

static const struct codec_field requests_fields[] = {
	{"inflight", CODEC_INT, AT(O, u.requests.inflight)},
	{"queue", CODEC_INT, AT(O, u.requests.queue)},
};

static const struct codec_field ended_request_fields[] = {
	{"status", CODEC_INT, AT(struct ended_request, status)},
	{"seconds", CODEC_REAL, AT(struct ended_request, seconds)},
};
static const struct codec_shape ended_request = SHAPE(struct ended_request, ended_request_fields);
static const struct codec_field ended_fields[] = {
	{"requests", CODEC_LIST, AT(O, u.ended.list), COUNTED(O, u.ended.count), .most = PARSE_LIST_MAX,
		.shape = &ended_request},
};

static const struct codec_field gpu_fields[] = {
	{"index", CODEC_INT, AT(struct gpu, index)},
	{"name", CODEC_CHARS, SIZED(struct gpu, name), .names = NAME_TEXT},
	{"memory_used", CODEC_I64, AT(struct gpu, memory_used)},
	{"memory_total", CODEC_I64, AT(struct gpu, memory_total)},
	{"utilisation", CODEC_REAL, AT(struct gpu, utilisation)},
};
static const struct codec_shape gpu = SHAPE(struct gpu, gpu_fields);
static const struct codec_field gpus_fields[] = {
	{"gpus", CODEC_LIST, AT(O, u.gpus.list), COUNTED(O, u.gpus.count), .most = FLEET_GPUS_MAX,
		.shape = &gpu},
};

#define KIND(name, table)                                        \
	{                                                        \
		(name),                                          \
		{                                                \
			.fields = (table), .count = COUNT(table) \
		}                                                \
	}

static const struct codec_kind kinds[OBS_KIND_COUNT] = {
	[OBS_VERSION] = KIND("version", version_fields),
	[OBS_LOADED] = KIND("loaded", loaded_fields),
	[OBS_STORED] = KIND("stored", stored_fields),
	[OBS_DOCKER] = KIND("docker", docker_fields),
	[OBS_HOST] = KIND("host", host_fields),
	[OBS_CONTAINERS] = KIND("containers", containers_fields),
	[OBS_CONTAINER] = KIND("container", container_fields),
	[OBS_DOCKER_EVENT] = KIND("event", event_fields),
	[OBS_TASKS] = KIND("tasks", tasks_fields),
	[OBS_STATS] = KIND("stats", stats_fields),
	[OBS_MOUNT] = KIND("mount", mount_fields),
	[OBS_SPACE] = KIND("space", space_fields),
	[OBS_PROBE] = KIND("probe", probe_fields),
	[OBS_CONNECTIONS] = KIND("connections", connections_fields),
	[OBS_READ] = KIND("read", read_fields),
	[OBS_NFS] = KIND("nfs", nfs_fields),
	[OBS_BALANCER] = KIND("balancer", balancer_fields),
	[OBS_TRANSFERS] = KIND("transfers", transfers_fields),
	[OBS_OWN_LAYERS] = KIND("own_layers", own_layers_fields),
	[OBS_TENDED] = KIND("tended", tended_fields),
	[OBS_RETRY] = KIND("retry", retry_fields),
	[OBS_TOKEN] = KIND("token", token_fields),
	[OBS_POLICY] = KIND("policy", policy_fields),
	[OBS_REQUESTS] = KIND("requests", requests_fields),
	[OBS_ENDED] = KIND("ended", ended_fields),
	[OBS_GPUS] = KIND("gpus", gpus_fields),
};

const struct codec_kind *codec_kind(enum observation_kind kind)
{
	return (unsigned)kind < OBS_KIND_COUNT && kinds[kind].name ? &kinds[kind] : NULL;
}
