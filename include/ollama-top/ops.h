/*
 * ops.h - what an operator can have done: intents, what policy says of them, and operations
 * under way. DESIGN.md section 6.
 *
 * The way of a key or a command: a front end fills a struct intent, shows what ops_plan() says
 * of it and has it confirmed, then ops_submit() starts it or puts it in line. An operation is a
 * state machine on the loop: its steps, each with a deadline, are there to be drawn, and in the
 * end it is done, or undone, or says in words what is left.
 */
#ifndef OLLAMA_TOP_OPS_H
#define OLLAMA_TOP_OPS_H

#include "ollama-top/fleet.h"
#include "ollama-top/http.h"
#include "ollama-top/loop.h"
#include "ollama-top/watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * All that can be done, in one list: X(ID, name, arguments, what). `name` is the word of the command
 * line, of JSON and of the audit log; `arguments` are shown in usage; `what` explains it in the help
 * of both front ends. Rolling is `restart --rolling` on the command line.
 */
#define OPERATIONS(X)                                                                                      \
	X(PULL, "pull", N_("MODEL"), N_("pull a model on the rw server"))                                  \
	X(RESTART, "restart", N_("SERVER/INSTANCE"), N_("drain and restart an instance"))                  \
	X(ROLLING, "rolling", N_("SERVER"), N_("restart a server's instances one after another"))          \
	X(START, "start", N_("SERVER/INSTANCE"), N_("start a stopped instance"))                           \
	X(STOP, "stop", N_("SERVER/INSTANCE"), N_("drain and stop an instance"))                           \
	X(SCALE, "scale", N_("SERVER N"), N_("scale a server to N instances"))                             \
	X(UPGRADE, "upgrade", N_("SERVER [IMAGE]"), N_("pull the image and recreate the instances on it")) \
	X(LOAD, "load", N_("MODEL SERVER/INSTANCE"), N_("load a model into memory"))                       \
	X(UNLOAD, "unload", N_("MODEL [SERVER/INSTANCE]"),                                                 \
		N_("unload a model, everywhere without a target"))                                         \
	X(DELETE, "delete", N_("MODEL"), N_("delete a model on the rw server"))

#define OPERATION_ENUM(id, name, arguments, what) OP_##id,
enum op_kind { OPERATIONS(OPERATION_ENUM) OP_KIND_COUNT };

struct op_info {
	const char *name;
	const char *arguments, *what; /* untranslated: pass through _() */
};
const struct op_info *op_info(enum op_kind kind);

/* What somebody wants. Strings are borrowed for the call. */
struct intent {
	enum op_kind kind;
	const char *server, *instance; /* names; as the kind needs them, else NULL */
	const char *model;
	const char *image; /* upgrade: NULL takes the image's own name */
	int count;         /* scale: instances wanted */
	bool unload_first; /* pull, delete: unload what is to be replaced or deleted where it is loaded before */
};

/* What policy says of an intent; the values are exit statuses of the command line. */
enum op_verdict {
	OP_ALLOWED = 0,
	OP_WRONG = 2,   /* unknown or malformed name: the text says what is allowed */
	OP_REFUSED = 3, /* by role, limits, memory, another operation, a lease */
};

/* What would happen. All texts are translated and clean. */
struct op_plan {
	enum op_verdict verdict;
	char title[320]; /* "scale 84 from 3 to 4 instances" */
	char text
		[4096]; /* lines: what happens to which container, what it interrupts, arithmetic; or why not */
	char typed[256];   /* what must be typed to confirm; "" where a yes will do */
	char danger[1024]; /* "": none; else a reason to ask a second time */
	/* pull, delete: where what goes is loaded, so that unload_first is worth offering */
	char loaded_on[512];
};

enum op_status {
	OP_QUEUED, /* waits for another operation on the same target */
	OP_RUNNING,
	OP_UNDOING, /* failed or cancelled: takes back what it did */
	OP_DONE,
	OP_FAILED, /* message: why, and what is left */
	OP_UNDONE, /* failed, and things are as they were */
	OP_CANCELLED,
	OP_DENIED, /* by somebody else's lease, or by what was only seen on the way; nothing was changed */
};
/* "queued", "running", "undoing", "done", "failed", "undone", "cancelled", "refused": untranslated. */
const char *op_status_name(enum op_status status);
static inline bool op_over(enum op_status status)
{
	return status >= OP_DONE;
}

#define OP_MESSAGE_MAX 1400
/* One operation, as it is drawn. Read-only; times as in fleet.h. */
struct op_view {
	uint64_t id; /* counts up from 1 */
	enum op_kind kind;
	char target[520]; /* "84/ollama-2", "84", or the model */
	char title[320];
	enum op_status status;
	char step[256];               /* translated: "waiting until it answers" */
	uint64_t steps;               /* begun so far: several can begin in one millisecond */
	char message[OP_MESSAGE_MAX]; /* the last thing that was to be said; when over: the outcome */
	int64_t started_at, step_at, step_deadline_at, ended_at;
	bool cancelling;
	bool leased; /* it got the lease of its server: from then on it may have changed something */
	int64_t completed, total; /* bytes, or instances; total -1 unknown */
	bool bytes;               /* completed and total are bytes */
	double rate;              /* bytes a second; NaN unknown */
	int layer;                /* of a pull, 1-based; 0: not yet known */
	uint64_t serial;          /* grows with each step and message, so that a printer sees what is new */
};

struct ops;

struct ops_options {
	uv_loop_t *loop;
	const struct clock *clock;
	struct http *http;
	struct tunnels *tunnels; /* NULL: nothing is reached by ssh */
	struct fleet *fleet;
	struct watch *watch;
	/* An operation changed: draw, or print. Never called from within ops_submit(). */
	void (*on_change)(void *user);
	/* Each step and each end, for those who print all of them; may be NULL. */
	void (*on_step)(void *user, const struct op_view *view);
	void *user;
};

/* Everything is borrowed and outlives it. NULL when out of memory. */
struct ops *ops_new(const struct ops_options *options);

/*
 * Leaves: cancels pulls and waits at once, takes the others to the end of their step or through their
 * undo, at most `limit_ms`; what is not over by then is told as left. `on_left` follows once, soon
 * when nothing runs.
 */
void ops_leave(struct ops *ops, int64_t limit_ms, void (*on_left)(void *user), void *user);
/* Closes handles; run the loop until it is empty, then ops_free(). Leases are left to expire. */
void ops_close(struct ops *ops);
void ops_free(struct ops *ops);

/* Pure: reads the fleet, changes nothing, sends nothing. */
void ops_plan(const struct ops *ops, const struct intent *intent, struct op_plan *plan);

/*
 * Plans again and starts or queues it: the id, or 0 with the reason in `plan`. A confirmed plan's
 * danger is taken as confirmed.
 */
uint64_t ops_submit(struct ops *ops, const struct intent *intent, struct op_plan *plan);

/* Asks for the end: waits end at once, a change that is out is awaited, then what was done is taken
 * back. False when there is no such operation or it is over. */
bool ops_cancel(struct ops *ops, uint64_t id);

/* Newest first; those that are over stay for a minute, at most OPS_KEPT. NULL past the last. */
#define OPS_KEPT 32
const struct op_view *ops_at(const struct ops *ops, size_t i);
const struct op_view *ops_find(const struct ops *ops, uint64_t id);
/* A thread still writes to a file whose disk or mount hangs: freeing would wait for it. */
bool ops_stuck(const struct ops *ops);
/* Queued, running or undoing. */
size_t ops_active(const struct ops *ops);
/* Grows with every change of any view. */
uint64_t ops_generation(const struct ops *ops);

/* Names that a model prompt completes from: those stored or loaded anywhere, and pulled before, the last first;
 * NULL past the end. Good until the fleet changes. */
const char *ops_known_model(struct ops *ops, size_t i);

/*
 * Whether Ollama takes it as a model's name: [HOST[:PORT]/][NAMESPACE/]MODEL[:TAG], as types/model/name.go
 * of the ollama project reads it. False with what is allowed in `why` (may be NULL).
 */
bool op_model_name_valid(const char *name, char *why, size_t size);

#endif
