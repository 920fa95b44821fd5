/*
 * simulation.h - a trace of requests played against a policy: queues, cold starts, decisions.
 *
 * Pure, and the same for the same input: discrete events, time in milliseconds from the trace's beginning,
 * cold starts drawn from a seed. Requests go round the ready instances in turn, as Traefik sends them; each
 * instance works on `parallel` at once and the rest wait there, first come first served, as in Ollama:
 * an instance that comes later takes nothing over from those. One that goes finishes what it has.
 */
#ifndef OLLAMA_TOP_SIMULATION_H
#define OLLAMA_TOP_SIMULATION_H

#include "ollama-top/policy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIMULATION_INSTANCES_MAX 64
#define SIMULATION_PARALLEL_MAX  64
#define SIMULATION_REQUESTS_MAX  2000000
#define SIMULATION_COLUMNS       144 /* of the chart's data */
#define SIMULATION_DECISIONS_MAX 4096

struct simulation_request {
	int64_t arrival, service; /* ms; arrivals never go back */
};

/* Who decides how many instances there are. */
struct simulation_scaler {
	int64_t every_ms; /* how often it looks; 0: never */
	/* How many there are to be, with the reason in words; `sample` holds exact figures. */
	int (*decide)(void *user, int64_t now, int64_t wall, const struct policy_sample *sample,
		const char **reason);
	void *user;
	bool one_by_one; /* it starts instances one after another and looks again when all have come, as scale does */
};

struct simulation {
	const struct simulation_request *requests;
	size_t count;
	int parallel;
	int first, max;             /* instances at the beginning, all ready; at most */
	int64_t cold_min, cold_max; /* how long a start takes, evenly spread */
	uint64_t seed;
	int64_t wall; /* of the trace's beginning, for schedules */
};

struct simulation_decision {
	int64_t at;
	int from, to;
	char reason[160];
};

/* What happened in one part of the time. */
struct simulation_column {
	double instances; /* mean */
	double inflight;  /* mean, over all instances */
	int most;         /* instances */
	int64_t wait_max; /* of requests that arrived in it; ms */
	size_t arrivals;
};

struct simulation_result {
	size_t requests;
	int64_t duration;                               /* until the last request was answered */
	int64_t wait_p50, wait_p95, wait_p99, wait_max; /* from arrival to the beginning of work; ms */
	double wait_mean;
	double instance_hours; /* from the decision to start one until it is gone */
	int most;
	size_t ups, downs;
	struct simulation_decision *decisions; /* the first SIMULATION_DECISIONS_MAX */
	size_t decision_count;
	struct simulation_column columns[SIMULATION_COLUMNS];
};

/* Plays it; false when out of memory. simulation_result_free() is due in either case. */
bool simulation_run(const struct simulation *simulation, const struct simulation_scaler *scaler,
	struct simulation_result *result);
void simulation_result_free(struct simulation_result *result);

/*
 * Lines of "ARRIVAL,SERVICE", seconds with decimals; the first may be a heading, "#" begins a comment. NULL with
 * the line and a sentence in `error` when one is malformed. The caller frees.
 */
struct simulation_request *simulation_parse(
	const char *text, size_t len, size_t *count, size_t *line, const char **error);

/*
 * The rule of Kubernetes' HorizontalPodAutoscaler (autoscaling/v2) for a Pods metric, as
 * pkg/controller/podautoscaler has it with the default flags and the default behavior: every 15 s
 * desired = ceil(current x metric / target), within a tolerance of 0.1 nothing; pods that are not ready count as 0 on
 * the way up; down to the most of the recommendations of 5 minutes; up by at most 4 pods or 100 % in 15 s, the greater
 * of the two, down by at most 100 % in 15 s. It reads its metric without delay, which is better than it can be.
 */
#define HPA_SYNC_MS      15000
#define HPA_TOLERANCE    0.1
#define HPA_STABILIZE_MS 300000
#define HPA_PERIOD_MS    15000
#define HPA_UP_PODS      4
#define HPA_HISTORY_MAX  64

struct hpa {
	enum policy_metric metric;
	double target;
	int min, max;
	/* state; zero at first */
	struct {
		int64_t at;
		int replicas;
	} recommendations[HPA_HISTORY_MAX], changes[HPA_HISTORY_MAX];
	size_t recommendation_count, change_count;
	char reason[160];
};
/* simulation_scaler.decide() with a struct hpa. */
int hpa_decide(void *hpa, int64_t now, int64_t wall, const struct policy_sample *sample, const char **reason);
/* The replicas that the metric alone asks for. */
int hpa_desired(const struct hpa *hpa, const struct policy_sample *sample);

#endif
