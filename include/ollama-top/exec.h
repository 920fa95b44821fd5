/*
 * exec.h - a command that is run in a container by its engine (Engine API, ContainerExec).
 */
#ifndef OLLAMA_TOP_EXEC_H
#define OLLAMA_TOP_EXEC_H

#include <stdbool.h>
#include <stddef.h>

/* What came of a command that was run in a container. */
struct exec_result {
	const char *error; /* it could not be run, in words; NULL: it was */
	bool forbidden;    /* the engine's address does not allow it: do not ask again soon */
	bool missing;      /* the image lacks the program */
	const char *out, *err;
	size_t out_len;
	int exit_code; /* -1 unknown: it is asked only when there was no output */
	double latency_ms;
	double spread_ms; /* from the first of its output to the last */
};

struct exec;
typedef void exec_done_fn(void *user, const struct exec_result *result);

/* done is not called; what runs in the container runs on. NULL is allowed. */
void exec_cancel(struct exec *exec);

#endif
