/*
 * snapshot_requests.c - an instance's requests and GPUs as JSON; what is not known is null.
 */
#include "ollama-top/text.h"
#include "snapshot.h"

#include <math.h>

#define TIME_MAX 32

/* The wall time of something seen at `at`. */
static void add_time(cJSON *to, const char *name, const struct fleet *fleet, int64_t at)
{
	char text[TIME_MAX];
	if (at > 0) {
		cJSON_AddStringToObject(
			to, name, text_rfc3339(text, sizeof(text), fleet->wall - (fleet->now - at)));
	} else {
		cJSON_AddNullToObject(to, name);
	}
}

static void add_figure(
	cJSON *requests, const char *name, const struct fleet *fleet, const struct request_figure *figure)
{
	if (figure->certainty == CERTAINTY_UNKNOWN) {
		cJSON_AddNullToObject(requests, name);
		return;
	}
	cJSON *to = cJSON_AddObjectToObject(requests, name);
	cJSON_AddNumberToObject(to, "count", figure->value);
	cJSON_AddStringToObject(to, "is", figure->certainty == CERTAINTY_EXACT ? "exact" : "at_most");
	cJSON_AddStringToObject(to, "source", request_source_name(figure->source));
	add_time(to, "time", fleet, figure->at);
}

static void add_counts(cJSON *requests, const struct fleet *fleet, const struct request_counts *counts)
{
	if (counts->source == REQUESTS_FROM_NOTHING) {
		cJSON_AddNullToObject(requests, "ended");
		return;
	}
	cJSON *to = cJSON_AddObjectToObject(requests, "ended");
	cJSON_AddNumberToObject(to, "count", (double)counts->ended);
	cJSON_AddNumberToObject(to, "failed", (double)counts->failed);
	cJSON_AddNumberToObject(to, "busy", (double)counts->busy);
	cJSON_AddNumberToObject(to, "seconds", round(counts->durations.sum * 1000) / 1000);
	cJSON_AddStringToObject(to, "source", request_source_name(counts->source));
	add_time(to, "since", fleet, counts->since_at);
}

void snapshot_add_requests(cJSON *to, const struct fleet *fleet, const struct instance *instance)
{
	const struct requests *from = &instance->requests;
	cJSON *requests = cJSON_AddObjectToObject(to, "requests");
	add_figure(requests, "inflight", fleet, &from->inflight);
	add_figure(requests, "queue", fleet, &from->queue);
	add_counts(requests, fleet, &from->counts);
	if (from->counts.error) {
		cJSON_AddStringToObject(requests, "error", from->counts.error);
	} else {
		cJSON_AddNullToObject(requests, "error");
	}
}

static void add_size(cJSON *to, const char *name, int64_t size)
{
	if (size >= 0) {
		cJSON_AddNumberToObject(to, name, (double)size);
	} else {
		cJSON_AddNullToObject(to, name);
	}
}

void snapshot_add_gpus(cJSON *to, const struct instance *instance)
{
	if (instance->gpus_at == 0) {
		cJSON_AddNullToObject(to, "gpus");
		return;
	}
	cJSON *gpus = cJSON_AddArrayToObject(to, "gpus");
	for (size_t i = 0; i < instance->gpu_count; i++) {
		const struct gpu *from = &instance->gpus[i];
		cJSON *gpu = cJSON_CreateObject();
		cJSON_AddNumberToObject(gpu, "index", from->index);
		cJSON_AddStringToObject(gpu, "name", from->name);
		add_size(gpu, "memory_used", from->memory_used);
		add_size(gpu, "memory_total", from->memory_total);
		if (isfinite(from->utilisation)) {
			cJSON_AddNumberToObject(gpu, "utilisation_percent", from->utilisation);
		} else {
			cJSON_AddNullToObject(gpu, "utilisation_percent");
		}
		cJSON_AddItemToArray(gpus, gpu);
	}
}
