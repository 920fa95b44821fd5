/* scenarios.c - worlds from YAML, control commands, and the small parsers behind them. */
#include "fixture.h"
#include "ollama-top/sha256.h"
#include "sim/scenario.h"
#include "sim/yaml_json.h"

#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct world *load(const char *yaml, char *error, size_t size)
{
	struct scenario_options options = {.still = true, .free_ports = true, .seed = 1};
	char path[] = "/tmp/test-sim-XXXXXX";
	int fd = mkstemp(path);
	struct world *world;

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, yaml, strlen(yaml)), (ssize_t)strlen(yaml));
	close(fd);
	error[0] = '\0';
	world = scenario_load(path, &options, error, size);
	unlink(path);
	return world;
}

static void drop(struct world *world)
{
	scenario_free(world);
	world_free(world);
}

Test(scenarios, built_in_ones_load)
{
	struct scenario_options options = {.still = true, .free_ports = true};
	char error[300];

	for (const char *const *name = scenario_names(); *name; name++) {
		struct world *world = scenario_load(*name, &options, error, sizeof error);

		cr_expect_not_null(world, "%s: %s", *name, error);
		if (world)
			cr_expect_eq(world->wall, WORLD_STILL_WALL);
		drop(world);
	}
}

Test(scenarios, healthy_is_the_fleet_of_the_design)
{
	struct scenario_options options = {.still = true, .free_ports = true};
	char error[300];
	struct world *world = scenario_load("healthy", &options, error, sizeof error);
	const struct world_server *rw, *ro;

	cr_assert_not_null(world, "%s", error);
	rw = world_server(world, "80");
	ro = world_server(world, "84");
	cr_assert(rw && ro);
	cr_expect_eq(rw->container_count, 1);
	cr_expect_eq(ro->container_count, 3);
	cr_expect_eq(rw->memory_total * 10 / WORLD_GIB, 626);
	cr_expect_eq(ro->memory_total * 10 / WORLD_GIB, 1255);
	for (size_t i = 0; i < 3; i++) {
		cr_expect_eq(ro->containers[i]->memory_limit, 16 * WORLD_GIB);
		cr_expect(world_store_read_only(ro->containers[i]));
		cr_expect(world_answering(ro->containers[i]));
		cr_expect_eq(ro->containers[i]->host_port, ro->ollama_port + (int)i);
	}
	cr_expect_eq(world->pool_count, 4);
	cr_expect_null(world_event_after(world, 0), "it was so before the show began");
	drop(world);
}

Test(scenarios, configuration_is_that_of_the_world)
{
	struct scenario_options options = {.still = true, .free_ports = true};
	char error[300], wanted[120];
	struct world *world = scenario_load("healthy", &options, error, sizeof error);
	char *config = scenario_config(world, 4711);

	cr_assert_not_null(config);
	cr_expect_eq(strncmp(config, "# control: http://127.0.0.1:4711\n", 33), 0);
	snprintf(wanted, sizeof wanted, "docker: tcp://127.0.0.84:%d\n",
		world_server(world, "84")->docker_port);
	cr_expect_not_null(strstr(config, wanted));
	cr_expect_not_null(strstr(config, "discover: {name: \"ollama-[0-9]*\"}"));
	cr_expect_not_null(strstr(config, "source: \"127.0.0.80:/opt/ollama-models\""));
	free(config);
	drop(world);
}

struct mistake {
	char yaml[160], message[80];
};

ParameterizedTestParameters(scenarios, mistakes_are_named)
{
	static struct mistake mistakes[] = {
		{"colour: red", "unknown key \"colour\" in the scenario"},
		{"stores: {}", "a scenario needs servers"},
		{"servers: [{name: a, size: 3}]", "unknown key \"size\" in servers"},
		{"servers: [{name: a, address: 127.9.9.1, memory: much}]",
			"a size such as 16G was expected for: memory"},
		{"nfs_delay: soon\nservers: [{name: a}]",
			"a duration such as 20s was expected for: nfs_delay"},
		{"stores: {s: {models: [nothing]}}", "the registry has no such model: nothing"},
		{"servers: [{name: a, address: 127.9.9.1, mounts: [{store: x}]}]", "no such store: x"},
		{"servers: [{name: a, address: 127.9.9.1}, {name: a, address: 127.9.9.2}]",
			"two servers of one name: a"},
		{"servers: [{name: a, address: 127.9.9.1, instances: [{name: x, repeat: 2}]}]",
			"two containers of one name: x"},
		{"servers: [{name: a, address: 127.9.9.1}]\nafter: [{do: dance}]",
			"after: no such verb \"dance\""},
		{"servers: [", ":2:1: did not find expected node content"},
		{"", ":1:1: nested deeper than 32, or empty, or a key that is no word"},
	};

	return cr_make_param_array(struct mistake, mistakes, sizeof mistakes / sizeof *mistakes);
}

ParameterizedTest(struct mistake *mistake, scenarios, mistakes_are_named)
{
	char error[300];
	struct world *world = load(mistake->yaml, error, sizeof error);

	cr_expect_null(world);
	cr_expect_not_null(
		strstr(error, mistake->message), "wanted \"%s\", got \"%s\"", mistake->message, error);
	drop(world);
}

Test(scenarios, instances_are_as_written)
{
	char error[300];
	struct world *world = load(
		"servers:\n"
		"  - name: a\n"
		"    address: 127.9.9.1\n"
		"    instances:\n"
		"      - {name: x, cpus: 1.5, memory: 2G, env: [A=1, B=2], labels: {c: d}, restart: always,\n"
		"         healthcheck: [CMD, curl, x]}\n"
		"      - {name: \"y-{n}\", repeat: 2}\n",
		error, sizeof error);
	const struct world_container *x, *y;

	cr_assert_not_null(world, "%s", error);
	x = world_target(world, "a/x");
	y = world_target(world, "a/y-2");
	cr_assert(x && y);
	cr_expect_eq(x->nano_cpus, 1500000000);
	cr_expect_eq(x->memory_limit, 2 * WORLD_GIB);
	cr_expect_eq(x->env_count, 2);
	cr_expect_str_eq(x->env[1], "B=2");
	cr_expect_str_eq(world_label(x, "c"), "d");
	cr_expect_str_eq(x->restart_policy, "always");
	cr_expect_eq(x->health, WORLD_HEALTH_UNHEALTHY, "there is no curl");
	cr_expect_eq(y->health, WORLD_HEALTH_HEALTHY);
	cr_expect_eq(y->host_port, x->host_port + 2);
	cr_expect_eq(y->memory_limit, 0);
	drop(world);
}

Test(scenarios, scripts_run_and_repeat)
{
	char error[300];
	struct world *world = load(
		"stores: {s: {models: [all-minilm]}}\n"
		"servers: [{name: a, address: 127.9.9.1, mounts: [{store: s}], instances: [{name: x}]}]\n"
		"repeat: 10s\n"
		"script:\n"
		"  - {at: 2s, do: load, target: a/x, model: all-minilm, keep_alive: -1}\n"
		"  - {at: 5s, do: unload, target: a/x}\n",
		error, sizeof error);
	const struct world_container *c;

	cr_assert_not_null(world, "%s", error);
	c = world_target(world, "a/x");
	for (int round = 0; round < 3; round++) {
		cr_expect_str_eq(fixture_do(world, "{\"do\":\"clock\",\"advance_ms\":3000}"), "");
		cr_expect_eq(c->loaded_count, 1, "round %d", round);
		cr_expect_str_eq(fixture_do(world, "{\"do\":\"clock\",\"advance_ms\":7000}"), "");
		cr_expect_eq(c->loaded_count, 0, "round %d", round);
	}
	drop(world);
}

struct refusal {
	char command[120], message[80];
};

ParameterizedTestParameters(control, refuses)
{
	static struct refusal refusals[] = {
		{"{}", "no such verb"},
		{"{\"do\":7}", "no such verb"},
		{"{\"do\":\"oom\"}", "no such target \"\""},
		{"{\"do\":\"oom\",\"target\":\"84\"}", "this needs SERVER/CONTAINER as target"},
		{"{\"do\":\"oom\",\"target\":\"84/nothing\"}", "no such target"},
		{"{\"do\":\"load\",\"target\":\"84/ollama-1\",\"model\":\"nothing\"}", "no such model"},
		{"{\"do\":\"unload\",\"target\":\"84/ollama-1\",\"model\":\"mistral:7b\"}", "is not loaded"},
		{"{\"do\":\"busy\",\"target\":\"84/ollama-1\"}", "no model is loaded"},
		{"{\"do\":\"pull\",\"target\":\"80\",\"model\":\"nothing\"}", "no such model"},
		{"{\"do\":\"mount\",\"target\":\"84/ollama-1\",\"store\":\"nothing\"}", "no such store"},
		{"{\"do\":\"hang\",\"target\":\"84\",\"what\":\"sky\"}", "what must be"},
		{"{\"do\":\"hostile\",\"target\":\"84\",\"kind\":\"rude\"}", "kind must be"},
		{"{\"do\":\"clock\",\"advance_ms\":-1}", "advance_ms must be"},
		{"{\"do\":\"start\",\"target\":\"84/ollama-1\"}", "already started"},
		{"{\"do\":\"pool\",\"url\":\"http://x\",\"status\":\"absent\"}", "no such URL"},
	};

	return cr_make_param_array(struct refusal, refusals, sizeof refusals / sizeof *refusals);
}

ParameterizedTest(struct refusal *refusal, control, refuses)
{
	struct fixture f = fixture_new();
	const char *why = fixture_do(f.world, refusal->command);

	cr_expect_not_null(strstr(why, refusal->message), "%s: wanted \"%s\", got \"%s\"", refusal->command,
		refusal->message, why);
	fixture_free(&f);
}

Test(control, does)
{
	struct fixture f = fixture_new();

	cr_expect_str_eq(
		fixture_do(f.world, "{\"do\":\"die\",\"target\":\"84/ollama-1\",\"exit\":3,\"stay\":true}"),
		"");
	cr_expect_eq(f.one->status, WORLD_EXITED);
	cr_expect_eq(f.one->exit_code, 3);
	cr_expect_str_eq(fixture_do(f.world, "{\"do\":\"start\",\"target\":\"84/ollama-1\"}"), "");
	cr_expect_str_eq(
		fixture_do(f.world, "{\"do\":\"drift\",\"target\":\"84/ollama-1\",\"model\":\"mistral:7b\"}"),
		"");
	cr_expect_str_neq(
		world_model(f.one, "mistral:7b")->digest, world_model(f.ollama, "mistral:7b")->digest);
	cr_expect_str_eq(
		world_model(f.one, "llama2:13b")->digest, world_model(f.ollama, "llama2:13b")->digest);
	cr_expect_str_eq(fixture_do(f.world, "{\"do\":\"hang\",\"target\":\"84\",\"what\":\"store\"}"), "");
	cr_expect(world_store_hung(f.two));
	cr_expect_not(world_store_hung(f.ollama), "the server of the store does not hang with it");
	cr_expect_str_eq(fixture_do(f.world, "{\"do\":\"reset\",\"target\":\"84\"}"), "");
	cr_expect_not(world_store_hung(f.two));
	cr_expect_str_eq(
		fixture_do(f.world, "{\"do\":\"mount\",\"target\":\"84/ollama-2\",\"fstype\":\"ext4\"}"), "");
	cr_expect_str_eq(f.two->mounts[0].fstype, "ext4");
	cr_expect(f.two->mounts[0].read_only, "what is not named stays");
	fixture_free(&f);
}

Test(units, sizes)
{
	int64_t bytes = -1;

	cr_expect(scenario_size("16G", &bytes) && bytes == 16 * WORLD_GIB);
	cr_expect(scenario_size("62.5K", &bytes) && bytes == 64000);
	cr_expect(scenario_size("7", &bytes) && bytes == 7);
	cr_expect(scenario_size("1T", &bytes) && bytes == 1024 * WORLD_GIB);
	cr_expect_not(scenario_size("", &bytes));
	cr_expect_not(scenario_size("G", &bytes));
	cr_expect_not(scenario_size("1X", &bytes));
	cr_expect_not(scenario_size("1GG", &bytes));
	cr_expect_not(scenario_size("-1", &bytes));
	cr_expect_not(scenario_size("inf", &bytes));
}

Test(units, durations)
{
	int64_t ms = -7;

	cr_expect(scenario_duration("5m", &ms) && ms == 300000);
	cr_expect(scenario_duration("4m12s", &ms) && ms == 252000);
	cr_expect(scenario_duration("1h1m1s", &ms) && ms == 3661000);
	cr_expect(scenario_duration("250ms", &ms) && ms == 250);
	cr_expect(scenario_duration("1.5s", &ms) && ms == 1500);
	cr_expect(scenario_duration("30", &ms) && ms == 30000);
	cr_expect(scenario_duration("-1", &ms) && ms == -1);
	cr_expect(scenario_duration("-1m", &ms) && ms == -1);
	cr_expect(scenario_duration("0", &ms) && ms == 0);
	cr_expect_not(scenario_duration("", &ms));
	cr_expect_not(scenario_duration("m", &ms));
	cr_expect_not(scenario_duration("5x", &ms));
	cr_expect_not(scenario_duration("5m3", &ms));
}

Test(yaml, becomes_json)
{
	static const char text[] = "{a: 1, b: \"1\", c: [true, null, x y], d: {e: -2.5}, f: , g: 80/ollama}";
	char error[100];
	cJSON *json = yaml_to_json(text, strlen(text), error, sizeof error);
	char *printed = cJSON_PrintUnformatted(json);

	cr_expect_str_eq(printed, "{\"a\":1,\"b\":\"1\",\"c\":[true,null,\"x "
				  "y\"],\"d\":{\"e\":-2.5},\"f\":null,\"g\":\"80/ollama\"}");
	free(printed);
	cJSON_Delete(json);
}

Test(yaml, loops_and_depth_are_refused)
{
	char deep[200], error[100];

	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	cr_expect_null(yaml_to_json(deep, sizeof deep, error, sizeof error));
	cr_expect_null(yaml_to_json("&a [*a]", 7, error, sizeof error));
	cr_expect_null(yaml_to_json("{[a]: b}", 8, error, sizeof error));
}

Test(sha256, gives_the_known_answers)
{
	char hex[65], million[1000];

	sha256_hex("", 0, hex);
	cr_expect_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_hex("abc", 3, hex);
	cr_expect_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
	cr_expect_str_eq(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', sizeof million);
	sha256_hex(million, sizeof million, hex);
	cr_expect_str_eq(hex, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}
