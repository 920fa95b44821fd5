/*
 * child.h - programs that work for this one: started without blocking, heard on standard error, and ended with this
 * program even when it is killed.
 *
 * Not uv_spawn(): a child that is to die with its parent must say so between fork and exec, where libuv has no place
 * for it.
 */
#ifndef OLLAMA_TOP_NET_CHILD_H
#define OLLAMA_TOP_NET_CHILD_H

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

struct children; /* those of one loop */
struct child;

/* `line` is NUL-terminated, without its line feed, not cleaned; longer ones come in pieces. */
typedef void child_line_fn(void *user, const char *line);
/* It is gone, all its lines were told, and the handle is no longer valid. */
typedef void child_exit_fn(void *user);

/* NULL when out of memory. */
struct children *children_new(uv_loop_t *loop);
/*
 * Ends all without callbacks: SIGTERM, after 300 ms SIGKILL; frees itself when they are gone and the loop has run.
 * NULL is allowed.
 */
void children_close(struct children *children);

/*
 * Starts argv[0] of the PATH with nothing on standard input and output, in a session of its own, so that no key of the
 * terminal reaches it. NULL with errno set when there can be no more processes or files; a program that cannot
 * be executed is a child that says "NAME: not found" and ends.
 */
struct child *child_start(struct children *children, const char *const *argv, child_line_fn *on_line,
	child_exit_fn *on_exit, void *user);
void child_signal(const struct child *child, int number);
/* Tells what it has written by now. */
void child_listen(struct child *child);
/* Ends it; no callback comes any more. NULL is allowed. */
void child_drop(struct child *child);

#endif
