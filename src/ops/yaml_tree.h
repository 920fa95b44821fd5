/*
 * yaml_tree.h - a YAML stream as trees in which every item knows the bytes it was written in.
 *
 * Made for changing a text in place: aliases stay aliases, and the places of dashes, commas and colons are kept.
 * libyaml's marks count characters; here all places are offsets in bytes, the byte order mark included. Depth,
 * number of items and of anchors are bounded: hostile texts end in an error, not in time or memory.
 */
#ifndef OPS_YAML_TREE_H
#define OPS_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#define YAML_TREE_DEPTH_MAX  64
#define YAML_TREE_ITEMS_MAX  200000
#define YAML_TREE_ANCHOR_MAX 1024

/* Why a text is left alone. */
struct pool_error {
	size_t line, column; /* of the text, from 1, columns in characters; 0: not about a place in it */
	char text[768];      /* a sentence without the place, translated */
};

enum yaml_item_kind { YAML_ITEM_SCALAR, YAML_ITEM_LIST, YAML_ITEM_MAP, YAML_ITEM_ALIAS };

struct yaml_item {
	enum yaml_item_kind kind;
	bool flow;           /* a list or map in brackets, or one within such */
	char quote;          /* of a scalar: ' " | > or 0 */
	bool aliased;        /* some alias means this item */
	size_t start;        /* first byte, of the anchor or tag where there is one */
	size_t end;          /* behind the last byte that is not white space or a comment */
	size_t line, column; /* from 1, of the start */
	char *text; /* scalar: its value; alias: its anchor's name; NUL-terminated, may contain NULs */
	size_t len; /* of the text */
	char *anchor, *tag;       /* NULL without */
	struct yaml_item *target; /* of an alias */
	struct yaml_item **items; /* list: its items; map: key, value, key, value */
	size_t count, capacity;   /* of items */
	struct yaml_item *next;   /* every item of the tree */
};

enum yaml_sign_kind {
	YAML_SIGN_DASH,
	YAML_SIGN_COMMA,
	YAML_SIGN_COLON,
	YAML_SIGN_PROPERTY, /* an anchor or tag */
	YAML_SIGN_BRACKET,  /* an opening one */
};

/* What stands between the items. */
struct yaml_sign {
	enum yaml_sign_kind kind;
	size_t start, end; /* bytes */
	size_t column;     /* from 0, in characters */
};

struct yaml_tree {
	struct yaml_item **documents; /* their roots */
	size_t document_count, document_capacity;
	struct yaml_item *all;
	size_t count;
	struct yaml_sign *signs; /* in the order of the text */
	size_t sign_count;
};

/* Fills the error at a place of the text (line 0: none); always false. */
bool pool_fail(struct pool_error *error, size_t line, size_t column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* False with the error filled; yaml_tree_free() is due in either case. */
bool yaml_tree_parse(struct yaml_tree *tree, const char *text, size_t len, struct pool_error *error);
void yaml_tree_free(struct yaml_tree *tree);

/* The last sign of a kind that starts in [from, to), or the first; NULL for none. */
const struct yaml_sign *yaml_tree_last_sign(
	const struct yaml_tree *tree, enum yaml_sign_kind kind, size_t from, size_t to);
const struct yaml_sign *yaml_tree_first_sign(
	const struct yaml_tree *tree, enum yaml_sign_kind kind, size_t from, size_t to);

/* What an alias means; any other item itself. */
const struct yaml_item *yaml_item_real(const struct yaml_item *item);

#endif
