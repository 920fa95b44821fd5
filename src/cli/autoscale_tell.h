/*
 * autoscale_tell.h - what the controller decides and does, for people and as JSON lines: decisions on stdout, the
 * steps of its operations on stderr, or with --format json both on stdout.
 */
#ifndef CLI_AUTOSCALE_TELL_H
#define CLI_AUTOSCALE_TELL_H

#include "ollama-top/fleet.h"
#include "ollama-top/policy.h"
#include "operate_tell.h"

#include <stdbool.h>
#include <stddef.h>

struct autoscale_tell {
	const struct clock *clock;
	enum format format;
	bool dry_run;
	bool lost; /* lines were dropped, since nobody reads */
	struct output output;
	struct tell *tells; /* of each server's operation, by its index */
	size_t tell_count;
};

/* False when out of memory. */
bool autoscale_tell_open(struct autoscale_tell *tell, const struct clock *clock, enum format format,
	bool dry_run, size_t servers);
void autoscale_tell_close(struct autoscale_tell *tell);

/* Nothing waits for a reader here. */
void autoscale_tell_entry(
	struct autoscale_tell *tell, const struct server *server, const struct policy_entry *entry);
void autoscale_tell_operation(struct autoscale_tell *tell, size_t server, const struct op_view *view);

/* Writes what its reader takes by now. False when it can no longer be written: why is in output.error. */
bool autoscale_tell_flush(struct autoscale_tell *tell);

#endif
