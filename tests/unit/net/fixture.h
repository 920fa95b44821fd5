/*
 * fixture.h - answers of real servers, recorded in data/.
 */
#ifndef TEST_NET_FIXTURE_H
#define TEST_NET_FIXTURE_H

#include <stddef.h>

/* The bytes of data/NAME, NUL-terminated behind the last; the test fails when it cannot be read. */
char *fixture_read(const char *name, size_t *len);

/* The standard output (1) or error (2) in a recorded body of /exec/ID/start. The caller frees. */
char *fixture_exec(const char *name, int stream, size_t *len);

/* Every recorded answer, for tests that cut and twist them; NULL ends the list. */
extern const char *const fixture_names[];

#endif
