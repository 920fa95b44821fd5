/*
 * client.c - see client.h.
 */
#include "client.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_alarm(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

/* Runs the loop until `*number` is not 0 or the time is over. */
static void run_until(struct client *c, const int *number, int ms)
{
	bool over = false;
	uv_timer_t timer;

	uv_timer_init(&c->loop, &timer);
	timer.data = &over;
	uv_timer_start(&timer, on_alarm, (uint64_t)ms, 0);
	while (!over && *number == 0)
		uv_run(&c->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&c->loop, UV_RUN_NOWAIT);
}

static bool count_data(void *user, const char *data, size_t len)
{
	struct outcome *o = user;

	(void)data;
	o->streamed += len;
	return true;
}

void client_open(struct client *c, const char *base)
{
	const struct http_endpoint_options options = {.base = base};

	memset(c, 0, sizeof *c);
	cr_assert_eq(uv_loop_init(&c->loop), 0);
	clock_init(&c->clock);
	c->http = http_new(&c->loop, &c->clock);
	cr_assert_not_null(c->http);
	if (base[0] == '\0')
		return;
	c->endpoint = http_endpoint_new(c->http, &options);
	cr_assert_not_null(c->endpoint, "no endpoint for %s", base);
}

void client_open_server(struct client *c, const struct server *server)
{
	const struct http_endpoint_options options = {
		.base = server->base,
		.unix_socket = server->path[0] != '\0' ? server->path : NULL,
	};

	client_open(c, "");
	c->endpoint = http_endpoint_new(c->http, &options);
	cr_assert_not_null(c->endpoint);
}

void client_close(struct client *c)
{
	if (c->http != NULL) {
		http_endpoint_free(c->endpoint);
		http_close(c->http);
	}
	cr_assert_eq(uv_run(&c->loop, UV_RUN_DEFAULT), 0);
	cr_assert_eq(uv_loop_close(&c->loop), 0, "handles were left open");
}

void record(void *user, const struct http_response *response)
{
	struct outcome *o = user;

	o->done++;
	o->status = response->status;
	o->body_len = response->body_len;
	o->failed = response->error != NULL;
	o->latency_ms = response->latency_ms;
	o->date_wall = response->date_wall;
	snprintf(o->error, sizeof o->error, "%s", response->error != NULL ? response->error : "");
	free(o->body);
	o->body = malloc(response->body_len + 1);
	memcpy(o->body, response->body, response->body_len + 1);
}

struct http_request *client_get(
	struct http_endpoint *endpoint, const char *path, int64_t deadline_ms, struct outcome *o)
{
	const struct http_request_options options = {
		.path = path, .deadline_ms = deadline_ms, .on_done = record, .user = o};
	struct http_request *request;

	memset(o, 0, sizeof *o);
	request = http_send(endpoint, &options);
	cr_assert_not_null(request);
	return request;
}

struct http_request *client_stream(
	struct http_endpoint *endpoint, int64_t deadline_ms, int64_t idle_ms, struct outcome *o)
{
	const struct http_request_options options = {
		.path = "/stream",
		.deadline_ms = deadline_ms,
		.idle_ms = idle_ms,
		.on_data = count_data,
		.on_done = record,
		.user = o,
	};
	struct http_request *request;

	memset(o, 0, sizeof *o);
	request = http_send(endpoint, &options);
	cr_assert_not_null(request);
	return request;
}

void client_wait(struct client *c, struct outcome *o)
{
	run_until(c, &o->done, 10000);
	cr_assert_eq(o->done, 1, "on_done was called %d times", o->done);
}

void client_run(struct client *c, int ms)
{
	const int never = 0;

	run_until(c, &never, ms);
}

void client_fetch(struct client *c, struct outcome *o)
{
	client_get(c->endpoint, "/", 2000, o);
	client_wait(c, o);
}

void outcome_clear(struct outcome *o)
{
	free(o->body);
	memset(o, 0, sizeof *o);
}

int64_t mono_ms(void)
{
	return (int64_t)(uv_hrtime() / 1000000);
}
