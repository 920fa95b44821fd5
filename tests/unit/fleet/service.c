/* Instances that are tasks of a Swarm service. */
#include "ollama-top/text.h"
#include "scene.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void swarm(struct scene *s)
{
	scene_healthy(s);
	fleet_free(s->fleet);
	s->servers[RO].discover = (struct discover_spec){0};
	s->servers[RO].scale =
		(struct scale_spec){.given = true, .service = (char *)"llm", .min = 1, .max = 6};
	s->fleet = fleet_new(&s->spec, s->now, s->wall);
	docker(s, RO);
	containers(s, RO, NULL);
}

static struct observed_task task(const char *name, const char *id, const char *node, enum task_phase phase)
{
	struct observed_task t = {.id = id, .node = node, .state = "running", .phase = phase};

	snprintf(t.name, sizeof(t.name), "%s", name);
	t.here = node && strcmp(node, "manager") == 0;
	return t;
}

static void see(struct scene *s, int replicas, const struct observed_task *tasks, size_t count)
{
	struct observation o = {.kind = OBS_TASKS, .server = RO};

	o.u.tasks.replicas = replicas;
	o.u.tasks.tasks = tasks;
	o.u.tasks.count = count;
	send(s, o);
}

static void expect(struct scene *s, const char *name, enum state state, const char *reason)
{
	const struct instance *i = find(s, RO, name);

	cr_assert_not_null(i, "%s", name);
	cr_expect_eq(i->state, state, "%s is %s", name, state_name(i->state));
	cr_expect_str_eq(i->reason ? i->reason : "", reason);
}

Test(service, what_its_spec_says_of_its_tasks_is_kept)
{
	struct scene s;
	struct observation o = {.kind = OBS_TASKS, .server = RO};

	swarm(&s);
	o.u.tasks.replicas = 3;
	o.u.tasks.rules = (struct service_rules){.parallelism = 2,
		.start_first = true,
		.delay_ms = 10000,
		.on_failure = SERVICE_ROLLS_BACK,
		.restart = SERVICE_REPLACES_FAILED,
		.attempts = 3};
	send(&s, o);
	const struct service_rules *rules = &s.fleet->servers[RO].service.rules;
	cr_expect_eq(rules->parallelism, 2);
	cr_expect(rules->start_first);
	cr_expect_eq(rules->delay_ms, 10000);
	cr_expect_eq(rules->on_failure, SERVICE_ROLLS_BACK);
	cr_expect_eq(rules->restart, SERVICE_REPLACES_FAILED);
	cr_expect_eq(rules->attempts, 3);
	/* One that cannot be asked for a while stays what it was. */
	fail(&s, OBS_TASKS, RO, NULL, "timeout");
	cr_expect_eq(rules->parallelism, 2);
	scene_end(&s);
}

Test(service, a_task_elsewhere_is_ok_without_figures)
{
	struct scene s;
	struct totals totals;

	swarm(&s);
	const struct observed_task tasks[] = {
		task("llm.1", "a", "manager", TASK_RUNNING), task("llm.2", "b", "gpu-b", TASK_RUNNING)};
	see(&s, 2, tasks, 2);
	expect(&s, "llm.1", STATE_OK, "runs on this node without a port of its own: not asked itself");
	expect(&s, "llm.2", STATE_OK, "runs on node gpu-b: not asked itself");
	const struct instance *i = find(&s, RO, "llm.2");
	cr_expect_null(i->url);
	cr_expect_not(i->container.known);
	cr_expect_eq(i->memory_used, -1);
	cr_expect(isnan(i->api.latency_ms));
	cr_expect(fleet_task_unasked(i));
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_OK, "they count as answering");
	fleet_totals(s.fleet, &totals);
	cr_expect_eq(totals.nfs_expected, 1, "their stores are nobody's to judge");
	cr_expect_eq(s.fleet->alert_count, 0);
	/* A list of containers says nothing of tasks. */
	containers(&s, RO, NULL);
	expect(&s, "llm.2", STATE_OK, "runs on node gpu-b: not asked itself");
	scene_end(&s);
}

Test(service, a_task_with_a_port_of_its_own_is_an_instance_like_any)
{
	struct scene s;

	swarm(&s);
	struct observed_task t = task("llm.1", "a", "manager", TASK_RUNNING);
	t.own_port = true;
	see(&s, 1, &t, 1);
	expect(&s, "llm.1", STATE_UNKNOWN, "nothing heard yet");
	struct container c = running(&s, 5000);
	container(&s, RO, "llm.1", &c);
	version(&s, RO, "llm.1", 3);
	expect(&s, "llm.1", STATE_OK, "");
	cr_expect_not(fleet_task_unasked(find(&s, RO, "llm.1")));
	fail(&s, OBS_VERSION, RO, "llm.1", "refused");
	cr_expect_eq(find(&s, RO, "llm.1")->state, STATE_DOWN);
	/* Another task in its place is another process in another container. */
	t.id = "b";
	t.own_port = false;
	t.phase = TASK_WAITING;
	t.state = "starting";
	t.error = "task: non-zero exit (137)";
	see(&s, 1, &t, 1);
	expect(&s, "llm.1", STATE_STARTING, "Swarm says starting on node manager: task: non-zero exit (137)");
	cr_expect_not(find(&s, RO, "llm.1")->container.known);
	scene_end(&s);
}

Test(service, what_waits_for_long_or_fails_again_is_down)
{
	struct scene s;

	swarm(&s);
	struct observed_task t = task("llm.1", "a", NULL, TASK_WAITING);
	t.state = "pending";
	t.error = "no suitable node (insufficient resources on 1 node)";
	see(&s, 1, &t, 1);
	expect(&s, "llm.1", STATE_STARTING,
		"Swarm says pending: no suitable node (insufficient resources on 1 node)");
	pass(&s, FLEET_STARTING_MS);
	expect(&s, "llm.1", STATE_DOWN,
		"Swarm says pending: no suitable node (insufficient resources on 1 node)");
	cr_expect_not_null(alert_of(&s, "84/llm.1", CONDITION_DOWN));
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_DOWN);
	t.id = "b";
	t.phase = TASK_RUNNING;
	t.error = NULL;
	see(&s, 1, &t, 1);
	cr_expect_eq(find(&s, RO, "llm.1")->state, STATE_OK);
	t.id = "c";
	t.phase = TASK_WAITING;
	t.failures = FLEET_CRASHES;
	t.error = "boom";
	see(&s, 1, &t, 1);
	expect(&s, "llm.1", STATE_DOWN, "keeps failing: boom");
	scene_end(&s);
}

Test(service, tasks_that_leave_and_are_gone)
{
	struct scene s;

	swarm(&s);
	cr_expect_eq(fleet_scaled(&s.fleet->servers[RO]), -1, "not seen yet");
	struct observed_task tasks[] = {
		task("llm.1", "a", "gpu-b", TASK_RUNNING), task("llm.2", "b", "gpu-c", TASK_RUNNING)};
	see(&s, 2, tasks, 2);
	cr_expect_eq(fleet_scaled(&s.fleet->servers[RO]), 2);
	tasks[1].phase = TASK_LEAVING;
	see(&s, 1, tasks, 2);
	cr_expect_eq(fleet_scaled(&s.fleet->servers[RO]), 1, "what it is to have counts");
	expect(&s, "llm.2", STATE_STOPPED, "Swarm is ending it");
	see(&s, 1, tasks, 1);
	expect(&s, "llm.2", STATE_STOPPED, "its task is gone");
	cr_expect(last_event_has(&s, "its task is gone"));
	pass(&s, FLEET_GONE_LINGER_MS);
	cr_expect_null(find(&s, RO, "llm.2"));
	/* In the place of one that is gone another may come. */
	see(&s, 2, tasks, 2);
	cr_expect_not(find(&s, RO, "llm.2")->gone);
	scene_end(&s);
}

Test(service, a_service_that_cannot_be_seen_is_an_alert)
{
	struct scene s;

	swarm(&s);
	cr_expect_eq(s.fleet->servers[RO].service.link.status, LINK_UNKNOWN);
	cr_expect_eq(s.fleet->servers[RW].service.link.status, LINK_NONE);
	fail(&s, OBS_TASKS, RO, NULL, "there is no service llm");
	const struct alert *alert = alert_of(&s, "84", CONDITION_SERVICE);
	cr_assert_not_null(alert);
	cr_expect_str_eq(alert->text, "there is no service llm");
	cr_expect_str_eq(alert->label, "service");
	see(&s, 0, NULL, 0);
	cr_expect_null(alert_of(&s, "84", CONDITION_SERVICE));
	scene_end(&s);
}

Test(service, a_configured_instance_of_that_name_stays_what_it_is)
{
	struct scene s;

	swarm(&s);
	s.servers[RW].scale.service = (char *)"ollama";
	struct observed_task t = task("ollama", "a", "gpu-b", TASK_RUNNING);
	struct observation o = {.kind = OBS_TASKS, .server = RW};
	o.u.tasks.replicas = 1;
	o.u.tasks.tasks = &t;
	o.u.tasks.count = 1;
	send(&s, o);
	cr_expect_not(find(&s, RW, "ollama")->task.known);
	scene_end(&s);
}
