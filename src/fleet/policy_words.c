/*
 * policy_words.c - the names of the policy, and how its figures are written.
 */
#include "ollama-top/i18n.h"
#include "policy_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *name;
	int decimals;
	const char *unit;
} metrics[POLICY_METRICS] = {
	[POLICY_BUSY] = {"busy", 2, ""},
	[POLICY_INFLIGHT] = {"inflight", 1, ""},
	[POLICY_QUEUE] = {"queue", 1, ""},
	[POLICY_CPU] = {"cpu", 0, "%"},
	[POLICY_MEMORY] = {"memory", 2, ""},
	[POLICY_LATENCY] = {"latency", 0, "ms"},
};

const char *policy_metric_name(enum policy_metric metric)
{
	return (unsigned)metric < POLICY_METRICS ? metrics[metric].name : "";
}

enum policy_metric policy_metric_find(const char *name, size_t len)
{
	for (size_t i = 0; i < POLICY_METRICS; i++)
		if (strlen(metrics[i].name) == len && strncmp(metrics[i].name, name, len) == 0)
			return (enum policy_metric)i;
	return POLICY_METRICS;
}

const char *policy_metric_list(void)
{
	return _("busy, inflight, queue, cpu, memory or latency");
}

const char *policy_op_name(enum policy_op op)
{
	static const char *const names[] = {[POLICY_ABOVE] = ">",
		[POLICY_BELOW] = "<",
		[POLICY_AT_LEAST] = ">=",
		[POLICY_AT_MOST] = "<="};

	return (unsigned)op < COUNT(names) ? names[op] : "";
}

const char *policy_action_name(enum policy_action action)
{
	static const char *const names[] = {
		[POLICY_HOLD] = "hold", [POLICY_UP] = "up", [POLICY_DOWN] = "down"};

	return (unsigned)action < COUNT(names) ? names[action] : "";
}

const char *policy_why_name(enum policy_why why)
{
	static const char *const names[] = {
		[POLICY_WELL] = "well",
		[POLICY_LOAD] = "load",
		[POLICY_BOUND] = "bound",
		[POLICY_PENDING] = "pending",
		[POLICY_COOLDOWN] = "cooldown",
		[POLICY_LIMIT] = "limit",
		[POLICY_BLIND] = "blind",
		[POLICY_BUSY_ACTING] = "acting",
		[POLICY_STOPPED] = "stopped",
	};

	return (unsigned)why < COUNT(names) ? names[why] : "";
}

bool policy_figure_known(struct policy_figure figure)
{
	return isfinite(figure.high);
}

struct policy_figure policy_figure_mean(double sum_low, double sum_high, int ready, bool all_known)
{
	const double low = ready > 0 && sum_low > 0 && isfinite(sum_low) ? sum_low / ready : 0;

	return (struct policy_figure){
		.low = low, .high = ready > 0 && all_known && sum_high >= 0 ? sum_high / ready : INFINITY};
}

const char *policy_number_text(char buf[POLICY_FIGURE_TEXT], enum policy_metric metric, double value)
{
	/* more than that says no more */
	const double shown = value < 1e9 ? value : 1e9;

	snprintf(buf, POLICY_FIGURE_TEXT, "%.*f%s", metrics[metric].decimals, shown, metrics[metric].unit);
	return buf;
}

const char *policy_figure_text(
	char buf[POLICY_FIGURE_TEXT], enum policy_metric metric, struct policy_figure figure)
{
	char low[POLICY_FIGURE_TEXT], high[POLICY_FIGURE_TEXT];

	if (!policy_figure_known(figure)) {
		snprintf(buf, POLICY_FIGURE_TEXT, "%s", _("unknown"));
		return buf;
	}
	policy_number_text(low, metric, figure.low);
	policy_number_text(high, metric, figure.high);
	if (strcmp(low, high) == 0)
		snprintf(buf, POLICY_FIGURE_TEXT, "%s", low);
	else
		snprintf(buf, POLICY_FIGURE_TEXT, "%.20s-%.20s", low, high);
	return buf;
}
