/*
 * world.h - the simulated fleet: one consistent state behind the Ollama, Docker and Traefik APIs.
 *
 * Pure: no sockets, no real clock. Time is the world's own: wall milliseconds since 1970, moved by
 * world_tick() alone. Everything that happens is noted with world_emit(), and each visible change
 * calls world->on_change, by which the server wakes its streams. All strings and arrays are owned
 * by the world; objects stay where they are until they are removed, so that pointers hold between
 * two turns of the loop but not beyond: keep an id, not a pointer, across turns.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;
struct world_server;
struct world_store;

#define WORLD_STILL_WALL ((int64_t)1767269071000) /* 2026-01-01T12:04:31Z */
#define WORLD_KIB        ((int64_t)1 << 10)
#define WORLD_MIB        ((int64_t)1 << 20)
#define WORLD_GIB        ((int64_t)1 << 30)
#define WORLD_EVENTS_MAX 4096
#define WORLD_LOG_MAX    500
#define WORLD_HEALTH_MAX 5

/* NAME and VALUE of labels and event attributes. */
struct world_pair {
	char *name, *value;
};

/* ---- models and the folders that hold them ------------------------------------------------ */

struct world_layer {
	char digest[72]; /* "sha256:" and 64 hex */
	int64_t size;
	const char *media_type; /* static */
};

struct world_model {
	char *name;      /* with tag: "mistral:7b" */
	char digest[72]; /* of the manifest, 64 hex without "sha256:", as /api/tags shows it */
	int64_t size;    /* sum of the layers */
	char *family, *parameter_size, *quantization, *parent;
	int64_t context_length, embedding_length, block_count;
	int64_t modified;     /* wall */
	int64_t visible_at;   /* wall: when NFS clients see it (attribute caching) */
	int64_t kv_per_token; /* bytes of the KV cache for one token of context */
	bool embedding;       /* answers 400 to generate and chat */
	struct world_layer *layers;
	size_t layer_count;
};

/* One part file of a layer under way: NAME-partial-N holds {"N":..,"Offset":..,"Size":..,"Completed":..} */
struct world_part {
	int n;
	int64_t offset, size, completed;
};

/* A pull under way into a store; layers come one after another. */
struct world_pull {
	uint64_t serial;
	struct world_model *model; /* owned until it is done and moves to the store */
	size_t layer;              /* the one under way; layer_count when all are there */
	int64_t completed;         /* bytes of that layer */
	int64_t rate;              /* bytes a second */
	bool paused;               /* nobody pulls; the partial files stay */
	int watchers;              /* clients that stream it; 0 with !foreign pauses it */
	bool foreign;              /* goes on by itself: somebody else's */
};

struct world_store {
	char *source;  /* where it really is: "84:/var/lib/x" or "/opt/ollama-models" */
	bool nfs;      /* exported: clients see changes late and hang with it */
	bool leftover; /* an empty manifest folder of a deleted model, which Ollama prunes at its start */
	bool no_key;   /* id_ed25519 is not there yet; a container that can write makes it */
	bool bare;     /* without the folders of models, which a container that can write makes */
	bool unreadable, unwritable; /* for the users of containers: owners, modes, root_squash */
	bool hung;                   /* the server does not answer: df, ls, /api/tags block on clients */
	int64_t total, available, inodes, inodes_free; /* bytes; `available` without what the models use */
	struct world_model **models;
	size_t model_count;
	struct world_pull **pulls;
	size_t pull_count;
	char error[256]; /* why the last pull could not be written; "" it could */
};

/* ---- containers --------------------------------------------------------------------------- */

enum world_status {
	WORLD_CREATED,
	WORLD_RUNNING,
	WORLD_PAUSED,
	WORLD_RESTARTING,
	WORLD_EXITED,
	WORLD_STATUS_COUNT,
};
const char *world_status_name(enum world_status status); /* Docker's words */

enum world_health { WORLD_HEALTH_NONE, WORLD_HEALTH_STARTING, WORLD_HEALTH_HEALTHY, WORLD_HEALTH_UNHEALTHY };
const char *world_health_name(enum world_health health); /* "none", "starting", ... */

struct world_health_result {
	int64_t start, end; /* wall */
	int exit_code;      /* -1: could not run */
	char *output;
};

struct world_mount {
	char *type; /* "bind", "volume", "tmpfs" */
	char *name; /* of a volume; else NULL */
	char *source, *destination;
	char *fstype;    /* as the container sees it: "ext4", "nfs4", ... */
	char *fs_source; /* as mountinfo shows it: "10.0.0.80:/opt/ollama-models", "/dev/sda1" */
	char *fs_options;
	bool read_only;
	struct world_store *store; /* borrowed; NULL when it holds no models */
};

struct world_loaded {
	struct world_model model; /* a copy of its own: the model may be removed under it */
	int64_t size, size_vram, context;
	int64_t resident;   /* bytes of the weights that are in memory; grows while loading */
	int64_t anon;       /* KV cache and buffers */
	int64_t began;      /* wall: when loading began */
	int64_t keep_alive; /* ms; negative: for ever */
	int64_t expires;    /* wall; INT64_MAX: never */
	int requests;       /* under way */
	bool ready;         /* loading is over */
	void *token;        /* the backend's, which holds the memory of a real process */
};

struct world_log_line {
	int64_t wall;
	uint64_t serial; /* counts up from 1 in its container */
	bool is_stderr;
	char *text; /* without the newline */
};

/* What the server of models in a container speaks. */
enum world_speaks { WORLD_OLLAMA, WORLD_VLLM, WORLD_LLAMACPP };

/* A GPU that a container was given. */
struct world_gpu {
	char *name;
	int64_t total, used; /* bytes */
	int utilisation;     /* percent */
};

struct world_container {
	struct world_server *server;
	char id[65];       /* 64 hex */
	char *name;        /* without slash */
	char *version;     /* of its Ollama; NULL: the world's */
	char *user;        /* that it runs as; NULL: root */
	char *image;       /* as given at create: "ollama/ollama:latest" */
	char image_id[72]; /* "sha256:..." */
	bool ollama; /* runs Ollama, or what `speaks` says; else a bystander such as a lease or a database */
	enum world_status status;
	int pid, exit_code, restart_count;
	bool oom_killed;
	bool asked_to_stop;   /* by stop or kill: the restart policy then rests */
	char *error;          /* State.Error: why it did not start; NULL */
	char *restart_policy; /* "no", "always", "unless-stopped", "on-failure" */
	int restart_max;
	int64_t created, started, finished; /* wall; 0 never */
	int64_t restart_at;                 /* wall: when a restarting one starts again */
	int64_t stop_at;                    /* wall: a stop under way ends then; 0 none */
	char *start_error;                  /* it will exit at ready_at, saying this; NULL: it will answer */
	int64_t ready_at;                   /* wall: the API answers from here */
	int64_t memory_limit;               /* bytes; 0 none */
	int64_t nano_cpus;                  /* 0 none */
	struct world_mount *mounts;
	size_t mount_count;
	char **env; /* NAME=VALUE */
	size_t env_count;
	char **cmd, **entrypoint; /* what it runs; may be empty */
	size_t cmd_count, entrypoint_count;
	struct world_pair *labels;
	size_t label_count;
	char *network; /* "ollama_default" */
	char ip[16];   /* in that network */
	char host_ip[40];
	int host_port, container_port; /* host_port 0: not published */
	char **health_test;            /* "CMD", "curl", ...; empty: no check */
	size_t health_test_count;
	int64_t health_interval; /* ms */
	int health_retries;
	enum world_health health;
	int health_failing;
	int64_t health_at;                                       /* wall of the next check */
	struct world_health_result health_log[WORLD_HEALTH_MAX]; /* oldest first */
	size_t health_log_count;
	char *create_json; /* the body of its POST /containers/create, to be echoed; NULL for the scenario's */

	struct world_log_line log[WORLD_LOG_MAX]; /* ring; use world_log_at() */
	size_t log_head, log_count;
	uint64_t log_serial;

	struct world_loaded **loaded;
	size_t loaded_count;
	int64_t busy_until; /* wall: somebody else's requests keep it busy until then */
	/* Of vLLM and llama.cpp's server: their one model, requests under way, and somebody else's. */
	enum world_speaks speaks;
	char *serves; /* NULL for Ollama */
	int completions, others_running, others_waiting;
	struct world_gpu *gpus;
	size_t gpu_count;
	int connections; /* TCP connections that clients of the simulator hold open to it */
	void *listener;  /* the server of requests' own */
	unsigned starts; /* how often it was started; a connection never outlives its start */

	/* Counters as a cgroup keeps them; read them with world_sample(). */
	uint64_t cpu_ns, cpu_user_ns, cpu_kernel_ns, major_faults, net_rx, net_tx, block_read;
	uint64_t samples;
	int64_t sampled_ns;

	/* What the control endpoint can do to it. */
	bool hang_api, hang_store, stale_store, refuse;
	int slow_ms;
	char *hostile; /* kind, NULL none */
};

/* ---- the rest ----------------------------------------------------------------------------- */

struct world_image {
	char id[72]; /* "sha256:..." */
	char **tags; /* "ollama/ollama:latest" */
	size_t tag_count;
	int64_t created, size;
};

struct world_export {
	char *path, *clients;
};

/*
 * What is mounted where on a server. A container takes over what it finds at its start and keeps it
 * (private propagation), so a mount that came later is seen by it after a restart only.
 */
struct world_host_mount {
	char *path, *fstype, *source, *options;
	struct world_store *store; /* borrowed; NULL: no models there */
};

/* ---- a Swarm ------------------------------------------------------------------------------ */

struct world_node {
	char id[26];
	char *name;
};

enum world_task_state {
	WORLD_TASK_READY, /* waits for its turn after one that ended */
	WORLD_TASK_PREPARING,
	WORLD_TASK_RUNNING,
	WORLD_TASK_SHUTDOWN,
	WORLD_TASK_FAILED,
};
const char *world_task_state_name(enum world_task_state state); /* Swarm's words */

struct world_task {
	char id[26];
	int slot;
	size_t node;        /* 0: this server, where it has a container */
	char container[65]; /* id, or "" */
	enum world_task_state state;
	bool wanted;       /* it is meant to run */
	bool updates;      /* it is there because the service was updated, not because another ended */
	unsigned template; /* of the spec that it was made by */
	uint64_t force;
	bool forgotten;         /* it is dropped as soon as it has ended */
	int64_t created, stamp; /* wall; stamp: when the state last changed */
	int64_t due;            /* wall: of the next state */
	uint64_t version;
	int exit_code;
	char error[160];
};

/* How tasks of another template are replaced: UpdateConfig or RollbackConfig of a spec. */
struct world_turns {
	int parallelism; /* 0: all at once */
	int64_t delay_ms, monitor_ms;
	bool start_first;
	enum { WORLD_ON_FAILURE_PAUSE, WORLD_ON_FAILURE_CONTINUE, WORLD_ON_FAILURE_ROLLBACK } on_failure;
};

/* What this world reads in a spec. */
struct world_service_spec {
	char *text;        /* JSON, as it was given */
	char *task;        /* its TaskTemplate */
	unsigned template; /* a number for each other TaskTemplate */
	int replicas;
	uint64_t force;
	struct world_turns update, rollback;
};

enum world_update_state {
	WORLD_UPDATE_NONE,
	WORLD_UPDATING,
	WORLD_UPDATE_PAUSED,
	WORLD_UPDATE_COMPLETED,
	WORLD_ROLLBACK_STARTED,
	WORLD_ROLLBACK_PAUSED,
	WORLD_ROLLBACK_COMPLETED,
};
const char *world_update_state_name(enum world_update_state state); /* Swarm's words */

struct world_service {
	struct world_server *server;
	char id[26];
	char *name, *image;
	struct world_service_spec spec, previous; /* previous: its text is NULL where there is none */
	unsigned templates;                       /* that there were */
	enum world_update_state update;
	int64_t update_started, update_completed; /* wall; completed: 0 while it is not */
	char update_message[160];
	char *mount;
	bool read_only;
	bool host_mode; /* each task has a port of its own; else they are behind the ingress port */
	int64_t memory_limit;
	uint64_t version, index; /* index: of the last change of anything */
	int64_t created, updated;
	char *fails;    /* why new tasks fail, NULL: they do not */
	int fail_count; /* so many of them; 0: all */
	int conflicts;  /* so many updates find that somebody else's came before */
	struct world_node *nodes;
	size_t node_count;
	struct world_task **tasks; /* oldest first */
	size_t task_count;
};

struct world_server {
	struct world *world;
	char *name, *host; /* host: the address it listens on */
	char *shown_host;  /* as NFS sources name it */
	bool rw;
	int docker_port; /* 0: no Docker */
	int ollama_port; /* first of the block that its instances use */
	int port_count;
	int cpus;
	int cgroup; /* 1 or 2 */
	int64_t memory_total;
	char *hostname, *engine_version, *api_version, *min_api_version;
	char engine_id[40];
	char *nfs_export;  /* path, NULL none */
	char *nfs_clients; /* whom it is exported to, comma-separated; NULL: everybody */
	int nfs_port, portmapper_port, mountd_port; /* 0: none */
	char *discover; /* glob by which the fleet's configuration finds its instances; NULL: they are listed */
	struct world_host_mount *host_mounts;
	size_t host_mount_count;
	struct world_container **containers;
	size_t container_count;
	struct world_image **images;
	size_t image_count;
	struct world_service *service; /* of the Swarm that it manages; NULL: none */
	int64_t skew_ms;               /* its clock against the world's */
	uint64_t system_cpu_ns;
	int next_pid, next_ip;
	void *listener; /* the server of requests' own */
	bool hang_docker, refuse_docker, exec_forbidden, no_cat;
	/* Its NFS: refuses, is silent, has lost its export, denies its clients, mountd behind a firewall, no version 3. */
	bool nfs_down, nfs_hung, nfs_unlisted, nfs_denied, mountd_blocked, nfs_v4_only;
	int slow_docker_ms;
	char *hostile; /* kind for Docker's answers, NULL none */
};

/* What happened: Docker's events, and what the world itself notes. */
struct world_event {
	uint64_t serial;             /* counts up from 1 */
	int64_t wall_ns;             /* strictly growing */
	struct world_server *server; /* NULL: the balancer or the world */
	const char *type;            /* static: "container", "image", "network", "service", "sim" */
	char *action;                /* "start", "die", "exec_create: cat /x", ... */
	char *id;                    /* of the actor */
	struct world_pair *attributes;
	size_t attribute_count;
};

struct world_pool_server {
	char *url;
	char *forced; /* status set by the control endpoint; NULL: from reachability */
};

/*
 * Where a real process with a real folder stands behind the world (ollama-top-sim --ollama); all NULL
 * in a simulated one. `error` is filled as Ollama words it.
 */
struct world_backend {
	void *user;
	void (*refresh)(void *user, struct world_store *store); /* reads the folder again */
	bool (*write_model)(void *user, struct world_model *model, char *error, size_t size);
	bool (*delete_model)(void *user, const char *name, char *error, size_t size);
	void *(*load)(void *user, const struct world_model *model); /* takes and touches memory */
	void (*unload)(void *user, void *token);
	void (*burn)(void *user, int64_t ms); /* uses one core for so long */
	void (*log)(void *user, bool is_stderr, const char *text);
};

struct world {
	int64_t wall; /* now, ms since 1970 UTC */
	bool still;   /* the clock stands; nothing happens by itself */
	uint64_t random;
	char *scenario;
	char *ollama_version;
	struct world_server **servers;
	size_t server_count;
	struct world_store **stores;
	size_t store_count;
	struct world_event *events; /* ring of WORLD_EVENTS_MAX; use world_event_after() */
	size_t event_head, event_count;
	uint64_t event_serial;
	int64_t event_ns;
	char *traefik_host; /* NULL: no balancer */
	int traefik_port;
	char *traefik_service;
	char *traefik_rule;    /* of its router */
	bool traefik_guarded;  /* by a password */
	char *traefik_file;    /* optional dynamic file that is read instead of `pool` */
	int64_t traefik_stamp; /* of that file when it was last read */
	struct world_pool_server *pool;
	size_t pool_count;
	int64_t nfs_delay_ms; /* attribute caching */
	int64_t pull_rate;    /* bytes a second */
	uint64_t pull_serial;
	struct world_backend backend;
	uint64_t generation;                                   /* grows with each change */
	void (*after_tick)(void *script, struct world *world); /* the scenario's script */
	void *script;
	void (*on_change)(void *user);
	void *user;
};

struct world *world_new(uint64_t seed);
void world_free(struct world *world);

/* Building; every string is copied, NULL when out of memory. */
struct world_store *world_add_store(struct world *world, const char *source, bool nfs);
struct world_server *world_add_server(struct world *world, const char *name, const char *host, bool rw);
/* A container in state created, with a new id; it belongs to the server. NULL also when the name is taken. */
struct world_container *world_create(struct world_server *server, const char *name, const char *image);
/*
 * Copies all strings. Without fstype, what the mount is made of is looked up among the host's mounts
 * by its source at each start.
 */
bool world_add_mount(struct world_container *c, const struct world_mount *mount);
/* Mounts something on the server itself, or replaces what is mounted at `path`. */
bool world_host_mount(struct world_server *server, const struct world_host_mount *mount);
bool world_set_list(char ***list, size_t *count, const char *const *items, size_t n);
bool world_set_string(char **field, const char *value); /* frees the old; value may be NULL */
bool world_add_label(struct world_container *c, const char *name, const char *value);
const char *world_label(const struct world_container *c, const char *name); /* NULL: none */
struct world_image *world_add_image(struct world_server *server, const char *tag);
/* By reference with or without tag, or by id prefix; NULL: none. */
struct world_image *world_image(const struct world_server *server, const char *reference);

/* Finding. A server by name; a container by full id, name (with or without slash) or unique id prefix. */
struct world_server *world_server(const struct world *world, const char *name);
struct world_container *world_container(const struct world_server *server, const char *key);
/* "84/ollama-2"; NULL when there is none. */
struct world_container *world_target(const struct world *world, const char *target);

/*
 * Acting on containers, each with Docker's own events. They return false, with `error` set to a
 * static text, where Docker refuses (the text is the daemon's own, without the container's name).
 */
bool world_start(struct world_container *c, const char **error);
/* SIGTERM, and an exit (code 0) after `grace` ms at most; asked_to_stop is set. */
bool world_stop(struct world_container *c, int64_t grace, const char **error);
bool world_kill(struct world_container *c, int signal, const char **error);
bool world_restart(struct world_container *c, const char **error); /* at once: die, stop, start, restart */
bool world_pause(struct world_container *c, const char **error);
bool world_unpause(struct world_container *c, const char **error);
bool world_rename(struct world_container *c, const char *name, const char **error);
/* Frees it. */
bool world_remove(struct world_container *c, bool force, const char **error);
/* The process ends by itself; the restart policy follows. */
void world_die(struct world_container *c, int exit_code, bool oom);
/* The kernel kills for memory: the whole container, or Ollama's runner alone (it goes on without its models). */
void world_oom(struct world_container *c, bool runner_only);

/*
 * A service without tasks yet, on one node, which is the server; the caller sets what it is like and its spec.
 * It belongs to the server. NULL when out of memory.
 */
struct world_service *world_add_service(struct world_server *server, const char *name, const char *image);
bool world_service_add_node(struct world_service *service, const char *name);
/* A copy of what is kept of a spec; false when out of memory. */
bool world_service_spec_set(
	struct world_service_spec *spec, const char *text, const char *task, int replicas, uint64_t force);
/* Takes over what `spec` owns. */
void world_service_update(struct world_service *service, struct world_service_spec *spec);
/* Back to the spec before the last update, by hand or because it failed; false when there is none. */
bool world_service_rollback(struct world_service *service, const char *message);
void world_service_spec_free(struct world_service_spec *spec);
/* Starts, ends and replaces tasks. */
void world_service_tick(struct world_service *service);

/* Logs. `serial` 0 starts at the oldest kept line; NULL when there is none newer. */
void world_log(struct world_container *c, bool is_stderr, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
const struct world_log_line *world_log_after(const struct world_container *c, uint64_t serial);

/* Events. NULL ends the list of NAME, VALUE attributes. The container's labels, image and name are added. */
void world_emit(struct world_container *c, const char *action, ...) __attribute__((sentinel));
void world_emit_server(struct world_server *server, const char *type, const char *action, const char *id, ...)
	__attribute__((sentinel));
/* What happened while the world was built did not happen in it. */
void world_forget_events(struct world *world);
/* The oldest kept event newer than `serial` (0: all); NULL when there is none. */
const struct world_event *world_event_after(const struct world *world, uint64_t serial);

/* Models. The store an Ollama container reads, NULL when its store is not there at all. */
struct world_store *world_store_of(const struct world_container *c);
/* Is the store read-only, or hung, as the container sees it? */
bool world_store_read_only(const struct world_container *c);
bool world_store_hung(const struct world_container *c);
/* The version of its Ollama. */
const char *world_version_of(const struct world_container *c);
/* Does each call on the store fail with ESTALE? */
bool world_store_stale(const struct world_container *c);
/* Would a call to the server's NFS, or its mountd, go without an answer? */
bool world_rpc_silent(const struct world_server *server, bool mountd);
/* Does this container list the model now (NFS clients see changes late)? */
bool world_visible(const struct world_container *c, const struct world_model *model);
/* By name, ":latest" added when it has no tag; only what the container sees. NULL: none. */
struct world_model *world_model(const struct world_container *c, const char *name);
/* A catalogue model by name (the registry), freshly allocated; NULL when the registry has none. */
struct world_model *world_registry(struct world *world, const char *name);
void world_model_free(struct world_model *model);
/* Adds (takes ownership; replaces the same name) or removes; false when there is none of that name. */
bool world_store_add(struct world *world, struct world_store *store, struct world_model *model);
bool world_store_remove(struct world *world, struct world_store *store, const char *name);
/* Bytes free after models and partial files. */
int64_t world_store_available(const struct world_store *store);

/* Loads a model; it is ready after its size's time (at once in a still world). NULL: out of memory. */
struct world_loaded *world_load(
	struct world_container *c, const struct world_model *model, int64_t context, int64_t keep_alive);
struct world_loaded *world_loaded(const struct world_container *c, const char *name); /* NULL: not loaded */
void world_unload(struct world_container *c, const char *name);
/* Somebody else's requests keep it busy; a model must be loaded. */
void world_busy(struct world_container *c, int64_t ms);
bool world_is_busy(const struct world_container *c);

/* Pulls: a second pull of the same model joins the first. NULL when the registry has no such model. */
struct world_pull *world_pull(struct world *world, struct world_store *store, const char *name, bool foreign);
struct world_pull *world_pull_by_serial(const struct world_store *store, uint64_t serial); /* NULL: over */
/* Lets `ms` of downloading pass. When the last layer is there the model moves to the store and the pull is freed: false. */
bool world_pull_step(struct world *world, struct world_store *store, struct world_pull *pull, int64_t ms);
/* The part files of the layer under way: how many, and the i-th. */
size_t world_pull_parts(const struct world_pull *pull);
struct world_part world_pull_part(const struct world_pull *pull, size_t i);

/* Memory and CPU as the cgroup of a container reports them now. */
struct world_sample {
	int64_t wall_ns; /* when it was read */
	uint64_t cpu_ns, user_ns, kernel_ns, system_ns;
	int cpus;
	int64_t usage, max_usage, limit; /* limit: of the cgroup, or the machine's memory */
	int64_t anon, shmem, active_file, inactive_file, mapped_file;
	uint64_t faults, major_faults, failures;
	uint64_t net_rx, net_tx, block_read, block_write;
	int pids;
};
/* In a still world each sample of a container moves its own counters by one second, so that rates are constant. */
void world_sample(struct world_container *c, struct world_sample *out);
int64_t world_memory_used(const struct world_container *c); /* anonymous, shared and file pages */
int64_t world_memory_available(const struct world_server *server);

/* Would a TCP connection to the instance's published port be accepted now? and would Ollama answer? */
bool world_listening(const struct world_container *c);
bool world_answering(const struct world_container *c);

/* Adds to the balancer's pool, or takes out. */
bool world_pool_add(struct world *world, const char *url);
bool world_pool_remove(struct world *world, const char *url);
/* "UP" or "DOWN": what Traefik's own check of the URL finds now. */
const char *world_pool_status(const struct world *world, const struct world_pool_server *server);

/* Lets time pass: loading, expiry, pulls, health checks, restarts, counters. */
void world_tick(struct world *world, int64_t ms);
/* A number in [0, bound) of the world's own seeded generator. */
uint64_t world_random(struct world *world, uint64_t bound);
void world_hex(struct world *world, char *out, size_t digits); /* writes digits and a NUL */
void world_changed(struct world *world);

#endif
