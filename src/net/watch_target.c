#include "watch_private.h"

#include "ollama-top/i18n.h"
#include "ollama-top/ollama.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* /api/tags reads the store for every answer, and a server that is not done is not asked again:
 * it gets longer than others, and is asked ever less often when that was not enough. */
#define STORED_PATIENCE  3
#define STORED_DOUBLINGS 4

static void observe(struct target *t, struct observation *o)
{
	o->server = t->engine->index;
	o->instance = t->name;
	watch_observe(t->engine->watch, o);
}

static void observe_retry(struct target *t, int64_t at)
{
	struct observation o = {.kind = OBS_RETRY};
	o.u.retry.of = RETRY_API;
	o.u.retry.retry_at = at;
	observe(t, &o);
}

/* A token that others can read is no secret; looked at again now and then, until it is mended. */
static void check_token(struct target *t)
{
	char text[400];
	struct observation o = {.kind = OBS_TOKEN};
	if (t->spec == NULL || t->spec->token_file == NULL)
		return;
	if (http_token_warning(t->spec->token_file, text, sizeof text))
		o.u.token.warning = text;
	observe(t, &o);
}

static void ask_version(struct poll *p)
{
	struct target *t = p->owner;
	if (t->endpoint != NULL && target_is_open(t))
		poll_send(p, t->endpoint, "/api/version", p->watch->spec->timeout_ms);
}

void target_failed(struct target *t, const char *error, int64_t retry_at)
{
	struct observation o = {.kind = OBS_VERSION, .error = error};
	observe(t, &o);
	t->answers = false;
	t->failures++;
	poll_off(&t->loaded);
	poll_off(&t->stored);
	if (retry_at == 0) {
		poll_retry(&t->version, backoff_ms(t->engine->watch->spec->refresh_ms, t->failures));
		retry_at = t->version.due;
	} else {
		poll_cancel(&t->version);
	}
	if (retry_at != POLL_NEVER)
		observe_retry(t, retry_at);
}

void target_unwell(struct target *t, const struct http_response *response, const char *failed)
{
	if (response->error != NULL)
		failed = reach_explain(
			t->engine->watch->options.tunnels, t->engine->spec, t->spec, t->url, failed);
	target_failed(t, failed, 0);
}

void target_well(struct target *t, const char *version, double latency_ms)
{
	struct observation o = {.kind = OBS_VERSION};
	o.u.version.version = version;
	o.u.version.latency_ms = latency_ms;
	observe(t, &o);
	t->failures = 0;
	if (!t->answers) {
		t->answers = true;
		t->stored_failures = 0;
		poll_now(&t->stored);
		if (t->metrics.due == POLL_NEVER)
			poll_now(&t->metrics);
	}
	poll_chain(&t->loaded);
}

static void answer_version(struct poll *p, const struct http_response *response)
{
	struct target *t = p->owner;
	char version[64], text[256];
	struct parse_error error;
	const char *failed =
		response_error(response, "GET /api/version", ollama_parse_refusal, text, sizeof text);
	if (failed == NULL &&
		!ollama_parse_version(response->body, response->body_len, version, sizeof version, &error))
		failed = error.text;
	if (failed != NULL)
		target_unwell(t, response, failed);
	else
		target_well(t, version, response->latency_ms);
}

static void ask_loaded(struct poll *p)
{
	struct target *t = p->owner;
	if (t->endpoint != NULL && t->answers)
		poll_send(p, t->endpoint, "/api/ps", p->watch->spec->timeout_ms);
}

static void take_vram(struct target *t, const struct model_loaded *models, size_t count)
{
	bool before = t->in_vram;
	t->loaded_count = count;
	t->in_vram = false;
	for (size_t i = 0; i < count; i++)
		t->in_vram = t->in_vram || models[i].size_vram > 0;
	if (t->in_vram && !before && t->gpu.due == POLL_NEVER)
		poll_now(&t->gpu);
}

static void answer_loaded(struct poll *p, const struct http_response *response)
{
	struct target *t = p->owner;
	char text[256];
	struct parse_error error;
	struct observation o = {.kind = OBS_LOADED};
	struct model_loaded *models = NULL;
	size_t count = 0;
	struct instant now = watch_instant(p->watch);
	struct answer_time when = {now.mono, now.wall, response->date_wall};
	o.error = response_error(response, "GET /api/ps", ollama_parse_refusal, text, sizeof text);
	if (o.error == NULL &&
		!ollama_parse_ps(response->body, response->body_len, &when, &models, &count, &error))
		o.error = error.text;
	o.u.loaded.models = models;
	o.u.loaded.count = count;
	observe(t, &o);
	if (o.error == NULL)
		take_vram(t, models, count);
	ollama_free_loaded(models, count);
	if (t->stored_waits) {
		t->stored_waits = false;
		poll_now(&t->stored);
	}
}

static void ask_stored(struct poll *p)
{
	struct target *t = p->owner;
	check_token(t);
	if (t->endpoint == NULL || !t->answers || !target_is_ollama(t))
		return;
	if (t->loaded.out) {
		/* Its connection is free in a moment. */
		t->stored_waits = true;
		return;
	}
	if (!target_store_hung(t))
		poll_send(p, t->endpoint, "/api/tags", STORED_PATIENCE * p->watch->spec->timeout_ms);
}

static void answer_stored(struct poll *p, const struct http_response *response)
{
	struct target *t = p->owner;
	char text[256];
	struct parse_error error;
	struct observation o = {.kind = OBS_STORED};
	struct model_stored *models = NULL;
	size_t count = 0;
	o.error = response_error(response, "GET /api/tags", ollama_parse_refusal, text, sizeof text);
	if (o.error == NULL &&
		!ollama_parse_tags(response->body, response->body_len, &models, &count, &error))
		o.error = error.text;
	o.u.stored.models = models;
	o.u.stored.count = count;
	observe(t, &o);
	ollama_free_stored(models, count);
	if (o.error == NULL) {
		t->stored_failures = 0;
		return;
	}
	if (t->stored_failures < STORED_DOUBLINGS)
		t->stored_failures++;
	if (t->answers)
		poll_retry(p, poll_interval(p) << t->stored_failures);
	target_look_soon(t);
}

static const struct poll_kind version_poll = {"version", EACH_REFRESH, ask_version, answer_version};
/* Follows each answer of the version. */
static const struct poll_kind loaded_poll = {"loaded", ON_DEMAND, ask_loaded, answer_loaded};
static const struct poll_kind stored_poll = {"stored", EACH_15TH, ask_stored, answer_stored};

struct target *target_new(struct engine *engine, const struct instance_spec *spec, const char *name)
{
	struct watch *w = engine->watch;
	struct target *t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	t->engine = engine;
	t->spec = spec;
	t->name = strdup(name);
	if (t->name == NULL) {
		free(t);
		return NULL;
	}
	t->api_port = OLLAMA_PORT;
	t->memory_limit = -1;
	t->cpu_percent = -1;
	size_t serial = w->target_serial++;
	bool ollama = target_is_ollama(t);
	poll_init(&t->version, ollama ? &version_poll : &health_poll, w, t, serial);
	poll_init(&t->loaded, ollama ? &loaded_poll : &served_poll, w, t, serial);
	poll_init(&t->stored, &stored_poll, w, t, serial);
	poll_init(&t->stats, &stats_poll, w, t, serial);
	poll_init(&t->inspect, &inspect_poll, w, t, serial);
	poll_init(&t->look, &look_poll, w, t, serial);
	poll_init(&t->gpu, &gpu_poll, w, t, serial);
	poll_init(&t->log, &log_poll, w, t, serial);
	poll_init(&t->metrics, &metrics_poll, w, t, serial);
	return t;
}

void target_free(struct target *t)
{
	if (t == NULL)
		return;
	target_lose_container(t);
	poll_cancel(&t->version);
	poll_cancel(&t->loaded);
	poll_cancel(&t->stored);
	poll_cancel(&t->inspect);
	poll_cancel(&t->metrics);
	http_endpoint_free(t->endpoint);
	free(t->name);
	free(t->url);
	free(t);
}

bool target_is_followed(const struct target *t)
{
	return t->engine->watch->options.fleet->servers[t->engine->index].requests_followed;
}

bool target_is_ollama(const struct target *t)
{
	return t->spec == NULL || t->spec->kind == KIND_OLLAMA;
}

void target_start(struct target *t)
{
	poll_now(&t->version);
}

void target_set_url(struct target *t, const char *url)
{
	if ((url == NULL && t->url == NULL) || (url != NULL && t->url != NULL && strcmp(url, t->url) == 0))
		return;
	poll_cancel(&t->version);
	poll_cancel(&t->loaded);
	poll_cancel(&t->stored);
	poll_cancel(&t->metrics);
	t->has_metrics = t->no_health = false;
	http_endpoint_free(t->endpoint);
	free(t->url);
	t->endpoint = NULL;
	t->answers = false;
	t->stored_waits = false;
	t->url = url != NULL ? strdup(url) : NULL;
	if (t->url == NULL)
		return;
	t->tunneled = reach_api_is_tunneled(t->engine->spec, t->spec);
	t->endpoint = reach_api(t->engine->watch->options.http, t->engine->watch->options.tunnels,
		t->engine->spec, t->spec, t->url);
	if (t->endpoint == NULL) {
		char error[TEXT_NAME_MAX + 64];
		snprintf(error, sizeof error, _("%s is no usable address: http://HOST:PORT is expected"),
			t->url);
		struct observation o = {.kind = OBS_VERSION, .error = error};
		observe(t, &o);
		return;
	}
	check_token(t);
	poll_now(&t->version);
}

void target_retry(struct target *t)
{
	t->failures = 0;
	poll_now(&t->version);
	if (t->answers)
		poll_now(&t->stored);
}

void target_stored_changed(struct target *t)
{
	if (t->answers)
		poll_now(&t->stored);
}
