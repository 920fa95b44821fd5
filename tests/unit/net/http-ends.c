/*
 * Ends of all kinds: Unix sockets, tokens, names and dead resolvers.
 */
#include "client.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * This program's getaddrinfo() comes before the C library's, for libuv and libcurl too: "hole.test" is
 * answered when the test lets it, "counted.test" is 127.0.0.1, "later.test" fails the first time.
 */
static atomic_int lookups;
static atomic_bool hole_open;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
	static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	int number;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	number = atomic_fetch_add(&lookups, 1);
	if (node != NULL && strcmp(node, "hole.test") == 0)
		while (!atomic_load(&hole_open))
			pause_ms(5);
	if (node != NULL && strcmp(node, "later.test") == 0 && number == 0)
		return EAI_AGAIN;
	if (node != NULL && (strcmp(node, "counted.test") == 0 || strcmp(node, "later.test") == 0)) {
		pause_ms(50);
		node = "127.0.0.1";
	}
	return real(node, service, hints, result);
}

/* A folder of this test alone; the driver removes TEST_TMP. */
static const char *folder(void)
{
	static char path[80];

	if (path[0] == '\0') {
		const char *base = getenv("TEST_TMP");

		snprintf(path, sizeof path, "%.60s/netXXXXXX", base != NULL ? base : "/tmp");
		cr_assert_not_null(mkdtemp(path));
	}
	return path;
}

static void write_file(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f);
	cr_assert_eq(fwrite(text, 1, len, f), len);
	cr_assert_eq(fclose(f), 0);
}

static void fetch_socket(const char *path, struct outcome *o)
{
	struct server server = {.base = "http://docker"};
	struct client c;

	snprintf(server.path, sizeof server.path, "%s", path);
	client_open_server(&c, &server);
	client_fetch(&c, o);
	client_close(&c);
}

Test(unix_socket, answers)
{
	static struct server server;
	struct client c;
	struct outcome o;
	char path[100];

	snprintf(path, sizeof path, "%s/s", folder());
	server_start_unix(&server, path, serve_hello);
	client_open_server(&c, &server);
	for (int i = 0; i < 5; i++) {
		client_fetch(&c, &o);
		cr_assert_eq(o.status, 200, "%s", o.error);
		outcome_clear(&o);
	}
	cr_assert_eq(atomic_load(&server.accepted), 1);
	cr_assert_eq(atomic_load(&lookups), 0);
	client_close(&c);
}

/* One handle serves both kinds in turn: what belongs to one must not stick to the other. */
Test(unix_socket, beside_tcp)
{
	static struct server server, tcp;
	struct client c;
	struct outcome o;
	struct http_endpoint *to_tcp;
	const struct http_endpoint_options options = {.base = tcp.base};
	char path[100];

	snprintf(path, sizeof path, "%s/s", folder());
	server_start_unix(&server, path, serve_hello);
	server_start(&tcp, serve_hello);
	client_open_server(&c, &server);
	to_tcp = http_endpoint_new(c.http, &options);
	for (int i = 0; i < 6; i++) {
		client_get(i % 2 == 0 ? c.endpoint : to_tcp, "/", 2000, &o);
		client_wait(&c, &o);
		cr_assert_eq(o.status, 200, "%s", o.error);
		outcome_clear(&o);
	}
	cr_assert_eq(atomic_load(&server.requests), 3);
	cr_assert_eq(atomic_load(&tcp.requests), 3);
	http_endpoint_free(to_tcp);
	client_close(&c);
}

Test(unix_socket, absent)
{
	struct outcome o;

	fetch_socket("/no/such/docker.sock", &o);
	cr_assert_str_eq(o.error, "no such socket: /no/such/docker.sock");
	outcome_clear(&o);
}

Test(unix_socket, nobody_listens)
{
	struct outcome o;
	char path[100], expected[200];

	snprintf(path, sizeof path, "%s/file", folder());
	write_file(path, "", 0);
	fetch_socket(path, &o);
	snprintf(expected, sizeof expected, "connection refused on %s: nothing serves it", path);
	cr_assert_str_eq(o.error, expected);
	outcome_clear(&o);
}

Test(unix_socket, not_permitted)
{
	const bool root = geteuid() == 0;
	static struct server server;
	struct outcome o;
	char path[100], expected[200];

	snprintf(path, sizeof path, "%s/docker.sock", folder());
	server_start_unix(&server, path, serve_hello);
	cr_assert_eq(chmod(path, 0), 0);
	cr_assert_eq(chmod(folder(), 0755), 0);
	if (root)
		cr_assert_eq(seteuid(65534), 0);
	fetch_socket(path, &o);
	if (root)
		cr_assert_eq(seteuid(0), 0);
	snprintf(expected, sizeof expected, "permission denied on %s: add this user to group docker", path);
	cr_assert_str_eq(o.error, expected);
	outcome_clear(&o);
}

Test(unix_socket, path_too_long)
{
	struct client c;
	struct outcome o;
	char path[200];
	const struct http_endpoint_options options = {.base = "http://docker", .unix_socket = path};

	memset(path, 'a', sizeof path - 1);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	client_open(&c, "");
	c.endpoint = http_endpoint_new(c.http, &options);
	cr_assert_not_null(c.endpoint);
	client_fetch(&c, &o);
	cr_assert_eq(strncmp(o.error, "path of the socket is too long: /aaa", 36), 0, "%s", o.error);
	outcome_clear(&o);
	client_close(&c);
}

static struct http_endpoint *token_endpoint(struct client *c, const struct server *server, const char *file)
{
	const struct http_endpoint_options options = {.base = server->base, .token_file = file};
	struct http_endpoint *endpoint = http_endpoint_new(c->http, &options);

	cr_assert_not_null(endpoint);
	return endpoint;
}

/* 200 for the token "new", 401 for any other. */
static bool serve_new(struct server *s, int fd, const char *request)
{
	if (strstr(request, "Authorization: Bearer new\r\n") != NULL)
		return serve_hello(s, fd, request);
	return server_print(fd, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
}

Test(token, is_read_again_after_401)
{
	static struct server server;
	struct client c;
	struct outcome o;
	char path[100];

	snprintf(path, sizeof path, "%s/token", folder());
	write_file(path, " \n", 0);
	write_file(path, "old\n", 4);
	server_start(&server, serve_new);
	client_open(&c, "");
	c.endpoint = token_endpoint(&c, &server, path);
	client_fetch(&c, &o);
	cr_assert_eq(o.status, 401);
	cr_assert_not_null(strstr(server.last, "Authorization: Bearer old\r\n"));
	outcome_clear(&o);
	write_file(path, "new\n", 4);
	client_fetch(&c, &o);
	cr_assert_eq(o.status, 200);
	outcome_clear(&o);
	cr_assert_eq(unlink(path), 0);
	client_fetch(&c, &o);
	cr_assert_eq(o.status, 200, "the file was read for every request");
	outcome_clear(&o);
	client_close(&c);
}

Test(token, never_reaches_another_endpoint)
{
	static struct server server;
	struct client c;
	struct outcome o;
	struct http_endpoint *with_token;
	const struct http_endpoint_options options = {.base = server.base};
	char path[100];

	snprintf(path, sizeof path, "%s/token", folder());
	write_file(path, "new", 3);
	server_start(&server, serve_hello);
	client_open(&c, "");
	with_token = token_endpoint(&c, &server, path);
	c.endpoint = http_endpoint_new(c.http, &options);
	for (int i = 0; i < 4; i++) {
		client_get(i % 2 == 0 ? with_token : c.endpoint, "/", 2000, &o);
		client_wait(&c, &o);
		cr_assert_eq(o.status, 200);
		if (i % 2 == 0)
			cr_assert_not_null(strstr(server.last, "Authorization: Bearer new\r\n"));
		else
			cr_assert_null(strstr(server.last, "Authorization"), "%s", server.last);
		outcome_clear(&o);
	}
	http_endpoint_free(with_token);
	client_close(&c);
}

static void refuse_token(const char *text, size_t len, const char *why)
{
	static struct server server;
	struct client c;
	struct outcome o;
	char path[100], expected[200];

	snprintf(path, sizeof path, "%s/token", folder());
	if (text != NULL)
		write_file(path, text, len);
	server_start(&server, serve_hello);
	client_open(&c, "");
	c.endpoint = token_endpoint(&c, &server, path);
	client_fetch(&c, &o);
	snprintf(expected, sizeof expected, "token file %s: %s", path, why);
	cr_assert_str_eq(o.error, expected);
	cr_assert_eq(atomic_load(&server.requests), 0);
	outcome_clear(&o);
	client_close(&c);
}

Test(token, absent_file)
{
	refuse_token(NULL, 0, "No such file or directory");
}

Test(token, empty_file)
{
	refuse_token("\n\n", 2, "empty");
}

Test(token, control_characters)
{
	refuse_token("good\r\nX-Evil: 1", 15, "has spaces or control characters inside");
}

Test(token, nul_inside)
{
	refuse_token("go\0od", 5, "has spaces or control characters inside");
}

Test(token, too_large)
{
	static char large[65537];

	memset(large, 'a', sizeof large);
	refuse_token(large, sizeof large, "larger than 64K");
}

Test(token, not_a_file)
{
	char path[100];

	snprintf(path, sizeof path, "%s/token", folder());
	cr_assert_eq(mkfifo(path, 0600), 0);
	refuse_token(NULL, 0, "not a regular file");
}

static void open_named(struct client *c, const struct server *server, const char *host)
{
	char base[80];

	snprintf(base, sizeof base, "http://%s:%d", host, server->port);
	client_open(c, base);
}

Test(name, is_looked_up_once_and_kept)
{
	static struct server server;
	struct client c;
	struct outcome o[10];

	server_start(&server, serve_hello);
	open_named(&c, &server, "Counted.TEST");
	for (int i = 0; i < 10; i++)
		client_get(c.endpoint, "/", 2000, &o[i]);
	for (int i = 0; i < 10; i++) {
		client_wait(&c, &o[i]);
		cr_assert_eq(o[i].status, 200, "%s", o[i].error);
		outcome_clear(&o[i]);
	}
	client_fetch(&c, &o[0]);
	cr_assert_eq(o[0].status, 200);
	cr_assert_not_null(strstr(server.last, "Host: counted.test:"), "%s", server.last);
	cr_assert_eq(atomic_load(&lookups), 1, "%d look-ups", atomic_load(&lookups));
	outcome_clear(&o[0]);
	client_close(&c);
}

Test(name, unknown)
{
	struct client c;
	struct outcome o;
	int64_t start;

	client_open(&c, "http://no-such-host.invalid");
	client_fetch(&c, &o);
	cr_assert_str_eq(o.error, "cannot resolve no-such-host.invalid: Name or service not known");
	outcome_clear(&o);
	start = mono_ms();
	client_fetch(&c, &o);
	cr_assert(o.failed && mono_ms() - start < 5000);
	cr_assert_eq(atomic_load(&lookups), 1, "a failure was not remembered");
	outcome_clear(&o);
	client_close(&c);
}

/* More than may be in flight fail together, without one being sent or lost. */
Test(name, unknown_to_a_queue)
{
	static struct outcome o[150];
	struct client c;

	client_open(&c, "http://no-such-host.invalid");
	for (int i = 0; i < 150; i++)
		client_get(c.endpoint, "/", 3000, &o[i]);
	for (int i = 0; i < 150; i++) {
		client_wait(&c, &o[i]);
		cr_assert_eq(strncmp(o[i].error, "cannot resolve", 14), 0, "%s", o[i].error);
		outcome_clear(&o[i]);
	}
	client_close(&c);
}

Test(name, is_tried_again_after_a_failure)
{
	static struct server server;
	struct client c;
	struct outcome o;

	server_start(&server, serve_hello);
	open_named(&c, &server, "later.test");
	client_fetch(&c, &o);
	cr_assert_str_eq(o.error, "cannot resolve later.test: Temporary failure in name resolution");
	outcome_clear(&o);
	client_run(&c, 2100);
	client_fetch(&c, &o);
	cr_assert_eq(o.status, 200, "%s", o.error);
	outcome_clear(&o);
	client_close(&c);
}

Test(name, addresses_and_localhost_need_no_lookup)
{
	static const char *const hosts[] = {"127.0.0.1", "localhost", "LOCALHOST", "127.1", "0x7f000001"};
	static struct server server;

	server_start(&server, serve_hello);
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		struct client c;
		struct outcome o;

		open_named(&c, &server, hosts[i]);
		client_fetch(&c, &o);
		cr_assert_eq(o.status, 200, "%s: %s", hosts[i], o.error);
		outcome_clear(&o);
		client_close(&c);
	}
	cr_assert_eq(atomic_load(&lookups), 0);
}

Test(name, ipv6_address)
{
	struct client c;
	struct outcome o;

	client_open(&c, "http://[::1]:1");
	client_fetch(&c, &o);
	cr_assert(strcmp(o.error, "connection refused") == 0 || strcmp(o.error, "network unreachable") == 0 ||
			  strcmp(o.error, "cannot connect") == 0,
		"%s", o.error);
	cr_assert_eq(atomic_load(&lookups), 0);
	outcome_clear(&o);
	client_close(&c);
}

/* The resolver is dead: deadlines hold, other servers answer, and the process can be left. */
Test(name, resolver_is_a_black_hole)
{
	static struct server server;
	struct client c;
	struct outcome held, o;
	struct http_endpoint *well;
	const struct http_endpoint_options options = {.base = server.base};
	int64_t start = mono_ms();

	server_start(&server, serve_hello);
	client_open(&c, "http://hole.test:1");
	well = http_endpoint_new(c.http, &options);
	cr_assert_not(http_resolver_stuck(c.http));
	client_get(c.endpoint, "/", 5000, &held);
	for (int i = 0; i < 10; i++) {
		client_get(well, "/", 4000, &o);
		client_wait(&c, &o);
		cr_assert_eq(o.status, 200);
		outcome_clear(&o);
	}
	cr_assert(mono_ms() - start < 4500);
	client_wait(&c, &held);
	cr_assert_str_eq(held.error, "timed out after 5s looking up hole.test");
	cr_assert(mono_ms() - start < 15000);
	outcome_clear(&held);
	cr_assert(http_resolver_stuck(c.http));
	http_close(c.http);
	http_endpoint_free(c.endpoint);
	http_endpoint_free(well);
	for (int i = 0; i < 10; i++)
		uv_run(&c.loop, UV_RUN_NOWAIT);
	atomic_store(&hole_open, true);
	cr_assert_eq(uv_run(&c.loop, UV_RUN_DEFAULT), 0);
	cr_assert_eq(uv_loop_close(&c.loop), 0);
}

/* Three dead names fill the threads that libuv gives to look-ups; the fourth must not wait for ever. */
Test(name, lookups_in_line_are_cancelled)
{
	struct client c;
	struct outcome o[4];
	struct http_endpoint *endpoints[4];

	client_open(&c, "http://127.0.0.1:1");
	for (int i = 0; i < 4; i++) {
		const struct http_endpoint_options options = {
			.base = i < 3 ? "http://hole.test:1" : "http://counted.test:1"};

		endpoints[i] = http_endpoint_new(c.http, &options);
		client_get(endpoints[i], "/", 300, &o[i]);
	}
	for (int i = 0; i < 4; i++) {
		client_wait(&c, &o[i]);
		cr_assert(o[i].failed);
		outcome_clear(&o[i]);
		http_endpoint_free(endpoints[i]);
	}
	cr_assert(http_resolver_stuck(c.http));
	http_endpoint_free(c.endpoint);
	http_close(c.http);
	for (int i = 0; i < 10; i++)
		uv_run(&c.loop, UV_RUN_NOWAIT);
	atomic_store(&hole_open, true);
	cr_assert_eq(uv_run(&c.loop, UV_RUN_DEFAULT), 0);
	cr_assert_eq(uv_loop_close(&c.loop), 0);
}
