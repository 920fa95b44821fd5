/*
 * output.h - lines to standard output while a loop runs: a reader that does not read holds the
 * program up, as it should, but not its signals.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct output {
	char *bytes; /* not written yet */
	size_t len, room;
	bool held; /* a signal came: nothing is waited for until the owner takes this back */
	int error; /* errno of what ended it, or 0 */
};

/* Adds bytes; written when there is much of it. False when it has ended. */
bool output_add(struct output *output, const char *bytes, size_t len);

/*
 * Writes all, unless a signal comes in between: then `held` is set, what is left stays, and true is
 * returned so that the loop can look at the signal. False when it has ended, with `error` set (EPIPE: the reader went away).
 */
bool output_flush(struct output *output);

void output_free(struct output *output);

#endif
