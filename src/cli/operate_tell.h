/*
 * operate_tell.h - how an operation goes on: lines for people on stderr, one that is rewritten where that is a
 * terminal; with --format json the objects of DESIGN.md section 3 on stdout.
 */
#ifndef CLI_OPERATE_TELL_H
#define CLI_OPERATE_TELL_H

#include "ollama-top/loop.h"
#include "ollama-top/ops.h"
#include "options.h"
#include "output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tell {
	const struct clock *clock;
	enum format format;
	bool terminal; /* stderr is one */
	struct output output;
	struct output *to; /* where JSON goes; `output` unless somebody shares his own */
	uint64_t id;       /* for who tells of several operations, one after another */
	size_t shown;      /* columns of the line that is rewritten */
	enum op_status status;
	char step[256], message[OP_MESSAGE_MAX]; /* as last told */
	uint64_t steps;
	int64_t completed, progress_at;
	bool begun;
};

void tell_open(struct tell *tell, const struct clock *clock, enum format format);

/* Tells what is new in it. Nothing waits for a reader of stdout here. */
void tell_view(struct tell *tell, const struct op_view *view);

/* An operation that was refused before it began: a line on stdout with JSON. */
void tell_refused(struct tell *tell, enum op_kind kind, const char *target, const char *message);

/* Writes what is left, waiting for the reader unless a signal comes. False when it could not, `error` in output. */
bool tell_close(struct tell *tell);

#endif
