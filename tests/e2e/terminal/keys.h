/*
 * keys.h - what a terminal sends for a key, as xterm does with the cursor keys in application mode.
 */
#ifndef TESTS_KEYS_H
#define TESTS_KEYS_H

#include <stddef.h>

#define KEY_BYTES 8

/* The bytes of <Enter>, <Up>, <C-r>, <F5>, or of what is none of these itself; NULL when no key has this name. */
const char *key_bytes(const char *word, char buf[KEY_BYTES]);

/*
 * All keys but those that leave the console or stop it (q, Ctrl-C, Ctrl-S, Ctrl-Z, Ctrl-\): printable ASCII, control
 * characters, and the keys with names. NULL past the last.
 */
const char *key_at(size_t i, char buf[KEY_BYTES]);

#endif
