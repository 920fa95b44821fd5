#include "watch_private.h"

#include "ollama-top/i18n.h"
#include "ollama-top/traefik.h"

#include <stdio.h>
#include <string.h>

static void failed(struct watch *w, const char *error)
{
	struct observation o = {.kind = OBS_BALANCER, .error = error}, retry = {.kind = OBS_RETRY};
	watch_observe(w, &o);
	w->balancer_failures++;
	poll_retry(&w->balancer, backoff_ms(w->spec->refresh_ms, w->balancer_failures));
	if (w->balancer.due == POLL_NEVER)
		return;
	retry.u.retry.of = RETRY_BALANCER;
	retry.u.retry.retry_at = w->balancer.due;
	watch_observe(w, &retry);
}

static void service_path(const char *service, char *path, size_t size)
{
	char part[3 * TEXT_NAME_MAX + 1];
	http_encode(part, sizeof part, service);
	snprintf(path, size, "/api/http/services/%s%s", part, strchr(part, '@') == NULL ? "@file" : "");
}

static void ask_balancer(struct poll *p)
{
	struct watch *w = p->owner;
	char path[4 * TEXT_NAME_MAX];
	service_path(
		w->spec->traefik.service != NULL ? w->spec->traefik.service : "ollama", path, sizeof path);
	poll_send(p, w->traefik, path, w->spec->timeout_ms);
}

static void no_refusal(const char *body, size_t len, char *text, size_t size)
{
	(void)body;
	(void)len;
	if (size > 0)
		*text = '\0';
}

static void answer_balancer(struct poll *p, const struct http_response *response)
{
	struct watch *w = p->owner;
	char text[256];
	struct parse_error error;
	struct observation o = {.kind = OBS_BALANCER};
	struct balancer_server *servers = NULL;
	size_t count = 0;
	const char *wrong = response_error(response, "GET /api/http/services", no_refusal, text, sizeof text);
	if (response->error == NULL && response->status == 404) {
		snprintf(text, sizeof text, _("Traefik knows no service %s@file"), w->spec->traefik.service);
		wrong = text;
	}
	if (wrong == NULL &&
		!traefik_parse_service(response->body, response->body_len, &servers, &count, &error))
		wrong = error.text;
	if (wrong != NULL) {
		failed(w, wrong);
		return;
	}
	w->balancer_failures = 0;
	o.u.balancer.servers = servers;
	o.u.balancer.count = count;
	o.u.balancer.latency_ms = response->latency_ms;
	watch_observe(w, &o);
	traefik_free_servers(servers, count);
}

static const struct poll_kind balancer_poll = {"balancer", EACH_5TH, ask_balancer, answer_balancer};

void balancer_start(struct watch *w)
{
	poll_init(&w->balancer, &balancer_poll, w, w, 0);
	if (w->spec->traefik.api == NULL)
		return;
	w->traefik = http_endpoint_new(
		w->options.http, &(struct http_endpoint_options){.base = w->spec->traefik.api});
	if (w->traefik != NULL)
		poll_now(&w->balancer);
	else
		failed(w, _("the address of Traefik's API is not usable: http://HOST:PORT is expected"));
}

void balancer_free(struct watch *w)
{
	if (w->traefik == NULL)
		return;
	poll_cancel(&w->balancer);
	http_endpoint_free(w->traefik);
	w->traefik = NULL;
}
