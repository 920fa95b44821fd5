/*
 * instance.c - an instance's life in the fleet.
 */
#include "core.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *spec_url(const struct server_spec *server, const struct instance_spec *spec)
{
	char *url = NULL;

	if (spec->url) {
		url = strdup(spec->url);
		for (size_t n = url ? strlen(url) : 0; n > 0 && url[n - 1] == '/'; n--)
			url[n - 1] = '\0';
	} else if (spec->port > 0 && server->host) {
		/* an IPv6 address needs brackets before a port */
		const bool bare_v6 = strchr(server->host, ':') && server->host[0] != '[';
		char buf[TARGET_MAX];

		snprintf(buf, sizeof(buf), "http://%s%.255s%s:%d", bare_v6 ? "[" : "", server->host,
			bare_v6 ? "]" : "", spec->port);
		url = strdup(buf);
	}
	return url;
}

/* Where a discovered instance goes: behind the configured ones, in natural order. */
static size_t slot_of(const struct server *server, const char *name)
{
	size_t at = server->instance_count;

	while (at > 0 && !server->instances[at - 1]->spec &&
		text_natural_compare(name, server->instances[at - 1]->name) < 0)
		at--;
	return at;
}

static struct instance *instance_new(
	const struct fleet *fleet, struct server *server, const struct instance_spec *spec, const char *name)
{
	const size_t capacity = history_capacity(fleet->spec->refresh_ms);
	struct instance *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->server = server;
	i->spec = spec;
	keep_text(&i->name, name, TEXT_NAME_MAX);
	if (!i->name) {
		free(i);
		return NULL;
	}
	if (spec) {
		i->url = spec_url(server->spec, spec);
		i->port = spec->port;
	}
	i->state = STATE_UNKNOWN;
	i->state_since = fleet->now;
	i->due_at = INT64_MAX;
	i->present = -1;
	i->in_pool = -1;
	i->api.latency_ms = NAN;
	i->peak_latency = i->peak_memory = i->peak_cpu = i->peak_read = NAN;
	history_init(&i->memory_history, capacity);
	history_init(&i->cpu_history, capacity);
	history_init(&i->latency_history, capacity);
	history_init(&i->read_history, capacity);
	instance_forget_process(i);
	store_reset(&i->store);
	return i;
}

const char *target_of(char buf[TARGET_MAX], const struct server *server, const struct instance *i)
{
	if (!server)
		snprintf(buf, TARGET_MAX, "balancer");
	else if (i)
		snprintf(buf, TARGET_MAX, "%.255s/%.255s", server->spec->name, i->name);
	else
		snprintf(buf, TARGET_MAX, "%.255s", server->spec->name);
	return buf;
}

void instance_forget_process(struct instance *i)
{
	loaded_free(i->loaded, i->loaded_count);
	i->loaded = NULL;
	i->loaded_count = 0;
	i->loaded_at = i->loaded_changed_at = 0;
	i->memory_used = i->memory_judged = i->memory_limit = -1;
	i->cpu_percent = i->major_faults = NAN;
	i->stats_at = i->cpu_since = 0;
	i->thrashing = false;
	i->thrash_run = 0;
	i->slow_in_a_row = 0;
	i->connections = i->connections_active = -1;
	i->connections_at = 0;
	requests_forget_process(i);
	gpus_forget(i);
	i->busy = false;
	i->busy_since = i->busy_sign_at = 0;
}

struct instance *instance_add(
	struct fleet *fleet, struct server *server, const struct instance_spec *spec, const char *name)
{
	if (server->instance_count >= FLEET_INSTANCES_MAX)
		return NULL;
	struct instance **list =
		realloc(server->instances, (server->instance_count + 1) * sizeof(struct instance *));
	if (!list)
		return NULL;
	server->instances = list;
	struct instance *i = instance_new(fleet, server, spec, name);
	if (!i)
		return NULL;
	const size_t at = spec ? server->instance_count : slot_of(server, i->name);
	memmove(&list[at + 1], &list[at], (server->instance_count - at) * sizeof(struct instance *));
	list[at] = i;
	server->instance_count++;
	pool_find(fleet, i);
	status_update(fleet, server);
	touch(fleet, true);
	return i;
}

void instance_drop(struct fleet *fleet, struct server *server, size_t index)
{
	struct instance *i = server->instances[index];

	for (int c = 0; c <= CONDITION_TOKEN; c++)
		alert_set(fleet, &i->raised[c], (enum condition)c, server, i, NULL);
	server->instance_count--;
	memmove(&server->instances[index], &server->instances[index + 1],
		(server->instance_count - index) * sizeof(struct instance *));
	instance_free(i);
	status_update(fleet, server);
	touch(fleet, true);
}

void instance_leave(struct fleet *fleet, struct instance *i, int64_t at)
{
	i->gone = true;
	i->gone_at = at;
	status_update(fleet, i->server);
}

void instance_return(struct fleet *fleet, struct instance *i)
{
	if (!i->gone)
		return;
	i->gone = false;
	i->gone_at = 0;
	status_update(fleet, i->server);
	touch(fleet, true);
}

void instance_free(struct instance *i)
{
	if (!i)
		return;
	free(i->name);
	free(i->url);
	free(i->reason);
	free(i->api.error);
	free(i->version);
	free(i->token_warning);
	free(i->drift_text);
	free(i->requests.counts.error);
	free(i->gpus);
	free(i->differences);
	loaded_free(i->loaded, i->loaded_count);
	stored_free(i->stored, i->stored_count);
	container_free(&i->container);
	task_free(&i->task);
	store_free(&i->store);
	history_free(&i->memory_history);
	history_free(&i->cpu_history);
	history_free(&i->latency_history);
	history_free(&i->read_history);
	free(i);
}
