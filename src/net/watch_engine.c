#include "watch_private.h"

#include "ollama-top/i18n.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void observe(struct engine *e, struct observation *o)
{
	o->server = e->index;
	watch_observe(e->watch, o);
}

static void observe_up(struct engine *e, double latency_ms)
{
	struct observation o = {.kind = OBS_DOCKER};
	o.u.docker.version = e->version.version;
	o.u.docker.api = e->api;
	o.u.docker.warning = *e->where.warning != '\0' ? e->where.warning : NULL;
	o.u.docker.latency_ms = latency_ms;
	observe(e, &o);
}

void engine_path(const struct engine *e, char *path, size_t size, const char *format, ...)
{
	va_list args;
	size_t used = (size_t)snprintf(path, size, "/v%s", e->api);
	va_start(args, format);
	if (used < size)
		vsnprintf(path + used, size - used, format, args);
	va_end(args);
}

int64_t engine_timeout(const struct engine *e)
{
	return e->watch->spec->timeout_ms;
}

void engine_observe_host(struct engine *e)
{
	struct observation o = {.kind = OBS_HOST};
	o.u.host.memory_total = e->memory_total;
	o.u.host.memory_available = e->memory_available;
	o.u.host.cpus = e->cpus;
	o.u.host.skew_known = e->skew_known;
	o.u.host.skew_ms = e->skew_ms;
	observe(e, &o);
}

/* Nothing is asked of an engine that does not answer but whether it is back. */
static void stop_asking(struct engine *e)
{
	poll_cancel(&e->info);
	poll_cancel(&e->list);
	poll_cancel(&e->service);
	poll_cancel(&e->nodes);
	poll_cancel(&e->tasks);
	poll_off(&e->space);
	poll_off(&e->memory);
	poll_off(&e->partials);
	events_stop(e);
	for (size_t i = 0; i < e->target_count; i++) {
		struct target *t = e->targets[i];
		poll_cancel(&t->stats);
		poll_cancel(&t->inspect);
		poll_off(&t->look);
		log_stop(t);
		poll_off(&t->gpu);
		t->sampled = false;
		t->inspected = false;
	}
}

void engine_failed(struct engine *e, const char *text, int64_t retry_at)
{
	struct watch *w = e->watch;
	struct observation o = {.kind = OBS_DOCKER, .error = text};
	e->status = ENGINE_DOWN;
	e->failures++;
	stop_asking(e);
	observe(e, &o);
	if (retry_at == 0) {
		poll_retry(&e->connect, backoff_ms(w->spec->refresh_ms, e->failures));
		retry_at = e->connect.due;
	} else {
		poll_cancel(&e->connect);
	}
	if (retry_at == POLL_NEVER)
		return;
	struct observation retry = {.kind = OBS_RETRY};
	retry.u.retry.of = RETRY_DOCKER;
	retry.u.retry.retry_at = retry_at;
	observe(e, &retry);
}

static void engine_up(struct engine *e)
{
	e->status = ENGINE_UP;
	e->failures = 0;
	e->stream_failures = 0;
	e->exec_forbidden_until = 0;
	poll_now(&e->info);
	if (e->spec->role == ROLE_RW)
		poll_retry(&e->partials, e->watch->spec->refresh_ms);
}

static void ask_connect(struct poll *p)
{
	struct engine *e = p->owner;
	if (engine_is_open(e))
		poll_send(p, e->endpoint, "/version", engine_timeout(e));
}

static void answer_connect(struct poll *p, const struct http_response *response)
{
	struct engine *e = p->owner;
	char text[256], api[16];
	struct parse_error error;
	const char *failed =
		response_error(response, "GET /version", docker_parse_refusal, text, sizeof text);
	if (failed == NULL &&
		(!docker_parse_version(response->body, response->body_len, &e->version, &error) ||
			!docker_negotiate(&e->version, api, sizeof api, &error)))
		failed = error.text;
	if (failed != NULL) {
		if (response->error != NULL)
			failed = reach_explain(e->watch->options.tunnels, e->spec, NULL, NULL, failed);
		engine_failed(e, failed, 0);
		return;
	}
	memcpy(e->api, api, sizeof e->api);
	observe_up(e, response->latency_ms);
	if (e->status != ENGINE_UP)
		engine_up(e);
}

static void ask_info(struct poll *p)
{
	struct engine *e = p->owner;
	char path[64];
	if (e->status != ENGINE_UP)
		return;
	engine_path(e, path, sizeof path, "/info");
	/* The latency of the engine, and its version after an upgrade, come from /version. */
	if (e->failures == 0 && !e->connect.out && e->host_seen)
		poll_now(&e->connect);
	poll_send(p, e->endpoint, path, engine_timeout(e));
}

static void take_info(struct engine *e, const struct docker_info *info, const struct http_response *response)
{
	struct instant now = watch_instant(e->watch);
	e->memory_total = info->memory_total;
	e->cpus = info->cpus;
	memcpy(e->node_id, info->node, sizeof e->node_id);
	e->skew_known = info->system_wall_ms != 0;
	if (e->skew_known) {
		/* The engine read its clock while it made the answer. */
		e->skew_ms = info->system_wall_ms - (now.wall - (int64_t)(response->latency_ms / 2));
	}
}

static void answer_info(struct poll *p, const struct http_response *response)
{
	struct engine *e = p->owner;
	char text[256];
	struct parse_error error;
	struct docker_info info;
	bool first = !e->host_seen;
	const char *failed = response_error(response, "GET /info", docker_parse_refusal, text, sizeof text);
	if (response->error != NULL) {
		engine_failed(e, reach_explain(e->watch->options.tunnels, e->spec, NULL, NULL, failed), 0);
		return;
	}
	if (failed == NULL && !docker_parse_info(response->body, response->body_len, &info, &error))
		failed = error.text;
	if (failed == NULL)
		take_info(e, &info, response);
	e->host_seen = true;
	/* A proxy may hide /info; containers are watched all the same. */
	engine_observe_host(e);
	if (first || e->list.due == POLL_NEVER)
		poll_now(&e->list);
	if (e->spec->scale.service != NULL && (first || e->service.due == POLL_NEVER))
		poll_now(&e->service);
}

static const struct poll_kind connect_poll = {"docker version", ON_DEMAND, ask_connect, answer_connect};
static const struct poll_kind info_poll = {"docker info", EACH_15TH, ask_info, answer_info};

void engine_doubt(struct engine *e)
{
	if (e->status == ENGINE_UP && !e->connect.out)
		poll_now(&e->connect);
}

static void add_configured(struct engine *e, const struct instance_spec *spec)
{
	struct target *t = target_new(e, spec, spec->name);
	struct target **list = t != NULL ? realloc(e->targets, (e->target_count + 1) * sizeof(*list)) : NULL;
	if (list == NULL) {
		target_free(t);
		return;
	}
	e->targets = list;
	e->targets[e->target_count++] = t;
}

void engine_init(struct engine *e, struct watch *w, size_t index)
{
	const struct server_spec *spec = &w->spec->servers[index];
	e->watch = w;
	e->index = index;
	e->spec = spec;
	e->memory_total = e->memory_available = -1;
	e->cpus = -1;
	poll_init(&e->connect, &connect_poll, w, e, index);
	poll_init(&e->info, &info_poll, w, e, index);
	poll_init(&e->list, &list_poll, w, e, index);
	poll_init(&e->space, &space_poll, w, e, index);
	poll_init(&e->memory, &memory_poll, w, e, index);
	poll_init(&e->partials, &partials_poll, w, e, index);
	poll_init(&e->events, &events_poll, w, e, index);
	poll_init(&e->service, &service_poll, w, e, index);
	poll_init(&e->nodes, &nodes_poll, w, e, index);
	poll_init(&e->tasks, &tasks_poll, w, e, index);
	e->replicas = -1;
	for (size_t i = 0; i < spec->instance_count; i++)
		add_configured(e, &spec->instances[i]);
}

void engine_free(struct engine *e)
{
	stop_asking(e);
	tunnel_stop_waiting(e);
	poll_cancel(&e->connect);
	poll_off(&e->events);
	exec_cancel(e->partials_exec);
	e->partials_exec = NULL;
	for (size_t i = 0; i < e->target_count; i++)
		target_free(e->targets[i]);
	free(e->targets);
	e->targets = NULL;
	e->target_count = 0;
	engine_free_probes(e);
	engine_drop_tasks(e);
	free(e->held.bytes);
	e->held = (struct held_bytes){0};
	http_endpoint_free(e->endpoint);
	e->endpoint = NULL;
}

static void refuse(struct engine *e, const char *text)
{
	struct observation o = {.kind = OBS_DOCKER, .error = text};
	e->status = ENGINE_NONE;
	observe(e, &o);
}

static void start_docker(struct engine *e)
{
	e->endpoint = reach_docker(e->watch->options.http, e->watch->options.tunnels, e->spec, &e->where);
	if (e->endpoint == NULL) {
		e->status = ENGINE_NONE;
		if (*e->where.error != '\0')
			refuse(e, e->where.error);
		return;
	}
	e->status = ENGINE_TRYING;
	poll_now(&e->connect);
}

/* Where a configured instance answers: its url, or its port on the server. */
static void configured_url(struct target *t)
{
	char url[TEXT_NAME_MAX + 32];
	const char *host = t->engine->spec->host;
	if (t->spec->url != NULL) {
		target_set_url(t, t->spec->url);
	} else if (t->spec->port > 0 && host != NULL) {
		bool bare = strchr(host, ':') != NULL && *host != '[';
		snprintf(url, sizeof url, "http://%s%s%s:%d", bare ? "[" : "", host, bare ? "]" : "",
			t->spec->port);
		target_set_url(t, url);
	}
}

void engine_start(struct engine *e)
{
	start_docker(e);
	for (size_t i = 0; i < e->target_count; i++)
		configured_url(e->targets[i]);
}

void engine_refresh(struct engine *e)
{
	if (e->tunnel != NULL)
		tunnel_retry(e->tunnel);
	for (size_t i = 0; i < e->target_count; i++) {
		target_retry(e->targets[i]);
		if (e->status == ENGINE_UP && e->targets[i]->status == CONTAINER_RUNNING) {
			poll_now(&e->targets[i]->stats);
			log_start(e->targets[i]);
		}
	}
	if (e->status == ENGINE_UP) {
		poll_now(&e->info);
		poll_now(&e->list);
		poll_now(&e->space);
		if (e->spec->scale.service != NULL)
			poll_now(&e->service);
	} else if (e->status != ENGINE_NONE) {
		poll_now(&e->connect);
	}
}

void engine_retry(struct engine *e)
{
	e->failures = 0;
	e->exec_forbidden_until = 0;
	engine_refresh(e);
}
