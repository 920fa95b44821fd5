/*
 * metrics_instance.c - families of each instance, its container and store, and of each model that is loaded.
 */
#include "metrics_private.h"

#include <math.h>
#include <string.h>

static double up(const struct subject *s)
{
	return metric_of_link(&s->instance->api);
}

static double state(const struct subject *s)
{
	return s->instance->state == (enum state)s->index;
}

static double latency(const struct subject *s)
{
	const struct link *api = &s->instance->api;
	return api->status == LINK_OK ? metric_of_ms(api->latency_ms) : NAN;
}

static const struct histogram *probes(const struct subject *s)
{
	return &s->instance->probes;
}

static double probes_failed(const struct subject *s)
{
	return (double)s->instance->probes_failed;
}

static double busy(const struct subject *s)
{
	return metric_of_truth(s->instance->loaded_at > 0 ? s->instance->busy : -1);
}

static double memory_used(const struct subject *s)
{
	return metric_of_size(s->instance->memory_used);
}

static double memory_judged(const struct subject *s)
{
	return metric_of_size(s->instance->memory_judged);
}

/* None is no limit at all, and not one of 0 bytes. */
static double memory_limit(const struct subject *s)
{
	const int64_t limit = s->instance->memory_limit >= 0 ? s->instance->memory_limit
							     : s->instance->container.memory_limit;
	return limit > 0 ? (double)limit : NAN;
}

static double cpu(const struct subject *s)
{
	return s->instance->cpu_percent / 100;
}

static double major_faults(const struct subject *s)
{
	return s->instance->major_faults;
}

static double restarts(const struct subject *s)
{
	return s->instance->container.known ? s->instance->container.restarts : NAN;
}

static double oom_kills(const struct subject *s)
{
	return s->instance->container.known ? (double)s->instance->oom_kills : NAN;
}

static double running(const struct subject *s)
{
	const struct container *container = &s->instance->container;
	return container->known ? container->status == CONTAINER_RUNNING : NAN;
}

static double started(const struct subject *s)
{
	const struct container *container = &s->instance->container;
	return container->known && container->started_wall > 0 ? metric_of_ms((double)container->started_wall)
							       : NAN;
}

static double models_stored(const struct subject *s)
{
	return s->instance->stored_at > 0 ? (double)s->instance->stored_count : NAN;
}

static double models_loaded(const struct subject *s)
{
	return s->instance->loaded_at > 0 ? (double)s->instance->loaded_count : NAN;
}

static double drifting(const struct subject *s)
{
	return s->instance->stored_at > 0 ? s->instance->drifting : NAN;
}

static double differences(const struct subject *s)
{
	return s->instance->stored_at > 0 ? (double)s->instance->difference_count : NAN;
}

static double in_pool(const struct subject *s)
{
	return metric_of_truth(s->instance->in_pool);
}

static double balanced(const struct subject *s)
{
	const char *status = s->instance->balancer_status;
	return s->instance->in_pool > 0 ? strcmp(status, "DOWN") != 0 : NAN;
}

static double store_info(const struct subject *s)
{
	return s->instance->store.fstype ? 1 : NAN;
}

static double store_ok(const struct subject *s)
{
	const struct store *store = &s->instance->store;
	return store->status != STORE_UNKNOWN ? store->status == STORE_OK : NAN;
}

static double store_hung(const struct subject *s)
{
	const struct store *store = &s->instance->store;
	return store->status != STORE_UNKNOWN ? store->status == STORE_HUNG : NAN;
}

static double store_read_only(const struct subject *s)
{
	return metric_of_truth(s->instance->store.read_only);
}

static bool space_known(const struct subject *s)
{
	return s->instance->store.space_seen_at > 0;
}

static double store_size(const struct subject *s)
{
	return space_known(s) ? metric_of_size(s->instance->store.total) : NAN;
}

static double store_available(const struct subject *s)
{
	return space_known(s) ? metric_of_size(s->instance->store.available) : NAN;
}

static double store_inodes(const struct subject *s)
{
	return space_known(s) ? metric_of_size(s->instance->store.inodes) : NAN;
}

static double store_inodes_free(const struct subject *s)
{
	return space_known(s) ? metric_of_size(s->instance->store.inodes_free) : NAN;
}

static double store_latency(const struct subject *s)
{
	return space_known(s) ? metric_of_ms(s->instance->store.latency_ms) : NAN;
}

static double store_read(const struct subject *s)
{
	return s->instance->store.read_at > 0 ? metric_of_ms(s->instance->store.read_ms) : NAN;
}

static double loads_seen(const struct subject *s)
{
	return (double)s->instance->loads_seen;
}

static const struct histogram *loads(const struct subject *s)
{
	return &s->instance->loads;
}

static double model_size(const struct subject *s)
{
	return metric_of_size(s->model->size);
}

static double model_vram(const struct subject *s)
{
	return metric_of_size(s->model->size_vram);
}

static double model_context(const struct subject *s)
{
	return s->model->context > 0 ? (double)s->model->context : NAN;
}

/* One that never expires has no time at which it does; while it loads, the time that is told is not its own. */
static double model_expires(const struct subject *s)
{
	const struct model_loaded *model = s->model;
	const bool known = model->expires_at != INT64_MAX && model->expires_wall > 0 && !model->loading;
	return known ? metric_of_ms((double)model->expires_wall) : NAN;
}

static double model_load(const struct subject *s)
{
	return s->model->load_seconds;
}

static const struct family of_instances[] = {
	{.name = "ollama_top_instance",
		.type = INFO,
		.scope = PER_INSTANCE_INFO,
		.help = "An instance of Ollama.",
		.value = metric_one},
	{.name = "ollama_top_instance_up",
		.scope = PER_INSTANCE,
		.help = "Whether GET /api/version was answered last time.",
		.value = up},
	{.name = "ollama_top_instance_state",
		.scope = PER_INSTANCE_STATE,
		.help = "State of the instance as the console shows it: 1 for the gravest that holds.",
		.value = state},
	{.name = "ollama_top_instance_latency_seconds",
		.unit = "seconds",
		.scope = PER_INSTANCE,
		.help = "Latency of the last answer to GET /api/version.",
		.value = latency},
	{.name = "ollama_top_instance_probe_duration_seconds",
		.unit = "seconds",
		.type = HISTOGRAM,
		.scope = PER_INSTANCE,
		.help = "Latency of the answers to our own GET /api/version.",
		.histogram = probes,
		.bounds = &histogram_latency},
	{.name = "ollama_top_instance_probes_failed",
		.type = COUNTER,
		.scope = PER_INSTANCE,
		.help = "How often our own GET /api/version was not answered well.",
		.value = probes_failed},
	{.name = "ollama_top_instance_busy",
		.scope = PER_INSTANCE,
		.help = "Whether it works: a model is loaded and it uses CPU or has requests open.",
		.value = busy},
	{.name = "ollama_top_instance_memory_used_bytes",
		.unit = "bytes",
		.scope = PER_INSTANCE,
		.help = "Memory of the container as docker stats shows it: usage less inactive file cache.",
		.value = memory_used},
	{.name = "ollama_top_instance_memory_unreclaimable_bytes",
		.unit = "bytes",
		.scope = PER_INSTANCE,
		.help = "Anonymous and shared memory of the container, which is what is judged against the "
			"limit.",
		.value = memory_judged},
	{.name = "ollama_top_instance_memory_limit_bytes",
		.unit = "bytes",
		.scope = PER_INSTANCE,
		.help = "Memory limit of the container; no sample without one.",
		.value = memory_limit},
	{.name = "ollama_top_instance_cpu_ratio",
		.unit = "ratio",
		.scope = PER_INSTANCE,
		.help = "CPU of the container: 1 is one core in use, 2 are two (docker stats shows 100 and "
			"200 %).",
		.value = cpu},
	{.name = "ollama_top_instance_major_faults_per_second",
		.scope = PER_INSTANCE,
		.help = "Major page faults: many while the same models stay loaded mean that weights are "
			"read again "
			"and again.",
		.value = major_faults},
	{.name = "ollama_top_instance_oom_kills",
		.type = COUNTER,
		.scope = PER_INSTANCE,
		.help = "Kills for memory in the container that were seen; those less than two seconds apart "
			"are one.",
		.value = oom_kills},
	{.name = "ollama_top_container_running",
		.scope = PER_INSTANCE,
		.help = "Whether the container runs.",
		.value = running},
	{.name = "ollama_top_container_restarts",
		.type = COUNTER,
		.scope = PER_INSTANCE,
		.help = "Restarts of the container by its restart policy, as Docker counts them.",
		.value = restarts},
	{.name = "ollama_top_container_start_time_seconds",
		.unit = "seconds",
		.scope = PER_INSTANCE,
		.help = "When the container was started last, since 1970, by the clock of its server.",
		.value = started},
	{.name = "ollama_top_instance_models_stored",
		.scope = PER_INSTANCE,
		.help = "Models that the instance lists.",
		.value = models_stored},
	{.name = "ollama_top_instance_models_loaded",
		.scope = PER_INSTANCE,
		.help = "Models that are loaded.",
		.value = models_loaded},
	{.name = "ollama_top_instance_drift",
		.scope = PER_INSTANCE,
		.help = "Whether it has listed other models or digests than the rw server for over a minute.",
		.value = drifting},
	{.name = "ollama_top_instance_drift_models",
		.scope = PER_INSTANCE,
		.help = "Models in which it differs from the rw server, settling ones included.",
		.value = differences},
	{.name = "ollama_top_instance_in_pool",
		.scope = PER_INSTANCE,
		.help = "Whether the instance is in the pool of the balancer.",
		.value = in_pool},
	{.name = "ollama_top_instance_balancer_up",
		.scope = PER_INSTANCE,
		.help = "Whether the balancer sends it requests; no sample where it is not in the pool.",
		.value = balanced},
	{.name = "ollama_top_store",
		.type = INFO,
		.scope = PER_STORE_INFO,
		.help = "File system of the model store as the container sees it.",
		.value = store_info},
	{.name = "ollama_top_store_ok",
		.scope = PER_INSTANCE,
		.help = "Whether the store is the mount that it is to be, and answers.",
		.value = store_ok},
	{.name = "ollama_top_store_hung",
		.scope = PER_INSTANCE,
		.help = "Whether the store does not answer.",
		.value = store_hung},
	{.name = "ollama_top_store_read_only",
		.scope = PER_INSTANCE,
		.help = "Whether the store is mounted read-only.",
		.value = store_read_only},
	{.name = "ollama_top_store_size_bytes",
		.unit = "bytes",
		.scope = PER_INSTANCE,
		.help = "Size of the file system of the store.",
		.value = store_size},
	{.name = "ollama_top_store_available_bytes",
		.unit = "bytes",
		.scope = PER_INSTANCE,
		.help = "What is free on it.",
		.value = store_available},
	{.name = "ollama_top_store_inodes",
		.scope = PER_INSTANCE,
		.help = "Inodes of the file system of the store.",
		.value = store_inodes},
	{.name = "ollama_top_store_inodes_free",
		.scope = PER_INSTANCE,
		.help = "Inodes that are free on it.",
		.value = store_inodes_free},
	{.name = "ollama_top_store_latency_seconds",
		.unit = "seconds",
		.scope = PER_INSTANCE,
		.help = "How long the last look at its space took, with the exec in the container.",
		.value = store_latency},
	{.name = "ollama_top_store_read_seconds",
		.unit = "seconds",
		.scope = PER_INSTANCE,
		.help = "How long the last read of a small file of the store took.",
		.value = store_read},
	{.name = "ollama_top_model_loads_seen",
		.type = COUNTER,
		.scope = PER_INSTANCE,
		.help = "Loads of models that were seen.",
		.value = loads_seen},
	{.name = "ollama_top_model_load_duration_seconds",
		.unit = "seconds",
		.type = HISTOGRAM,
		.scope = PER_INSTANCE,
		.help = "From the first sight of a model in /api/ps to the end of the request that loaded "
			"it; loads "
			"within one refresh are not in it.",
		.histogram = loads,
		.bounds = &histogram_load},
	{.name = "ollama_top_model_loaded_bytes",
		.unit = "bytes",
		.scope = PER_MODEL,
		.help = "A model that is loaded, and what it takes of memory.",
		.value = model_size},
	{.name = "ollama_top_model_loaded_vram_bytes",
		.unit = "bytes",
		.scope = PER_MODEL,
		.help = "What of it is in the memory of GPUs.",
		.value = model_vram},
	{.name = "ollama_top_model_context_tokens",
		.scope = PER_MODEL,
		.help = "Context length with which it was loaded.",
		.value = model_context},
	{.name = "ollama_top_model_expires_timestamp_seconds",
		.unit = "seconds",
		.scope = PER_MODEL,
		.help = "When it will be unloaded, since 1970, by the clock of its server; no sample if "
			"never.",
		.value = model_expires},
	{.name = "ollama_top_model_load_seconds",
		.unit = "seconds",
		.scope = PER_MODEL,
		.help = "How long its load took, as in ollama_top_model_load_duration_seconds.",
		.value = model_load},
};
const struct family_list metrics_of_instances = {of_instances, sizeof(of_instances) / sizeof(*of_instances)};
