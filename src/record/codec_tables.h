/*
 * codec_tables.h - what the observations look like: each member with its key, its type and whose names are in it.
 */
#ifndef RECORD_CODEC_TABLES_H
#define RECORD_CODEC_TABLES_H

#include "names.h"
#include "ollama-top/observation.h"

enum codec_type {
	CODEC_TEXT,  /* char * */
	CODEC_CHARS, /* char[size] */
	CODEC_I64,
	CODEC_INT,
	CODEC_BOOL,
	CODEC_REAL,
	CODEC_CHOICE, /* an enum, as one of `words` */
	CODEC_TEXTS,  /* char ** with a count */
	CODEC_LIST,   /* a pointer to structs of `shape`, with a count */
	CODEC_ROW,    /* a pointer to exactly `most` of them */
};

struct codec_field {
	const char *key;
	enum codec_type type;
	size_t offset;
	size_t count; /* offset of the count, a size_t; of lists */
	size_t most;  /* members of a list; bytes of chars; words of a choice */
	enum name_class names;
	bool needed; /* of a text: it cannot be missing */
	const struct codec_shape *shape;
	const char *const *words;
};

struct codec_shape {
	size_t size; /* of the struct; 0: members of the observation itself */
	const struct codec_field *fields;
	size_t count;
};

struct codec_kind {
	const char *name;
	struct codec_shape shape;
};

/* NULL beyond the last. */
const struct codec_kind *codec_kind(enum observation_kind kind);

/* What is no observation. */
#define CODEC_TICK        "tick"
#define CODEC_NOTE        "note"
#define CODEC_ACKNOWLEDGE "acknowledge"

#endif
