/*
 * doctor_probe_private.h - a chain of questions, each asked when the one before is answered.
 */
#ifndef CLI_DOCTOR_PROBE_PRIVATE_H
#define CLI_DOCTOR_PROBE_PRIVATE_H

#include "app.h"
#include "doctor_facts.h"
#include "doctor_probe.h"

struct chain;
/* Asks its question; false when there is nothing to ask. */
typedef bool (*chain_step)(struct chain *chain);
typedef void chain_answer_fn(struct chain *chain, const struct http_response *response);
/* `result` NULL: the command did not end in time. */
typedef void chain_exec_fn(struct chain *chain, const struct exec_result *result);

struct chain {
	struct prober *prober;
	struct app *app;
	struct facts *all;
	struct facts_instance *facts; /* NULL: about no instance */
	const chain_step *next;
	bool started, over;
	struct http_request *request;
	struct exec *exec;
	uv_timer_t deadline; /* of the exec */
	chain_answer_fn *on_answer;
	chain_exec_fn *on_exec;
	struct http_endpoint *endpoint; /* of its own, if any */
	char *body;                     /* of an earlier answer, if a later step needs it */
	size_t body_len;
	size_t index; /* of a list that it walks */
};

/* Each ends in NULL. */
extern const chain_step chain_instance_steps[];                      /* doctor_probe_instance.c */
extern const chain_step chain_model_steps[], chain_balancer_steps[]; /* doctor_probe_fleet.c */

void chain_next(struct chain *chain);
/* False: it could not be sent, so there will be no answer. */
bool chain_ask(struct chain *chain, struct http_endpoint *endpoint, struct http_request_options *options,
	chain_answer_fn *answer);
bool chain_exec(struct chain *chain, const char *const *argv, chain_exec_fn *done);
const struct instance *chain_instance(const struct chain *chain); /* NULL: it has gone */

#endif
