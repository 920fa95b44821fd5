/*
 * node.h - a YAML document as a tree in which every node knows its line and column.
 *
 * Built from libyaml's events instead of its document API, so that depth, number of nodes
 * and number of anchors are bounded: hostile files end in an error, not in time or memory.
 */
#ifndef CONFIG_NODE_H
#define CONFIG_NODE_H

#include "reader.h"

#include <stdbool.h>
#include <stddef.h>

#define NODE_DEPTH_MAX  32
#define NODE_COUNT_MAX  100000
#define NODE_ANCHOR_MAX 256

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	size_t line, column; /* from 1; columns count characters */
	char *text;          /* scalar: NUL-terminated, and may contain NULs */
	size_t len;
	int quote; /* scalar: columns before its text, or -1 where columns of the text are not those of the file */
	struct node **items; /* list: its items; map: key, value, key, value */
	size_t count, capacity;
	struct node *next; /* every node of the tree, for tree_free() */
};

struct tree {
	struct node *root; /* NULL for an empty document */
	struct node *all;
	size_t count;
};

/* False with the reader's error filled; tree_free() is due in either case. */
bool tree_parse(struct tree *tree, struct reader *reader, const char *text, size_t len);
void tree_free(struct tree *tree);

/* The value of a key, NULL without. Aliases were resolved: a node may occur several times. */
const struct node *node_find(const struct node *map, const char *key);

#endif
