#include "app.h"
#include "command.h"
#include "ollama-top/i18n.h"
#include "ollama-top/ops.h"
#include "ollama-top/ui.h"

#include <unistd.h>

/* Operations are brought to an end within this when the user leaves. */
#define LEAVE_MS 10000

struct console {
	struct app app;
	struct ui *ui;
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
	if (console->app.ops && !console->leaving) {
		console->leaving = true;
		ops_leave(console->app.ops, LEAVE_MS, on_left, console);
	} else {
		uv_stop(&console->app.loop);
	}
}

/* Nothing in a read-only console could change anything: it has no operations. */
static bool open_ops(struct console *console, const struct options *options)
{
	if (options->read_only) {
		return true;
	}
	console->app.ops = ops_new(&(struct ops_options){
		.loop = &console->app.loop,
		.clock = &console->app.clock,
		.http = console->app.http,
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

int console_run(const struct options *options)
{
	struct console console = {.app = {.on_change = on_change}};
	console.app.user = &console;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		command_complain(
			_("the console needs a terminal; for scripts there is \"ollama-top snapshot\""));
		return EXIT_WRONG;
	}
	if (!app_open(&console.app, options, &console.exit_status) || !open_ops(&console, options)) {
		return app_close(&console.app, console.exit_status);
	}
	console.ui = ui_new(&(struct ui_options){
		.loop = &console.app.loop,
		.clock = &console.app.clock,
		.fleet = console.app.fleet,
		.watch = console.app.watch,
		.ops = console.app.ops,
		.http = console.app.http,
		.read_only = options->read_only,
		.ascii = options->ascii,
		.no_color = options->no_color,
		.on_quit = on_quit,
		.user = &console,
	});
	if (!console.ui) {
		return app_close(&console.app, EXIT_WRONG);
	}
	watch_start(console.app.watch);
	uv_run(&console.app.loop, UV_RUN_DEFAULT);
	ui_free(console.ui);
	return app_close(&console.app, console.exit_status);
}
