/*
 * queue.h - lines on their way into a file, written by a thread of their own: the disk may take its time, the loop has
 * none, and the threads of the loop may all be waiting for names to be resolved.
 */
#ifndef RECORD_QUEUE_H
#define RECORD_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* More than this waiting for a disk is given up. */
#define QUEUE_MAX_BYTES ((size_t)32 << 20)

struct queue;

/* Takes over `fd`. `on_failed` is called on the loop, once. NULL: no thread or memory; `fd` is closed. */
struct queue *queue_open(uv_loop_t *loop, int fd, void (*on_failed)(void *user), void *user);
/* Adds a line and its end; false once something failed. Never waits for the disk. */
bool queue_add(struct queue *queue, const char *line, size_t len);
/* Nothing more is to be written: as if the disk did not keep up, on_failed included. */
void queue_fail(struct queue *queue);
/* Why writing ended, in words; NULL: it did not. Static, or of the C library. */
const char *queue_trouble(struct queue *queue);
/*
 * Writes what is left, at most `patience_ms`; queue_trouble() then says the last of it. False when the thread is stuck:
 * nothing is freed then. Otherwise it is freed once the loop has turned and queue_free() was called.
 */
bool queue_finish(struct queue *queue, int64_t patience_ms);
void queue_free(struct queue *queue);

#endif
