/*
 * policy.h - how many instances a server should have, and why: DESIGN.md section 4, `autoscale:`.
 *
 * Pure: no I/O, no clock. Somebody samples the server (policy_sample_from_fleet()), feeds the sample with
 * the time, reads the decision, and when it acts on it says so (policy_acted()). What is shown - conditions
 * against thresholds, countdowns, the last decisions - is read from the policy. `now` is monotonic
 * milliseconds, `wall` milliseconds since 1970 UTC. Nothing here is safe to call from two threads.
 *
 * What holds whatever is fed: the policy never wants more than max or than memory has room for, never fewer
 * than min or what a schedule says; it wants at most one step of `step` within a cooldown; and it never
 * scales down while a figure that it goes by is missing.
 *
 * Not knowing is part of every figure: it is a range. What must be above a threshold is judged by its low
 * end, what must be below by its high end, so an instance that tells nothing never speaks for going down.
 */
#ifndef OLLAMA_TOP_POLICY_H
#define OLLAMA_TOP_POLICY_H

#include "ollama-top/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fleet;
struct server;

/* Means over the ready instances. */
enum policy_metric {
	POLICY_BUSY,     /* share of them that are busy, 0 to 1 */
	POLICY_INFLIGHT, /* requests at each, those that wait there included */
	POLICY_QUEUE,    /* of these, the ones that wait */
	POLICY_CPU,      /* percent, 100 = one core, as docker stats */
	POLICY_MEMORY,   /* share of the limit that cannot be reclaimed, 0 to 1 */
	POLICY_LATENCY,  /* milliseconds of /api/version */
	POLICY_METRICS,
};
/* "busy", ... as in the configuration; never translated. */
const char *policy_metric_name(enum policy_metric metric);
/* POLICY_METRICS when there is none of that name. */
enum policy_metric policy_metric_find(const char *name, size_t len);
/* "busy, inflight, queue, cpu, memory or latency", for messages. */
const char *policy_metric_list(void);

enum policy_op { POLICY_ABOVE, POLICY_BELOW, POLICY_AT_LEAST, POLICY_AT_MOST, POLICY_OPS };
const char *policy_op_name(enum policy_op op); /* ">", "<", ">=", "<=" */

enum policy_truth { POLICY_FALSE, POLICY_TRUE, POLICY_UNKNOWN };

/* Between low and high; {0, INFINITY} when nothing is known of it, or not of each ready instance. */
struct policy_figure {
	double low, high;
};
bool policy_figure_known(struct policy_figure figure);

/* How the figure of a metric is written, with its unit: "0.80", "2.1", "150ms"; ranges as "0.0-2.0". */
#define POLICY_FIGURE_TEXT 48
const char *policy_figure_text(
	char buf[POLICY_FIGURE_TEXT], enum policy_metric metric, struct policy_figure figure);
const char *policy_number_text(char buf[POLICY_FIGURE_TEXT], enum policy_metric metric, double value);

/* One METRIC OP VALUE for DURATION, and how it stands. */
struct policy_condition {
	enum policy_metric metric;
	enum policy_op op;
	double threshold; /* in the metric's unit */
	int64_t for_ms;
	bool of_up;                 /* of up_when, else of down_when */
	struct policy_figure value; /* at the last sample */
	enum policy_truth truth;    /* at the last sample, for itself */
	int64_t held_ms;            /* how long it has been true without a break; 0 when it is not */
	int64_t since;              /* -1: it is not true */
};

/*
 * Rules. `METRIC OP VALUE for DURATION`, joined by `and` and `or`; `and` binds tighter, parentheses group.
 * OP is one of > < >= <=. VALUE is a number; busy and memory may be percentages (80% is 0.8), cpu too (80%
 * is 80, of one core), latency a duration (else milliseconds). A rule holds when its conditions do, each
 * having been true for its duration.
 */
#define POLICY_CONDITIONS_MAX 16
#define POLICY_DEPTH_MAX      16
#define POLICY_RULE_MAX       1024 /* bytes of a rule's text */

struct policy_error {
	size_t at;      /* bytes into the text */
	char text[224]; /* what is wrong there, and what was expected */
};

struct policy_rule;
/* NULL with `error` filled. The caller frees. */
struct policy_rule *policy_rule_parse(const char *text, struct policy_error *error);
void policy_rule_free(struct policy_rule *rule);

/*
 * A schedule as text: `at "08:00-19:00 Mon-Fri" min 3`, maybe with ` tz Europe/Berlin` behind it. Fills
 * days, from, to, tz (allocated; freed with the spec) and min; the zone's bytes are left to who can read
 * files. False with `error` filled.
 */
bool policy_schedule_parse(const char *text, struct schedule_spec *schedule, struct policy_error *error);

/* "Mon-Fri", "Sat,Sun", "Fri-Mon" to bits, 1 << 0 Monday; 0 when malformed. */
unsigned policy_days(const char *text);
/* "08:00" to minutes of a day, up to "24:00"; -1 when malformed. */
int policy_time_of_day(const char *text);

/*
 * Whether a schedule holds at `wall`. The days are those on which it begins: "22:00" to "06:00" on Fri ends
 * on Saturday morning. Where clocks are set forward or back the clock on the wall counts: a time that is
 * skipped does not come, one that comes twice counts twice.
 */
bool policy_schedule_holds(const struct schedule_spec *schedule, int64_t wall);

/* The policy of a server that has none: target inflight 2; also what keys that are absent mean. */
#define POLICY_TARGET_METRIC  "inflight"
#define POLICY_TARGET_DEFAULT 2.0
/* Fills what is unset (cooldowns -1, steps 0, neither rules nor target); false when out of memory. */
bool policy_spec_default(struct autoscale_spec *spec);
/*
 * With a target, hysteresis is in two things. It goes up before the target is reached, at POLICY_EAGER of it: what
 * waits at an instance stays there, so one that comes late is of no use to it. And it goes down when for a window, the
 * cooldown and POLICY_WINDOW_MS more, fewer would have been enough. Both were measured on data/traces and on others
 * of the same kinds.
 */
#define POLICY_EAGER     0.9
#define POLICY_WINDOW_MS 60000
int64_t policy_window_ms(const struct autoscale_spec *spec);
void policy_spec_init(struct autoscale_spec *spec);  /* all unset */
void policy_spec_clear(struct autoscale_spec *spec); /* frees what it owns */

/* What a server shows at one time. */
struct policy_sample {
	int count;    /* instances as scaling counts them (fleet_scaled()); -1 unknown */
	int ready;    /* of these, those that answer and may be given requests */
	int starting; /* of these, those that will be ready soon */
	int room;     /* how many more memory has room for; -1 unknown: whoever scales will see */
	bool acting;  /* an operation changes their number just now: nothing is decided */
	struct policy_figure figures[POLICY_METRICS];
};

/* Nothing known at all; a start for whoever fills a sample. */
void policy_sample_init(struct policy_sample *sample);
/* The mean of `sum_low` to `sum_high` over `ready`, all of which are known or not. */
struct policy_figure policy_figure_mean(double sum_low, double sum_high, int ready, bool all_known);
/* A server of the fleet, as it stands. */
void policy_sample_from_fleet(
	const struct fleet *fleet, const struct server *server, struct policy_sample *out);

enum policy_action { POLICY_HOLD, POLICY_UP, POLICY_DOWN };
const char *policy_action_name(enum policy_action action); /* "hold", "up", "down" */

/* Why it is what it is. */
enum policy_why {
	POLICY_WELL,        /* nothing asks for a change */
	POLICY_LOAD,        /* a rule holds, or the target asks for it */
	POLICY_BOUND,       /* below min or a schedule, or above max */
	POLICY_PENDING,     /* a rule is true, not long enough yet */
	POLICY_COOLDOWN,    /* it would, but has changed the number a short while ago */
	POLICY_LIMIT,       /* it would, but for max, memory, min or a schedule */
	POLICY_BLIND,       /* a figure is missing */
	POLICY_BUSY_ACTING, /* an operation is under way */
	POLICY_STOPPED,     /* it was flapping, and waits for somebody to look */
	POLICY_WHYS,
};
const char *policy_why_name(enum policy_why why); /* "well", "load", "bound", ... for JSON and metrics */

#define POLICY_REASON_MAX 256

struct policy_decision {
	enum policy_action action;
	enum policy_why why;
	int count;              /* as sampled; -1 unknown */
	int desired;            /* what it is to become now; count when nothing is to be done */
	int wanted;             /* what the load asks for, whatever forbids it; -1 unknown */
	int floor;              /* min, or a schedule's */
	int ceiling;            /* max, or fewer when memory has no room */
	bool scheduled;         /* the floor is a schedule's */
	int64_t up_in, down_in; /* until the cooldown is over; 0: it is */
	int64_t next_in; /* until time alone brings an action: a duration or a cooldown ends; -1: nothing is due */
	char reason[POLICY_REASON_MAX]; /* a sentence, translated */
};

struct policy;

/*
 * `spec` is borrowed, and complete (policy_spec_default()); its rules were seen to be good when it was read.
 * NULL when out of memory, or with `error` filled when a rule is malformed after all.
 */
struct policy *policy_new(const struct autoscale_spec *spec, int min, int max, struct policy_error *error);
void policy_free(struct policy *policy);

/*
 * Takes a sample and returns what is to be done; the same is kept as policy_last(). After a pause of more
 * than POLICY_GAP_MS no duration goes on.
 */
#define POLICY_GAP_MS 30000
const struct policy_decision *policy_feed(
	struct policy *policy, int64_t now, int64_t wall, const struct policy_sample *sample);
const struct policy_decision *policy_last(const struct policy *policy);

/* The number is being changed by whoever follows the policy: cooldowns begin. `to` is what it is to be. */
void policy_acted(struct policy *policy, int64_t now, int64_t wall, int from, int to);

/* Somebody else changed the number: cooldowns begin as if it had been us, but it counts for nothing else. */
void policy_changed(struct policy *policy, int64_t now, int64_t wall, int from, int to);

/* Something to remember beside the decisions: an operation refused or failed, a lease lost. Cleaned text. */
void policy_note(struct policy *policy, int64_t now, int64_t wall, const char *text);

/*
 * Flapping: POLICY_FLAP_ROUNDS times in a row what went down went up again at once, that is, as soon as up_when could
 * hold and POLICY_REGRET_MS more, and all that nearly as fast as the policy allows. Then it stops and says why;
 * policy_resume() lets it go on.
 */
#define POLICY_REGRET_MS   15000
#define POLICY_FLAP_ROUNDS 6
const char *policy_alert(const struct policy *policy); /* NULL: there is none */
void policy_resume(struct policy *policy, int64_t now, int64_t wall);

/* The conditions of up_when, then of down_when; none with a target. */
const struct policy_condition *policy_condition(const struct policy *policy, size_t i);

/* Whether it goes by what changes from one request to the next: busy, inflight or queue. */
bool policy_goes_by_requests(const struct policy *policy);

/* How the target stands; false when there is none. */
struct policy_target {
	enum policy_metric metric;
	double target;
	struct policy_figure value;
	int64_t lower_for_ms;   /* how long fewer would have been enough; 0: not now */
	int64_t lower_after_ms; /* how long it must be, to scale down */
	int highest;            /* the most that was wanted in that time; -1 unknown */
};
bool policy_target(const struct policy *policy, struct policy_target *out);

/* The last decisions and what was done, 0 the newest; NULL out of range. A hold is one entry, not one a sample. */
#define POLICY_LOG_MAX 64
struct policy_entry {
	uint64_t serial; /* counts up from 1 with each entry, and with each change of one */
	int64_t at, wall;
	enum policy_action action;
	enum policy_why why;
	bool done; /* it was acted on, else thought; a note is neither: why is POLICY_WHYS */
	int from, to;
	char text[POLICY_REASON_MAX];
};
const struct policy_entry *policy_log(const struct policy *policy, size_t i);

/* For metrics: changes so far. */
struct policy_counts {
	uint64_t ups, downs, instances_added, instances_removed;
};
struct policy_counts policy_counts(const struct policy *policy);

#endif
