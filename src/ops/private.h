/*
 * private.h - how the modules of src/ops meet.
 *
 * An operation runs a program: a list of steps, once for each round (an instance, mostly). A step
 * begins by its enter function, may look again at each tick, and ends by op_next(), op_fail() or
 * op_jump(). What it changed it puts on the undo stack, as a step of the same kind that takes it
 * back; when the operation fails or is cancelled the stack is run from its top. An undo step that
 * fails is not the end: what it could not take back is told as left.
 */
#ifndef OLLAMA_TOP_OPS_PRIVATE_H
#define OLLAMA_TOP_OPS_PRIVATE_H

#include "audit_queue.h"
#include "choose.h"
#include "clone.h"
#include "pool_file.h"

#include "ollama-top/docker.h"
#include "ollama-top/docker_endpoint.h"
#include "ollama-top/i18n.h"
#include "ollama-top/ndjson.h"
#include "ollama-top/ollama.h"
#include "ollama-top/ops.h"
#include "ollama-top/reach.h"
#include "ollama-top/text.h"

#include <cjson/cJSON.h>
#include <math.h>

#define TICK_MS       250
#define NAMES_MAX     64 /* rounds of one operation */
#define UNDO_MAX      8
#define CALL_MS       15000       /* a change of the engine: it may be busy */
#define ANSWER_MS     (90 * 1000) /* until a container that starts answers */
#define STORE_MS      (30 * 1000) /* until its store was looked at */
#define BALANCER_MS   (10 * 1000) /* until the balancer shows a change of its file */
#define STOP_GRACE_S  10          /* what docker stop gives */
#define OVER_MS       (60 * 1000) /* how long what is over is still shown */
#define RESTART_SLACK 5000
#define AUDIT_MS      15000 /* until a line is in the audit log */

struct operation;

struct step {
	const char *name; /* untranslated; what is being done while it runs */
	/* Milliseconds, or 0: deadline() tells. */
	int64_t deadline_ms;
	int64_t (*deadline)(const struct operation *op);
	void (*enter)(struct operation *op);
	void (*tick)(struct operation *op);
	/* Of an undo step, untranslated with one %s for the subject: what it put right, what stays if it fails. */
	const char *undone, *left;
	enum tending tends;   /* how the round's instance is shown meanwhile */
	bool uninterruptible; /* a cancel waits for its end */
	bool quiet;           /* over at once, not worth a word */
	/* Optional: false leaves it out, such as the balancer where none is configured. */
	bool (*applies)(const struct operation *op);
};

typedef void op_answer_fn(struct operation *op, const struct http_response *response);

/* Who may change a server's containers: see lease.c. */
struct lease {
	struct ops *ops;
	size_t server;
	enum { LEASE_NONE, LEASE_TAKING, LEASE_HELD } state;
	size_t holders;
	int64_t epoch;
	int64_t asked_at, expires_at, renew_at; /* by our clock */
	int64_t engine_wall;                    /* SystemTime of the engine, when it was asked */
	int64_t until;                          /* when what is held expires, by that clock */
	int64_t stale[8];                       /* epochs to be removed */
	size_t stale_count;
	struct http_request *request;
	char image[DOCKER_ID_MAX + 8]; /* of the engine, where no container of the server is known */
	char why[300];                 /* why it cannot be had, or was lost */
};

struct operation {
	struct op_view view; /* what others see */
	char id[64]; /* of the audit log and of the label of what it creates: unlike any other process's */
	struct ops *ops;
	struct operation *next;
	/* as the intent said; owned */
	char *server_name, *instance_name, *model, *image;
	int count;
	bool unload_first;
	size_t server; /* index; SIZE_MAX: none */
	/* the program */
	const struct step *const *program; /* ends with NULL */
	size_t at, round, rounds;
	int64_t round_at;                     /* when this round began */
	char names[NAMES_MAX][TEXT_NAME_MAX]; /* of the rounds: instances */
	size_t name_server[NAMES_MAX];        /* where they are */
	const struct step *step;
	struct {
		const struct step *step;
		char subject[TEXT_NAME_MAX];
	} undo[UNDO_MAX];
	size_t undo_count;
	char why[600];    /* why it is being undone */
	char undone[600]; /* what was put right, what is left */
	bool left, failing, begun, leased, lease_wanted, denied;
	int64_t audit_at; /* since when it waits for its first or last line of the audit log; 0: does not */
	enum op_status outcome; /* what it will be when its last line is written; OP_QUEUED: not at its end */
	/* the step at hand */
	char subject[TEXT_NAME_MAX]; /* instance or container that this round is about */
	char container[DOCKER_ID_MAX];
	struct http_request *request;
	op_answer_fn *answer, *after_check;
	bool changing;
	enum { TO_OTHERS, TO_ENGINE, TO_API } asked; /* whom the request is for */
	struct guarded *guarded;                     /* a change that waits for the lease to be looked at */
	struct http_endpoint *api;                   /* of the instance this round is about */
	char *api_url;
	/* shared by several kinds, see there */
	struct creating *creating;
	struct pulling *pulling;
	struct balancing *balancing;
	struct serving *serving;
	struct warming *warming;
	int run;                    /* quiet readings in a row */
	int64_t seen_at, again_at;  /* last reading; when to ask again */
	int64_t changed_at;         /* when the container was last started or restarted by us */
	char tended[TEXT_NAME_MAX]; /* instance that is shown as one we work on, or "" */
	enum tending tending;
	char stopped[DOCKER_ID_MAX]; /* container that was stopped, to be started again */
	int port;                    /* of a clone */
	/* upgrade.c */
	struct ndjson lines;
	char image_id[DOCKER_ID_MAX + 8], container_name[TEXT_NAME_MAX];
	bool no_drain, skip, embedding;
	bool last_is_store; /* the last round is about the store of the rw server */
	/* balancer.c */
	void (*file_changed)(struct operation *op, bool changed);
	void (*add)(struct operation *op); /* what follows when it has answered once more */
	struct pool_change *out_change;    /* what took it out, to be taken back byte for byte */
	char pool_url[512];
	bool pool_wanted, file_written, out_of_pool, returning;
	bool store_seen; /* before it was taken out, its store could be looked at */
};

struct server_ops {
	struct docker_endpoint where;
	struct http_endpoint *engine;
	struct lease lease;
};

struct ops {
	struct ops_options options;
	const struct fleet_spec *spec;
	struct audit_queue audit;
	struct server_ops *servers;
	struct http_endpoint *traefik;
	struct operation *first; /* newest first */
	uint64_t serial, generation;
	uv_timer_t timer;
	uv_check_t check;
	int works; /* changes of the balancer's file that are in a thread's hands */
	bool closed, leaving, dirty;
	int64_t leave_by;
	void (*on_left)(void *user);
	void *left_user;
	char owner[160];                /* of leases: "user@host, pid 123, ab12cd34" */
	char (*history)[TEXT_NAME_MAX]; /* models pulled, newest first */
	size_t history_count;
	const char **known; /* for ops_known_model() */
	size_t known_count;
	uint64_t known_generation;
};

/* operation.c: the life of one */
int64_t op_now(const struct operation *op);
void op_begin(struct operation *op);
void op_next(struct operation *op);
/* Ends the program as a success, leaving out what is still to come. */
void op_done(struct operation *op, const char *format, ...) __attribute__((format(printf, 2, 3)));
void op_fail(struct operation *op, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* As op_fail() before anything was changed: somebody else's right, or policy's. */
void op_deny(struct operation *op, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The message of the view; told once, drawn until the next. */
void op_say(struct operation *op, const char *format, ...) __attribute__((format(printf, 2, 3)));
void op_undo(struct operation *op, const struct step *step, const char *subject);
/* The same, and a line of the audit log: what is not done, where nothing fails. */
void op_note(struct operation *op, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What was done so far stays, whatever comes. */
void op_commit(struct operation *op);
void op_tick(struct operation *op);
void op_cancel(struct operation *op);
/* The program ends with it under way: the end is written down, what is left is told. */
void op_abandon(struct operation *op);
void op_touch(struct operation *op);
void op_free(struct operation *op);
struct server *op_server(const struct operation *op);
struct instance *op_instance(const struct operation *op); /* of the round; NULL when it is unknown now */
struct instance *op_instance_named(const struct operation *op, const char *name);

/* call.c: one request at a time for each operation */
void op_get(struct operation *op, struct http_endpoint *endpoint, const char *path, int64_t deadline_ms,
	op_answer_fn *answer);
/* Changes something; sent once, awaited even when the operation is cancelled. */
void op_change(struct operation *op, struct http_endpoint *endpoint, const char *method, const char *path,
	const char *json, int64_t deadline_ms, op_answer_fn *answer);
/* The same to the engine of the operation's server, under its lease, which is looked at before. */
void op_engine(struct operation *op, const char *method, const char *json, int64_t deadline_ms,
	op_answer_fn *answer, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Of an operation that ends. */
void guarded_free(struct operation *op);
void op_engine_get(struct operation *op, op_answer_fn *answer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A stream; on_data as in http.h, `answer` at its end. */
void op_stream(struct operation *op, struct http_endpoint *endpoint, const char *path, const char *json,
	int64_t deadline_ms, int64_t idle_ms, http_data_fn *on_data, op_answer_fn *answer);
/* Why an answer is none, in words, or NULL; `buf` may be filled. 304 of the engine is a success: it was so already. */
const char *op_refusal(const struct http_response *response, const char *what, char *buf, size_t size);
/* The answer to what changed the server: its containers are looked at anew, then op_fail() or op_next(). */
void op_changed(struct operation *op, const struct http_response *response);
/* The JSON object of an answer, to be freed; NULL after op_fail(). `what` names it. */
cJSON *op_json(struct operation *op, const struct http_response *response, const char *what);
/* The answer to GET /api/version is one of an Ollama that is well. */
bool op_answered(const struct http_response *response);
struct http_endpoint *op_docker(struct operation *op);
/* The API of the instance this round is about; NULL when it has no address. */
struct http_endpoint *op_api(struct operation *op);
void op_forget_api(struct operation *op);
/* Path with the engine's API version in front; false when the engine was never heard. */
bool op_engine_path(const struct operation *op, char *path, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* lease.c */
extern const struct step step_lease;
void lease_release(struct operation *op);
void lease_tick(struct lease *lease);
void lease_drop(struct lease *lease);
/* Something of it is still to be said to the engine. */
bool lease_busy(const struct lease *lease);
/* Calls `then` when the lease is seen to be ours; fails the operation else. */
void lease_check(struct operation *op, op_answer_fn *then);

/* wait.c */
extern const struct step step_answers, step_store, step_drain;
/* The store of the round's instance is what its server's configuration wants. False: not (yet); `final`: it will not become so. */
bool store_is_right(
	const struct operation *op, const struct instance *i, bool *final, char *why, size_t size);

/* balancer.c */
extern const struct step step_pool_out, step_pool_return, step_pool_undo_in;
/* The enter and tick of a step that puts the round's instance in, by op->pool_url if that is set. */
void pool_enter(struct operation *op);
void pool_tick(struct operation *op);
bool pool_applies(const struct operation *op);
/* What was taken out has another address now: that one goes in, not the line that was taken out. */
void pool_forget_address(struct operation *op);
/* Nobody waits any more for a change that a thread still makes: it is taken back when it is made after all. */
void balancing_detach(struct operation *op);
void balancing_free(struct operation *op);

/* containers.c */
extern const struct step step_restart, step_start, step_stop, step_remove, step_undo_stop;
/* Finds id and more of the round's instance from the fleet; false after op_fail(). */
bool op_take_container(struct operation *op);
int server_running(const struct server *server);
void op_add_round(struct operation *op, size_t server, const char *instance);
/* A round for each that runs on the operation's server. */
void op_add_running(struct operation *op);
/* Leaves out what is still to come in this round. */
void op_skip_round(struct operation *op);
/* Sets the round's subject; the program's first step. */
extern const struct step step_round;

/* create.c: a container like another one */
extern const struct step step_create, step_networks, step_boot;
/*
 * Takes over what the engine told of the template; `port` 0 takes the template's place. False after
 * op_fail(). creating_image(): another image, or the name of the template's own; see clone.h. Takes
 * `old_image` over.
 */
bool creating_set(struct operation *op, cJSON *template, const char *name, int port);
void creating_image(struct operation *op, const char *image, cJSON *old_image);
const cJSON *creating_template(const struct operation *op);
void creating_free(struct operation *op);

/* warm.c */
extern const struct step step_warm;
void warming_free(struct operation *op);

/* service.c */
void serving_free(struct operation *op);
/* False after plan_refused(): the engine or the service was not seen, or not as what it has to be. */
bool plan_service_seen(const struct server *server, struct op_plan *plan);
/* The same: what is Swarm's is not stopped, started or recreated one by one. */
bool plan_not_of_service(const struct server *server, struct op_plan *plan);
bool plan_not_a_task(const struct instance *i, struct op_plan *plan);

/* service_scale.c, service_roll.c, service_task.c: scale, rolling restart and restart where scale.service is given */
bool plan_service(const struct server *server, int wanted, struct op_plan *plan);
bool prepare_service(struct operation *op);
bool plan_service_rolling(const struct server *server, struct op_plan *plan);
bool prepare_service_rolling(struct operation *op);
/* Of plan_restart(), for an instance that is a task: all but what it interrupts. */
bool plan_task(const struct instance *i, struct op_plan *plan);
bool prepare_task(struct operation *op);

/* scale.c, upgrade.c, pull.c, models.c: programs, chosen when the operation begins */
typedef bool plan_fn(const struct ops *ops, const struct intent *intent, struct op_plan *plan);
typedef bool prepare_fn(struct operation *op);
struct op_kind_ops {
	plan_fn *plan;       /* fills title, text, verdict; false: refused */
	prepare_fn *prepare; /* chooses program and rounds; false after op_fail() */
	bool by_server;      /* its target is all of a server */
	bool leased;         /* changes containers */
	bool by_model;
};
extern const struct op_kind_ops kinds[OP_KIND_COUNT];
plan_fn plan_pull, plan_restart, plan_rolling, plan_start, plan_stop, plan_scale, plan_upgrade, plan_load,
	plan_unload, plan_delete;
prepare_fn prepare_pull, prepare_restart, prepare_rolling, prepare_start, prepare_stop, prepare_scale,
	prepare_upgrade, prepare_load, prepare_unload, prepare_delete;
void pulling_free(struct operation *op);
void models_remember(struct ops *ops, const char *model);

/* plan.c */
void plan_line(struct op_plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool plan_wrong(struct op_plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool plan_refused(struct op_plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* NULL after plan_wrong(): the sentence lists what there is. */
struct server *plan_server(const struct ops *ops, const struct intent *intent, struct op_plan *plan);
struct instance *plan_instance(const struct ops *ops, const struct intent *intent, struct op_plan *plan);
/* False after plan_refused(): the engine does not answer. The other one is always refused. */
bool plan_engine(const struct server *server, struct op_plan *plan);
bool plan_no_engine(const struct server *server, struct op_plan *plan);
/* "its container is known and the engine answers", or refused */
bool plan_container(const struct instance *i, struct op_plan *plan);
bool plan_ollama(const struct instance *i, struct op_plan *plan); /* refuses what has no models to change */
/* What stopping it interrupts, a line: "busy: 1 request in flight". */
void plan_interrupts(const struct ops *ops, const struct instance *i, struct op_plan *plan);
/* The rw server's instance that takes pulls; NULL after plan_refused(). */
struct instance *plan_writer(const struct ops *ops, struct op_plan *plan);
/* False after plan_wrong(): Ollama would refuse the name. */
bool plan_model(const struct intent *intent, struct op_plan *plan);
/* "mistral" means "mistral:latest". */
void model_full_name(char *dst, size_t size, const char *name);
bool model_same(const char *a, const char *b);
const struct model_stored *model_stored_on(const struct instance *i, const char *name);
const struct model_loaded *model_loaded_on(const struct instance *i, const char *name);
/* "80/ollama, 84/ollama-2 (busy)"; "" where it is loaded nowhere. Returns how many. */
size_t model_loaded_where(const struct ops *ops, const char *name, char *buf, size_t size);
/* A round for each instance that has it loaded. */
void model_add_rounds(struct operation *op, const char *name);
/*
 * What is asked of /api/generate, or of /api/embed where a model does not generate: to load it for `keep_alive`, with
 * the context length unless that is 0, or to unload it (NULL). JSON for cJSON_free(); NULL when out of memory.
 */
#define MODEL_KEEP_ALIVE "5m"
char *model_request(const struct operation *op, const char *model, const char *keep_alive, int64_t context);
const char *model_path(const struct operation *op);
/* "does not support generate": an embedding model, to be asked once more in its own way. */
bool model_wants_embed(struct operation *op, const struct http_response *response);
extern const struct step step_unload, step_unloaded;

/* ops.c */
void ops_touch(struct ops *ops);
void ops_settle(struct ops *ops);
/* What another operation of ours does to the same target, or NULL. */
const struct operation *ops_conflict(const struct operation *op);

#endif
