/*
 * service_private.h - how the operations on a Swarm service meet: reading it, changing its spec past others who change
 * it too, and counting its tasks.
 */
#ifndef OLLAMA_TOP_OPS_SERVICE_PRIVATE_H
#define OLLAMA_TOP_OPS_SERVICE_PRIVATE_H

#include "private.h"

#define SERVICE_ASK_MS 1000
#define SERVICE_STEADY_RUN \
	3 /* readings in a row in which all run: one that exits at once was seen to run, too */
#define SERVICE_FAILURES_MAX 2 /* from here on a new task will not run by being tried again */

/* One change of a service's spec. */
struct service_change {
	/* The body of the update, made of op->serving->body; to be freed. NULL after op_fail(). */
	char *(*spec)(struct operation *op);
	/* Whether the service, just read again, may still be changed so; false after op_deny(). */
	bool (*still)(struct operation *op);
	/* The engine took it, or may have. */
	void (*sent)(struct operation *op);
};

/* What is known of the service while it is worked on. */
struct serving {
	struct docker_service service;
	char *body; /* as the engine told of it; of service.c */
	size_t body_len;
	const struct service_change *change;
	int retries;
	int former;              /* replicas before it is scaled */
	int64_t since_wall;      /* the newest task before the change */
	int64_t force;           /* ForceUpdate of the tasks that a rolling restart makes */
	int fresh, wanted;       /* of those, how many run, and are to */
	struct docker_task task; /* the one that is restarted alone */
};

/* The name of scale.service of the operation's server. */
const char *service_of(const struct operation *op);
/* Makes op->serving anew and asks for the service; `answer` calls service_take(). */
void service_read(struct operation *op, op_answer_fn *answer);
void service_get(struct operation *op, op_answer_fn *answer);
void service_get_tasks(struct operation *op, op_answer_fn *answer);
/* Takes the answer to service_get() over; false after op_fail(). */
bool service_take(struct operation *op, const struct http_response *response);
/* Parses the answer to service_get_tasks() before the change, for free(), and keeps since_wall; false after op_fail(). */
bool service_take_former(struct operation *op, const struct http_response *response,
	struct docker_task **tasks, size_t *count);
/* The same of one that is asked again and again: false, with nothing said, when it is no list of tasks. */
bool service_look_tasks(const struct http_response *response, struct docker_task **tasks, size_t *count);

/* False after plan_refused(), for a task that nobody can ask: on another node, or without a port of its own. */
bool plan_task_alone(const struct instance *i, struct op_plan *plan);

/*
 * POST /services/{id}/update of the Engine API. When somebody else's change came first the service is read again, three
 * times at most; then op_next().
 */
void service_change(struct operation *op, const struct service_change *change);
/* The same once, with the answer left to the caller. */
void service_update(struct operation *op, const char *spec, op_answer_fn *answer);

#endif
