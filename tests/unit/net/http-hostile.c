/*
 * Servers that lie, stall, break off or overflow: each ends in time, with words that say what was wrong.
 */
#include "client.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void reset_on_close(int fd)
{
	const struct linger linger = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static bool serve_reset(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
	pause_ms(50);
	reset_on_close(fd);
	return false;
}

static bool serve_reset_at_once(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	reset_on_close(fd);
	return false;
}

static bool serve_close(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)fd;
	(void)request;
	return false;
}

static bool serve_short(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
	return false;
}

static bool serve_cut_chunks(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\nhalf");
	return false;
}

static bool serve_bad_chunks(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	return server_print(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf");
}

static bool serve_garbage(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	server_print(fd, "SSH-2.0-OpenSSH_9.2p1\r\nhow are you\r\n");
	return false;
}

static bool serve_noise(struct server *s, int fd, const char *request)
{
	char noise[4096];

	(void)s;
	(void)request;
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (char)(i * 167 + 13);
	server_write(fd, noise, sizeof noise);
	return false;
}

static bool serve_bad_length(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	return server_print(fd, "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello");
}

static bool serve_huge(struct server *s, int fd, const char *request)
{
	static const char block[65536];

	(void)s;
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\n\r\n");
	while (server_write(fd, block, sizeof block))
		;
	return false;
}

static bool serve_many_headers(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\n");
	while (server_print(fd, "X-Filler: %0500d\r\n", 1))
		;
	return false;
}

static bool serve_long_header(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\nX-Filler: ");
	while (server_print(fd, "%01000d", 1))
		;
	return false;
}

static bool serve_interim_for_ever(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	while (server_print(fd, "HTTP/1.1 103 Early Hints\r\n\r\n"))
		;
	return false;
}

struct hostile {
	const char *name;
	serve_fn *serve;
	const char *error;
};

/* Rows, not pointers, would be copied to the child without their strings. */
static const struct hostile hostiles[] = {
	{"reset in the body", serve_reset, "connection reset"},
	{"reset at once", serve_reset_at_once, "connection reset"},
	{"closed at once", serve_close, "the connection was closed without an answer"},
	{"shorter than announced", serve_short, "the connection ended before the answer was complete"},
	{"chunk cut off", serve_cut_chunks, "the connection ended before the answer was complete"},
	{"chunk size not hexadecimal", serve_bad_chunks, "not HTTP"},
	{"another protocol", serve_garbage, "not HTTP"},
	{"noise", serve_noise, "not HTTP"},
	{"negative length", serve_bad_length, "not HTTP"},
	{"endless body", serve_huge, "answer larger than 16M"},
	{"endless headers", serve_many_headers, "headers of the answer larger than 64K"},
	{"endless header", serve_long_header, "headers of the answer larger than 64K"},
	{"endless interim answers", serve_interim_for_ever, "headers of the answer larger than 64K"},
};

ParameterizedTestParameters(hostile, ends_with_a_reason)
{
	static int numbers[sizeof hostiles / sizeof hostiles[0]];

	for (size_t i = 0; i < sizeof hostiles / sizeof hostiles[0]; i++)
		numbers[i] = (int)i;
	return cr_make_param_array(int, numbers, sizeof hostiles / sizeof hostiles[0]);
}

ParameterizedTest(int *number, hostile, ends_with_a_reason, .timeout = 30)
{
	const struct hostile *h = &hostiles[*number];
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, h->serve);
	client_open_server(&c, &server);
	client_get(c.endpoint, "/", 5000, &o);
	client_wait(&c, &o);
	cr_assert(o.failed, "%s: no error", h->name);
	cr_assert_str_eq(o.error, h->error, "%s: \"%s\", not \"%s\"", h->name, o.error, h->error);
	cr_assert_eq(o.body_len, 0);
	outcome_clear(&o);
	client_close(&c);
}

Test(hostile, nobody_listens)
{
	struct client c;
	struct outcome o;

	client_open(&c, "http://127.0.0.1:1");
	client_fetch(&c, &o);
	cr_assert_str_eq(o.error, "connection refused");
	cr_assert_eq(o.status, 0);
	outcome_clear(&o);
	client_close(&c);
}

Test(hostile, never_answers)
{
	static struct server server;
	struct client c;
	struct outcome o;
	int64_t start = mono_ms();

	server_start(&server, serve_nothing);
	client_open_server(&c, &server);
	client_get(c.endpoint, "/", 1000, &o);
	client_wait(&c, &o);
	cr_assert_str_eq(o.error, "timed out after 1s");
	cr_assert(mono_ms() - start >= 999 && mono_ms() - start < 15000);
	outcome_clear(&o);
	client_close(&c);
}

/* A listener whose queue is full drops the handshake: connecting itself hangs. */
Test(hostile, never_accepts)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct client c;
	struct outcome o[4];
	char base[64];

	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(listen(fd, 0), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	snprintf(base, sizeof base, "http://127.0.0.1:%d", ntohs(address.sin_port));
	client_open(&c, base);
	for (int i = 0; i < 4; i++)
		client_get(c.endpoint, "/", 700, &o[i]);
	for (int i = 0; i < 4; i++) {
		client_wait(&c, &o[i]);
		cr_assert_str_eq(o[i].error, "timed out after 700ms");
		outcome_clear(&o[i]);
	}
	client_close(&c);
}

static bool serve_drops(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	while (server_print(fd, "x"))
		pause_ms(100);
	return false;
}

Test(hostile, one_byte_at_a_time)
{
	static struct server server;
	struct client c;
	struct outcome o;
	int64_t start = mono_ms();

	server_start(&server, serve_drops);
	client_open_server(&c, &server);
	client_get(c.endpoint, "/", 1000, &o);
	client_wait(&c, &o);
	cr_assert_str_eq(o.error, "timed out after 1s");
	cr_assert_eq(o.status, 200);
	cr_assert(mono_ms() - start < 15000);
	outcome_clear(&o);
	client_close(&c);
}

static bool serve_drops_of_header(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\nX-Slow: ");
	while (server_print(fd, "x"))
		pause_ms(100);
	return false;
}

Test(hostile, one_byte_of_header_at_a_time)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_drops_of_header);
	client_open_server(&c, &server);
	client_get(c.endpoint, "/", 1000, &o);
	client_wait(&c, &o);
	cr_assert_str_eq(o.error, "timed out after 1s");
	outcome_clear(&o);
	client_close(&c);
}

static bool serve_nuls(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	return server_write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na\0b\0c", 43);
}

Test(hostile, nuls_in_the_body)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_nuls);
	client_open_server(&c, &server);
	client_fetch(&c, &o);
	cr_assert_eq(o.status, 200, "%s", o.error);
	cr_assert_eq(o.body_len, 5);
	cr_assert_eq(memcmp(o.body, "a\0b\0c", 6), 0);
	outcome_clear(&o);
	client_close(&c);
}

static bool serve_redirect(struct server *s, int fd, const char *request)
{
	(void)request;
	return server_print(
		fd, "HTTP/1.1 302 Found\r\nLocation: %s/elsewhere\r\nContent-Length: 0\r\n\r\n", s->base);
}

Test(hostile, redirects_are_not_followed)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_redirect);
	client_open_server(&c, &server);
	client_fetch(&c, &o);
	cr_assert_eq(o.status, 302);
	cr_assert_not(o.failed);
	client_run(&c, 50);
	cr_assert_eq(atomic_load(&server.requests), 1);
	outcome_clear(&o);
	client_close(&c);
}

static bool serve_just_fits(struct server *s, int fd, const char *request)
{
	static const char block[65536];

	(void)s;
	(void)request;
	server_print(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", HTTP_BODY_MAX);
	for (size_t sent = 0; sent < HTTP_BODY_MAX; sent += sizeof block)
		if (!server_write(fd, block, sizeof block))
			return false;
	return true;
}

Test(hostile, sixteen_megabytes_are_taken, .timeout = 30)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_just_fits);
	client_open_server(&c, &server);
	client_get(c.endpoint, "/", 8000, &o);
	client_wait(&c, &o);
	cr_assert_str_eq(o.error, "");
	cr_assert_eq(o.body_len, HTTP_BODY_MAX);
	outcome_clear(&o);
	client_close(&c);
}

/* A POST that a kept connection swallowed may have been carried out: it must not go out twice. */
static bool serve_one_then_swallow(struct server *s, int fd, const char *request)
{
	if (strncmp(request, "GET", 3) == 0)
		return serve_hello(s, fd, request);
	return false;
}

Test(hostile, a_post_is_sent_once)
{
	static struct server server;
	struct client c;
	struct outcome o = {0};
	const struct http_request_options post = {.method = "POST",
		.path = "/x",
		.json = "{}",
		.deadline_ms = 2000,
		.on_done = record,
		.user = &o};

	server_start(&server, serve_one_then_swallow);
	client_open_server(&c, &server);
	client_fetch(&c, &o);
	cr_assert_eq(o.status, 200);
	outcome_clear(&o);
	cr_assert_not_null(http_send(c.endpoint, &post));
	client_wait(&c, &o);
	cr_assert_str_eq(o.error, "the connection was closed without an answer");
	cr_assert_eq(atomic_load(&server.requests), 2);
	outcome_clear(&o);
	client_close(&c);
}

/* Half of the endpoints are black holes: the others answer as if they were alone. */
Test(hostile, one_server_does_not_delay_another)
{
	static struct server hole, well;
	struct client c;
	struct outcome held[32];
	struct outcome o;
	struct http_endpoint *to_hole;
	const struct http_endpoint_options options = {.base = hole.base};

	server_start(&hole, serve_nothing);
	server_start(&well, serve_hello);
	client_open_server(&c, &well);
	to_hole = http_endpoint_new(c.http, &options);
	for (size_t i = 0; i < 32; i++)
		client_get(to_hole, "/", 5000, &held[i]);
	for (int i = 0; i < 20; i++) {
		int64_t start = mono_ms();

		client_fetch(&c, &o);
		cr_assert_eq(o.status, 200);
		cr_assert(mono_ms() - start < 2500);
		outcome_clear(&o);
	}
	http_endpoint_free(to_hole);
	client_close(&c);
}

static int requests_at(struct server *servers, int count)
{
	int reached = 0;

	for (int i = 0; i < count; i++)
		reached += atomic_load(&servers[i].requests);
	return reached;
}

/* More requests to servers that never answer than may start at once: the others go on. */
Test(hostile, a_crowd_of_holes_holds_nobody_up, .timeout = 60)
{
	static struct server holes[8], well;
	static struct http_endpoint *to_hole[8];
	static struct outcome held[480];
	struct client c;
	struct outcome o;

	server_start(&well, serve_hello);
	client_open_server(&c, &well);
	for (int i = 0; i < 8; i++) {
		const struct http_endpoint_options options = {.base = holes[i].base};
		char address[20];

		snprintf(address, sizeof address, "127.0.0.%d", 2 + i);
		server_start_at(&holes[i], address, serve_nothing);
		to_hole[i] = http_endpoint_new(c.http, &options);
		for (int k = 0; k < 60; k++)
			client_get(to_hole[i], "/", 30000, &held[i * 60 + k]);
	}
	for (int i = 0; i < 20; i++) {
		int64_t start = mono_ms();

		client_fetch(&c, &o);
		cr_assert_eq(o.status, 200, "%s", o.error);
		cr_assert(mono_ms() - start < 15000);
		outcome_clear(&o);
	}
	for (int tries = 0; tries < 100 && requests_at(holes, 8) < 480; tries++)
		client_run(&c, 100);
	cr_assert_eq(requests_at(holes, 8), 480);
	for (int i = 0; i < 8; i++)
		http_endpoint_free(to_hole[i]);
	client_close(&c);
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
/* KiB of this process's own memory that are in use or kept by the C library. */
static long own_kib(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	long kib = 0;

	cr_assert_not_null(f);
	while (kib == 0 && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "RssAnon:", 8) == 0)
			kib = atol(line + 8);
	fclose(f);
	cr_assert_gt(kib, 0);
	return kib;
}

/* 480 transfers take some 5 MiB; the stacks of the servers' threads, which stay, are counted too. */
Test(hostile, a_crowd_leaves_no_memory_behind, .timeout = 60)
{
	static struct server holes[8];
	static struct http_endpoint *to_hole[8];
	static struct outcome held[480];
	struct client c;
	long with_crowd, after;
	int reached = 0;
	char *above;

	client_open(&c, "");
	for (int i = 0; i < 8; i++) {
		const struct http_endpoint_options options = {.base = holes[i].base};
		char address[20];

		snprintf(address, sizeof address, "127.0.0.%d", 2 + i);
		server_start_at(&holes[i], address, serve_nothing);
		to_hole[i] = http_endpoint_new(c.http, &options);
	}
	for (int i = 0; i < 480; i++)
		client_get(to_hole[i % 8], "/", 40000, &held[i]);
	for (int turn = 0; turn < 200 && reached < 480; turn++) {
		client_run(&c, 50);
		reached = 0;
		for (int i = 0; i < 8; i++)
			reached += atomic_load(&holes[i].requests);
	}
	cr_assert_eq(reached, 480);
	with_crowd = own_kib();
	above = malloc(60000); /* lives longer: the heap cannot simply shrink */
	memset(above, 1, 60000);
	for (int i = 0; i < 8; i++)
		http_endpoint_free(to_hole[i]);
	client_run(&c, 7000);
	after = own_kib();
	cr_assert_gt(with_crowd - after, 2500, "from %ld to %ld KiB", with_crowd, after);
	free(above);
	client_close(&c);
}
#endif

Test(hostile, no_more_files)
{
	static struct server server;
	const struct rlimit few = {40, 40};
	struct client c;
	struct outcome o;

	server_start(&server, serve_hello);
	client_open_server(&c, &server);
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	while (dup(0) >= 0)
		;
	client_fetch(&c, &o);
	cr_assert_str_eq(o.error, "too many open files (raise the limit: ulimit -n)");
	outcome_clear(&o);
	for (int fd = 20; fd < 40; fd++)
		close(fd);
	client_close(&c);
}
