/*
 * audit_count.h - how operations ended, counted from the audit log that other processes of the same user write.
 *
 * Only reads: from the end of the file as it is at the start, every few seconds on a thread of the loop's pool, so
 * that a file on a mount that hangs holds up nothing. What is written faster than it is read is read later.
 */
#ifndef OLLAMA_TOP_AUDIT_COUNT_H
#define OLLAMA_TOP_AUDIT_COUNT_H

#include "ollama-top/ops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define AUDIT_COUNT_OUTCOMES 5

struct audit_counts {
	uint64_t of[OP_KIND_COUNT][AUDIT_COUNT_OUTCOMES];
};

/* "done", "failed", "refused", "undone", "cancelled". */
const char *audit_count_outcome(size_t outcome);

/* Counts one line of the log, if it tells of an end; anything else is passed over. */
void audit_count_line(struct audit_counts *counts, const char *line, size_t len);

struct audit_count;

/* Follows the log of this user. NULL when out of memory. */
struct audit_count *audit_count_new(uv_loop_t *loop);
/* NULL until the folder of the log could be read once. */
const struct audit_counts *audit_count_get(const struct audit_count *count);
/* Closes handles; run the loop until it is empty, then audit_count_free(). */
void audit_count_close(struct audit_count *count);
/* A read is still out: freeing would have to wait for it. */
bool audit_count_stuck(const struct audit_count *count);
void audit_count_free(struct audit_count *count);

#endif
