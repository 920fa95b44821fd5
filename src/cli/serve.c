/*
 * serve.c - ollama-top serve: watches the fleet and answers Prometheus. It has no operations: nothing here could
 * change anything.
 */
#include "app.h"
#include "command.h"
#include "exporter.h"
#include "serve_listen.h"
#include "serve_notify.h"

#include <signal.h>
#include <stdio.h>

#define SIGNALS 3

struct serve {
	struct app app;
	struct exporter exporter;
	uv_signal_t signals[SIGNALS];
	uv_timer_t watchdog;
};

static void on_signal(uv_signal_t *handle, int number)
{
	(void)number;
	uv_stop(handle->loop);
}

/* A hangup that was ignored at the start, as nohup has it, stays ignored. */
static void start_signals(struct serve *s)
{
	static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction before;
	for (size_t i = 0; i < SIGNALS; i++) {
		uv_signal_init(&s->app.loop, &s->signals[i]);
		const bool ignored =
			sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN;
		if (!ignored || numbers[i] != SIGHUP) {
			uv_signal_start(&s->signals[i], on_signal, numbers[i]);
		}
	}
}

static void stop_signals(struct serve *s)
{
	for (size_t i = 0; i < SIGNALS; i++) {
		uv_close((uv_handle_t *)&s->signals[i], NULL);
	}
}

static void run(struct serve *s)
{
	start_signals(s);
	serve_watchdog(&s->app.loop, &s->watchdog);
	watch_start(s->app.watch);
	uv_run(&s->app.loop, UV_RUN_DEFAULT);
	serve_notify("STOPPING=1");
	stop_signals(s);
	uv_close((uv_handle_t *)&s->watchdog, NULL);
}

int serve_run(const struct options *options)
{
	struct serve s = {0};
	struct serve_place place;
	char error[SERVE_ERROR_MAX];
	int exit_status = EXIT_UNWELL;
	if (!serve_listen_parse(&place, options->listen ? options->listen : SERVE_LISTEN_DEFAULT, error)) {
		command_complain(error);
		return EXIT_WRONG;
	}
	if (!app_open(&s.app, options, &exit_status)) {
		return app_close(&s.app, exit_status);
	}
	if (s.app.notice[0] != '\0') {
		command_complain(s.app.notice);
	}
	if (exporter_open(&s.exporter, &s.app, NULL, &place)) {
		run(&s);
		exit_status = EXIT_DONE;
	}
	return exporter_close(&s.exporter, &s.app, exit_status);
}
