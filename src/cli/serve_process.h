/*
 * serve_process.h - what this process costs, for metrics about the exporter itself.
 */
#ifndef CLI_SERVE_PROCESS_H
#define CLI_SERVE_PROCESS_H

#include "metrics.h"

/* Fills cpu, resident, open_files and most_files from getrusage(2), /proc/self and getrlimit(2). */
void serve_process(struct metrics_self *self);

#endif
