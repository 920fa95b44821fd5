/*
 * Requests that go well: what is sent, what comes back, connections that are kept.
 */
#include "client.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Test(http, gives_status_body_and_date)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	client_fetch(&c, &o);
	cr_assert_eq(o.status, 200);
	cr_assert_str_eq(o.body, "hello");
	cr_assert_eq(o.body_len, 5);
	cr_assert_str_eq(o.error, "");
	cr_assert_eq(o.date_wall, INT64_C(784111777000));
	cr_assert(o.latency_ms > 0 && o.latency_ms < 10000);
	outcome_clear(&o);
	client_close(&c);
}

Test(http, sends_what_it_should_and_no_more)
{
	static struct server server;
	struct client c;
	struct outcome o;

	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	client_get(c.endpoint, "/a/../b?q=%20&r", 2000, &o);
	client_wait(&c, &o);
	cr_assert_eq(o.status, 200, "a proxy of the environment was used: %s", o.error);
	cr_assert_eq(strncmp(server.last, "GET /a/../b?q=%20&r HTTP/1.1\r\n", 30), 0, "%s", server.last);
	cr_assert_null(strstr(server.last, "Authorization"));
	cr_assert_null(strstr(server.last, "Content-"));
	cr_assert_null(strstr(server.last, "Cookie"));
	outcome_clear(&o);
	client_close(&c);
}

Test(http, sends_json_with_a_post)
{
	static struct server server;
	struct client c;
	struct outcome o = {0};
	const struct http_request_options post = {
		.method = "POST",
		.path = "/api/pull",
		.json = "{\"model\": \"a\"}",
		.deadline_ms = 2000,
		.on_done = record,
		.user = &o,
	};
	uint64_t total, changing;

	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	cr_assert_not_null(http_send(c.endpoint, &post));
	client_wait(&c, &o);
	cr_assert_eq(o.status, 200);
	cr_assert_eq(strncmp(server.last, "POST /api/pull HTTP/1.1\r\n", 25), 0, "%s", server.last);
	cr_assert_not_null(strstr(server.last, "Content-Type: application/json\r\n"));
	cr_assert_not_null(strstr(server.last, "\r\n\r\n{\"model\": \"a\"}"));
	cr_assert_null(strstr(server.last, "Expect"));
	outcome_clear(&o);
	client_fetch(&c, &o);
	cr_assert_eq(strncmp(server.last, "GET / HTTP/1.1\r\n", 16), 0, "the POST stuck to its handle: %s",
		server.last);
	cr_assert_null(strstr(server.last, "Content-"));
	http_counts(c.http, &total, &changing);
	cr_assert_eq(total, 2);
	cr_assert_eq(changing, 1);
	outcome_clear(&o);
	client_close(&c);
}

Test(http, sends_other_methods)
{
	static const char *const methods[] = {"DELETE", "HEAD", "PUT"};
	static struct server server;
	struct client c;

	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	for (size_t i = 0; i < 3; i++) {
		struct outcome o = {0};
		const struct http_request_options options = {
			.method = methods[i],
			.path = "/x",
			.deadline_ms = 2000,
			.on_done = record,
			.user = &o,
		};
		char line[64];

		snprintf(line, sizeof line, "%s /x HTTP/1.1\r\n", methods[i]);
		cr_assert_not_null(http_send(c.endpoint, &options));
		client_wait(&c, &o);
		cr_assert_eq(o.status, 200, "%s: %s", methods[i], o.error);
		cr_assert_eq(strncmp(server.last, line, strlen(line)), 0, "%s", server.last);
		outcome_clear(&o);
	}
	client_close(&c);
}

Test(http, keeps_the_connection)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	for (int i = 0; i < 50; i++) {
		client_fetch(&c, &o);
		cr_assert_eq(o.status, 200);
		cr_assert_eq(http_open_connections(c.endpoint), 1);
		outcome_clear(&o);
	}
	cr_assert_eq(atomic_load(&server.accepted), 1);
	cr_assert_eq(atomic_load(&server.requests), 50);
	client_close(&c);
}

Test(http, keeps_none_of_an_endpoint_whose_connections_pass)
{
	static struct server server;
	struct client c;
	struct outcome o;
	char base[64];

	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	snprintf(base, sizeof base, "http://127.0.0.1:%d", server.port);
	struct http_endpoint *passing =
		http_endpoint_new(c.http, &(struct http_endpoint_options){.base = base, .passing = true});
	struct http_own own;
	http_own_begin(passing, &own);
	for (int i = 0; i < 5; i++) {
		client_get(passing, "/", 2000, &o);
		client_wait(&c, &o);
		cr_assert_eq(o.status, 200, "%s", o.error);
		cr_assert_eq(http_open_connections(passing), 0);
		outcome_clear(&o);
	}
	http_own_end(passing, &own);
	cr_expect_eq(own.least, 0);
	cr_expect_eq(own.most, 5, "who counted meanwhile may have seen each of them");
	cr_assert_eq(atomic_load(&server.accepted), 5);
	/* The handles are the same; the next endpoint's connection is kept. */
	http_own_begin(c.endpoint, &own);
	for (int i = 0; i < 5; i++) {
		client_fetch(&c, &o);
		outcome_clear(&o);
	}
	http_own_end(c.endpoint, &own);
	cr_expect_eq(own.least, 0);
	cr_expect_eq(own.most, 1);
	cr_assert_eq(atomic_load(&server.accepted), 6);
	http_endpoint_free(passing);
	client_close(&c);
}

static bool serve_once(struct server *server, int fd, const char *request)
{
	serve_hello(server, fd, request);
	return false;
}

Test(http, connects_again_when_the_server_hung_up)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_once);
	client_open_server(&c, &server);
	for (int i = 0; i < 5; i++) {
		client_fetch(&c, &o);
		cr_assert_eq(o.status, 200, "%s", o.error);
		outcome_clear(&o);
		client_run(&c, 20);
	}
	cr_assert_eq(atomic_load(&server.accepted), 5);
	client_close(&c);
}

/* A kept connection that the server closes must not turn the loop into a busy one. */
Test(http, sleeps_beside_a_connection_that_was_hung_up)
{
	static struct server server;
	struct client c;
	struct outcome o;
	struct timespec before, after;

	server_start(&server, serve_once);
	client_open_server(&c, &server);
	client_fetch(&c, &o);
	outcome_clear(&o);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
	client_run(&c, 500);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
	cr_assert(after.tv_sec == before.tv_sec && after.tv_nsec - before.tv_nsec < 100000000);
	client_close(&c);
}

Test(http, does_not_hold_the_loop_when_idle)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	client_get(c.endpoint, "/", 2000, &o);
	cr_assert_eq(uv_run(&c.loop, UV_RUN_DEFAULT), 0, "a kept connection holds the loop");
	cr_assert_eq(o.status, 200);
	outcome_clear(&o);
	client_close(&c);
}

static bool serve_slowly(struct server *server, int fd, const char *request)
{
	pause_ms(30);
	return serve_hello(server, fd, request);
}

Test(http, never_has_more_than_64_in_flight, .timeout = 30)
{
	static struct outcome outcomes[200];
	static struct server server;
	struct client c;
	struct http_endpoint *other;
	const struct http_endpoint_options same_host = {.base = server.base};

	server_start(&server, serve_slowly);
	client_open_server(&c, &server);
	other = http_endpoint_new(c.http, &same_host);
	for (int i = 0; i < 200; i++)
		client_get(i % 2 == 0 ? c.endpoint : other, "/", 5000, &outcomes[i]);
	for (int i = 0; i < 200; i++) {
		client_wait(&c, &outcomes[i]);
		cr_assert_eq(outcomes[i].status, 200, "%d: %s", i, outcomes[i].error);
		outcome_clear(&outcomes[i]);
	}
	cr_assert_eq(atomic_load(&server.most_open), HTTP_IN_FLIGHT_MAX);
	cr_assert_eq(atomic_load(&server.requests), 200);
	http_endpoint_free(other);
	client_close(&c);
}

Test(http, lets_deadlines_run_in_the_line, .timeout = 30)
{
	static struct outcome outcomes[66];
	static struct server server;
	struct client c;
	int64_t start;

	server_start(&server, serve_nothing);
	client_open_server(&c, &server);
	for (int i = 0; i < 64; i++)
		client_get(c.endpoint, "/", 20000, &outcomes[i]);
	start = mono_ms();
	client_get(c.endpoint, "/", 300, &outcomes[64]);
	client_wait(&c, &outcomes[64]);
	cr_assert_str_eq(outcomes[64].error, "timed out after 300ms waiting for earlier requests");
	cr_assert(mono_ms() - start < 10000);
	for (int i = 0; i < 500 && atomic_load(&server.requests) < 64; i++)
		client_run(&c, 20);
	cr_assert_eq(atomic_load(&server.requests), 64);
	for (int i = 0; i < 65; i++)
		outcome_clear(&outcomes[i]);
	client_close(&c);
}

Test(http, tells_zero_latency_under_a_still_clock)
{
	static struct server server;
	struct client c;
	struct outcome o;

	setenv("OLLAMA_TOP_STILL_CLOCK", "2026-01-01T12:04:31Z", 1);
	server_start(&server, serve_slowly);
	client_open_server(&c, &server);
	client_fetch(&c, &o);
	cr_assert_eq(o.latency_ms, 0);
	cr_assert_eq(clock_wall_ms(&c.clock), INT64_C(1767269071000));
	outcome_clear(&o);
	client_close(&c);
}

/* The time to connect counts once, waiting for a place never. */
Test(http, measures_from_the_request_to_the_first_byte)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_slowly);
	client_open_server(&c, &server);
	for (int i = 0; i < 3; i++) {
		client_fetch(&c, &o);
		cr_assert(o.latency_ms >= 20 && o.latency_ms < 1000, "%f", o.latency_ms);
		outcome_clear(&o);
	}
	client_close(&c);
}

Test(http, takes_only_plain_bases)
{
	static const char *const bad[] = {"", "ftp://127.0.0.1", "http://", "http://127.0.0.1/path",
		"http://user:secret@127.0.0.1", "127.0.0.1", "http://127.0.0.1?q", "http://127.0.0.1#f",
		"http://127.0.0.1:99999", "http://a b", "http://b\303\274cher.test", "file:///etc/passwd"};
	struct client c;

	client_open(&c, "http://127.0.0.1");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const struct http_endpoint_options options = {.base = bad[i]};

		cr_assert_null(http_endpoint_new(c.http, &options), "%s", bad[i]);
	}
	client_close(&c);
}

Test(http, encodes_names)
{
	static const struct {
		const char *text;
		size_t size;
		const char *encoded;
	} cases[] = {
		{"ollama-1_a.b~c@file", 64, "ollama-1_a.b~c@file"},
		{"a b/c?d=e&f%g+h#i:j", 64, "a%20b%2Fc%3Fd%3De%26f%25g%2Bh%23i%3Aj"},
		{"\xc3\xa4\x01\xff", 64, "%C3%A4%01%FF"},
		{"", 64, ""},
		{"a/b", 6, "a%2F"},
		{"a/b", 5, "a%2F"},
		{"a/b", 4, "a"},
		{"abc", 1, ""},
	};
	char dst[64];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		memset(dst, '!', sizeof dst);
		http_encode(dst, cases[i].size, cases[i].text);
		cr_expect_str_eq(dst, cases[i].encoded, "%s in %zu", cases[i].text, cases[i].size);
		cr_expect(cases[i].size == sizeof dst || dst[cases[i].size] == '!');
	}
	dst[0] = '!';
	http_encode(dst, 0, "a");
	cr_expect_eq(dst[0], '!', "nothing is written where there is no room");
}
