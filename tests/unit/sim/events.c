/* events.c - the rings of events and of log lines, which overflow and are read by serial; the balancer's pool. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(events, have_growing_times_and_serials)
{
	struct fixture f = fixture_new();
	const struct world_event *event;
	uint64_t serial = 0;
	int64_t last = 0;
	size_t seen = 0;

	for (int i = 0; i < 50; i++)
		world_emit(f.one, "top", (char *)NULL);
	while ((event = world_event_after(f.world, serial))) {
		cr_expect_gt(event->serial, serial);
		cr_expect_gt(event->wall_ns, last);
		serial = event->serial;
		last = event->wall_ns;
		seen++;
	}
	cr_expect_eq(seen, 50);
	fixture_free(&f);
}

Test(events, the_oldest_are_forgotten)
{
	struct fixture f = fixture_new();
	uint64_t first = f.world->event_serial + 1;
	size_t kept = 0;
	uint64_t serial = 0;

	for (int i = 0; i < WORLD_EVENTS_MAX + 100; i++)
		world_emit(f.one, "top", (char *)NULL);
	cr_expect_eq(world_event_after(f.world, 0)->serial, first + 100);
	for (const struct world_event *event; (event = world_event_after(f.world, serial)); kept++)
		serial = event->serial;
	cr_expect_eq(kept, WORLD_EVENTS_MAX);
	cr_expect_null(world_event_after(f.world, serial + 5), "from the future");
	fixture_free(&f);
}

Test(events, carry_name_image_and_labels)
{
	struct fixture f = fixture_new();
	const struct world_event *event;
	char all[512] = "";

	cr_assert(world_add_label(f.one, "colour", "red"));
	world_emit(f.one, "die", "exitCode", "3", (char *)NULL);
	event = world_event_after(f.world, 0);
	for (size_t i = 0; i < event->attribute_count; i++)
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s=%s ", event->attributes[i].name,
			event->attributes[i].value);
	cr_expect_str_eq(all, "colour=red exitCode=3 image=ollama/ollama:latest name=ollama-1 ");
	cr_expect_str_eq(event->type, "container");
	cr_expect_eq(event->server, f.ro);
	fixture_free(&f);
}

Test(log, keeps_the_newest_lines_in_order)
{
	struct fixture f = fixture_new();
	uint64_t start = f.one->log_serial;
	const struct world_log_line *line;
	uint64_t serial = 0;
	size_t lines = 0;

	for (int i = 0; i < WORLD_LOG_MAX + 7; i++)
		world_log(f.one, i % 2, "line %d", i);
	line = world_log_after(f.one, 0);
	cr_expect_str_eq(line->text, "line 7");
	cr_expect(line->is_stderr);
	cr_expect_eq(line->serial, start + 8);
	while ((line = world_log_after(f.one, serial))) {
		serial = line->serial;
		lines++;
	}
	cr_expect_eq(lines, WORLD_LOG_MAX);
	fixture_free(&f);
}

Test(random, is_the_same_for_the_same_seed)
{
	struct world *a = world_new(3), *b = world_new(3), *c = world_new(4);
	char x[17], y[17], z[17];

	world_hex(a, x, 16);
	world_hex(b, y, 16);
	world_hex(c, z, 16);
	cr_expect_str_eq(x, y);
	cr_expect_str_neq(x, z);
	for (int i = 0; i < 1000; i++)
		cr_assert_lt(world_random(a, 10), 10);
	world_free(a);
	world_free(b);
	world_free(c);
}

Test(pool, tells_what_can_be_reached)
{
	struct fixture f = fixture_new();
	const char *why = "";

	cr_assert(world_pool_add(f.world, "http://127.0.0.84:11434"));
	cr_assert(world_pool_add(f.world, "http://127.0.0.84:11434"));
	cr_assert(world_pool_add(f.world, "http://10.9.9.9:11434"));
	cr_expect_eq(f.world->pool_count, 2);
	cr_expect_str_eq(world_pool_status(f.world, &f.world->pool[0]), "UP");
	cr_expect_str_eq(world_pool_status(f.world, &f.world->pool[1]), "DOWN");
	cr_assert(world_pause(f.one, &why));
	cr_expect_str_eq(world_pool_status(f.world, &f.world->pool[0]), "DOWN");
	cr_expect(world_pool_remove(f.world, "http://127.0.0.84:11434"));
	cr_expect_not(world_pool_remove(f.world, "http://127.0.0.84:11434"));
	fixture_free(&f);
}

static void count(void *user)
{
	(*(int *)user)++;
}

Test(world, tells_of_each_change)
{
	struct fixture f = fixture_new();
	int changes = 0;
	uint64_t generation = f.world->generation;

	f.world->on_change = count;
	f.world->user = &changes;
	world_log(f.one, false, "x");
	cr_expect_eq(changes, 1);
	cr_expect_eq(f.world->generation, generation + 1);
	world_unload(f.one, "nothing");
	cr_expect_eq(changes, 1, "nothing happened");
	fixture_free(&f);
}
