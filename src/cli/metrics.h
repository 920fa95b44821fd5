/*
 * metrics.h - the state of the fleet as Prometheus reads it: pure, from what is known now.
 *
 * Two formats: the text format 0.0.4, and OpenMetrics 1.0 (prometheus.io/docs/instrumenting/exposition_formats,
 * and the OpenMetrics specification of prometheus.io/docs/specs/om). Names, units and types are the same in both.
 * What is not known has no sample. Nothing here is translated.
 */
#ifndef CLI_METRICS_H
#define CLI_METRICS_H

#include "ollama-top/audit_count.h"
#include "ollama-top/autoscale.h"
#include "ollama-top/fleet.h"

#include <stdbool.h>
#include <stddef.h>

/* What is written at most; what is left out is counted in ollama_top_exporter_left_out. */
#define METRICS_INSTANCES_MAX 1024 /* of the fleet */
#define METRICS_MODELS_MAX    32   /* loaded, of an instance */
#define METRICS_POOL_MAX      256  /* servers of the balancer's pool */

enum metrics_format { METRICS_TEXT, METRICS_OPENMETRICS };

/* What the exporter knows of itself. Times in seconds, since 1970 where they are points in time. */
struct metrics_self {
	double started, cpu;
	int64_t resident; /* bytes; -1 unknown, as below */
	int open_files, most_files;
	uint64_t scrapes, requests_sent;
	struct histogram durations;            /* of the scrapes before this one */
	const struct audit_counts *operations; /* NULL: no audit log can be read */
};

struct metrics_source {
	const struct fleet *fleet;
	const struct autoscale *autoscale; /* NULL: no policy is followed here; their families are left out */
	const struct metrics_self *self;   /* NULL: nobody exports; its families are left out */
};

/* The value of a Content-Type header. */
const char *metrics_content_type(enum metrics_format format);

/* All families; the caller frees. NULL when out of memory. */
char *metrics_write(const struct metrics_source *source, enum metrics_format format, size_t *len);

/*
 * The format that an Accept header (RFC 9110, 12.5.1) prefers, NULL being none: OpenMetrics only where it is
 * named, and not liked less than plain text.
 */
enum metrics_format metrics_negotiate(const char *accept);

/* Whether an Accept-Encoding header (RFC 9110, 12.5.3) allows gzip. */
bool metrics_accepts_gzip(const char *accept_encoding);

#endif
