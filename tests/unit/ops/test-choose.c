/* Template, name, port, victim and memory, on server 84 with instances as each case wants them. */
#include "ops/choose.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define GIB INT64_C(1073741824)

static struct server_spec spec;
static struct server server;
static struct instance instances[FLEET_INSTANCES_MAX], *list[FLEET_INSTANCES_MAX];

/* An instance that runs with a limit in GiB. */
static struct instance *has(const char *name, double limit)
{
	struct instance *i = &instances[server.instance_count];
	*i = (struct instance){
		.server = &server,
		.name = (char *)name,
		.state = STATE_OK,
		.present = 1,
		.memory_used = -1,
		.memory_limit = -1,
		.container = {.known = true,
			.status = CONTAINER_RUNNING,
			.memory_limit = (int64_t)(limit * GIB)},
	};
	list[server.instance_count++] = i;
	return i;
}

static void start(void)
{
	static char name[] = "84";
	spec = (struct server_spec){
		.name = name, .scale = {.port_first = 11434, .port_last = 11437, .memory_headroom = 2 * GIB}};
	server = (struct server){.spec = &spec, .instances = list, .memory_total = (int64_t)(125.6 * GIB)};
}

TestSuite(choose, .init = start);
TestSuite(headroom, .init = start);

Test(choose, the_newest_healthy_one_is_the_template)
{
	cr_assert_null(choose_template(&server));
	has("ollama-1", 16)->container.started_wall = 100;
	struct instance *second = has("ollama-2", 16);
	second->container.started_wall = 300;
	has("ollama-3", 16)->container.started_wall = 200;
	cr_assert_eq(choose_template(&server), second);
	second->state = STATE_LB;
	cr_assert_eq(choose_template(&server), second);
	static const enum state unfit[] = {STATE_OOM, STATE_DOWN, STATE_NFS, STATE_DRIFT, STATE_HOT,
		STATE_SLOW, STATE_STARTING, STATE_DRAINING, STATE_STOPPED, STATE_UNKNOWN};
	for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++) {
		second->state = unfit[i];
		cr_expect_eq(choose_template(&server), &instances[2], "%s", state_name(unfit[i]));
	}
}

Test(choose, a_template_has_a_container_that_runs)
{
	struct instance *i = has("ollama-1", 16);
	i->container.known = false;
	cr_expect_null(choose_template(&server));
	i->container.known = true;
	i->gone = true;
	cr_expect_null(choose_template(&server));
	i->gone = false;
	i->container.status = CONTAINER_EXITED;
	cr_expect_null(choose_template(&server));
	i->container.status = CONTAINER_RUNNING;
	cr_expect_eq(choose_template(&server), i);
	has("ollama-10", 16);
	has("ollama-9", 16);
	cr_expect_str_eq(choose_template(&server)->name, "ollama-10", "started at the same time");
}

Test(choose, the_highest_number_goes_first)
{
	cr_assert_null(choose_victim(&server));
	has("ollama-2", 16);
	has("ollama-10", 16)->state = STATE_DOWN;
	has("ollama-9", 16);
	cr_expect_str_eq(choose_victim(&server)->name, "ollama-10");
	instances[1].gone = true;
	cr_expect_str_eq(choose_victim(&server)->name, "ollama-9");
	instances[2].present = 0;
	cr_expect_str_eq(choose_victim(&server)->name, "ollama-2");
	instances[0].container.status = CONTAINER_REMOVED;
	cr_expect_null(choose_victim(&server));
}

Test(choose, names)
{
	static const struct {
		const char *name, *taken[4], *glob, *result;
	} cases[] = {
		{"ollama-3", {"ollama-1", "ollama-2", "ollama-3"}, NULL, "ollama-4"},
		{"ollama-3", {"ollama-1", "ollama-3"}, NULL, "ollama-2"},
		{"ollama-3", {"ollama-3", "ollama-10"}, NULL, "ollama-1"},
		{"ollama", {"ollama"}, NULL, "ollama-2"},
		{"ollama", {"ollama", "ollama-2"}, NULL, "ollama-3"},
		{"ollama", {"ollama", "ollama-1"}, NULL, "ollama-2"},
		{"fleet_ollama_1", {"fleet_ollama_1"}, NULL, "fleet_ollama_2"},
		{"ollama7", {"ollama7"}, NULL, "ollama1"},
		{"ollama-01", {"ollama-01"}, NULL, "ollama-02"},
		{"ollama-09", {"ollama-09"}, NULL, "ollama-01"},
		/* A container's name has two characters at least, and a date is no number of an instance. */
		{"84", {"84"}, NULL, "84-2"},
		{"ollama-20260101120000", {""}, NULL, "ollama-20260101120000-2"},
		{"ollama-1", {"ollama-1"}, "ollama-[4-6]", "ollama-4"},
		{"ollama-1", {"ollama-1"}, "ollama-1", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char name[64];
		size_t count = 0;
		while (count < 4 && cases[i].taken[count] != NULL)
			count++;
		bool found =
			choose_name(name, sizeof name, cases[i].name, cases[i].taken, count, cases[i].glob);
		cr_expect_eq(found, cases[i].result != NULL, "%s", cases[i].name);
		if (found)
			cr_expect_str_eq(name, cases[i].result);
	}
	char small[9];
	cr_expect(choose_name(small, sizeof small, "ollama-1", NULL, 0, NULL));
	cr_expect_not(choose_name(small, sizeof small, "ollama2-1", NULL, 0, NULL));
}

Test(choose, ports)
{
	static const int taken[] = {11434, 11436};
	cr_expect_eq(choose_port(&server, NULL, 0), 11434);
	cr_expect_eq(choose_port(&server, taken, 2), 11435);
	has("ollama-1", 16)->port = 11435;
	cr_expect_eq(choose_port(&server, taken, 2), 11437);
	struct instance *stopped = has("ollama-2", 16);
	stopped->container.host_port = 11437;
	stopped->state = STATE_STOPPED;
	cr_expect_eq(choose_port(&server, taken, 2), 0);
	cr_expect_eq(choose_port(&server, taken, 1), 11436);
	stopped->gone = true;
	cr_expect_eq(choose_port(&server, taken, 2), 11437);
	spec.scale.port_first = spec.scale.port_last = 0;
	cr_expect_eq(choose_port(&server, NULL, 0), 0);
}

Test(choose, sizes_with_one_decimal)
{
	static const struct {
		double bytes;
		const char *text;
	} cases[] = {
		{0, "0"},
		{640, "640B"},
		{16 * GIB, "16G"},
		{125.6 * GIB, "125.6G"},
		{-2.4 * GIB, "-2.4G"},
		{999.96 * GIB, "1000G"},
		{1023.96 * GIB, "1T"},
		{1.5 * 1024 * GIB, "1.5T"},
		{5000.0 * 1024 * GIB, "5000T"},
		{0.5 * GIB, "512M"},
		{15.96 * GIB, "16G"},
		{-0.001 * GIB, "-1M"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char buf[32];
		cr_expect_str_eq(choose_size(buf, sizeof buf, (int64_t)cases[i].bytes), cases[i].text);
	}
}

static struct headroom head;

static void says(int count, bool fits, const char *text)
{
	cr_expect_eq(choose_headroom(&server, &instances[0], count, &head), fits);
	cr_expect_eq(head.fits, fits);
	cr_expect_str_eq(head.text, text);
}

Test(headroom, as_in_the_issue)
{
	for (int i = 0; i < 3; i++)
		has("ollama-1", 16);
	says(1, true, "3 x 16G + 16G of 125.6G leaves 61.6G");
	says(3, true, "3 x 16G + 3 x 16G of 125.6G leaves 29.6G");
	for (int i = 3; i < 7; i++)
		has("ollama-4", 16);
	says(1, false, "7 x 16G + 16G of 125.6G leaves -2.4G: refused");
	cr_expect(head.known);
	cr_expect_eq(head.left, server.memory_total - 128 * GIB);
}

Test(headroom, what_is_to_stay_free)
{
	has("ollama-1", 16);
	server.memory_total = 34 * GIB;
	says(1, true, "1 x 16G + 16G of 34G leaves 2G");
	server.memory_total--;
	says(1, false, "1 x 16G + 16G of 34G leaves 2G, less than the headroom of 2G: refused");
	server.memory_total = 32 * GIB;
	says(1, false, "1 x 16G + 16G of 32G leaves 0, less than the headroom of 2G: refused");
	spec.scale.memory_headroom = 0;
	says(1, true, "1 x 16G + 16G of 32G leaves 0");
}

Test(headroom, different_limits)
{
	has("ollama-1", 16);
	has("ollama-2", 24);
	has("ollama-3", 16);
	says(1, true, "2 x 16G + 1 x 24G + 16G of 125.6G leaves 53.6G");
	for (int i = 0; i < 7; i++)
		has("more", 1 + i);
	says(1, true,
		"1 x 1G + 1 x 2G + 1 x 3G + 1 x 4G + 1 x 5G + 1 x 6G + 63G of 4 others + 16G of 125.6G "
		"leaves 25.6G");
	server.instance_count--;
	has("more", 16);
	says(1, true,
		"1 x 1G + 1 x 2G + 1 x 3G + 1 x 4G + 1 x 5G + 1 x 6G + 72G of 4 others + 16G of 125.6G "
		"leaves 16.6G");
}

Test(headroom, without_a_limit_the_use_counts)
{
	has("ollama-1", 16);
	struct instance *free_one = has("ollama-2", 0);
	says(1, false, "ollama-2 has no memory limit, and what it uses is not known: refused");
	cr_expect_not(head.known);
	free_one->memory_used = 5 * GIB + GIB / 10;
	says(1, true, "1 x 16G + 5.1G in use by ollama-2, which has no limit, + 16G of 125.6G leaves 88.5G");
	has("ollama-3", 0)->memory_used = GIB;
	says(1, true, "1 x 16G + 6.1G in use by 2 that have no limit + 16G of 125.6G leaves 87.5G");
}

Test(headroom, what_is_not_known_is_refused)
{
	struct instance *first = has("ollama-1", 16), *second = has("ollama-2", 16);
	server.memory_total = -1;
	says(1, false, "how much memory server 84 has is not known: refused");
	server.memory_total = 64 * GIB;
	first->container.memory_limit = 0;
	says(1, false,
		"ollama-1 has no memory limit, so nobody can tell what its clone will take: refused; give it "
		"one "
		"(docker update --memory)");
	first->container.known = false;
	says(1, false, "the memory limit of ollama-1 is not known: refused");
	first->memory_limit = 8 * GIB;
	says(1, true, "1 x 8G + 1 x 16G + 8G of 64G leaves 32G");
	second->container.known = false;
	says(1, false, "the memory limit of ollama-2 is not known: refused");
	second->gone = true;
	says(1, true, "1 x 8G + 8G of 64G leaves 48G");
}

Test(headroom, figures_beyond_reason)
{
	for (int i = 0; i < FLEET_INSTANCES_MAX; i++)
		has("ollama-1", 16)->container.memory_limit = INT64_MAX - i;
	cr_expect_not(choose_headroom(&server, &instances[0], FLEET_INSTANCES_MAX, &head));
	cr_expect_lt(head.left, 0);
	cr_expect_not_null(strstr(head.text, ": refused"));
}

TestSuite(warm, .init = start);

/* A sibling that answers, with these loaded: names, sizes in GiB; the first has a context of 8192. */
static struct instance *works(
	const char *name, bool busy, const char *const *names, const double *sizes, size_t count)
{
	static struct model_loaded loaded[FLEET_INSTANCES_MAX][8];
	struct model_loaded *mine = loaded[server.instance_count];
	struct instance *i = has(name, 16);
	for (size_t m = 0; m < count; m++)
		mine[m] = (struct model_loaded){.name = (char *)names[m],
			.size = (int64_t)(sizes[m] * GIB),
			.context = m == 0 ? 8192 : 0};
	i->api.status = LINK_OK;
	i->busy = busy;
	i->loaded = mine;
	i->loaded_count = count;
	return i;
}

static const char *const two[] = {"mistral:7b", "gemma2:2b"};
static const double two_sizes[] = {5, 2};

Test(warm, what_busy_siblings_have_the_most_used_first)
{
	struct warm_plan plan;
	static const char *const one[] = {"gemma2:2b"}, *const idle[] = {"phi3:mini"};
	static const double one_size[] = {2.5};
	works("ollama-1", true, two, two_sizes, 2);
	works("ollama-2", true, one, one_size, 1);
	works("ollama-3", false, idle, one_size, 1);
	has("ollama-4", 16);
	choose_warm(&server, "ollama-4", &plan);
	cr_assert_eq(plan.chosen_count, 2);
	cr_expect_eq(plan.left_out_count, 0, "what idle siblings have is not wanted");
	cr_expect_str_eq(plan.chosen[0].name, "gemma2:2b");
	cr_expect_eq(plan.chosen[0].busy, 2);
	cr_expect_eq(plan.chosen[0].size, (int64_t)(2.5 * GIB));
	cr_expect_str_eq(plan.chosen[1].name, "mistral:7b");
	cr_expect_eq(plan.chosen[1].context, 8192);
}

Test(warm, without_a_busy_one_what_all_have)
{
	struct warm_plan plan;
	works("ollama-1", false, two, two_sizes, 2);
	has("ollama-2", 16);
	choose_warm(&server, "ollama-2", &plan);
	cr_expect_eq(plan.chosen_count, 2);
	server.instances[0]->api.status = LINK_FAILED;
	choose_warm(&server, "ollama-2", &plan);
	cr_expect_eq(plan.chosen_count + plan.left_out_count, 0);
}

Test(warm, as_memory_allows)
{
	struct warm_plan plan;
	works("ollama-1", true, two, two_sizes, 2);
	struct instance *fresh = has("ollama-2", 5);
	choose_warm(&server, "ollama-2", &plan);
	cr_assert_eq(plan.chosen_count, 1);
	cr_expect_str_eq(plan.chosen[0].name, "gemma2:2b");
	cr_assert_eq(plan.left_out_count, 1);
	cr_expect_str_eq(plan.left_out[0].name, "mistral:7b");
	cr_expect_eq(plan.left_out[0].size, 5 * (int64_t)GIB);
	cr_expect_eq(plan.left_out[0].left, (int64_t)(4.5 * GIB) - 2 * (int64_t)GIB, "of 90 %% of the limit");
	fresh->container.memory_limit = 0;
	choose_warm(&server, "ollama-2", &plan);
	cr_expect_eq(plan.chosen_count, 2, "without a limit");
	cr_expect_eq(plan.left_out_count, 0);
	fresh->container.memory_limit = GIB;
	choose_warm(&server, "ollama-2", &plan);
	cr_expect_eq(plan.chosen_count, 0);
	cr_expect_eq(plan.left_out_count, 2);
}

Test(warm, no_more_than_some)
{
	struct warm_plan plan;
	static const char *const six[] = {"a:1b", "b:1b", "c:1b", "d:1b", "e:1b", "f:1b"};
	static const double six_sizes[] = {1, 1, 1, 1, 1, 1};
	works("ollama-1", false, six, six_sizes, 6);
	has("ollama-2", 16);
	choose_warm(&server, "ollama-2", &plan);
	cr_assert_eq(plan.chosen_count, WARM_MAX);
	cr_assert_eq(plan.left_out_count, 6 - WARM_MAX);
	cr_expect_str_eq(plan.left_out[0].name, "e:1b");
	cr_expect_geq(plan.left_out[0].left, plan.left_out[0].size, "memory is not why");
}
