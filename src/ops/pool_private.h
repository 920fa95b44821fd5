/*
 * pool_private.h - what the parts of pool_text share: the place of the list, edits, lines.
 */
#ifndef OPS_POOL_PRIVATE_H
#define OPS_POOL_PRIVATE_H

#include "pool_text.h"

struct pool_source {
	const char *text;
	size_t len;
	struct yaml_tree tree;
};

/* Where a service's list is. */
struct pool_place {
	const struct yaml_item *balancer; /* the map of loadBalancer */
	const struct yaml_item *key;      /* "servers"; NULL when missing */
	const struct yaml_item *value;    /* a list, or a scalar for null; NULL when missing */
	size_t line, column;              /* of the balancer */
	size_t step;                      /* columns by which the file indents */
};

/* Deletes `drop` bytes and writes `put` there. */
struct pool_edit {
	size_t at, drop;
	char *put; /* owned; NULL for nothing */
	size_t put_len;
};

#define POOL_EDITS_MAX 4

struct pool_edits {
	struct pool_edit edit[POOL_EDITS_MAX]; /* in the order of the text, apart from each other */
	size_t count;
	bool failed; /* out of memory */
};

/* pool_text.c: true with a parsed source and the list's place; the tree is to be freed either way. */
bool pool_open(struct pool_source *source, const char *text, size_t len, const char *service,
	struct pool_place *place, struct pool_error *error);

/* pool_locate.c: false with the error filled. */
bool pool_locate(const struct yaml_tree *tree, const char *service, struct pool_place *place,
	struct pool_error *error);

/* The number of entries; 0 for null or missing. */
size_t pool_count(const struct pool_place *place);

/* The url of one of them. */
const char *pool_url(const struct pool_place *place, size_t index);

/* The value of "url" of an entry, through aliases and merge keys; NULL for none. */
const struct yaml_item *pool_entry_url(const struct yaml_item *entry);

/* The index in `map` of a key written in it, in any case unless exact; `count` keys are so named. */
size_t pool_key_index(const struct yaml_item *map, const char *name, bool exact, size_t *count);

/* The value of a key of a map, its own or one by a merge key, an alias followed; NULL for none, and without a map. */
const struct yaml_item *pool_value(const struct yaml_item *map, const char *name, bool exact);

/* The text of a scalar without NULs in it; NULL for anything else. */
const char *pool_scalar(const struct yaml_item *item);

/* pool_edit.c: takes the bytes of `put`; NULL with put_len > 0 counts as out of memory. */
void pool_edit_add(struct pool_edits *edits, size_t at, size_t drop, char *put, size_t put_len);
void pool_edit_put(struct pool_edits *edits, size_t at, const char *put);
char *pool_edits_apply(const struct pool_edits *edits, const char *text, size_t len, size_t *out_len);
void pool_edits_clear(struct pool_edits *edits);

/* The first byte of the line of `at`, its break (or the text's end), and the first byte of the next line. */
size_t line_start(const struct pool_source *source, size_t at);
size_t line_end(const struct pool_source *source, size_t at);
size_t line_next(const struct pool_source *source, size_t at);

/* The line break to use beside `at`: that of its line, of the line before, or LF. */
const char *line_break(const struct pool_source *source, size_t at);

/* Whether [from, to) has only spaces and tabs; whether only these and a comment follow in the line. */
bool line_blank(const struct pool_source *source, size_t from, size_t to);
bool line_rest_idle(const struct pool_source *source, size_t at);

/* Whether there is a line break in [from, to). */
bool line_breaks(const struct pool_source *source, size_t from, size_t to);

/* pool_add.c, pool_remove.c: the edits; false with the error filled. The server is not, or is, in the list. */
bool pool_add_edits(const struct pool_source *source, const struct pool_place *place, const char *url,
	struct pool_edits *edits, struct pool_error *error);
bool pool_remove_edits(const struct pool_source *source, const struct pool_place *place, size_t index,
	struct pool_edits *edits, struct pool_error *error);

/*
 * pool_verify.c: whether `text` is what `source` becomes when `url` is added (index is pool_count()) or the entry at the
 * index is removed (url NULL), and nothing else differs.
 */
bool pool_verify(const struct pool_source *source, const struct pool_place *place, const char *service,
	const char *url, size_t index, const char *text, size_t len);

#endif
