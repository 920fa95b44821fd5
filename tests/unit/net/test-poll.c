/*
 * The heap of polls: what is due when, places in the interval, backoff, pause.
 */
#include "../../../src/net/watch_private.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define POLLS 200

struct world {
	uv_loop_t loop;
	struct clock clock;
	struct fleet_spec spec;
	struct watch watch;
	int asked;
	int64_t last, asked_at[POLLS];
	struct poll polls[POLLS];
};

static struct world *world;

static void ask(struct poll *p)
{
	int64_t now = clock_mono_ms(&world->clock);
	cr_assert_geq(now, world->last, "the clock went back");
	world->last = now;
	world->asked++;
	world->asked_at[p - world->polls] = now;
}

static const struct poll_kind periodic = {"periodic", 1, ask, NULL};
static const struct poll_kind on_demand = {"on demand", ON_DEMAND, ask, NULL};

static void setup(void)
{
	world = calloc(1, sizeof *world);
	cr_assert_not_null(world);
	uv_loop_init(&world->loop);
	clock_init(&world->clock);
	world->spec.refresh_ms = 100;
	world->watch = (struct watch){.spec = &world->spec, .started = true, .armed = POLL_NEVER};
	world->watch.options.loop = &world->loop;
	world->watch.options.clock = &world->clock;
	uv_timer_init(&world->loop, &world->watch.timer);
	world->watch.timer.data = &world->watch;
}

static void teardown(void)
{
	uv_close((uv_handle_t *)&world->watch.timer, NULL);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	uv_loop_close(&world->loop);
	free(world->watch.heap);
	free(world);
}

static void stop(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void run_for(uint64_t ms)
{
	uv_timer_t timer;
	uv_timer_init(&world->loop, &timer);
	uv_update_time(&world->loop);
	uv_timer_start(&timer, stop, ms, 0);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&world->loop, UV_RUN_NOWAIT);
}

TestSuite(poll, .init = setup, .fini = teardown);

Test(poll, each_is_asked_at_its_time_and_no_sooner)
{
	int64_t start = clock_mono_ms(&world->clock), wanted[POLLS];
	srand(7);
	for (int i = 0; i < POLLS; i++) {
		poll_init(&world->polls[i], &on_demand, &world->watch, NULL, (size_t)i);
		wanted[i] = rand() % 120;
		poll_in(&world->polls[i], wanted[i]);
	}
	for (int i = 0; i < POLLS; i += 3)
		poll_off(&world->polls[i]);
	run_for(400);
	for (int i = 0; i < POLLS; i++) {
		if (i % 3 == 0)
			cr_assert_eq(world->asked_at[i], 0, "poll %d was called off", i);
		else
			cr_assert_geq(world->asked_at[i], start + wanted[i], "poll %d came too soon", i);
	}
	cr_assert_eq(world->watch.heap_count, 0);
}

Test(poll, a_round_is_spread_over_the_interval_afterwards)
{
	int in_half[2] = {0};
	world->spec.refresh_ms = 10000;
	for (int i = 0; i < POLLS; i++) {
		poll_init(&world->polls[i], &periodic, &world->watch, NULL, (size_t)i);
		poll_now(&world->polls[i]);
	}
	run_for(600);
	cr_assert_eq(world->asked, POLLS, "%d", world->asked);
	for (int i = 0; i < POLLS; i++) {
		int64_t wait = world->polls[i].due - world->asked_at[i];
		cr_assert(wait >= 4900 && wait <= 15100, "poll %d waits %ld", i, (long)wait);
		in_half[world->polls[i].due % 10000 >= 5000]++;
	}
	cr_assert(abs(in_half[0] - in_half[1]) <= 4, "%d and %d", in_half[0], in_half[1]);
}

Test(poll, what_a_policy_goes_by_is_asked_at_each_refresh_but_not_more_than_once_a_second)
{
	static const struct {
		int64_t refresh, otherwise, followed;
	} all[] = {{300, 1500, 1000}, {1000, 5000, 1000}, {2000, 10000, 2000}, {60000, 300000, 60000}};
	static const struct poll_kind of_requests = {"requests", EACH_5TH | OF_REQUESTS, ask, NULL};
	struct server server = {0};
	struct fleet fleet = {.servers = &server, .server_count = 1};
	struct engine engine = {.watch = &world->watch};
	struct target target = {.engine = &engine};
	world->watch.options.fleet = &fleet;
	poll_init(&world->polls[0], &of_requests, &world->watch, &target, 0);
	poll_init(&world->polls[1], &periodic, &world->watch, &target, 1);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		world->spec.refresh_ms = all[i].refresh;
		server.requests_followed = false;
		cr_expect_eq(poll_interval(&world->polls[0]), all[i].otherwise);
		fleet_follow_requests(&fleet, 0);
		cr_expect_eq(poll_interval(&world->polls[0]), all[i].followed);
		cr_expect_eq(poll_interval(&world->polls[1]), all[i].refresh);
	}
}

Test(poll, keeps_asking_in_its_place)
{
	poll_init(&world->polls[0], &periodic, &world->watch, NULL, 0);
	poll_now(&world->polls[0]);
	run_for(1050);
	cr_assert(world->asked >= 9 && world->asked <= 12, "%d in 1050 ms every 100", world->asked);
}

Test(poll, one_that_is_out_is_not_asked_again)
{
	poll_init(&world->polls[0], &periodic, &world->watch, NULL, 0);
	world->polls[0].out = true;
	poll_in(&world->polls[0], 0);
	run_for(300);
	cr_assert_eq(world->asked, 0);
	poll_now(&world->polls[0]);
	cr_assert(world->polls[0].again);
}

Test(poll, nothing_is_asked_while_paused)
{
	poll_init(&world->polls[0], &periodic, &world->watch, NULL, 0);
	poll_now(&world->polls[0]);
	world->watch.paused = true;
	poll_timer(&world->watch);
	run_for(100);
	cr_assert_eq(world->asked, 0);
	world->watch.paused = false;
	poll_timer(&world->watch);
	run_for(100);
	cr_assert_geq(world->asked, 1);
}

Test(poll, a_single_look_schedules_nothing_by_itself)
{
	world->watch.once = true;
	poll_init(&world->polls[0], &periodic, &world->watch, NULL, 0);
	poll_now(&world->polls[0]);
	run_for(300);
	cr_assert_eq(world->asked, 1);
	poll_retry(&world->polls[0], 10);
	cr_assert_eq(world->watch.heap_count, 0);
}

Test(poll, what_somebody_wants_now_is_not_put_off_by_a_backoff)
{
	poll_init(&world->polls[0], &periodic, &world->watch, NULL, 0);
	poll_now(&world->polls[0]);
	int64_t due = world->polls[0].due;
	poll_retry(&world->polls[0], 30000);
	cr_assert_eq(world->polls[0].due, due);
}

Test(poll, backoff_doubles_to_thirty_seconds)
{
	static const int64_t wanted[] = {2000, 2000, 4000, 8000, 16000, 30000, 30000};
	for (int i = 0; i < 7; i++)
		cr_assert_eq(backoff_ms(2000, i), wanted[i], "%d: %ld", i, (long)backoff_ms(2000, i));
	cr_assert_eq(backoff_ms(2000, 1000000), 30000);
	cr_assert_eq(backoff_ms(60000, 3), 60000, "never more often than the refresh");
}
