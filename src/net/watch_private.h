/*
 * watch_private.h - the parts of the watch and how they meet.
 *
 * A poll is one question that is asked again and again. All polls of the program wait in one heap
 * with one timer. Each has an owner: a target (an instance), an engine (a server and its Docker),
 * or the watch itself. Whoever fails is backed off alone.
 */
#ifndef OLLAMA_TOP_NET_WATCH_PRIVATE_H
#define OLLAMA_TOP_NET_WATCH_PRIVATE_H

#include "ollama-top/docker.h"
#include "ollama-top/docker_endpoint.h"
#include "ollama-top/exec.h"
#include "ollama-top/frames.h"
#include "ollama-top/ndjson.h"
#include "ollama-top/observation.h"
#include "ollama-top/reach.h"
#include "ollama-top/watch.h"
#include "resolve.h"

#define BACKOFF_MAX_MS 30000
/* Polls due within this time of each other share one turn of the loop. */
#define POLL_GRAIN_MS 16
#define POLL_NEVER    INT64_MAX

/* Intervals as multiples of the refresh: DESIGN.md section 5. */
#define EACH_REFRESH 1
#define EACH_5TH     5
#define EACH_15TH    15
#define ON_DEMAND    0
/* Joined to one of these by |: each refresh, of a target whose requests a policy goes by, but at most each second. */
#define OF_REQUESTS       0x100
#define FOLLOWED_LEAST_MS 1000

struct poll;
typedef void poll_ask_fn(struct poll *poll);
typedef void poll_answer_fn(struct poll *poll, const struct http_response *response);

struct poll_kind {
	const char *name;
	int factor;             /* of the refresh; ON_DEMAND: only when somebody sets it */
	poll_ask_fn *ask;       /* sends, or does nothing this time */
	poll_answer_fn *answer; /* of the request that poll_send() sent */
};

struct poll {
	const struct poll_kind *kind;
	struct watch *watch;
	void *owner;
	int64_t due; /* POLL_NEVER: not scheduled */
	size_t heap; /* place in the heap + 1; 0: not in it */
	float phase; /* 0..1, where in the interval it likes to be */
	bool spread; /* the next interval is bent towards the phase */
	bool out;    /* asked, not answered: never asked a second time meanwhile */
	bool again;  /* wanted while it was out */
	struct http_request *request;
};

/* Wall and monotonic time at once. */
struct instant {
	int64_t mono, wall;
};

struct target;
struct follow;

/* Ways to ask a store whether it answers: watch_ways.c. */
enum probe_way { WAY_DF, WAY_INODES, WAY_STAT, WAY_READ, WAYS };

/* A store of a server, as the mount it lies on; probed in one instance after the other. */
struct probe {
	struct engine *engine;
	uint64_t key;
	size_t turn; /* counts up: which instance is next */
	struct exec *exec;
	struct target *target; /* in which the probe runs, while it does */
	bool hung;
	int64_t total, available; /* of the last df; -1 before */
	int64_t inodes, inodes_free;
	char error[400]; /* of the last df; "" when it answered */
	double latency_ms;
	enum probe_way way; /* how it is asked now */
	unsigned round;     /* counts up: which way is next */
	struct poll deadline;
	struct probe *next;
};

/* One instance. */
struct target {
	struct engine *engine;
	const struct instance_spec *spec; /* NULL: discovered */
	char *name, *url;
	struct http_endpoint *endpoint; /* NULL while there is no URL */
	bool tunneled;
	struct poll version, loaded, stored;
	int failures; /* of /api/version in a row */
	bool answers;
	int stored_failures;
	bool stored_waits; /* for the answer of /api/ps, to share its connection */
	size_t loaded_count;
	/* its container */
	char id[DOCKER_ID_MAX];
	enum container_status status;
	bool listed, inspected;
	bool of_task; /* a task of the server's Swarm service: its id comes with the tasks */
	int64_t started_wall;
	struct poll stats, inspect, look;
	struct docker_stats last;
	bool sampled;
	int64_t stats_asked_at;
	double cpu_percent;
	char *store_path, *models_path;
	int api_port;
	int64_t memory_limit;      /* of the container; 0 none */
	uint64_t store_key;        /* of the mount; 0 unknown */
	int64_t lacks_until[WAYS]; /* its image has no program for that way of asking */
	int64_t mount_at;          /* when last asked; 0: something may have changed since */
	struct exec *exec;         /* the look that is out */
	struct http_own own;       /* since it was sent */
	bool looked_again;         /* since it could not tell whose the connections were */
	bool let_go;               /* by an operation, since the look was sent */
	/* its requests */
	struct poll log, metrics;
	struct follow *follow; /* of its log; NULL: none */
	bool tty;              /* its log comes without frames */
	bool has_metrics;      /* its own /metrics tells of requests */
	bool no_health;        /* kind: openai: it has no /health, its models are asked for instead */
	bool draining;
	/* its GPU */
	struct poll gpu;
	struct exec *gpu_exec;
	bool asked_for_gpu, in_vram; /* by device requests; a model is in the memory of one */
	bool no_gpu;                 /* nvidia-smi is missing, or shows none */
};

enum engine_status { ENGINE_NONE, ENGINE_TRYING, ENGINE_UP, ENGINE_DOWN };

/* One server with its Docker Engine. */
struct engine {
	struct watch *watch;
	size_t index;
	const struct server_spec *spec;
	struct docker_endpoint where;
	struct http_endpoint *endpoint;
	struct tunnel *tunnel; /* NULL: nothing here goes through one */
	bool tunnel_awaited; /* something is to be asked through it, and it counts as a question meanwhile */
	enum engine_status status;
	struct docker_version version;
	char api[16];
	int failures;
	struct poll connect, info, list, space, memory, partials, events, service, nodes, tasks;
	struct target **targets;
	size_t target_count;
	/* host */
	int64_t memory_total, memory_available, skew_ms;
	int cpus;
	bool skew_known, host_seen;
	/* Swarm */
	char node_id[DOCKER_NODE_MAX];
	struct docker_node *node_list;
	size_t node_count;
	int replicas; /* -1 unknown */
	struct service_rules rules;
	/* events */
	struct http_request *stream;
	struct ndjson lines;
	int64_t stream_opened_wall; /* by the engine's clock */
	int64_t last_event_ns;
	int stream_failures;
	bool resumed;
	struct held_bytes {
		char *bytes; /* that came while paused */
		size_t len, room;
	} held;
	/* probes */
	struct exec *execs;
	struct probe *probes;
	size_t memory_turn;
	int64_t memory_at;
	int64_t exec_forbidden_until;
	char exec_forbidden[300]; /* why */
	struct exec *partials_exec;
	bool partials_impossible, pulling;
	char partials_in[DOCKER_ID_MAX]; /* the container that partials_impossible is about */
};

struct watch {
	struct watch_options options;
	const struct fleet_spec *spec;
	struct engine *engines;
	size_t engine_count, target_serial;
	struct poll **heap;
	size_t heap_count, heap_room;
	uv_timer_t timer;
	uv_prepare_t prepare;
	uv_check_t check;
	int closing;
	size_t followed; /* logs */
	bool started, paused, once, closed;
	bool running;       /* in poll_run() */
	int64_t armed;      /* when the timer fires */
	int64_t not_before; /* the next turn */
	uint64_t generation, samples;
	struct poll tick, balancer;
	struct http_endpoint *traefik;
	int balancer_failures;
	struct nfs_watch *nfs; /* NFS servers, each once */
	size_t nfs_count;
	struct resolver resolver; /* of their names */
	/* watch_once */
	size_t outstanding; /* questions without an answer */
	struct poll deadline;
	void (*on_ready)(void *user);
	void *ready_user;
};

/* watch_poll.c */
void poll_init(
	struct poll *poll, const struct poll_kind *kind, struct watch *watch, void *owner, size_t serial);
/* Asks at the next turn, or right after the answer that is out. */
void poll_now(struct poll *poll);
/* Asks within this turn: the answer to another question has just come on the same connection. */
void poll_chain(struct poll *poll);
void poll_in(struct poll *poll, int64_t ms);
void poll_retry(struct poll *poll, int64_t ms); /* later, unless all is asked only once */
void poll_off(struct poll *poll);               /* unscheduled; an answer that is out still comes */
void poll_cancel(struct poll *poll);            /* and no answer comes */
int64_t poll_interval(const struct poll *poll);
/* Sends a GET whose answer goes to the kind's answer function. False: out of memory. */
bool poll_send(struct poll *poll, struct http_endpoint *endpoint, const char *path, int64_t deadline_ms);
void poll_run(struct watch *watch); /* asks all that is due and sets the timer */
void poll_timer(struct watch *watch);
int64_t backoff_ms(int64_t refresh, int failures);

/* watch.c */
struct instant watch_instant(const struct watch *watch);
void watch_observe(struct watch *watch, struct observation *o); /* fills in the times */
void watch_asked(struct watch *watch);
void watch_answered(struct watch *watch);
/* "GET /api/version: 502" or the transport's words, for an answer that is not 200; NULL when it is. */
const char *response_error(const struct http_response *response, const char *what,
	void refusal(const char *, size_t, char *, size_t), char *buf, size_t size);

/* The first line of what a program or a server wrote, cleaned. */
void first_line(const char *text, char *dst, size_t size);

/* watch_target.c */
struct target *target_new(struct engine *engine, const struct instance_spec *spec, const char *name);
void target_free(struct target *target);
void target_start(struct target *target);
/* It does not answer: as engine_failed(). */
void target_failed(struct target *target, const char *error, int64_t retry_at);
void target_set_url(struct target *target, const char *url);
/* Asks all of the API now, ending a backoff. */
void target_retry(struct target *target);
/* It answered, and says its version or NULL; or what it answered, if anything, is not well. */
void target_well(struct target *target, const char *version, double latency_ms);
void target_unwell(struct target *target, const struct http_response *response, const char *failed);
/* See fleet_follow_requests(). */
bool target_is_followed(const struct target *target);
/* See instance_is_ollama(). */
bool target_is_ollama(const struct target *target);
/* What it stores may have changed. */
void target_stored_changed(struct target *target);

/* watch_engine.c */
void engine_init(struct engine *engine, struct watch *watch, size_t index);
void engine_free(struct engine *engine);
void engine_start(struct engine *engine);
void engine_retry(struct engine *engine);
void engine_refresh(struct engine *engine);
/* A request to the engine failed in transport: is the engine still there? */
void engine_doubt(struct engine *engine);
void engine_path(const struct engine *engine, char *path, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void engine_observe_host(struct engine *engine);
int64_t engine_timeout(const struct engine *engine);
/* It does not answer: tried again at `retry_at`, or with a pause of our own when that is 0. */
void engine_failed(struct engine *engine, const char *text, int64_t retry_at);

/* watch_tunnel.c */
/* Can requests go out now? When not, they are sent when the tunnel is up. */
bool engine_is_open(struct engine *engine);
bool target_is_open(struct target *target);
void tunnel_stop_waiting(struct engine *engine);
void watch_tunnels(struct watch *watch, bool on);

/* watch_containers.c */
extern const struct poll_kind list_poll, inspect_poll, stats_poll;
struct target *engine_target_by_id(const struct engine *engine, const char *id);
struct target *engine_target_by_container(const struct engine *engine, const char *name);
void target_lose_container(struct target *target);
/* One that no configuration names; NULL when out of memory or one too many. */
struct target *engine_add_target(struct engine *engine, const char *name);

/* watch_events.c */
extern const struct poll_kind events_poll;
void events_stop(struct engine *engine);
void events_resume(struct engine *engine); /* hands on what was held back while paused */

/* watch_exec.c */
/* Runs a command (NULL-terminated) in the target's container. NULL: out of memory. */
struct exec *exec_start(struct target *target, const char *const *argv, exec_done_fn *done, void *user);

/* watch_probe.c */
extern const struct poll_kind look_poll, memory_poll;
void target_look_soon(struct target *target);
bool target_may_exec(const struct target *target);
void target_tend(struct target *target, enum tending tending);
void target_drop_probes(struct target *target); /* its container is gone */

/* watch_space.c */
extern const struct poll_kind space_poll;
/* The target's store lies on the mount of `key`: asks at once about a mount that is new. */
void target_on_mount(struct target *target, uint64_t key);
void engine_free_probes(struct engine *engine);
bool target_store_hung(const struct target *target);
void target_drop_space(struct target *target);

/* watch_ways.c */
/* The way to ask next in this instance; WAYS: none that its image allows. */
enum probe_way way_next(const struct probe *probe, const struct target *target);
/* Sends it; NULL: it cannot be asked this way after all. */
struct exec *way_start(struct probe *probe, struct target *target, exec_done_fn *done);
/* Reads what came and observes it. False: the image lacks the program, which is remembered; another way may be tried. */
bool way_take(struct probe *probe, struct target *target, const struct exec_result *result);
void way_observe_again(
	const struct probe *probe, struct target *target); /* the last answer, for one that came later */

/* watch_partials.c */
extern const struct poll_kind partials_poll;
void partials_drop(struct target *target); /* its container is gone */

/* watch_log.c */
extern const struct poll_kind log_poll;
void log_start(struct target *target);  /* follows it unless it is followed already */
void log_stop(struct target *target);   /* goes on where it was when it is started again */
void log_forget(struct target *target); /* its container is another one, or gone */

/* watch_gpu.c */
extern const struct poll_kind gpu_poll;
void gpu_start(struct target *target); /* its container has started, or has a model in VRAM now */
void gpu_stop(struct target *target);

/* watch_openai.c: in place of the version and of the loaded models */
extern const struct poll_kind health_poll, served_poll;

/* watch_metrics.c */
extern const struct poll_kind metrics_poll;

/* watch_nfs.c */
void nfs_start(struct watch *watch);
void nfs_refresh(struct watch *watch);
void nfs_retry(struct watch *watch, size_t server); /* the one that this server depends on */
void nfs_stop(struct watch *watch);
/* watch_tasks.c */
extern const struct poll_kind service_poll, nodes_poll, tasks_poll;
void engine_drop_tasks(struct engine *engine);

/* watch_balancer.c */
void balancer_start(struct watch *watch);
void balancer_free(struct watch *watch);

#endif
