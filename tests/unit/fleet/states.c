/* States, their reasons, their order of gravity, and the times at which they change. */
#include "ollama-top/text.h"
#include "scene.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define ONE "ollama-1"

/* What brings "84/ollama-1" of the healthy scene into a state. */
static void make_oom(struct scene *s)
{
	happens(s, ONE, DEVENT_OOM, 0);
}

static void make_down(struct scene *s)
{
	fail(s, OBS_VERSION, RO, ONE, "connection refused");
}

static void make_nfs(struct scene *s)
{
	mounted(s, RO, ONE, "ext4", "/dev/sda1", 1);
}

static void make_drift(struct scene *s)
{
	stored(s, RO, ONE, s->wall - 86400000, "mistral:7b=aaa", NULL);
	pass(s, FLEET_DRIFT_SETTLE_MS + 1);
	version(s, RO, ONE, 3);
	stats(s, RO, ONE, find(s, RO, ONE)->memory_judged, 5, 0);
	stored(s, RO, ONE, s->wall - 86400000, "mistral:7b=aaa", NULL);
}

static void make_lb(struct scene *s)
{
	pool(s, "http://10.0.0.80:11434=UP", "http://10.0.0.84:11434=DOWN", "http://10.0.0.84:11435=UP",
		NULL);
}

static void make_hot(struct scene *s)
{
	stats(s, RO, ONE, 15 * GIB, 5, 0);
}

static void make_slow(struct scene *s)
{
	for (int k = 0; k < FLEET_SLOW_RUN; k++)
		version(s, RO, ONE, FLEET_SLOW_MS + 1);
}

static void make_starting(struct scene *s)
{
	happens(s, ONE, DEVENT_START, 0);
}

static void make_draining(struct scene *s)
{
	send(s, (struct observation){
			.kind = OBS_TENDED, .server = RO, .instance = ONE, .u.tended = TENDED_DRAINING});
}

static void make_stopped(struct scene *s)
{
	happens(s, ONE, DEVENT_KILL, 15);
	happens(s, ONE, DEVENT_DIE, 0);
}

static const struct {
	void (*make)(struct scene *s);
	const char *reason;
	unsigned with; /* graver or lesser states that can hold at the same time, as bits */
} cases[STATE_STOPPED + 1] = {
#define B(state) (1U << STATE_##state)
	[STATE_OOM] = {make_oom, "killed for memory at 16G, running again",
		B(DOWN) | B(NFS) | B(DRIFT) | B(LB) | B(HOT) | B(SLOW) | B(STARTING) | B(DRAINING) |
			B(STOPPED)},
	[STATE_DOWN] = {make_down, "connection refused", B(OOM) | B(NFS) | B(HOT) | B(DRAINING)},
	[STATE_NFS] = {make_nfs,
		"on ext4 from /dev/sda1 instead of nfs or nfs4 from 10.0.0.80:/opt/ollama-models",
		B(OOM) | B(DOWN) | B(DRIFT) | B(LB) | B(HOT) | B(SLOW) | B(STARTING) | B(DRAINING)},
	[STATE_DRIFT] = {make_drift, "llama2:13b, which 80/ollama has, is missing",
		B(OOM) | B(NFS) | B(LB) | B(HOT) | B(SLOW) | B(DRAINING)},
	[STATE_LB] = {make_lb, "answers, but the balancer says DOWN",
		B(OOM) | B(NFS) | B(DRIFT) | B(HOT) | B(SLOW)},
	[STATE_HOT] = {make_hot, "15G of 16G in use that cannot be reclaimed",
		B(OOM) | B(DOWN) | B(NFS) | B(DRIFT) | B(LB) | B(SLOW) | B(STARTING) | B(DRAINING)},
	[STATE_SLOW] = {make_slow, "took over 1s to answer 3 times running",
		B(OOM) | B(NFS) | B(DRIFT) | B(LB) | B(HOT) | B(DRAINING)},
	[STATE_STARTING] = {make_starting, "started, does not answer yet",
		B(OOM) | B(NFS) | B(HOT) | B(DRAINING)},
	[STATE_DRAINING] = {make_draining, "out of the balancer, finishing its requests",
		B(OOM) | B(DOWN) | B(NFS) | B(DRIFT) | B(HOT) | B(SLOW) | B(STARTING)},
	[STATE_STOPPED] = {make_stopped, "stopped by an operator, exited (0)", B(OOM)},
};

Test(states, the_healthy_scene_is_healthy)
{
	struct scene s;

	scene_healthy(&s);
	for (size_t k = 0; k < 2; k++)
		cr_expect_eq(find(&s, RO, k ? "ollama-2" : ONE)->state, STATE_OK);
	cr_expect_eq(find(&s, RW, "ollama")->state, STATE_OK, "%s", find(&s, RW, "ollama")->reason);
	cr_expect_null(find(&s, RO, ONE)->reason);
	cr_expect_eq(s.fleet->alert_count, 0);
	cr_expect_eq(s.fleet->status, FLEET_OK);
	scene_end(&s);
}

Test(states, each_has_its_reason_severity_and_alert)
{
	for (enum state state = STATE_OOM; state <= STATE_STOPPED; state++) {
		struct scene s;

		scene_healthy(&s);
		cases[state].make(&s);
		const struct instance *i = find(&s, RO, ONE);
		cr_expect_eq(i->state, state, "%s: is %s", state_name(state), state_name(i->state));
		cr_expect_str_eq(i->reason ? i->reason : "", cases[state].reason);
		cr_expect_eq(i->state_since, s.now);
		cr_expect_eq(s.fleet->alert_count, state_severity(state) != SEVERITY_NONE, "%s",
			state_name(state));
		if (s.fleet->alert_count == 1) {
			cr_expect_eq(s.fleet->alerts[0].state, state);
			cr_expect_str_eq(s.fleet->alerts[0].target, "84/ollama-1");
			cr_expect_str_eq(s.fleet->alerts[0].text, cases[state].reason);
			cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_DEGRADED);
			cr_expect_eq(s.fleet->status, FLEET_DEGRADED);
		}
		cr_expect(last_event_has(&s, "ok -> ") || state == STATE_STOPPED, "%s", state_name(state));
		scene_end(&s);
	}
}

/* The lesser first, then the graver: always the graver. */
Test(states, the_graver_wins_over_every_lesser)
{
	for (enum state graver = STATE_OOM; graver <= STATE_STOPPED; graver++)
		for (enum state lesser = graver + 1; lesser <= STATE_STOPPED; lesser++) {
			struct scene s;

			/* an operator's exit ends what a process had; DOWN is then a new start's */
			if (lesser == STATE_STOPPED && graver != STATE_OOM)
				continue;
			scene_healthy(&s);
			cases[lesser].make(&s);
			cases[graver].make(&s);
			/* a start explains silence, and the balancer may be ahead of both of these */
			const bool explained =
				(lesser == STATE_STARTING && (graver == STATE_DOWN || graver == STATE_LB)) ||
				(lesser == STATE_DRAINING && graver == STATE_LB);
			const enum state expected = explained ? lesser : graver;
			cr_expect_eq(find(&s, RO, ONE)->state, expected, "%s after %s is %s",
				state_name(graver), state_name(lesser), state_name(find(&s, RO, ONE)->state));
			scene_end(&s);
		}
}

/* The graver first, then the lesser, where both can hold: both stand, the graver shows. */
Test(states, the_lesser_does_not_hide_the_graver)
{
	for (enum state graver = STATE_OOM; graver <= STATE_STOPPED; graver++)
		for (enum state lesser = graver + 1; lesser <= STATE_STOPPED; lesser++) {
			struct scene s;

			if (!(cases[graver].with & (1U << lesser)))
				continue;
			/* a start is a new process: what was seen of the old one's store and use is gone */
			if (lesser == STATE_STARTING && graver != STATE_OOM)
				continue;
			scene_healthy(&s);
			cases[graver].make(&s);
			cases[lesser].make(&s);
			const struct instance *i = find(&s, RO, ONE);
			cr_expect_eq(i->state, graver, "%s before %s is %s", state_name(graver),
				state_name(lesser), state_name(i->state));
			if (state_severity(lesser) != SEVERITY_NONE)
				cr_expect(i->raised[lesser], "%s and %s both stand", state_name(graver),
					state_name(lesser));
			scene_end(&s);
		}
}

Test(states, what_can_hold_together_is_symmetric)
{
	for (enum state a = STATE_OOM; a <= STATE_STOPPED; a++)
		for (enum state b = STATE_OOM; b <= STATE_STOPPED; b++)
			cr_expect_eq(!!(cases[a].with & (1U << b)), !!(cases[b].with & (1U << a)), "%s %s",
				state_name(a), state_name(b));
}

Test(states, names_and_severities)
{
	static const char *const names[] = {"OOM", "DOWN", "NFS!", "DRIFT", "LB!", "HOT", "SLOW", "starting",
		"draining", "stopped", "unknown", "ok"};

	for (int k = 0; k < STATE_COUNT; k++) {
		cr_expect_str_eq(state_name((enum state)k), names[k]);
		cr_expect_eq(state_severity((enum state)k), k <= STATE_NFS    ? SEVERITY_CRITICAL
							    : k <= STATE_SLOW ? SEVERITY_WARNING
									      : SEVERITY_NONE);
	}
	cr_expect_str_eq(state_name((enum state)99), "unknown");
	cr_expect_str_eq(container_status_name((enum container_status)99), "unknown");
	cr_expect_str_eq(container_status_name(CONTAINER_RESTARTING), "restarting");
	cr_expect_str_eq(container_health_name(HEALTH_UNHEALTHY), "unhealthy");
	cr_expect_str_eq(store_status_name(STORE_HUNG), "hung");
	cr_expect_str_eq(fleet_status_name(FLEET_DEGRADED), "degraded");
}

Test(unknown, before_anything_was_heard)
{
	struct scene s;

	scene_start(&s);
	cr_expect_eq(s.fleet->servers[RW].instance_count, 1);
	cr_expect_eq(s.fleet->servers[RO].instance_count, 0);
	const struct instance *i = find(&s, RW, "ollama");
	cr_expect_eq(i->state, STATE_UNKNOWN);
	cr_expect_str_eq(i->url, "http://10.0.0.80:11434");
	cr_expect_eq(s.fleet->status, FLEET_OK, "never down before each was heard");
	version(&s, RW, "ollama", 2);
	cr_expect_eq(i->state, STATE_OK);
	cr_expect_eq(s.fleet->event_count, 0, "the first look at what is well is no event");
	scene_end(&s);
}

Test(down, within_one_refresh_whatever_the_failure)
{
	static const char *const errors[] = {"connection refused", "timed out after 3s", "connection reset",
		"HTTP 500", "cannot resolve ollama: no such host"};

	for (size_t k = 0; k < sizeof(errors) / sizeof(errors[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		fail(&s, OBS_VERSION, RO, ONE, errors[k]);
		cr_expect_eq(find(&s, RO, ONE)->state, STATE_DOWN);
		cr_expect_str_eq(find(&s, RO, ONE)->reason, errors[k]);
		cr_expect_eq(find(&s, RO, "ollama-2")->state, STATE_OK);
		version(&s, RO, ONE, 2);
		cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
		cr_expect(last_event_has(&s, "DOWN -> ok"));
		scene_end(&s);
	}
}

Test(down, statuses_of_servers_and_fleet)
{
	struct scene s;

	scene_healthy(&s);
	fail(&s, OBS_VERSION, RW, "ollama", "connection refused");
	cr_expect_eq(server_status(&s.fleet->servers[RW]), FLEET_DOWN);
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_OK);
	cr_expect_eq(s.fleet->status, FLEET_DEGRADED);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_DEGRADED);
	fail(&s, OBS_VERSION, RO, "ollama-2", "timed out after 3s");
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_DOWN);
	cr_expect_eq(s.fleet->status, FLEET_DOWN);
	version(&s, RO, ONE, 2);
	cr_expect_eq(s.fleet->status, FLEET_DEGRADED);
	version(&s, RO, "ollama-2", 2);
	version(&s, RW, "ollama", 2);
	cr_expect_eq(s.fleet->status, FLEET_OK);
	scene_end(&s);
}

Test(slow, three_running_over_a_second)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	version(&s, RO, ONE, 1000.1);
	version(&s, RO, ONE, 1500);
	cr_expect_eq(i->state, STATE_OK);
	version(&s, RO, ONE, 1000);
	version(&s, RO, ONE, 1500);
	version(&s, RO, ONE, 1500);
	cr_expect_eq(i->state, STATE_OK, "exactly a second is not over it, and starts the count again");
	version(&s, RO, ONE, 1500);
	cr_expect_eq(i->state, STATE_SLOW);
	version(&s, RO, ONE, 1500);
	cr_expect_eq(i->state, STATE_SLOW);
	version(&s, RO, ONE, 900);
	cr_expect_eq(i->state, STATE_OK);
	version(&s, RO, ONE, NAN);
	cr_expect_eq(i->state, STATE_OK);
	scene_end(&s);
}

Test(oom, held_for_ten_minutes_to_the_millisecond)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	happens(&s, ONE, DEVENT_OOM, 0);
	for (int k = 0; k < 9; k++)
		pass(&s, MINUTE);
	pass(&s, 59999);
	cr_expect_eq(i->state, STATE_OOM, "9:59.999");
	cr_expect_not_null(alert_of(&s, "84/ollama-1", CONDITION_OOM));
	pass(&s, 1);
	cr_expect_neq(i->state, STATE_OOM, "10:00");
	cr_expect_null(alert_of(&s, "84/ollama-1", CONDITION_OOM));
	scene_end(&s);
}

Test(oom, a_wall_clock_that_jumps_does_not_change_the_hold)
{
	struct scene s;

	scene_healthy(&s);
	happens(&s, ONE, DEVENT_OOM, 0);
	s.wall -= 86400000;
	pass(&s, 10 * MINUTE - 1);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OOM);
	s.wall += 2 * INT64_C(86400000);
	pass(&s, 1);
	cr_expect_neq(find(&s, RO, ONE)->state, STATE_OOM);
	scene_end(&s);
}

Test(oom, acknowledged)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	cr_expect_not(fleet_acknowledge(s.fleet, "84/ollama-1"), "nothing stands");
	happens(&s, ONE, DEVENT_OOM, 0);
	happens(&s, ONE, DEVENT_DIE, 137);
	cr_expect_str_eq(i->reason, "exited (137): killed for memory at 16G");
	cr_expect_eq(s.fleet->alert_count, 1, "one cause, one alert");
	pass(&s, 5000);
	cr_expect(fleet_acknowledge(s.fleet, "84/ollama-1"));
	cr_expect_eq(i->state, STATE_DOWN, "it is still not running");
	cr_expect_not(fleet_acknowledge(s.fleet, "84/ollama-2"));
	c = running(&s, 3600 * 1000);
	c.status = CONTAINER_EXITED;
	c.exit_code = 137;
	c.oom_killed = true;
	c.finished_wall = s.wall - 4800;
	container(&s, RO, ONE, &c);
	cr_expect_eq(i->state, STATE_DOWN, "an inspect tells of the same kill again");
	cr_expect_str_eq(i->reason, "exited (137): killed for memory");
	happened(&s, ONE, DEVENT_OOM, 0, 5000);
	cr_expect_eq(i->state, STATE_DOWN, "so does a replayed event");
	happens(&s, ONE, DEVENT_START, 0);
	version(&s, RO, ONE, 2);
	cr_expect_eq(i->state, STATE_OK);
	pass(&s, 1000);
	happens(&s, ONE, DEVENT_OOM, 0);
	cr_expect_eq(i->state, STATE_OOM, "the next kill is news");
	scene_end(&s);
}

Test(oom, a_late_and_slightly_later_report_of_an_acknowledged_kill)
{
	struct scene s;

	scene_healthy(&s);
	happens(&s, ONE, DEVENT_OOM, 0);
	pass(&s, 5000);
	cr_expect(fleet_acknowledge(s.fleet, "84/ollama-1"));
	happened(&s, ONE, DEVENT_OOM, 0, 4700);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	scene_end(&s);
}

/* Missed in a break of the stream: live, but of some time ago. */
Test(oom, told_late)
{
	static const struct {
		int64_t ago, at_ago;
		bool skew_known, held;
	} rows[] = {
		{3 * MINUTE, 3 * MINUTE, true, true},
		{3 * MINUTE, 0, false, true},
		{4000, 0, true, true},
		{10 * MINUTE, 0, true, false},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct scene s;
		struct observation o = {.kind = OBS_DOCKER_EVENT, .server = RO, .instance = ONE};

		scene_healthy(&s);
		if (rows[k].skew_known)
			send(&s, (struct observation){
					 .kind = OBS_HOST, .server = RO, .u.host = {GIB, GIB, 4, true, 0}});
		o.u.event.what = DEVENT_OOM;
		o.u.event.happened_wall = s.wall - rows[k].ago;
		send(&s, o);
		const struct instance *i = find(&s, RO, ONE);
		cr_expect_eq(i->state == STATE_OOM, rows[k].held, "row %zu", k);
		if (rows[k].held)
			cr_expect_eq(i->oom_at, s.now - rows[k].at_ago, "row %zu", k);
		scene_end(&s);
	}
}

Test(oom, a_second_kill_holds_anew_and_says_since_when)
{
	struct scene s;

	scene_healthy(&s);
	happens(&s, ONE, DEVENT_OOM, 0);
	pass(&s, 8 * MINUTE);
	happens(&s, ONE, DEVENT_OOM, 0);
	cr_expect_eq(alert_of(&s, "84/ollama-1", CONDITION_OOM)->since, s.now);
	pass(&s, 9 * MINUTE);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OOM);
	scene_end(&s);
}

Test(hot, over_ninety_percent_of_the_limit)
{
	struct scene s;
	const int64_t edge = (int64_t)(0.9 * 16 * (double)GIB);

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	stats(&s, RO, ONE, edge, 5, 0);
	cr_expect_eq(i->state, STATE_OK);
	stats(&s, RO, ONE, edge + 2, 5, 0);
	cr_expect_eq(i->state, STATE_HOT);
	stats(&s, RO, ONE, edge - 2, 5, 0);
	cr_expect_eq(i->state, STATE_OK);
	stats(&s, RO, ONE, edge + 2, 5, 0);
	pass(&s, 6000);
	cr_expect_eq(i->state, STATE_HOT, "three refreshes old");
	pass(&s, 1);
	cr_expect_eq(i->state, STATE_OK, "a stale figure is not judged");
	scene_end(&s);
}

Test(hot, exactly_ninety_percent_is_not_over_it)
{
	struct scene s;

	scene_healthy(&s);
	for (int64_t judged = 900; judged <= 901; judged++) {
		send(&s, (struct observation){.kind = OBS_STATS,
				 .server = RO,
				 .instance = ONE,
				 .u.stats = {judged, judged, 1000, 5, 0}});
		cr_expect_eq(find(&s, RO, ONE)->state, judged > 900 ? STATE_HOT : STATE_OK);
	}
	scene_end(&s);
}

Test(hot, no_limit_no_heat)
{
	struct scene s;

	scene_healthy(&s);
	for (int64_t limit = -1; limit <= 0; limit++) {
		send(&s, (struct observation){.kind = OBS_STATS,
				 .server = RO,
				 .instance = ONE,
				 .u.stats = {60 * GIB, 60 * GIB, limit, 5, 0}});
		cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	}
	scene_end(&s);
}

static void fault(struct scene *s, double rate, int times)
{
	for (int k = 0; k < times; k++) {
		pass(s, 2000);
		stats(s, RO, ONE, 4 * GIB, 5, rate);
		version(s, RO, ONE, 2);
	}
}

Test(hot, thrashing_is_sustained_and_not_the_first_load)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	loaded(&s, RO, ONE, NULL);
	loaded(&s, RO, ONE, "mistral:7b=aaa", NULL);
	fault(&s, 5000, 29);
	cr_expect_eq(i->state, STATE_OK, "being read for the first time");
	fault(&s, 0, 2);
	fault(&s, FLEET_THRASH_FAULTS, FLEET_THRASH_RUN - 1);
	cr_expect_not(i->thrashing);
	fault(&s, FLEET_THRASH_FAULTS, 1);
	cr_expect_eq(i->state, STATE_HOT);
	cr_expect_str_eq(i->reason, "thrashing: weights are read again and again");
	fault(&s, FLEET_THRASH_FAULTS / 2, 1);
	cr_expect_eq(i->state, STATE_HOT, "half of it does not end it");
	fault(&s, FLEET_THRASH_FAULTS / 2 - 1, 1);
	cr_expect_eq(i->state, STATE_OK);
	fault(&s, FLEET_THRASH_FAULTS, FLEET_THRASH_RUN - 1);
	fault(&s, FLEET_THRASH_FAULTS - 1, 1);
	fault(&s, FLEET_THRASH_FAULTS, FLEET_THRASH_RUN - 1);
	cr_expect_eq(i->state, STATE_OK, "not running");
	fault(&s, NAN, 1);
	cr_expect_not(i->thrashing);
	scene_end(&s);
}

Test(starting, for_a_minute_and_until_it_answers)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	happens(&s, ONE, DEVENT_START, 0);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	cr_expect_eq(i->state, STATE_STARTING);
	pass(&s, 59999);
	cr_expect_eq(i->state, STATE_STARTING);
	pass(&s, 1);
	cr_expect_eq(i->state, STATE_DOWN);
	cr_expect_str_eq(i->reason, "connection refused");
	happens(&s, ONE, DEVENT_START, 0);
	version(&s, RO, ONE, 2);
	cr_expect_eq(i->state, STATE_OK);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	cr_expect_eq(i->state, STATE_DOWN, "it had answered since its start");
	scene_end(&s);
}

Test(starting, known_from_an_inspect_too)
{
	struct scene s;
	struct container c;

	scene_start(&s);
	docker(&s, RO);
	containers(&s, RO, ONE, NULL);
	c = running(&s, 50000);
	c.host_port = 11434;
	container(&s, RO, ONE, &c);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_STARTING);
	pass(&s, 10000);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_DOWN);
	scene_end(&s);
}

Test(starting, a_restart_loop_is_down)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	happens(&s, ONE, DEVENT_DIE, 1);
	happens(&s, ONE, DEVENT_START, 0);
	cr_expect_eq(i->state, STATE_STARTING, "once is a restart");
	pass(&s, 1000);
	happens(&s, ONE, DEVENT_DIE, 1);
	pass(&s, 1000);
	happens(&s, ONE, DEVENT_START, 0);
	cr_expect_eq(i->state, STATE_DOWN, "twice is a loop");
	cr_expect_str_eq(i->reason, "keeps restarting, exited (1): restarted, has not answered yet");
	version(&s, RO, ONE, 2);
	cr_expect_eq(i->state, STATE_OK);
	happens(&s, ONE, DEVENT_DIE, 1);
	happens(&s, ONE, DEVENT_START, 0);
	cr_expect_eq(i->state, STATE_STARTING, "an answer ends the count");
	scene_end(&s);
}

Test(busy, a_loaded_model_and_work)
{
	static const struct {
		double cpu;
		int connections, active;
		bool model, busy;
	} rows[] = {
		{50.1, 0, 0, true, true},
		{50, 0, 0, true, false},
		{400, 3, 3, false, false},
		{0, 3, 0, true, false},
		{0, 3, 1, true, true},
		{NAN, -1, -1, true, false},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		loaded(&s, RO, ONE, rows[k].model ? "mistral:7b=aaa" : NULL, NULL);
		stats(&s, RO, ONE, 4 * GIB, rows[k].cpu, 0);
		send(&s, (struct observation){.kind = OBS_CONNECTIONS,
				 .server = RO,
				 .instance = ONE,
				 .u.connections = {rows[k].connections, rows[k].active}});
		const struct instance *i = find(&s, RO, ONE);
		cr_expect_eq(i->busy, rows[k].busy, "row %zu", k);
		cr_expect_eq(i->busy_since, rows[k].busy ? s.now : 0);
		scene_end(&s);
	}
}

Test(stale, older_than_three_intervals)
{
	struct scene s;

	scene_start(&s);
	pass(&s, 100000);
	cr_expect(fleet_stale(s.fleet, 0, 2000), "never seen");
	cr_expect_not(fleet_stale(s.fleet, s.now - 6000, 2000));
	cr_expect(fleet_stale(s.fleet, s.now - 6001, 2000));
	cr_expect_not(fleet_stale(s.fleet, s.now + 5000, 2000), "seen after the last tick");
	scene_end(&s);
}

Test(clock, going_back_changes_nothing_and_breaks_nothing)
{
	struct scene s;

	scene_healthy(&s);
	happens(&s, ONE, DEVENT_OOM, 0);
	const int64_t now = s.fleet->now;
	pass(&s, -500000);
	cr_expect_eq(s.fleet->now, now);
	version(&s, RO, ONE, 2);
	cr_expect_eq(s.fleet->now, now);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OOM);
	fleet_tick(s.fleet, INT64_MIN, INT64_MIN);
	cr_expect_eq(s.fleet->now, now);
	scene_end(&s);
}

Test(docker, when_it_does_not_answer_ollama_alone_decides)
{
	struct scene s;

	scene_healthy(&s);
	happens(&s, ONE, DEVENT_DIE, 1);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_DOWN);
	version(&s, RO, ONE, 2);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK, "it answers, whatever Docker says");
	happens(&s, "ollama-2", DEVENT_PAUSE, 0);
	cr_expect_str_eq(find(&s, RO, "ollama-2")->reason, "paused");
	fail(&s, OBS_DOCKER, RO, NULL, "connection refused");
	fail(&s, OBS_VERSION, RO, "ollama-2", "timed out after 3s");
	cr_expect_str_eq(find(&s, RO, "ollama-2")->reason, "timed out after 3s");
	version(&s, RO, "ollama-2", 2);
	cr_expect_eq(find(&s, RO, "ollama-2")->state, STATE_OK);
	const struct alert *a = alert_of(&s, "84", CONDITION_DOCKER);
	cr_assert_not_null(a);
	cr_expect_str_eq(a->text, "Docker does not answer: connection refused");
	cr_expect_str_eq(a->label, "docker");
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_DEGRADED);
	docker(&s, RO);
	cr_expect_null(alert_of(&s, "84", CONDITION_DOCKER));
	cr_expect(last_event_has(&s, "Docker answers again"));
	scene_end(&s);
}
