/*
 * The controller on a fleet and a clock that only the test moves. Policies, plans and the list of operations are the
 * real ones. Operations stand in line on a loop of their own: where a test does not run it, it plays their course.
 */
#include "ollama-top/autoscale.h"
#include "ollama-top/observation.h"

#include "ops/private.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#define GIB     (INT64_C(1) << 30)
#define S       INT64_C(1000)
#define START   (1000 * S)
#define WALL    INT64_C(1767268800000) /* 2026-01-01T12:00:00Z */
#define REFRESH 10                     /* a look at each, so that no test waits long */
#define MOST    8                      /* instances */
#define HOT     95.0                   /* percent of one core: up_when holds */
#define MILD    50.0
#define COLD    5.0

static struct rig {
	uv_loop_t loop, ops_loop;
	struct clock clock;
	struct fleet_spec spec;
	struct server_spec server;
	struct autoscale_spec policy;
	struct fleet *fleet;
	struct http *http;
	struct ops *ops;
	struct autoscale *autoscale;
	int64_t memory_total; /* as the engine says */
	int looks, told;
	char log[8192]; /* texts of all that was told, a line each */
} r;

static void move_clock(int64_t ms)
{
	const int64_t now = (r.clock.replays ? r.clock.mono : START) + ms;
	clock_replay(&r.clock, now, 0, now);
	r.clock.wall_ahead = WALL - START;
}

static void on_change(void *user)
{
	(void)user;
	r.looks++;
}

static void on_entry(void *user, const struct server *server, const struct policy_entry *entry)
{
	const size_t used = strlen(r.log);
	(void)user;
	cr_assert_str_eq(server->spec->name, "84");
	snprintf(r.log + used, sizeof r.log - used, "%s\n", entry->text);
	r.told++;
}

/* How often a text is in the log. */
static int logged(const char *text)
{
	int count = 0;
	for (const char *at = r.log; (at = strstr(at, text)) != NULL; at += strlen(text))
		count++;
	return count;
}

static void make_autoscale(bool thinks_only)
{
	char error[AUTOSCALE_ERROR_MAX];
	r.autoscale = autoscale_new(&(struct autoscale_options){.loop = &r.loop,
					    .clock = &r.clock,
					    .fleet = r.fleet,
					    .ops = thinks_only ? NULL : r.ops,
					    .on_change = on_change,
					    .on_entry = on_entry},
		error);
	cr_assert(r.autoscale != NULL, "%s", error);
}

/* `docker` is borrowed. */
static void start_with(char *docker, bool thinks_only)
{
	static char name[] = "84", host[] = "127.0.0.1", glob[] = "ollama-[0-9]*";
	static char up[] = "cpu > 80 for 1s", down[] = "cpu < 20 for 1s";
	memset(&r, 0, sizeof r);
	move_clock(0);
	r.memory_total = 256 * GIB;
	r.server = (struct server_spec){.name = name,
		.host = host,
		.docker = docker,
		.role = ROLE_RO,
		.discover = {.name = glob},
		.scale = {.given = true, .min = 1, .max = MOST, .port_first = 11434, .port_last = 11534}};
	r.policy = (struct autoscale_spec){.server = name,
		.up_when = up,
		.down_when = down,
		.cooldown_up_ms = 20 * S,
		.cooldown_down_ms = 40 * S,
		.step_up = 1,
		.step_down = 1};
	r.spec = (struct fleet_spec){.refresh_ms = REFRESH,
		.timeout_ms = 3000,
		.busy_cpu = 50,
		.servers = &r.server,
		.server_count = 1,
		.autoscale = &r.policy,
		.autoscale_count = 1};
	uv_loop_init(&r.loop);
	uv_loop_init(&r.ops_loop);
	r.fleet = fleet_new(&r.spec, clock_mono_ms(&r.clock), clock_wall_ms(&r.clock));
	r.http = http_new(&r.ops_loop, &r.clock);
	r.ops = ops_new(&(struct ops_options){
		.loop = &r.ops_loop, .clock = &r.clock, .http = r.http, .fleet = r.fleet});
	make_autoscale(thinks_only);
}

static void start(void)
{
	static char nowhere[] = "unix:///nonexistent/docker.sock";
	start_with(nowhere, false);
}

static void end(void)
{
	autoscale_close(r.autoscale);
	ops_close(r.ops);
	http_close(r.http);
	uv_run(&r.loop, UV_RUN_DEFAULT);
	uv_run(&r.ops_loop, UV_RUN_DEFAULT);
	autoscale_free(r.autoscale);
	ops_free(r.ops);
	fleet_free(r.fleet);
	cr_expect_eq(uv_loop_close(&r.loop), 0, "nothing is left on the loop");
	cr_expect_eq(uv_loop_close(&r.ops_loop), 0, "nothing is left on the loop of operations");
}

static void send_one(struct observation o)
{
	o.at = clock_mono_ms(&r.clock);
	o.wall = clock_wall_ms(&r.clock);
	fleet_apply(r.fleet, &o);
}

static void see_instance(const char *name, int number, double cpu)
{
	char url[64], id[16];
	struct container c = {.known = true,
		.name = (char *)name,
		.image = (char *)"ollama/ollama:0.9.0",
		.image_id = (char *)"sha256:abcd",
		.status = CONTAINER_RUNNING,
		.started_wall = WALL - 3600 * S,
		.host_port = 11433 + number,
		.memory_limit = 16 * GIB};
	snprintf(id, sizeof id, "4f1c%d", number);
	snprintf(c.id, sizeof c.id, "%s", id);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", c.host_port);
	send_one((struct observation){.kind = OBS_CONTAINER, .instance = name, .u.container = {&c, url}});
	send_one((struct observation){.kind = OBS_VERSION, .instance = name, .u.version = {"0.9.0", 2}});
	send_one((struct observation){
		.kind = OBS_STATS, .instance = name, .u.stats = {GIB, GIB, 16 * GIB, cpu, 0}});
}

/* All of the server is looked at now: so many instances, each with that load. */
static void see(int count, double cpu)
{
	static const char *const names[MOST] = {"ollama-1", "ollama-2", "ollama-3", "ollama-4", "ollama-5",
		"ollama-6", "ollama-7", "ollama-8"};
	fleet_tick(r.fleet, clock_mono_ms(&r.clock), clock_wall_ms(&r.clock));
	send_one((struct observation){.kind = OBS_DOCKER, .u.docker = {"28.2.2", "1.48", NULL, 1}});
	send_one((struct observation){
		.kind = OBS_HOST, .u.host = {.memory_total = r.memory_total, .cpus = 64}});
	send_one((struct observation){.kind = OBS_CONTAINERS, .u.containers = {names, (size_t)count}});
	for (int k = 0; k < count; k++)
		see_instance(names[k], k + 1, cpu);
}

/* The controller looks once. */
static void look(void)
{
	for (const int before = r.looks; r.looks == before;)
		uv_run(&r.loop, UV_RUN_ONCE);
}

/* A second later: what is seen then, and what the controller makes of it. */
static void turn(int count, double cpu)
{
	move_clock(S);
	see(count, cpu);
	look();
}

static void turns(int times, int count, double cpu)
{
	for (int k = 0; k < times; k++)
		turn(count, cpu);
}

static struct autoscale_view view(void)
{
	struct autoscale_view v;
	cr_assert(autoscale_at(r.autoscale, 0, &v));
	return v;
}

static const struct policy_decision *decision(void)
{
	return policy_last(view().policy);
}

/* How many operations were ever taken on. */
static uint64_t submitted(void)
{
	return r.ops->serial;
}

/* The newest operation goes on as the test says. */
static void play(enum op_status status, bool leased, const char *message)
{
	struct op_view *v = &r.ops->first->view;
	v->status = status;
	v->leased = leased;
	snprintf(v->message, sizeof v->message, "%s", message);
}

/* From `from` to what the policy wants, with an operation that does it. */
static void scale(int from, int to, double cpu)
{
	const uint64_t before = submitted();
	for (int k = 0; submitted() == before; k++) {
		cr_assert_lt(k, 120, "it was to go from %d to %d: %s", from, to, decision()->reason);
		turn(from, cpu);
	}
	cr_assert_eq(r.ops->first->count, to);
	play(OP_RUNNING, true, "");
	turn(from, cpu);
	play(OP_DONE, true, "");
	turn(to, MILD);
}

TestSuite(autoscale, .init = start, .fini = end, .timeout = 60);
/* Those that start in another way. */
TestSuite(autoscale_otherwise, .fini = end, .timeout = 60);

Test(autoscale, disarmed_it_thinks_and_does_nothing)
{
	turns(10, 2, HOT);
	cr_expect_eq(decision()->action, POLICY_UP);
	cr_expect_eq(decision()->desired, 3);
	cr_expect_eq(logged("from 2 to 3"), 1, "the thought is told once: %s", r.log);
	cr_expect_eq(submitted(), 0);
	cr_expect_eq(autoscale_count(r.autoscale), 1);
	cr_expect_eq(autoscale_armed(r.autoscale), 0);
}

Test(autoscale, armed_it_begins_one_operation_and_none_while_that_runs)
{
	cr_assert(autoscale_arm(r.autoscale, 0, true));
	cr_expect_eq(autoscale_armed(r.autoscale), 1);
	turn(2, HOT);
	cr_expect_eq(submitted(), 0, "it holds for no second yet");
	turn(2, HOT);
	cr_assert_eq(submitted(), 1);
	const struct operation *op = r.ops->first;
	cr_expect_eq(op->view.kind, OP_SCALE);
	cr_expect_str_eq(op->server_name, "84");
	cr_expect_eq(op->count, 3);
	cr_expect_eq(view().operation, op->view.id);
	turns(5, 2, HOT);
	cr_expect_eq(policy_counts(view().policy).ups, 0, "in line it has changed nothing");
	play(OP_RUNNING, true, "");
	turns(30, 2, HOT);
	cr_expect_eq(policy_counts(view().policy).ups, 1, "told once that it acted");
	cr_expect_eq(decision()->why, POLICY_BUSY_ACTING);
	cr_expect_eq(submitted(), 1, "the cooldown is over, the operation is not");
	play(OP_DONE, true, "");
	turn(3, HOT);
	cr_expect_eq(submitted(), 2, "%s", decision()->reason);
	cr_expect_eq(r.ops->first->count, 4);
	cr_expect_eq(logged("not by this policy"), 0, "%s", r.log);
}

Test(autoscale, the_cooldown_begins_with_the_lease)
{
	autoscale_arm(r.autoscale, 0, true);
	turns(2, 2, HOT);
	play(OP_RUNNING, true, "");
	turn(2, HOT);
	play(OP_DONE, true, "");
	turns(18, 3, HOT);
	cr_expect_eq(decision()->why, POLICY_COOLDOWN, "%s", decision()->reason);
	cr_expect_eq(submitted(), 1);
	turns(3, 3, HOT);
	cr_expect_eq(submitted(), 2);
}

/* When it tries again, and how long it waits each time, until `count` were refused. */
static void expect_pauses(int count)
{
	static const int64_t pauses[] = {2 * S, 4 * S, 8 * S, 16 * S, 30 * S, 30 * S};
	for (int k = 0; k < count; k++) {
		cr_expect_eq(view().retry_at, clock_mono_ms(&r.clock) + pauses[k], "attempt %d", k);
		cr_expect_eq(decision()->action, POLICY_UP, "no cooldown: %s", decision()->reason);
		cr_expect_eq(decision()->up_in, 0);
		for (int64_t left = pauses[k]; left > S; left -= S) {
			turn(2, HOT);
			cr_expect_eq(view().operation, 0);
		}
		turn(2, HOT);
	}
}

/* The plan says no: memory of which nothing is known. */
Test(autoscale, what_the_plan_refuses_is_tried_again_later_and_later)
{
	r.memory_total = 0;
	autoscale_arm(r.autoscale, 0, true);
	turns(2, 2, HOT);
	expect_pauses(6);
	cr_expect_eq(submitted(), 0);
	cr_expect_eq(logged("2 to 3 waits: "), 1, "%s", r.log);
	cr_expect_eq(logged("is not known: refused"), 1, "%s", r.log);
	cr_expect_eq(policy_counts(view().policy).ups, 0);
	r.memory_total = 256 * GIB;
	for (int k = 0; k < 30; k++)
		turn(2, HOT);
	cr_expect_eq(submitted(), 1);
}

/* A port of this machine where nobody listens, as long as the socket is open. */
static int closed_port(char url[64])
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 &&
		  getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	snprintf(url, 64, "tcp://127.0.0.1:%d", ntohs(at.sin_port));
	return fd;
}

/* The real operation, as far as it gets. */
static void run_operation(void)
{
	while (ops_active(r.ops) > 0)
		uv_run(&r.ops_loop, UV_RUN_ONCE);
	look();
}

/* The engine was there when it was planned, and is not when its lease is asked for. */
Test(autoscale_otherwise, a_refusal_before_the_lease_begins_no_cooldown_and_is_noted_once)
{
	static char url[64];
	const int fd = closed_port(url);
	start_with(url, false);
	autoscale_arm(r.autoscale, 0, true);
	turns(2, 2, HOT);
	for (int k = 0; k < 3; k++) {
		cr_assert_eq(submitted(), (uint64_t)k + 1);
		run_operation();
		cr_assert_eq(r.ops->first->view.status, OP_DENIED, "%s", r.ops->first->view.message);
		cr_expect_not(r.ops->first->view.leased);
		cr_expect_eq(view().retry_at, clock_mono_ms(&r.clock) + ((2 * S) << k));
		cr_expect_eq(policy_counts(view().policy).ups, 0);
		turns(2 << k, 2, HOT);
		cr_expect_eq(decision()->action, POLICY_UP, "%s", decision()->reason);
	}
	cr_expect_eq(logged("2 to 3 waits: "), 1, "%s", r.log);
	close(fd);
}

Test(autoscale, another_reason_is_noted_another_countdown_is_not)
{
	static const struct {
		const char *message;
		int notes;
	} refusals[] = {
		{"84 is being worked on by a@b (for 28s more, unless renewed)", 1},
		{"84 is being worked on by a@b (for 26s more, unless renewed)", 1},
		{"84 is being worked on by c@d (for 29s more, unless renewed)", 2},
		{"the engine's time cannot be read\nor so", 3},
	};
	autoscale_arm(r.autoscale, 0, true);
	for (size_t k = 0; k < sizeof refusals / sizeof *refusals; k++) {
		for (int wait = 0; wait < 20 && submitted() < k + 1; wait++)
			turn(2, HOT);
		cr_assert_eq(submitted(), k + 1);
		play(OP_DENIED, false, refusals[k].message);
		turn(2, HOT);
		cr_expect_eq(logged("2 to 3 waits: "), refusals[k].notes, "after %s: %s", refusals[k].message,
			r.log);
	}
	cr_expect_eq(logged("or so"), 0, "a line");
}

Test(autoscale, a_failure_under_the_lease_counts_as_acted)
{
	autoscale_arm(r.autoscale, 0, true);
	turns(2, 2, HOT);
	/* All of it between two looks. */
	play(OP_UNDONE, true, "no space left\nwhat is left");
	turn(2, HOT);
	cr_expect_eq(policy_counts(view().policy).ups, 1);
	cr_expect_eq(decision()->why, POLICY_COOLDOWN, "%s", decision()->reason);
	cr_expect_eq(view().retry_at, clock_mono_ms(&r.clock) + 2 * S);
	cr_expect_eq(logged("undone: no space left\n"), 1, "%s", r.log);
	turns(18, 2, HOT);
	cr_expect_eq(submitted(), 1);
	turns(3, 2, HOT);
	cr_expect_eq(submitted(), 2);
	play(OP_DONE, true, "");
	turn(3, HOT);
	cr_expect_eq(view().retry_at, 0, "after a success nothing is waited for");
}

Test(autoscale, what_others_change_begins_cooldowns_too)
{
	autoscale_arm(r.autoscale, 0, true);
	turns(3, 2, MILD);
	turn(3, HOT);
	cr_expect_eq(logged("it went from 2 to 3 instances, not by this policy"), 1, "%s", r.log);
	turns(5, 3, HOT);
	cr_expect_eq(decision()->why, POLICY_COOLDOWN, "%s", decision()->reason);
	cr_expect_eq(submitted(), 0);
	cr_expect_eq(policy_counts(view().policy).ups, 0);
	turns(16, 3, HOT);
	cr_expect_eq(submitted(), 1);
	cr_expect_eq(logged("not by this policy"), 1, "%s", r.log);
}

/* Another operation of this program on the server: nothing is decided, and its end is somebody else's change. */
Test(autoscale, waits_for_an_operators_operation)
{
	struct op_plan plan;
	autoscale_arm(r.autoscale, 0, true);
	turn(2, MILD);
	cr_assert_gt(ops_submit(r.ops, &(struct intent){.kind = OP_SCALE, .server = "84", .count = 3}, &plan),
		0, "%s", plan.text);
	turns(5, 3, HOT);
	cr_expect_eq(decision()->why, POLICY_BUSY_ACTING);
	cr_expect_eq(submitted(), 1);
	play(OP_DONE, true, "");
	turn(3, HOT);
	cr_expect_eq(logged("it went from 2 to 3 instances, not by this policy"), 1, "%s", r.log);
}

Test(autoscale, never_goes_down_by_what_is_old)
{
	autoscale_arm(r.autoscale, 0, true);
	turn(3, COLD);
	move_clock(S);
	look();
	cr_expect_eq(decision()->action, POLICY_HOLD);
	cr_expect_eq(decision()->why, POLICY_BLIND, "%s", decision()->reason);
	for (int k = 0; k < 20; k++) {
		move_clock(S);
		look();
	}
	cr_expect_eq(submitted(), 0);
	/* The same load, and current. */
	turns(2, 3, COLD);
	cr_assert_eq(submitted(), 1, "%s", decision()->reason);
	cr_expect_eq(r.ops->first->count, 2);
}

Test(autoscale, three_refreshes_are_not_old)
{
	turns(2, 3, COLD);
	cr_assert_eq(decision()->action, POLICY_DOWN);
	move_clock(3 * REFRESH);
	look();
	cr_expect_eq(decision()->count, 3, "%s", decision()->reason);
	move_clock(1);
	look();
	cr_expect_eq(decision()->count, -1, "%s", decision()->reason);
}

/* Text of the alert on the server's policy, or NULL. */
static const char *alert(void)
{
	for (size_t k = 0; k < r.fleet->alert_count; k++)
		if (r.fleet->alerts[k].condition == CONDITION_POLICY)
			return r.fleet->alerts[k].text;
	return NULL;
}

static int policy_events(void)
{
	const struct event *e;
	int count = 0;
	for (size_t k = 0; (e = fleet_event(r.fleet, k)) != NULL; k++)
		count += strstr(e->text, "flapping") != NULL;
	return count;
}

Test(autoscale, flapping_is_an_alert_until_it_is_armed_again)
{
	r.policy.cooldown_up_ms = r.policy.cooldown_down_ms = S;
	autoscale_arm(r.autoscale, 0, true);
	for (int k = 0; k < POLICY_FLAP_ROUNDS; k++) {
		cr_assert_null(alert());
		scale(3, 2, COLD);
		scale(2, 3, HOT);
	}
	cr_assert_not_null(alert());
	cr_expect(strstr(alert(), "flapping"), "%s", alert());
	cr_expect_eq(policy_events(), 1);
	const uint64_t before = submitted();
	turns(10, 3, HOT);
	cr_expect_eq(policy_events(), 1, "raised once");
	cr_expect_eq(submitted(), before, "it has stopped");
	/* Arming is no observation: what is old stays so. */
	move_clock(10 * S);
	const int64_t seen = r.fleet->now;
	cr_assert(autoscale_arm(r.autoscale, 0, true));
	cr_expect_null(alert());
	cr_expect_eq(r.fleet->now, seen);
	cr_expect_eq(logged("armed again after flapping"), 1, "%s", r.log);
	turns(2, 3, HOT);
	cr_expect_eq(submitted(), before + 1);
	cr_expect_null(alert());
}

Test(autoscale_otherwise, a_dry_run_cannot_be_armed)
{
	static char nowhere[] = "unix:///nonexistent/docker.sock";
	start_with(nowhere, true);
	cr_expect_not(autoscale_arm(r.autoscale, 0, true));
	turns(5, 2, HOT);
	cr_expect_eq(decision()->desired, 3);
	cr_expect_not(view().armed);
	cr_expect_eq(logged("from 2 to 3"), 1, "%s", r.log);
	cr_expect_eq(submitted(), 0);
}

Test(autoscale, once_stopped_it_begins_nothing_more)
{
	autoscale_arm(r.autoscale, 0, true);
	autoscale_stop(r.autoscale);
	turns(5, 2, HOT);
	cr_expect_eq(decision()->action, POLICY_UP);
	cr_expect_eq(submitted(), 0);
}

Test(autoscale, disarmed_in_the_middle_it_follows_to_the_end)
{
	autoscale_arm(r.autoscale, 0, true);
	turns(2, 2, HOT);
	cr_assert(autoscale_arm(r.autoscale, 0, false));
	play(OP_RUNNING, true, "");
	turn(2, HOT);
	cr_expect_eq(view().operation, 1);
	cr_expect_eq(policy_counts(view().policy).ups, 1);
	play(OP_DONE, true, "");
	turns(40, 3, HOT);
	cr_expect_eq(view().operation, 0);
	cr_expect_eq(submitted(), 1);
	cr_expect_eq(logged("disarmed"), 1, "%s", r.log);
}

Test(autoscale, arming_waits_no_longer_for_what_was_refused)
{
	r.memory_total = 0;
	autoscale_arm(r.autoscale, 0, true);
	turns(2 + 2 + 4, 2, HOT);
	cr_assert_gt(view().retry_at, 0);
	autoscale_arm(r.autoscale, 0, false);
	autoscale_arm(r.autoscale, 0, true);
	cr_expect_eq(view().retry_at, 0);
	r.memory_total = 256 * GIB;
	turn(2, HOT);
	cr_expect_eq(submitted(), 1);
}

Test(autoscale, what_cannot_be_used_is_told)
{
	char error[AUTOSCALE_ERROR_MAX] = "", nobody[] = "85", rule[] = "cpu >";
	const struct autoscale_options options = {.loop = &r.loop, .clock = &r.clock, .fleet = r.fleet};
	struct autoscale_view v;
	r.policy.server = nobody;
	cr_expect_null(autoscale_new(&options, error));
	cr_expect(strstr(error, "there is no server \"85\""), "%s", error);
	r.policy.server = r.server.name;
	r.policy.up_when = rule;
	cr_expect_null(autoscale_new(&options, error));
	cr_expect(strstr(error, "of 84 cannot be used"), "%s", error);
	cr_expect_not(autoscale_arm(r.autoscale, 1, true));
	cr_expect_not(autoscale_at(r.autoscale, 1, &v));
}
