/* containers.c - what can be done to containers, and the events that it leaves. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

Test(containers, are_found_by_name_id_and_unique_prefix)
{
	struct fixture f = fixture_new();
	char prefix[13];

	snprintf(prefix, sizeof prefix, "%.12s", f.one->id);
	cr_expect_eq(world_container(f.ro, "ollama-1"), f.one);
	cr_expect_eq(world_container(f.ro, "/ollama-1"), f.one);
	cr_expect_eq(world_container(f.ro, f.one->id), f.one);
	cr_expect_eq(world_container(f.ro, prefix), f.one);
	cr_expect_null(world_container(f.ro, ""));
	cr_expect_null(world_container(f.ro, "/"));
	cr_expect_null(world_container(f.ro, "ollama"), "a part of a name is no name");
	cr_expect_null(world_container(f.rw, f.one->id), "each server has its own");
	memcpy(f.two->id, f.one->id, 8);
	snprintf(prefix, sizeof prefix, "%.8s", f.one->id);
	cr_expect_null(world_container(f.ro, prefix), "an ambiguous prefix is none");
	cr_expect_eq(world_target(f.world, "84/ollama-1"), f.one);
	cr_expect_null(world_target(f.world, "8/ollama-1"));
	cr_expect_null(world_target(f.world, "84"));
	fixture_free(&f);
}

Test(containers, have_one_name_each)
{
	struct fixture f = fixture_new();
	const char *why = "";

	cr_expect_null(world_create(f.ro, "ollama-1", "ollama/ollama"));
	cr_expect_not(world_rename(f.one, "ollama-2", &why));
	cr_expect_str_eq(why, "is already in use");
	cr_expect(world_rename(f.one, "old", &why));
	cr_expect_eq(world_container(f.ro, "old"), f.one);
	cr_expect_str_eq(fixture_events(&f, 0, f.one), "rename");
	fixture_free(&f);
}

Test(containers, stop_says_kill_die_stop_and_stays)
{
	struct fixture f = fixture_new();
	const char *why = "";

	cr_expect(world_stop(f.one, 10000, &why));
	cr_expect_eq(f.one->status, WORLD_RUNNING, "it has its time to end");
	fixture_pass(&f, 500);
	cr_expect_eq(f.one->status, WORLD_EXITED);
	cr_expect_eq(f.one->exit_code, 0);
	cr_expect_str_eq(fixture_events(&f, 0, f.one), "kill die stop");
	fixture_pass(&f, 120000);
	cr_expect_eq(f.one->status, WORLD_EXITED, "unless-stopped: it was stopped");
	cr_expect_not(world_stop(f.one, 1, &why));
	fixture_free(&f);
}

Test(containers, deaf_to_sigterm_is_killed_after_the_grace)
{
	struct fixture f = fixture_new();
	const char *why = "";

	f.one->hang_api = true;
	cr_expect(world_stop(f.one, 2000, &why));
	fixture_pass(&f, 1900);
	cr_expect_eq(f.one->status, WORLD_RUNNING);
	fixture_pass(&f, 200);
	cr_expect_eq(f.one->status, WORLD_EXITED);
	cr_expect_eq(f.one->exit_code, 137);
	cr_expect_str_eq(fixture_events(&f, 0, f.one), "kill kill die stop");
	fixture_free(&f);
}

Test(containers, docker_kill_keeps_the_policy_from_acting)
{
	struct fixture f = fixture_new();
	const char *why = "";

	cr_expect(world_kill(f.one, SIGKILL, &why));
	cr_expect_eq(f.one->exit_code, 137);
	fixture_pass(&f, 60000);
	cr_expect_eq(f.one->status, WORLD_EXITED);
	cr_expect_not(world_kill(f.one, SIGKILL, &why));
	cr_expect(world_kill(f.two, SIGHUP, &why), "a signal that it handles does not end it");
	cr_expect_eq(f.two->status, WORLD_RUNNING);
	fixture_free(&f);
}

Test(containers, that_die_come_back_later_each_time)
{
	struct fixture f = fixture_new();
	int64_t waits[3];

	for (int i = 0; i < 3; i++) {
		world_die(f.one, 1, false);
		cr_expect_eq(f.one->status, WORLD_RESTARTING);
		waits[i] = f.one->restart_at - f.world->wall;
		fixture_pass(&f, waits[i] + 100);
		cr_expect_eq(f.one->status, WORLD_RUNNING);
		cr_expect_eq(f.one->restart_count, i + 1);
	}
	cr_expect_eq(waits[0], 100);
	cr_expect_eq(waits[1], 200);
	cr_expect_eq(waits[2], 400);
	fixture_pass(&f, 11000);
	world_die(f.one, 1, false);
	cr_expect_eq(f.one->restart_at - f.world->wall, 100, "ten good seconds make up for it");
	fixture_free(&f);
}

Test(containers, on_failure_counts_and_minds_the_exit_code)
{
	struct fixture f = fixture_new();

	cr_assert(world_set_string(&f.one->restart_policy, "on-failure"));
	f.one->restart_max = 1;
	world_die(f.one, 3, false);
	fixture_pass(&f, 300);
	cr_expect_eq(f.one->status, WORLD_RUNNING);
	world_die(f.one, 3, false);
	cr_expect_eq(f.one->status, WORLD_EXITED, "one restart was allowed");
	cr_assert(world_set_string(&f.two->restart_policy, "on-failure"));
	world_die(f.two, 0, false);
	cr_expect_eq(f.two->status, WORLD_EXITED, "0 is no failure");
	fixture_free(&f);
}

Test(containers, oom_kills_all_or_the_runner_alone)
{
	struct fixture f = fixture_new();

	cr_assert_not_null(world_load(f.one, world_model(f.one, "mistral:7b"), 0, -1));
	world_oom(f.one, true);
	cr_expect_eq(f.one->status, WORLD_RUNNING);
	cr_expect_eq(f.one->loaded_count, 0);
	cr_expect_str_eq(fixture_events(&f, 0, f.one), "oom");
	cr_assert(world_set_string(&f.two->restart_policy, "no"));
	world_oom(f.two, false);
	cr_expect_eq(f.two->status, WORLD_EXITED);
	cr_expect_eq(f.two->exit_code, 137);
	cr_expect(f.two->oom_killed);
	cr_expect_str_eq(fixture_events(&f, 0, f.two), "oom die");
	fixture_free(&f);
}

Test(containers, pause_stops_answers_but_not_the_port)
{
	struct fixture f = fixture_new();
	const char *why = "";

	cr_expect(world_answering(f.one));
	cr_expect(world_pause(f.one, &why));
	cr_expect(world_listening(f.one));
	cr_expect_not(world_answering(f.one));
	cr_expect_not(world_pause(f.one, &why));
	cr_expect(world_unpause(f.one, &why));
	cr_expect(world_answering(f.one));
	cr_expect_not(world_unpause(f.one, &why));
	fixture_free(&f);
}

Test(containers, share_no_port)
{
	struct fixture f = fixture_new();
	struct world_container *clone = world_create(f.ro, "ollama-3", "ollama/ollama:latest");
	const char *why = "";

	clone->host_port = 11435;
	cr_expect_not(world_start(clone, &why));
	cr_expect_str_eq(why, "port is already allocated");
	cr_expect_str_eq(clone->error, why);
	clone->host_port = 11440;
	cr_expect(world_start(clone, &why));
	cr_expect_not(world_listening(clone), "Ollama needs a moment");
	fixture_pass(&f, 2000);
	cr_expect(world_listening(clone));
	fixture_free(&f);
}

Test(containers, are_removed_when_stopped_or_by_force)
{
	struct fixture f = fixture_new();
	const char *why = "";

	cr_expect_not(world_remove(f.one, false, &why));
	cr_expect(world_remove(f.one, true, &why));
	cr_expect_null(world_container(f.ro, "ollama-1"));
	cr_expect_str_eq(fixture_events(&f, 0, NULL), "kill die destroy");
	fixture_free(&f);
}

Test(containers, keep_the_mount_they_started_with)
{
	struct fixture f = fixture_new();
	struct world_host_mount local = {.path = (char *)(uintptr_t) "/opt/ollama-models",
		.fstype = (char *)(uintptr_t) "ext4",
		.source = (char *)(uintptr_t) "/dev/sda1"};
	const char *why = "";

	cr_assert(world_host_mount(f.ro, &local));
	cr_expect_str_eq(f.one->mounts[0].fstype, "nfs4");
	cr_expect_not_null(world_store_of(f.one));
	cr_expect(world_restart(f.one, &why));
	cr_expect_str_eq(f.one->mounts[0].fstype, "ext4");
	cr_expect_null(world_store_of(f.one));
	cr_expect_str_eq(fixture_events(&f, 0, f.one), "kill die stop start restart");
	fixture_free(&f);
}

Test(containers, that_cannot_write_may_not_start)
{
	struct fixture f = fixture_new();
	const char *why = "";

	f.store->no_key = true;
	cr_expect(world_restart(f.one, &why));
	fixture_pass(&f, 3000);
	cr_expect_not(world_answering(f.one));
	cr_expect_gt(f.one->restart_count, 0, "it tries again and again");
	cr_expect(world_restart(f.ollama, &why), "the rw one makes the key");
	fixture_pass(&f, 70000);
	cr_expect(world_answering(f.one));
	f.store->leftover = true;
	cr_expect_str_eq(
		fixture_do(f.world,
			"{\"do\":\"env\",\"target\":\"84/ollama-1\",\"env\":[\"OLLAMA_NOPRUNE=1\"]}"),
		"");
	cr_expect(world_restart(f.one, &why));
	cr_expect(world_restart(f.two, &why));
	fixture_pass(&f, 2000);
	cr_expect(world_answering(f.one), "it does not prune");
	cr_expect_not(world_answering(f.two));
	fixture_free(&f);
}

Test(containers, health_check_without_its_program_never_passes)
{
	static const char *const curl[] = {"CMD", "curl", "-f", "http://localhost:11434/api/version"};
	static const char *const ps[] = {"CMD", "ollama", "ps"};
	struct fixture f = fixture_new();
	const char *why = "";

	cr_assert(world_set_list(&f.one->health_test, &f.one->health_test_count, curl, 4));
	cr_assert(world_set_list(&f.two->health_test, &f.two->health_test_count, ps, 3));
	cr_assert(world_restart(f.one, &why) && world_restart(f.two, &why));
	cr_expect_eq(f.one->health, WORLD_HEALTH_STARTING);
	fixture_pass(&f, 130000);
	cr_expect_eq(f.one->health, WORLD_HEALTH_UNHEALTHY);
	cr_expect_eq(f.two->health, WORLD_HEALTH_HEALTHY);
	cr_expect_eq(f.one->health_log[0].exit_code, -1);
	cr_expect_not_null(strstr(f.one->health_log[0].output, "exec: \"curl\": executable file not found"));
	cr_expect_not_null(strstr(fixture_events(&f, 0, f.two), "exec_create: ollama ps"));
	cr_expect_not_null(strstr(fixture_events(&f, 0, f.one), "health_status: unhealthy"));
	fixture_free(&f);
}
