#include "ollama-top/text.h"
#include "snapshot.h"

#include <math.h>

#define TIME_MAX 32

/* Every value that may be unknown goes through one of these: unknown is null. */
static void add_text(cJSON *object, const char *name, const char *value)
{
	if (value && value[0] != '\0') {
		cJSON_AddStringToObject(object, name, value);
	} else {
		cJSON_AddNullToObject(object, name);
	}
}

static void add_size(cJSON *object, const char *name, int64_t value)
{
	if (value >= 0) {
		cJSON_AddNumberToObject(object, name, (double)value);
	} else {
		cJSON_AddNullToObject(object, name);
	}
}

/* Thousandths are enough for milliseconds and percent, and read better than 17 digits. */
static void add_figure(cJSON *object, const char *name, double value)
{
	if (isfinite(value)) {
		cJSON_AddNumberToObject(object, name, round(value * 1000) / 1000);
	} else {
		cJSON_AddNullToObject(object, name);
	}
}

static void add_truth(cJSON *object, const char *name, int value)
{
	if (value >= 0) {
		cJSON_AddBoolToObject(object, name, value != 0);
	} else {
		cJSON_AddNullToObject(object, name);
	}
}

static void add_time(cJSON *object, const char *name, int64_t wall_ms)
{
	char text[TIME_MAX];
	add_text(object, name, wall_ms > 0 ? text_rfc3339(text, sizeof(text), wall_ms) : NULL);
}

static const char *link_name(const struct link *link)
{
	static const char *const names[] = {
		[LINK_UNKNOWN] = "unknown",
		[LINK_OK] = "ok",
		[LINK_FAILED] = "failed",
		[LINK_NONE] = "none",
	};
	return names[link->status];
}

static void add_docker(cJSON *object, const struct server *server)
{
	cJSON *docker = cJSON_AddObjectToObject(object, "docker");
	cJSON_AddStringToObject(docker, "status", link_name(&server->docker));
	add_text(docker, "version", server->docker_version);
	add_text(docker, "error", server->docker.error);
	add_size(docker, "memory_total", server->memory_total);
	add_size(docker, "memory_available", server->memory_available);
}

/* Null while there is no list: the server was not heard, has none, or it is blocked. */
static void add_exports(cJSON *nfs, const struct server *server)
{
	const struct nfs_server *of = &server->nfs_server;
	if (server->nfs.status != LINK_OK || of->list != NFS_LIST_KNOWN) {
		cJSON_AddNullToObject(nfs, "exports");
		return;
	}
	cJSON *exports = cJSON_AddArrayToObject(nfs, "exports");
	for (size_t i = 0; i < of->export_count; i++) {
		const struct nfs_export *from = &of->exports[i];
		cJSON *item = cJSON_CreateObject();
		add_text(item, "path", from->path);
		cJSON *clients = cJSON_AddArrayToObject(item, "clients");
		for (size_t j = 0; j < from->client_count; j++) {
			cJSON_AddItemToArray(clients, cJSON_CreateString(from->clients[j]));
		}
		cJSON_AddItemToArray(exports, item);
	}
}

static void add_nfs_services(cJSON *nfs, const struct nfs_server *of)
{
	static const char *const keys[NFS_SERVICES] = {"v4", "v3", "portmapper", "mountd"};
	cJSON *services = cJSON_AddObjectToObject(nfs, "services");
	for (size_t i = 0; i < NFS_SERVICES; i++) {
		const struct nfs_service *from = &of->services[i];
		const bool answers = from->answer == NFS_ANSWERS;
		cJSON *item = cJSON_AddObjectToObject(services, keys[i]);
		cJSON_AddStringToObject(item, "answer", nfs_answer_name(from->answer));
		add_figure(item, "latency_ms", answers ? from->latency_ms : NAN);
		add_text(item, "error", from->error);
	}
}

/* A server that answers but does not offer what is to be mounted has failed as much as one that is silent. */
static void add_nfs(cJSON *object, const struct server *server)
{
	static const char *const lists[] = {
		[NFS_LIST_UNKNOWN] = "unknown",
		[NFS_LIST_KNOWN] = "known",
		[NFS_LIST_NONE] = "none",
		[NFS_LIST_BLOCKED] = "blocked",
	};
	static const char *const allowed[] = {
		[NFS_ALLOWED_UNKNOWN] = NULL, [NFS_ALLOWED] = "yes", [NFS_DENIED] = "no"};
	const struct nfs_server *of = &server->nfs_server;
	const bool answers = server->nfs.status == LINK_OK;
	cJSON *nfs = cJSON_AddObjectToObject(object, "nfs");
	cJSON_AddStringToObject(
		nfs, "status", answers && of->export_fails ? "failed" : link_name(&server->nfs));
	add_text(nfs, "error",
		answers && !of->export_fails ? NULL
		: answers                    ? of->trouble
					     : server->nfs.error);
	add_figure(nfs, "latency_ms", answers ? server->nfs.latency_ms : NAN);
	add_exports(nfs, server);
	add_text(nfs, "server", of->address);
	cJSON_AddStringToObject(nfs, "list", lists[of->list]);
	add_text(nfs, "list_error", of->list_error);
	add_text(nfs, "allowed", allowed[of->allowed]);
	add_nfs_services(nfs, of);
}

static void add_container(cJSON *object, const struct container *container)
{
	if (!container->known) {
		cJSON_AddNullToObject(object, "container");
		return;
	}
	cJSON *to = cJSON_AddObjectToObject(object, "container");
	add_text(to, "id", container->id);
	add_text(to, "image", container->image);
	add_text(to, "status", container_status_name(container->status));
	add_text(to, "health", container_health_name(container->health));
	cJSON_AddNumberToObject(to, "restarts", container->restarts);
	cJSON_AddBoolToObject(to, "oom_killed", container->oom_killed);
	const bool over = container->status == CONTAINER_EXITED || container->status == CONTAINER_DEAD;
	add_text(to, "gpus", container->gpus);
	add_size(to, "exit_code", over ? container->exit_code : -1);
}

/* Null for what is no task of a Swarm service. */
static void add_task(cJSON *object, const struct task *task)
{
	if (!task->known) {
		cJSON_AddNullToObject(object, "task");
		return;
	}
	cJSON *to = cJSON_AddObjectToObject(object, "task");
	add_text(to, "id", task->id);
	add_text(to, "node", task->node);
	add_text(to, "state", task->state);
	add_text(to, "error", task->error);
}

static void add_loaded(cJSON *object, const struct instance *instance)
{
	if (instance->loaded_at == 0) {
		cJSON_AddNullToObject(object, "models_loaded");
		return;
	}
	cJSON *models = cJSON_AddArrayToObject(object, "models_loaded");
	for (size_t i = 0; i < instance->loaded_count; i++) {
		const struct model_loaded *from = &instance->loaded[i];
		cJSON *model = cJSON_CreateObject();
		add_text(model, "name", from->name);
		add_text(model, "digest", from->digest);
		add_size(model, "size", from->size);
		add_size(model, "size_vram", from->size_vram);
		add_time(model, "expires_at", from->expires_wall);
		cJSON_AddItemToArray(models, model);
	}
}

static void add_stored(cJSON *object, const struct instance *instance)
{
	if (instance->stored_at == 0) {
		cJSON_AddNullToObject(object, "models_stored");
		return;
	}
	cJSON *models = cJSON_AddArrayToObject(object, "models_stored");
	for (size_t i = 0; i < instance->stored_count; i++) {
		const struct model_stored *from = &instance->stored[i];
		cJSON *model = cJSON_CreateObject();
		add_text(model, "name", from->name);
		add_text(model, "digest", from->digest);
		add_size(model, "size", from->size);
		cJSON_AddItemToArray(models, model);
	}
}

static void add_store(cJSON *object, const struct store *store)
{
	cJSON *to = cJSON_AddObjectToObject(object, "store");
	add_text(to, "path", store->path);
	add_text(to, "fstype", store->fstype);
	add_text(to, "source", store->source);
	add_truth(to, "read_only", store->read_only);
	cJSON_AddStringToObject(to, "status", store_status_name(store->status));
	add_text(to, "error", store->error);
	const bool known = store->space_seen_at > 0;
	add_size(to, "total", known ? store->total : -1);
	add_size(to, "available", known ? store->available : -1);
}

static cJSON *instance_json(const struct fleet *fleet, const struct instance *instance)
{
	cJSON *to = cJSON_CreateObject();
	const bool answers = instance->api.status == LINK_OK;
	add_text(to, "name", instance->name);
	add_text(to, "url", instance->url);
	cJSON_AddStringToObject(to, "kind", instance_is_ollama(instance) ? "ollama" : "openai");
	cJSON_AddStringToObject(to, "state", state_name(instance->state));
	add_text(to, "reason", instance->reason);
	add_text(to, "version", instance->version);
	add_figure(to, "latency_ms", answers ? instance->api.latency_ms : NAN);
	add_container(to, &instance->container);
	add_task(to, &instance->task);
	cJSON *memory = cJSON_AddObjectToObject(to, "memory");
	add_size(memory, "used", instance->memory_used);
	add_size(memory, "limit", instance->memory_limit);
	add_figure(to, "cpu_percent", instance->cpu_percent);
	add_truth(to, "busy", instance->loaded_at > 0 ? instance->busy : -1);
	snapshot_add_requests(to, fleet, instance);
	snapshot_add_gpus(to, instance);
	add_loaded(to, instance);
	add_stored(to, instance);
	add_store(to, &instance->store);
	cJSON *balancer = cJSON_AddObjectToObject(to, "balancer");
	add_truth(balancer, "in_pool", instance->in_pool);
	add_text(balancer, "status", instance->balancer_status);
	return to;
}

static cJSON *server_json(const struct fleet *fleet, const struct server *server)
{
	cJSON *to = cJSON_CreateObject();
	add_text(to, "name", server->spec->name);
	add_text(to, "host", server->spec->host);
	cJSON_AddStringToObject(to, "role", server->spec->role == ROLE_RW ? "rw" : "ro");
	cJSON_AddStringToObject(to, "status", fleet_status_name(server_status(server)));
	add_docker(to, server);
	add_nfs(to, server);
	cJSON *instances = cJSON_AddArrayToObject(to, "instances");
	for (size_t i = 0; i < server->instance_count; i++) {
		if (!server->instances[i]->gone) {
			cJSON_AddItemToArray(instances, instance_json(fleet, server->instances[i]));
		}
	}
	return to;
}

static void add_balancer(cJSON *object, const struct balancer *balancer)
{
	cJSON *to = cJSON_AddObjectToObject(object, "balancer");
	cJSON_AddStringToObject(to, "status", link_name(&balancer->link));
	add_text(to, "error", balancer->link.error);
	cJSON *servers = cJSON_AddArrayToObject(to, "servers");
	for (size_t i = 0; i < balancer->server_count; i++) {
		cJSON *server = cJSON_CreateObject();
		add_text(server, "url", balancer->servers[i].url);
		add_text(server, "status", balancer->servers[i].status);
		cJSON_AddItemToArray(servers, server);
	}
}

static void add_alerts(cJSON *object, const struct fleet *fleet)
{
	cJSON *alerts = cJSON_AddArrayToObject(object, "alerts");
	for (size_t i = 0; i < fleet->alert_count; i++) {
		const struct alert *from = &fleet->alerts[i];
		cJSON *alert = cJSON_CreateObject();
		cJSON_AddStringToObject(alert, "severity", severity_names[from->severity]);
		add_text(alert, "state", from->label);
		add_text(alert, "target", from->target);
		add_text(alert, "text", from->text);
		cJSON_AddItemToArray(alerts, alert);
	}
}

cJSON *snapshot_json(const struct fleet *fleet)
{
	cJSON *root = cJSON_CreateObject();
	add_time(root, "time", fleet->wall);
	cJSON_AddStringToObject(root, "status", fleet_status_name(fleet->status));
	cJSON *servers = cJSON_AddArrayToObject(root, "servers");
	for (size_t i = 0; i < fleet->server_count; i++) {
		cJSON_AddItemToArray(servers, server_json(fleet, &fleet->servers[i]));
	}
	add_balancer(root, &fleet->balancer);
	add_alerts(root, fleet);
	return root;
}
