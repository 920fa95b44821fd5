/*
 * exporter.h - the exporter in a process that watches a fleet: `ollama-top serve`, and `autoscale --listen` beside what
 * it does.
 */
#ifndef CLI_EXPORTER_H
#define CLI_EXPORTER_H

#include "app.h"
#include "ollama-top/autoscale.h"
#include "serve_listen.h"

#include <stdbool.h>

struct audit_count;
struct serve_http;

struct exporter {
	const struct app *app;
	struct serve_http *http;
	struct audit_count *operations;
	double started;
};

/* Listens and says where; `autoscale` may be NULL. False when it cannot: the message is on stderr, and exporter_close() is due. */
bool exporter_open(struct exporter *exporter, struct app *app, const struct autoscale *autoscale,
	const struct serve_place *place);

/*
 * Stops listening, and is app_close() in its place: a file that hangs must not hold the exit. What was never opened may
 * be zeros.
 */
int exporter_close(struct exporter *exporter, struct app *app, int exit_status);

#endif
