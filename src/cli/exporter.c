#include "exporter.h"

#include "command.h"
#include "ollama-top/audit_count.h"
#include "ollama-top/i18n.h"
#include "serve_http.h"
#include "serve_notify.h"
#include "serve_process.h"

#include <stdio.h>
#include <unistd.h>

static void fill(void *user, struct metrics_self *self)
{
	const struct exporter *e = user;
	uint64_t changing = 0;
	http_counts(e->app->http, &self->requests_sent, &changing);
	self->started = e->started;
	self->operations = e->operations ? audit_count_get(e->operations) : NULL;
	serve_process(self);
}

static void announce(const struct serve_place *place, const char *name)
{
	char text[512];
	snprintf(text, sizeof(text), _("metrics on http://%s/metrics"), name);
	command_complain(text);
	if (!place->loopback) {
		snprintf(text, sizeof(text),
			_("warning: whoever reaches %s can read the names, addresses and models of the "
			  "fleet; it asks "
			  "for no password"),
			name);
		command_complain(text);
	}
	snprintf(text, sizeof(text), "READY=1\nSTATUS=metrics on http://%s/metrics", name);
	serve_notify(text);
}

bool exporter_open(struct exporter *e, struct app *app, const struct autoscale *autoscale,
	const struct serve_place *place)
{
	char name[SERVE_PLACE_MAX];
	char error[SERVE_ERROR_MAX];
	e->app = app;
	e->started = (double)clock_wall_ms(&app->clock) / 1000;
	const int socket = serve_listen_open(place, name, error);
	if (socket < 0) {
		command_complain(error);
		return false;
	}
	e->http = serve_http_new(&(struct serve_http_options){
		.loop = &app->loop,
		.clock = &app->clock,
		.fleet = app->fleet,
		.autoscale = autoscale,
		.socket = socket,
		.fill = fill,
		.user = e,
	});
	e->operations = audit_count_new(&app->loop);
	if (!e->http || !e->operations) {
		command_complain(_("out of memory"));
		return false;
	}
	announce(place, name);
	return true;
}

int exporter_close(struct exporter *e, struct app *app, int exit_status)
{
	serve_http_close(e->http);
	audit_count_close(e->operations);
	const bool stuck = audit_count_stuck(e->operations);
	exit_status = app_close(app, exit_status);
	if (stuck && audit_count_stuck(e->operations)) {
		_exit(exit_status);
	}
	serve_http_free(e->http);
	audit_count_free(e->operations);
	return exit_status;
}
