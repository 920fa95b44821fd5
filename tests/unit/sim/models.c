/* models.c - what is loaded, what is stored, what is pulled; memory and CPU that follow. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <string.h>

Test(models, load_in_their_own_time)
{
	struct fixture f = fixture_new();
	struct world_loaded *local = world_load(f.ollama, world_model(f.ollama, "mistral:7b"), 0, 60000);
	struct world_loaded *remote = world_load(f.one, world_model(f.one, "mistral:7b"), 0, 60000);

	cr_assert(local && remote);
	cr_expect_not(local->ready);
	fixture_pass(&f, 3000);
	cr_expect(local->ready);
	cr_expect_not(remote->ready, "NFS is slower");
	fixture_pass(&f, 5000);
	cr_expect(remote->ready);
	fixture_free(&f);
}

Test(models, expire_unless_they_are_used)
{
	struct fixture f = fixture_new();

	cr_assert(world_load(f.ollama, world_model(f.ollama, "mistral:7b"), 0, 10000));
	fixture_pass(&f, 9000);
	cr_expect_not_null(world_loaded(f.ollama, "mistral:7b"));
	world_busy(f.ollama, 20000);
	cr_expect(world_is_busy(f.ollama));
	fixture_pass(&f, 20000);
	cr_expect_not(world_is_busy(f.ollama));
	cr_expect_not_null(world_loaded(f.ollama, "mistral:7b"), "the last request ended a moment ago");
	fixture_pass(&f, 15000);
	cr_expect_null(world_loaded(f.ollama, "mistral:7b"));
	cr_assert(world_load(f.ollama, world_model(f.ollama, "mistral:7b"), 0, -1));
	fixture_pass(&f, 600000);
	cr_expect_not_null(world_loaded(f.ollama, "mistral:7b"), "-1 is for ever");
	fixture_free(&f);
}

Test(models, a_request_under_way_holds_its_model)
{
	struct fixture f = fixture_new();
	struct world_loaded *loaded = world_load(f.ollama, world_model(f.ollama, "mistral:7b"), 0, 1000);

	loaded->requests = 1;
	fixture_pass(&f, 60000);
	cr_expect_eq(world_loaded(f.ollama, "mistral:7b"), loaded);
	loaded->requests = 0;
	fixture_pass(&f, 200);
	cr_expect_null(world_loaded(f.ollama, "mistral:7b"));
	fixture_free(&f);
}

Test(models, another_context_loads_again)
{
	struct fixture f = fixture_new();
	const struct world_loaded *first = world_load(f.ollama, world_model(f.ollama, "mistral:7b"), 0, -1);
	int64_t size = first->size;

	cr_expect_eq(first->context, 4096);
	cr_expect_eq(world_load(f.ollama, world_model(f.ollama, "mistral:7b"), 4096, -1), first);
	cr_expect_gt(world_load(f.ollama, world_model(f.ollama, "mistral:7b"), 16384, -1)->size, size);
	cr_expect_eq(f.ollama->loaded_count, 1);
	cr_expect_eq(world_load(f.ollama, world_model(f.ollama, "all-minilm"), 0, -1)->context, 512,
		"no more than it was trained for");
	fixture_free(&f);
}

Test(models, memory_follows_them)
{
	struct fixture f = fixture_new();
	int64_t idle = world_memory_used(f.one);
	int64_t free_before = world_memory_available(f.ro);
	struct world_sample sample;

	cr_assert(world_load(f.one, world_model(f.one, "mistral:7b"), 0, -1));
	fixture_pass(&f, 10000);
	cr_expect_gt(world_memory_used(f.one) - idle, 4 * WORLD_GIB);
	cr_expect_lt(
		free_before - world_memory_available(f.ro), WORLD_GIB, "mapped weights are available memory");
	world_sample(f.one, &sample);
	cr_expect_eq(sample.usage, sample.anon + sample.active_file + sample.inactive_file);
	cr_expect_eq(sample.limit, 16 * WORLD_GIB);
	cr_expect_leq(sample.usage, sample.limit);
	world_sample(f.ollama, &sample);
	cr_expect_eq(sample.limit, f.rw->memory_total, "without a limit the machine is the limit");
	fixture_free(&f);
}

Test(models, too_many_weights_are_read_again_and_again)
{
	struct fixture f = fixture_new();
	struct world_sample before, after;

	cr_assert(world_load(f.two, world_model(f.two, "mistral:7b"), 0, -1));
	fixture_pass(&f, 10000);
	world_sample(f.two, &before);
	cr_expect_eq(before.usage, 4 * WORLD_GIB, "all there is");
	cr_expect_eq(before.major_faults, 0);
	world_busy(f.two, 10000);
	fixture_pass(&f, 1000);
	world_sample(f.two, &after);
	cr_expect_gt(after.major_faults, 1000);
	fixture_free(&f);
}

Test(models, a_context_over_the_limit_kills_the_runner)
{
	struct fixture f = fixture_new();

	cr_assert(world_load(f.two, world_model(f.two, "llama2:13b"), 16384, -1));
	fixture_pass(&f, 100);
	cr_expect_eq(f.two->loaded_count, 0);
	cr_expect_eq(f.two->status, WORLD_RUNNING);
	cr_expect_str_eq(fixture_events(&f, 0, f.two), "oom");
	fixture_free(&f);
}

Test(models, cpu_follows_what_is_done)
{
	struct fixture f = fixture_new();
	struct world_sample a, b;

	cr_assert(world_load(f.ollama, world_model(f.ollama, "mistral:7b"), 0, -1));
	fixture_pass(&f, 5000);
	world_sample(f.ollama, &a);
	fixture_pass(&f, 1000);
	world_sample(f.ollama, &b);
	cr_expect_lt(b.cpu_ns - a.cpu_ns, 10000000U, "idle");
	cr_expect_eq(b.system_ns - a.system_ns, 1000000000ULL * (unsigned)f.rw->cpus);
	world_busy(f.ollama, 60000);
	world_sample(f.ollama, &a);
	fixture_pass(&f, 1000);
	world_sample(f.ollama, &b);
	cr_expect_gt(b.cpu_ns - a.cpu_ns, 3500000000U, "four cores");
	f.ollama->nano_cpus = 2000000000;
	world_sample(f.ollama, &a);
	fixture_pass(&f, 1000);
	world_sample(f.ollama, &b);
	cr_expect_leq(b.cpu_ns - a.cpu_ns, 2200000000U, "no more than it may");
	fixture_free(&f);
}

Test(models, a_still_world_counts_by_samples)
{
	struct fixture f = fixture_new();
	struct world_sample a, b, c;

	f.world->still = true;
	cr_assert(world_load(f.ollama, world_model(f.ollama, "mistral:7b"), 0, -1)->ready);
	world_busy(f.ollama, 60000);
	world_sample(f.ollama, &a);
	world_sample(f.ollama, &b);
	world_sample(f.ollama, &c);
	cr_expect_eq(b.cpu_ns - a.cpu_ns, c.cpu_ns - b.cpu_ns);
	cr_expect_eq(b.wall_ns - a.wall_ns, 1000000000);
	cr_expect_eq(b.system_ns - a.system_ns, 1000000000ULL * (unsigned)f.rw->cpus);
	cr_expect_eq(f.world->wall, WORLD_STILL_WALL);
	fixture_free(&f);
}

Test(models, are_seen_late_over_nfs)
{
	struct fixture f = fixture_new();

	cr_assert(world_store_add(f.world, f.store, world_registry(f.world, "gemma2:2b")));
	cr_expect_not_null(world_model(f.ollama, "gemma2:2b"));
	cr_expect_null(world_model(f.one, "gemma2:2b"));
	fixture_pass(&f, f.world->nfs_delay_ms);
	cr_expect_not_null(world_model(f.one, "gemma2:2b"));
	fixture_free(&f);
}

Test(models, names_without_a_tag_mean_latest)
{
	struct fixture f = fixture_new();
	struct world_model *sized = world_registry(f.world, "mem-200m");

	cr_expect_not_null(world_model(f.one, "all-minilm"));
	cr_expect_not_null(world_model(f.one, "all-minilm:latest"));
	cr_expect_null(world_model(f.one, "mistral"));
	cr_assert_not_null(sized);
	cr_expect_str_eq(sized->name, "mem-200m:latest");
	cr_expect_eq(sized->layers[0].size, 200 * WORLD_MIB);
	world_model_free(sized);
	cr_expect_null(world_registry(f.world, "mem-200"));
	cr_expect_null(world_registry(f.world, "mem--3m"));
	cr_expect_null(world_registry(f.world, "nothing"));
	cr_expect_null(world_registry(f.world, ""));
	fixture_free(&f);
}

Test(models, the_same_name_has_the_same_digest)
{
	struct fixture f = fixture_new();
	struct world_model *again = world_registry(f.world, "mistral:7b");

	cr_assert_not_null(again);
	cr_expect_str_eq(again->digest, world_model(f.one, "mistral:7b")->digest);
	cr_expect_str_neq(again->digest, world_model(f.one, "llama2:13b")->digest);
	cr_expect_eq(strspn(again->digest, "0123456789abcdef"), 64);
	world_model_free(again);
	fixture_free(&f);
}

Test(models, a_removed_one_stays_loaded)
{
	struct fixture f = fixture_new();
	int64_t before = world_store_available(f.store);

	cr_assert(world_load(f.ollama, world_model(f.ollama, "mistral:7b"), 0, -1));
	cr_expect(world_store_remove(f.world, f.store, "mistral:7b"));
	cr_expect_not(world_store_remove(f.world, f.store, "mistral:7b"));
	cr_expect_gt(world_store_available(f.store), before);
	cr_expect_str_eq(f.ollama->loaded[0]->model.name, "mistral:7b");
	fixture_free(&f);
}

Test(pulls, go_layer_by_layer_and_end_in_the_store)
{
	struct fixture f = fixture_new();
	struct world_pull *pull = world_pull(f.world, f.store, "gemma2:2b", true);
	uint64_t serial = pull->serial;
	int64_t before = world_store_available(f.store);

	cr_expect_eq(world_pull(f.world, f.store, "gemma2:2b", false), pull, "a second one joins");
	fixture_pass(&f, 5000);
	cr_expect_leq(pull->completed, 5 * f.world->pull_rate);
	cr_expect_gt(pull->completed, 5 * f.world->pull_rate - 1000, "but for what each step rounds off");
	cr_expect_eq(before - world_store_available(f.store), pull->completed);
	cr_expect_null(world_model(f.ollama, "gemma2:2b"));
	fixture_pass(&f, 20000);
	cr_expect_null(world_pull_by_serial(f.store, serial));
	cr_expect_not_null(world_model(f.ollama, "gemma2:2b"));
	cr_expect_null(world_pull(f.world, f.store, "nothing", true));
	fixture_free(&f);
}

Test(pulls, stop_when_nobody_watches_and_go_on_where_they_were)
{
	struct fixture f = fixture_new();
	struct world_pull *pull = world_pull(f.world, f.store, "gemma2:2b", false);
	int64_t completed;

	pull->watchers = 1;
	fixture_pass(&f, 2000);
	pull->watchers = 0;
	completed = pull->completed;
	cr_expect_gt(completed, 0);
	fixture_pass(&f, 5000);
	cr_expect_eq(pull->completed, completed);
	cr_expect(pull->paused);
	cr_expect_eq(world_pull(f.world, f.store, "gemma2:2b", false)->completed, completed);
	fixture_free(&f);
}

Test(pulls, parts_cover_the_layer)
{
	struct fixture f = fixture_new();
	struct world_pull *pull = world_pull(f.world, f.store, "llama3.1:8b", true);
	const struct world_layer *layer = &pull->model->layers[0];
	int64_t size = 0, completed = 0;

	fixture_pass(&f, 7300);
	cr_expect_gt(world_pull_parts(pull), 10);
	for (size_t i = 0; i < world_pull_parts(pull); i++) {
		struct world_part part = world_pull_part(pull, i);

		cr_expect_eq(part.n, (int)i);
		cr_expect_eq(part.offset, size);
		cr_expect_leq(part.completed, part.size);
		size += part.size;
		completed += part.completed;
	}
	cr_expect_eq(size, layer->size);
	cr_expect_eq(completed, pull->completed);
	fixture_free(&f);
}

Test(pulls, layers_that_are_there_are_not_fetched_again)
{
	struct fixture f = fixture_new();
	struct world_pull *pull = world_pull(f.world, f.store, "mistral:7b", true);
	uint64_t serial = pull->serial;

	fixture_pass(&f, 100);
	cr_expect_null(world_pull_by_serial(f.store, serial));
	cr_expect_not_null(world_model(f.ollama, "mistral:7b"));
	fixture_free(&f);
}
