/*
 * doctor_probe_fleet.c - what is asked about the models, of the instance that others are compared with, and about
 * the balancer's routers.
 */
#include "doctor_probe_private.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than anybody has; Traefik's pages hold 100 unless told otherwise. */
#define PER_PAGE "?per_page=1000"

static bool ask_model(struct chain *chain);

static void on_model(struct chain *chain, const struct http_response *response)
{
	const struct instance *reference = fleet_reference(chain->app->fleet);
	struct facts *all = chain->all;
	if (response->error || !reference || chain->index >= reference->stored_count) {
		return;
	}
	const char *name = reference->stored[chain->index++].name;
	if (response->status == 200 &&
		facts_parse_model(response->body, response->body_len, name, &all->models[all->model_count])) {
		all->model_count++;
	}
	/* The next one, until an answer fails. */
	chain->next = chain_model_steps;
}

/* Reads a few bytes of the store for each model, and changes nothing though it is a POST. */
static bool ask_model(struct chain *chain)
{
	const struct instance *reference = fleet_reference(chain->app->fleet);
	if (!reference || reference->store.hung || chain->index >= reference->stored_count ||
		chain->all->model_count == FACT_MODELS_MAX) {
		return false;
	}
	cJSON *json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "model", reference->stored[chain->index].name);
	char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	const bool asked =
		text &&
		chain_ask(chain, watch_api(chain->app->watch, reference->server->index, reference->name),
			&(struct http_request_options){.method = "POST", .path = "/api/show", .json = text},
			on_model);
	cJSON_free(text);
	return asked;
}

static void say_why(struct chain *chain, const struct http_response *response, const char *path)
{
	struct facts *all = chain->all;
	if (response->error) {
		snprintf(all->routers_why, sizeof(all->routers_why), "%s", response->error);
	} else {
		snprintf(all->routers_why, sizeof(all->routers_why), "GET %s: %d", path, response->status);
	}
}

static void on_routers(struct chain *chain, const struct http_response *response)
{
	if (response->error || response->status != 200) {
		say_why(chain, response, "/api/http/routers");
		return;
	}
	chain->body = malloc(response->body_len + 1);
	if (chain->body) {
		memcpy(chain->body, response->body, response->body_len + 1);
		chain->body_len = response->body_len;
	}
}

static bool ask_routers(struct chain *chain)
{
	const char *api = chain->app->spec->traefik.api;
	if (!api) {
		return false;
	}
	chain->endpoint = http_endpoint_new(chain->app->http, &(struct http_endpoint_options){.base = api});
	return chain_ask(chain, chain->endpoint,
		&(struct http_request_options){.path = "/api/http/routers" PER_PAGE}, on_routers);
}

static void on_middlewares(struct chain *chain, const struct http_response *response)
{
	struct parse_error error;
	const bool known = !response->error && response->status == 200;
	if (!facts_parse_routers(chain->body, chain->body_len, known ? response->body : NULL,
		    response->body_len, chain->all, &error)) {
		snprintf(chain->all->routers_why, sizeof(chain->all->routers_why), "%s", error.text);
	}
}

static bool ask_middlewares(struct chain *chain)
{
	return chain->body &&
	       chain_ask(chain, chain->endpoint,
		       &(struct http_request_options){.path = "/api/http/middlewares" PER_PAGE},
		       on_middlewares);
}

const chain_step chain_model_steps[] = {ask_model, NULL};
const chain_step chain_balancer_steps[] = {ask_routers, ask_middlewares, NULL};
