/*
 * audit_check.h - the audit log as it was written, read back.
 */
#ifndef TESTS_RANDOM_AUDIT_CHECK_H
#define TESTS_RANDOM_AUDIT_CHECK_H

#include "ollama-top/ops.h"

#include <stdbool.h>
#include <stddef.h>

/* What became of one operation of ours: `begun` false when it was cancelled before. */
struct expected {
	uint64_t id;
	enum op_kind kind;
	enum op_status status;
	bool begun;
};

/* Where the log ends now. */
long audit_mark(void);

/*
 * Reads what was written since `mark`, by us among others: every line must parse, and every operation
 * must have begun once and ended once as it did. "" or what is wrong.
 */
void audit_check(long mark, const struct expected *expected, size_t count, char *why, size_t size);

#endif
