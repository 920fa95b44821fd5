/* What a real Swarm of one node said of its services, nodes and tasks, and which tasks stand for a service. */
#include "ollama-top/docker.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODE "hhm5dai3nc5zerdz191kehtcx"

static struct parse_error error;

Test(swarm, a_service)
{
	size_t len;
	struct docker_service s;
	char *body = fixture_read("swarm-service.json", &len);
	cr_assert(docker_parse_service(body, len, &s, &error), "%s", error.text);
	cr_expect_str_eq(s.id, "ldehn6nps1hey59tuoo5tuscm");
	cr_expect_eq(s.version, 11);
	cr_expect_eq(s.replicas, 2);
	/* What Swarm takes where the spec says nothing. */
	cr_expect_eq(s.force, 0);
	cr_expect_eq(s.rules.parallelism, 1);
	cr_expect_not(s.rules.start_first);
	cr_expect_eq(s.rules.delay_ms, 0);
	cr_expect_eq(s.rules.on_failure, SERVICE_PAUSES);
	cr_expect_eq(s.rules.restart, SERVICE_REPLACES_ANY);
	cr_expect_eq(s.rules.attempts, 0);
	cr_expect_eq(s.restart_delay_ms, 2000);
	cr_expect_eq(s.grace_ms, 10000);
	cr_expect_eq(s.monitor_ms, 5000);
	cr_expect_eq(s.update, UPDATE_NONE);
	cr_expect_str_empty(s.message);
	free(body);
	static const char global[] =
		"{\"ID\":\"k5oa118n2sz2\",\"Version\":{\"Index\":7},\"Spec\":{\"Mode\":{\"Global\":{}}}}";
	cr_assert(docker_parse_service(global, sizeof global - 1, &s, &error));
	cr_expect_eq(s.replicas, -1);
	static const char bad[] = "{\"ID\":\"../../nodes\"}";
	cr_expect_not(docker_parse_service(bad, sizeof bad - 1, &s, &error));
}

static struct docker_service parsed(const char *body)
{
	struct docker_service s;
	cr_assert(docker_parse_service(body, strlen(body), &s, &error), "%s: %s", error.text, body);
	return s;
}

Test(swarm, how_a_service_replaces_its_tasks)
{
	struct docker_service s = parsed(
		"{\"ID\":\"x\",\"Spec\":{\"TaskTemplate\":{\"ContainerSpec\":{\"StopGracePeriod\":"
		"90000000000},"
		"\"RestartPolicy\":{\"Condition\":\"on-failure\",\"Delay\":1500000000,\"MaxAttempts\":3},"
		"\"ForceUpdate\":7},\"UpdateConfig\":{\"Parallelism\":2,\"Delay\":10000000000,"
		"\"FailureAction\":"
		"\"rollback\",\"Monitor\":20000000000,\"MaxFailureRatio\":0,\"Order\":\"start-first\"}}}");
	cr_expect_eq(s.force, 7);
	cr_expect_eq(s.rules.parallelism, 2);
	cr_expect(s.rules.start_first);
	cr_expect_eq(s.rules.delay_ms, 10000);
	cr_expect_eq(s.rules.on_failure, SERVICE_ROLLS_BACK);
	cr_expect_eq(s.rules.restart, SERVICE_REPLACES_FAILED);
	cr_expect_eq(s.rules.attempts, 3);
	cr_expect_eq(s.restart_delay_ms, 1500);
	cr_expect_eq(s.grace_ms, 90000);
	cr_expect_eq(s.monitor_ms, 20000);
	/* An UpdateConfig without a number is one of 0: all at once. */
	s = parsed("{\"ID\":\"x\",\"Spec\":{\"TaskTemplate\":{\"RestartPolicy\":{\"Condition\":\"none\"}},"
		   "\"UpdateConfig\":{\"FailureAction\":\"continue\",\"Order\":\"sideways\"}}}");
	cr_expect_eq(s.rules.parallelism, 0);
	cr_expect_not(s.rules.start_first);
	cr_expect_eq(s.rules.on_failure, SERVICE_GOES_ON);
	cr_expect_eq(s.rules.restart, SERVICE_REPLACES_NONE);
	/* Who waits for it comes to an end. */
	s = parsed("{\"ID\":\"x\",\"Spec\":{\"UpdateConfig\":{\"Parallelism\":1e300,\"Delay\":9e18,"
		   "\"Monitor\":-5}}}");
	cr_expect_eq(s.rules.parallelism, INT32_MAX);
	cr_expect_eq(s.rules.delay_ms, 24 * 3600000);
	cr_expect_eq(s.monitor_ms, 5000);
}

Test(swarm, how_far_an_update_is)
{
	static const struct {
		const char *word;
		enum docker_update update;
	} states[] = {
		{"updating", UPDATE_RUNS},
		{"paused", UPDATE_PAUSED},
		{"completed", UPDATE_COMPLETED},
		{"rollback_started", ROLLBACK_RUNS},
		{"rollback_paused", ROLLBACK_PAUSED},
		{"rollback_completed", ROLLBACK_COMPLETED},
		{"of another version", UPDATE_NONE},
	};
	char body[512];
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		snprintf(body, sizeof body,
			"{\"ID\":\"x\",\"UpdateStatus\":{\"State\":\"%s\",\"StartedAt\":"
			"\"2026-11-29T19:07:49.757575874Z\",\"Message\":\"update\\u001b[2J paused\"}}",
			states[i].word);
		struct docker_service s = parsed(body);
		cr_expect_eq(s.update, states[i].update, "%s", states[i].word);
		cr_expect_not_null(strstr(s.message, "paused"));
		cr_expect_null(strchr(s.message, '\033'), "what a server says is cleaned");
	}
}

Test(swarm, a_task_tells_by_which_force_it_was_made)
{
	static const char body[] = "[{\"ID\":\"a\",\"Slot\":1,\"Spec\":{\"ForceUpdate\":3}},{\"ID\":\"b\","
				   "\"Slot\":2,\"Spec\":{}}]";
	struct docker_task *tasks;
	size_t count;
	cr_assert(docker_parse_tasks(body, sizeof body - 1, &tasks, &count, &error), "%s", error.text);
	cr_assert_eq(count, 2);
	cr_expect_eq(tasks[0].force, 3);
	cr_expect_eq(tasks[1].force, 0);
	free(tasks);
}

Test(swarm, nodes_have_names)
{
	size_t len, count;
	struct docker_node *nodes;
	char *body = fixture_read("swarm-nodes.json", &len);
	cr_assert(docker_parse_nodes(body, len, &nodes, &count, &error), "%s", error.text);
	cr_assert_eq(count, 1);
	cr_expect_str_eq(nodes[0].id, NODE);
	cr_expect_str_eq(nodes[0].name, "vm");
	free(nodes);
	free(body);
}

static const struct docker_task *task(const struct docker_task *tasks, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(tasks[i].id, id) == 0)
			return &tasks[i];
	cr_assert_fail("no task %s", id);
	return NULL;
}

Test(swarm, tasks_of_every_kind)
{
	size_t len, count;
	struct docker_task *tasks;
	char *body = fixture_read("swarm-tasks.json", &len);
	cr_assert(docker_parse_tasks(body, len, &tasks, &count, &error), "%s", error.text);
	cr_assert_eq(count, 9);
	const struct docker_task *t = task(tasks, count, "4kvlqr07kqrhlkqa33blcuhak");
	cr_expect_eq(t->phase, TASK_RUNNING);
	cr_expect_eq(t->slot, 2);
	cr_expect_eq(t->host_port, 0);
	cr_expect_str_eq(t->node, NODE);
	cr_expect_str_eq(t->container, "777cc4be65b158bc22db2d405ec278ec23605eb574147643bf4e6d8b32993074");
	/* The engine says it once for IPv4 and once for IPv6. */
	t = task(tasks, count, "oaq7lg854tc8z5ji3zfhmr2t1");
	cr_expect_eq(t->host_port, 11500);
	t = task(tasks, count, "r6i9lauwxt9kt9u1vx2aibdt2");
	cr_expect_eq(t->phase, TASK_WAITING);
	cr_expect_str_eq(t->state, "starting");
	cr_expect_eq(t->host_port, 0);
	t = task(tasks, count, "apcz1qh5fyyr2nvr4q92ll0fm");
	cr_expect_eq(t->slot, 0, "one for each node");
	t = task(tasks, count, "ujzo7uyh4salrttumracqjede");
	cr_expect_eq(t->phase, TASK_OVER);
	cr_expect(t->failed && !t->wanted && !t->forgotten);
	cr_expect_not_null(strstr(t->error, "exec: \"/bin/nope\""));
	free(tasks);
	free(body);
}

/* "ID SLOT DESIRED STATE SECOND [ERROR]" */
static size_t choose(const char *const *rows, int replicas, struct docker_task **tasks)
{
	char body[8192] = "[";
	size_t count;
	for (size_t i = 0; rows[i] != NULL; i++) {
		char id[16], desired[16], state[16], err[32] = "";
		int slot, second;
		size_t used = strlen(body);
		/* NOLINTNEXTLINE(cert-err34-c) */
		cr_assert_geq(
			sscanf(rows[i], "%15s %d %15s %15s %d %31s", id, &slot, desired, state, &second, err),
			5);
		snprintf(body + used, sizeof body - used,
			"%s{\"ID\":\"%s\",\"Slot\":%d,\"NodeID\":\"n\",\"DesiredState\":\"%s\",\"CreatedAt\":"
			"\"2026-01-01T12:%02d:%02dZ\",\"Status\":{\"State\":\"%s\",\"Err\":\"%s\"}}",
			i > 0 ? "," : "", id, slot, desired, second / 60, second % 60, state, err);
	}
	strncat(body, "]", 2);
	cr_assert(docker_parse_tasks(body, strlen(body), tasks, &count, &error), "%s", error.text);
	return docker_choose_tasks(*tasks, count, replicas);
}
#define CHOOSE(replicas, tasks, ...) choose((const char *const[]){__VA_ARGS__, NULL}, replicas, tasks)

Test(swarm, each_slot_has_the_task_that_is_meant_to_run)
{
	struct docker_task *t;
	size_t count = CHOOSE(3, &t, "c 3 running running 1", "old 1 shutdown failed 2 boom",
		"new 1 running running 9", "gone 2 shutdown running 3", "next 2 ready ready 8");
	cr_assert_eq(count, 3);
	cr_expect_eq(t[0].failures, 1);
	cr_expect_eq(t[1].phase, TASK_WAITING);
	cr_expect_str_eq(t[0].id, "new");
	cr_expect_str_eq(t[0].error, "", "what runs has no error");
	cr_expect_str_eq(t[1].id, "next");
	cr_expect_str_eq(t[2].id, "c");
	free(t);
}

Test(swarm, a_task_that_waits_tells_why_the_one_before_failed)
{
	struct docker_task *t;
	size_t count = CHOOSE(1, &t, "a 1 shutdown failed 0 first", "b 1 shutdown failed 590 second",
		"c 1 shutdown rejected 595 third", "d 1 ready ready 600");
	cr_assert_eq(count, 1);
	cr_expect_eq(t[0].failures, 2, "what failed ten minutes ago is history");
	cr_expect_str_eq(t[0].id, "d");
	cr_expect_str_eq(t[0].error, "third", "the newest");
	free(t);
}

Test(swarm, places_that_are_given_up)
{
	struct docker_task *t;
	/* Restarted no more: still one of two. */
	cr_expect_eq(CHOOSE(2, &t, "a 1 running running 1", "b 2 shutdown failed 1 boom"), 2);
	cr_expect_eq(t[1].phase, TASK_OVER);
	free(t);
	/* What is left of a third is history once there are two. */
	cr_expect_eq(CHOOSE(2, &t, "a 1 running running 1", "b 2 running starting 1",
			     "c 3 shutdown failed 1 boom"),
		2);
	free(t);
	/* Scaled down: it is there while it runs. */
	cr_expect_eq(CHOOSE(1, &t, "a 1 running running 1", "b 2 remove running 1"), 2);
	cr_expect_eq(t[1].phase, TASK_LEAVING);
	free(t);
	cr_expect_eq(CHOOSE(2, &t, "a 1 running running 1", "b 2 remove shutdown 1"), 1);
	free(t);
	cr_expect_eq(CHOOSE(0, &t, "a 1 remove pending 1"), 0);
	free(t);
	cr_expect_eq(docker_choose_tasks(NULL, 0, 3), 0);
}

Test(swarm, words_of_later_versions_are_no_end)
{
	struct docker_task *t;
	cr_assert_eq(CHOOSE(1, &t, "a 1 running dreaming 1"), 1);
	cr_expect_eq(t[0].phase, TASK_WAITING);
	cr_expect_str_eq(t[0].state, "dreaming");
	free(t);
}

Test(swarm, events_of_services_and_of_containers_that_are_tasks)
{
	static const char update[] =
		"{\"Type\":\"service\",\"Action\":\"update\",\"Actor\":{\"ID\":\"ldehn6nps1hey59tuoo5tuscm\","
		"\"Attributes\":{\"name\":\"ollama\",\"replicas.new\":\"4\",\"replicas.old\":\"2\"}},"
		"\"scope\":\"swarm\",\"time\":1795595873,\"timeNano\":1795595873698876538}";
	static const char network[] =
		"{\"Type\":\"network\",\"Action\":\"connect\",\"Actor\":{\"ID\":\"6b8b\"}}";
	struct docker_event_line event;
	cr_assert(docker_parse_event(update, sizeof update - 1, &event, &error));
	cr_expect_eq(event.what, DEVENT_SWARM);
	cr_expect_not(docker_parse_event(network, sizeof network - 1, &event, &error));
	static const char list[] =
		"[{\"Id\":\"abc\",\"Names\":[\"/ollama.1.x\"],\"State\":\"running\",\"Labels\":"
		"{\"com.docker.swarm.service.name\":\"ollama\"}},{\"Id\":\"def\",\"Names\":[\"/ollama\"]}]";
	struct docker_listed *listed;
	size_t count;
	cr_assert(docker_parse_list(
		list, sizeof list - 1, &(struct discover_spec){0}, &listed, &count, &error));
	cr_assert_eq(count, 2);
	cr_expect_str_eq(listed[0].service, "ollama");
	cr_expect_str_eq(listed[1].service, "");
	free(listed);
}
