/*
 * balancer.c - taking an instance out of the balancer and back in: a change of Traefik's dynamic file,
 * then waiting until Traefik's API shows it.
 */
#include "private.h"

#include "ollama-top/traefik.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MS 500

/* A change of the file, made in a thread: the file may lie on a mount that hangs. */
struct balancing {
	uv_work_t work;
	struct ops *ops;
	struct operation *op; /* NULL: nobody waits any more, and what it changes is taken back */
	struct pool_change *change;
	bool back; /* the change is taken back */
	bool queued;
	enum pool_outcome outcome;
};

static void free_change(struct pool_change *change)
{
	if (change == NULL)
		return;
	pool_change_clear(change);
	free((char *)change->path);
	free((char *)change->service);
	free((char *)change->url);
	free(change);
}

static void change_file(uv_work_t *work)
{
	struct balancing *b = work->data;
	b->outcome = b->back ? pool_file_undo(b->change) : pool_file_change(b->change);
}

static void on_changed(uv_work_t *work, int status);

static void queue_change(struct balancing *b)
{
	b->queued = true;
	b->ops->works++;
	(void)uv_queue_work(b->ops->options.loop, &b->work, change_file, on_changed);
}

/* The operation has told that nothing was changed; a file on a mount that hung may be changed all the same. */
static void take_back(struct balancing *b, enum pool_outcome outcome)
{
	if (outcome == POOL_CHANGED && !b->back) {
		b->back = true;
		queue_change(b);
		return;
	}
	free_change(b->change);
	free(b);
}

static void on_changed(uv_work_t *work, int status)
{
	struct balancing *b = work->data;
	struct operation *op = b->op;
	struct pool_change *change = b->change;
	enum pool_outcome outcome = status == 0 ? b->outcome : POOL_FAILED;
	b->ops->works--;
	if (op == NULL) {
		take_back(b, outcome);
		return;
	}
	free(b);
	op->balancing = NULL;
	if (outcome == POOL_FAILED) {
		op_fail(op, _("the balancer's file was not changed: %s"),
			status == 0 ? change->error.text : uv_strerror(status));
		free_change(change);
		return;
	}
	/* What took it out is kept: taken back, it restores the file byte for byte. */
	if (outcome == POOL_CHANGED && change->verb == POOL_REMOVE && op->out_change == NULL)
		op->out_change = change;
	else
		free_change(change);
	op->file_changed(op, outcome == POOL_CHANGED);
}

void balancing_detach(struct operation *op)
{
	struct balancing *b = op->balancing;
	op->balancing = NULL;
	if (b == NULL)
		return;
	b->op = NULL;
	if (b->queued)
		return;
	free_change(b->change);
	free(b);
}

void balancing_free(struct operation *op)
{
	balancing_detach(op);
	free_change(op->out_change);
	op->out_change = NULL;
}

static struct pool_change *new_change(const struct operation *op, enum pool_verb verb)
{
	const struct traefik_spec *spec = &op->ops->spec->traefik;
	struct pool_change *change = calloc(1, sizeof *change);
	if (change == NULL)
		return NULL;
	change->path = strdup(spec->dynamic_file);
	change->service = strdup(spec->service != NULL ? spec->service : "ollama");
	change->url = strdup(op->pool_url);
	change->verb = verb;
	if (change->path != NULL && change->service != NULL && change->url != NULL)
		return change;
	free_change(change);
	return NULL;
}

/* The file is changed under the server's lease as its containers are: who slept may have lost it. */
static void on_lease_checked(struct operation *op, const struct http_response *response)
{
	(void)response;
	queue_change(op->balancing);
}

static void start(struct operation *op, struct pool_change *change, bool back,
	void (*then)(struct operation *op, bool changed))
{
	struct balancing *b = change != NULL ? calloc(1, sizeof *b) : NULL;
	if (b == NULL) {
		free_change(change);
		op_fail(op, _("out of memory"));
		return;
	}
	*b = (struct balancing){
		.work = {.data = b}, .ops = op->ops, .op = op, .change = change, .back = back};
	op->file_changed = then;
	op->balancing = b;
	lease_check(op, on_lease_checked);
}

static void start_change(
	struct operation *op, enum pool_verb verb, void (*then)(struct operation *op, bool changed))
{
	start(op, new_change(op, verb), false, then);
}

static void on_service(struct operation *op, const struct http_response *response)
{
	struct balancer_server *servers = NULL;
	size_t count = 0;
	struct parse_error error;
	bool there = false;
	op->again_at = op_now(op) + ASK_MS;
	if (response->error != NULL || response->status != 200 ||
		!traefik_parse_service(response->body, response->body_len, &servers, &count, &error))
		return;
	for (size_t i = 0; i < count; i++)
		there = there || pool_url_same(servers[i].url, op->pool_url);
	traefik_free_servers(servers, count);
	if (there != op->pool_wanted)
		return;
	watch_balancer(op->ops->options.watch);
	op_next(op);
}

void pool_tick(struct operation *op)
{
	const struct traefik_spec *spec = &op->ops->spec->traefik;
	char service[TEXT_NAME_MAX], path[TEXT_NAME_MAX + 64];
	if (op->balancing != NULL || op->request != NULL || op_now(op) < op->again_at || !op->file_written)
		return;
	if (op_now(op) + TICK_MS >= op->view.step_deadline_at) {
		op_fail(op,
			op->pool_wanted ? _("Traefik does not show %s in %s: does it follow %s? (a bind "
					    "mount of the single file does not)")
					: _("Traefik still shows %s in %s: does it follow %s? (a bind mount "
					    "of the single file does not)"),
			op->pool_url, spec->service, spec->dynamic_file);
		return;
	}
	http_encode(service, sizeof service, spec->service != NULL ? spec->service : "ollama");
	snprintf(path, sizeof path, "/api/http/services/%s@file", service);
	if (op->ops->traefik == NULL)
		op->ops->traefik = http_endpoint_new(
			op->ops->options.http, &(struct http_endpoint_options){.base = spec->api});
	op_get(op, op->ops->traefik, path, op->ops->spec->timeout_ms, on_service);
}

/* The file is written: now Traefik has to show it, where we can ask. */
static void written(struct operation *op)
{
	op->file_written = true;
	op->again_at = op_now(op) + TICK_MS;
	op->view.step_at = op_now(op);
	op->view.step_deadline_at = op->view.step_at + BALANCER_MS;
	if (op->ops->spec->traefik.api == NULL)
		op_next(op);
}

bool pool_applies(const struct operation *op)
{
	return op->ops->spec->traefik.dynamic_file != NULL;
}

/* As the pool has it, else as we ask it. */
static bool take_url(struct operation *op)
{
	const struct instance *i = op_instance(op);
	const char *url = i != NULL ? fleet_pool_url(op->ops->options.fleet, i) : NULL;
	if (url == NULL && i != NULL)
		url = i->url;
	if (url == NULL)
		return false;
	snprintf(op->pool_url, sizeof op->pool_url, "%s", url);
	return true;
}

void pool_forget_address(struct operation *op)
{
	free_change(op->out_change);
	op->out_change = NULL;
	take_url(op);
}

static void taken_out(struct operation *op, bool changed)
{
	if (!changed) {
		/* It was not in: nothing to wait for, nothing to put back. */
		op_next(op);
		return;
	}
	op->out_of_pool = true;
	op_undo(op, &step_pool_return, op->subject);
	written(op);
}

static void enter_out(struct operation *op)
{
	op->out_of_pool = false;
	op->pool_wanted = false;
	free_change(op->out_change);
	op->out_change = NULL;
	op->file_written = false;
	op->store_seen = op_instance(op) != NULL && op_instance(op)->store.mount_seen_at > 0;
	if (!take_url(op)) {
		op_next(op);
		return;
	}
	start_change(op, POOL_REMOVE, taken_out);
}

const struct step step_pool_out = {.name = N_("taking %s out of the balancer"),
	.applies = pool_applies,
	.deadline_ms = 2 * BALANCER_MS,
	.enter = enter_out,
	.tick = pool_tick,
	.uninterruptible = true};

static void put_in(struct operation *op, bool changed)
{
	if (changed)
		op_undo(op, &step_pool_undo_in, op->subject);
	written(op);
}

/* It may have died since it was last looked at: the file is changed right after an answer. */
static void on_last_answer(struct operation *op, const struct http_response *response)
{
	if (op_answered(response)) {
		op->add(op);
		return;
	}
	if (op->returning)
		op->again_at = op_now(op) + ASK_MS;
	else
		op_fail(op, _("%s does not answer any more"), op->subject);
	op->returning = false;
}

static void add_when_it_answers(struct operation *op, void (*add)(struct operation *op))
{
	struct http_endpoint *api = op_api(op);
	op->add = add;
	if (api != NULL)
		op_get(op, api, "/api/version", op->ops->spec->timeout_ms, on_last_answer);
	else
		op_fail(op, _("%s has no address that is known"), op->subject);
}

static void add_new(struct operation *op)
{
	start_change(op, POOL_ADD, put_in);
}

void pool_enter(struct operation *op)
{
	op->pool_wanted = true;
	op->file_written = false;
	op->returning = false;
	if (op->pool_url[0] == '\0' && !take_url(op))
		op_fail(op, _("%s has no address that is known"), op->subject);
	else
		add_when_it_answers(op, add_new);
}

static void taken_back(struct operation *op, bool changed)
{
	(void)changed;
	op_next(op);
}

static void enter_undo_in(struct operation *op)
{
	start_change(op, POOL_REMOVE, taken_back);
}

const struct step step_pool_undo_in = {.name = N_("taking %s out of the balancer again"),
	.deadline_ms = BALANCER_MS,
	.enter = enter_undo_in,
	.undone = N_("took %s out of the balancer again"),
	.left = N_("%s stays in the balancer")};

static void returned(struct operation *op, bool changed)
{
	(void)changed;
	op->out_of_pool = false;
	/* On the way back nothing depends on when Traefik shows it. */
	if (op->view.status == OP_UNDOING)
		op_next(op);
	else
		written(op);
}

static void enter_return(struct operation *op)
{
	op->pool_wanted = true;
	op->file_written = false;
	op->returning = false;
	watch_retry(op->ops->options.watch, op->server);
	/* A restart may have found another mount. */
	watch_look(op->ops->options.watch, op->server, op->subject);
}

static void add_back(struct operation *op)
{
	struct pool_change *change = op->out_change;
	op->out_change = NULL;
	if (change != NULL)
		start(op, change, true, returned);
	else
		start_change(op, POOL_ADD, returned);
}

/* Where nobody could ever look at the store, what was in the pool before may go back. */
static bool store_stays_unknown(const struct operation *op, const struct instance *i)
{
	return !op->store_seen && i->store.status == STORE_UNKNOWN && i->store.mount_error != NULL;
}

/* Only what answers, on a store that is right, goes back. */
static void tick_return(struct operation *op)
{
	char why[300] = "";
	bool final = false;
	if (op->returning) {
		pool_tick(op);
		return;
	}
	const struct instance *i = op_instance(op);
	bool fine = i != NULL && i->api.status == LINK_OK && i->api.answered_at > op->view.step_at &&
		    i->container.status == CONTAINER_RUNNING;
	if (fine)
		fine = store_is_right(op, i, &final, why, sizeof why) || store_stays_unknown(op, i);
	if (fine && op_now(op) >= op->again_at) {
		op->returning = true;
		add_when_it_answers(op, add_back);
	} else if (final || op_now(op) + TICK_MS >= op->view.step_deadline_at) {
		op_fail(op, _("%s is not put back into the balancer: %s"), op->subject,
			why[0] != '\0' ? why : _("it does not answer"));
	}
}

static bool return_applies(const struct operation *op)
{
	return op->out_of_pool;
}

const struct step step_pool_return = {.name = N_("putting %s back into the balancer"),
	.applies = return_applies,
	.tends = TENDED_RESTARTING,
	.deadline_ms = STORE_MS,
	.enter = enter_return,
	.tick = tick_return,
	.undone = N_("put %s back into the balancer"),
	.left = N_("%s is out of the balancer")};
