/*
 * reader.h - what reading one configuration shares: its name, its error, its tables.
 */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include "ollama-top/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct node;

struct reader {
	const char *name;           /* of the file, for messages */
	struct config_error *error; /* the first thing that is wrong */
	size_t visits;              /* values read: an alias may be read many times */
};

/* Fill the error with "NAME:LINE:COLUMN: ..." and return false. */
bool reader_fail_at(struct reader *reader, size_t line, size_t column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
bool reader_fail(struct reader *reader, const struct node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* At a byte of a scalar's text, where that can be told. */
bool reader_fail_inside(struct reader *reader, const struct node *node, size_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
bool reader_out_of_memory(struct reader *reader);

/* A scalar's text made safe and short for a message. */
#define READER_QUOTE_MAX 80
const char *reader_quote(char buf[READER_QUOTE_MAX], const struct node *node);

struct field;
/* Reads one value to where its table says; false with the error filled. */
typedef bool field_read(struct reader *reader, const struct node *node, const struct field *field, void *to);

/* One kind of map: its keys, what its values start as, and what must hold between them. */
struct schema {
	const char *what; /* "a server": as in 'unknown key "x" in a server' */
	size_t size;      /* of the struct that is filled */
	const struct field *fields;
	size_t field_count;
	void (*init)(void *value);
	bool (*check)(struct reader *reader, const struct node *map, const void *value);
	bool (*text)(struct reader *reader, const struct node *node,
		void *value); /* optional: it may be text too */
};

struct field {
	const char *name;
	field_read *read;
	size_t offset;       /* in the struct of the schema */
	size_t count_offset; /* lists: where their length goes */
	bool required;
	int64_t min, max;            /* numbers, in the unit of the struct; lists: most items */
	const struct schema *schema; /* maps, and lists of maps */
};

#endif
