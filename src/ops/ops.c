/*
 * ops.c - all operations: which runs, which waits for which, and leaving with some under way.
 */
#include "private.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool waits(const struct operation *op)
{
	return op->view.status == OP_QUEUED;
}

static bool overlap(const struct operation *a, const struct operation *b)
{
	const struct op_kind_ops *x = &kinds[a->view.kind], *y = &kinds[b->view.kind];
	if (a->model != NULL && b->model != NULL && (x->by_model || y->by_model))
		return model_same(a->model, b->model);
	if (a->server_name == NULL || b->server_name == NULL || strcmp(a->server_name, b->server_name) != 0)
		return false;
	if (x->by_server || y->by_server)
		return true;
	/* One after another, so that the second knows how many the first left running. */
	if (a->view.kind == OP_STOP && b->view.kind == OP_STOP)
		return true;
	return a->instance_name != NULL && b->instance_name != NULL &&
	       strcmp(a->instance_name, b->instance_name) == 0;
}

static bool takes_one_away(const struct operation *op)
{
	return op->view.kind == OP_RESTART || op->view.kind == OP_STOP;
}

/* Each of several restarts is right, all at once would leave fewer than scale.min: then one waits. */
static const struct operation *too_many_at_once(const struct operation *op)
{
	const struct operation *found = NULL;
	const struct server *server = op_server(op);
	int away = 0;
	if (!takes_one_away(op) || server == NULL || !server->spec->scale.given)
		return NULL;
	for (const struct operation *other = op->next; other != NULL; other = other->next) {
		if (op_over(other->view.status) || other->server != op->server || !takes_one_away(other))
			continue;
		away++;
		found = other;
	}
	return away > 0 && server_running(server) - away <= server->spec->scale.min ? found : NULL;
}

/* The list is newest first: what stands behind an operation came before it. */
const struct operation *ops_conflict(const struct operation *op)
{
	for (const struct operation *other = op->next; other != NULL; other = other->next)
		if (!op_over(other->view.status) && overlap(op, other))
			return other;
	return too_many_at_once(op);
}

void ops_touch(struct ops *ops)
{
	ops->generation++;
	ops->dirty = true;
}

static void start_waiting(struct ops *ops)
{
	/* The oldest is last; a start may end at once and call for another look. */
	for (;;) {
		struct operation *ready = NULL;
		for (struct operation *op = ops->first; op != NULL; op = op->next)
			if (waits(op) && ops_conflict(op) == NULL)
				ready = op;
		if (ready == NULL || ops->leaving)
			return;
		ready->view.message[0] = '\0';
		op_begin(ready);
	}
}

static void on_tick(uv_timer_t *timer);

static void arm(struct ops *ops)
{
	if (!uv_is_active((uv_handle_t *)&ops->timer) && !ops->closed)
		uv_timer_start(&ops->timer, on_tick, TICK_MS, TICK_MS);
}

void ops_settle(struct ops *ops)
{
	ops_touch(ops);
	arm(ops);
}

/* Drops what has been over for long, or is one too many. */
static void drop_old(struct ops *ops)
{
	int64_t now = clock_mono_ms(ops->options.clock);
	size_t over = 0;
	for (struct operation **at = &ops->first; *at != NULL;) {
		struct operation *op = *at;
		if (op_over(op->view.status) && (++over > OPS_KEPT || now - op->view.ended_at > OVER_MS) &&
			op->balancing == NULL) {
			*at = op->next;
			op_free(op);
			ops_touch(ops);
		} else {
			at = &op->next;
		}
	}
}

static bool leases_busy(const struct ops *ops)
{
	for (size_t s = 0; s < ops->spec->server_count; s++)
		if (lease_busy(&ops->servers[s].lease))
			return true;
	return false;
}

static void check_left(struct ops *ops)
{
	void (*on_left)(void *) = ops->on_left;
	bool late = clock_mono_ms(ops->options.clock) >= ops->leave_by;
	if (on_left == NULL || ((ops_active(ops) > 0 || leases_busy(ops)) && !late))
		return;
	ops->on_left = NULL;
	if (late)
		for (struct operation *op = ops->first; op != NULL; op = op->next)
			op_abandon(op);
	on_left(ops->left_user);
}

static void tell(struct ops *ops)
{
	if (!ops->dirty || ops->closed)
		return;
	ops->dirty = false;
	if (ops->options.on_change != NULL)
		ops->options.on_change(ops->options.user);
}

static void on_tick(uv_timer_t *timer)
{
	struct ops *ops = timer->data;
	for (struct operation *op = ops->first, *next; op != NULL; op = next) {
		next = op->next;
		op_tick(op);
	}
	for (size_t s = 0; s < ops->spec->server_count; s++)
		lease_tick(&ops->servers[s].lease);
	start_waiting(ops);
	drop_old(ops);
	check_left(ops);
	tell(ops);
	if (ops->first == NULL && ops->on_left == NULL && !leases_busy(ops))
		uv_timer_stop(timer);
}

/* Changes are told at the end of the turn in which they happened. */
static void on_check(uv_check_t *check)
{
	tell(check->data);
}

static void make_owner(struct ops *ops)
{
	char host[64] = "?";
	const struct passwd *user = getpwuid(getuid());
	gethostname(host, sizeof host - 1);
	unsigned salt = (unsigned)(uv_hrtime() ^ (uint64_t)clock_wall_ms(ops->options.clock));
	snprintf(ops->owner, sizeof ops->owner, "%s@%s, pid %ld, %08x", user != NULL ? user->pw_name : "?",
		host, (long)getpid(), salt);
}

struct ops *ops_new(const struct ops_options *options)
{
	struct ops *ops = calloc(1, sizeof *ops);
	if (ops == NULL)
		return NULL;
	ops->options = *options;
	ops->spec = options->fleet->spec;
	ops->servers = calloc(ops->spec->server_count + 1, sizeof *ops->servers);
	if (ops->servers == NULL) {
		free(ops);
		return NULL;
	}
	for (size_t s = 0; s < ops->spec->server_count; s++) {
		ops->servers[s].lease.ops = ops;
		ops->servers[s].lease.server = s;
	}
	make_owner(ops);
	audit_queue_init(&ops->audit, options->loop);
	uv_timer_init(options->loop, &ops->timer);
	uv_check_init(options->loop, &ops->check);
	ops->timer.data = ops->check.data = ops;
	uv_check_start(&ops->check, on_check);
	uv_unref((uv_handle_t *)&ops->check);
	return ops;
}

void ops_leave(struct ops *ops, int64_t limit_ms, void (*on_left)(void *user), void *user)
{
	ops->leaving = true;
	ops->on_left = on_left;
	ops->left_user = user;
	ops->leave_by = clock_mono_ms(ops->options.clock) + limit_ms;
	for (struct operation *op = ops->first, *next; op != NULL; op = next) {
		next = op->next;
		if (!op_over(op->view.status))
			op_cancel(op);
	}
	arm(ops);
}

void ops_close(struct ops *ops)
{
	if (ops->closed)
		return;
	ops->closed = true;
	for (struct operation *op = ops->first; op != NULL; op = op->next)
		op_abandon(op);
	for (size_t s = 0; s < ops->spec->server_count; s++)
		lease_drop(&ops->servers[s].lease);
	uv_close((uv_handle_t *)&ops->timer, NULL);
	uv_close((uv_handle_t *)&ops->check, NULL);
}

bool ops_stuck(const struct ops *ops)
{
	return ops->works > 0 || audit_queue_busy(&ops->audit);
}

void ops_free(struct ops *ops)
{
	if (ops == NULL)
		return;
	while (ops->first != NULL) {
		struct operation *op = ops->first;
		ops->first = op->next;
		op_free(op);
	}
	for (size_t s = 0; s < ops->spec->server_count; s++)
		http_endpoint_free(ops->servers[s].engine);
	http_endpoint_free(ops->traefik);
	audit_queue_close(&ops->audit);
	free(ops->servers);
	free(ops->history);
	free(ops->known);
	free(ops);
}

void ops_plan(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	*plan = (struct op_plan){.verdict = OP_ALLOWED};
	if ((unsigned)intent->kind >= OP_KIND_COUNT)
		plan_wrong(plan, "%s", _("there is no such operation"));
	else
		kinds[intent->kind].plan(ops, intent, plan);
}

static char *copy(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

static void set_target(struct operation *op)
{
	struct op_view *v = &op->view;
	if (kinds[v->kind].by_model && op->instance_name == NULL)
		snprintf(v->target, sizeof v->target, "%s", op->model);
	else if (op->instance_name != NULL)
		snprintf(v->target, sizeof v->target, "%s/%s", op->server_name, op->instance_name);
	else
		snprintf(v->target, sizeof v->target, "%s", op->server_name);
}

static struct operation *make(struct ops *ops, const struct intent *intent, const struct op_plan *plan)
{
	struct operation *op = calloc(1, sizeof *op);
	if (op == NULL)
		return NULL;
	const struct server *server =
		intent->server != NULL ? fleet_server(ops->options.fleet, intent->server) : NULL;
	op->ops = ops;
	op->server = server != NULL ? server->index : SIZE_MAX;
	op->server_name = copy(intent->server);
	op->instance_name = copy(intent->instance);
	op->model = copy(intent->model);
	op->image = copy(intent->image);
	op->count = intent->count;
	op->unload_first = intent->unload_first;
	op->view = (struct op_view){
		.id = ++ops->serial, .kind = intent->kind, .total = -1, .rate = NAN, .status = OP_QUEUED};
	op->view.started_at = op_now(op);
	snprintf(op->id, sizeof op->id, "%s-%llu", strrchr(ops->owner, ' ') + 1,
		(unsigned long long)op->view.id);
	snprintf(op->view.title, sizeof op->view.title, "%s", plan->title);
	set_target(op);
	return op;
}

uint64_t ops_submit(struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	ops_plan(ops, intent, plan);
	if (plan->verdict != OP_ALLOWED)
		return 0;
	if (ops->leaving) {
		plan_refused(plan, "%s", _("ollama-top is leaving"));
		return 0;
	}
	struct operation *op = make(ops, intent, plan);
	if (op == NULL) {
		plan_refused(plan, "%s", _("out of memory"));
		return 0;
	}
	op->next = ops->first;
	ops->first = op;
	const struct operation *other = ops_conflict(op);
	if (other != NULL && other->view.kind == op->view.kind &&
		strcmp(other->view.target, op->view.target) == 0) {
		plan_refused(plan, _("this is under way already: %s"), other->view.title);
		ops->first = op->next;
		op_free(op);
		return 0;
	}
	if (other != NULL)
		snprintf(op->view.message, sizeof op->view.message, _("waits for: %s"), other->view.title);
	if (intent->kind == OP_PULL)
		models_remember(ops, intent->model);
	/* It begins in the next turn of the loop: nothing is called back from here. */
	op->view.serial++;
	ops->generation++;
	ops->dirty = true;
	uv_timer_start(&ops->timer, on_tick, 0, TICK_MS);
	return op->view.id;
}

static struct operation *find(const struct ops *ops, uint64_t id)
{
	struct operation *op = ops->first;
	while (op != NULL && op->view.id != id)
		op = op->next;
	return op;
}

bool ops_cancel(struct ops *ops, uint64_t id)
{
	struct operation *op = find(ops, id);
	if (op == NULL || op_over(op->view.status))
		return false;
	op_cancel(op);
	return true;
}

const struct op_view *ops_at(const struct ops *ops, size_t i)
{
	const struct operation *op = ops->first;
	while (op != NULL && i-- > 0)
		op = op->next;
	return op != NULL ? &op->view : NULL;
}

const struct op_view *ops_find(const struct ops *ops, uint64_t id)
{
	const struct operation *op = find(ops, id);
	return op != NULL ? &op->view : NULL;
}

size_t ops_active(const struct ops *ops)
{
	size_t count = 0;
	for (const struct operation *op = ops->first; op != NULL; op = op->next)
		count += !op_over(op->view.status);
	return count;
}

uint64_t ops_generation(const struct ops *ops)
{
	return ops->generation;
}
