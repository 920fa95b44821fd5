/*
 * simulation_hpa.c - what Kubernetes would do: the rule that the policy is compared with.
 *
 * After replica_calculator.go (calcPlainMetricReplicas) and horizontal.go (stabilizeRecommendationWithBehaviors,
 * convertDesiredReplicasWithBehaviorRate) of Kubernetes 1.30; the names are theirs.
 */
#include "ollama-top/simulation.h"

#include <math.h>
#include <stdio.h>

/* Their own guard, so that 3.0000001 is 3. */
static bool within_tolerance(double ratio)
{
	return fabs(1.0 - ratio) <= HPA_TOLERANCE;
}

int hpa_desired(const struct hpa *hpa, const struct policy_sample *sample)
{
	const int current = sample->count, ready = sample->ready;
	const int unready = current > ready ? current - ready : 0;
	const struct policy_figure figure = sample->figures[hpa->metric];

	if (ready == 0 || !policy_figure_known(figure))
		return current;
	const double usage = figure.high * ready;
	const double ratio = usage / ready / hpa->target;
	if (unready == 0 || ratio <= 1.0)
		return within_tolerance(ratio) ? current : (int)ceil(ratio * ready);
	/* on the way up those that are not ready count as idle */
	const double again = usage / (ready + unready) / hpa->target;
	if (within_tolerance(again) || again < 1.0)
		return current;
	const int desired = (int)ceil(again * (ready + unready));
	return desired < current ? current : desired;
}

static int added_in_period(const struct hpa *hpa, int64_t now, int sign)
{
	int sum = 0;

	for (size_t i = 0; i < hpa->change_count; i++) {
		const int change = hpa->changes[i].replicas * sign;

		if (hpa->changes[i].at > now - HPA_PERIOD_MS && change > 0)
			sum += change;
	}
	return sum;
}

static int up_limit(const struct hpa *hpa, int64_t now, int current)
{
	const int start = current - added_in_period(hpa, now, 1) + added_in_period(hpa, now, -1);
	const int by_pods = start + HPA_UP_PODS, by_percent = start * 2;

	return by_pods > by_percent ? by_pods : by_percent;
}

/* Keeps one, the oldest going when it is full: the window is shorter than that. */
#define REMEMBER(list, count, moment, value)                         \
	do {                                                         \
		if ((count) == HPA_HISTORY_MAX) {                    \
			for (size_t k = 1; k < HPA_HISTORY_MAX; k++) \
				(list)[k - 1] = (list)[k];           \
			(count)--;                                   \
		}                                                    \
		(list)[(count)].at = (moment);                       \
		(list)[(count)++].replicas = (value);                \
	} while (0)

/* What is below the most of the last five minutes waits. */
static int stabilize(struct hpa *hpa, int64_t now, int current, int desired)
{
	int most = desired;

	if (hpa->recommendation_count == 0)
		REMEMBER(hpa->recommendations, hpa->recommendation_count, now, current);
	for (size_t i = 0; i < hpa->recommendation_count; i++)
		if (hpa->recommendations[i].at > now - HPA_STABILIZE_MS &&
			hpa->recommendations[i].replicas > most)
			most = hpa->recommendations[i].replicas;
	REMEMBER(hpa->recommendations, hpa->recommendation_count, now, desired);
	if (desired > current)
		return desired;
	return most < current ? most : current;
}

int hpa_decide(void *user, int64_t now, int64_t wall, const struct policy_sample *sample, const char **reason)
{
	struct hpa *hpa = user;
	const int current = sample->count;
	const int asked = hpa_desired(hpa, sample);
	int desired = stabilize(hpa, now, current, asked);

	(void)wall;
	if (desired > current && desired > up_limit(hpa, now, current))
		desired = up_limit(hpa, now, current);
	if (desired > hpa->max)
		desired = hpa->max;
	if (desired < hpa->min)
		desired = hpa->min;
	if (desired != current)
		REMEMBER(hpa->changes, hpa->change_count, now, desired - current);
	snprintf(hpa->reason, sizeof(hpa->reason), "%s %.2f, target %.2f, asks for %d",
		policy_metric_name(hpa->metric), sample->figures[hpa->metric].high, hpa->target, asked);
	*reason = hpa->reason;
	return desired;
}
