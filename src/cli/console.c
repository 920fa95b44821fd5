#include "app.h"
#include "command.h"
#include "ollama-top/autoscale.h"
#include "ollama-top/i18n.h"
#include "ollama-top/ops.h"
#include "ollama-top/ui.h"

#include <unistd.h>

/* Operations are brought to an end within this when the user leaves. */
#define LEAVE_MS 10000

struct console {
	struct app app;
	struct ui *ui;
	struct autoscale *autoscale;
	bool leaving;
	int exit_status;
};

static void on_change(void *user)
{
	struct console *console = user;
	if (console->ui) {
		ui_changed(console->ui);
	}
}

static void on_left(void *user)
{
	struct console *console = user;
	uv_stop(&console->app.loop);
}

static void on_quit(void *user, int exit_status)
{
	struct console *console = user;
	console->exit_status = exit_status;
	autoscale_stop(console->autoscale);
	if (console->app.ops && !console->leaving) {
		console->leaving = true;
		ops_leave(console->app.ops, LEAVE_MS, on_left, console);
	} else {
		uv_stop(&console->app.loop);
	}
}

/* The replay as the console knows it. */
static bool replay_is_paused(void *user)
{
	return replay_paused(user);
}

static bool replay_is_over(void *user)
{
	return replay_ended(user);
}

static void pause_replay(void *user, bool paused)
{
	replay_pause(user, paused);
}

/* Nothing in a read-only console could change anything: it has no operations. */
static bool open_ops(struct console *console, const struct options *options)
{
	if (options->read_only || console->app.replay) {
		return true;
	}
	console->app.ops = ops_new(&(struct ops_options){
		.loop = &console->app.loop,
		.clock = &console->app.clock,
		.http = console->app.http,
		.tunnels = console->app.tunnels,
		.fleet = console->app.fleet,
		.watch = console->app.watch,
		.on_change = on_change,
		.user = console,
	});
	if (!console->app.ops) {
		command_complain(_("out of memory"));
	}
	return console->app.ops != NULL;
}

static bool open_autoscale(struct console *console)
{
	char error[AUTOSCALE_ERROR_MAX];
	console->autoscale = autoscale_new(
		&(struct autoscale_options){
			.loop = &console->app.loop,
			.clock = &console->app.clock,
			.fleet = console->app.fleet,
			.ops = console->app.ops,
		},
		error);
	if (!console->autoscale) {
		command_complain(error);
	}
	return console->autoscale != NULL;
}

static int close_all(struct console *console, int exit_status)
{
	autoscale_close(console->autoscale);
	exit_status = app_close(&console->app, exit_status);
	autoscale_free(console->autoscale);
	return exit_status;
}

int console_run(const struct options *options)
{
	struct console console = {.app = {.on_change = on_change}};
	console.app.user = &console;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		command_complain(
			_("the console needs a terminal; for scripts there is \"ollama-top snapshot\""));
		return EXIT_WRONG;
	}
	if (!app_open(&console.app, options, &console.exit_status) || !open_ops(&console, options) ||
		(!console.app.replay && !open_autoscale(&console))) {
		return close_all(&console, console.exit_status);
	}
	const struct ui_replay replay = {
		.speed = options->speed,
		.paused = replay_is_paused,
		.ended = replay_is_over,
		.pause = pause_replay,
		.user = console.app.replay,
	};
	console.ui = ui_new(&(struct ui_options){
		.loop = &console.app.loop,
		.clock = &console.app.clock,
		.fleet = console.app.fleet,
		.watch = console.app.watch,
		.ops = console.app.ops,
		.autoscale = console.autoscale,
		.http = console.app.http,
		.tunnels = console.app.tunnels,
		.replay = console.app.replay ? &replay : NULL,
		.read_only = options->read_only || console.app.replay,
		.ascii = options->ascii,
		.no_color = options->no_color,
		.on_quit = on_quit,
		.user = &console,
	});
	if (!console.ui) {
		return close_all(&console, EXIT_WRONG);
	}
	app_start(&console.app);
	uv_run(&console.app.loop, UV_RUN_DEFAULT);
	ui_free(console.ui);
	return close_all(&console, console.exit_status);
}
