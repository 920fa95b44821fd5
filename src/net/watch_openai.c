/*
 * watch_openai.c - asks what speaks OpenAI's API alone: whether it is well and which models it serves. It has none of
 * the other things that Ollama is asked for.
 */
#include "watch_private.h"

#include "ollama-top/ollama.h"
#include "ollama-top/openai.h"

#include <stdio.h>

/* vLLM and llama.cpp's server have it, without a token and while they are busy; others only list their models. */
static const char *health_path(const struct target *t)
{
	return t->no_health ? "/v1/models" : "/health";
}

static void ask_health(struct poll *p)
{
	struct target *t = p->owner;
	if (t->endpoint != NULL && target_is_open(t))
		poll_send(p, t->endpoint, health_path(t), p->watch->spec->timeout_ms);
}

static void answer_health(struct poll *p, const struct http_response *response)
{
	struct target *t = p->owner;
	char text[256], what[32];
	if (response->error == NULL && response->status == 404 && !t->no_health) {
		t->no_health = true;
		poll_now(p);
		return;
	}
	snprintf(what, sizeof what, "GET %s", health_path(t));
	const char *failed = response_error(response, what, openai_parse_refusal, text, sizeof text);
	if (failed != NULL)
		target_unwell(t, response, failed);
	else
		target_well(t, NULL, response->latency_ms);
}

static void ask_served(struct poll *p)
{
	struct target *t = p->owner;
	if (t->endpoint != NULL && t->answers)
		poll_send(p, t->endpoint, "/v1/models", p->watch->spec->timeout_ms);
}

static void answer_served(struct poll *p, const struct http_response *response)
{
	struct target *t = p->owner;
	char text[256];
	struct parse_error error;
	struct model_loaded *models = NULL;
	size_t count = 0;
	struct observation o = {.kind = OBS_LOADED, .server = t->engine->index, .instance = t->name};
	o.error = response_error(response, "GET /v1/models", openai_parse_refusal, text, sizeof text);
	if (o.error == NULL &&
		!openai_parse_models(response->body, response->body_len, &models, &count, &error))
		o.error = error.text;
	o.u.loaded.models = models;
	o.u.loaded.count = count;
	watch_observe(p->watch, &o);
	if (o.error == NULL)
		t->loaded_count = count;
	ollama_free_loaded(models, count);
}

const struct poll_kind health_poll = {"health", EACH_REFRESH, ask_health, answer_health};
/* Follows each answer of the health. */
const struct poll_kind served_poll = {"served", ON_DEMAND, ask_served, answer_served};
