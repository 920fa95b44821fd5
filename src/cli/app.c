#include "app.h"

#include "command.h"
#include "ollama-top/config.h"
#include "ollama-top/i18n.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Closing takes a few turns of the loop; whatever needs longer must not hold the exit. */
#define CLOSE_MS 500

static struct fleet_spec *demo_spec(struct app *app, const struct options *options, int *exit_status)
{
	struct demo_ready ready;
	struct config_error error;
	app->demo = demo_start(options->scenario, &ready);
	if (!app->demo) {
		command_complain(ready.notice);
		*exit_status = ready.exit_status;
		return NULL;
	}
	memcpy(app->notice, ready.notice, sizeof(app->notice));
	struct fleet_spec *spec = config_parse("demo", ready.config, ready.config_len, &error);
	free(ready.config);
	if (!spec) {
		command_complain(error.message);
		*exit_status = EXIT_UNWELL;
	}
	return spec;
}

static struct fleet_spec *file_spec(const struct options *options, int *exit_status)
{
	struct config_error error;
	char *path = config_find(options->config);
	struct fleet_spec *spec = path ? config_load(path, &error) : config_default(&error);
	free(path);
	if (!spec) {
		command_complain(error.message);
		*exit_status = EXIT_WRONG;
	}
	return spec;
}

static bool read_spec(struct app *app, const struct options *options, int *exit_status)
{
	app->spec = options->demo ? demo_spec(app, options, exit_status) : file_spec(options, exit_status);
	if (!app->spec) {
		return false;
	}
	if (options->refresh_ms > 0) {
		app->spec->refresh_ms = options->refresh_ms;
	}
	if (options->timeout_ms > 0) {
		app->spec->timeout_ms = options->timeout_ms;
	}
	return true;
}

static void changed(void *user)
{
	struct app *app = user;
	if (app->on_change) {
		app->on_change(app->user);
	}
}

bool app_open(struct app *app, const struct options *options, int *exit_status)
{
	if (!read_spec(app, options, exit_status)) {
		return false;
	}
	*exit_status = EXIT_UNWELL;
	clock_init(&app->clock);
	app->loop_open = uv_loop_init(&app->loop) == 0;
	if (app->loop_open) {
		app->fleet = fleet_new(app->spec, clock_mono_ms(&app->clock), clock_wall_ms(&app->clock));
		app->http = http_new(&app->loop, &app->clock);
	}
	if (app->fleet && app->http) {
		app->watch = watch_new(&(struct watch_options){
			.loop = &app->loop,
			.clock = &app->clock,
			.http = app->http,
			.fleet = app->fleet,
			.on_change = changed,
			.user = app,
		});
	}
	if (!app->watch) {
		command_complain(_("out of memory"));
		return false;
	}
	if (app->notice[0] != '\0') {
		fleet_note(app->fleet, SEVERITY_NONE, "", app->notice);
	}
	return true;
}

/* Turns the loop until nothing is left in it or the time is over. */
static void drain_loop(uv_loop_t *loop)
{
	const uint64_t deadline = uv_hrtime() / 1000000 + CLOSE_MS;
	while (uv_run(loop, UV_RUN_NOWAIT) != 0) {
		const uint64_t now = uv_hrtime() / 1000000;
		if (now >= deadline) {
			return;
		}
		const int timeout = uv_backend_timeout(loop);
		const int left = (int)(deadline - now);
		struct pollfd events = {.fd = uv_backend_fd(loop), .events = POLLIN};
		poll(&events, 1, timeout >= 0 && timeout < left ? timeout : left);
	}
}

int app_close(struct app *app, int exit_status)
{
	const bool stuck = app->http && http_resolver_stuck(app->http);
	demo_stop(app->demo);
	if (stuck) {
		fflush(NULL);
		_exit(exit_status);
	}
	if (app->ops) {
		ops_close(app->ops);
	}
	if (app->watch) {
		watch_close(app->watch);
	}
	if (app->http) {
		http_close(app->http);
	}
	if (app->loop_open) {
		drain_loop(&app->loop);
		ops_free(app->ops);
		watch_free(app->watch);
		fleet_free(app->fleet);
		uv_loop_close(&app->loop);
	}
	spec_free(app->spec);
	return exit_status;
}
