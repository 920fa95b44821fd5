/*
 * policy_private.h - what the files of the policy share.
 */
#ifndef FLEET_POLICY_PRIVATE_H
#define FLEET_POLICY_PRIVATE_H

#include "ollama-top/policy.h"

/* A rule in postfix: conditions, and what joins the two before. */
struct policy_rule {
	struct policy_condition conditions[POLICY_CONDITIONS_MAX];
	size_t condition_count;
	enum { NODE_CONDITION, NODE_AND, NODE_OR } nodes[2 * POLICY_CONDITIONS_MAX];
	size_t node_count;
};

/* Takes the figures of a sample, which begins anew after a break; `blind` tells that one of them is missing. */
void policy_rule_feed(
	struct policy_rule *rule, int64_t now, bool broken, const struct policy_figure *figures);
/* Whether the rule holds; with `soon` the conditions count as held for their whole duration. */
enum policy_truth policy_rule_truth(const struct policy_rule *rule, bool soon);
/* The first condition whose figure is missing; NULL when all are known. */
const struct policy_condition *policy_rule_blind(const struct policy_rule *rule);
/* Until the last of the conditions that are true has been so for long enough. */
int64_t policy_rule_wait(const struct policy_rule *rule);
int64_t policy_rule_longest(const struct policy_rule *rule);

/* What the target asked for, as a queue whose values fall: its head is the most of the last while. */
#define WANTS_MAX 512
struct want {
	int64_t at;
	int wanted;
};
struct wants {
	struct want ring[WANTS_MAX];
	size_t head, count;
};
void wants_add(struct wants *wants, int64_t now, int64_t span_ms, int wanted);
/* -1 when there is none. */
int wants_most(const struct wants *wants);

struct policy {
	const struct autoscale_spec *spec;
	int min, max;
	struct policy_rule *up, *down; /* NULL with a target */
	enum policy_metric target;     /* POLICY_METRICS without */
	struct policy_figure target_value;
	struct wants wants;
	int64_t watched_since; /* when samples with a known target began, without a break; -1: not now */
	int64_t lower_since;   /* of a want below the count; -1: not now */
	int64_t fed_at, up_at, down_at; /* -1: never */
	struct policy_decision decision;
	int64_t regrets[POLICY_FLAP_ROUNDS]; /* when scaling down was taken back; a ring */
	size_t regret_count;                 /* in a row */
	enum policy_action last_act;
	char alert[POLICY_REASON_MAX];
	struct policy_entry log[POLICY_LOG_MAX];
	size_t log_head, log_count;
	uint64_t log_serial;
	struct policy_counts counts;
};

/* What the load asks for. */
struct wish {
	enum policy_action action;
	int wanted;     /* -1 unknown */
	bool pending;   /* true, but not long enough */
	int64_t due_in; /* until it is; -1: not known */
	bool blind;     /* a figure is missing that it would need to go down */
	char text[160]; /* why, as part of a sentence */
};
void policy_wish(struct policy *policy, int64_t now, bool broken, const struct policy_sample *sample,
	struct wish *out);

/* The most that the schedules ask for; 0: none holds. */
int policy_schedule_floor(const struct policy *policy, int64_t wall);

/* Decides from the wish; fills policy->decision. */
void policy_decide(struct policy *policy, int64_t now, int64_t wall, const struct policy_sample *sample,
	const struct wish *wish);

void policy_log_decision(struct policy *policy, int64_t now, int64_t wall);
void policy_log_act(struct policy *policy, int64_t now, int64_t wall, int from, int to);

/* The fastest round of up and down that the policy allows. */
int64_t policy_round_ms(const struct policy *policy);

#endif
