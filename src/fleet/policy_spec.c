/*
 * policy_spec.c - what a policy is where the configuration says nothing.
 */
#include "policy_private.h"

#include <stdlib.h>
#include <string.h>

#define SECOND ((int64_t)1000)

/*
 * With a target: the number that is needed is known, so it is gone to at once, and fewer are kept only after
 * none of the last minutes needed more. With rules: a step says nothing about the next, so each has to show its effect.
 */
static const struct {
	int64_t up_ms, down_ms;
	int step_up, step_down;
} defaults[] = {
	{60 * SECOND, 300 * SECOND, 1, 1},
	{5 * SECOND, 60 * SECOND, 4, 2},
};

void policy_spec_init(struct autoscale_spec *spec)
{
	*spec = (struct autoscale_spec){.cooldown_up_ms = -1, .cooldown_down_ms = -1};
}

bool policy_spec_default(struct autoscale_spec *spec)
{
	if (!spec->up_when && !spec->down_when && !spec->target_metric) {
		spec->target_metric = strdup(POLICY_TARGET_METRIC);
		spec->target_value = POLICY_TARGET_DEFAULT;
		if (!spec->target_metric)
			return false;
	}
	const size_t of = spec->target_metric ? 1 : 0;
	if (spec->cooldown_up_ms < 0)
		spec->cooldown_up_ms = defaults[of].up_ms;
	if (spec->cooldown_down_ms < 0)
		spec->cooldown_down_ms = defaults[of].down_ms;
	if (spec->step_up <= 0)
		spec->step_up = defaults[of].step_up;
	if (spec->step_down <= 0)
		spec->step_down = defaults[of].step_down;
	return true;
}

int64_t policy_window_ms(const struct autoscale_spec *spec)
{
	return spec->cooldown_down_ms + POLICY_WINDOW_MS;
}

void policy_spec_clear(struct autoscale_spec *spec)
{
	for (size_t i = 0; i < spec->schedule_count; i++) {
		struct schedule_spec *schedule = &spec->schedule[i];

		free(schedule->days);
		free(schedule->from);
		free(schedule->to);
		free(schedule->tz);
		free(schedule->zone);
	}
	free(spec->schedule);
	free(spec->server);
	free(spec->up_when);
	free(spec->down_when);
	free(spec->target_metric);
}
