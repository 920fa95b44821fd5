/*
 * filter.h - does a row match what the user typed?
 */
#ifndef UI_FILTER_H
#define UI_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#define FILTER_MAX 64

/* True when every word of `filter` occurs in some field, in any case; NULL fields match nothing. */
bool filter_matches(const char *filter, const char *const *fields, size_t count);

#endif
