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
	int arg_max;                               /* -1: it counts them itself */
	unsigned formats;                          /* what --format may be, a bit (1 << enum format) each */
	bool lines;                                /* --follow and --lines do */
};

/* Does what the command line says and returns the exit status; messages on stderr. */
int command_main(int argc, char **argv);

/* Command `i` counted from 0, operations not among them; NULL beyond the last one. */
const struct command *command_at(size_t i);

/* "ollama-top: MESSAGE" on stderr. */
void command_complain(const char *message);

int console_run(const struct options *options);
int wall_run(const struct options *options);
int anonymise_run(const struct options *options);
int snapshot_run(const struct options *options);
int doctor_run(const struct options *options);
int models_run(const struct options *options);
int render_run(const struct options *options);
int logs_run(const struct options *options);
int autoscale_run(const struct options *options);
int serve_run(const struct options *options);
int operate_run(const struct options *options); /* every operation */

#endif
