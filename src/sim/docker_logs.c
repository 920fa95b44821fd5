/*
 * docker_logs.c - GET /containers/{id}/logs and POST /containers/{id}/attach: lines as frames of 8 bytes and
 * data, or as they are when the container has a terminal.
 */
#include "docker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct log_stream {
	const struct world_server *server;
	char id[65];
	uint64_t serial; /* last sent */
	int64_t since, until;
	bool follow, timestamps, terminal, want[2]; /* want: stdout, stderr */
	bool attached;                              /* waits for the start too */
};

static bool wanted(const struct log_stream *stream, const struct world_log_line *line)
{
	return stream->want[line->is_stderr] && line->wall >= stream->since &&
	       (!stream->until || line->wall < stream->until);
}

static void put_line(
	const struct log_stream *stream, const struct world_log_line *line, struct serve_buffer *out)
{
	struct serve_buffer text = {0};
	char time[JSON_TIME_MAX];

	if (stream->timestamps) {
		json_print_time(time, (line->wall + stream->server->skew_ms) * 1000000, false);
		serve_printf(&text, "%s ", time);
	}
	serve_printf(&text, "%s%s\n", line->text, stream->terminal ? "\r" : "");
	if (stream->terminal)
		serve_put(out, text.data, text.len);
	else
		docker_frame(out, line->is_stderr ? 2 : 1, text.data, text.len);
	out->failed |= text.failed;
	free(text.data);
}

static enum serve_more fill_log(void *user, struct serve_buffer *out)
{
	struct log_stream *stream = user;
	const struct world_container *c = world_container(stream->server, stream->id);
	const struct world_log_line *line;

	if (!c)
		return SERVE_END;
	while ((line = world_log_after(c, stream->serial)) != NULL) {
		stream->serial = line->serial;
		if (wanted(stream, line))
			put_line(stream, line, out);
	}
	if (stream->until && c->server->world->wall >= stream->until)
		return SERVE_END;
	bool over = !docker_is_up(c) && !(stream->attached && c->status == WORLD_CREATED);
	return stream->follow && !over ? SERVE_MORE : SERVE_END;
}

/* Where the last `tail` wanted lines begin. */
static void skip_to_tail(struct log_stream *stream, const struct world_container *c, long tail)
{
	const struct world_log_line *line;
	uint64_t serial = 0;
	long count = 0;

	for (; (line = world_log_after(c, serial)) != NULL; serial = line->serial)
		count += wanted(stream, line);
	for (; count > tail && (line = world_log_after(c, stream->serial)) != NULL;
		stream->serial = line->serial)
		count -= wanted(stream, line);
	if (tail == 0)
		stream->serial = serial;
}

bool docker_parse_time(const char *text, int64_t *ns)
{
	char *end;
	long long seconds = strtoll(text, &end, 10);
	int64_t fraction = 0, digit = 100000000;

	if (end == text)
		return false;
	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++, digit /= 10)
			fraction += (*end - '0') * digit;
	if (*end || seconds > 9000000000 || seconds < -9000000000)
		return false;
	*ns = seconds * 1000000000 + fraction;
	return true;
}

/* A bound of the query as the world's wall clock; 0 without one. */
static bool take_bound(struct serve_request *request, const char *name, int64_t *wall)
{
	const char *text = serve_query(request, name);
	int64_t ns = 0;

	*wall = 0;
	if (!text || !*text || strcmp(text, "0") == 0)
		return true;
	if (!docker_parse_time(text, &ns)) {
		serve_error(request, 400, "invalid value for \"%s\": %s", name, text);
		return false;
	}
	*wall = ns / 1000000 - request->server->skew_ms;
	return true;
}

static struct log_stream *log_stream_new(const struct world_container *c)
{
	struct log_stream *stream = calloc(1, sizeof *stream);

	if (!stream)
		return NULL;
	stream->server = c->server;
	memcpy(stream->id, c->id, sizeof stream->id);
	stream->terminal = docker_has_tty(c);
	return stream;
}

/* Since API 1.42 the type tells frames from a raw stream; before it was absent. */
static const char *log_type(const struct serve_request *request, const struct log_stream *stream)
{
	const char *version = *request->api_version ? request->api_version : request->server->api_version;

	if (strcmp(version, "1.42") < 0)
		return NULL;
	return stream->terminal ? "application/vnd.docker.raw-stream"
				: "application/vnd.docker.multiplexed-stream";
}

enum serve_result docker_logs(struct serve_request *request)
{
	const struct world_container *c = docker_container(request);
	const char *tail = serve_query(request, "tail");
	bool out = serve_query_bool(request, "stdout", false),
	     err = serve_query_bool(request, "stderr", false);

	if (!c)
		return SERVE_DONE;
	if (!out && !err)
		return serve_error(request, 400, "Bad parameters: you must choose at least one stream");
	struct log_stream *stream = log_stream_new(c);
	if (!stream)
		return serve_error(request, 500, "out of memory");
	if (!take_bound(request, "since", &stream->since) || !take_bound(request, "until", &stream->until)) {
		free(stream);
		return SERVE_DONE;
	}
	stream->want[0] = out;
	stream->want[1] = err;
	stream->follow = serve_query_bool(request, "follow", false);
	stream->timestamps = serve_query_bool(request, "timestamps", false);
	if (tail && *tail && strcmp(tail, "all") != 0)
		skip_to_tail(stream, c, strtol(tail, NULL, 10));
	return serve_stream(request, 200, log_type(request, stream), fill_log, stream, free);
}

static void ignore_input(void *user, const char *data, size_t len)
{
	(void)user;
	(void)data;
	(void)len;
}

enum serve_result docker_attach(struct serve_request *request)
{
	struct world_container *c = docker_container(request);

	if (!c)
		return SERVE_DONE;
	if (c->status == WORLD_PAUSED)
		return serve_error(
			request, 409, "container %s is paused, unpause the container before attach", c->name);
	struct log_stream *stream = log_stream_new(c);
	if (!stream)
		return serve_error(request, 500, "out of memory");
	stream->want[0] = serve_query_bool(request, "stdout", false);
	stream->want[1] = serve_query_bool(request, "stderr", false);
	stream->follow = serve_query_bool(request, "stream", false);
	stream->attached = true;
	if (!serve_query_bool(request, "logs", false))
		skip_to_tail(stream, c, 0);
	world_emit(c, "attach", (char *)NULL);
	if (serve_wants_upgrade(request))
		return serve_upgrade(
			request, "application/vnd.docker.raw-stream", fill_log, ignore_input, stream, free);
	return serve_stream(request, 200, "application/vnd.docker.raw-stream", fill_log, stream, free);
}
