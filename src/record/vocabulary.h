/*
 * vocabulary.h - the ordinary words of messages: what a text may keep when names are hidden in it.
 */
#ifndef RECORD_VOCABULARY_H
#define RECORD_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

#define VOCABULARY_WORD_MAX 32

/* Whether these bytes are an ordinary word of messages, in any case. */
bool vocabulary_has(const char *word, size_t len);

#endif
