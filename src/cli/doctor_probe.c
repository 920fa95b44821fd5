#include "doctor_probe.h"

#include "doctor_probe_private.h"

#include <stdlib.h>
#include <string.h>

/* So many instances of one server are asked at a time: each exec costs its engine some CPU. */
#define ABREAST 4

struct prober {
	struct app *app;
	struct facts *facts;
	uv_timer_t start;
	struct chain *chains;
	size_t chain_count, left;
	size_t *abreast; /* of each server */
	bool closed;
	void (*on_done)(void *user);
	void *user;
};

static void start_more(struct prober *prober);

static void chain_over(struct chain *chain)
{
	struct prober *prober = chain->prober;
	chain->over = true;
	prober->left--;
	if (chain->facts) {
		prober->abreast[chain->facts->server]--;
	}
	if (prober->left == 0) {
		prober->on_done(prober->user);
	} else {
		start_more(prober);
	}
}

void chain_next(struct chain *chain)
{
	while (*chain->next) {
		if ((*chain->next++)(chain)) {
			return;
		}
	}
	chain_over(chain);
}

static void on_answer(void *user, const struct http_response *response)
{
	struct chain *chain = user;
	chain->request = NULL;
	chain->on_answer(chain, response);
	chain_next(chain);
}

bool chain_ask(struct chain *chain, struct http_endpoint *endpoint, struct http_request_options *options,
	chain_answer_fn *answer)
{
	options->deadline_ms = chain->app->spec->timeout_ms;
	options->on_done = on_answer;
	options->user = chain;
	chain->on_answer = answer;
	chain->request = endpoint ? http_send(endpoint, options) : NULL;
	return chain->request != NULL;
}

static void on_executed(void *user, const struct exec_result *result)
{
	struct chain *chain = user;
	chain->exec = NULL;
	uv_timer_stop(&chain->deadline);
	chain->on_exec(chain, result);
	chain_next(chain);
}

/* The engine does not end a command that hangs, and its stream has no deadline. */
static void on_deadline(uv_timer_t *timer)
{
	struct chain *chain = timer->data;
	exec_cancel(chain->exec);
	chain->exec = NULL;
	chain->on_exec(chain, NULL);
	chain_next(chain);
}

bool chain_exec(struct chain *chain, const char *const *argv, chain_exec_fn *done)
{
	chain->on_exec = done;
	chain->exec = watch_exec(
		chain->app->watch, chain->facts->server, chain->facts->name, argv, on_executed, chain);
	if (!chain->exec) {
		return false;
	}
	uv_timer_start(&chain->deadline, on_deadline, (uint64_t)(2 * chain->app->spec->timeout_ms), 0);
	return true;
}

const struct instance *chain_instance(const struct chain *chain)
{
	return fleet_instance(&chain->app->fleet->servers[chain->facts->server], chain->facts->name);
}

static void start_more(struct prober *prober)
{
	for (size_t i = 0; i < prober->chain_count && !prober->closed; i++) {
		struct chain *chain = &prober->chains[i];
		size_t *abreast = chain->facts ? &prober->abreast[chain->facts->server] : NULL;
		if (chain->started || (abreast && *abreast == ABREAST)) {
			continue;
		}
		chain->started = true;
		if (abreast) {
			++*abreast;
		}
		chain_next(chain);
		if (prober->left == 0) {
			return;
		}
	}
}

static void on_start(uv_timer_t *timer)
{
	start_more(timer->data);
}

static void add_chain(struct prober *prober, struct facts_instance *facts, const chain_step *steps)
{
	struct chain *chain = &prober->chains[prober->chain_count++];
	chain->prober = prober;
	chain->app = prober->app;
	chain->all = prober->facts;
	chain->facts = facts;
	chain->next = steps;
	uv_timer_init(&prober->app->loop, &chain->deadline);
	chain->deadline.data = chain;
}

struct prober *prober_start(struct app *app, struct facts *facts, void (*on_done)(void *user), void *user)
{
	struct prober *prober = calloc(1, sizeof(*prober));
	if (!prober) {
		return NULL;
	}
	*prober = (struct prober){.app = app, .facts = facts, .on_done = on_done, .user = user};
	prober->chains = calloc(facts->instance_count + 2, sizeof(*prober->chains));
	prober->abreast = calloc(app->fleet->server_count + 1, sizeof(*prober->abreast));
	if (!prober->chains || !prober->abreast) {
		prober_free(prober);
		return NULL;
	}
	for (size_t i = 0; i < facts->instance_count; i++) {
		add_chain(prober, &facts->instances[i], chain_instance_steps);
	}
	add_chain(prober, NULL, chain_model_steps);
	add_chain(prober, NULL, chain_balancer_steps);
	prober->left = prober->chain_count;
	uv_timer_init(&app->loop, &prober->start);
	prober->start.data = prober;
	uv_timer_start(&prober->start, on_start, 0, 0);
	return prober;
}

void prober_close(struct prober *prober)
{
	if (!prober || prober->closed) {
		return;
	}
	prober->closed = true;
	for (size_t i = 0; i < prober->chain_count; i++) {
		struct chain *chain = &prober->chains[i];
		if (chain->request) {
			http_cancel(chain->request);
		}
		exec_cancel(chain->exec);
		chain->request = NULL;
		chain->exec = NULL;
		http_endpoint_free(chain->endpoint);
		chain->endpoint = NULL;
		uv_close((uv_handle_t *)&chain->deadline, NULL);
	}
	uv_close((uv_handle_t *)&prober->start, NULL);
}

void prober_free(struct prober *prober)
{
	if (!prober) {
		return;
	}
	for (size_t i = 0; prober->chains && i < prober->chain_count; i++) {
		free(prober->chains[i].body);
	}
	free(prober->chains);
	free(prober->abreast);
	free(prober);
}
