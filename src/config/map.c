#include "map.h"

#include "node.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "scalar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No map has more keys; of an unknown key only this much is compared. */
#define FIELDS_MAX 16
#define KEY_MAX    24

/* What is written between the first quote of an unknown key and the end of its message. */
#define LIST_MAX 256

static size_t min_of(size_t a, size_t b, size_t c)
{
	const size_t least = a < b ? a : b;
	return least < c ? least : c;
}

/* Levenshtein's distance of what an operator wrote to a key of ours. */
static size_t distance(const char *written, const char *key)
{
	size_t row[KEY_MAX + 1];
	const size_t len = strnlen(key, KEY_MAX);
	for (size_t j = 0; j <= len; j++) {
		row[j] = j;
	}
	for (size_t i = 0; written[i] != '\0'; i++) {
		size_t diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 1; j <= len; j++) {
			const size_t above = row[j];
			row[j] = min_of(row[j - 1] + 1, above + 1, diagonal + (written[i] != key[j - 1]));
			diagonal = above;
		}
	}
	return row[len];
}

static size_t nearest(const struct schema *schema, const char *written)
{
	size_t best = 0;
	size_t best_distance = SIZE_MAX;
	for (size_t i = 0; i < schema->field_count; i++) {
		const size_t d = distance(written, schema->fields[i].name);
		if (d < best_distance) {
			best_distance = d;
			best = i;
		}
	}
	return best;
}

static bool unknown_key(struct reader *r, const struct node *key, const struct schema *schema)
{
	char quoted[READER_QUOTE_MAX];
	char others[LIST_MAX] = "";
	const size_t best = nearest(schema, reader_quote(quoted, key));
	size_t used = 0;
	for (size_t i = 0; i < schema->field_count && used < sizeof(others); i++) {
		if (i != best) {
			const int n = snprintf(others + used, sizeof(others) - used, "%s%s", used ? ", " : "",
				schema->fields[i].name);
			used += n > 0 ? (size_t)n : 0;
		}
	}
	const char *name = schema->fields[best].name;
	if (used == 0) {
		return reader_fail(r, key, _("unknown key \"%s\" in %s; expected \"%s\""), quoted,
			_(schema->what), name);
	}
	return reader_fail(r, key, _("unknown key \"%s\" in %s; expected \"%s\", or one of %s"), quoted,
		_(schema->what), name, others);
}

static const struct field *find_field(const struct schema *schema, const struct node *key)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		const char *name = schema->fields[i].name;
		if (strlen(name) == key->len && memcmp(name, key->text, key->len) == 0) {
			return &schema->fields[i];
		}
	}
	return NULL;
}

static bool count_visit(struct reader *r, const struct node *node)
{
	if (++r->visits > NODE_COUNT_MAX) {
		return reader_fail(r, node, _("aliases make this too large; expected fewer of them"));
	}
	return true;
}

static bool check_required(
	struct reader *r, const struct node *map, const struct schema *schema, const struct node *const *seen)
{
	for (size_t i = 0; i < schema->field_count; i++) {
		if (schema->fields[i].required && !seen[i]) {
			return reader_fail(r, map, _("%s is missing in %s; expected \"%s: ...\""),
				schema->fields[i].name, _(schema->what), schema->fields[i].name);
		}
	}
	return true;
}

bool map_read(struct reader *r, const struct node *node, const struct schema *schema, void *to)
{
	const struct node *seen[FIELDS_MAX] = {NULL};
	if (schema->init) {
		schema->init(to);
	}
	if (node->kind == NODE_SCALAR && schema->text) {
		return schema->text(r, node, to) && (!schema->check || schema->check(r, node, to));
	}
	if (node->kind != NODE_MAP) {
		return reader_fail(r, node, _("%s is not a map; expected \"%s: ...\""), _(schema->what),
			schema->fields[0].name);
	}
	for (size_t i = 0; i + 1 < node->count; i += 2) {
		const struct node *key = node->items[i];
		const struct field *field = find_field(schema, key);
		if (!count_visit(r, key)) {
			return false;
		}
		if (!field) {
			return unknown_key(r, key, schema);
		}
		const struct node **first = &seen[field - schema->fields];
		if (*first) {
			return reader_fail(r, key,
				_("%s is given twice, first in line %zu; expected it once"), field->name,
				(*first)->line);
		}
		*first = key;
		if (!field->read(r, node->items[i + 1], field, to)) {
			return false;
		}
	}
	return check_required(r, node, schema, seen) && (!schema->check || schema->check(r, node, to));
}

bool map_inside(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	return map_read(r, node, field->schema, (char *)to + field->offset);
}

/* A list that is neither empty nor too long. */
static bool check_list(struct reader *r, const struct node *node, const struct field *field)
{
	if (node->kind != NODE_LIST) {
		return reader_fail(
			r, node, _("%s is not a list; expected \"%s: [...]\""), field->name, field->name);
	}
	if (node->count == 0) {
		return reader_fail(r, node, _("%s is empty; expected at least one"), field->name);
	}
	if (node->count > (size_t)field->max) {
		return reader_fail(r, node->items[field->max], _("too many %s; expected at most %d"),
			field->name, (int)field->max);
	}
	return true;
}

bool map_list(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	if (!check_list(r, node, field)) {
		return false;
	}
	char *items = calloc(node->count, field->schema->size);
	if (!items) {
		return reader_out_of_memory(r);
	}
	*(void **)((char *)to + field->offset) = items;
	size_t *count = (size_t *)((char *)to + field->count_offset);
	for (size_t i = 0; i < node->count; i++) {
		*count = i + 1;
		if (!map_read(r, node->items[i], field->schema, items + i * field->schema->size)) {
			return false;
		}
	}
	return true;
}

bool map_list_scalar(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	if (!check_list(r, node, field)) {
		return false;
	}
	char **items = calloc(node->count, sizeof(char *));
	if (!items) {
		return reader_out_of_memory(r);
	}
	*(char ***)((char *)to + field->offset) = items;
	*(size_t *)((char *)to + field->count_offset) = node->count;
	const struct field item = {.name = field->name};
	for (size_t i = 0; i < node->count; i++) {
		if (!count_visit(r, node->items[i]) || !scalar_text(r, node->items[i], &item, &items[i])) {
			return false;
		}
	}
	return true;
}
