/*
 * service.c - a server whose instances are the tasks of a Swarm service: what the operations on it share, and which of
 * those on a container are Swarm's own business there.
 */
#include "service_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRIES_MAX 3 /* of a change that somebody else's came before */

void serving_free(struct operation *op)
{
	if (op->serving != NULL)
		free(op->serving->body);
	free(op->serving);
	op->serving = NULL;
}

const char *service_of(const struct operation *op)
{
	return op_server(op)->spec->scale.service;
}

void service_get(struct operation *op, op_answer_fn *answer)
{
	char name[3 * TEXT_NAME_MAX + 1];
	http_encode(name, sizeof name, service_of(op));
	op_engine_get(op, answer, "/services/%s", name);
}

void service_read(struct operation *op, op_answer_fn *answer)
{
	serving_free(op);
	op->serving = calloc(1, sizeof *op->serving);
	if (op->serving == NULL)
		op_fail(op, _("out of memory"));
	else
		service_get(op, answer);
}

/* filters={"service":["ID"]} */
void service_get_tasks(struct operation *op, op_answer_fn *answer)
{
	op_engine_get(op, answer, "/tasks?filters=%%7B%%22service%%22%%3A%%5B%%22%s%%22%%5D%%7D",
		op->serving->service.id);
}

bool service_take(struct operation *op, const struct http_response *response)
{
	struct serving *s = op->serving;
	struct parse_error error;
	char text[400];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	if (refusal == NULL && !docker_parse_service(response->body, response->body_len, &s->service, &error))
		refusal = error.text;
	if (refusal != NULL) {
		op_fail(op, "%s", refusal);
		return false;
	}
	free(s->body);
	s->body = malloc(response->body_len + 1);
	s->body_len = response->body_len;
	if (s->body == NULL) {
		op_fail(op, _("out of memory"));
		return false;
	}
	memcpy(s->body, response->body, response->body_len);
	s->body[response->body_len] = '\0';
	return true;
}

bool service_look_tasks(const struct http_response *response, struct docker_task **tasks, size_t *count)
{
	struct parse_error ignored;
	return response->error == NULL && response->status == 200 &&
	       docker_parse_tasks(response->body, response->body_len, tasks, count, &ignored);
}

bool service_take_former(
	struct operation *op, const struct http_response *response, struct docker_task **tasks, size_t *count)
{
	struct parse_error error;
	char text[400];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	if (refusal == NULL && !docker_parse_tasks(response->body, response->body_len, tasks, count, &error))
		refusal = error.text;
	for (size_t i = 0; refusal == NULL && i < *count; i++)
		if ((*tasks)[i].created_wall > op->serving->since_wall)
			op->serving->since_wall = (*tasks)[i].created_wall;
	if (refusal != NULL)
		op_fail(op, "%s", refusal);
	return refusal == NULL;
}

/* ---- a change of its spec ---- */

void service_update(struct operation *op, const char *spec, op_answer_fn *answer)
{
	const struct docker_service *service = &op->serving->service;
	op_engine(op, "POST", spec, CALL_MS, answer, "/services/%s/update?version=%lld", service->id,
		(long long)service->version);
}

/* Engines wrap this in 500 "rpc error: ... update out of sequence". */
static bool came_too_late(const struct http_response *response, const char *refusal)
{
	return response->error == NULL &&
	       (response->status == 409 || strstr(refusal, "out of sequence") != NULL);
}

static void on_changed(struct operation *op, const struct http_response *response);

static void send_change(struct operation *op)
{
	char *spec = op->serving->change->spec(op);
	if (spec != NULL)
		service_update(op, spec, on_changed);
	free(spec);
}

static void on_service_again(struct operation *op, const struct http_response *response)
{
	if (service_take(op, response) && op->serving->change->still(op))
		send_change(op);
}

static void on_changed(struct operation *op, const struct http_response *response)
{
	struct serving *s = op->serving;
	char text[400];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	if (refusal != NULL && came_too_late(response, refusal) && s->retries < RETRIES_MAX) {
		s->retries++;
		op_say(op, _("somebody else changed the service %s meanwhile: it is read again"),
			service_of(op));
		service_get(op, on_service_again);
		return;
	}
	/* Without an answer it may have come about all the same. */
	if (refusal == NULL || response->error != NULL)
		s->change->sent(op);
	op_changed(op, response);
}

void service_change(struct operation *op, const struct service_change *change)
{
	op->serving->change = change;
	send_change(op);
}

/* ---- plans ---- */

bool plan_service_seen(const struct server *server, struct op_plan *plan)
{
	const struct link *link = &server->service.link;
	return plan_engine(server, plan) &&
	       (link->status == LINK_OK ||
		       plan_refused(plan, "%s",
			       link->error != NULL ? link->error : _("the Swarm service was not seen yet")));
}

bool plan_not_of_service(const struct server *server, struct op_plan *plan)
{
	const char *service = server->spec->scale.service;
	return service == NULL ||
	       plan_refused(plan,
		       _("the instances of %s are tasks of the Swarm service %s, which Swarm recreates: use "
			 "docker service update --image IMAGE %s on its manager"),
		       server->spec->name, service, service);
}

bool plan_task_alone(const struct instance *i, struct op_plan *plan)
{
	const struct server *server = i->server;
	if (i->task.own_port)
		return true;
	return plan_refused(plan,
		i->task.here ? _("%s/%s is a task of the Swarm service %s without a port of its own (node "
				 "%s): nothing "
				 "can be done to it alone; a rolling restart of %s replaces all tasks of the "
				 "service")
			     : _("%s/%s is a task of the Swarm service %s on another node (%s): nothing can "
				 "be done "
				 "to it alone; a rolling restart of %s replaces all tasks of the service"),
		server->spec->name, i->name, server->spec->scale.service,
		i->task.node != NULL ? i->task.node : _("none yet"), server->spec->name);
}

bool plan_not_a_task(const struct instance *i, struct op_plan *plan)
{
	const struct server *server = i->server;
	return !i->task.known || (plan_task_alone(i, plan) &&
					 plan_refused(plan,
						 _("%s/%s is a task of the Swarm service %s, and Swarm "
						   "starts and stops those: restart it, "
						   "or scale the service"),
						 server->spec->name, i->name, server->spec->scale.service));
}
