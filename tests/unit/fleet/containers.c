/* Containers that come, go, stop, die, and what events and inspects tell of it. */
#include "ollama-top/text.h"
#include "scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ONE "ollama-1"

static void expect(struct scene *s, enum state state, const char *reason)
{
	const struct instance *i = find(s, RO, ONE);

	cr_expect_eq(i->state, state, "is %s: %s", state_name(i->state), i->reason ? i->reason : "");
	cr_expect_str_eq(i->reason ? i->reason : "", reason);
}

Test(exits, a_death_applies_at_once_without_an_inspect)
{
	struct scene s;

	scene_healthy(&s);
	loaded(&s, RO, ONE, "mistral:7b=aaa", NULL);
	happens(&s, ONE, DEVENT_DIE, 137);
	expect(&s, STATE_DOWN, "exited (137)");
	const struct instance *i = find(&s, RO, ONE);
	cr_expect_eq(i->down_at, s.now);
	cr_expect_eq(i->loaded_count, 0);
	cr_expect_eq(i->memory_used, -1);
	cr_expect_eq(i->store.status, STORE_UNKNOWN);
	cr_expect_str_eq(fleet_event(s.fleet, 0)->text, "ok -> DOWN: exited (137)");
	cr_expect_str_eq(fleet_event(s.fleet, 0)->target, "84/ollama-1");
	cr_expect_eq(fleet_event(s.fleet, 0)->severity, SEVERITY_CRITICAL);
	cr_expect_str_eq(fleet_event(s.fleet, 1)->text, "container exited (137)");
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_DEGRADED);
	scene_end(&s);
}

Test(exits, stop_and_kill_are_an_operators)
{
	static const struct {
		int signal;
		bool kill, stop_after;
		enum state state;
	} rows[] = {
		{15, true, true, STATE_STOPPED},
		{9, true, false, STATE_STOPPED},
		{2, true, false, STATE_STOPPED},
		{0, true, false, STATE_STOPPED},
		{0, false, true, STATE_STOPPED},
		{0, false, false, STATE_DOWN},
		{1, true, false, STATE_DOWN},
		{10, true, false, STATE_DOWN},
		{28, true, false, STATE_DOWN},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		if (rows[k].kill)
			happens(&s, ONE, DEVENT_KILL, rows[k].signal);
		pass(&s, 1000);
		happens(&s, ONE, DEVENT_DIE, 0);
		pass(&s, 10);
		if (rows[k].stop_after)
			happens(&s, ONE, DEVENT_STOP, 0);
		cr_expect_eq(find(&s, RO, ONE)->state, rows[k].state, "row %zu", k);
		scene_end(&s);
	}
}

Test(exits, a_new_start_forgets_the_stop)
{
	struct scene s;

	scene_healthy(&s);
	happens(&s, ONE, DEVENT_KILL, 15);
	happens(&s, ONE, DEVENT_DIE, 0);
	expect(&s, STATE_STOPPED, "stopped by an operator, exited (0)");
	pass(&s, 1000);
	happens(&s, ONE, DEVENT_START, 0);
	expect(&s, STATE_STARTING, "started, does not answer yet");
	version(&s, RO, ONE, 2);
	pass(&s, 1000);
	happens(&s, ONE, DEVENT_DIE, 2);
	expect(&s, STATE_DOWN, "exited (2)");
	scene_end(&s);
}

Test(exits, a_stop_excuses_an_exit_for_ten_minutes)
{
	for (int late = 0; late < 2; late++) {
		struct scene s;

		scene_healthy(&s);
		happens(&s, ONE, DEVENT_KILL, 15);
		pass(&s, 10 * MINUTE + late);
		happens(&s, ONE, DEVENT_DIE, 1);
		cr_expect_eq(find(&s, RO, ONE)->state, late ? STATE_DOWN : STATE_STOPPED);
		scene_end(&s);
	}
}

Test(exits, a_running_one_clears_stopped_even_when_only_inspected)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	happens(&s, ONE, DEVENT_KILL, 15);
	happens(&s, ONE, DEVENT_DIE, 0);
	pass(&s, 5000);
	c = running(&s, 1000);
	c.host_port = 11434;
	container(&s, RO, ONE, &c);
	expect(&s, STATE_STARTING, "started, does not answer yet");
	version(&s, RO, ONE, 2);
	expect(&s, STATE_OK, "");
	scene_end(&s);
}

Test(exits, statuses_that_an_inspect_tells)
{
	static const struct {
		enum container_status status;
		int exit_code;
		enum state state;
		const char *reason;
	} rows[] = {
		{CONTAINER_CREATED, 0, STATE_STOPPED, "created, never started"},
		{CONTAINER_PAUSED, 0, STATE_DOWN, "paused"},
		{CONTAINER_EXITED, 0, STATE_DOWN, "exited (0)"},
		{CONTAINER_EXITED, 139, STATE_DOWN, "exited (139)"},
		{CONTAINER_RESTARTING, 1, STATE_DOWN, "keeps restarting, exited (1)"},
		{CONTAINER_DEAD, 1, STATE_DOWN, "dead: Docker could not remove its container"},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct scene s;
		struct container c;

		scene_healthy(&s);
		c = running(&s, 3600 * 1000);
		c.status = rows[k].status;
		c.exit_code = rows[k].exit_code;
		container(&s, RO, ONE, &c);
		expect(&s, rows[k].state, rows[k].reason);
		container(&s, RO, ONE, &c);
		expect(&s, rows[k].state, rows[k].reason);
		scene_end(&s);
	}
}

Test(exits, pause_and_unpause_keep_what_the_process_has)
{
	struct scene s;

	scene_healthy(&s);
	loaded(&s, RO, ONE, "mistral:7b=aaa", NULL);
	happens(&s, ONE, DEVENT_PAUSE, 0);
	expect(&s, STATE_DOWN, "paused");
	fail(&s, OBS_VERSION, RO, ONE, "timed out after 3s");
	expect(&s, STATE_DOWN, "paused");
	happens(&s, ONE, DEVENT_UNPAUSE, 0);
	version(&s, RO, ONE, 2);
	expect(&s, STATE_OK, "");
	cr_expect_eq(find(&s, RO, ONE)->loaded_count, 1);
	cr_expect_eq(find(&s, RO, ONE)->store.status, STORE_OK);
	scene_end(&s);
}

Test(exits, event_and_inspect_of_one_start_are_one_start)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	pass(&s, 1000);
	happens(&s, ONE, DEVENT_START, 0);
	version(&s, RO, ONE, 2);
	c = running(&s, 37); /* StartedAt is a little before the event's time */
	container(&s, RO, ONE, &c);
	expect(&s, STATE_OK, "");
	c = running(&s, -900);
	container(&s, RO, ONE, &c);
	expect(&s, STATE_OK, "");
	scene_end(&s);
}

Test(exits, a_restart_between_two_inspects_is_seen)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	loaded(&s, RO, ONE, "mistral:7b=aaa", NULL);
	pass(&s, 30000);
	c = running(&s, 5000);
	container(&s, RO, ONE, &c);
	cr_expect_eq(find(&s, RO, ONE)->loaded_count, 0);
	expect(&s, STATE_STARTING, "started, does not answer yet");
	scene_end(&s);
}

Test(oom_kills, an_exit_with_oomkilled)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	happens(&s, ONE, DEVENT_DIE, 137);
	c = running(&s, 3600 * 1000);
	c.status = CONTAINER_EXITED;
	c.exit_code = 137;
	c.oom_killed = true;
	c.finished_wall = s.wall;
	container(&s, RO, ONE, &c);
	expect(&s, STATE_OOM, "exited (137): killed for memory at 16G");
	pass(&s, 12000);
	happens(&s, ONE, DEVENT_START, 0);
	expect(&s, STATE_OOM, "killed for memory at 16G");
	version(&s, RO, ONE, 2);
	expect(&s, STATE_OOM, "killed for memory at 16G, running again");
	cr_expect_eq(find(&s, RO, ONE)->oom_at, s.now - 12000);
	pass(&s, 10 * MINUTE - 12000);
	version(&s, RO, ONE, 2);
	cr_expect_neq(find(&s, RO, ONE)->state, STATE_OOM);
	scene_end(&s);
}

Test(oom_kills, event_and_inspect_of_one_kill_are_one_kill)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	const int64_t killed = s.now;
	happens(&s, ONE, DEVENT_OOM, 0);
	pass(&s, 300);
	happens(&s, ONE, DEVENT_DIE, 137);
	c = running(&s, 3600 * 1000);
	c.status = CONTAINER_EXITED;
	c.exit_code = 137;
	c.oom_killed = true;
	c.finished_wall = s.wall;
	container(&s, RO, ONE, &c);
	cr_expect_eq(find(&s, RO, ONE)->oom_at, killed);
	cr_expect_eq(alert_of(&s, "84/ollama-1", CONDITION_OOM)->since, killed);
	scene_end(&s);
}

Test(oom_kills, a_kill_of_a_child_leaves_the_container_running)
{
	struct scene s;

	scene_healthy(&s);
	happens(&s, ONE, DEVENT_OOM, 0);
	expect(&s, STATE_OOM, "killed for memory at 16G, running again");
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_DEGRADED);
	scene_end(&s);
}

Test(oom_kills, a_killed_one_that_stays_down_is_down_after_ten_minutes)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	c = running(&s, 3600 * 1000);
	c.status = CONTAINER_EXITED;
	c.exit_code = 137;
	c.oom_killed = true;
	for (int late = 0; late < 2; late++) {
		c.finished_wall = s.wall - 10 * MINUTE + 1 - late;
		container(&s, RO, late ? "ollama-2" : ONE, &c);
	}
	expect(&s, STATE_OOM, "exited (137): killed for memory at 16G");
	cr_expect_eq(find(&s, RO, "ollama-2")->state, STATE_DOWN);
	cr_expect_str_eq(find(&s, RO, "ollama-2")->reason, "exited (137): killed for memory");
	pass(&s, 1);
	expect(&s, STATE_DOWN, "exited (137): killed for memory");
	scene_end(&s);
}

Test(oom_kills, an_engine_that_sets_the_flag_on_a_running_container)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	c = running(&s, 3600 * 1000);
	c.oom_killed = true;
	container(&s, RO, ONE, &c);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OOM);
	cr_expect(fleet_acknowledge(s.fleet, "84/ollama-1"));
	container(&s, RO, ONE, &c);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK, "not twice");
	scene_end(&s);
}

Test(oom_kills, the_engines_clock_may_differ)
{
	struct scene s;
	struct container c;
	const int64_t skew = 3600 * 1000;

	scene_healthy(&s);
	send(&s, (struct observation){
			 .kind = OBS_HOST, .server = RO, .u.host = {128 * GIB, 90 * GIB, 32, true, skew}});
	c = running(&s, 7200 * 1000);
	c.status = CONTAINER_EXITED;
	c.oom_killed = true;
	c.finished_wall = s.wall + skew - 5 * MINUTE;
	container(&s, RO, ONE, &c);
	cr_expect_eq(find(&s, RO, ONE)->oom_at, s.now - 5 * MINUTE);
	const struct alert *a = alert_of(&s, "84", CONDITION_CLOCK);
	cr_assert_not_null(a);
	cr_expect_str_eq(a->text, "its clock is 1h00m ahead of ours");
	scene_end(&s);
}

Test(clock_skew, warned_of_over_five_seconds_either_way)
{
	static const struct {
		int64_t skew;
		bool known, alert;
	} rows[] = {{5000, true, false}, {5001, true, true}, {-5000, true, false}, {-5001, true, true},
		{9000, false, false}, {INT64_MAX, true, true}, {INT64_MIN, true, true}};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		send(&s, (struct observation){.kind = OBS_HOST,
				 .server = RO,
				 .u.host = {GIB, GIB, 4, rows[k].known, rows[k].skew}});
		cr_expect_eq(alert_of(&s, "84", CONDITION_CLOCK) != NULL, rows[k].alert, "row %zu", k);
		cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
		/* Its time is reckoned with the difference, which no figure may make overflow. */
		happens(&s, ONE, DEVENT_OOM, 0);
		scene_end(&s);
	}
}

Test(replayed, events_never_change_a_status)
{
	static const enum docker_event whats[] = {DEVENT_DIE, DEVENT_START, DEVENT_PAUSE, DEVENT_UNPAUSE,
		DEVENT_DESTROY, DEVENT_CREATE, DEVENT_STOP, DEVENT_KILL, DEVENT_HEALTH, DEVENT_OTHER};

	for (size_t k = 0; k < sizeof(whats) / sizeof(whats[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		const uint64_t generation = s.fleet->generation;
		happened(&s, ONE, whats[k], 137, 30000);
		expect(&s, STATE_OK, "");
		cr_expect_eq(find(&s, RO, ONE)->container.status, CONTAINER_RUNNING);
		cr_expect_eq(s.fleet->generation, generation, "event %d", (int)whats[k]);
		scene_end(&s);
	}
}

Test(replayed, an_oom_of_the_last_ten_minutes_counts)
{
	static const struct {
		int64_t ago;
		bool held;
	} rows[] = {
		{0, true}, {12000, true}, {10 * MINUTE - 1, true}, {10 * MINUTE, false}, {3600000, false}};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		happened(&s, ONE, DEVENT_OOM, 0, rows[k].ago);
		cr_expect_eq(find(&s, RO, ONE)->state == STATE_OOM, rows[k].held, "row %zu", k);
		if (rows[k].held) {
			cr_expect_eq(alert_of(&s, "84/ollama-1", CONDITION_OOM)->since, s.now - rows[k].ago);
			pass(&s, 10 * MINUTE - rows[k].ago - 1);
			cr_expect_eq(find(&s, RO, ONE)->state, STATE_OOM);
			pass(&s, 1);
			cr_expect_neq(find(&s, RO, ONE)->state, STATE_OOM);
		}
		scene_end(&s);
	}
}

Test(replayed, a_stop_before_the_exit_makes_it_an_operators_in_any_order)
{
	for (int order = 0; order < 2; order++) {
		struct scene s;
		struct container c;

		scene_start(&s);
		docker(&s, RO);
		containers(&s, RO, ONE, NULL);
		c = running(&s, 3600 * 1000);
		c.status = CONTAINER_EXITED;
		c.exit_code = 137;
		c.finished_wall = s.wall - 50000;
		if (order == 0)
			container(&s, RO, ONE, &c);
		happened(&s, ONE, DEVENT_KILL, 15, 60000);
		happened(&s, ONE, DEVENT_DIE, 137, 50000);
		happened(&s, ONE, DEVENT_STOP, 0, 49990);
		if (order == 1)
			container(&s, RO, ONE, &c);
		expect(&s, STATE_STOPPED, "stopped by an operator, exited (137)");
		scene_end(&s);
	}
}

Test(replayed, a_stop_of_an_earlier_run_excuses_nothing)
{
	struct scene s;
	struct container c;

	scene_start(&s);
	docker(&s, RO);
	containers(&s, RO, ONE, NULL);
	happened(&s, ONE, DEVENT_KILL, 15, 300000);
	happened(&s, ONE, DEVENT_DIE, 0, 299000);
	happened(&s, ONE, DEVENT_START, 0, 298000);
	happened(&s, ONE, DEVENT_DIE, 2, 50000);
	c = running(&s, 298000);
	c.status = CONTAINER_EXITED;
	c.exit_code = 2;
	c.finished_wall = s.wall - 50000;
	container(&s, RO, ONE, &c);
	expect(&s, STATE_DOWN, "exited (2)");
	scene_end(&s);
}

Test(lists, discovered_ones_stand_behind_configured_ones_in_natural_order)
{
	static const char *const expected[] = {"ollama-1", "ollama-2", "ollama-9", "ollama-10", "ollama-100"};
	struct scene s;

	scene_start(&s);
	docker(&s, RO);
	docker(&s, RW);
	containers(&s, RO, "ollama-10", "ollama-2", "ollama-100", NULL);
	containers(&s, RO, "ollama-9", "ollama-10", "ollama-2", "ollama-100", "ollama-1", NULL);
	cr_assert_eq(s.fleet->servers[RO].instance_count, 5);
	for (size_t k = 0; k < 5; k++)
		cr_expect_str_eq(s.fleet->servers[RO].instances[k]->name, expected[k]);
	containers(&s, RW, "ollama", "a-first", NULL);
	cr_expect_str_eq(s.fleet->servers[RW].instances[0]->name, "ollama");
	cr_expect_str_eq(s.fleet->servers[RW].instances[1]->name, "a-first");
	scene_end(&s);
}

Test(lists, one_whose_container_is_gone_is_dropped_after_a_while)
{
	struct scene s;
	struct totals t;

	scene_healthy(&s);
	containers(&s, RO, "ollama-2", NULL);
	const struct instance *i = find(&s, RO, ONE);
	cr_assert_not_null(i);
	cr_expect(i->gone);
	expect(&s, STATE_STOPPED, "its container is gone");
	fleet_totals(s.fleet, &t);
	cr_expect_eq(t.instances, 2);
	cr_expect_eq(s.fleet->alert_count, 0, "an operator's doing is no alarm");
	cr_expect_eq(fleet_event(s.fleet, 0)->severity, SEVERITY_NONE);
	pass(&s, FLEET_GONE_LINGER_MS - 1);
	cr_expect_not_null(find(&s, RO, ONE));
	pass(&s, 1);
	cr_expect_null(find(&s, RO, ONE));
	cr_expect_eq(s.fleet->servers[RO].instance_count, 1);
	scene_end(&s);
}

Test(lists, one_that_is_recreated_keeps_its_row)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	pass(&s, 2000);
	happens(&s, ONE, DEVENT_KILL, 15);
	happens(&s, ONE, DEVENT_DIE, 0);
	happens(&s, ONE, DEVENT_DESTROY, 0);
	cr_expect(find(&s, RO, ONE)->gone);
	pass(&s, 3000);
	containers(&s, RO, "ollama-1", "ollama-2", NULL);
	c = running(&s, 100);
	c.host_port = 11434;
	container(&s, RO, ONE, &c);
	version(&s, RO, ONE, 2);
	expect(&s, STATE_OK, "");
	pass(&s, 60000);
	cr_assert_not_null(find(&s, RO, ONE));
	cr_expect_gt(find(&s, RO, ONE)->memory_history.count, 0);
	scene_end(&s);
}

Test(lists, an_alert_goes_with_its_instance)
{
	struct scene s;

	scene_healthy(&s);
	happens(&s, ONE, DEVENT_OOM, 0);
	happens(&s, ONE, DEVENT_DESTROY, 0);
	pass(&s, FLEET_GONE_LINGER_MS);
	cr_expect_null(find(&s, RO, ONE));
	cr_expect_eq(s.fleet->alert_count, 0);
	cr_expect_eq(s.fleet->status, FLEET_OK);
	cr_expect_not(fleet_acknowledge(s.fleet, "84/ollama-1"));
	scene_end(&s);
}

Test(lists, a_configured_one_without_a_container)
{
	struct scene s;

	scene_healthy(&s);
	containers(&s, RW, NULL, NULL);
	const struct instance *i = find(&s, RW, "ollama");
	cr_assert_not_null(i);
	cr_expect_eq(i->state, STATE_DOWN);
	cr_expect_str_eq(i->reason, "no container named ollama on server 80");
	version(&s, RW, "ollama", 2);
	cr_expect_eq(i->state, STATE_OK, "something answers there");
	containers(&s, RW, "ollama", NULL);
	cr_expect_eq(i->present, 1);
	scene_end(&s);
}

Test(lists, an_ollama_outside_docker_is_judged_by_its_api)
{
	struct scene s;

	scene_start(&s);
	docker(&s, RW);
	containers(&s, RW, NULL, NULL);
	const struct instance *i = find(&s, RW, "ollama");
	cr_expect_eq(i->state, STATE_UNKNOWN);
	version(&s, RW, "ollama", 2);
	containers(&s, RW, NULL, NULL);
	cr_expect_eq(i->state, STATE_OK);
	fail(&s, OBS_VERSION, RW, "ollama", "connection refused");
	cr_expect_str_eq(i->reason, "no container named ollama on server 80, connection refused");
	scene_end(&s);
}

Test(lists, a_configured_container_name_is_known)
{
	struct scene s;

	scene_start(&s);
	s.instances[0].container = (char *)"compose_ollama_1";
	docker(&s, RW);
	containers(&s, RW, "compose_ollama_1", NULL);
	cr_expect_eq(s.fleet->servers[RW].instance_count, 1);
	cr_expect_eq(find(&s, RW, "ollama")->present, 1);
	containers(&s, RW, NULL, NULL);
	fail(&s, OBS_VERSION, RW, "ollama", "connection refused");
	cr_expect_str_eq(find(&s, RW, "ollama")->reason,
		"no container named compose_ollama_1 on server 80, connection refused");
	scene_end(&s);
}

Test(lists, a_failed_list_changes_nothing)
{
	struct scene s;

	scene_healthy(&s);
	fail(&s, OBS_CONTAINERS, RO, NULL, "HTTP 500");
	cr_expect_eq(s.fleet->servers[RO].instance_count, 2);
	expect(&s, STATE_OK, "");
	scene_end(&s);
}

Test(lists, bounded)
{
	static char names[1000][24];
	static const char *list[1000];
	struct scene s;

	scene_start(&s);
	docker(&s, RO);
	for (int k = 0; k < 1000; k++) {
		snprintf(names[k], sizeof(names[k]), "ollama-%d", k);
		list[k] = names[k];
	}
	send(&s, (struct observation){.kind = OBS_CONTAINERS, .server = RO, .u.containers = {list, 1000}});
	cr_expect_eq(s.fleet->servers[RO].instance_count, FLEET_INSTANCES_MAX);
	scene_end(&s);
}

Test(health, a_check_that_cannot_run_is_a_warning_and_no_state)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	c = running(&s, 3600 * 1000);
	c.health = HEALTH_UNHEALTHY;
	c.health_error = (char *)"exec: \"curl\": executable file not found in $PATH";
	container(&s, RO, ONE, &c);
	expect(&s, STATE_OK, "");
	const struct alert *a = alert_of(&s, "84/ollama-1", CONDITION_HEALTH);
	cr_assert_not_null(a);
	cr_expect_eq(a->severity, SEVERITY_WARNING);
	cr_expect_str_eq(a->label, "health");
	cr_expect_str_eq(
		a->text, "its health check cannot run: exec: \"curl\": executable file not found in $PATH");
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_DEGRADED);
	c.health_error = NULL;
	c.health = HEALTH_HEALTHY;
	container(&s, RO, ONE, &c);
	cr_expect_eq(s.fleet->alert_count, 0);
	scene_end(&s);
}

Test(token, one_that_others_can_read_is_an_alert_until_it_is_mended)
{
	struct scene s;
	struct observation o = {.kind = OBS_TOKEN, .server = RO, .instance = ONE};

	scene_healthy(&s);
	o.u.token.warning = "every user can read it";
	send(&s, o);
	expect(&s, STATE_OK, "");
	const struct alert *a = alert_of(&s, "84/ollama-1", CONDITION_TOKEN);
	cr_assert_not_null(a);
	cr_expect_eq(a->severity, SEVERITY_WARNING);
	cr_expect_str_eq(a->label, "token");
	cr_expect_str_eq(a->text, "every user can read it");
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_DEGRADED);
	o.u.token.warning = NULL;
	send(&s, o);
	cr_expect_eq(s.fleet->alert_count, 0);
	scene_end(&s);
}

Test(inspects, are_kept_whole_and_bounded)
{
	static struct mount mounts[100];
	static char *env[300];
	struct scene s;
	struct container c;
	char huge[4096];

	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	for (int k = 0; k < 100; k++)
		mounts[k] = (struct mount){huge, (char *)"/data", (char *)"bind", true};
	for (int k = 0; k < 300; k++)
		env[k] = huge;
	scene_healthy(&s);
	c = running(&s, 3600 * 1000);
	c.name = c.image = huge;
	c.mounts = mounts;
	c.mount_count = 100;
	c.env = env;
	c.env_count = 300;
	memset(c.id, 'f', sizeof(c.id));
	container(&s, RO, ONE, &c);
	const struct container *kept = &find(&s, RO, ONE)->container;
	cr_expect_eq(kept->mount_count, FLEET_MOUNTS_MAX);
	cr_expect_eq(kept->env_count, FLEET_ENV_MAX);
	cr_expect_eq(strlen(kept->id), sizeof(kept->id) - 1);
	cr_expect_eq(strlen(kept->image), TEXT_NAME_MAX - 1);
	cr_expect_eq(strlen(kept->env[0]), FLEET_TEXT_MAX - 1);
	const uint64_t generation = s.fleet->generation;
	container(&s, RO, ONE, &c);
	cr_expect_eq(s.fleet->generation, generation, "the same again");
	env[5] = (char *)"OLLAMA_NOPRUNE=1";
	container(&s, RO, ONE, &c);
	cr_expect_str_eq(find(&s, RO, ONE)->container.env[5], "OLLAMA_NOPRUNE=1");
	scene_end(&s);
}

Test(lists, are_counted_for_scaling_once_they_were_heard)
{
	static const char *const names[] = {ONE, "ollama-2", NULL};
	struct scene s;

	scene_start(&s);
	docker(&s, RO);
	cr_expect_eq(fleet_scaled(&s.fleet->servers[RO]), -1);
	see_containers(&s, RO, names);
	cr_expect_eq(fleet_scaled(&s.fleet->servers[RO]), 2);
	scene_end(&s);
}
