/* The rows: sorted without jumping, filtered, and a selection that stays with its instance. */
#include "fixture.h"
#include "ui/roster.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct fleet *fleet;
static struct roster roster;

static void setup(void)
{
	static const char *const names[] = {"ollama-1", "ollama-2", "ollama-3", "ollama-4"};
	fleet = fleet_fixture();
	fleet_list(fleet, 1, names, 4);
	for (int i = 0; i < 4; i++)
		fleet_answer(fleet, 1, names[i], 5 - i);
	cr_assert(roster_build(&roster, fleet));
}

static void teardown(void)
{
	roster_free(&roster);
	fleet_fixture_free(fleet);
}

TestSuite(roster, .init = setup, .fini = teardown);

static void assert_rows(const char *expected)
{
	char names[256] = "", name[64];
	size_t at = 0;
	for (size_t i = 0; i < roster.count; i++) {
		target_name(name, sizeof(name), roster.rows[i].server, roster.rows[i].instance);
		at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s%s", i > 0 ? " " : "",
			i == roster.cursor ? ">" : "", name);
	}
	cr_assert_str_eq(names, expected);
}

Test(roster, lists_every_instance_in_the_fleets_order)
{
	assert_rows(">80/ollama 84/ollama-1 84/ollama-2 84/ollama-3 84/ollama-4");
	cr_assert_eq(roster.first[0], 0);
	cr_assert_eq(roster.first[1], 1);
	cr_assert_eq(roster.first[2], 5);
	cr_assert_eq(roster.name_columns, 8);
}

Test(roster, sorts_within_a_server_and_leaves_equals_in_place)
{
	fleet_memory(fleet, 1, "ollama-1", 2 * GIGA, 10);
	fleet_memory(fleet, 1, "ollama-2", 9 * GIGA, 10);
	fleet_memory(fleet, 1, "ollama-3", 2 * GIGA, 300);
	roster.sort = SORT_MEMORY;
	cr_assert(roster_build(&roster, fleet));
	assert_rows(">80/ollama 84/ollama-2 84/ollama-1 84/ollama-3 84/ollama-4");
	roster.sort = SORT_CPU;
	cr_assert(roster_build(&roster, fleet));
	assert_rows(">80/ollama 84/ollama-3 84/ollama-1 84/ollama-2 84/ollama-4");
	roster.sort = SORT_LATENCY;
	cr_assert(roster_build(&roster, fleet));
	assert_rows(">80/ollama 84/ollama-1 84/ollama-2 84/ollama-3 84/ollama-4");
	roster.sort = SORT_NAME;
	cr_assert(roster_build(&roster, fleet));
	assert_rows(">80/ollama 84/ollama-1 84/ollama-2 84/ollama-3 84/ollama-4");
}

Test(roster, the_selection_follows_its_instance_through_a_sort)
{
	roster_select(&roster, 3);
	fleet_memory(fleet, 1, "ollama-3", 9 * GIGA, 0);
	roster.sort = SORT_MEMORY;
	cr_assert(roster_build(&roster, fleet));
	assert_rows("80/ollama >84/ollama-3 84/ollama-1 84/ollama-2 84/ollama-4");
}

Test(roster, a_filter_hides_rows_and_gives_the_selection_back)
{
	roster_select(&roster, 3);
	(void)snprintf(roster.filter, sizeof(roster.filter), "84/ ama-1");
	cr_assert(roster_build(&roster, fleet));
	assert_rows(">84/ollama-1");
	cr_assert_eq(roster.first[0], 0);
	cr_assert_eq(roster.first[1], 0, "server 80 has no row");
	roster.filter[0] = 0;
	cr_assert(roster_build(&roster, fleet));
	assert_rows("80/ollama 84/ollama-1 84/ollama-2 >84/ollama-3 84/ollama-4");
}

Test(roster, a_filter_looks_at_loaded_models_and_states)
{
	fleet_loads(fleet, 1, "ollama-2", "mistral:7b");
	(void)snprintf(roster.filter, sizeof(roster.filter), "MISTRAL");
	cr_assert(roster_build(&roster, fleet));
	assert_rows(">84/ollama-2");
	(void)snprintf(roster.filter, sizeof(roster.filter), "unknown");
	cr_assert(roster_build(&roster, fleet));
	assert_rows(">80/ollama");
	(void)snprintf(roster.filter, sizeof(roster.filter), "no such thing");
	cr_assert(roster_build(&roster, fleet));
	cr_assert_null(roster_selected(&roster));
	roster_select(&roster, 3);
	roster_next_server(&roster, fleet, 1);
	cr_assert_null(roster_selected(&roster));
}

Test(roster, survives_instances_that_come_and_go)
{
	static const char *const fewer[] = {"ollama-1", "ollama-2", "ollama-4"};
	static const char *const more[] = {"ollama-0", "ollama-1", "ollama-2", "ollama-3", "ollama-4"};
	roster_select(&roster, 3);
	fleet_list(fleet, 1, fewer, 3);
	fleet_tick(fleet, fleet->now + FLEET_GONE_LINGER_MS + 1000, fleet->wall);
	cr_assert(roster_build(&roster, fleet));
	assert_rows("80/ollama 84/ollama-1 84/ollama-2 >84/ollama-4");
	fleet_list(fleet, 1, more, 5);
	cr_assert(roster_build(&roster, fleet));
	assert_rows("80/ollama 84/ollama-0 84/ollama-1 84/ollama-2 >84/ollama-3 84/ollama-4");
}

Test(roster, a_server_without_instances_has_a_row_of_its_own)
{
	struct fleet *other = fleet_fixture();
	struct roster rows = {0};
	cr_assert(roster_build(&rows, other));
	cr_assert_eq(rows.count, 2);
	cr_assert_null(rows.rows[1].instance);
	roster_select(&rows, 1);
	cr_assert_str_eq(roster_selected(&rows)->server->spec->name, "84");
	roster_free(&rows);
	fleet_fixture_free(other);
}

Test(roster, tab_goes_round_the_servers)
{
	roster_next_server(&roster, fleet, 1);
	assert_rows("80/ollama >84/ollama-1 84/ollama-2 84/ollama-3 84/ollama-4");
	roster_next_server(&roster, fleet, 1);
	assert_rows(">80/ollama 84/ollama-1 84/ollama-2 84/ollama-3 84/ollama-4");
	roster_next_server(&roster, fleet, -1);
	assert_rows("80/ollama >84/ollama-1 84/ollama-2 84/ollama-3 84/ollama-4");
	roster_select(&roster, 1000);
	cr_assert_eq(roster.cursor, 4);
	roster_select(&roster, -7);
	cr_assert_eq(roster.cursor, 0);
}
