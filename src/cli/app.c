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

/* Only read from the file: no server can be asked by what comes of it. */
static struct fleet_spec *replayed_spec(struct app *app, const struct options *options, int *exit_status)
{
	struct record_error error;
	app->replay = replay_open(options->replay, &error);
	if (!app->replay) {
		command_complain(error.text);
		*exit_status = EXIT_WRONG;
		return NULL;
	}
	return replay_spec(app->replay);
}

static bool read_spec(struct app *app, const struct options *options, int *exit_status)
{
	if (options->replay) {
		app->spec = replayed_spec(app, options, exit_status);
		return app->spec != NULL;
	}
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

static bool open_replay(struct app *app, const struct options *options)
{
	app->loop_open = uv_loop_init(&app->loop) == 0;
	if (app->loop_open) {
		app->fleet = replay_fleet(app->replay, app->spec, &app->clock, options->speed);
	}
	if (!app->fleet) {
		command_complain(_("out of memory"));
	}
	return app->fleet != NULL;
}

static bool open_watch(struct app *app)
{
	app->loop_open = uv_loop_init(&app->loop) == 0;
	if (app->loop_open) {
		app->fleet = fleet_new(app->spec, clock_mono_ms(&app->clock), clock_wall_ms(&app->clock));
		app->http = http_new(&app->loop, &app->clock);
		app->tunnels = tunnels_new(&app->loop, &app->clock, app->spec);
	}
	if (app->fleet && app->http && app->tunnels) {
		app->watch = watch_new(&(struct watch_options){
			.loop = &app->loop,
			.clock = &app->clock,
			.http = app->http,
			.tunnels = app->tunnels,
			.fleet = app->fleet,
			.on_change = changed,
			.user = app,
		});
	}
	if (!app->watch) {
		command_complain(_("out of memory"));
	}
	return app->watch != NULL;
}

static bool open_recorder(struct app *app, const struct options *options, int *exit_status)
{
	struct record_error error;
	app->recorder = recorder_open(&app->loop, app->fleet, options->record, options->anonymise, &error);
	if (!app->recorder) {
		command_complain(error.text);
		*exit_status = EXIT_WRONG;
	}
	return app->recorder != NULL;
}

bool app_open(struct app *app, const struct options *options, int *exit_status)
{
	if (!read_spec(app, options, exit_status)) {
		return false;
	}
	*exit_status = EXIT_UNWELL;
	clock_init(&app->clock);
	if (app->replay ? !open_replay(app, options) : !open_watch(app)) {
		return false;
	}
	if (options->record && !open_recorder(app, options, exit_status)) {
		return false;
	}
	if (app->notice[0] != '\0') {
		fleet_note(app->fleet, SEVERITY_NONE, "", app->notice);
	}
	return true;
}

void app_start(struct app *app)
{
	if (app->replay) {
		replay_start(app->replay, &app->loop, changed, app);
	} else {
		watch_start(app->watch);
	}
}

/* What was recorded is whole on the disk, or the operator is told; false when the disk holds the process. */
static bool close_recorder(struct app *app, int *exit_status)
{
	struct record_error error;
	bool stuck = false;
	if (app->recorder && !recorder_close(app->recorder, &stuck, &error)) {
		command_complain(error.text);
		*exit_status = *exit_status == EXIT_DONE ? EXIT_UNWELL : *exit_status;
	}
	return !stuck;
}

static void complain_of_replay(const struct app *app)
{
	const char *trouble = app->replay ? replay_trouble(app->replay) : NULL;
	if (trouble) {
		command_complain(trouble);
	}
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
	const bool written = close_recorder(app, &exit_status);
	const bool stuck = !written || (app->http && http_resolver_stuck(app->http));
	complain_of_replay(app);
	demo_stop(app->demo);
	if (stuck) {
		/* Their ssh ends with this process. */
		tunnels_close(app->tunnels);
		fflush(NULL);
		_exit(exit_status);
	}
	if (app->ops) {
		ops_close(app->ops);
	}
	if (app->watch) {
		watch_close(app->watch);
	}
	tunnels_close(app->tunnels);
	if (app->http) {
		http_close(app->http);
	}
	replay_close(app->replay);
	if (app->loop_open) {
		drain_loop(&app->loop);
		if (app->ops && ops_stuck(app->ops)) {
			fflush(NULL);
			_exit(exit_status);
		}
		ops_free(app->ops);
		watch_free(app->watch);
		tunnels_free(app->tunnels);
		fleet_free(app->fleet);
		uv_loop_close(&app->loop);
	}
	spec_free(app->spec);
	return exit_status;
}
