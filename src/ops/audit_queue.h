/*
 * audit_queue.h - lines on their way into the audit log, written one after another in a thread: the disk, or
 * the lock of another process, may take its time, and the loop does not wait.
 */
#ifndef OLLAMA_TOP_OPS_AUDIT_QUEUE_H
#define OLLAMA_TOP_OPS_AUDIT_QUEUE_H

#include "audit.h"

#include <stddef.h>
#include <uv.h>

/* On the loop, once the line is on the disk, or with a sentence why it is not. */
typedef void audit_written_fn(void *user, const char *error);

struct audit_entry;

struct audit_queue {
	uv_loop_t *loop;
	struct audit *audit; /* opened by the first write; the thread's while one is under way */
	struct audit_entry *first, **last;
	bool writing;
};

void audit_queue_init(struct audit_queue *queue, uv_loop_t *loop);
/* Frees what was written. Must not be called while a write is under way, see audit_queue_busy(). */
void audit_queue_close(struct audit_queue *queue);

/*
 * Copies the line; `written` may be NULL, and is not called from here unless there is no memory. Lines are
 * written in the order in which they were added.
 */
void audit_queue_add(
	struct audit_queue *queue, const struct audit_line *line, audit_written_fn *written, void *user);
/* Nobody waits for this user's lines any more; they are written all the same. */
void audit_queue_forget(struct audit_queue *queue, const void *user);
bool audit_queue_busy(const struct audit_queue *queue);

#endif
