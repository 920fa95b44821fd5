/*
 * http-queue.c - the order of requests: who waits, who may start, who is late; see http-private.h.
 */
#include "http-private.h"
#include "ollama-top/i18n.h"

#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/*
 * A transfer takes libcurl some 12 KiB while it runs, and what a burst of a thousand leaves behind in the
 * heap stays. So while many run, further ones start a few at a time: a rate, not a limit, so that servers
 * that never answer cannot keep the others waiting. When such a crowd is gone, the C library is told to give
 * back the pages that it left, which it would keep for ever.
 */
#define CROWD         ((size_t)128)
#define CROWD_STARTS  ((size_t)32)
#define CROWD_MS      5
#define CROWD_GONE_MS 5000

static void mark_ready(struct http_host *host)
{
	if (host->ready || host->in_flight >= HTTP_IN_FLIGHT_MAX || TAILQ_EMPTY(&host->queue))
		return;
	host->ready = true;
	TAILQ_INSERT_TAIL(&host->http->ready, host, in_ready);
	http_kick(host->http);
}

static struct request_list *line_of(struct http_request *r)
{
	switch (r->state) {
	case REQUEST_QUEUED:
		return &r->endpoint->host->queue;
	case REQUEST_RESOLVING:
	case REQUEST_RUNNING:
		return &r->endpoint->host->active;
	case REQUEST_FAILED:
		return &r->http->failed;
	default:
		return NULL;
	}
}

/* Takes the request out of the line it stands in; its place may go to the next. */
static void leave_line(struct http_request *r)
{
	struct request_list *line = line_of(r);
	struct http_host *host = r->endpoint->host;

	TAILQ_REMOVE(line, r, in_line);
	if (line == &host->active) {
		host->in_flight--;
		r->http->in_flight--;
		mark_ready(host);
		if (!TAILQ_EMPTY(&r->http->ready))
			http_kick(r->http);
	}
}

/* Ends a request that is not done; on_done follows from the loop. */
static void fail(struct http_request *r, const char *why)
{
	if (r->state == REQUEST_RUNNING)
		http_transfer_stop(r);
	leave_line(r);
	r->error = strdup(why);
	r->state = REQUEST_FAILED;
	TAILQ_INSERT_TAIL(&r->http->failed, r, in_line);
	http_kick(r->http);
}

static void report_failed(struct http *http)
{
	struct http_request *r;

	while ((r = TAILQ_FIRST(&http->failed)) != NULL) {
		const struct http_response response = {
			.status = r->status, /* NOLINT(clang-analyzer-unix.Malloc): it leaves the list */
			.body = "",
			.date_wall = r->date_wall,
			.error = r->error != NULL ? r->error : _("out of memory"),
		};

		http_request_report(r, &response);
	}
}

static void count(struct http_request *r)
{
	r->http->sent++;
	r->endpoint->sent++;
	if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "HEAD") != 0)
		r->http->changing++;
}

/* `r` has a place: sends it, or lets it wait for its host's name. */
static void begin(struct http_request *r)
{
	struct name *name = &r->endpoint->host->name;
	char why[HTTP_ERROR_MAX];

	r->state = REQUEST_RESOLVING;
	switch (name_want(name)) {
	case NAME_PENDING:
		return;
	case NAME_FAILED:
		fail(r, name->error);
		return;
	case NAME_READY:
		break;
	}
	if (!http_transfer_start(r, why, sizeof why)) {
		fail(r, why);
		return;
	}
	r->state = REQUEST_RUNNING;
	count(r);
}

static void on_crowd_gone(uv_timer_t *timer)
{
	const struct http *http = timer->data;

	if (http->in_flight >= CROWD)
		return;
	uv_timer_stop(timer);
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

/* True when one more may start now. */
static bool may_start(struct http *http)
{
	if (http->in_flight < CROWD)
		return true;
	if (!uv_is_active((const uv_handle_t *)&http->tidy_timer))
		uv_timer_start(&http->tidy_timer, on_crowd_gone, CROWD_GONE_MS, CROWD_GONE_MS);
	if (http->starts_left == 0)
		return false;
	http->starts_left--;
	return true;
}

/* Starts what waits for a place on this host; false when it must wait for the crowd instead. */
static bool start_queued(struct http_host *host)
{
	struct http_request *r;

	while (host->in_flight < HTTP_IN_FLIGHT_MAX && (r = TAILQ_FIRST(&host->queue)) != NULL) {
		if (!may_start(host->http))
			return false;
		TAILQ_REMOVE(&host->queue, r, in_line);
		TAILQ_INSERT_TAIL(&host->active, r, in_line);
		host->in_flight++;
		host->http->in_flight++;
		begin(r);
	}
	return true;
}

static void on_pace(uv_timer_t *timer)
{
	struct http *http = timer->data;

	http->starts_left = CROWD_STARTS;
	http_kick(http);
}

/* Hosts take turns: one that must wait goes to the end of the line. */
static void start_ready(struct http *http)
{
	struct http_host *host;

	while ((host = TAILQ_FIRST(&http->ready)) != NULL) {
		TAILQ_REMOVE(&http->ready, host, in_ready);
		host->ready = false;
		if (!start_queued(host)) {
			mark_ready(host);
			if (!uv_is_active((const uv_handle_t *)&http->pace_timer))
				uv_timer_start(&http->pace_timer, on_pace, CROWD_MS, 0);
			return;
		}
	}
}

static void on_kick(uv_idle_t *idle)
{
	struct http *http = idle->data;

	uv_idle_stop(idle);
	report_failed(http);
	start_ready(http);
	if (http->curl_due && !http->closing)
		http_multi_run(http);
}

static void on_deadline(uv_timer_t *timer)
{
	struct http *http = timer->data;
	int64_t now = clock_mono_ms(http->clock);
	int64_t next = INT64_MAX;
	struct http_request *r;

	http->check_at = INT64_MAX;
	TAILQ_FOREACH(r, &http->all, in_http)
	{
		if (r->deadline_at == 0 || r->state == REQUEST_FAILED)
			continue;
		if (r->deadline_at <= now) {
			char why[HTTP_ERROR_MAX];

			http_timeout_text(r, why, sizeof why);
			fail(r, why);
		} else if (r->deadline_at < next) {
			next = r->deadline_at;
		}
	}
	if (next != INT64_MAX)
		http_deadline_watch(http, next);
}

void http_kick(struct http *http)
{
	if (!http->finished)
		uv_idle_start(&http->kick, on_kick);
}

void http_deadline_watch(struct http *http, int64_t at)
{
	int64_t wait = at - clock_mono_ms(http->clock);

	if (at >= http->check_at || http->finished)
		return;
	http->check_at = at;
	uv_timer_start(&http->deadline_timer, on_deadline, wait > 0 ? (uint64_t)wait : 0, 0);
}

void http_host_resolved(void *user)
{
	struct http_host *host = user;
	struct http_request *r = TAILQ_FIRST(&host->active);

	while (r != NULL) {
		struct http_request *next = TAILQ_NEXT(r, in_line);

		if (r->state == REQUEST_RESOLVING)
			begin(r);
		r = next;
	}
}

void http_request_unlink(struct http_request *r)
{
	leave_line(r);
	TAILQ_REMOVE(&r->http->all, r, in_http);
	TAILQ_REMOVE(&r->endpoint->requests, r, in_endpoint);
}

void http_request_free(struct http_request *r)
{
	http_buffer_keep(r->http, &r->body);
	free(r->error);
	free(r);
}

void http_request_report(struct http_request *r, const struct http_response *response)
{
	http_request_unlink(r);
	r->state = REQUEST_DONE;
	r->on_done(r->user, response);
	http_request_free(r);
}

void http_enqueue(struct http_request *r)
{
	struct http *http = r->http;

	r->state = REQUEST_QUEUED;
	TAILQ_INSERT_TAIL(&http->all, r, in_http);
	TAILQ_INSERT_TAIL(&r->endpoint->requests, r, in_endpoint);
	TAILQ_INSERT_TAIL(&r->endpoint->host->queue, r, in_line);
	if (r->deadline_ms > 0) {
		r->deadline_at = clock_mono_ms(http->clock) + r->deadline_ms;
		http_deadline_watch(http, r->deadline_at);
	}
	mark_ready(r->endpoint->host);
}
