#include "watch_private.h"

#include "ollama-top/i18n.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_APART_MS 1000

static void observe(struct target *t, struct observation *o)
{
	o->server = t->engine->index;
	o->instance = t->name;
	watch_observe(t->engine->watch, o);
}

struct target *engine_target_by_id(const struct engine *e, const char *id)
{
	for (size_t i = 0; i < e->target_count; i++)
		if (strcmp(e->targets[i]->id, id) == 0)
			return e->targets[i];
	return NULL;
}

static const char *container_name(const struct target *t)
{
	return t->spec != NULL && t->spec->container != NULL ? t->spec->container : t->name;
}

struct target *engine_target_by_container(const struct engine *e, const char *name)
{
	for (size_t i = 0; i < e->target_count; i++)
		if (strcmp(container_name(e->targets[i]), name) == 0)
			return e->targets[i];
	return NULL;
}

/* A configured instance without a container of its name is the one that publishes its port. */
static struct target *target_by_port(const struct engine *e, int port)
{
	for (size_t i = 0; port > 0 && i < e->target_count; i++) {
		const struct target *t = e->targets[i];
		if (t->spec != NULL && t->spec->container == NULL && t->spec->port == port && !t->listed)
			return e->targets[i];
	}
	return NULL;
}

struct target *engine_add_target(struct engine *e, const char *name)
{
	struct target *t = e->target_count < FLEET_INSTANCES_MAX ? target_new(e, NULL, name) : NULL;
	struct target **list = t != NULL ? realloc(e->targets, (e->target_count + 1) * sizeof(*list)) : NULL;
	if (list == NULL) {
		target_free(t);
		return NULL;
	}
	e->targets = list;
	e->targets[e->target_count++] = t;
	return t;
}

/* Takes what a list says about a container; a look at the details follows when it is news. */
static void take_listed(struct target *t, const struct docker_listed *c)
{
	bool other = strcmp(t->id, c->id) != 0;
	if (other && *t->id != '\0')
		target_lose_container(t);
	memcpy(t->id, c->id, sizeof t->id);
	t->listed = true;
	if (other || t->status != c->status || !t->inspected)
		poll_now(&t->inspect);
}

void target_lose_container(struct target *t)
{
	poll_cancel(&t->stats);
	poll_off(&t->inspect);
	target_drop_probes(t);
	log_forget(t);
	free(t->store_path);
	free(t->models_path);
	t->store_path = t->models_path = NULL;
	t->status = CONTAINER_UNKNOWN;
	t->inspected = t->sampled = false;
	t->cpu_percent = -1;
	t->memory_limit = -1;
	t->started_wall = 0;
	*t->id = '\0';
}

/* Its tasks are told of by Swarm, and which of them are containers here. */
static bool is_of_service(const struct engine *e, const struct docker_listed *c)
{
	return e->spec->scale.service != NULL && strcmp(c->service, e->spec->scale.service) == 0;
}

/* Configured instances by name first, then by port, then what discovery adds. */
static void match_all(
	struct engine *e, const struct docker_listed *list, size_t count, struct target **matched)
{
	for (size_t i = 0; i < e->target_count; i++)
		e->targets[i]->listed = false;
	for (size_t i = 0; i < count; i++) {
		struct target *t = engine_target_by_container(e, list[i].name);
		if (is_of_service(e, &list[i])) {
			t = engine_target_by_id(e, list[i].id);
			matched[i] = t;
			continue;
		}
		matched[i] = t != NULL && (t->spec != NULL || list[i].discovered) ? t : NULL;
		if (matched[i] != NULL)
			matched[i]->listed = true;
	}
	for (size_t i = 0; i < count; i++) {
		if (matched[i] != NULL || is_of_service(e, &list[i]))
			continue;
		/* A stopped container lists no ports: who had the port keeps it by id. */
		struct target *t = engine_target_by_id(e, list[i].id);
		if (t == NULL || t->spec == NULL || t->spec->container != NULL || t->listed)
			t = target_by_port(e, list[i].host_port);
		if (t == NULL && list[i].discovered)
			t = engine_add_target(e, list[i].name);
		matched[i] = t;
		if (t != NULL)
			t->listed = true;
	}
}

/* Tells the fleet who is there, and forgets who is not. */
static void settle_presence(struct engine *e)
{
	const char **names = calloc(e->target_count + 1, sizeof *names);
	size_t kept = 0, count = 0;
	if (names == NULL)
		return;
	for (size_t i = 0; i < e->target_count; i++) {
		struct target *t = e->targets[i];
		if (t->of_task) {
			e->targets[kept++] = t;
			continue;
		}
		if (t->listed)
			names[count++] = t->name;
		else if (*t->id != '\0')
			target_lose_container(t);
		if (t->listed || t->spec != NULL)
			e->targets[kept++] = t;
		else
			target_free(t);
	}
	e->target_count = kept;
	struct observation o = {.kind = OBS_CONTAINERS, .server = e->index};
	o.u.containers.names = names;
	o.u.containers.count = count;
	watch_observe(e->watch, &o);
	free(names);
}

static void ask_list(struct poll *p)
{
	struct engine *e = p->owner;
	char path[64];
	if (e->status != ENGINE_UP)
		return;
	engine_path(e, path, sizeof path, "/containers/json?all=1");
	poll_send(p, e->endpoint, path, engine_timeout(e));
	/* Without events, a list is the only word of a death. */
	if (e->stream == NULL && e->stream_failures > 1)
		poll_retry(p, e->watch->spec->refresh_ms);
}

static void list_failed(struct engine *e, const char *error)
{
	struct observation o = {.kind = OBS_DOCKER, .server = e->index, .error = error};
	watch_observe(e->watch, &o);
	engine_doubt(e);
}

static void answer_list(struct poll *p, const struct http_response *response)
{
	struct engine *e = p->owner;
	char text[256];
	struct parse_error error;
	struct docker_listed *list = NULL;
	size_t count = 0;
	const char *failed =
		response_error(response, "GET /containers/json", docker_parse_refusal, text, sizeof text);
	if (failed == NULL && !docker_parse_list(response->body, response->body_len, &e->spec->discover,
				      &list, &count, &error))
		failed = error.text;
	struct target **matched = failed == NULL ? calloc(count + 1, sizeof *matched) : NULL;
	if (matched == NULL) {
		free(list);
		list_failed(e, failed != NULL ? failed : _("out of memory"));
		return;
	}
	match_all(e, list, count, matched);
	settle_presence(e);
	for (size_t i = 0; i < count; i++)
		if (matched[i] != NULL)
			take_listed(matched[i], &list[i]);
	free(matched);
	free(list);
	if (e->stream == NULL && e->events.due == POLL_NEVER && e->stream_failures == 0)
		poll_now(&e->events);
}

static void ask_inspect(struct poll *p)
{
	struct target *t = p->owner;
	char path[64 + DOCKER_ID_MAX];
	if (t->engine->status != ENGINE_UP || *t->id == '\0')
		return;
	engine_path(t->engine, path, sizeof path, "/containers/%s/json", t->id);
	poll_send(p, t->engine->endpoint, path, engine_timeout(t->engine));
}

/* http://HOST:PORT of a discovered instance; a configured one says where it answers. */
static void discovered_url(struct target *t, int port)
{
	char url[TEXT_NAME_MAX + 32];
	const char *host = t->engine->spec->host;
	if (t->spec != NULL)
		return;
	if (port == 0 || host == NULL) {
		target_set_url(t, NULL);
		return;
	}
	bool bare = strchr(host, ':') != NULL && *host != '[';
	snprintf(url, sizeof url, "http://%s%s%s:%d", bare ? "[" : "", host, bare ? "]" : "", port);
	target_set_url(t, url);
}

/* A server of OpenAI's API listens where its publisher likes: on the port that is published as the configured one. */
static int other_port(const struct target *t, const struct docker_inspected *i)
{
	int port = t->spec->port;
	const char *colon = t->url != NULL ? strrchr(t->url, ':') : NULL;
	if (port == 0 && colon != NULL)
		port = atoi(colon + 1);
	for (size_t k = 0; k < i->port_count; k++)
		if (i->ports[k].outside == port)
			return i->ports[k].inside;
	return port;
}

static void take_inspected(struct target *t, struct docker_inspected *i)
{
	const struct container *c = &i->container;
	bool running = c->status == CONTAINER_RUNNING, was_running = t->status == CONTAINER_RUNNING;
	bool started = running && (!was_running || c->started_wall != t->started_wall || !t->inspected);
	free(t->store_path);
	free(t->models_path);
	t->store_path = t->models_path = NULL;
	if (target_is_ollama(t)) {
		t->store_path = i->store_path;
		t->models_path = i->models_path;
		i->store_path = i->models_path = NULL;
	}
	t->api_port = target_is_ollama(t) ? i->api_port : other_port(t, i);
	t->tty = i->tty;
	t->asked_for_gpu = c->gpu_count != 0;
	t->memory_limit = c->memory_limit;
	t->status = c->status;
	t->started_wall = c->started_wall;
	t->inspected = true;
	if (started) {
		t->sampled = false;
		target_look_soon(t);
		log_start(t);
		gpu_start(t);
		/* A snapshot measures after it has looked: a look costs the container CPU of its own. */
		if (!t->engine->watch->once)
			poll_now(&t->stats);
	}
	if (!running) {
		poll_off(&t->stats);
		t->sampled = false;
		target_drop_probes(t);
	}
}

static void answer_inspect(struct poll *p, const struct http_response *response)
{
	struct target *t = p->owner;
	char text[256];
	struct parse_error error;
	struct docker_inspected inspected = {0};
	if (response->error != NULL) {
		engine_doubt(t->engine);
		return;
	}
	if (response->status == 404) {
		poll_now(&t->engine->list);
		return;
	}
	struct observation o = {.kind = OBS_CONTAINER};
	o.error = response_error(
		response, "GET /containers/{id}/json", docker_parse_refusal, text, sizeof text);
	if (o.error == NULL && !docker_parse_inspect(response->body, response->body_len, &inspected, &error))
		o.error = error.text;
	if (o.error == NULL) {
		discovered_url(t, inspected.container.host_port);
		take_inspected(t, &inspected);
	}
	o.u.container.container = &inspected.container;
	o.u.container.url = t->url;
	observe(t, &o);
	docker_free_inspected(&inspected);
}

static void ask_stats(struct poll *p)
{
	struct target *t = p->owner;
	char path[96 + DOCKER_ID_MAX];
	if (t->engine->status != ENGINE_UP || t->status != CONTAINER_RUNNING) {
		poll_off(p);
		return;
	}
	t->stats_asked_at = watch_instant(p->watch).mono;
	engine_path(t->engine, path, sizeof path, "/containers/%s/stats?stream=false&one-shot=true", t->id);
	poll_send(p, t->engine->endpoint, path, engine_timeout(t->engine));
}

/* The limit of the container; docker stats shows the host's memory where it has none. */
static int64_t limit_of(const struct target *t, const struct docker_stats *now)
{
	if (t->memory_limit == 0 || now->memory_limit < 0)
		return t->memory_limit;
	int64_t host = t->engine->memory_total;
	return host > 0 && now->memory_limit >= host ? 0 : now->memory_limit;
}

/*
 * A snapshot's second sample is asked one second after the first was. Some engines (20.10) answer
 * at the next tick of a collector that runs each second; counted from the answer, it would be two.
 */
static void second_sample(struct target *t)
{
	int64_t gone = watch_instant(t->engine->watch).mono - t->stats_asked_at;
	poll_in(&t->stats, gone < SAMPLES_APART_MS ? SAMPLES_APART_MS - gone : 0);
}

static void take_stats(struct target *t, const struct docker_stats *now)
{
	struct observation o = {.kind = OBS_STATS};
	o.u.stats.memory_used = now->memory_used;
	o.u.stats.memory_judged = now->memory_judged;
	o.u.stats.memory_limit = limit_of(t, now);
	o.u.stats.cpu_percent = t->sampled ? docker_cpu_percent(&t->last, now) : NAN;
	o.u.stats.major_faults = t->sampled ? docker_fault_rate(&t->last, now) : NAN;
	t->cpu_percent = isnan(o.u.stats.cpu_percent) ? -1 : o.u.stats.cpu_percent;
	if (t->engine->watch->once && !t->sampled)
		second_sample(t);
	t->last = *now;
	t->sampled = true;
	observe(t, &o);
}

static void answer_stats(struct poll *p, const struct http_response *response)
{
	struct target *t = p->owner;
	char text[256];
	struct parse_error error;
	struct docker_stats now;
	if (response->error != NULL)
		engine_doubt(t->engine);
	if (response->status == 404 || response->status == 409) {
		poll_now(&t->engine->list);
		return;
	}
	const char *failed = response_error(
		response, "GET /containers/{id}/stats", docker_parse_refusal, text, sizeof text);
	if (failed == NULL && !docker_parse_stats(response->body, response->body_len, &now, &error)) {
		/* It stopped while it was asked; an event or a list tells. */
		failed = error.text;
		t->sampled = false;
	}
	if (failed == NULL) {
		take_stats(t, &now);
		return;
	}
	struct observation o = {.kind = OBS_STATS, .error = failed};
	observe(t, &o);
}

const struct poll_kind list_poll = {"docker list", EACH_15TH, ask_list, answer_list};
const struct poll_kind inspect_poll = {"docker inspect", EACH_15TH, ask_inspect, answer_inspect};
const struct poll_kind stats_poll = {"docker stats", EACH_REFRESH, ask_stats, answer_stats};
