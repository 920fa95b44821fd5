/*
 * docker.h - what the parts of the simulated Docker Engine share. Its API is version 1.41 to 1.47
 * (https://docs.docker.com/reference/api/engine/); texts and shapes were read off engine 20.10.24,
 * and off moby's source where later engines differ.
 */
#ifndef SIM_DOCKER_H
#define SIM_DOCKER_H

#include "docker_json.h"
#include "serve.h"

struct docker_exec;

/* A container's name (at most 255 bytes of what clients send; hostile worlds have longer ones) with its slash. */
#define TEXT_SLASHED_MAX 258

/* serve_context() of Docker: the exec instances of all servers. */
struct docker {
	struct docker_exec *execs; /* newest first */
	size_t exec_count;
};

/* Engine 25 (API 1.44) and later reworded its errors and dropped old members. */
bool docker_modern(const struct world_server *server);
/* 64 hex digits that are always the same for the same words. */
void docker_hash(char out[65], const char *a, const char *b);
/* The container that params[0] names; NULL after having replied 404. */
struct world_container *docker_container(struct serve_request *request);
/* running, paused or restarting, as the engine counts it. */
bool docker_is_up(const struct world_container *c);
/* Its network as the engine names it: "bridge" when none was asked for. */
const char *docker_network(const struct world_container *c);
/* The body of its POST /containers/create, to be freed with cJSON_Delete(); NULL without. */
cJSON *docker_created_with(const struct world_container *c);
bool docker_has_tty(const struct world_container *c);
/* Program and arguments: entrypoint, then cmd. The i-th; NULL after the last. */
const char *docker_argument(const struct world_container *c, size_t i);
/* 409 "Container ID is not running" in the engine's wording. */
enum serve_result docker_not_running(struct serve_request *request, const struct world_container *c);

/* Replies 400 for a name that is malformed or 409 for one that is taken: true then. */
bool docker_name_refused(struct serve_request *request, const char *name, const char *prefix);
/* "1795477684.25", seconds since 1970, as nanoseconds; false when malformed. */
bool docker_parse_time(const char *text, int64_t *ns);

/* docker_filters.c: the "filters" of a query. */
struct docker_filters {
	cJSON *tree;
};
/* `allowed` ends in NULL. False after having replied 400. */
bool docker_filters_parse(
	struct serve_request *request, const char *const *allowed, struct docker_filters *filters);
void docker_filters_free(struct docker_filters *filters);
/* How many values a key has, and the i-th (NULL after the last). */
const char *docker_filter_value(const struct docker_filters *filters, const char *key, size_t i);
/* No value at all, or one that `match` accepts for `subject`. */
typedef bool docker_filter_match(const char *value, const void *subject);
bool docker_filter_any(const struct docker_filters *filters, const char *key, docker_filter_match *match,
	const void *subject);
/* docker_filter_match for a string that equals, and that holds, a regular expression. */
bool docker_match_equal(const char *value, const void *subject);
bool docker_match_regex(const char *value, const void *subject);
/* Every label that is asked for ("NAME" or "NAME=VALUE") is among the pairs. */
bool docker_filter_labels(const struct docker_filters *filters, const struct world_pair *pairs, size_t count);

/* docker_list.c: "Up 3 minutes (healthy)". */
void docker_status_text(const struct world_container *c, char *text, size_t size);
/* Network parts of list and inspect. */
void docker_write_networks(struct json_out *out, const char *key, const struct world_container *c);
void docker_write_mounts(struct json_out *out, const struct world_container *c);

/* docker_service.c: reads a spec, whose text is kept; replicas are -1 where it has none. False when out of memory. */
bool docker_read_service_spec(const char *text, const cJSON *json, struct world_service_spec *spec);

/* docker_swarm.c: the service that is asked for; NULL after having replied. */
struct world_service *docker_service_of(struct serve_request *request);
/* The "Swarm" of /info. */
void docker_write_swarm(struct json_out *out, const struct world_server *server);

/* docker_exec.c: ids of the running exec instances of a container, as a JSON array or null. */
void docker_write_exec_ids(
	struct json_out *out, const struct docker *docker, const struct world_container *c);

/* docker_command.c: containers that were created to run one command of the interpreter. */
/* True after having replied that there is no such program, as the engine does at start. */
bool docker_command_refused(struct serve_request *request, struct world_container *c);
/* Runs it if it is one: its output goes to the log, its end is the container's. */
void docker_run_command(struct world_container *c);
void docker_free(void *docker);

/* One frame of a multiplexed stream: 1 stdout, 2 stderr. */
void docker_frame(struct serve_buffer *out, int stream, const void *data, size_t len);

/* The handlers of the table in docker.c. */
serve_handler docker_ping, docker_version, docker_info;
serve_handler docker_swarm, docker_nodes, docker_services, docker_service, docker_service_update,
	docker_tasks;
serve_handler docker_list, docker_inspect, docker_create;
serve_handler docker_start, docker_stop, docker_restart, docker_kill, docker_pause, docker_unpause,
	docker_rename, docker_wait, docker_remove, docker_update, docker_resize, docker_top;
serve_handler docker_stats, docker_logs, docker_attach, docker_events;
serve_handler docker_exec_create, docker_exec_start, docker_exec_inspect, docker_exec_resize;
serve_handler docker_images, docker_image, docker_pull, docker_networks, docker_network_inspect,
	docker_volumes, docker_volume;

#endif
