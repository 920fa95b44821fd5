/*
 * parsers.h - every parser of answers over the same bytes, for hostile tests and the fuzzer.
 */
#ifndef TEST_NET_PARSERS_H
#define TEST_NET_PARSERS_H

#include <stddef.h>

/* Runs all; returns how many accepted the bytes. Aborts when a result breaks its contract. */
int parsers_run(const char *data, size_t len);

#endif
