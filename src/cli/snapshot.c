#include "snapshot.h"

#include "app.h"
#include "command.h"
#include "ollama-top/i18n.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_APART_MS 1000

struct snapshot {
	struct app app;
	uv_signal_t signals[2];
	bool ready, interrupted;
};

static void on_ready(void *user)
{
	struct snapshot *snapshot = user;
	snapshot->ready = true;
	uv_stop(&snapshot->app.loop);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct snapshot *snapshot = handle->data;
	(void)number;
	snapshot->interrupted = true;
	uv_stop(&snapshot->app.loop);
}

static void start_signals(struct snapshot *snapshot)
{
	static const int numbers[] = {SIGINT, SIGTERM};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		uv_signal_t *handle = &snapshot->signals[i];
		uv_signal_init(&snapshot->app.loop, handle);
		handle->data = snapshot;
		uv_signal_start(handle, on_signal, numbers[i]);
	}
}

static void stop_signals(struct snapshot *snapshot)
{
	for (size_t i = 0; i < sizeof(snapshot->signals) / sizeof(*snapshot->signals); i++) {
		uv_close((uv_handle_t *)&snapshot->signals[i], NULL);
	}
}

static bool print_json(const struct fleet *fleet)
{
	cJSON *json = snapshot_json(fleet);
	char *text = json ? cJSON_Print(json) : NULL;
	cJSON_Delete(json);
	if (text) {
		puts(text);
	}
	cJSON_free(text);
	return text != NULL;
}

/* The exit status: health, unless the result could not be told. */
static int print(const struct fleet *fleet, enum format format)
{
	if (format == FORMAT_TEXT) {
		snapshot_text(stdout, fleet);
	} else if (!print_json(fleet)) {
		command_complain(_("out of memory"));
		return EXIT_UNWELL;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		char message[128];
		snprintf(message, sizeof(message), _("cannot write the result: %s"), strerror(errno));
		command_complain(message);
		return EXIT_UNWELL;
	}
	return fleet->status == FLEET_OK ? EXIT_DONE : EXIT_UNWELL;
}

int snapshot_run(const struct options *options)
{
	struct snapshot snapshot = {0};
	struct app *app = &snapshot.app;
	int exit_status = EXIT_UNWELL;
	if (!app_open(app, options, &exit_status)) {
		return app_close(app, exit_status);
	}
	if (app->notice[0] != '\0') {
		command_complain(app->notice);
	}
	start_signals(&snapshot);
	/* The last question follows from answers that may each take their whole time. */
	watch_once(app->watch, SAMPLES_APART_MS + 2 * app->spec->timeout_ms, on_ready, &snapshot);
	uv_run(&app->loop, UV_RUN_DEFAULT);
	stop_signals(&snapshot);
	if (snapshot.interrupted) {
		exit_status = EXIT_INTERRUPTED;
	} else if (snapshot.ready) {
		exit_status = print(app->fleet, options->format);
	}
	return app_close(app, exit_status);
}
