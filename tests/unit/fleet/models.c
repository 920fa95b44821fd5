/* Loaded and stored models: what came and went, agreement, and drift. */
#include "ollama-top/matrix.h"
#include "scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ONE "ollama-1"
#define OLD (s.wall - 86400000)

Test(loaded, changes_are_events_but_not_the_first_look)
{
	struct scene s;

	scene_healthy(&s);
	const size_t events = s.fleet->event_count;
	loaded(&s, RO, ONE, "mistral:7b=aaa", NULL);
	cr_expect_eq(s.fleet->event_count, events);
	loaded(&s, RO, ONE, "mistral:7b=aaa", "llama2:13b=bbb", NULL);
	cr_expect_str_eq(fleet_event(s.fleet, 0)->text, "llama2:13b loaded");
	loaded(&s, RO, ONE, "llama2:13b=bbb", NULL);
	cr_expect_str_eq(fleet_event(s.fleet, 0)->text, "mistral:7b unloaded");
	const uint64_t generation = s.fleet->generation;
	loaded(&s, RO, ONE, "llama2:13b=bbb", NULL);
	cr_expect_eq(s.fleet->generation, generation, "the same again");
	fail(&s, OBS_LOADED, RO, ONE, "HTTP 500");
	cr_expect_eq(find(&s, RO, ONE)->loaded_count, 1, "an error tells nothing new");
	cr_expect_str_eq(find(&s, RO, ONE)->loaded[0].name, "llama2:13b");
	scene_end(&s);
}

Test(loaded, an_expiry_that_moved_is_visible)
{
	struct scene s;
	struct model_loaded m = {.name = (char *)"mistral:7b", .digest = "aaa", .expires_wall = 5};
	struct observation o = {.kind = OBS_LOADED, .server = RO, .instance = ONE, .u.loaded = {&m, 1}};

	scene_healthy(&s);
	send(&s, o);
	const uint64_t generation = s.fleet->generation;
	m.expires_at = 77; /* corrected by a clock that ticks in seconds: it jitters */
	send(&s, o);
	cr_expect_eq(s.fleet->generation, generation);
	m.expires_wall = 6;
	send(&s, o);
	cr_expect_gt(s.fleet->generation, generation);
	scene_end(&s);
}

Test(stored, changes_are_events_and_the_list_is_sorted)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	const int64_t seen = s.now;
	pass(&s, 2000);
	stored(&s, RO, ONE, OLD, "zephyr:7b=zzz", "mistral:7b=aaa", "llama2:13b=bbb", NULL);
	cr_expect_str_eq(fleet_event(s.fleet, 0)->text, "zephyr:7b appeared");
	cr_expect_str_eq(i->stored[0].name, "llama2:13b");
	cr_expect_str_eq(i->stored[2].name, "zephyr:7b");
	cr_expect_eq(i->stored[0].first_seen_at, seen);
	cr_expect_eq(i->stored[2].first_seen_at, s.now);
	pass(&s, 2000);
	stored(&s, RO, ONE, OLD, "zephyr:7b=sha256:yyy", "mistral:7b=aaa", "llama2:13b=bbb", NULL);
	cr_expect_str_eq(fleet_event(s.fleet, 0)->text, "zephyr:7b changed: zzz to yyy");
	cr_expect_eq(i->stored[2].first_seen_at, s.now);
	stored(&s, RO, ONE, OLD, "mistral:7b=aaa", "llama2:13b=bbb", NULL);
	cr_expect_str_eq(fleet_event(s.fleet, 0)->text, "zephyr:7b removed");
	scene_end(&s);
}

Test(stored, lists_are_bounded)
{
	static struct model_stored models[2000];
	static struct model_loaded more[2000];
	static char names[2000][24];
	struct scene s;

	for (int k = 0; k < 2000; k++) {
		snprintf(names[k], sizeof(names[k]), "model-%d", (k * 7919) % 2000);
		models[k].name = more[k].name = names[k];
		memset(models[k].digest, 'd', sizeof(models[k].digest));
	}
	models[7].name = more[7].name = NULL;
	scene_healthy(&s);
	send(&s, (struct observation){
			 .kind = OBS_STORED, .server = RO, .instance = ONE, .u.stored = {models, 2000}});
	send(&s, (struct observation){
			 .kind = OBS_LOADED, .server = RO, .instance = ONE, .u.loaded = {more, 2000}});
	const struct instance *i = find(&s, RO, ONE);
	cr_expect_eq(i->stored_count, FLEET_MODELS_MAX - 1);
	cr_expect_eq(i->loaded_count, FLEET_MODELS_MAX - 1);
	cr_expect_eq(strlen(i->stored[0].digest), sizeof(i->stored[0].digest) - 1);
	cr_expect_eq(s.fleet->event_count, FLEET_EVENTS_MAX);
	scene_end(&s);
}

Test(agreement, with_the_reference)
{
	static const struct {
		const char *model;
		enum model_agreement agreement;
	} rows[] = {
		{"same", MODEL_SAME},
		{"missing", MODEL_MISSING},
		{"other", MODEL_DIFFERENT},
		{"extra", MODEL_EXTRA},
		{"nowhere", MODEL_SAME},
		{NULL, MODEL_UNKNOWN},
	};
	struct scene s;

	scene_healthy(&s);
	stored(&s, RW, "ollama", OLD, "same=1", "missing=2", "other=3", NULL);
	stored(&s, RO, ONE, OLD, "same=sha256:1", "other=4", "extra=5", NULL);
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
		cr_expect_eq(fleet_model_agreement(s.fleet, find(&s, RO, ONE), rows[k].model),
			rows[k].agreement, "%s", rows[k].model);
	cr_expect_eq(fleet_reference(s.fleet), find(&s, RW, "ollama"));
	fail(&s, OBS_VERSION, RW, "ollama", "connection refused");
	cr_expect_null(fleet_reference(s.fleet));
	cr_expect_eq(fleet_model_agreement(s.fleet, find(&s, RO, ONE), "same"), MODEL_UNKNOWN);
	scene_end(&s);
}

Test(drift, a_pull_settles_for_a_minute_to_the_millisecond)
{
	for (int late = 0; late < 2; late++) {
		struct scene s;

		scene_healthy(&s);
		const struct instance *i = find(&s, RO, ONE);
		stored(&s, RW, "ollama", OLD, "mistral:7b=aaa", "llama2:13b=bbb", NULL);
		/* pulled just now, on the rw server only so far */
		struct model_stored models[] = {{.name = (char *)"llama2:13b", .digest = "bbb"},
			{.name = (char *)"mistral:7b", .digest = "aaa"},
			{.name = (char *)"codellama:7b", .digest = "ccc", .modified_wall = s.wall}};
		send(&s, (struct observation){.kind = OBS_STORED,
				 .server = RW,
				 .instance = "ollama",
				 .u.stored = {models, 3}});
		cr_expect_eq(i->drift_since, s.now);
		cr_expect_str_eq(i->drift_text, "codellama:7b, which 80/ollama has, is missing");
		cr_expect_eq(i->state, STATE_OK, "settling");
		pass(&s, FLEET_DRIFT_SETTLE_MS + late);
		stats(&s, RO, ONE, 4 * GIB, 5, 0);
		stored(&s, RO, ONE, OLD, "mistral:7b=aaa", "llama2:13b=bbb", NULL);
		cr_expect_eq(i->state, late ? STATE_DRIFT : STATE_OK, "%d", late);
		stored(&s, RO, ONE, OLD, "mistral:7b=aaa", "llama2:13b=bbb", "codellama:7b=ccc", NULL);
		cr_expect_eq(i->state, STATE_OK);
		cr_expect_null(i->drift_text);
		cr_expect_eq(i->drift_since, 0);
		scene_end(&s);
	}
}

Test(drift, how_long_after_the_reference_an_instance_had_it)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	cr_expect_eq(model_lag(s.fleet, i, "mistral:7b"), -1, "they had it before anybody looked");
	stored(&s, RW, "ollama", s.wall, "mistral:7b=aaa", "llama2:13b=bbb", "new:1b=ccc", NULL);
	cr_expect_eq(model_lag(s.fleet, i, "new:1b"), -1, "it has not");
	cr_expect(model_settling(s.fleet, i, "new:1b", s.now));
	pass(&s, 12000);
	stored(&s, RO, ONE, OLD, "mistral:7b=aaa", "llama2:13b=bbb", "new:1b=ccc", NULL);
	cr_expect_eq(model_lag(s.fleet, i, "new:1b"), 12000);
	cr_expect_not(model_settling(s.fleet, i, "new:1b", s.now));
	pass(&s, 5000);
	stored(&s, RW, "ollama", OLD, "mistral:7b=ddd", "llama2:13b=bbb", "new:1b=ccc", NULL);
	cr_expect_eq(model_lag(s.fleet, i, "mistral:7b"), -1, "another digest");
	pass(&s, 3000);
	stored(&s, RO, ONE, OLD, "mistral:7b=ddd", "llama2:13b=bbb", "new:1b=ccc", NULL);
	cr_expect_eq(model_lag(s.fleet, i, "mistral:7b"), 3000, "a new version appears too");
	scene_end(&s);
}

Test(drift, time_alone_proves_nothing_without_another_look)
{
	struct scene s;

	scene_healthy(&s);
	stored(&s, RO, ONE, OLD, "mistral:7b=aaa", NULL);
	pass(&s, 10 * MINUTE);
	version(&s, RO, ONE, 2);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	stored(&s, RO, ONE, OLD, "mistral:7b=aaa", NULL);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_DRIFT);
	scene_end(&s);
}

/* "server lists first" in both orders: at the first look, an old model that differs is drift at once. */
Test(drift, of_long_ago_shows_at_the_first_look)
{
	static const struct {
		const char *ours;
		int64_t age;
		enum state state;
		const char *reason;
	} rows[] = {
		{"llama2:13b=bbb", 60001, STATE_DRIFT, "mistral:7b, which 80/ollama has, is missing"},
		{"llama2:13b=bbb", 60000, STATE_OK, NULL},
		{"mistral:7b=old", 60001, STATE_DRIFT, "mistral:7b is another than on 80/ollama"},
		{"mistral:7b=old", 60000, STATE_OK, NULL},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
		for (int order = 0; order < 2; order++) {
			struct scene s;

			scene_start(&s);
			docker(&s, RO);
			containers(&s, RO, ONE, NULL);
			version(&s, RW, "ollama", 2);
			version(&s, RO, ONE, 2);
			for (int turn = 0; turn < 2; turn++)
				if (turn == order)
					stored(&s, RW, "ollama", s.wall - rows[k].age, "mistral:7b=aaa",
						NULL);
				else
					stored(&s, RO, ONE, s.wall - rows[k].age, rows[k].ours, NULL);
			const struct instance *i = find(&s, RO, ONE);
			cr_expect_eq(i->state, rows[k].state, "row %zu, order %d: %s", k, order,
				state_name(i->state));
			if (rows[k].reason)
				cr_expect(i->reason && strstr(i->reason, rows[k].reason), "%s", i->reason);
			scene_end(&s);
		}
}

Test(drift, a_deletion_seen_by_the_ro_side_first_is_no_drift)
{
	struct scene s;

	scene_healthy(&s);
	pass(&s, 5000);
	stored(&s, RO, ONE, OLD, "mistral:7b=aaa", NULL);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	pass(&s, 25000);
	stored(&s, RW, "ollama", OLD, "mistral:7b=aaa", NULL);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	cr_expect_null(find(&s, RO, ONE)->drift_text);
	cr_expect_not_null(find(&s, RO, "ollama-2")->drift_text, "still lists it");
	cr_expect_eq(find(&s, RO, "ollama-2")->state, STATE_OK);
	scene_end(&s);
}

Test(drift, a_model_that_changes_again_settles_again)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	stored(&s, RW, "ollama", 0, "mistral:7b=new", "llama2:13b=bbb", NULL);
	pass(&s, 50000);
	stored(&s, RW, "ollama", 0, "mistral:7b=newer", "llama2:13b=bbb", NULL);
	pass(&s, 50000);
	stored(&s, RO, ONE, 0, "mistral:7b=aaa", "llama2:13b=bbb", NULL);
	cr_expect_eq(i->state, STATE_OK);
	pass(&s, 10001);
	stored(&s, RO, ONE, 0, "mistral:7b=aaa", "llama2:13b=bbb", NULL);
	cr_expect_eq(i->state, STATE_DRIFT);
	cr_expect_str_eq(i->reason, "mistral:7b is another than on 80/ollama");
	scene_end(&s);
}

Test(drift, several_are_counted)
{
	struct scene s;

	scene_healthy(&s);
	stored(&s, RO, ONE, OLD, "a=1", "b=2", NULL);
	pass(&s, FLEET_DRIFT_SETTLE_MS + 1);
	stored(&s, RO, ONE, OLD, "a=1", "b=2", NULL);
	cr_expect_str_eq(find(&s, RO, ONE)->reason, "a is not on 80/ollama and 3 others");
	scene_end(&s);
}

Test(drift, needs_a_reference_and_an_instance_that_answer)
{
	struct scene s;

	scene_healthy(&s);
	const struct instance *i = find(&s, RO, ONE);
	stored(&s, RO, ONE, OLD, "mistral:7b=aaa", NULL);
	pass(&s, FLEET_DRIFT_SETTLE_MS + 1);
	stored(&s, RO, ONE, OLD, "mistral:7b=aaa", NULL);
	cr_expect_eq(i->state, STATE_DRIFT);
	fail(&s, OBS_VERSION, RW, "ollama", "connection refused");
	version(&s, RO, ONE, 2);
	cr_expect_eq(i->state, STATE_OK, "nothing to differ from");
	version(&s, RW, "ollama", 2);
	version(&s, RO, ONE, 2);
	cr_expect_eq(i->state, STATE_DRIFT, "it has not settled meanwhile");
	fail(&s, OBS_VERSION, RO, ONE, "timed out after 3s");
	cr_expect_eq(i->state, STATE_DOWN);
	scene_end(&s);
}

Test(drift, the_reference_never_drifts_from_itself)
{
	struct scene s;

	scene_healthy(&s);
	stored(&s, RW, "ollama", OLD, "x=1", NULL);
	pass(&s, 10 * MINUTE);
	stored(&s, RW, "ollama", OLD, "x=1", NULL);
	version(&s, RW, "ollama", 2);
	cr_expect_eq(find(&s, RW, "ollama")->state, STATE_OK);
	scene_end(&s);
}
