#include "once.h"

#include "command.h"

#include <signal.h>

#define SAMPLES_APART_MS 1000

static void on_ready(void *user)
{
	struct once *once = user;
	once->ready = true;
	uv_stop(&once->app.loop);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct once *once = handle->data;
	(void)number;
	once->interrupted = true;
	uv_stop(&once->app.loop);
}

static void start_signals(struct once *once)
{
	static const int numbers[] = {SIGINT, SIGTERM};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		uv_signal_t *handle = &once->signals[i];
		uv_signal_init(&once->app.loop, handle);
		handle->data = once;
		uv_signal_start(handle, on_signal, numbers[i]);
	}
	once->listening = true;
}

void once_unlisten(struct once *once)
{
	if (!once->listening) {
		return;
	}
	once->listening = false;
	for (size_t i = 0; i < sizeof(once->signals) / sizeof(*once->signals); i++) {
		uv_close((uv_handle_t *)&once->signals[i], NULL);
	}
}

bool once_more(struct once *once)
{
	if (!once->interrupted) {
		uv_run(&once->app.loop, UV_RUN_DEFAULT);
	}
	return !once->interrupted;
}

bool once_open(struct once *once, const struct options *options, int *exit_status)
{
	struct app *app = &once->app;
	*exit_status = EXIT_UNWELL;
	if (!app_open(app, options, exit_status)) {
		return false;
	}
	if (app->notice[0] != '\0') {
		command_complain(app->notice);
	}
	start_signals(once);
	return true;
}

bool once_look(struct once *once, int64_t patience_ms)
{
	/* The last question follows from answers that may each take their whole time. */
	const struct app *app = &once->app;
	const int64_t least_ms = SAMPLES_APART_MS + 2 * app->spec->timeout_ms;
	watch_once(app->watch,
		(patience_ms > least_ms ? patience_ms : least_ms) + tunnels_patience_ms(app->spec), on_ready,
		once);
	return once_more(once) && once->ready;
}

bool once_run(struct once *once, const struct options *options, int64_t patience_ms, int *exit_status)
{
	if (!once_open(once, options, exit_status)) {
		return false;
	}
	if (once->app.replay) {
		struct record_error error;
		/* What was read is shown all the same; the complaint comes at the end, and changes the exit status. */
		once->cut_off = !replay_finish(once->app.replay, &error);
		return true;
	}
	if (once_look(once, patience_ms)) {
		return true;
	}
	if (once->interrupted) {
		*exit_status = EXIT_INTERRUPTED;
	}
	return false;
}

int once_close(struct once *once, int exit_status)
{
	once_unlisten(once);
	return app_close(&once->app, exit_status);
}
