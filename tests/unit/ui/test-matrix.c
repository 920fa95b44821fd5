/* The models of the whole fleet, each once, with the reference's digest. */
#include "fixture.h"
#include "ollama-top/matrix.h"
#include "ui/filter.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct model_stored on_80[] = {
	{.name = (char *)"mistral:7b", .digest = "sha256:aaaa", .size = 4 * GIGA},
	{.name = (char *)"llama2:13b", .digest = "sha256:bbbb", .size = 7 * GIGA},
};
static const struct model_stored on_84[] = {
	{.name = (char *)"mistral:7b", .digest = "sha256:cccc", .size = 5 * GIGA},
	{.name = (char *)"extra:1b", .digest = "sha256:dddd", .size = GIGA},
};

static struct fleet *fleet;
static struct model_matrix matrix;

static void setup(void)
{
	static const char *const names[] = {"ollama-1"};
	fleet = fleet_fixture();
	fleet_list(fleet, 1, names, 1);
	fleet_answer(fleet, 0, "ollama", 1);
	fleet_answer(fleet, 1, "ollama-1", 1);
	fleet_models(fleet, 1, "ollama-1", on_84, 2);
	fleet_models(fleet, 0, "ollama", on_80, 2);
	fleet_loads(fleet, 1, "ollama-1", "only-loaded:7b");
}

static void teardown(void)
{
	matrix_free(&matrix);
	fleet_fixture_free(fleet);
}

static bool keep(void *user, const char *model)
{
	return filter_matches(user, &model, 1);
}

TestSuite(matrix, .init = setup, .fini = teardown);

Test(matrix, has_every_model_once_by_name_with_the_references_digest)
{
	static const char *const names[] = {"extra:1b", "llama2:13b", "mistral:7b", "only-loaded:7b"};
	matrix_build(&matrix, fleet, NULL, NULL);
	cr_assert_eq(matrix.count, 4);
	for (size_t i = 0; i < 4; i++)
		cr_assert_str_eq(matrix.rows[i].name, names[i]);
	cr_assert_str_eq(matrix.rows[2].digest, "aaaa");
	cr_assert_eq(matrix.rows[2].size, 4 * GIGA);
	matrix_build(&matrix, fleet, keep, (void *)"13B");
	cr_assert_eq(matrix.count, 1);
	cr_assert_str_eq(matrix.rows[0].name, "llama2:13b");
}

Test(matrix, a_new_difference_settles_for_a_minute)
{
	const struct instance *i = fleet_instance(&fleet->servers[1], "ollama-1");
	cr_assert(instance_stored(i, "extra:1b"));
	cr_assert_null(instance_stored(i, "llama2:13b"));
	cr_assert(instance_loaded(i, "only-loaded:7b"));
	cr_assert(model_settling(fleet, i, "mistral:7b", fleet->now + 59000));
	cr_assert(!model_settling(fleet, i, "mistral:7b", fleet->now + 60001));
	cr_assert(!model_settling(fleet, i, "nowhere:1b", fleet->now));
}
