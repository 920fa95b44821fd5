/*
 * names_private.h - what the two halves of names.h share: the book of pseudonyms, and what words look like.
 */
#ifndef RECORD_NAMES_PRIVATE_H
#define RECORD_NAMES_PRIVATE_H

#include "names.h"

#include <stdio.h>

/* The pseudonym of these bytes, or NULL. Good until names_free(). */
const char *book_find(const struct names *names, const char *text, size_t len);
/* Makes `pseudonym` theirs; returns it, or what stands when the book is full. */
const char *book_add(struct names *names, const char *text, size_t len, const char *pseudonym);
/* The next number of a kind of pseudonym, from 1. */
size_t book_number(struct names *names, enum name_class class);
/* What stands, else "PREFIX-N". */
const char *book_name(
	struct names *names, enum name_class class, const char *prefix, const char *text, size_t len);

/* names_place.c: each writes what the bytes become. */
bool place_is_address(const char *text, size_t len);
void place_host(struct names *names, FILE *out, const char *text, size_t len);
void place_url(struct names *names, FILE *out, const char *text, size_t len);
void place_path(struct names *names, FILE *out, const char *text, size_t len);
void place_mount(struct names *names, FILE *out, const char *text, size_t len);
void place_client(struct names *names, FILE *out, const char *text, size_t len);

/* names_text.c */
void text_word(struct names *names, FILE *out, const char *text, size_t len);
void text_sentence(struct names *names, FILE *out, const char *text, size_t len);

#endif
