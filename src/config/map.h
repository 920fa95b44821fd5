/*
 * map.h - reads maps and lists by their tables.
 */
#ifndef CONFIG_MAP_H
#define CONFIG_MAP_H

#include "reader.h"

/* Fills a struct that schema->init() has not seen yet. What was filled stays when it fails. */
bool map_read(struct reader *reader, const struct node *node, const struct schema *schema, void *to);

field_read map_inside;      /* a struct at field->offset, by field->schema */
field_read map_list;        /* a calloc'ed array of structs, and its length; at most field->max */
field_read map_list_scalar; /* char **, and its length; the items are text; at most field->max */

#endif
