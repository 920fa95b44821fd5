/*
 * wall.c - the wall: as the console, but nothing is made by which a server could be told to do anything.
 */
#include "ollama-top/wall.h"

#include "app.h"
#include "command.h"
#include "ollama-top/i18n.h"

#include <unistd.h>

struct wall_app {
	struct app app;
	struct wall *wall;
	int exit_status;
};

static void on_change(void *user)
{
	struct wall_app *wall = user;
	if (wall->wall) {
		wall_changed(wall->wall);
	}
}

static void on_quit(void *user, int exit_status)
{
	struct wall_app *wall = user;
	wall->exit_status = exit_status;
	uv_stop(&wall->app.loop);
}

int wall_run(const struct options *options)
{
	struct wall_app wall = {.app = {.on_change = on_change}};
	wall.app.user = &wall;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		command_complain(
			_("the wall needs a terminal; for scripts there is \"ollama-top snapshot\""));
		return EXIT_WRONG;
	}
	if (!app_open(&wall.app, options, &wall.exit_status)) {
		return app_close(&wall.app, wall.exit_status);
	}
	wall.wall = wall_new(&(struct wall_options){
		.loop = &wall.app.loop,
		.clock = &wall.app.clock,
		.fleet = wall.app.fleet,
		.ascii = options->ascii,
		.no_color = options->no_color,
		.bell = options->bell,
		.on_quit = on_quit,
		.user = &wall,
	});
	if (!wall.wall) {
		return app_close(&wall.app, EXIT_WRONG);
	}
	app_start(&wall.app);
	uv_run(&wall.app.loop, UV_RUN_DEFAULT);
	wall_free(wall.wall);
	return app_close(&wall.app, wall.exit_status);
}
