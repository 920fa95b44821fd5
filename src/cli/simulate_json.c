/*
 * simulate_json.c - a simulation for programs.
 */
#include "simulate.h"

#include <cjson/cJSON.h>
#include <math.h>

/* Thousandths: times are whole milliseconds. */
static void add_seconds(cJSON *object, const char *name, int64_t ms)
{
	cJSON_AddNumberToObject(object, name, (double)ms / 1000);
}

static void add_rounded(cJSON *object, const char *name, double value)
{
	cJSON_AddNumberToObject(object, name, round(value * 1000) / 1000);
}

static void add_decisions(cJSON *object, const struct simulation_result *r)
{
	cJSON *list = cJSON_AddArrayToObject(object, "decisions");
	for (size_t i = 0; i < r->decision_count; i++) {
		cJSON *d = cJSON_CreateObject();
		add_seconds(d, "at", r->decisions[i].at);
		cJSON_AddNumberToObject(d, "from", r->decisions[i].from);
		cJSON_AddNumberToObject(d, "to", r->decisions[i].to);
		cJSON_AddStringToObject(d, "reason", r->decisions[i].reason);
		cJSON_AddItemToArray(list, d);
	}
}

static cJSON *result_json(const struct simulated *row)
{
	const struct simulation_result *r = &row->result;
	cJSON *object = cJSON_CreateObject();
	cJSON_AddStringToObject(object, "way", row->name);
	cJSON *wait = cJSON_AddObjectToObject(object, "wait");
	add_seconds(wait, "p50", r->wait_p50);
	add_seconds(wait, "p95", r->wait_p95);
	add_seconds(wait, "p99", r->wait_p99);
	add_seconds(wait, "max", r->wait_max);
	add_rounded(wait, "mean", r->wait_mean / 1000);
	add_rounded(object, "instance_hours", r->instance_hours);
	cJSON_AddNumberToObject(object, "most", r->most);
	add_seconds(object, "duration", r->duration);
	cJSON_AddNumberToObject(object, "ups", (double)r->ups);
	cJSON_AddNumberToObject(object, "downs", (double)r->downs);
	add_decisions(object, r);
	return object;
}

bool simulate_json(FILE *out, const struct simulate *s)
{
	cJSON *root = cJSON_CreateObject();
	cJSON_AddNumberToObject(root, "requests", (double)s->simulation.count);
	cJSON_AddNumberToObject(root, "parallel", s->simulation.parallel);
	cJSON_AddStringToObject(root, "store", s->store);
	cJSON_AddNumberToObject(root, "min", s->min);
	cJSON_AddNumberToObject(root, "max", s->max);
	add_seconds(root, "refresh", s->refresh_ms);
	cJSON_AddStringToObject(root, "policy", s->policy_text);
	if (s->alert) {
		cJSON_AddStringToObject(root, "alert", s->alert);
	} else {
		cJSON_AddNullToObject(root, "alert");
	}
	cJSON *results = cJSON_AddArrayToObject(root, "results");
	for (size_t i = 0; i < s->row_count; i++) {
		cJSON_AddItemToArray(results, result_json(&s->rows[i]));
	}
	char *text = cJSON_Print(root);
	cJSON_Delete(root);
	if (text) {
		fprintf(out, "%s\n", text);
	}
	cJSON_free(text);
	return text != NULL;
}
