/*
 * metrics_self.c - what the exporter tells of itself, and of what was done to the fleet. The names that begin with
 * process_ are those that every Prometheus client has.
 */
#include "metrics_private.h"

#include <math.h>

static double observed(const struct subject *s)
{
	const struct fleet *fleet = s->source->fleet;
	return fleet->observed_at > 0
		       ? metric_of_ms((double)(fleet->wall - (fleet->now - fleet->observed_at)))
		       : NAN;
}

static double operations(const struct subject *s)
{
	return (double)s->source->self->operations->of[s->index][s->outcome];
}

static double scrapes(const struct subject *s)
{
	return (double)s->source->self->scrapes;
}

static const struct histogram *durations(const struct subject *s)
{
	return &s->source->self->durations;
}

static double requests_sent(const struct subject *s)
{
	return (double)s->source->self->requests_sent;
}

static double started(const struct subject *s)
{
	return s->source->self->started;
}

static double cpu(const struct subject *s)
{
	return s->source->self->cpu;
}

static double resident(const struct subject *s)
{
	return metric_of_size(s->source->self->resident);
}

static double open_files(const struct subject *s)
{
	return metric_of_size(s->source->self->open_files);
}

static double most_files(const struct subject *s)
{
	return metric_of_size(s->source->self->most_files);
}

static const struct family of_self[] = {
	{.name = "ollama_top_operations",
		.type = COUNTER,
		.scope = PER_OPERATION,
		.help = "Operations of ollama-top that ended since the exporter started, from the audit log "
			"that it can "
			"read.",
		.value = operations},
	{.name = "ollama_top_build",
		.type = INFO,
		.scope = PER_BUILD,
		.help = "This release of ollama-top.",
		.value = metric_one},
	{.name = "ollama_top_exporter_observed_timestamp_seconds",
		.unit = "seconds",
		.scope = PER_FLEET,
		.help = "When anything was last heard of the fleet, a failure included.",
		.value = observed},
	{.name = "ollama_top_exporter_requests_sent",
		.type = COUNTER,
		.scope = PER_SELF,
		.help = "Requests that were sent to the fleet.",
		.value = requests_sent},
	{.name = "ollama_top_exporter_scrapes",
		.type = COUNTER,
		.scope = PER_SELF,
		.help = "Scrapes that were answered, this one included.",
		.value = scrapes},
	{.name = "ollama_top_exporter_scrape_duration_seconds",
		.unit = "seconds",
		.type = HISTOGRAM,
		.scope = PER_SELF,
		.help = "Time to write and compress the answer to a scrape.",
		.histogram = durations,
		.bounds = &histogram_latency},
	{.name = "ollama_top_exporter_left_out",
		.scope = PER_LEFT_OUT,
		.help = "What is missing here since there are too many of it, or since its labels are those "
			"of another.",
		.value = metric_left_out},
	{.name = "process_start_time_seconds",
		.unit = "seconds",
		.scope = PER_SELF,
		.help = "Start time of the exporter, since 1970.",
		.value = started},
	{.name = "process_cpu_seconds",
		.unit = "seconds",
		.type = COUNTER,
		.scope = PER_SELF,
		.help = "User and system CPU time of the exporter.",
		.value = cpu},
	{.name = "process_resident_memory_bytes",
		.unit = "bytes",
		.scope = PER_SELF,
		.help = "Resident memory of the exporter.",
		.value = resident},
	{.name = "process_open_fds",
		.scope = PER_SELF,
		.help = "File descriptors that the exporter has open.",
		.value = open_files},
	{.name = "process_max_fds",
		.scope = PER_SELF,
		.help = "File descriptors that it may have open.",
		.value = most_files},
};
const struct family_list metrics_of_self = {of_self, sizeof(of_self) / sizeof(*of_self)};
