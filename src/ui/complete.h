/*
 * complete.h - which of the known names go with what is typed, and what was typed before.
 */
#ifndef UI_COMPLETE_H
#define UI_COMPLETE_H

#include "edit.h"

#include <stddef.h>

/* The i-th known name, NULL past the last. */
typedef const char *complete_name_fn(void *user, size_t i);

/*
 * The names that begin with `typed`, in any case, and after them those that have it elsewhere; each
 * once, at most `max`. Returns how many; `begin` is how many of them begin with it.
 */
size_t complete_matches(const char *typed, complete_name_fn *name, void *user, const char **matches,
	size_t max, size_t *begin);

/* Bytes that all `count` names have in common at their beginning, in any case. */
size_t complete_common(const char *const *names, size_t count);

#define RECALL_MAX 32

/* What was typed before, the last first. */
struct recall {
	char names[RECALL_MAX][EDIT_MAX];
	size_t count;
};

/* Puts a name first; the oldest goes when there are too many. */
void recall_add(struct recall *recall, const char *name);

#endif
