/*
 * metrics_private.h - what the modules of the metrics writer share: families, and what their samples are of.
 *
 * A family is one row of a table: name, unit, type, help, scope, and the function that takes a sample from a
 * subject. A scope says which subjects there are and which labels tell them apart.
 */
#ifndef CLI_METRICS_PRIVATE_H
#define CLI_METRICS_PRIVATE_H

#include "metrics.h"

/* What one sample is of; members that its scope has not are NULL or 0. */
struct subject {
	const struct metrics_source *source;
	const struct server *server;
	const struct instance *instance;
	const struct model_loaded *model;
	const struct transfer *transfer;
	const struct balancer_server *pooled;
	size_t index, outcome; /* into what the scope enumerates */
	uint64_t duplicates;   /* samples that were not written since their labels were */
};

enum metrics_scope {
	PER_FLEET,
	PER_BUILD,
	PER_FLEET_STATUS,
	PER_SEVERITY,
	PER_POOLED, /* server of the balancer's pool */
	PER_TRANSFER,
	PER_SERVER,
	PER_SERVER_INFO,
	PER_SERVER_STATUS,
	PER_INSTANCE,
	PER_INSTANCE_INFO,
	PER_INSTANCE_STATE,
	PER_STORE_INFO,
	PER_MODEL,
	PER_GPU,
	PER_POLICY,
	PER_POLICY_ACTION,
	PER_SELF,
	PER_OPERATION,
	PER_LEFT_OUT,
	METRICS_SCOPES,
};

typedef void visit_fn(void *user, const struct subject *subject);

/* Visits the subjects of a scope within the limits of metrics.h; returns how many are left out. `visit` may be NULL. */
typedef size_t walk_fn(const struct metrics_source *source, visit_fn *visit, void *user);

struct metrics_label {
	const char *name; /* NULL ends the list */
	const char *(*text)(const struct subject *subject);
};

struct metrics_scope_kind {
	walk_fn *walk;
	struct metrics_label labels[7];
};
extern const struct metrics_scope_kind metrics_scopes[METRICS_SCOPES];

enum metrics_type { GAUGE, COUNTER, INFO, HISTOGRAM };

struct family {
	const char *name; /* with the unit, without what the type adds: _total, _info, _bucket */
	const char *unit; /* seconds, bytes, ratio; NULL: a plain number */
	enum metrics_type type;
	enum metrics_scope scope;
	const char *help;                               /* a sentence; ASCII without quotes and backslashes */
	double (*value)(const struct subject *subject); /* NaN: not known, no sample */
	/* Of a histogram, instead; NULL returned: no sample. */
	const struct histogram *(*histogram)(const struct subject *subject);
	const struct histogram_bounds *bounds;
};

/* In the order in which they are written; what the exporter tells of itself comes last. */
struct family_list {
	const struct family *families;
	size_t count;
};
extern const struct family_list metrics_of_fleet, metrics_of_servers, metrics_of_instances,
	metrics_of_requests, metrics_of_policies, metrics_of_self;

/* Figures as the fleet keeps them to what is written; unknown is NaN. */
double metric_of_size(int64_t bytes);
double metric_of_truth(int truth);
double metric_of_link(const struct link *link);   /* 1 it answers, 0 it does not */
double metric_of_ms(double ms);                   /* seconds */
double metric_one(const struct subject *subject); /* of info */
/* Of PER_LEFT_OUT: how much of it. */
double metric_left_out(const struct subject *subject);

#endif
