/*
 * fleet.h - the state of the fleet: what is known, since when, and what it means.
 *
 * Pure: no I/O, no clock, no library but C's. Times named *_at are monotonic milliseconds
 * of the observer's loop (0 = never); wall times are milliseconds since 1970 UTC. Figures
 * are -1 (or NaN for double) when unknown. Strings were cleaned by text_clean() before
 * they got here. The state is changed by fleet_apply() and fleet_tick() alone, and is
 * consistent after each: states, alerts and status are kept up as observations come in.
 *
 * A reason or an alert's text never holds an age, which would change it every second:
 * state_since, oom_at, down_at and alert.since are there to show one beside it.
 *
 * Pointers to instances, alerts and events are good until the next fleet_apply() or
 * fleet_tick(); what outlives that (a selection) is kept by name.
 */
#ifndef OLLAMA_TOP_FLEET_H
#define OLLAMA_TOP_FLEET_H

#include "ollama-top/histogram.h"
#include "ollama-top/history.h"
#include "ollama-top/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct observation;

/* What is kept of one server at most; the rest of an answer is dropped. */
#define FLEET_INSTANCES_MAX 256
#define FLEET_MODELS_MAX    512 /* loaded, and stored, per instance */
#define FLEET_MOUNTS_MAX    64
#define FLEET_ENV_MAX       128
#define FLEET_EXPORTS_MAX   64
#define FLEET_CLIENTS_MAX   64
#define FLEET_POOL_MAX      1024
#define FLEET_TRANSFERS_MAX 64
#define FLEET_TEXT_MAX      1024 /* bytes of a reason, an error, a variable of the environment */

/* Times that decide a state. */
#define FLEET_OOM_HOLD_MS     (10 * 60 * 1000)
#define FLEET_DRIFT_SETTLE_MS (60 * 1000)
#define FLEET_STARTING_MS     (60 * 1000)
#define FLEET_LB_SETTLE_MS    (30 * 1000) /* the balancer needs time to see an instance come back */
#define FLEET_GONE_LINGER_MS  (10 * 1000) /* a container that is recreated keeps its row and history */
#define FLEET_SKEW_MS         (5 * 1000)
#define FLEET_SLOW_MS         1000.0
#define FLEET_SLOW_RUN        3
#define FLEET_CRASHES         2 /* from here on a start is no longer "starting" but DOWN, a restart loop */
#define FLEET_HOT_SHARE       0.9

/*
 * Thrashing: this many major faults a second in each of FLEET_THRASH_RUN samples running,
 * while the loaded models have been the same for FLEET_THRASH_QUIET_MS (a model being read
 * for the first time faults just as much); over when a sample falls below half of it.
 */
#define FLEET_THRASH_FAULTS   100.0
#define FLEET_THRASH_RUN      5
#define FLEET_THRASH_QUIET_MS (60 * 1000)

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
/* By severity: "critical", "warning", "none": as written to JSON, metrics and recordings; never translated. */
extern const char *const severity_names[SEVERITY_NONE + 1];

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
	/*
	 * Its load, where it was seen to come; set by the fleet. Ollama lists a model as soon as it begins to load
	 * it, with an expiry that moves along with the clock until the request that loads it has ended, and then
	 * stands still: what the expiry moved by is how long that took, by the server's own clock.
	 */
	bool loading;
	int64_t first_expires_wall; /* at first sight */
	double load_seconds;        /* NaN: not known */
};

struct model_stored {
	char *name;
	char digest[72];
	int64_t size;
	int64_t modified_wall; /* as the server said it; 0 unknown */
	int64_t first_seen_at; /* when this instance first listed this digest; set by the fleet */
	bool appeared; /* it was not in the first list of all: first_seen_at tells when it came; set by the fleet */
};

/*
 * Requests, of which Ollama's API tells nothing; so each figure says how far it can be trusted and where it
 * comes from. The best source that there is: the server's own metrics (its /metrics, exact), else the
 * established connections to its port (src/net/proctcp.c): a connection that a balancer keeps open cannot be
 * told from one whose request waits, so their number is an upper bound of both figures.
 */
enum request_source {
	REQUESTS_FROM_NOTHING,
	REQUESTS_FROM_CONNECTIONS,
	REQUESTS_FROM_LOG, /* lines of Gin in the container's log: requests that ended */
	REQUESTS_FROM_METRICS,
};
/* "connections", "log", "metrics"; NULL for nothing; never translated. */
const char *request_source_name(enum request_source source);

enum certainty {
	CERTAINTY_UNKNOWN, /* never seen, or too long ago */
	CERTAINTY_EXACT,
	CERTAINTY_AT_MOST, /* an upper bound; one of 0 is exact */
};

/* How many requests at `at`. Whoever decides by it takes an upper bound as that, and "unknown" not as 0. */
struct request_figure {
	enum certainty certainty;
	int value; /* 0 while unknown */
	enum request_source source;
	int64_t at;
	int64_t good_until; /* three of its source's intervals; then the fleet makes it unknown */
};

/*
 * Requests that ended, counted from `since_at` on, when this program began to listen; they only grow, also
 * over restarts of the instance. What this program asks itself is left out, and so are pulls and pushes.
 */
struct request_counts {
	enum request_source source; /* nothing: none can be counted, and `error` may say why */
	char *error;                /* owned; why nothing is counted now, in words; NULL: it is */
	int64_t since_at;           /* 0: never began */
	int64_t last_at;            /* when the last one ended; 0: none did */
	uint64_t ended;             /* all, whatever came of them */
	uint64_t failed;            /* of these, answered with 5xx, "busy" included */
	uint64_t busy;              /* of these, with 503: the queue is full (OLLAMA_MAX_QUEUE) */
	struct histogram durations; /* by histogram_requests, of those whose duration is known */
};

struct requests {
	struct request_figure inflight; /* being worked on */
	struct request_figure queue;    /* waiting for that */
	struct request_counts counts;
};

/*
 * In few columns: "2" in flight, "2+5" with five waiting, "<=3" for at most three of either kind; "" unknown.
 */
const char *requests_text(char *buf, size_t size, const struct requests *requests);

/* A GPU as nvidia-smi in the container tells of it; sizes in bytes, -1 unknown. */
#define FLEET_GPUS_MAX 16
struct gpu {
	int index;
	char name[64];
	int64_t memory_used, memory_total;
	double utilisation; /* percent of the time; NaN unknown */
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
	bool known; /* false: never inspected; status may be known from events all the same */
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
	int gpu_count;   /* that its device requests ask for; -1 all, 0 none */
	char *gpus;      /* owned; which they are: "all", "2", "0,1 (nvidia)"; NULL: none were asked for */
	int64_t seen_at; /* last inspect */
};

/* What an operation of ours does to an instance: shown as that, not as an outage. */
enum tending { TENDED_NOT, TENDED_DRAINING, TENDED_RESTARTING, TENDED_STOPPING };

enum store_status { STORE_UNKNOWN, STORE_OK, STORE_WRONG, STORE_HUNG };
const char *store_status_name(enum store_status status);

struct store {
	enum store_status status;
	char *error;                                   /* owned; what is wrong, or why it is unknown */
	char *path;                                    /* in the container */
	char *fstype, *source, *options, *root;        /* of mountinfo; see observation.h */
	int read_only;                                 /* 1, 0, or -1 unknown */
	int64_t total, available, inodes, inodes_free; /* bytes and counts; -1 unknown */
	double latency_ms;                             /* of the last probe that answered, exec included */
	double read_ms;                                /* of the last small read of a file; NaN unknown */
	int64_t mount_seen_at, space_seen_at, read_at;
	int64_t probing_since; /* a probe is out since then; 0: none */
	bool hung;             /* the last probe is past its deadline */
	char *fault;           /* owned; what the store itself answered instead: ESTALE, EIO; NULL: nothing */
	char *mount_error;     /* owned; why the mount could not be read, NULL when it was */
};

/* A model in which an instance differs from the reference, and since when. */
struct difference {
	uint64_t key;
	int64_t since;
};

/* What can be wrong with an instance or a server at the same time; one alert each. */
enum condition {
	CONDITION_OOM,
	CONDITION_DOWN,
	CONDITION_NFS,
	CONDITION_DRIFT,
	CONDITION_LB,
	CONDITION_HOT,
	CONDITION_SLOW,
	CONDITION_HEALTH,         /* the health check itself cannot run */
	CONDITION_TOKEN,          /* others can read its token file */
	CONDITION_DOCKER,         /* server: the engine does not answer */
	CONDITION_DOCKER_WARNING, /* server: such as plain tcp */
	CONDITION_CLOCK,          /* server: clock differs by more than FLEET_SKEW_MS */
	CONDITION_NFS_SERVER,     /* server: its NFS service does not answer */
	CONDITION_NFS_EXPORT,     /* server: not exported, not to it, or the list is blocked */
	CONDITION_SERVICE,        /* server: its Swarm service is not there, or cannot be asked for */
	CONDITION_POLICY,         /* server: its scaling policy stopped */
	CONDITION_POOL,           /* the balancer's API fails, or its pool names what is no instance */
	CONDITION_COUNT,
};

/* What becomes of a task of a Swarm service; Swarm has a dozen words for it. */
enum task_phase {
	TASK_WAITING, /* for a node, its image, its start */
	TASK_RUNNING,
	TASK_LEAVING, /* runs, and Swarm ends it */
	TASK_OVER,    /* ended, and nothing takes its place */
};

/* The task that an instance is, where its server's scale.service says so. */
struct task {
	bool known; /* false: the instance is a container of its own */
	char id[40];
	char *node;  /* owned; name of the node it runs on; NULL: on none yet */
	char *state; /* owned; Swarm's own word */
	char *error; /* owned; why it failed, or the one before it in its place did; NULL: nothing did */
	enum task_phase phase;
	int failures;  /* of tasks in its place, of late */
	bool here;     /* on the node of this engine */
	bool own_port; /* and a port is published for it alone: it is asked as any instance */
	int64_t phase_at;
	bool seen; /* in the list at hand */
};

struct instance {
	struct server *server;
	const struct instance_spec *spec; /* NULL when discovered */
	char *name;
	char *url;   /* base URL without trailing slash, or NULL */
	int port;    /* host port, 0 unknown */
	int present; /* a container of this name: 1 exists, 0 does not, -1 not known */
	int64_t gone_at;
	bool gone; /* discovered earlier, its container no longer exists; dropped after FLEET_GONE_LINGER_MS */
	bool answered; /* as counted in the server's status */
	enum state state;
	char *reason;                         /* owned; why, in words; NULL when ok */
	char *token_warning;                  /* owned; a standing warning about its token file; NULL: none */
	uint32_t raised[CONDITION_TOKEN + 1]; /* hash of the text of the alert that stands, or 0 */
	int64_t due_at; /* when time alone may change the state next; INT64_MAX: it cannot */
	int64_t state_since;
	struct link api; /* /api/version */
	char *version;
	int64_t recovered_at; /* when it last answered again after a failure; 0: never failed */
	int64_t started_at;   /* container start; "starting" counts from here; 0 unknown */
	int64_t down_at;      /* when the container was seen to have left "running"; 0: it has not */
	int crashes;          /* exits without an operator since it last answered */
	int slow_in_a_row;
	struct model_loaded *loaded;
	size_t loaded_count;
	int64_t loaded_at;         /* last /api/ps */
	int64_t loaded_changed_at; /* when another set of models was last seen loaded */
	struct model_stored *stored;
	size_t stored_count;
	int64_t stored_at; /* last /api/tags */
	struct difference *differences;
	size_t difference_count;
	int64_t drift_since; /* of the oldest difference; 0: none */
	bool drifting;       /* a difference was still there over FLEET_DRIFT_SETTLE_MS after it began */
	char *drift_text;    /* owned; which model differs, also while settling; NULL when none does */
	struct container container;
	struct task task;
	struct store store;
	int64_t memory_used;   /* docker stats' figure */
	int64_t memory_judged; /* anonymous and shared */
	int64_t memory_limit;  /* of the cgroup; 0: none; -1 unknown */
	double cpu_percent;    /* docker stats' meaning: 100 = one core */
	int64_t cpu_since;     /* it is the mean from then to stats_at */
	double major_faults;   /* a second */
	bool thrashing;
	int thrash_run; /* samples in a row above the threshold */
	int64_t stats_at;
	int connections;        /* foreign established, upper bound; -1 unknown */
	int connections_active; /* of these, with bytes queued; -1 unknown */
	int64_t connections_at;
	struct requests requests;
	struct gpu *gpus; /* that nvidia-smi showed last */
	size_t gpu_count;
	int64_t gpus_at; /* 0: it was never asked, or there is none */
	bool busy;
	int64_t busy_since;
	int64_t busy_sign_at; /* when what shows it begins to be true of the instance, at the latest; 0: not busy */
	enum tending tended;
	int64_t tended_until;     /* an operation of ours let go of it then; 0: none did */
	int64_t oom_at;           /* last OOM kill, 0 none or acknowledged */
	int64_t oom_wall;         /* the same on the engine's clock */
	int64_t oom_acked_wall;   /* kills up to here were acknowledged */
	int64_t stop_wall;        /* last stop or terminating kill by an operator, engine's clock; 0: none */
	int in_pool;              /* 1, 0, or -1 unknown */
	char balancer_status[16]; /* "UP", "DOWN" or "" */
	/*
	 * One sample per refresh, taken by fleet_tick() so that the time axis is even: the
	 * largest value seen since the last one, else the value that still holds, else NaN.
	 */
	struct history memory_history;  /* bytes */
	struct history cpu_history;     /* percent */
	struct history latency_history; /* ms; NaN where a request failed */
	struct history read_history;    /* ms of small reads of the store */
	float peak_memory, peak_cpu, peak_latency, peak_read;
	/* Counted since it was first seen, for metrics. */
	struct histogram probes; /* answers to /api/version */
	uint32_t probes_failed;
	struct histogram loads; /* of models, as far as their duration was seen */
	uint32_t loads_seen, oom_kills;
	int64_t oom_counted_wall; /* the same kill is heard of by an event and by an inspect */
};

/* What Swarm does when a new task fails while it updates a service. */
enum service_failure {
	SERVICE_PAUSES,
	SERVICE_GOES_ON,
	SERVICE_ROLLS_BACK,
	SERVICE_FAILURE_COUNT,
};
/* Swarm's own words, as in specs and recordings. */
extern const char *const service_failure_names[SERVICE_FAILURE_COUNT];

/* Which tasks that end are replaced in their place. */
enum service_restart {
	SERVICE_REPLACES_ANY,
	SERVICE_REPLACES_FAILED,
	SERVICE_REPLACES_NONE,
	SERVICE_RESTART_COUNT,
};
extern const char *const service_restart_names[SERVICE_RESTART_COUNT];

/* How the tasks of a Swarm service are replaced, as its spec says. */
struct service_rules {
	int parallelism;  /* so many at a time; 0: all at once */
	bool start_first; /* the old task is stopped when the new one runs */
	int64_t delay_ms; /* between two turns */
	enum service_failure on_failure;
	enum service_restart restart;
	int attempts; /* a task that ends is replaced so often; 0: always */
};

/* The Swarm service that a server's scale.service names. */
struct service {
	struct link link; /* LINK_NONE without one; the error says what is to be done */
	int replicas;     /* that it is to have; -1 unknown, or as many as nodes */
	struct service_rules rules;
};

struct nfs_export {
	char *path;
	char **clients; /* as the server says them; none: everybody */
	size_t client_count;
};

/* The RPC services of an NFS server that are asked. */
enum nfs_service_kind {
	NFS_SERVICE_V4,         /* NULL of NFS version 4, on its port (2049) */
	NFS_SERVICE_V3,         /* NULL of NFS version 3, on the same connection */
	NFS_SERVICE_PORTMAPPER, /* NULL of the portmapper, on its port (111) */
	NFS_SERVICE_MOUNTD,     /* EXPORT of mountd, on the port that the portmapper names */
	NFS_SERVICES,
};
/* "NFS v4", "NFS v3", "portmapper", "mountd"; never translated. */
const char *nfs_service_name(enum nfs_service_kind kind);

/* How a service answered last. */
enum nfs_answer {
	NFS_UNHEARD, /* not asked yet, or there was nobody to ask about it */
	NFS_ANSWERS,
	NFS_REFUSED, /* nobody listens there */
	NFS_HUNG,    /* no answer before the deadline: it hangs, or a firewall drops what is sent */
	NFS_ABSENT,  /* the server answers, but does not serve this program or version */
	NFS_BROKEN,  /* anything else: no route, connection cut, not RPC */
};
const char *nfs_answer_name(
	enum nfs_answer answer); /* "ok", "refused", "hung", "absent", "broken", "unknown" */

struct nfs_service {
	enum nfs_answer answer;
	int port;          /* 0 unknown */
	double latency_ms; /* of the last good answer; NaN unknown */
	char *error;       /* owned; why not, in words; NULL: it answers, or was not asked */
};

/* What is known of an NFS server's export list. */
enum nfs_list {
	NFS_LIST_UNKNOWN, /* the server was not heard, or does not answer */
	NFS_LIST_KNOWN,
	NFS_LIST_NONE,    /* it serves version 4 alone, which knows no list: no error */
	NFS_LIST_BLOCKED, /* NFS answers, and who tells the list cannot be reached: mostly a firewall */
};

/* Whether the export that a server offers or mounts is in the list. */
enum nfs_presence {
	NFS_PRESENCE_UNKNOWN,
	NFS_PRESENT,
	NFS_MISSING,
};

/* Whether a client may mount an export, as far as the list tells without looking names up. */
enum nfs_allowed { NFS_ALLOWED_UNKNOWN, NFS_ALLOWED, NFS_DENIED };

/*
 * The NFS server that a server of the fleet offers (rw, nfs.export) or mounts from (nfs.source), as
 * this program sees it. Two servers of the fleet may have the same one.
 */
struct nfs_server {
	char *address;              /* owned; as the configuration names it; NULL: none is asked */
	const struct server *owner; /* who of the fleet offers it, maybe the server itself; NULL: none */
	struct nfs_service services[NFS_SERVICES];
	enum nfs_list list;
	char *list_error; /* owned; why there is no list, in words; NULL when there is */
	int64_t list_at;  /* when it was last read */
	struct nfs_export *exports;
	size_t export_count;
	enum nfs_presence presence;     /* of the export that the configuration names */
	enum nfs_allowed allowed;       /* is this server itself, on an ro one; else of no meaning */
	char *trouble;                  /* owned; what is wrong with the export, in words; NULL: nothing */
	bool export_fails;              /* `trouble` keeps mounts from working; else it is a warning */
	struct history latency_history; /* ms of NULL, version 4 before 3; NaN where it failed */
	float peak_latency;
};

enum fleet_status { FLEET_OK, FLEET_DEGRADED, FLEET_DOWN };
const char *fleet_status_name(enum fleet_status status);

struct server {
	const struct server_spec *spec;
	size_t index;
	struct link docker;
	char *docker_version, *docker_api;
	char *docker_warning; /* owned; a standing warning such as plain tcp; NULL: none */
	char *policy_warning; /* owned; why its scaling policy stopped; NULL: it did not */
	int64_t memory_total, memory_available;
	int cpus;
	int64_t host_seen_at;
	int64_t clock_skew_ms; /* server's clock minus ours */
	bool clock_skew_known;
	struct link nfs; /* NFS over RPC, version 4 or 3; LINK_NONE when nfs: names no server to ask */
	struct nfs_server nfs_server;
	struct service service;
	struct instance **instances; /* ordered: configured first, then by natural name order */
	size_t instance_count;
	bool listed;            /* OBS_CONTAINERS was heard, so discovered instances are known */
	bool requests_followed; /* fleet_follow_requests() */
	enum fleet_status status;
	size_t living, answering, unheard; /* instances that are not gone, and of these */
	size_t alert_count;
	uint32_t raised[CONDITION_COUNT];
};

struct balancer_server {
	char *url;
	char status[16];
};

struct balancer {
	struct link link; /* LINK_NONE when traefik: is absent */
	struct balancer_server *servers;
	size_t server_count;
	struct pool_key *keys; /* the core's own index over servers, sorted */
	uint32_t raised;
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
	enum condition condition;
	enum state state; /* STATE_UNKNOWN for conditions that are no state of an instance */
	const char *
		label; /* static: state_name(), or "docker", "clock", "health", "token", "nfs", "service", "autoscale", "LB!" */
	const struct server *server;     /* NULL: the balancer */
	const struct instance *instance; /* NULL: the server itself */
	char *target;                    /* "84/ollama-2", "84" or "balancer" */
	char *text;
	int64_t since;
	bool acknowledged;
};

struct totals {
	size_t instances, ok, by_state[STATE_COUNT]; /* those whose container is gone left out */
	size_t models_loaded;
	int64_t memory_used, memory_limit; /* over instances with a known figure */
	size_t nfs_expected, nfs_ok;       /* instances whose store is judged, and right */
	size_t nfs_failed;                 /* NFS servers that fail, or do not offer what they must */
	size_t pool_servers, pool_up;
	size_t busy;
};

/* One of the ways in which a fleet is changed from outside; there are no others. */
enum fleet_change_kind {
	FLEET_OBSERVED,     /* by fleet_apply() */
	FLEET_TICKED,       /* by fleet_tick() */
	FLEET_NOTED,        /* by fleet_note() */
	FLEET_ACKNOWLEDGED, /* by fleet_acknowledge() */
};
struct fleet_change {
	enum fleet_change_kind kind;
	int64_t at, wall;                      /* monotonic and wall time of the observer */
	const struct observation *observation; /* of FLEET_OBSERVED */
	enum severity severity;                /* of FLEET_NOTED */
	const char *target;                    /* of FLEET_NOTED and FLEET_ACKNOWLEDGED */
	const char *text;                      /* of FLEET_NOTED */
};

struct fleet {
	const struct fleet_spec *spec;
	struct server *servers;
	size_t server_count;
	struct balancer balancer;
	struct transfer *transfers;
	size_t transfer_count;
	char **own_layers;
	size_t own_layer_count;
	struct event *events; /* ring; use fleet_event() */
	size_t event_head, event_count;
	uint64_t event_serial;
	struct alert *alerts; /* gravest first, then oldest first */
	size_t alert_count;
	enum fleet_status status;
	int64_t now, wall;   /* of the last apply or tick; now never goes back */
	int64_t observed_at; /* of the last apply */
	/*
	 * Grows with every change that the main screen could show: figures count as changed when
	 * they differ as shown (memory in three figures, latency and CPU as whole numbers), so a
	 * poll that brings the same answer leaves it alone. Ages and countdowns are the clock's.
	 */
	uint64_t generation;
	uint64_t samples; /* grows when the histories got a sample: what details are drawn from */
	int64_t sampled_at;
	void (*listener)(void *user, const struct fleet_change *change); /* see fleet_listen() */
	void *listener_user;
};

/* A fleet that matches `spec` (borrowed; must outlive it); NULL when out of memory. */
struct fleet *fleet_new(const struct fleet_spec *spec, int64_t now, int64_t wall);
void fleet_free(struct fleet *fleet);

/* Folds one observation in. Observations of unknown servers are ignored. */
void fleet_apply(struct fleet *fleet, const struct observation *o);

/* Lets time pass: OOM hold, "starting", settling, histories, rows of gone containers. Call about once a second. */
void fleet_tick(struct fleet *fleet, int64_t now, int64_t wall);

/*
 * From now on a scaling policy goes by the requests of the server's instances: who watches asks for them at each
 * refresh, and what is not renewed is forgotten sooner. An index out of range is ignored.
 */
void fleet_follow_requests(struct fleet *fleet, size_t server);

/*
 * Tells every change to come, before it is made; what it points to is borrowed for the call, in which the fleet must
 * not be changed. One listener at a time; NULL: none.
 */
void fleet_listen(
	struct fleet *fleet, void (*listener)(void *user, const struct fleet_change *change), void *user);
/* Makes a change that was heard of another fleet of the same spec: the same changes give the same state. */
void fleet_change(struct fleet *fleet, const struct fleet_change *change);

/* The i-th event, 0 the newest; NULL out of range. */
const struct event *fleet_event(const struct fleet *fleet, size_t i);
void fleet_note(struct fleet *fleet, enum severity severity, const char *target, const char *text);

/* How many alerts of that severity there are, acknowledged ones included. */
size_t fleet_alerts(const struct fleet *fleet, enum severity severity);

/*
 * Acknowledges what stands against a target as in alert.target: an OOM is over; other alerts
 * stay, marked, until their cause is gone. False if there was nothing left to acknowledge.
 */
bool fleet_acknowledge(struct fleet *fleet, const char *target);

void fleet_totals(const struct fleet *fleet, struct totals *out);
/* DOWN: it has instances and none answers (never before each was heard); DEGRADED: any alert. */
enum fleet_status server_status(const struct server *server);
struct server *fleet_server(const struct fleet *fleet, const char *name);
struct instance *fleet_instance(const struct server *server, const char *name);

/*
 * How many instances a server has as scaling counts them: containers, running or not; of a Swarm
 * service the replicas that it is to have, or while those are not known the tasks. What speaks OpenAI's API alone is
 * not scaled. -1: neither was seen yet.
 */
int fleet_scaled(const struct server *server);

/* It speaks Ollama's API: what it stores can be listed, pulled, loaded; false for `kind: openai`. */
bool instance_is_ollama(const struct instance *instance);

/* A task that runs where it cannot be asked: on another node, or without a port of its own. */
bool fleet_task_unasked(const struct instance *instance);

/* It is there, and has a store that is looked at: one of those that are on NFS or not. */
bool fleet_store_counts(const struct instance *instance);

/* The url by which an instance is in the balancer's pool; NULL when it is not. */
const char *fleet_pool_url(const struct fleet *fleet, const struct instance *instance);

/*
 * The value of an option of a mount ("vers", "timeo"; empty for "hard"), as store.options has them: those of the mount
 * point, then those of the file system. False, and "", when it is not among them.
 */
bool mount_option(const char *options, const char *key, char *value, size_t size);

/* Where the NFS server of a server of the fleet is asked. */
struct nfs_target {
	char address[256]; /* as configured: a name or a number, without brackets */
	int port;          /* of NFS: nfs.port, else 2049 */
	int portmapper;    /* nfs.portmapper, else 111 */
};
/* False when there is nobody to ask: no nfs:, or neither an export nor a source with an address. */
bool nfs_target_of(const struct fleet_spec *spec, size_t server, struct nfs_target *out);

/*
 * Whether `client`, an entry of an export list, means the host: an address or a network in either
 * form, a name or one with wildcards, "*", "@netgroup". `address` is the host's, `name` another name
 * of it (both may be NULL, or a name). Names are not looked up: what would need that is unknown.
 */
enum nfs_allowed nfs_client_allows(const char *client, const char *address, const char *name);
/* The same over all clients of an export: one that allows is enough; an empty list allows everybody. */
enum nfs_allowed nfs_export_allows(const struct nfs_export *export, const char *address, const char *name);
/* The export that `path` lies in: of several the longest; NULL: none. */
const struct nfs_export *nfs_export_of(const struct nfs_server *nfs, const char *path);

/* True when the figure seen at `at` is older than three of its polling intervals. */
bool fleet_stale(const struct fleet *fleet, int64_t at, int64_t interval_ms);

/* What others are compared with: the rw server's first instance that answers and whose models are
 * known; NULL while there is none. */
const struct instance *fleet_reference(const struct fleet *fleet);

/* What `model` differs in on `i` against the reference; MODEL_SAME also when neither has it,
 * MODEL_UNKNOWN while either list is not known. */
enum model_agreement { MODEL_SAME, MODEL_MISSING, MODEL_DIFFERENT, MODEL_EXTRA, MODEL_UNKNOWN };
enum model_agreement fleet_model_agreement(
	const struct fleet *fleet, const struct instance *i, const char *model);

#endif
