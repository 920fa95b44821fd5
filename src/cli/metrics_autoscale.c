/* metrics_autoscale.c - families of the scaling policies, where this process follows them. */
#include "metrics_private.h"

#include <math.h>

static struct autoscale_view view_of(const struct subject *s)
{
	struct autoscale_view view = {0};
	(void)autoscale_at(s->source->autoscale, s->server->index, &view);
	return view;
}

static const struct policy_decision *decision_of(const struct subject *s)
{
	return policy_last(view_of(s).policy);
}

static double count(int instances)
{
	return instances >= 0 ? instances : NAN;
}

static double armed(const struct subject *s)
{
	return view_of(s).armed;
}

static double stopped(const struct subject *s)
{
	return policy_alert(view_of(s).policy) != NULL;
}

static double desired(const struct subject *s)
{
	return count(decision_of(s)->desired);
}

static double wanted(const struct subject *s)
{
	return count(decision_of(s)->wanted);
}

static double least(const struct subject *s)
{
	return decision_of(s)->count >= 0 ? decision_of(s)->floor : NAN;
}

static double most(const struct subject *s)
{
	return decision_of(s)->count >= 0 ? decision_of(s)->ceiling : NAN;
}

static double decisions(const struct subject *s)
{
	const struct policy_counts counts = policy_counts(view_of(s).policy);
	return (double)(s->index == POLICY_UP ? counts.ups : counts.downs);
}

static const struct family of_policies[] = {
	{.name = "ollama_top_autoscale_armed",
		.scope = PER_POLICY,
		.help = "1 when what the policy decides is done, 0 when it only thinks.",
		.value = armed},
	{.name = "ollama_top_autoscale_stopped",
		.scope = PER_POLICY,
		.help = "1 when the policy stopped itself since it was flapping.",
		.value = stopped},
	{.name = "ollama_top_autoscale_desired_instances",
		.scope = PER_POLICY,
		.help = "Instances that there are to be now, by the policy, its cooldowns and its limits.",
		.value = desired},
	{.name = "ollama_top_autoscale_wanted_instances",
		.scope = PER_POLICY,
		.help = "Instances that the load asks for, whatever forbids them.",
		.value = wanted},
	{.name = "ollama_top_autoscale_floor_instances",
		.scope = PER_POLICY,
		.help = "Fewest instances that are allowed now, by scale.min or a schedule.",
		.value = least},
	{.name = "ollama_top_autoscale_ceiling_instances",
		.scope = PER_POLICY,
		.help = "Most instances that are allowed now, by scale.max or the memory that is left.",
		.value = most},
	{.name = "ollama_top_autoscale_decisions",
		.type = COUNTER,
		.scope = PER_POLICY_ACTION,
		.help = "Decisions of the policy that were done by this process, up and down.",
		.value = decisions},
};
const struct family_list metrics_of_policies = {of_policies, sizeof(of_policies) / sizeof(*of_policies)};
