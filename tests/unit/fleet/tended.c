/* What an operation of ours does to an instance is shown as that, and not as an outage. */
#include "scene.h"

#include <criterion/criterion.h>
#include <string.h>

#define ONE "ollama-1"

static void tend(struct scene *s, enum tending tending)
{
	send(s, (struct observation){.kind = OBS_TENDED, .server = RO, .instance = ONE, .u.tended = tending});
}

static bool told_of(const struct scene *s, const char *words)
{
	for (size_t k = 0; k < s->fleet->event_count; k++)
		if (strstr(fleet_event(s->fleet, k)->text, words))
			return true;
	return false;
}

Test(tended, a_restart_is_no_outage)
{
	struct scene s;

	scene_healthy(&s);
	tend(&s, TENDED_RESTARTING);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_STARTING);
	cr_expect_str_eq(find(&s, RO, ONE)->reason, "being started from here");
	happens(&s, ONE, DEVENT_DIE, 0);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_STARTING);
	happens(&s, ONE, DEVENT_START, 0);
	version(&s, RO, ONE, 2);
	tend(&s, TENDED_NOT);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK, "%s", find(&s, RO, ONE)->reason);
	cr_expect_eq(s.fleet->alert_count, 0);
	cr_expect_not(told_of(&s, "DOWN"));
	scene_end(&s);
}

Test(tended, a_restart_that_fails_is_one)
{
	struct scene s;

	scene_healthy(&s);
	tend(&s, TENDED_RESTARTING);
	happens(&s, ONE, DEVENT_DIE, 1);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_STARTING);
	tend(&s, TENDED_NOT);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_DOWN);
	scene_end(&s);
}

Test(tended, a_stop_is_seen_to_be_under_way_and_then_done)
{
	struct scene s;

	scene_healthy(&s);
	tend(&s, TENDED_STOPPING);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_DRAINING);
	cr_expect_str_eq(find(&s, RO, ONE)->reason, "being stopped from here");
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_DRAINING);
	happens(&s, ONE, DEVENT_KILL, 15);
	happens(&s, ONE, DEVENT_DIE, 0);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_STOPPED);
	tend(&s, TENDED_NOT);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_STOPPED);
	cr_expect_not(told_of(&s, "DOWN"));
	scene_end(&s);
}

Test(tended, who_dies_while_it_is_stopped_is_down_as_ever)
{
	struct scene s;

	scene_healthy(&s);
	tend(&s, TENDED_STOPPING);
	fail(&s, OBS_VERSION, RO, ONE, "connection refused");
	happens(&s, ONE, DEVENT_DIE, 1);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_DOWN);
	scene_end(&s);
}
