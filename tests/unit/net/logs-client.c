/* A log over breaks of its connection and restarts of its container, against a server that does what it is told. */
#include "client.h"
#include "ollama-top/logs.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER   "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define AT(ns)  "2026-01-01T12:04:31." ns "Z "

static struct server server;
static atomic_int asked; /* how often for the log */
static char paths[16][256];

static bool answer_json(int fd, const char *json)
{
	return server_print(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(json), json);
}

static bool put_inspect(int fd, const char *id, const char *status, bool tty, int finished)
{
	char json[512];
	snprintf(json, sizeof(json),
		"{\"Id\":\"%s\",\"Name\":\"/"
		"x\",\"State\":{\"Status\":\"%s\",\"FinishedAt\":\"2026-01-01T12:00:%"
		"02dZ\"},\"Config\":{\"Tty\":%s}}",
		id, status, finished, tty ? "true" : "false");
	return answer_json(fd, json);
}

static bool put_chunk(int fd, const char *data, size_t len)
{
	return server_print(fd, "%zx\r\n", len) && server_write(fd, data, len) && server_print(fd, "\r\n");
}

static bool put_frame(int fd, int stream, const char *text)
{
	char frame[512];
	size_t len = strlen(text);
	const unsigned char header[8] = {
		(unsigned char)stream, 0, 0, 0, 0, 0, (unsigned char)(len >> 8), (unsigned char)len};
	memcpy(frame, header, 8);
	memcpy(frame + 8, text, len);
	return put_chunk(fd, frame, len + 8);
}

static bool end_chunks(int fd)
{
	return server_print(fd, "0\r\n\r\n");
}

/* What every server here has in common; 0 when it is the log that is asked for: then its number. */
static int common(int fd, const char *request)
{
	if (strstr(request, "GET /version ")) {
		answer_json(
			fd, "{\"Version\":\"28.2.2\",\"ApiVersion\":\"1.50\",\"MinAPIVersion\":\"1.24\"}");
		return 0;
	}
	if (!strstr(request, "/logs?"))
		return -1;
	int number = atomic_fetch_add(&asked, 1);
	if (number < 16)
		sscanf(request, "GET %255s", paths[number]);
	return number + 1;
}

struct seen {
	char text[2048];
	int changes, close_at;
	struct logs *logs;
};

static void see_line(void *user, const struct log_line *line)
{
	struct seen *seen = user;
	size_t len = strlen(seen->text);
	snprintf(seen->text + len, sizeof(seen->text) - len, "%d:%s|", line->stream, line->text);
}

static void see_change(void *user)
{
	struct seen *seen = user;
	seen->changes++;
	if (seen->changes == seen->close_at) {
		logs_close(seen->logs);
		seen->logs = NULL;
	}
}

static struct server_spec spec;
static char docker[80];

static void open_logs(struct client *c, struct seen *seen, bool follow, long tail)
{
	snprintf(docker, sizeof(docker), "tcp://127.0.0.1:%d", server.port);
	spec = (struct server_spec){.name = (char *)"84", .docker = docker};
	client_open(c, "");
	seen->logs = logs_open(&(struct logs_options){.loop = &c->loop,
		.clock = &c->clock,
		.http = c->http,
		.server = &spec,
		.container = "x",
		.timeout_ms = 1000,
		.tail = tail,
		.follow = follow,
		.on_line = see_line,
		.on_change = see_change,
		.user = seen});
	cr_assert_not_null(seen->logs);
}

/* Runs until the lines are these, for at most five seconds. */
static void expect_lines(struct client *c, struct seen *seen, const char *wanted)
{
	for (int i = 0; i < 250 && strcmp(seen->text, wanted) != 0; i++)
		client_run(c, 20);
	cr_assert_str_eq(seen->text, wanted, "%s\ninstead of\n%s", seen->text, wanted);
}

static bool breaks(struct server *s, int fd, const char *request)
{
	(void)s;
	switch (common(fd, request)) {
	case -1:
		return put_inspect(fd, ID, "running", false, 0);
	case 0:
		return true;
	case 1: /* reset in a frame */
		server_print(fd, "%s", CHUNKED);
		put_frame(fd, 1, AT("000000001") "one\n");
		put_frame(fd, 2, AT("000000001") "two\n");
		put_frame(fd, 1, AT("000000002") "half a ");
		put_chunk(fd, "\1\0\0\0\0\0\0\60" AT("000000009") "lo", 40);
		return false;
	case 2: /* all again, and more; then the engine says that it cannot go on */
		server_print(fd, "%s", CHUNKED);
		put_frame(fd, 1, AT("000000001") "one\n");
		put_frame(fd, 2, AT("000000001") "two\n");
		put_frame(fd, 1, AT("000000002") "half a ");
		put_frame(fd, 1, AT("000000009") "line\n");
		put_frame(fd, 3, "Error grabbing logs: \x1b[31mbad file");
		return false;
	default:
		server_print(fd, "%s", CHUNKED);
		put_frame(fd, 1, AT("000000009") "line\n");
		put_frame(fd, 1, AT("000000009") "last\n");
		while (!atomic_load(&s->released))
			pause_ms(10);
		return false;
	}
}

Test(logs, resume_without_losing_or_doubling)
{
	static struct seen seen;
	struct client c;
	server_start(&server, breaks);
	open_logs(&c, &seen, true, 7);
	expect_lines(&c, &seen, "0:one|1:two|0:half a line|");
	for (int i = 0; i < 100 && logs_state(seen.logs) != LOGS_FAILED; i++)
		client_run(&c, 5);
	cr_expect_str_eq(logs_trouble(seen.logs), "Docker of 84: Error grabbing logs: [31mbad file");
	cr_expect_gt(logs_retry_at(seen.logs), 0);
	expect_lines(&c, &seen, "0:one|1:two|0:half a line|0:last|");
	cr_expect_eq(logs_state(seen.logs), LOGS_OPEN);
	cr_expect_str_eq(logs_trouble(seen.logs), "");
	cr_expect_str_eq(
		paths[0], "/v1.50/containers/" ID "/logs?stdout=1&stderr=1&timestamps=1&follow=1&tail=7");
	cr_expect_str_eq(paths[1],
		"/v1.50/containers/" ID
		"/logs?stdout=1&stderr=1&timestamps=1&follow=1&since=1767269071.000000001");
	logs_close(seen.logs);
	client_close(&c);
	atomic_store(&server.released, true);
}

static atomic_int phase; /* 0: exited, 1: another container of the name runs */

static bool recreated(struct server *s, int fd, const char *request)
{
	(void)s;
	switch (common(fd, request)) {
	case -1:
		return atomic_load(&phase) == 0 ? put_inspect(fd, ID, "exited", true, 7)
						: put_inspect(fd, OTHER, "running", true, 0);
	case 0:
		return true;
	case 1:
		server_print(fd, "%s", CHUNKED);
		put_chunk(fd, AT("000000001") "old\r\n" AT("000000002") "prompt> ", 75);
		return end_chunks(fd);
	default:
		cr_assert_eq(atomic_load(&phase), 1, "a log that was read to its end is not read again");
		server_print(fd, "%s", CHUNKED);
		put_chunk(fd, AT("000000001") "old\r\n", 36);
		while (!atomic_load(&s->released))
			pause_ms(10);
		return false;
	}
}

Test(logs, a_new_container_of_the_name_is_followed_from_its_first_line)
{
	static struct seen seen;
	struct client c;
	server_start(&server, recreated);
	open_logs(&c, &seen, true, 0);
	expect_lines(&c, &seen, "0:old|0:prompt> |");
	for (int i = 0; i < 100 && logs_state(seen.logs) != LOGS_WAITING; i++)
		client_run(&c, 20);
	cr_expect_eq(logs_state(seen.logs), LOGS_WAITING);
	cr_expect_eq(atomic_load(&asked), 1);
	client_run(&c, 600);
	cr_expect_eq(atomic_load(&asked), 1);
	atomic_store(&phase, 1);
	expect_lines(&c, &seen, "0:old|0:prompt> |0:old|");
	cr_expect(strstr(paths[1], OTHER "/logs?"));
	cr_expect(strstr(paths[1], "&tail=all"));
	logs_close(seen.logs);
	client_close(&c);
	atomic_store(&server.released, true);
}

static bool once(struct server *s, int fd, const char *request)
{
	(void)s;
	switch (common(fd, request)) {
	case -1:
		return put_inspect(fd, ID, "running", false, 0);
	case 0:
		return true;
	default:
		server_print(fd, "%s", CHUNKED);
		put_frame(fd, 1, AT("000000001") "all there is\n");
		return end_chunks(fd);
	}
}

Test(logs, without_follow_it_is_done_at_the_end)
{
	static struct seen seen;
	struct client c;
	server_start(&server, once);
	open_logs(&c, &seen, false, LOG_ALL);
	expect_lines(&c, &seen, "0:all there is|");
	for (int i = 0; i < 100 && logs_state(seen.logs) != LOGS_DONE; i++)
		client_run(&c, 5);
	cr_expect_eq(logs_state(seen.logs), LOGS_DONE);
	cr_expect(strstr(paths[0], "&follow=0&tail=all"));
	logs_close(seen.logs);
	client_close(&c);
}

/* Closed from its own callback at each point that has one. */
Test(logs, can_be_closed_in_any_callback)
{
	server_start(&server, once);
	for (int at = 1; at <= 4; at++) {
		struct seen seen = {.close_at = at};
		struct client c;
		open_logs(&c, &seen, true, LOG_ALL);
		for (int i = 0; i < 100 && seen.logs; i++)
			client_run(&c, 20);
		cr_assert_null(seen.logs, "callback %d did not come", at);
		client_run(&c, 20);
		cr_expect_eq(seen.changes, at, "called after it was closed");
		client_close(&c);
	}
}

static bool refuses(struct server *s, int fd, const char *request)
{
	(void)s;
	if (common(fd, request) == 0)
		return true;
	return server_print(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}");
}

Test(logs, of_no_container_fail_with_a_sentence)
{
	static struct seen seen;
	struct client c;
	server_start(&server, refuses);
	open_logs(&c, &seen, false, LOG_ALL);
	for (int i = 0; i < 100 && logs_state(seen.logs) != LOGS_FAILED; i++)
		client_run(&c, 10);
	cr_expect_str_eq(logs_trouble(seen.logs), "there is no container x on 84");
	cr_expect_eq(logs_retry_at(seen.logs), 0);
	logs_close(seen.logs);
	client_close(&c);
}

Test(logs, that_cannot_be_asked_for_say_why_at_once)
{
	static const struct {
		const char *docker, *container, *trouble;
	} rows[] = {
		{NULL, "x", "84: no Docker Engine is configured for it (docker: in the configuration)"},
		{"tcp://127.0.0.1:1", "../x", "84: its container has no name that Docker would take"},
		{"tcp://127.0.0.1:1", "", "84: its container has no name that Docker would take"},
		{"tcp://127.0.0.1:1", "x/json?", "84: its container has no name that Docker would take"},
		{"gopher://x", "x",
			"84: gopher://x is no address of a Docker Engine: unix://PATH or tcp://HOST:PORT"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct client c;
		const struct server_spec none = {.name = (char *)"84", .docker = (char *)rows[i].docker};
		client_open(&c, "");
		struct logs *logs = logs_open(&(struct logs_options){.loop = &c.loop,
			.clock = &c.clock,
			.http = c.http,
			.server = &none,
			.container = rows[i].container,
			.timeout_ms = 1000});
		cr_assert_not_null(logs);
		cr_expect_eq(logs_state(logs), LOGS_FAILED);
		cr_expect_str_eq(logs_trouble(logs), rows[i].trouble, "%s", logs_trouble(logs));
		cr_expect_eq(logs_retry_at(logs), 0);
		logs_close(logs);
		client_close(&c);
	}
}
