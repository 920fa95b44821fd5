/*
 * autoscale_control.h - `ollama-top autoscale [--dry-run]`: the policies of all servers, armed, until a signal comes.
 */
#ifndef CLI_AUTOSCALE_CONTROL_H
#define CLI_AUTOSCALE_CONTROL_H

#include "options.h"

/* Returns the exit status. */
int autoscale_control_run(const struct options *options);

#endif
