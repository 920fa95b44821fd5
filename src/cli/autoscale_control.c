#include "autoscale_control.h"

#include "app.h"
#include "autoscale_tell.h"
#include "command.h"
#include "exporter.h"
#include "ollama-top/autoscale.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "serve_notify.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* An operation is brought to an end within this when we are told to leave. */
#define LEAVE_MS 10000
#define SIGNALS  3

struct control {
	struct app app;
	const struct options *options;
	struct autoscale *autoscale;
	struct autoscale_tell tell;
	struct exporter exporter; /* with --listen */
	struct serve_place place;
	uv_timer_t watchdog;
	uv_signal_t signals[SIGNALS];
	bool leaving;
	int exit_status;
};

static void on_left(void *user)
{
	struct control *c = user;
	uv_stop(&c->app.loop);
}

/* What is under way ends first, and gives its lease back. */
static void leave(struct control *c, int exit_status)
{
	c->leaving = true;
	c->exit_status = exit_status;
	autoscale_stop(c->autoscale);
	if (c->app.ops) {
		ops_leave(c->app.ops, LEAVE_MS, on_left, c);
	} else {
		uv_stop(&c->app.loop);
	}
}

/* To be stopped is how it ends; a second signal does not wait. */
static void on_signal(uv_signal_t *handle, int number)
{
	struct control *c = handle->data;
	(void)number;
	if (c->leaving) {
		c->exit_status = EXIT_INTERRUPTED;
		uv_stop(&c->app.loop);
		return;
	}
	if (c->app.ops && ops_active(c->app.ops) > 0) {
		command_complain(_("leaving; once more leaves at once"));
	}
	leave(c, EXIT_DONE);
}

static void on_entry(void *user, const struct server *server, const struct policy_entry *entry)
{
	struct control *c = user;
	autoscale_tell_entry(&c->tell, server, entry);
}

static void on_step(void *user, const struct op_view *view)
{
	struct control *c = user;
	const struct server *server = fleet_server(c->app.fleet, view->target);
	if (server) {
		autoscale_tell_operation(&c->tell, server->index, view);
	}
}

/* Who reads what it does is gone: nobody is left who wants it. */
static void on_change(void *user)
{
	struct control *c = user;
	char message[128];
	if (autoscale_tell_flush(&c->tell) || c->leaving) {
		return;
	}
	snprintf(message, sizeof(message), _("cannot write the result: %s"), strerror(c->tell.output.error));
	command_complain(message);
	leave(c, EXIT_UNWELL);
}

static bool open_ops(struct control *c)
{
	c->app.ops = ops_new(&(struct ops_options){
		.loop = &c->app.loop,
		.clock = &c->app.clock,
		.http = c->app.http,
		.tunnels = c->app.tunnels,
		.fleet = c->app.fleet,
		.watch = c->app.watch,
		.on_step = on_step,
		.user = c,
	});
	return c->app.ops != NULL;
}

static bool open_all(struct control *c, char *error)
{
	const bool dry_run = c->options->dry_run;
	if (!autoscale_tell_open(
		    &c->tell, &c->app.clock, c->options->format, dry_run, c->app.fleet->server_count) ||
		(!dry_run && !open_ops(c))) {
		snprintf(error, AUTOSCALE_ERROR_MAX, "%s", _("out of memory"));
		return false;
	}
	c->autoscale = autoscale_new(
		&(struct autoscale_options){
			.loop = &c->app.loop,
			.clock = &c->app.clock,
			.fleet = c->app.fleet,
			.ops = c->app.ops,
			.on_change = on_change,
			.on_entry = on_entry,
			.user = c,
		},
		error);
	return c->autoscale != NULL;
}

static void start(struct control *c)
{
	static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
	for (size_t i = 0; i < SIGNALS; i++) {
		uv_signal_init(&c->app.loop, &c->signals[i]);
		c->signals[i].data = c;
		uv_signal_start(&c->signals[i], on_signal, numbers[i]);
	}
	for (size_t s = 0; !c->options->dry_run && s < c->app.fleet->server_count; s++) {
		(void)autoscale_arm(c->autoscale, s, true);
	}
	serve_watchdog(&c->app.loop, &c->watchdog);
	watch_start(c->app.watch);
	serve_notify("READY=1");
}

static int watch_and_run(struct control *c)
{
	char error[AUTOSCALE_ERROR_MAX];
	int exit_status;
	if (!app_open(&c->app, c->options, &exit_status)) {
		return exit_status;
	}
	if (c->app.notice[0] != '\0') {
		command_complain(c->app.notice);
	}
	if (c->app.spec->autoscale_count == 0) {
		command_complain(_("there is nothing to do: no server has autoscale: in the configuration"));
		return EXIT_WRONG;
	}
	if (!open_all(c, error)) {
		command_complain(error);
		return EXIT_UNWELL;
	}
	if (c->options->listen && !exporter_open(&c->exporter, &c->app, c->autoscale, &c->place)) {
		return EXIT_UNWELL;
	}
	start(c);
	uv_run(&c->app.loop, UV_RUN_DEFAULT);
	serve_notify("STOPPING=1");
	uv_close((uv_handle_t *)&c->watchdog, NULL);
	for (size_t i = 0; i < SIGNALS; i++) {
		uv_close((uv_handle_t *)&c->signals[i], NULL);
	}
	(void)autoscale_tell_flush(&c->tell);
	return c->exit_status;
}

int autoscale_control_run(const struct options *options)
{
	struct control c = {.options = options};
	char message[SERVE_ERROR_MAX];
	char shown[128];
	if (options->arg_count > 0) {
		text_clean(shown, sizeof(shown), options->args[0], strlen(options->args[0]));
		snprintf(message, sizeof(message), _("\"%s\" after %s is too much; see ollama-top --help"),
			shown, options->command);
		command_complain(message);
		return EXIT_WRONG;
	}
	if (options->read_only && !options->dry_run) {
		command_complain(_("refused: --read-only changes nothing; with --dry-run it only says what "
				   "it would do"));
		return EXIT_REFUSED;
	}
	if (options->listen && !serve_listen_parse(&c.place, options->listen, message)) {
		command_complain(message);
		return EXIT_WRONG;
	}
	const int exit_status = watch_and_run(&c);
	autoscale_close(c.autoscale);
	(void)exporter_close(&c.exporter, &c.app, exit_status);
	autoscale_free(c.autoscale);
	autoscale_tell_close(&c.tell);
	return exit_status;
}
