/*
 * docker_events.c - GET /events: what happened on this server, replayed and then live.
 */
#include "docker.h"

#include <stdlib.h>
#include <string.h>

/* The engine remembers no more than this for `since`. */
#define REMEMBERED 256

struct event_stream {
	struct world *world;
	const struct world_server *server;
	struct docker_filters filters;
	uint64_t serial;      /* last seen */
	int64_t since, until; /* wall nanoseconds of the world; 0 none */
};

static const char *attribute(const struct world_event *event, const char *name)
{
	for (size_t i = 0; i < event->attribute_count; i++)
		if (strcmp(event->attributes[i].name, name) == 0)
			return event->attributes[i].value;
	return "";
}

static bool is_dockers(const struct event_stream *stream, const struct world_event *event)
{
	return event->server == stream->server && strcmp(event->type, "sim") != 0;
}

/* "exec_create" also means "exec_create: cat /x", "health_status" every verdict. */
static bool match_action(const char *value, const void *subject)
{
	const char *action = subject;
	size_t len = strlen(value);

	return strncmp(action, value, len) == 0 && (!action[len] || action[len] == ':');
}

static bool match_actor(const char *value, const void *subject)
{
	const struct world_event *event = subject;

	return strncmp(event->id, value, strlen(value)) == 0 || strcmp(attribute(event, "name"), value) == 0;
}

static bool match_container(const char *value, const void *subject)
{
	const struct world_event *event = subject;

	return strcmp(event->type, "container") == 0 && match_actor(value, event);
}

static bool match_image(const char *value, const void *subject)
{
	const struct world_event *event = subject;
	const char *image = strcmp(event->type, "image") == 0 ? event->id : attribute(event, "image");

	return match_action(value, image);
}

static bool wanted(const struct event_stream *stream, const struct world_event *event)
{
	const struct docker_filters *filters = &stream->filters;

	return is_dockers(stream, event) && (!stream->since || event->wall_ns >= stream->since) &&
	       (!stream->until || event->wall_ns <= stream->until) &&
	       docker_filter_any(filters, "type", docker_match_equal, event->type) &&
	       docker_filter_any(filters, "event", match_action, event->action) &&
	       docker_filter_any(filters, "container", match_container, event) &&
	       docker_filter_any(filters, "image", match_image, event) &&
	       docker_filter_labels(filters, event->attributes, event->attribute_count);
}

static void write_event(const struct world_event *event, int64_t skew_ms, struct serve_buffer *to)
{
	struct json_out out = {.buffer = *to};
	int64_t time = event->wall_ns + skew_ms * 1000000;

	json_object(&out, NULL);
	if (strcmp(event->type, "container") == 0 || strcmp(event->type, "image") == 0) {
		json_string(&out, "status", event->action);
		json_string(&out, "id", event->id);
	}
	if (strcmp(event->type, "container") == 0)
		json_string(&out, "from", attribute(event, "image"));
	json_string(&out, "Type", event->type);
	json_string(&out, "Action", event->action);
	json_object(&out, "Actor");
	json_string(&out, "ID", event->id);
	json_object(&out, "Attributes");
	for (size_t i = 0; i < event->attribute_count; i++)
		json_string(&out, event->attributes[i].name, event->attributes[i].value);
	json_end_object(&out);
	json_end_object(&out);
	json_string(&out, "scope", strcmp(event->type, "service") == 0 ? "swarm" : "local");
	json_int(&out, "time", time / 1000000000);
	json_int(&out, "timeNano", time);
	json_end_object(&out);
	serve_put(&out.buffer, "\n", 1);
	*to = out.buffer;
}

static enum serve_more fill_events(void *user, struct serve_buffer *out)
{
	struct event_stream *stream = user;
	const struct world_event *event;

	while ((event = world_event_after(stream->world, stream->serial)) != NULL) {
		stream->serial = event->serial;
		if (wanted(stream, event))
			write_event(event, stream->server->skew_ms, out);
	}
	bool over = stream->until && stream->world->wall * 1000000 >= stream->until;
	return over ? SERVE_END : SERVE_MORE;
}

static void free_stream(void *user)
{
	struct event_stream *stream = user;

	docker_filters_free(&stream->filters);
	free(stream);
}

/* With `since`: behind all but the last events that the engine remembers. Without: behind all. */
static uint64_t first_serial(const struct event_stream *stream)
{
	const struct world_event *event;
	uint64_t serial = 0;
	size_t count = 0;

	if (!stream->since)
		return stream->world->event_serial;
	for (; (event = world_event_after(stream->world, serial)) != NULL; serial = event->serial)
		count += is_dockers(stream, event);
	for (serial = 0; count > REMEMBERED && (event = world_event_after(stream->world, serial)) != NULL;
		serial = event->serial)
		count -= is_dockers(stream, event);
	return serial;
}

static bool take_bound(struct serve_request *request, const char *name, int64_t *bound)
{
	const char *text = serve_query(request, name);

	*bound = 0;
	if (!text || !*text)
		return true;
	if (!docker_parse_time(text, bound)) {
		serve_error(request, 400, "strconv.ParseInt: parsing \"%s\": invalid syntax", text);
		return false;
	}
	*bound -= request->server->skew_ms * 1000000;
	if (!*bound)
		*bound = 1; /* 1970 is a bound, not none */
	return true;
}

enum serve_result docker_events(struct serve_request *request)
{
	static const char *const allowed[] = {"config", "container", "daemon", "event", "image", "label",
		"network", "node", "plugin", "scope", "secret", "service", "type", "volume", NULL};
	struct event_stream *stream = calloc(1, sizeof *stream);

	if (!stream)
		return serve_error(request, 500, "out of memory");
	stream->world = request->world;
	stream->server = request->server;
	if (!docker_filters_parse(request, allowed, &stream->filters)) {
		free(stream);
		return SERVE_DONE;
	}
	if (!take_bound(request, "since", &stream->since) || !take_bound(request, "until", &stream->until)) {
		free_stream(stream);
		return SERVE_DONE;
	}
	stream->serial = first_serial(stream);
	return serve_stream(request, 200, "application/json", fill_events, stream, free_stream);
}
