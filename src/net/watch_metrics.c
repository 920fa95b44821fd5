/*
 * watch_metrics.c - asks a server for its own metrics, where it has some. Most Ollamas have none, which is remembered:
 * each such question is a line in their log.
 */
#include "watch_private.h"

#include "ollama-top/ollama.h"
#include "ollama-top/requests.h"

/* A new version may bring some, and comes with a restart, after which it is asked at once. */
#define ABSENT_MS ((int64_t)60 * 60 * 1000)

static void ask_metrics(struct poll *p)
{
	struct target *t = p->owner;
	if (t->endpoint != NULL && t->answers)
		poll_send(p, t->endpoint, "/metrics", p->watch->spec->timeout_ms);
}

static void answer_metrics(struct poll *p, const struct http_response *response)
{
	struct target *t = p->owner;
	struct parse_error error;
	struct request_metrics metrics;
	/* Whether it is there at all, the other questions tell. */
	if (response->error != NULL) {
		poll_retry(p, EACH_15TH * p->watch->spec->refresh_ms);
		return;
	}
	t->has_metrics = response->status == 200 &&
			 metrics_parse_requests(response->body, response->body_len, &metrics, &error);
	if (!t->has_metrics) {
		poll_retry(p, ABSENT_MS);
		return;
	}
	struct observation o = {.kind = OBS_REQUESTS, .server = t->engine->index, .instance = t->name};
	o.u.requests.inflight = metrics.inflight;
	o.u.requests.queue = metrics.queue;
	watch_observe(p->watch, &o);
}

const struct poll_kind metrics_poll = {"metrics", EACH_5TH | OF_REQUESTS, ask_metrics, answer_metrics};
