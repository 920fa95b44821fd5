/*
 * fleet.h - the state of the fleet: what is known, since when, and what it means.
 *
 * Pure: no I/O, no clock, no library but C's. Times named *_at are monotonic milliseconds
 * of the observer's loop (0 = never); wall times are milliseconds since 1970 UTC. Figures
 * are -1 (or NaN for double) when unknown. Strings were cleaned by text_clean() before
 * they got here. The state is changed by fleet_apply() and fleet_tick() alone.
 */
#ifndef OLLAMA_TOP_FLEET_H
#define OLLAMA_TOP_FLEET_H

#include "ollama-top/history.h"
#include "ollama-top/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct observation;

/* Gravest first, so that a smaller value is graver; the order is DESIGN.md section 5. */
enum state {
	STATE_OOM,
	STATE_DOWN,
	STATE_NFS,
	STATE_DRIFT,
	STATE_LB,
	STATE_HOT,
	STATE_SLOW,
	STATE_STARTING,
	STATE_DRAINING,
	STATE_STOPPED,
	STATE_UNKNOWN, /* nothing has been heard yet */
	STATE_OK,
	STATE_COUNT,
};

enum severity {
	SEVERITY_CRITICAL,
	SEVERITY_WARNING,
	SEVERITY_NONE,
};

/* "OOM", "DOWN", "NFS!", ... "ok": as shown and as written to JSON; never translated. */
const char *state_name(enum state state);
enum severity state_severity(enum state state);

enum link_status { LINK_UNKNOWN, LINK_OK, LINK_FAILED, LINK_NONE };

/* One end that is asked over the network, and how the asking goes. */
struct link {
	enum link_status status;
	char *error;         /* owned; why it failed, in words; NULL when it did not */
	int64_t changed_at;  /* when status last changed */
	int64_t answered_at; /* last good answer */
	int64_t retry_at;    /* next attempt while backing off, else 0 */
	double latency_ms;   /* of the last good answer; NaN before */
};

struct model_loaded {
	char *name;
	char digest[72];
	int64_t size, size_vram, context;
	int64_t expires_at;   /* monotonic, corrected by the server's own Date; INT64_MAX: never */
	int64_t expires_wall; /* as the server said it */
};

struct model_stored {
	char *name;
	char digest[72];
	int64_t size;
	int64_t first_seen_at; /* when this instance first listed this digest */
};

enum container_status {
	CONTAINER_UNKNOWN,
	CONTAINER_CREATED,
	CONTAINER_RUNNING,
	CONTAINER_PAUSED,
	CONTAINER_RESTARTING,
	CONTAINER_EXITED,
	CONTAINER_DEAD,
	CONTAINER_REMOVED,
};
const char *container_status_name(enum container_status status); /* Docker's own words */

enum container_health { HEALTH_NONE, HEALTH_STARTING, HEALTH_HEALTHY, HEALTH_UNHEALTHY };
const char *container_health_name(enum container_health health);

struct mount {
	char *source, *destination, *type; /* type: bind, volume, tmpfs */
	bool read_only;
};

struct container {
	bool known; /* false: no engine told us of one */
	char id[72];
	char *name, *image, *image_id;
	enum container_status status;
	enum container_health health;
	char *health_error; /* owned; why the last check failed where it could not even run */
	int restarts, exit_code;
	bool oom_killed;
	int64_t started_wall, finished_wall;
	int64_t memory_limit; /* bytes; 0: none */
	double cpu_limit;     /* cores; 0: none */
	struct mount *mounts;
	size_t mount_count;
	char **env; /* NAME=VALUE; whoever shows it hides secrets */
	size_t env_count;
	int host_port;   /* published port of the instance, or 0 */
	int64_t seen_at; /* last inspect */
};

enum store_status { STORE_UNKNOWN, STORE_OK, STORE_WRONG, STORE_HUNG };
const char *store_status_name(enum store_status status);

struct store {
	enum store_status status;
	char *error; /* owned; what is wrong, or why it is unknown */
	char *path;  /* in the container */
	char *fstype, *source, *options;
	int read_only; /* 1, 0, or -1 unknown */
	int64_t total, available, inodes, inodes_free;
	double latency_ms; /* of the last probe that answered */
	int64_t mount_seen_at, space_seen_at;
	int64_t probing_since; /* a probe is out since then; 0: none */
};

struct instance {
	struct server *server;
	const struct instance_spec *spec; /* NULL when discovered */
	char *name;
	char *url; /* base URL without trailing slash, or NULL */
	int port;  /* host port, 0 unknown */
	bool gone; /* discovered earlier, its container no longer exists */
	enum state state;
	char *reason; /* owned; why, in words; NULL when ok */
	int64_t state_since;
	struct link api; /* /api/version */
	char *version;
	int64_t started_at; /* container start seen by us; "starting" counts from here */
	int slow_in_a_row;
	struct model_loaded *loaded;
	size_t loaded_count;
	int64_t loaded_at; /* last /api/ps */
	struct model_stored *stored;
	size_t stored_count;
	int64_t stored_at; /* last /api/tags */
	int64_t drift_since;
	char *drift_text; /* owned; which model differs, NULL when none does */
	struct container container;
	struct store store;
	int64_t memory_used;   /* docker stats' figure */
	int64_t memory_judged; /* anonymous and shared */
	int64_t memory_limit;  /* of the cgroup; 0: none; -1 unknown */
	double cpu_percent;    /* docker stats' meaning: 100 = one core */
	double major_faults;   /* a second */
	bool thrashing;
	int64_t stats_at;
	int connections;        /* foreign established, upper bound; -1 unknown */
	int connections_active; /* of these, with bytes queued; -1 unknown */
	int64_t connections_at;
	bool busy;
	int64_t busy_since;
	int64_t oom_at; /* last OOM kill, 0 none or acknowledged */
	int64_t oom_wall;
	bool stopping; /* a stop or kill was seen; the exit that follows is an operator's */
	bool draining;
	int in_pool;                    /* 1, 0, or -1 unknown */
	char balancer_status[16];       /* "UP", "DOWN" or "" */
	struct history memory_history;  /* bytes */
	struct history cpu_history;     /* percent */
	struct history latency_history; /* ms; NaN where a request failed */
};

struct nfs_export {
	char *path;
	char **clients;
	size_t client_count;
};

struct server {
	const struct server_spec *spec;
	size_t index;
	struct link docker;
	char *docker_version, *docker_api;
	char *docker_warning; /* owned; a standing warning such as plain tcp; NULL: none */
	int64_t memory_total, memory_available;
	int cpus;
	int64_t host_seen_at;
	int64_t clock_skew_ms; /* server's clock minus ours */
	bool clock_skew_known;
	struct link nfs; /* RPC; LINK_NONE when nfs: is absent */
	struct nfs_export *exports;
	size_t export_count;
	struct instance **instances; /* ordered: configured first, then by natural name order */
	size_t instance_count;
};

struct balancer_server {
	char *url;
	char status[16];
};

struct balancer {
	struct link link; /* LINK_NONE when traefik: is absent */
	struct balancer_server *servers;
	size_t server_count;
};

/* A pull under way, ours or seen by its partial files in the rw store. */
struct transfer {
	char *id;                 /* model name, or digest of the layer when it is somebody else's pull */
	char *label;              /* what to show */
	int64_t completed, total; /* bytes; total -1 unknown */
	int layer, layers;        /* 1-based; 0 unknown */
	double rate;              /* bytes a second; NaN unknown */
	int64_t started_at, seen_at;
	bool foreign;
	bool ended;
	char *error;
};

struct event {
	uint64_t serial; /* counts up from 1, so that a view can tell what is new */
	int64_t at, wall;
	enum severity severity;
	char *target; /* "84/ollama-2", "84" or "" */
	char *text;
};
#define FLEET_EVENTS_MAX 256

struct alert {
	enum severity severity;
	enum state state;
	const struct server *server;     /* NULL: the balancer */
	const struct instance *instance; /* NULL: the server itself */
	char *target;
	char *text;
	int64_t since;
	bool acknowledged;
};

enum fleet_status { FLEET_OK, FLEET_DEGRADED, FLEET_DOWN };
const char *fleet_status_name(enum fleet_status status);

struct totals {
	size_t instances, ok, by_state[STATE_COUNT];
	size_t models_loaded;
	int64_t memory_used, memory_limit; /* over instances with a known figure */
	size_t nfs_expected, nfs_ok;       /* instances whose store is judged, and right */
	size_t pool_servers, pool_up;
	size_t busy;
};

struct fleet {
	const struct fleet_spec *spec;
	struct server *servers;
	size_t server_count;
	struct balancer balancer;
	struct transfer *transfers;
	size_t transfer_count;
	struct event *events; /* ring; use fleet_event() */
	size_t event_head, event_count;
	uint64_t event_serial;
	struct alert *alerts; /* gravest first, then oldest first */
	size_t alert_count;
	enum fleet_status status;
	int64_t now, wall;   /* of the last apply or tick */
	uint64_t generation; /* grows with every visible change */
};

/* A fleet that matches `spec` (borrowed; must outlive it); NULL when out of memory. */
struct fleet *fleet_new(const struct fleet_spec *spec, int64_t now, int64_t wall);
void fleet_free(struct fleet *fleet);

/* Folds one observation in. Observations of unknown servers are ignored. */
void fleet_apply(struct fleet *fleet, const struct observation *o);

/* Lets time pass: staleness, OOM hold, drift after 60 s, retry countdowns. Call about once a second. */
void fleet_tick(struct fleet *fleet, int64_t now, int64_t wall);

/* The i-th event, 0 the newest; NULL out of range. */
const struct event *fleet_event(const struct fleet *fleet, size_t i);
void fleet_note(struct fleet *fleet, enum severity severity, const char *target, const char *text);

/* Acknowledges the OOM (or other held alert) of a target "SERVER/INSTANCE"; false if there was none. */
bool fleet_acknowledge(struct fleet *fleet, const char *target);

void fleet_totals(const struct fleet *fleet, struct totals *out);
enum fleet_status server_status(const struct server *server);
struct server *fleet_server(const struct fleet *fleet, const char *name);
struct instance *fleet_instance(const struct server *server, const char *name);

/* True when the figure seen at `at` is older than three of its polling intervals. */
bool fleet_stale(const struct fleet *fleet, int64_t at, int64_t interval_ms);

/* What the model differs in on `i` against the rw server: see enum. */
enum model_agreement { MODEL_SAME, MODEL_MISSING, MODEL_DIFFERENT, MODEL_EXTRA, MODEL_UNKNOWN };
enum model_agreement fleet_model_agreement(
	const struct fleet *fleet, const struct instance *i, const char *model);

#endif
