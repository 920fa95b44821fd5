/*
 * world_event.c - what happened: the ring of events, and the log of each container.
 */
#include "world.h"

#include "world_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void clear(struct world_event *event)
{
	for (size_t i = 0; i < event->attribute_count; i++) {
		free(event->attributes[i].name);
		free(event->attributes[i].value);
	}
	free(event->attributes);
	free(event->action);
	free(event->id);
	memset(event, 0, sizeof *event);
}

static void add(struct world_event *event, const char *name, const char *value)
{
	struct world_pair *pair =
		world_grow((void **)&event->attributes, &event->attribute_count, sizeof *pair);

	if (!pair)
		return;
	pair->name = strdup(name);
	pair->value = strdup(value);
	if (pair->name && pair->value)
		return;
	free(pair->name);
	free(pair->value);
	event->attribute_count--;
}

static struct world_event *next_event(struct world *world)
{
	struct world_event *event;
	int64_t ns = world->wall * 1000000;

	if (world->event_count == WORLD_EVENTS_MAX) {
		event = &world->events[world->event_head];
		clear(event);
		world->event_head = (world->event_head + 1) % WORLD_EVENTS_MAX;
	} else {
		event = &world->events[(world->event_head + world->event_count++) % WORLD_EVENTS_MAX];
	}
	/* Two events never share a time, so that a client can resume with `since`. */
	world->event_ns = ns > world->event_ns ? ns : world->event_ns + 1;
	event->wall_ns = world->event_ns;
	event->serial = ++world->event_serial;
	return event;
}

void world_forget_events(struct world *world)
{
	for (size_t i = 0; i < world->event_count; i++)
		clear(&world->events[(world->event_head + i) % WORLD_EVENTS_MAX]);
	world->event_head = world->event_count = 0;
}

static void add_list(struct world_event *event, va_list arguments)
{
	const char *name;

	while ((name = va_arg(arguments, const char *))) {
		const char *value = va_arg(arguments, const char *);

		add(event, name, value ? value : "");
	}
}

void world_emit(struct world_container *c, const char *action, ...)
{
	struct world_event *event = next_event(c->server->world);
	va_list arguments;

	event->server = c->server;
	event->type = "container";
	event->action = strdup(action);
	event->id = strdup(c->id);
	for (size_t i = 0; i < c->label_count; i++)
		add(event, c->labels[i].name, c->labels[i].value);
	va_start(arguments, action);
	add_list(event, arguments);
	va_end(arguments);
	add(event, "image", c->image);
	add(event, "name", c->name);
	world_changed(c->server->world);
}

void world_emit_server(struct world_server *server, const char *type, const char *action, const char *id, ...)
{
	struct world_event *event = next_event(server->world);
	va_list arguments;

	event->server = server;
	event->type = type;
	event->action = strdup(action);
	event->id = strdup(id);
	va_start(arguments, id);
	add_list(event, arguments);
	va_end(arguments);
	world_changed(server->world);
}

const struct world_event *world_event_after(const struct world *world, uint64_t serial)
{
	uint64_t oldest = world->event_serial - world->event_count + 1;
	uint64_t wanted = serial + 1 > oldest ? serial + 1 : oldest;

	if (world->event_count == 0 || wanted > world->event_serial)
		return NULL;
	return &world->events[(world->event_head + (wanted - oldest)) % WORLD_EVENTS_MAX];
}

void world_log(struct world_container *c, bool is_stderr, const char *format, ...)
{
	struct world *world = c->server->world;
	struct world_log_line *line;
	char *text = NULL;
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (len < 0)
		return;
	if (world->backend.log)
		world->backend.log(world->backend.user, is_stderr, text);
	if (c->log_count == WORLD_LOG_MAX) {
		line = &c->log[c->log_head];
		free(line->text);
		c->log_head = (c->log_head + 1) % WORLD_LOG_MAX;
	} else {
		line = &c->log[(c->log_head + c->log_count++) % WORLD_LOG_MAX];
	}
	line->wall = world->wall;
	line->serial = ++c->log_serial;
	line->is_stderr = is_stderr;
	line->text = text;
	world_changed(world);
}

const struct world_log_line *world_log_after(const struct world_container *c, uint64_t serial)
{
	uint64_t oldest = c->log_serial - c->log_count + 1;
	uint64_t wanted = serial + 1 > oldest ? serial + 1 : oldest;

	if (c->log_count == 0 || wanted > c->log_serial)
		return NULL;
	return &c->log[(c->log_head + (wanted - oldest)) % WORLD_LOG_MAX];
}

/* As gin's default logger writes it: the time padded to 13, the client to 15, the method to 7. */
void world_gin(struct world_container *c, int status, double ms, const char *client, const char *method,
	const char *path)
{
	time_t seconds = c->server->world->wall / 1000;
	struct tm tm;
	char when[32], took[32];

	if (!gmtime_r(&seconds, &tm) || strftime(when, sizeof when, "%Y/%m/%d - %H:%M:%S", &tm) == 0)
		return;
	if (ms >= 60000)
		snprintf(took, sizeof took, "%dm%ds", (int)(ms / 60000), (int)(ms / 1000) % 60);
	else if (ms >= 1000)
		snprintf(took, sizeof took, "%.9gs", ms / 1000);
	else if (ms >= 1)
		snprintf(took, sizeof took, "%.6fms", ms);
	else
		snprintf(took, sizeof took, "%.3f\xc2\xb5s", ms * 1000);
	world_log(c, false, "[GIN] %s | %3d | %13s | %15s | %-8s \"%s\"", when, status, took, client, method,
		path);
}

/* As Go's slog writes it to stderr. */
void world_slog(struct world_container *c, const char *level, const char *source, const char *format, ...)
{
	int64_t wall = c->server->world->wall;
	time_t seconds = wall / 1000;
	struct tm tm;
	char when[32];
	char text[400];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (gmtime_r(&seconds, &tm) && strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm) > 0)
		world_log(c, true, "time=%s.%03dZ level=%s source=%s %s", when, (int)(wall % 1000), level,
			source, text);
}
