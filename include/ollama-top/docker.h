/*
 * docker.h - what a Docker Engine (API 1.41 and newer, or Podman's imitation) answers.
 *
 * Names follow the Engine API reference. Parsers are pure; see parse.h.
 */
#ifndef OLLAMA_TOP_DOCKER_H
#define OLLAMA_TOP_DOCKER_H

#include "ollama-top/fleet.h"
#include "ollama-top/observation.h"
#include "ollama-top/parse.h"
#include "ollama-top/spec.h"
#include "ollama-top/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOCKER_ID_MAX 72
/* Ids of services, tasks and nodes are of 25 letters and digits. */
#define DOCKER_NODE_MAX 40
/* The port that Ollama listens on in its container unless it was told otherwise. */
#define OLLAMA_PORT 11434
/* Containers of this name hold the lease of an operation, and are never instances. */
#define DOCKER_LEASE_PREFIX "ollama-top-lease-"
/* An instance's old container while an upgrade makes a new one; never an instance either. */
#define DOCKER_ASIDE_PREFIX "ollama-top-aside-"

/* GET /version. */
struct docker_version {
	char version[64], api[16], min_api[16];
};
bool docker_parse_version(
	const char *body, size_t len, struct docker_version *out, struct parse_error *error);

/*
 * The API version to speak: the newest that both know. False when the engine's newest is older
 * than 1.41 (Docker 20.10) or its oldest is newer than what this program knows.
 */
bool docker_negotiate(const struct docker_version *engine, char *api, size_t size, struct parse_error *error);

/* GET /info. Figures are -1 when unknown; system_wall_ms 0. */
struct docker_info {
	int64_t memory_total;
	int cpus;
	int64_t system_wall_ms;
	char version[64];
	char node[DOCKER_NODE_MAX]; /* its id in the Swarm, or "" */
};
bool docker_parse_info(const char *body, size_t len, struct docker_info *out, struct parse_error *error);

/* One container of GET /containers/json?all=1. */
struct docker_listed {
	char id[DOCKER_ID_MAX];
	char name[TEXT_NAME_MAX];
	enum container_status status;
	int host_port;               /* where OLLAMA_PORT is published while it runs, or 0 */
	bool discovered;             /* every pattern of `discover` holds */
	char service[TEXT_NAME_MAX]; /* whose task it is, or "" */
};

/*
 * The containers, without leases. A container whose id is unfit for a URL is left out. The
 * caller frees `list` with free(). `discover` without any pattern discovers nothing.
 */
bool docker_parse_list(const char *body, size_t len, const struct discover_spec *discover,
	struct docker_listed **list, size_t *count, struct parse_error *error);

/* A port that is published. */
struct docker_port {
	int inside, outside;
};
#define DOCKER_PORTS_MAX 16

/* GET /containers/{id}/json. */
struct docker_inspected {
	struct container container; /* seen_at is left 0 */
	char *store_path;           /* where the models' folder, or the nearest mount above it, is */
	char *models_path;          /* the models' folder itself */
	int api_port;               /* on which Ollama listens inside */
	bool host_network;          /* then api_port is the host's */
	struct docker_port ports[DOCKER_PORTS_MAX]; /* of TCP */
	size_t port_count;
	bool tty; /* its output comes without frames; see frames.h */
};
bool docker_parse_inspect(
	const char *body, size_t len, struct docker_inspected *out, struct parse_error *error);
void docker_free_inspected(struct docker_inspected *inspected);

/* The port in a value of OLLAMA_HOST, [SCHEME://]HOST[:PORT]; OLLAMA_PORT when it has none or is NULL. */
int docker_ollama_port(const char *ollama_host);

/* One line of GET /events. */
struct docker_event_line {
	enum docker_event what;
	char id[DOCKER_ID_MAX];
	char name[TEXT_NAME_MAX];
	int exit_code, signal; /* 0 when the event has none */
	int64_t time_ns;       /* by the engine's clock, since 1970 */
};
/* False also for what is about neither a container nor Swarm's services and nodes, with an empty error. */
bool docker_parse_event(
	const char *line, size_t len, struct docker_event_line *out, struct parse_error *error);

/* GET /containers/{id}/stats?stream=false&one-shot=true. Figures are -1 when missing. */
struct docker_stats {
	int64_t memory_used;   /* as `docker stats` shows it */
	int64_t memory_judged; /* anonymous and shared memory */
	int64_t memory_limit;  /* the host's memory when the container has no limit */
	int64_t major_faults;  /* since the container started */
	int64_t cpu_ns, system_ns;
	int64_t read_ns; /* engine's clock, since 1970 */
	int cpus;
};
bool docker_parse_stats(const char *body, size_t len, struct docker_stats *out, struct parse_error *error);

/*
 * CPU between two samples in the meaning of `docker stats` (100 is one core); where the engine
 * gives no system time, by the time between the samples. NaN when it cannot be told: first sample,
 * a restart in between.
 */
double docker_cpu_percent(const struct docker_stats *before, const struct docker_stats *now);
/* Major page faults a second between two samples; NaN when unknown. */
double docker_fault_rate(const struct docker_stats *before, const struct docker_stats *now);

/* POST /containers/{id}/exec: its id, fit for a URL. */
bool docker_parse_exec_id(const char *body, size_t len, char *id, size_t size, struct parse_error *error);
/* GET /exec/{id}/json. `exit_code` is -1 while it runs. */
bool docker_parse_exec_exit(const char *body, size_t len, int *exit_code, struct parse_error *error);

/* The runtime could not even start the command, such as for want of the program in the image. Docker
 * says so on standard output, Podman on standard error. */
bool docker_exec_refused(const char *output);

/* How far an update of a service is: its UpdateStatus.State. */
enum docker_update {
	UPDATE_NONE, /* never updated since it was created, or an update of which nothing was begun yet */
	UPDATE_RUNS,
	UPDATE_PAUSED,
	UPDATE_COMPLETED,
	ROLLBACK_RUNS,
	ROLLBACK_PAUSED,
	ROLLBACK_COMPLETED,
};

/* GET /services/{name}. */
struct docker_service {
	char id[DOCKER_NODE_MAX];
	int64_t version; /* to be given with an update; it is refused when another came between */
	int replicas;    /* wanted; -1 where there is one on each node */
	int64_t force;   /* TaskTemplate.ForceUpdate: tasks of another one are replaced */
	struct service_rules rules;
	int64_t restart_delay_ms; /* before a task that ended is replaced */
	int64_t grace_ms;         /* that a task has to stop in */
	int64_t monitor_ms;       /* after which a new task that runs counts as one that will */
	enum docker_update update;
	char message[256]; /* why it is paused and the like; cleaned */
};
bool docker_parse_service(
	const char *body, size_t len, struct docker_service *out, struct parse_error *error);

/* GET /nodes: ids with the names of their hosts. The caller frees with free(). */
struct docker_node {
	char id[DOCKER_NODE_MAX], name[TEXT_NAME_MAX];
};
bool docker_parse_nodes(
	const char *body, size_t len, struct docker_node **nodes, size_t *count, struct parse_error *error);

/* One task of GET /tasks. */
struct docker_task {
	char id[DOCKER_NODE_MAX], node[DOCKER_NODE_MAX]; /* node: "" while it has none */
	char container[DOCKER_ID_MAX];                   /* "" while it has none */
	char state[16];                                  /* cleaned */
	char error[256];                                 /* cleaned; "" when nothing failed */
	int64_t slot;                                    /* 0: one for each node */
	int64_t force;                                   /* the ForceUpdate that it was made with */
	int64_t created_wall;                            /* by the engine's clock */
	enum task_phase phase;
	bool failed;    /* and not ended because it was to end */
	bool wanted;    /* Swarm means it to run */
	bool forgotten; /* Swarm removes it: its place is no more */
	int host_port;  /* that is published for it alone, to OLLAMA_PORT or the only one; or 0 */
	int failures;   /* see docker_choose_tasks() */
};
bool docker_parse_tasks(
	const char *body, size_t len, struct docker_task **tasks, size_t *count, struct parse_error *error);

/*
 * The task that stands for each place of the service: that which Swarm means to run, else the newest. A place
 * whose last task failed for good is one as long as there are fewer than `replicas` (-1: as many as there are).
 * Moves them to the front, by slot and node, and returns how many. A task that waits gets the error of the
 * one before it, and each the number of failures of late in its place.
 */
size_t docker_choose_tasks(struct docker_task *tasks, size_t count, int replicas);

/* The "message" member of an engine's refusal, cleaned; "" when there is none. */
void docker_parse_refusal(const char *body, size_t len, char *text, size_t size);

/* The words of the Engine API ("running", ...); CONTAINER_UNKNOWN for others. */
enum container_status docker_status_of(const char *word);

#endif
