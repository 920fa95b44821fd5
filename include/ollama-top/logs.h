/*
 * logs.h - the log of one container, read from its Docker Engine (Engine API, ContainerLogs)
 * line by line, and followed over breaks of the connection and restarts of the container without
 * losing or doubling a line.
 *
 * Only GETs are sent. The container is asked for by its name at each new start, so that one that
 * was created anew under the same name is followed as well.
 */
#ifndef OLLAMA_TOP_LOGS_H
#define OLLAMA_TOP_LOGS_H

#include "ollama-top/http.h"
#include "ollama-top/log_ring.h"
#include "ollama-top/loop.h"
#include "ollama-top/spec.h"

/* No line is longer, in bytes; the rest is cut, with this mark in its place. */
#define LOG_LINE_MAX ((size_t)16 << 10)
#define LOG_CUT_MARK " [cut]"
#define LOG_ALL      (-1L)

struct logs;

enum logs_state {
	LOGS_CONNECTING,
	LOGS_OPEN,    /* lines come as they are written */
	LOGS_WAITING, /* the container does not run: its start is waited for */
	LOGS_FAILED,  /* logs_trouble() says why; tried again at logs_retry_at() unless that is 0 */
	LOGS_DONE,    /* all there was; not with `follow` */
};

struct logs_options {
	uv_loop_t *loop;
	const struct clock *clock;
	struct http *http;
	struct tunnels *tunnels;          /* NULL: nothing is reached by ssh */
	const struct server_spec *server; /* borrowed as long as the log is open */
	const char *container;            /* name or id; copied */
	int64_t timeout_ms;
	long tail; /* so many of the lines written before; LOG_ALL */
	bool follow;
	/* A line, valid during the call. logs_close() may be called here and in on_change. */
	void (*on_line)(void *user, const struct log_line *line);
	/* After the lines of one piece of the answer, and when the state changed. */
	void (*on_change)(void *user);
	void *user;
};

/*
 * Starts reading; on_change is not called before this returns. What makes reading impossible (no
 * engine configured, a name that cannot be one) is a log in the state LOGS_FAILED with logs_retry_at()
 * 0. NULL when out of memory.
 */
struct logs *logs_open(const struct logs_options *options);
/* Ends it without another callback; run the loop until it is empty, then the memory is free. NULL is allowed. */
void logs_close(struct logs *logs);

enum logs_state logs_state(const struct logs *logs);
/* A sentence, "" when there is no trouble. */
const char *logs_trouble(const struct logs *logs);
/* Monotonic ms of the next attempt; 0 when none is waited for. */
int64_t logs_retry_at(const struct logs *logs);

#endif
