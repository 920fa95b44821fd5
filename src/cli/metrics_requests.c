/*
 * metrics_requests.c - families of the requests of each instance, as far as they are seen, and of its GPUs.
 */
#include "metrics_private.h"

#include <math.h>

/* An upper bound has a family of its own, so that nobody adds it to what is known. */
static double figure(const struct request_figure *f, enum certainty certainty)
{
	return f->certainty == certainty ? f->value : NAN;
}

static double inflight(const struct subject *s)
{
	return figure(&s->instance->requests.inflight, CERTAINTY_EXACT);
}

static double queue(const struct subject *s)
{
	return figure(&s->instance->requests.queue, CERTAINTY_EXACT);
}

static double inflight_most(const struct subject *s)
{
	return figure(&s->instance->requests.inflight, CERTAINTY_AT_MOST);
}

static const struct request_counts *counted(const struct subject *s)
{
	const struct request_counts *counts = &s->instance->requests.counts;
	return counts->source != REQUESTS_FROM_NOTHING ? counts : NULL;
}

static double ended(const struct subject *s)
{
	return counted(s) ? (double)counted(s)->ended : NAN;
}

static double failed(const struct subject *s)
{
	return counted(s) ? (double)counted(s)->failed : NAN;
}

static double refused(const struct subject *s)
{
	return counted(s) ? (double)counted(s)->busy : NAN;
}

static const struct histogram *durations(const struct subject *s)
{
	return counted(s) ? &counted(s)->durations : NULL;
}

static const struct gpu *gpu(const struct subject *s)
{
	return &s->instance->gpus[s->index];
}

static double gpu_used(const struct subject *s)
{
	return metric_of_size(gpu(s)->memory_used);
}

static double gpu_total(const struct subject *s)
{
	return metric_of_size(gpu(s)->memory_total);
}

static double gpu_utilisation(const struct subject *s)
{
	return gpu(s)->utilisation / 100;
}

static const struct family of_requests[] = {
	{.name = "ollama_top_instance_requests_in_flight",
		.scope = PER_INSTANCE,
		.help = "Requests that the instance works on.",
		.value = inflight},
	{.name = "ollama_top_instance_requests_waiting",
		.scope = PER_INSTANCE,
		.help = "Requests that wait in the instance.",
		.value = queue},
	{.name = "ollama_top_instance_requests_open_at_most",
		.scope = PER_INSTANCE,
		.help = "Connections that others hold to it, idle ones of a balancer included: requests in "
			"flight "
			"and waiting are no more; no sample where their number is known.",
		.value = inflight_most},
	{.name = "ollama_top_instance_requests",
		.type = COUNTER,
		.scope = PER_INSTANCE,
		.help = "Requests that ended, by the lines of its log, since they were followed.",
		.value = ended},
	{.name = "ollama_top_instance_requests_failed",
		.type = COUNTER,
		.scope = PER_INSTANCE,
		.help = "Of these, answered with a status of 500 and more.",
		.value = failed},
	{.name = "ollama_top_instance_requests_refused",
		.type = COUNTER,
		.scope = PER_INSTANCE,
		.help = "Of these, refused with 503 since the queue was full.",
		.value = refused},
	{.name = "ollama_top_instance_request_duration_seconds",
		.unit = "seconds",
		.type = HISTOGRAM,
		.scope = PER_INSTANCE,
		.help = "How long requests took that ended.",
		.histogram = durations,
		.bounds = &histogram_requests},
	{.name = "ollama_top_gpu_memory_used_bytes",
		.unit = "bytes",
		.scope = PER_GPU,
		.help = "Memory in use of a GPU that the container has, by nvidia-smi.",
		.value = gpu_used},
	{.name = "ollama_top_gpu_memory_size_bytes",
		.unit = "bytes",
		.scope = PER_GPU,
		.help = "Memory that it has.",
		.value = gpu_total},
	{.name = "ollama_top_gpu_utilisation_ratio",
		.unit = "ratio",
		.scope = PER_GPU,
		.help = "Share of the time in which it worked.",
		.value = gpu_utilisation},
};
const struct family_list metrics_of_requests = {of_requests, sizeof(of_requests) / sizeof(*of_requests)};
