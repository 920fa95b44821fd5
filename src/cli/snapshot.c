#include "snapshot.h"

#include "command.h"
#include "metrics.h"
#include "ollama-top/i18n.h"
#include "once.h"
#include "result.h"

#include <stdio.h>
#include <stdlib.h>

static int print_metrics(const struct fleet *fleet, int status)
{
	size_t len = 0;
	const struct metrics_source source = {.fleet = fleet};
	char *text = metrics_write(&source, METRICS_TEXT, &len);
	if (!text) {
		command_complain(_("out of memory"));
		return EXIT_UNWELL;
	}
	fwrite(text, 1, len, stdout);
	free(text);
	return result_flush(status);
}

int snapshot_run(const struct options *options)
{
	struct once once = {0};
	int exit_status;
	if (once_run(&once, options, 0, &exit_status)) {
		once_unlisten(&once);
		const struct fleet *fleet = once.app.fleet;
		const int status = fleet->status == FLEET_OK && !once.cut_off ? EXIT_DONE : EXIT_UNWELL;
		exit_status =
			options->format == FORMAT_PROMETHEUS
				? print_metrics(fleet, status)
				: result_print(options->format, fleet, snapshot_json, snapshot_text, status);
	}
	return once_close(&once, exit_status);
}
