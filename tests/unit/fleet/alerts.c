/* Alerts in order, events in their ring, totals, transfers, and what counts as a visible change. */
#include "ollama-top/text.h"
#include "scene.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ONE "ollama-1"
#define TWO "ollama-2"

static void expect_order(const struct scene *s, const char *const *expected, size_t count)
{
	cr_assert_eq(s->fleet->alert_count, count);
	for (size_t k = 0; k < count; k++) {
		char line[256];

		snprintf(line, sizeof(line), "%s %s", s->fleet->alerts[k].label, s->fleet->alerts[k].target);
		cr_expect_str_eq(line, expected[k], "%zu: %s", k, line);
	}
}

Test(alerts, gravest_first_then_oldest)
{
	static const char *const expected[] = {
		"OOM 84/ollama-2", "DOWN 84/ollama-1", "DOWN 80/ollama", "HOT 84/ollama-2", "docker 84"};
	struct scene s;

	scene_healthy(&s);
	stats(&s, RO, TWO, 15 * GIB, 5, 0);
	pass(&s, 1000);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	fail(&s, OBS_DOCKER, RO, NULL, "connection refused");
	pass(&s, 1000);
	fail(&s, OBS_VERSION, RW, "ollama", "connection refused");
	happens(&s, TWO, DEVENT_OOM, 0);
	expect_order(&s, expected, 5);
	cr_expect_eq(s.fleet->alerts[1].since, s.now - 1000);
	docker(&s, RO);
	version(&s, RO, ONE, 2);
	version(&s, RW, "ollama", 2);
	stats(&s, RO, TWO, 1 * GIB, 5, 0);
	expect_order(&s, expected, 1);
	scene_end(&s);
}

Test(alerts, acknowledged_ones_stay_until_their_cause_is_gone)
{
	struct scene s;

	scene_healthy(&s);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	stats(&s, RO, ONE, 15 * GIB, 5, 0);
	cr_expect(fleet_acknowledge(s.fleet, "84/ollama-1"));
	cr_expect_not(fleet_acknowledge(s.fleet, "84/ollama-1"), "nothing left");
	cr_expect_eq(s.fleet->alert_count, 2);
	cr_expect(s.fleet->alerts[0].acknowledged && s.fleet->alerts[1].acknowledged);
	fail(&s, OBS_VERSION, RO, ONE, "timed out after 3s");
	cr_expect(s.fleet->alerts[0].acknowledged, "other words, same cause");
	cr_expect_str_eq(s.fleet->alerts[0].text, "timed out after 3s");
	cr_expect_eq(s.fleet->status, FLEET_DEGRADED);
	version(&s, RO, ONE, 2);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	cr_expect_not(s.fleet->alerts[0].acknowledged, "a new one");
	scene_end(&s);
}

Test(alerts, a_standing_warning_of_docker)
{
	struct scene s;

	scene_healthy(&s);
	send(&s, (struct observation){.kind = OBS_DOCKER,
			 .server = RO,
			 .u.docker = {"28.2.2", "1.48",
				 "Docker is asked over plain tcp: anyone on the way can read it", 1}});
	const struct alert *a = alert_of(&s, "84", CONDITION_DOCKER_WARNING);
	cr_assert_not_null(a);
	cr_expect_eq(a->severity, SEVERITY_WARNING);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	cr_expect_eq(server_status(&s.fleet->servers[RO]), FLEET_DEGRADED);
	docker(&s, RO);
	cr_expect_eq(s.fleet->alert_count, 0);
	scene_end(&s);
}

Test(events, the_ring_keeps_the_newest)
{
	struct scene s;
	char text[32];

	scene_start(&s);
	cr_expect_null(fleet_event(s.fleet, 0));
	for (int k = 1; k <= FLEET_EVENTS_MAX + 10; k++) {
		snprintf(text, sizeof(text), "event %d", k);
		fleet_note(s.fleet, SEVERITY_NONE, "84", text);
	}
	cr_expect_eq(s.fleet->event_count, FLEET_EVENTS_MAX);
	cr_expect_str_eq(fleet_event(s.fleet, 0)->text, "event 266");
	cr_expect_eq(fleet_event(s.fleet, 0)->serial, 266);
	cr_expect_str_eq(fleet_event(s.fleet, FLEET_EVENTS_MAX - 1)->text, "event 11");
	cr_expect_null(fleet_event(s.fleet, FLEET_EVENTS_MAX));
	scene_end(&s);
}

Test(events, hold_no_control_bytes)
{
	struct scene s;

	scene_start(&s);
	fleet_note(s.fleet, SEVERITY_WARNING, "8\x1b[31m4",
		"pulled \x1b]0;x\x07 by\nhand \xc2\x9b"
		"1m");
	cr_expect_str_eq(fleet_event(s.fleet, 0)->target, "8[31m4");
	cr_expect_str_eq(fleet_event(s.fleet, 0)->text, "pulled ]0;x by hand 1m");
	fleet_note(s.fleet, SEVERITY_NONE, NULL, NULL);
	cr_expect_str_eq(fleet_event(s.fleet, 0)->text, "");
	scene_end(&s);
}

Test(totals, count_what_is_known)
{
	struct scene s;
	struct totals t;

	scene_healthy(&s);
	loaded(&s, RO, ONE, "mistral:7b=aaa", NULL);
	loaded(&s, RW, "ollama", "mistral:7b=aaa", "llama2:13b=bbb", NULL);
	stats(&s, RO, ONE, 4 * GIB, 200, 0);
	mounted(&s, RO, TWO, "ext4", "/dev/sda1", 1);
	fleet_totals(s.fleet, &t);
	cr_expect_eq(t.instances, 3);
	cr_expect_eq(t.ok, 2);
	cr_expect_eq(t.by_state[STATE_NFS], 1);
	cr_expect_eq(t.by_state[STATE_OK], 2);
	cr_expect_eq(t.models_loaded, 3);
	cr_expect_eq(t.memory_used, 3 * (4 * GIB + GIB / 4));
	cr_expect_eq(t.memory_limit, 48 * GIB);
	cr_expect_eq(t.nfs_expected, 3);
	cr_expect_eq(t.nfs_ok, 2);
	cr_expect_eq(t.busy, 1);
	happens(&s, ONE, DEVENT_DIE, 1);
	fleet_totals(s.fleet, &t);
	cr_expect_eq(t.memory_used, 2 * (4 * GIB + GIB / 4));
	scene_end(&s);
}

/* A poll that brings the same answer must not make the screen draw again. */
Test(generation, stands_still_while_nothing_changes)
{
	struct scene s;

	scene_healthy(&s);
	loaded(&s, RO, ONE, "mistral:7b=aaa", NULL);
	const uint64_t generation = s.fleet->generation;
	for (int k = 0; k < 20; k++) {
		pass(&s, 1000);
		version(&s, RO, ONE, 3 + 0.02 * k);
		version(&s, RO, TWO, 3);
		version(&s, RW, "ollama", 2);
		loaded(&s, RO, ONE, "mistral:7b=aaa", NULL);
		stored(&s, RO, ONE, 0, "mistral:7b=aaa", "llama2:13b=bbb", NULL);
		stats(&s, RO, ONE, 4 * GIB + 1000 * k, 5 + 0.02 * k, 0);
		stats(&s, RO, TWO, 4 * GIB, 5, 0);
		stats(&s, RW, "ollama", 4 * GIB, 5, 0);
		docker(&s, RO);
		containers(&s, RO, ONE, TWO, NULL);
		mounted(&s, RO, ONE, "nfs4", "10.0.0.80:/opt/ollama-models", 1);
		pool(&s, "http://10.0.0.80:11434=UP", "http://10.0.0.84:11434=UP",
			"http://10.0.0.84:11435=UP", NULL);
	}
	cr_expect_eq(s.fleet->generation, generation);
	cr_expect_gt(s.fleet->samples, 0);
	version(&s, RO, ONE, 9);
	cr_expect_gt(s.fleet->generation, generation);
	scene_end(&s);
}

Test(generation, grows_with_each_visible_change)
{
	struct scene s;
	uint64_t generation;

#define GROWS(action)                     \
	generation = s.fleet->generation; \
	action;                           \
	cr_expect_gt(s.fleet->generation, generation, #action)

	scene_healthy(&s);
	GROWS(stats(&s, RO, ONE, 5 * GIB, 5, 0));
	GROWS(stats(&s, RO, ONE, 5 * GIB, 9, 0));
	GROWS(version(&s, RO, ONE, NAN));
	GROWS(fail(&s, OBS_VERSION, RO, ONE, "x"));
	GROWS(fail(&s, OBS_VERSION, RO, ONE, "y"));
	GROWS(loaded(&s, RO, TWO, "m=1", NULL));
	GROWS(send(&s, (struct observation){.kind = OBS_RETRY,
			       .server = RO,
			       .instance = ONE,
			       .u.retry = {RETRY_API, s.now + 4000}}));
	GROWS(fleet_note(s.fleet, SEVERITY_NONE, "", "x"));
	GROWS(fleet_acknowledge(s.fleet, "84/ollama-1"));
	GROWS(happens(&s, TWO, DEVENT_OOM, 0));
	GROWS(pass(&s, 10 * MINUTE));
	scene_end(&s);
}

Test(retries, are_shown_until_an_answer)
{
	struct scene s;

	scene_healthy(&s);
	fail(&s, OBS_DOCKER, RO, NULL, "connection refused");
	send(&s, (struct observation){
			 .kind = OBS_RETRY, .server = RO, .u.retry = {RETRY_DOCKER, s.now + 8000}});
	cr_expect_eq(s.fleet->servers[RO].docker.retry_at, s.now + 8000);
	docker(&s, RO);
	cr_expect_eq(s.fleet->servers[RO].docker.retry_at, 0);
	send(&s, (struct observation){.kind = OBS_RETRY, .u.retry = {RETRY_BALANCER, 5}});
	cr_expect_eq(s.fleet->balancer.link.retry_at, 5);
	send(&s, (struct observation){.kind = OBS_RETRY, .server = 99, .u.retry = {RETRY_NFS, 5}});
	send(&s, (struct observation){.kind = OBS_RETRY, .u.retry = {(enum retry_of)77, 5}});
	scene_end(&s);
}

static void transfers(struct scene *s, const char *id, int64_t completed, double rate)
{
	const struct transfer t = {.id = (char *)id,
		.label = (char *)"codellama:7b",
		.completed = completed,
		.total = 4 * GIB,
		.rate = rate,
		.foreign = true};

	send(s, (struct observation){.kind = OBS_TRANSFERS, .u.transfers = {&t, id != NULL}});
}

Test(transfers, come_grow_and_go)
{
	struct scene s;

	scene_start(&s);
	transfers(&s, "sha256-1", GIB, NAN);
	cr_assert_eq(s.fleet->transfer_count, 1);
	cr_expect(isnan(s.fleet->transfers[0].rate));
	cr_expect_eq(s.fleet->transfers[0].started_at, s.now);
	cr_expect(last_event_has(&s, "pull of codellama:7b seen"));
	pass(&s, 2000);
	transfers(&s, "sha256-1", GIB + 2000000, NAN);
	cr_expect_float_eq(s.fleet->transfers[0].rate, 1000000.0, 1);
	pass(&s, 2000);
	transfers(&s, "sha256-1", GIB + 2000000, NAN);
	cr_expect_float_eq(s.fleet->transfers[0].rate, 700000.0, 1, "written in steps");
	transfers(&s, "sha256-1", GIB + 2000000, 5);
	cr_expect_float_eq(s.fleet->transfers[0].rate, 5.0, 0.01, "who sends it may know better");
	pass(&s, 2000);
	transfers(&s, NULL, 0, 0);
	cr_expect_eq(s.fleet->transfer_count, 0);
	cr_expect(last_event_has(&s, "no longer seen"));
	scene_end(&s);
}

Test(transfers, our_own_layers_are_nobody_elses)
{
	struct scene s;
	const char *const own[] = {"sha256-1"};

	scene_healthy(&s);
	transfers(&s, "sha256-1", GIB, NAN);
	cr_expect_eq(s.fleet->transfer_count, 1);
	send(&s, (struct observation){.kind = OBS_OWN_LAYERS, .u.own_layers = {own, 1}});
	cr_expect_eq(s.fleet->transfer_count, 0);
	transfers(&s, "sha256-1", 2 * GIB, NAN);
	cr_expect_eq(s.fleet->transfer_count, 0);
	transfers(&s, "sha256-2", GIB, NAN);
	cr_expect_eq(s.fleet->transfer_count, 1);
	scene_end(&s);
}

Test(observations, of_what_does_not_exist_are_ignored)
{
	struct scene s;

	scene_healthy(&s);
	const uint64_t generation = s.fleet->generation;
	const int64_t now = s.fleet->now;
	for (int kind = -1; kind <= OBS_KIND_COUNT; kind++) {
		struct observation o = {.kind = (enum observation_kind)kind, .at = s.now + 5, .server = 99};

		if (kind != OBS_BALANCER && kind != OBS_TRANSFERS && kind != OBS_OWN_LAYERS &&
			kind != OBS_RETRY)
			fleet_apply(s.fleet, &o);
		o.server = RO;
		o.instance = "nobody";
		if (kind == OBS_VERSION || kind == OBS_DOCKER_EVENT || kind == OBS_STATS)
			fleet_apply(s.fleet, &o);
	}
	cr_expect_eq(s.fleet->generation, generation);
	cr_expect_eq(s.fleet->now, now);
	cr_expect_eq(fleet_server(s.fleet, "84"), &s.fleet->servers[RO]);
	cr_expect_null(fleet_server(s.fleet, "85"));
	cr_expect_null(fleet_instance(&s.fleet->servers[RO], "nobody"));
	scene_end(&s);
}

Test(urls, of_configured_instances)
{
	static const struct {
		const char *host, *url, *expected;
	} rows[] = {
		{"10.0.0.80", NULL, "http://10.0.0.80:11434"},
		{"fe80::1", NULL, "http://[fe80::1]:11434"},
		{"[fe80::1]", NULL, "http://[fe80::1]:11434"},
		{"x", "https://ollama.example.org/", "https://ollama.example.org"},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct scene s;

		scene_start(&s);
		scene_end(&s);
		s.servers[RW].host = (char *)rows[k].host;
		s.instances[0].url = (char *)rows[k].url;
		s.fleet = fleet_new(&s.spec, 1, 1);
		cr_expect_str_eq(find(&s, RW, "ollama")->url, rows[k].expected);
		scene_end(&s);
	}
}

Test(memory, an_instance_with_its_history_stays_small)
{
	const struct history *h = NULL;
	const size_t samples = 3 * history_capacity(2000) * sizeof(*h->samples);

	/* 3 KiB, and what requests, GPUs and the exporter's counts take */
	cr_expect_leq(sizeof(struct instance) + samples, (size_t)3 * 1024 + 256,
		"what names, models and mounts come to: %zu", sizeof(struct instance) + samples);
}
