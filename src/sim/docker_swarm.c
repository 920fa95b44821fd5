/*
 * docker_swarm.c - services, tasks and nodes, where a server manages a Swarm; what engine 20.10 answers.
 */
#include "docker.h"

#include <stdlib.h>
#include <string.h>

static enum serve_result no_manager(struct serve_request *request)
{
	return serve_error(request, 503,
		"This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to "
		"connect this "
		"node to swarm and try again.");
}

static void write_version(struct json_out *out, uint64_t version, int64_t created, int64_t updated)
{
	json_object(out, "Version");
	json_uint(out, "Index", version);
	json_end_object(out);
	json_time(out, "CreatedAt", created);
	json_time(out, "UpdatedAt", updated);
}

static void write_update(struct json_out *out, const struct world_service *s)
{
	json_object(out, "UpdateStatus");
	json_string(out, "State", world_update_state_name(s->update));
	json_time(out, "StartedAt", s->update_started);
	if (s->update_completed)
		json_time(out, "CompletedAt", s->update_completed);
	json_string(out, "Message", s->update_message);
	json_end_object(out);
}

static void write_service(struct json_out *out, const struct world_service *s)
{
	json_object(out, NULL);
	json_string(out, "ID", s->id);
	write_version(out, s->version, s->created, s->updated);
	json_raw(out, "Spec", s->spec.text);
	if (s->previous.text)
		json_raw(out, "PreviousSpec", s->previous.text);
	json_raw(out, "Endpoint", "{\"Spec\":{}}");
	if (s->update != WORLD_UPDATE_NONE)
		write_update(out, s);
	json_end_object(out);
}

static void write_port(struct json_out *out, const struct world_service *s, const struct world_task *t)
{
	const struct world_container *c = *t->container ? world_container(s->server, t->container) : NULL;

	json_object(out, "PortStatus");
	if (c && c->host_port) {
		json_array(out, "Ports");
		json_object(out, NULL);
		json_string(out, "Protocol", "tcp");
		json_int(out, "TargetPort", c->container_port);
		json_int(out, "PublishedPort", c->host_port);
		json_string(out, "PublishMode", "host");
		json_end_object(out);
		json_end_array(out);
	}
	json_end_object(out);
}

static void write_status(struct json_out *out, const struct world_service *s, const struct world_task *t)
{
	json_object(out, "Status");
	json_time(out, "Timestamp", t->stamp);
	json_string(out, "State", world_task_state_name(t->state));
	json_string(out, "Message", t->state == WORLD_TASK_READY ? "prepared" : "started");
	if (*t->error)
		json_string(out, "Err", t->error);
	if (*t->container) {
		json_object(out, "ContainerStatus");
		json_string(out, "ContainerID", t->container);
		json_int(out, "PID", 0);
		json_int(out, "ExitCode", t->exit_code);
		json_end_object(out);
	}
	write_port(out, s, t);
	json_end_object(out);
}

static void write_task(struct json_out *out, const struct world_service *s, const struct world_task *t)
{
	json_object(out, NULL);
	json_string(out, "ID", t->id);
	write_version(out, t->version, t->created, t->stamp);
	json_raw(out, "Labels", "{}");
	json_object(out, "Spec");
	json_object(out, "ContainerSpec");
	json_string(out, "Image", s->image);
	json_end_object(out);
	json_uint(out, "ForceUpdate", t->force);
	json_end_object(out);
	json_string(out, "ServiceID", s->id);
	json_int(out, "Slot", t->slot);
	json_string(out, "NodeID", s->nodes[t->node].id);
	write_status(out, s, t);
	json_string(out, "DesiredState",
		t->forgotten                   ? "remove"
		: !t->wanted                   ? "shutdown"
		: t->state == WORLD_TASK_READY ? "ready"
					       : "running");
	json_end_object(out);
}

static void write_node(struct json_out *out, const struct world_service *s, const struct world_node *node)
{
	bool own = node == s->nodes;

	json_object(out, NULL);
	json_string(out, "ID", node->id);
	write_version(out, 9, s->created, s->created);
	json_object(out, "Spec");
	json_raw(out, "Labels", "{}");
	json_string(out, "Role", own ? "manager" : "worker");
	json_string(out, "Availability", "active");
	json_end_object(out);
	json_object(out, "Description");
	json_string(out, "Hostname", node->name);
	json_raw(out, "Platform", "{\"Architecture\":\"x86_64\",\"OS\":\"linux\"}");
	json_end_object(out);
	json_raw(out, "Status", "{\"State\":\"ready\",\"Addr\":\"127.0.0.1\"}");
	json_end_object(out);
}

/* By name, id or the beginning of an id. */
static bool is_named(const struct world_service *s, const char *key)
{
	return *key && (strcmp(s->name, key) == 0 || strncmp(s->id, key, strlen(key)) == 0);
}

struct world_service *docker_service_of(struct serve_request *request)
{
	struct world_service *s = request->server->service;

	if (!s)
		no_manager(request);
	else if (!is_named(s, request->params[0]))
		serve_error(request, 404, "service %s not found", request->params[0]);
	else
		return s;
	return NULL;
}

enum serve_result docker_swarm(struct serve_request *request)
{
	struct world_service *s = request->server->service;
	struct json_out out = {0};

	if (!s)
		return no_manager(request);
	json_object(&out, NULL);
	json_string(&out, "ID", "m7fn4c75zb7ppaddcuxe6m18i");
	write_version(&out, 10, s->created, s->created);
	json_raw(&out, "Spec", "{\"Name\":\"default\",\"Labels\":{}}");
	json_end_object(&out);
	return json_reply(request, 200, &out);
}

enum serve_result docker_nodes(struct serve_request *request)
{
	const struct world_service *s = request->server->service;
	struct json_out out = {.skew_ms = request->server->skew_ms};

	if (!s)
		return no_manager(request);
	json_array(&out, NULL);
	for (size_t i = 0; i < s->node_count; i++)
		write_node(&out, s, &s->nodes[i]);
	json_end_array(&out);
	return json_reply(request, 200, &out);
}

enum serve_result docker_services(struct serve_request *request)
{
	const struct world_service *s = request->server->service;
	struct json_out out = {.skew_ms = request->server->skew_ms};

	if (!s)
		return no_manager(request);
	json_array(&out, NULL);
	write_service(&out, s);
	json_end_array(&out);
	return json_reply(request, 200, &out);
}

enum serve_result docker_service(struct serve_request *request)
{
	const struct world_service *s = docker_service_of(request);
	struct json_out out = {.skew_ms = request->server->skew_ms};

	if (!s)
		return SERVE_DONE;
	write_service(&out, s);
	return json_reply(request, 200, &out);
}

static bool match_service(const char *value, const void *subject)
{
	return is_named(subject, value);
}

static bool match_id(const char *value, const void *subject)
{
	const struct world_task *t = subject;

	return strncmp(t->id, value, strlen(value)) == 0;
}

static bool match_desired(const char *value, const void *subject)
{
	const struct world_task *t = subject;

	return strcmp(value, t->wanted ? "running" : "shutdown") == 0;
}

enum serve_result docker_tasks(struct serve_request *request)
{
	static const char *const allowed[] = {
		"desired-state", "id", "label", "name", "node", "service", "up-to-date", NULL};
	const struct world_service *s = request->server->service;
	struct json_out out = {.skew_ms = request->server->skew_ms};
	struct docker_filters filters;

	if (!s)
		return no_manager(request);
	if (!docker_filters_parse(request, allowed, &filters))
		return SERVE_DONE;
	if (!docker_filter_any(&filters, "service", match_service, s)) {
		serve_error(
			request, 404, "service %s not found", docker_filter_value(&filters, "service", 0));
		docker_filters_free(&filters);
		return SERVE_DONE;
	}
	json_array(&out, NULL);
	for (size_t i = 0; i < s->task_count; i++)
		if (docker_filter_any(&filters, "id", match_id, s->tasks[i]) &&
			docker_filter_any(&filters, "desired-state", match_desired, s->tasks[i]))
			write_task(&out, s, s->tasks[i]);
	json_end_array(&out);
	docker_filters_free(&filters);
	return json_reply(request, 200, &out);
}

void docker_write_swarm(struct json_out *out, const struct world_server *server)
{
	const struct world_service *s = server->service;

	json_object(out, "Swarm");
	json_string(out, "NodeID", s ? s->nodes[0].id : "");
	json_string(out, "NodeAddr", s ? server->host : "");
	json_string(out, "LocalNodeState", s ? "active" : "inactive");
	json_bool(out, "ControlAvailable", s != NULL);
	json_string(out, "Error", "");
	json_raw(out, "RemoteManagers", "null");
	if (s) {
		json_int(out, "Nodes", (int64_t)s->node_count);
		json_int(out, "Managers", 1);
	}
	json_end_object(out);
}
