/*
 * logs.c - ollama-top logs: the lines of a container's log on standard output, neutralised even when that is
 * no terminal, because it will be read on one.
 */
#include "ollama-top/logs.h"

#include "app.h"
#include "command.h"
#include "find.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "output.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define SIGNALS 2
/* How soon what a signal held up is written. */
#define REST_MS 50

struct logs_command {
	struct app app;
	const struct options *options;
	const char *name;
	struct logs *logs;
	struct output output;
	uv_signal_t signals[SIGNALS];
	uv_timer_t deadline, rest;
	char told[400]; /* the last trouble that was said */
	bool started;   /* lines have come, or could have */
	int exit_status;
};

static void leave(struct logs_command *c, int exit_status)
{
	c->exit_status = exit_status;
	logs_close(c->logs);
	c->logs = NULL;
	uv_stop(&c->app.loop);
}

static void fail(struct logs_command *c, int exit_status, const char *message)
{
	command_complain(message);
	leave(c, exit_status);
}

static void on_rest(uv_timer_t *timer);

/* False when the output has ended, and with it the command: quietly when the reader went away. */
static bool flush(struct logs_command *c)
{
	char message[128];
	if (output_flush(&c->output)) {
		if (c->output.len > 0) {
			/* The loop's time stood still meanwhile; with it, the timer would come before the signal. */
			uv_update_time(&c->app.loop);
			uv_timer_start(&c->rest, on_rest, REST_MS, 0);
		}
		return true;
	}
	if (c->output.error == EPIPE) {
		leave(c, EXIT_DONE);
		return false;
	}
	snprintf(message, sizeof(message), _("cannot write the result: %s"), strerror(c->output.error));
	fail(c, EXIT_UNWELL, message);
	return false;
}

/* All was read; it is over when all is written too. */
static void finish(struct logs_command *c)
{
	if (flush(c) && c->output.len == 0) {
		leave(c, EXIT_DONE);
	}
}

static void on_rest(uv_timer_t *timer)
{
	struct logs_command *c = timer->data;
	c->output.held = false;
	if (c->logs && logs_state(c->logs) == LOGS_DONE) {
		finish(c);
	} else if (c->logs) {
		flush(c);
	}
}

/* "2026-01-01T12:04:31.000000000Z", as Docker writes it. */
static void print_time(char *buf, size_t size, int64_t time_ns)
{
	text_rfc3339(buf, size, time_ns / 1000000);
	char *zone = strchr(buf, 'Z');
	if (zone) {
		snprintf(zone, size - (size_t)(zone - buf), ".%09dZ", (int)(time_ns % 1000000000));
	}
}

static char *line_json(const struct log_line *line)
{
	char time[64];
	cJSON *json = cJSON_CreateObject();
	print_time(time, sizeof(time), line->time_ns);
	if (line->time_ns != 0) {
		cJSON_AddStringToObject(json, "time", time);
	} else {
		cJSON_AddNullToObject(json, "time");
	}
	cJSON_AddStringToObject(json, "stream", line->stream == LOG_STDERR ? "stderr" : "stdout");
	cJSON_AddStringToObject(json, "text", line->text);
	char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

static void on_line(void *user, const struct log_line *line)
{
	struct logs_command *c = user;
	if (!c->logs) {
		return;
	}
	c->started = true;
	if (c->options->format == FORMAT_JSON) {
		char *text = line_json(line);
		if (!text) {
			fail(c, EXIT_UNWELL, _("out of memory"));
			return;
		}
		output_add(&c->output, text, strlen(text));
		cJSON_free(text);
	} else {
		output_add(&c->output, line->text, line->len);
	}
	if (!output_add(&c->output, "\n", 1)) {
		flush(c);
	}
}

/* Says a trouble once; the first one ends the command, later ones are waited out. */
static void on_change(void *user)
{
	struct logs_command *c = user;
	if (!c->logs) {
		return;
	}
	const enum logs_state state = logs_state(c->logs);
	if (state == LOGS_DONE) {
		finish(c);
		return;
	}
	if (!flush(c)) {
		return;
	}
	if (state == LOGS_OPEN || state == LOGS_CONNECTING) {
		c->told[0] = '\0';
		return;
	}
	if (state == LOGS_FAILED && (!c->started || logs_retry_at(c->logs) == 0)) {
		fail(c, EXIT_UNWELL, logs_trouble(c->logs));
		return;
	}
	if (strcmp(c->told, logs_trouble(c->logs)) != 0) {
		snprintf(c->told, sizeof(c->told), "%s", logs_trouble(c->logs));
		command_complain(c->told);
	}
}

static void open_log(struct logs_command *c, const struct server *server, const char *container)
{
	uv_timer_stop(&c->deadline);
	/* The fleet has done its part: nothing more is asked but this log. */
	c->logs = logs_open(&(struct logs_options){
		.loop = &c->app.loop,
		.clock = &c->app.clock,
		.http = c->app.http,
		.tunnels = c->app.tunnels,
		.server = server->spec,
		.container = container,
		.timeout_ms = c->app.spec->timeout_ms,
		.tail = c->options->lines_given ? (long)c->options->lines : LOG_ALL,
		.follow = c->options->follow,
		.on_line = on_line,
		.on_change = on_change,
		.user = c,
	});
	watch_close(c->app.watch);
	if (!c->logs) {
		fail(c, EXIT_UNWELL, _("out of memory"));
	} else if (logs_state(c->logs) == LOGS_FAILED) {
		fail(c, EXIT_UNWELL, logs_trouble(c->logs));
	}
}

/* Opens the log as soon as the fleet knows whose it is. */
static void look(struct logs_command *c)
{
	char error[FIND_ERROR_MAX];
	const struct server *server;
	const struct instance *instance;
	if (c->logs || c->exit_status >= 0) {
		return;
	}
	switch (find_instance(c->app.fleet, c->name, &server, &instance, error)) {
	case FIND_UNKNOWN:
		fail(c, EXIT_WRONG, error);
		return;
	case FIND_FAILED:
		fail(c, EXIT_UNWELL, error);
		return;
	case FIND_WAIT:
		return;
	case FIND_FOUND:
		break;
	}
	if (instance->task.known && !instance->task.own_port) {
		snprintf(error, sizeof(error),
			_("the container of %s is on another node, or has no port of its own: use docker "
			  "service logs %s"),
			c->name, server->spec->scale.service);
		fail(c, EXIT_UNWELL, error);
	} else if (instance->container.name && instance->container.name[0] != '\0') {
		open_log(c, server, instance->container.name);
	} else if (instance->spec && instance->spec->container) {
		open_log(c, server, instance->spec->container);
	} else if (server->docker.status == LINK_FAILED || server->docker.status == LINK_NONE ||
		   instance->present == 0) {
		/* It says itself why there is none, or is asked for by the name that it must have. */
		open_log(c, server, instance->name);
	}
}

static void on_fleet(void *user)
{
	look(user);
}

static void on_deadline(uv_timer_t *timer)
{
	struct logs_command *c = timer->data;
	char message[160];
	snprintf(message, sizeof(message),
		_("Docker of the server did not say in time which container %s is"), c->name);
	fail(c, EXIT_UNWELL, message);
}

static void on_signal(uv_signal_t *handle, int number)
{
	(void)number;
	leave(handle->data, EXIT_INTERRUPTED);
}

static void open_handles(struct logs_command *c)
{
	static const int numbers[SIGNALS] = {SIGINT, SIGTERM};
	for (size_t i = 0; i < SIGNALS; i++) {
		uv_signal_init(&c->app.loop, &c->signals[i]);
		c->signals[i].data = c;
		uv_signal_start(&c->signals[i], on_signal, numbers[i]);
	}
	uv_timer_init(&c->app.loop, &c->deadline);
	uv_timer_init(&c->app.loop, &c->rest);
	c->deadline.data = c->rest.data = c;
}

static void close_handles(struct logs_command *c)
{
	for (size_t i = 0; i < SIGNALS; i++) {
		uv_close((uv_handle_t *)&c->signals[i], NULL);
	}
	uv_close((uv_handle_t *)&c->deadline, NULL);
	uv_close((uv_handle_t *)&c->rest, NULL);
}

int logs_run(const struct options *options)
{
	struct logs_command command = {
		.options = options,
		.name = options->arg_count > 0 ? options->args[0] : "",
		.exit_status = -1,
		.app = {.on_change = on_fleet},
	};
	struct app *app = &command.app;
	app->user = &command;
	int exit_status = EXIT_UNWELL;
	if (!app_open(app, options, &exit_status)) {
		return app_close(app, exit_status);
	}
	if (app->notice[0] != '\0') {
		command_complain(app->notice);
	}
	open_handles(&command);
	look(&command);
	if (command.exit_status < 0) {
		if (!command.logs) {
			watch_start(app->watch);
			uv_timer_start(&command.deadline, on_deadline,
				(uint64_t)(3 * app->spec->timeout_ms + tunnels_patience_ms(app->spec)), 0);
		}
		uv_run(&app->loop, UV_RUN_DEFAULT);
	}
	logs_close(command.logs);
	close_handles(&command);
	output_free(&command.output);
	return app_close(app, command.exit_status >= 0 ? command.exit_status : EXIT_UNWELL);
}
