/*
 * http.c - the life of the client and its requests; see http.h and http-private.h.
 */
#include "ollama-top/http.h"

#include "http-private.h"
#include "ollama-top/i18n.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Open files that a thousand instances take, and the most that is asked for. */
#define FILES_WANTED ((rlim_t)4096)

static void free_when_closed(struct http *http)
{
	if (http->handles > 0 || http->resolver.running > 0)
		return;
	free(http->files);
	curl_global_cleanup();
	free(http);
}

static void on_resolver_idle(void *user)
{
	struct http *http = user;

	if (http->finished)
		free_when_closed(http);
}

static void on_closed(uv_handle_t *handle)
{
	http_handle_closed(handle->data);
}

static void bury_dead(struct http *http)
{
	struct http_request *r;

	while ((r = TAILQ_FIRST(&http->dead)) != NULL) {
		TAILQ_REMOVE(&http->dead, r, in_line);
		http_transfer_stop(r);
		http_request_free(r);
	}
}

static void finish_close(struct http *http)
{
	http->finished = true;
	bury_dead(http);
	http_transfer_pool_free(http);
	http_multi_close(http);
	uv_close((uv_handle_t *)&http->kick, on_closed);
	uv_close((uv_handle_t *)&http->curl_timer, on_closed);
	uv_close((uv_handle_t *)&http->deadline_timer, on_closed);
	uv_close((uv_handle_t *)&http->pace_timer, on_closed);
	uv_close((uv_handle_t *)&http->tidy_timer, on_closed);
}

/* writev() to a peer that is gone must be an error, not a signal; and each kept connection is a file. */
static void prepare_process(void)
{
	struct sigaction action;
	struct rlimit files;

	if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
		action.sa_handler = SIG_IGN;
		sigaction(SIGPIPE, &action, NULL);
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_WANTED) {
		files.rlim_cur = files.rlim_max < FILES_WANTED ? files.rlim_max : FILES_WANTED;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static void fill_request(struct http_request *r, const struct http_request_options *o, const char *method)
{
	char *p = r->text;

	r->method = p;
	p = stpcpy(p, method) + 1;
	r->url = p;
	p = stpcpy(stpcpy(p, r->endpoint->base), o->path) + 1;
	if (o->json != NULL) {
		r->json = p;
		stpcpy(p, o->json);
	}
	r->deadline_ms = o->deadline_ms;
	r->idle_ms = o->idle_ms;
	r->on_data = o->on_data;
	r->on_done = o->on_done;
	r->user = o->user;
}

void http_handle_closed(struct http *http)
{
	http->handles--;
	if (http->finished)
		free_when_closed(http);
}

void http_finish(struct http_request *r, CURLcode result)
{
	char error[HTTP_ERROR_MAX];
	struct http_response response = {
		.status = r->status,
		.body = r->body.data != NULL ? r->body.data : "",
		.body_len = r->body.len,
		.date_wall = r->date_wall,
	};

	if (result == CURLE_OK) {
		response.latency_ms = http_transfer_latency(r);
	} else {
		http_error_text(r, result, error, sizeof error);
		response.error = error;
		response.body = "";
		response.body_len = 0;
	}
	if (response.status == 401)
		http_endpoint_forget_token(r->endpoint);
	http_transfer_stop(r);
	http_request_report(r, &response);
}

void http_after_curl(struct http *http)
{
	CURLMsg *message;
	int left;

	bury_dead(http);
	while (!http->closing && (message = curl_multi_info_read(http->multi, &left)) != NULL) {
		struct http_request *r = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &r);
		http_finish(r, message->data.result);
	}
	if (http->closing && !http->finished)
		finish_close(http);
}

/*
 * At the first request: libcurl and its TLS library take some 10 ms to start, which the console's
 * first picture does not wait for.
 */
static bool open_curl(struct http *http)
{
	if (http->multi != NULL)
		return true;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	if (http_multi_open(http))
		return true;
	curl_global_cleanup();
	return false;
}

struct http *http_new(uv_loop_t *loop, const struct clock *clock)
{
	struct http *http = calloc(1, sizeof *http);

	if (http == NULL)
		return NULL;
	prepare_process();
	http->loop = loop;
	http->clock = clock;
	http->resolver = (struct resolver){.loop = loop, .on_idle = on_resolver_idle, .user = http};
	http->check_at = INT64_MAX;
	TAILQ_INIT(&http->all);
	TAILQ_INIT(&http->failed);
	TAILQ_INIT(&http->dead);
	TAILQ_INIT(&http->endpoints);
	TAILQ_INIT(&http->hosts);
	TAILQ_INIT(&http->ready);
	uv_idle_init(loop, &http->kick);
	uv_timer_init(loop, &http->curl_timer);
	uv_timer_init(loop, &http->deadline_timer);
	uv_timer_init(loop, &http->pace_timer);
	uv_timer_init(loop, &http->tidy_timer);
	uv_unref((uv_handle_t *)&http->deadline_timer);
	uv_unref((uv_handle_t *)&http->tidy_timer);
	http->kick.data = http;
	http->curl_timer.data = http;
	http->deadline_timer.data = http;
	http->pace_timer.data = http;
	http->tidy_timer.data = http;
	http->handles = 5;
	return http;
}

void http_close(struct http *http)
{
	struct http_endpoint *endpoint;

	if (http->closing)
		return;
	http->closing = true;
	while ((endpoint = TAILQ_FIRST(&http->endpoints)) != NULL)
		http_endpoint_detach(endpoint);
	if (!http->in_curl)
		finish_close(http);
}

bool http_resolver_stuck(const struct http *http)
{
	return http->resolver.running > 0;
}

struct http_request *http_send(struct http_endpoint *endpoint, const struct http_request_options *options)
{
	struct http *http = endpoint->http;
	const char *method = options->method != NULL ? options->method : "GET";
	size_t size = strlen(method) + strlen(endpoint->base) + strlen(options->path) + 2;
	struct http_request *r;

	if (http == NULL || !open_curl(http))
		return NULL;
	if (options->json != NULL)
		size += strlen(options->json) + 1;
	r = calloc(1, sizeof *r + size);
	if (r == NULL)
		return NULL;
	r->http = http;
	r->endpoint = endpoint;
	fill_request(r, options, method);
	http_enqueue(r);
	return r;
}

void http_cancel(struct http_request *r)
{
	bool running = r->state == REQUEST_RUNNING;

	if (r->state == REQUEST_DONE || r->state == REQUEST_DEAD)
		return;
	http_request_unlink(r);
	if (running && r->http->in_curl) {
		r->state = REQUEST_DEAD;
		r->endpoint = NULL;
		TAILQ_INSERT_TAIL(&r->http->dead, r, in_line);
		return;
	}
	if (running)
		http_transfer_stop(r);
	http_request_free(r);
}

void http_counts(const struct http *http, uint64_t *total, uint64_t *changing)
{
	*total = http->sent;
	*changing = http->changing;
}
