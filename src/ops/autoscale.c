/*
 * autoscale.c - the controller: what is seen goes into the policies, what they decide becomes operations.
 *
 * At most one operation of a policy is under way on a server. The policy is told that the number changes when the
 * operation got the server's lease: what was refused before changed nothing, and begins no cooldown.
 */
#include "ollama-top/autoscale.h"

#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MOST_MS   2000 /* between two looks, though the refresh be longer */
#define PAUSE_MS       2000 /* after the first attempt that came to nothing; twice as long each time */
#define PAUSE_MOST_MS  30000
#define STALE_REFRESHS 3

/* A server with a policy. */
struct member {
	const struct autoscale_spec *spec;
	struct policy *policy;
	size_t server;
	bool armed;
	uint64_t operation; /* 0: none */
	int from, to;       /* of it */
	bool acted;         /* it got the lease, and the policy knows */
	int count;          /* of instances when nobody here was changing it; -1: to be looked at anew */
	int64_t pause_ms, retry_at;
	char refusal[POLICY_REASON_MAX]; /* as noted last; the same is not noted again */
	uint64_t told;                   /* serial of the newest entry that was told */
	bool alerting;
};

struct autoscale {
	struct autoscale_options options;
	struct member *members;
	size_t count;
	uv_timer_t timer;
	bool stopped, closed;
};

static int64_t mono(const struct autoscale *a)
{
	return clock_mono_ms(a->options.clock);
}

static int64_t wall(const struct autoscale *a)
{
	return clock_wall_ms(a->options.clock);
}

static const struct server *server_of(const struct autoscale *a, const struct member *m)
{
	return &a->options.fleet->servers[m->server];
}

/* Somebody here changes containers of the server, or is about to. */
static bool worked_on(const struct autoscale *a, const struct member *m)
{
	const struct operation *op = a->options.ops != NULL ? a->options.ops->first : NULL;
	while (op != NULL &&
		(op_over(op->view.status) || op->server != m->server || !kinds[op->view.kind].leased))
		op = op->next;
	return op != NULL;
}

static void take_sample(const struct autoscale *a, const struct member *m, struct policy_sample *sample)
{
	const struct fleet *fleet = a->options.fleet;
	/* While polling is paused, or the process slept, the fleet's own clock stands: nothing in it is current. */
	if (mono(a) - fleet->now > STALE_REFRESHS * fleet->spec->refresh_ms)
		policy_sample_init(sample);
	else
		policy_sample_from_fleet(fleet, server_of(a, m), sample);
	sample->acting = sample->acting || worked_on(a, m);
}

static void back_off(const struct autoscale *a, struct member *m)
{
	m->pause_ms = m->pause_ms == 0 ? PAUSE_MS : 2 * m->pause_ms;
	if (m->pause_ms > PAUSE_MOST_MS)
		m->pause_ms = PAUSE_MOST_MS;
	m->retry_at = mono(a) + m->pause_ms;
}

/* A lease says how long it has still to go: the first refusal of several in a row is the one that is noted. */
static void refused(const struct autoscale *a, struct member *m, const char *text)
{
	char line[POLICY_REASON_MAX];
	back_off(a, m);
	snprintf(
		line, sizeof line, _("%d to %d waits: %.*s"), m->from, m->to, (int)strcspn(text, "\n"), text);
	size_t same = strcspn(line, "(");
	if (m->refusal[0] != '\0' && strncmp(line, m->refusal, same) == 0)
		return;
	snprintf(m->refusal, sizeof m->refusal, "%s", line);
	policy_note(m->policy, mono(a), wall(a), line);
}

static void ended(const struct autoscale *a, struct member *m, const struct op_view *view)
{
	char line[POLICY_REASON_MAX];
	m->operation = 0;
	m->count = -1;
	if (view != NULL && view->status == OP_DENIED && !view->leased) {
		refused(a, m, view->message);
		return;
	}
	m->refusal[0] = '\0';
	if (view == NULL || view->status == OP_DONE) {
		m->pause_ms = m->retry_at = 0;
		return;
	}
	back_off(a, m);
	snprintf(line, sizeof line, "%s: %.*s", _(op_status_name(view->status)),
		(int)strcspn(view->message, "\n"), view->message);
	policy_note(m->policy, mono(a), wall(a), line);
}

/* How the operation that the policy has under way goes on. */
static void follow(const struct autoscale *a, struct member *m)
{
	if (m->operation == 0)
		return;
	const struct op_view *view = ops_find(a->options.ops, m->operation);
	if (view != NULL && view->leased && !m->acted) {
		m->acted = true;
		policy_acted(m->policy, mono(a), wall(a), m->from, m->to);
	}
	if (view == NULL || op_over(view->status))
		ended(a, m, view);
}

/* An operator or another controller scaled it: that is a change as well, after which ours has to be patient. */
static void see_others(const struct autoscale *a, struct member *m, const struct policy_sample *sample)
{
	if (sample->acting || sample->count < 0)
		return;
	if (m->count >= 0 && m->count != sample->count)
		policy_changed(m->policy, mono(a), wall(a), m->count, sample->count);
	m->count = sample->count;
}

static void act(const struct autoscale *a, struct member *m, const struct policy_decision *decision)
{
	struct op_plan plan;
	const struct intent intent = {
		.kind = OP_SCALE, .server = server_of(a, m)->spec->name, .count = decision->desired};
	m->from = decision->count;
	m->to = decision->desired;
	m->acted = false;
	m->operation = ops_submit(a->options.ops, &intent, &plan);
	if (m->operation == 0)
		refused(a, m, plan.text);
}

/* What is new in the log, the oldest first. */
static void tell(const struct autoscale *a, struct member *m)
{
	const struct policy_entry *entry;
	size_t count = 0;
	while ((entry = policy_log(m->policy, count)) != NULL && entry->serial > m->told)
		count++;
	while (count > 0) {
		entry = policy_log(m->policy, --count);
		m->told = entry->serial;
		if (a->options.on_entry != NULL)
			a->options.on_entry(a->options.user, server_of(a, m), entry);
	}
}

static void raise_alert(const struct autoscale *a, struct member *m)
{
	const char *alert = policy_alert(m->policy);
	const struct fleet *fleet = a->options.fleet;
	if ((alert != NULL) == m->alerting)
		return;
	m->alerting = alert != NULL;
	/* Of its own time: that must not make what it has seen older than it is. */
	fleet_apply(a->options.fleet, &(struct observation){.kind = OBS_POLICY,
					      .at = fleet->now,
					      .wall = fleet->wall,
					      .server = m->server,
					      .u.policy.alert = alert});
}

static void look(struct autoscale *a, struct member *m)
{
	struct policy_sample sample;
	follow(a, m);
	take_sample(a, m, &sample);
	see_others(a, m, &sample);
	const struct policy_decision *decision = policy_feed(m->policy, mono(a), wall(a), &sample);
	if (m->armed && !a->stopped && m->operation == 0 && decision->action != POLICY_HOLD &&
		mono(a) >= m->retry_at)
		act(a, m, decision);
	raise_alert(a, m);
	tell(a, m);
}

static void on_timer(uv_timer_t *timer)
{
	struct autoscale *a = timer->data;
	for (size_t i = 0; i < a->count; i++)
		look(a, &a->members[i]);
	if (a->options.on_change != NULL)
		a->options.on_change(a->options.user);
}

static bool add_member(struct autoscale *a, const struct autoscale_spec *spec, char *error)
{
	struct policy_error wrong;
	const struct server *server = fleet_server(a->options.fleet, spec->server);
	if (server == NULL) {
		snprintf(error, AUTOSCALE_ERROR_MAX, _("autoscale: there is no server \"%s\""), spec->server);
		return false;
	}
	struct member *m = &a->members[a->count];
	*m = (struct member){.spec = spec, .server = server->index, .count = -1};
	m->policy = policy_new(spec, server->spec->scale.min, server->spec->scale.max, &wrong);
	if (m->policy == NULL) {
		snprintf(error, AUTOSCALE_ERROR_MAX, _("autoscale: of %s cannot be used: %.200s"),
			spec->server, wrong.text);
		return false;
	}
	if (policy_goes_by_requests(m->policy))
		fleet_follow_requests(a->options.fleet, m->server);
	a->count++;
	return true;
}

struct autoscale *autoscale_new(const struct autoscale_options *options, char *error)
{
	const struct fleet_spec *spec = options->fleet->spec;
	struct autoscale *a = calloc(1, sizeof *a);
	if (a != NULL)
		a->members = calloc(spec->autoscale_count + 1, sizeof *a->members);
	if (a == NULL || a->members == NULL) {
		snprintf(error, AUTOSCALE_ERROR_MAX, "%s", _("out of memory"));
		free(a);
		return NULL;
	}
	a->options = *options;
	a->closed = true;
	for (size_t i = 0; i < spec->autoscale_count; i++) {
		if (!add_member(a, &spec->autoscale[i], error)) {
			autoscale_free(a);
			return NULL;
		}
	}
	if (a->count == 0)
		return a;
	const uint64_t every = (uint64_t)(spec->refresh_ms < LOOK_MOST_MS ? spec->refresh_ms : LOOK_MOST_MS);
	uv_timer_init(options->loop, &a->timer);
	a->timer.data = a;
	a->closed = false;
	uv_timer_start(&a->timer, on_timer, every, every);
	return a;
}

void autoscale_stop(struct autoscale *a)
{
	if (a != NULL)
		a->stopped = true;
}

void autoscale_close(struct autoscale *a)
{
	if (a == NULL || a->closed)
		return;
	a->closed = true;
	uv_close((uv_handle_t *)&a->timer, NULL);
}

void autoscale_free(struct autoscale *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->count; i++)
		policy_free(a->members[i].policy);
	free(a->members);
	free(a);
}

static struct member *find(const struct autoscale *a, size_t server)
{
	for (size_t i = 0; a != NULL && i < a->count; i++)
		if (a->members[i].server == server)
			return &a->members[i];
	return NULL;
}

bool autoscale_arm(struct autoscale *a, size_t server, bool arm)
{
	struct member *m = find(a, server);
	if (m == NULL || a->options.ops == NULL)
		return false;
	if (arm && policy_alert(m->policy) != NULL)
		policy_resume(m->policy, mono(a), wall(a));
	else if (arm != m->armed)
		policy_note(m->policy, mono(a), wall(a), arm ? _("armed") : _("disarmed"));
	m->armed = arm;
	m->pause_ms = m->retry_at = 0;
	m->refusal[0] = '\0';
	raise_alert(a, m);
	tell(a, m);
	return true;
}

bool autoscale_at(const struct autoscale *a, size_t server, struct autoscale_view *view)
{
	const struct member *m = find(a, server);
	if (m == NULL)
		return false;
	*view = (struct autoscale_view){.policy = m->policy,
		.spec = m->spec,
		.armed = m->armed,
		.operation = m->operation,
		.retry_at = m->retry_at};
	return true;
}

size_t autoscale_count(const struct autoscale *a)
{
	return a != NULL ? a->count : 0;
}

size_t autoscale_armed(const struct autoscale *a)
{
	size_t armed = 0;
	for (size_t i = 0; a != NULL && i < a->count; i++)
		armed += a->members[i].armed;
	return armed;
}
