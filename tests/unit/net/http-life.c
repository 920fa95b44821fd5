/*
 * Cancelling, freeing and closing, also inside callbacks; streams.
 */
#include "client.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

Test(life, close_with_requests_pending)
{
	static struct outcome o[100];
	static struct server server;
	struct client c;

	server_start(&server, serve_nothing);
	client_open_server(&c, &server);
	for (int i = 0; i < 100; i++)
		client_get(c.endpoint, "/", 5000, &o[i]);
	client_run(&c, 100);
	client_close(&c);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(o[i].done, 0);
}

Test(life, close_before_anything_ran)
{
	struct client c;
	struct outcome o;

	client_open(&c, "http://127.0.0.1:1");
	client_get(c.endpoint, "/", 5000, &o);
	client_close(&c);
	cr_assert_eq(o.done, 0);
}

Test(life, endpoint_outlives_the_client)
{
	struct client c;
	struct outcome o;
	const struct http_request_options options = {.path = "/", .on_done = record, .user = &o};

	client_open(&c, "http://127.0.0.1:1");
	http_close(c.http);
	cr_assert_null(http_send(c.endpoint, &options));
	http_endpoint_free(c.endpoint);
	c.http = NULL;
	client_close(&c);
}

/* Until the server's thread has seen so many, or 10 s. */
static void await_requests(struct client *c, struct server *server, int count)
{
	for (int i = 0; i < 500 && atomic_load(&server->requests) < count; i++)
		client_run(c, 20);
}

Test(life, cancel_in_each_state, .timeout = 60)
{
	static struct server server;
	struct client c;
	struct outcome o[70];
	struct http_request *r[70];

	server_start(&server, serve_nothing);
	client_open_server(&c, &server);
	for (int i = 0; i < 70; i++)
		r[i] = client_get(c.endpoint, "/", 30000, &o[i]);
	http_cancel(r[3]);
	await_requests(&c, &server, 64);
	http_cancel(r[69]);
	http_cancel(r[10]);
	await_requests(&c, &server, 65);
	client_run(&c, 50);
	for (int i = 0; i < 70; i++)
		cr_assert_eq(o[i].done, 0);
	cr_assert_eq(atomic_load(&server.requests), 65);
	client_close(&c);
}

/* What a callback under test does, and to whom. */
struct act {
	struct client *c;
	struct http_request *victim;
	struct http_endpoint *endpoint; /* to free, and then NULL */
	bool close, send;
	bool end; /* what on_data returns is !end */
	struct outcome outcome, second;
	int data;
};

static void perform(struct act *a)
{
	if (a->victim != NULL)
		http_cancel(a->victim);
	a->victim = NULL;
	if (a->send)
		client_get(a->c->endpoint, "/second", 2000, &a->second);
	a->send = false;
	if (a->endpoint != NULL)
		http_endpoint_free(a->endpoint);
	if (a->endpoint == a->c->endpoint)
		a->c->endpoint = NULL;
	a->endpoint = NULL;
	if (a->close) {
		http_endpoint_free(a->c->endpoint);
		http_close(a->c->http);
		a->c->http = NULL;
	}
	a->close = false;
}

static void act_done(void *user, const struct http_response *response)
{
	struct act *a = user;

	perform(a);
	record(&a->outcome, response);
}

static bool act_data(void *user, const char *data, size_t len)
{
	struct act *a = user;

	(void)data;
	(void)len;
	a->data++;
	perform(a);
	return !a->end;
}

static struct http_request *send_act(struct act *a, struct http_endpoint *endpoint, bool stream)
{
	const struct http_request_options options = {
		.path = "/",
		.deadline_ms = 2000,
		.on_data = stream ? act_data : NULL,
		.on_done = act_done,
		.user = a,
	};

	return http_send(endpoint, &options);
}

static bool serve_lines(struct server *s, int fd, const char *request)
{
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	while (!atomic_load(&s->released) && server_print(fd, "6\r\nhello\n\r\n"))
		pause_ms(10);
	server_print(fd, "0\r\n\r\n");
	return true;
}

static bool serve_mixed(struct server *s, int fd, const char *request)
{
	if (strstr(request, "/second") != NULL)
		return serve_hello(s, fd, request);
	return serve_lines(s, fd, request);
}

Test(life, on_done_cancels_another)
{
	static struct server server, hole;
	struct client c;
	struct act a = {.c = &c};
	struct outcome o;
	struct http_endpoint *to_hole;
	const struct http_endpoint_options options = {.base = hole.base};

	server_start(&server, serve_hello);
	server_start(&hole, serve_nothing);
	client_open_server(&c, &server);
	to_hole = http_endpoint_new(c.http, &options);
	a.victim = client_get(to_hole, "/", 300, &o);
	send_act(&a, c.endpoint, false);
	client_wait(&c, &a.outcome);
	cr_assert_eq(a.outcome.status, 200);
	client_run(&c, 400);
	cr_assert_eq(o.done, 0);
	outcome_clear(&a.outcome);
	http_endpoint_free(to_hole);
	client_close(&c);
}

Test(life, on_done_frees_its_own_endpoint)
{
	static struct server server;
	struct client c;
	struct act a = {.c = &c};

	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	a.endpoint = c.endpoint;
	send_act(&a, c.endpoint, false);
	client_wait(&c, &a.outcome);
	cr_assert_str_eq(a.outcome.body, "hello");
	outcome_clear(&a.outcome);
	client_close(&c);
}

Test(life, on_done_closes_the_client)
{
	static struct server server;
	struct client c;
	struct act a = {.c = &c, .close = true};
	struct outcome o;

	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	send_act(&a, c.endpoint, false);
	client_get(c.endpoint, "/", 2000, &o);
	client_wait(&c, &a.outcome);
	cr_assert_str_eq(a.outcome.body, "hello");
	outcome_clear(&a.outcome);
	client_close(&c);
	outcome_clear(&o);
}

/* A failure is reported from elsewhere than an answer: the same must hold there. */
Test(life, on_done_of_a_failure_closes_the_client)
{
	struct client c;
	struct act a = {.c = &c, .close = true};
	struct outcome o;

	client_open(&c, "http://no-such-host.invalid");
	send_act(&a, c.endpoint, false);
	client_get(c.endpoint, "/", 2000, &o);
	client_wait(&c, &a.outcome);
	outcome_clear(&a.outcome);
	client_close(&c);
	cr_assert_eq(o.done, 0);
}

Test(life, on_done_sends_again)
{
	static struct server server;
	struct client c;
	struct act a = {.c = &c, .send = true};

	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	send_act(&a, c.endpoint, false);
	client_wait(&c, &a.outcome);
	client_wait(&c, &a.second);
	cr_assert_eq(a.second.status, 200);
	cr_assert_eq(atomic_load(&server.accepted), 1);
	outcome_clear(&a.outcome);
	outcome_clear(&a.second);
	client_close(&c);
}

Test(life, on_data_cancels_its_own_request)
{
	static struct server server;
	struct client c;
	struct act a = {.c = &c};

	server_start(&server, serve_lines);
	client_open_server(&c, &server);
	a.victim = send_act(&a, c.endpoint, true);
	client_run(&c, 200);
	cr_assert_eq(a.data, 1);
	cr_assert_eq(a.outcome.done, 0);
	client_close(&c);
}

Test(life, on_data_cancels_another_and_sends)
{
	static struct server server;
	struct client c;
	struct act a = {.c = &c, .send = true};
	struct outcome o;
	struct http_request *other;

	server_start(&server, serve_mixed);
	client_open_server(&c, &server);
	other = client_stream(c.endpoint, 2000, 0, &o);
	client_run(&c, 100);
	cr_assert(o.streamed > 0);
	a.victim = other;
	send_act(&a, c.endpoint, true);
	client_wait(&c, &a.second);
	cr_assert_eq(a.second.status, 200, "%s", a.second.error);
	cr_assert_eq(o.done, 0);
	cr_assert(a.data > 0);
	outcome_clear(&a.second);
	client_close(&c);
}

Test(life, on_data_frees_its_own_endpoint)
{
	static struct server server;
	struct client c;
	struct act a = {.c = &c};

	server_start(&server, serve_lines);
	client_open_server(&c, &server);
	a.endpoint = c.endpoint;
	send_act(&a, c.endpoint, true);
	client_run(&c, 200);
	cr_assert_eq(a.data, 1);
	cr_assert_eq(a.outcome.done, 0);
	client_close(&c);
}

Test(life, on_data_closes_the_client)
{
	static struct server server;
	struct client c;
	struct act a = {.c = &c, .close = true};

	server_start(&server, serve_lines);
	client_open_server(&c, &server);
	send_act(&a, c.endpoint, true);
	client_run(&c, 200);
	cr_assert_eq(a.data, 1);
	cr_assert_eq(a.outcome.done, 0);
	client_close(&c);
}

Test(life, on_data_ends_the_stream)
{
	static struct server server;
	struct client c;
	struct act a = {.c = &c, .end = true};

	server_start(&server, serve_lines);
	client_open_server(&c, &server);
	send_act(&a, c.endpoint, true);
	client_wait(&c, &a.outcome);
	cr_assert_eq(a.data, 1);
	cr_assert_str_eq(a.outcome.error, "cancelled");
	outcome_clear(&a.outcome);
	client_close(&c);
}

Test(stream, outlives_its_deadline_and_ends_well)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_lines);
	client_open_server(&c, &server);
	client_stream(c.endpoint, 200, 0, &o);
	client_run(&c, 500);
	cr_assert_eq(o.done, 0, "%s", o.error);
	cr_assert(o.streamed > 60);
	atomic_store(&server.released, true);
	client_wait(&c, &o);
	cr_assert_eq(o.status, 200);
	cr_assert_str_eq(o.error, "");
	cr_assert_str_eq(o.body, "");
	outcome_clear(&o);
	client_close(&c);
}

Test(stream, has_a_deadline_until_the_headers)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_nothing);
	client_open_server(&c, &server);
	client_stream(c.endpoint, 300, 0, &o);
	client_wait(&c, &o);
	cr_assert_str_eq(o.error, "timed out after 300ms");
	outcome_clear(&o);
	client_close(&c);
}

static bool serve_silence(struct server *s, int fd, const char *request)
{
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 10 && server_print(fd, "6\r\nhello\n\r\n"); i++)
		pause_ms(50);
	return serve_nothing(s, fd, request);
}

Test(stream, ends_after_silence)
{
	static struct server server;
	struct client c;
	struct outcome o;
	int64_t start = mono_ms();

	server_start(&server, serve_silence);
	client_open_server(&c, &server);
	client_stream(c.endpoint, 2000, 300, &o);
	client_wait(&c, &o);
	cr_assert_str_eq(o.error, "nothing came for 300ms");
	cr_assert_eq(o.streamed, 60);
	cr_assert(mono_ms() - start >= 750 && mono_ms() - start < 15000);
	outcome_clear(&o);
	client_close(&c);
}

static bool serve_refusal(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	return server_print(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nno such");
}

Test(stream, gives_the_body_of_an_error)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_refusal);
	client_open_server(&c, &server);
	client_stream(c.endpoint, 2000, 0, &o);
	client_wait(&c, &o);
	cr_assert_eq(o.status, 404);
	cr_assert_str_eq(o.body, "no such");
	cr_assert_eq(o.streamed, 0);
	outcome_clear(&o);
	client_close(&c);
}

static bool serve_flood(struct server *s, int fd, const char *request)
{
	static const char block[65536];

	(void)s;
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", HTTP_BODY_MAX + sizeof block);
	for (size_t sent = 0; sent < HTTP_BODY_MAX + sizeof block; sent += sizeof block)
		if (!server_write(fd, block, sizeof block))
			return false;
	return true;
}

Test(stream, has_no_cap, .timeout = 30)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_flood);
	client_open_server(&c, &server);
	client_stream(c.endpoint, 2000, 0, &o);
	client_wait(&c, &o);
	cr_assert_str_eq(o.error, "");
	cr_assert_eq(o.streamed, HTTP_BODY_MAX + 65536);
	outcome_clear(&o);
	client_close(&c);
}
