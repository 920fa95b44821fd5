/*
 * command.h - the table of commands, and the choice among them.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "options.h"

/* Exit statuses, DESIGN.md section 3. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_UNWELL = 1,
	EXIT_WRONG = 2,
	EXIT_REFUSED = 3,
	EXIT_INTERRUPTED = 130,
};

struct command {
	const char *name; /* NULL: what runs without a command */
	const char *args; /* for --help */
	const char *explanation;
	int (*run)(const struct options *options); /* the exit status */
	int arg_max; /* -1: it counts them itself */
	bool formats; /* --format means something */
	bool lines;   /* --follow and --lines do */
};

/* Does what the command line says and returns the exit status; messages on stderr. */
int command_main(int argc, char **argv);

/* "ollama-top: MESSAGE" on stderr. */
void command_complain(const char *message);

int console_run(const struct options *options);
int snapshot_run(const struct options *options);
int logs_run(const struct options *options);
int operate_run(const struct options *options); /* every operation */

#endif
