/* The balancer's pool against what runs. */
#include "scene.h"

#include <criterion/criterion.h>
#include <string.h>

#define ONE  "ollama-1"
#define A80  "http://10.0.0.80:11434"
#define A84  "http://10.0.0.84:11434"
#define A84B "http://10.0.0.84:11435"

Test(pool, disagreements)
{
	static const struct {
		const char *first;
		enum state state;
		const char *reason;
	} rows[] = {
		{A84 "=UP", STATE_OK, NULL},
		{A84 "=", STATE_OK, NULL},
		{A84 "/=UP", STATE_OK, NULL},
		{"HTTP://10.0.0.84:11434/x=UP", STATE_OK, NULL},
		{"http://ollama:11434=UP", STATE_OK, NULL}, /* the container's name */
		{A84 "=DOWN", STATE_LB, "answers, but the balancer says DOWN"},
		{"http://10.0.0.84:11439=UP", STATE_LB, "answers, but is not in the balancer's pool"},
		{"https://10.0.0.84=UP", STATE_LB, "answers, but is not in the balancer's pool"},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		pool(&s, A80 "=UP", rows[k].first, A84B "=UP", NULL);
		const struct instance *i = find(&s, RO, ONE);
		cr_expect_eq(i->state, rows[k].state, "%s: %s", rows[k].first, state_name(i->state));
		if (rows[k].reason)
			cr_expect_str_eq(i->reason, rows[k].reason);
		cr_expect_eq(find(&s, RO, "ollama-2")->state, STATE_OK);
		scene_end(&s);
	}
}

Test(pool, default_ports)
{
	static const struct {
		const char *ours, *theirs;
		int in_pool;
	} rows[] = {
		{"https://ollama.example.org", "https://Ollama.example.org:443=UP", 1},
		{"https://ollama.example.org:443", "https://ollama.example.org/=UP", 1},
		{"http://ollama.example.org", "http://ollama.example.org:80=UP", 1},
		{"http://ollama.example.org", "https://ollama.example.org=UP", 0},
		{"http://[fe80::1]", "http://[fe80::1]:80=UP", 1},
		{"http://[fe80::1]:8080", "http://[fe80::1]=UP", 0},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct scene s;

		scene_start(&s);
		scene_end(&s);
		s.instances[0].url = (char *)rows[k].ours;
		s.fleet = fleet_new(&s.spec, 1, 1);
		pool(&s, rows[k].theirs, NULL);
		cr_expect_eq(find(&s, RW, "ollama")->in_pool, rows[k].in_pool, "%s", rows[k].theirs);
		scene_end(&s);
	}
}

Test(pool, a_rw_server_outside_it_is_a_choice)
{
	struct scene s;

	scene_healthy(&s);
	pool(&s, A84 "=UP", A84B "=UP", NULL);
	cr_expect_eq(find(&s, RW, "ollama")->in_pool, 0);
	cr_expect_eq(find(&s, RW, "ollama")->state, STATE_OK);
	pool(&s, A80 "=DOWN", A84 "=UP", A84B "=UP", NULL);
	cr_expect_eq(find(&s, RW, "ollama")->state, STATE_LB);
	scene_end(&s);
}

Test(pool, without_a_balancer_nothing_is_known)
{
	struct scene s;

	scene_start(&s);
	cr_expect_eq(s.fleet->balancer.link.status, LINK_UNKNOWN);
	version(&s, RW, "ollama", 2);
	cr_expect_eq(find(&s, RW, "ollama")->in_pool, -1);
	cr_expect_eq(find(&s, RW, "ollama")->state, STATE_OK);
	scene_end(&s);
}

Test(pool, needs_time_to_see_an_instance_come_back)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	version(&s, RO, ONE, 2);
	pool(&s, A80 "=UP", A84 "=DOWN", A84B "=UP", NULL);
	cr_expect_eq(i->state, STATE_OK);
	pass(&s, FLEET_LB_SETTLE_MS - 1);
	cr_expect_eq(i->state, STATE_OK);
	pass(&s, 1);
	cr_expect_eq(i->state, STATE_LB);
	pool(&s, A80 "=UP", A84 "=UP", A84B "=UP", NULL);
	cr_expect_eq(i->state, STATE_OK);
	scene_end(&s);
}

Test(pool, that_still_sends_to_what_does_not_answer)
{
	struct scene s;

	scene_healthy(&s);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	cr_expect_null(alert_of(&s, "84/ollama-1", CONDITION_LB));
	pass(&s, FLEET_LB_SETTLE_MS);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_DOWN);
	const struct alert *a = alert_of(&s, "84/ollama-1", CONDITION_LB);
	cr_assert_not_null(a);
	cr_expect_str_eq(a->text, "does not answer, but the balancer still sends to it");
	happens(&s, "ollama-2", DEVENT_KILL, 15);
	happens(&s, "ollama-2", DEVENT_DIE, 0);
	cr_expect_eq(find(&s, RO, "ollama-2")->state, STATE_STOPPED);
	pass(&s, FLEET_LB_SETTLE_MS);
	cr_expect_eq(find(&s, RO, "ollama-2")->state, STATE_LB);
	cr_expect_str_eq(find(&s, RO, "ollama-2")->reason, "stopped, but still in the balancer's pool");
	scene_end(&s);
}

Test(pool, a_draining_instance_may_be_out)
{
	struct scene s;

	scene_healthy(&s);
	send(&s, (struct observation){
			 .kind = OBS_TENDED, .server = RO, .instance = ONE, .u.tended = TENDED_DRAINING});
	pool(&s, A80 "=UP", A84B "=UP", NULL);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_DRAINING);
	send(&s, (struct observation){
			 .kind = OBS_TENDED, .server = RO, .instance = ONE, .u.tended = TENDED_NOT});
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_LB);
	scene_end(&s);
}

Test(pool, when_it_cannot_be_asked_is_not_judged_but_warned_of)
{
	struct scene s;
	struct totals t;

	scene_healthy(&s);
	pool(&s, A80 "=UP", A84 "=DOWN", A84B "=UP", NULL);
	fleet_totals(s.fleet, &t);
	cr_expect_eq(t.pool_servers, 3);
	cr_expect_eq(t.pool_up, 2);
	fail(&s, OBS_BALANCER, 0, NULL, "timed out after 3s");
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	const struct alert *a = alert_of(&s, "balancer", CONDITION_POOL);
	cr_assert_not_null(a);
	cr_expect_str_eq(a->text, "the balancer does not answer: timed out after 3s");
	cr_expect_str_eq(a->label, "LB!");
	cr_expect_eq(s.fleet->status, FLEET_DEGRADED);
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_OK);
	fleet_totals(s.fleet, &t);
	cr_expect_eq(t.pool_up, 0);
	pool(&s, A80 "=UP", A84 "=UP", A84B "=UP", NULL);
	cr_expect_eq(s.fleet->status, FLEET_OK);
	scene_end(&s);
}

Test(pool, strangers_in_it)
{
	struct scene s;

	scene_healthy(&s);
	pool(&s, A80 "=UP", A84 "=UP", A84B "=UP", "http://10.9.9.9:11434=UP", "http://10.9.9.8:11434=UP",
		NULL);
	const struct alert *a = alert_of(&s, "balancer", CONDITION_POOL);
	cr_assert_not_null(a);
	cr_expect_str_eq(a->text, "its pool has http://10.9.9.8:11434, which is no instance (and 1 more)");
	fail(&s, OBS_DOCKER, RO, NULL, "connection refused");
	pool(&s, A80 "=UP", A84 "=UP", A84B "=UP", "http://10.9.9.9:11434=UP", NULL);
	cr_expect_null(alert_of(&s, "balancer", CONDITION_POOL), "it could be one that we cannot see");
	scene_end(&s);
}

Test(pool, a_new_instance_is_looked_up)
{
	struct scene s;
	struct container c;

	scene_healthy(&s);
	pool(&s, A80 "=UP", A84 "=UP", A84B "=UP", "http://10.0.0.84:11436=UP", NULL);
	containers(&s, RO, ONE, "ollama-2", "ollama-3", NULL);
	c = running(&s, 1000);
	c.host_port = 11436;
	container(&s, RO, "ollama-3", &c);
	version(&s, RO, "ollama-3", 2);
	cr_expect_eq(find(&s, RO, "ollama-3")->in_pool, 1);
	cr_expect_str_eq(find(&s, RO, "ollama-3")->balancer_status, "UP");
	cr_expect_eq(find(&s, RO, "ollama-3")->state, STATE_OK);
	scene_end(&s);
}

Test(pool, hostile_and_large)
{
	static struct balancer_server servers[5000];
	static char url[5000];
	struct scene s;

	memset(url, ':', sizeof(url) - 1);
	for (int k = 0; k < 5000; k++) {
		servers[k].url = k % 3 ? url : NULL;
		memset(servers[k].status, 'X', sizeof(servers[k].status));
	}
	scene_healthy(&s);
	send(&s, (struct observation){.kind = OBS_BALANCER, .u.balancer = {servers, 5000, 1}});
	cr_expect_leq(s.fleet->balancer.server_count, FLEET_POOL_MAX);
	send(&s, (struct observation){.kind = OBS_BALANCER, .u.balancer = {NULL, 0, 1}});
	cr_expect_eq(s.fleet->balancer.server_count, 0);
	cr_expect_eq(find(&s, RO, ONE)->in_pool, 0);
	scene_end(&s);
}
