#include "app.h"
#include "command.h"
#include "ollama-top/i18n.h"
#include "ollama-top/ui.h"

#include <unistd.h>

struct console {
	struct app app;
	struct ui *ui;
	int exit_status;
};

static void on_change(void *user)
{
	struct console *console = user;
	ui_changed(console->ui);
}

static void on_quit(void *user, int exit_status)
{
	struct console *console = user;
	console->exit_status = exit_status;
	uv_stop(&console->app.loop);
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
	if (!app_open(&console.app, options, &console.exit_status)) {
		return app_close(&console.app, console.exit_status);
	}
	console.ui = ui_new(&(struct ui_options){
		.loop = &console.app.loop,
		.clock = &console.app.clock,
		.fleet = console.app.fleet,
		.watch = console.app.watch,
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
