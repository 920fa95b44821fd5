/*
 * pool_verify.c - the text after a change against what was meant, item by item.
 */
#include "pool_private.h"

#include <string.h>

struct meant {
	const struct pool_place *place;
	const char *url; /* added; NULL: an entry is removed */
	size_t index;    /* of the entry that comes or goes */
};

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same(const struct meant *m, const struct yaml_item *a, const struct yaml_item *b);

/* The new entry: a map of one url. */
static bool is_new(const struct meant *m, const struct yaml_item *entry)
{
	return entry->kind == YAML_ITEM_MAP && entry->count == 2 && entry->anchor == NULL &&
	       entry->tag == NULL && entry->items[0]->kind == YAML_ITEM_SCALAR &&
	       entry->items[0]->anchor == NULL && entry->items[1]->kind == YAML_ITEM_SCALAR &&
	       entry->items[1]->anchor == NULL && pool_entry_url(entry) == entry->items[1] &&
	       strcmp(entry->items[1]->text, m->url) == 0;
}

static bool same_list(const struct meant *m, const struct yaml_item *a, const struct yaml_item *b)
{
	const size_t before = pool_count(m->place), after = m->url != NULL ? before + 1 : before - 1;

	if (b->kind != YAML_ITEM_LIST || b->count != after)
		return false;
	if (a != NULL && (!same_text(a->anchor, b->anchor) || !same_text(a->tag, b->tag)))
		return false;
	for (size_t i = 0; i < after; i++) {
		const size_t from = m->url == NULL && i >= m->index ? i + 1 : i;
		const struct yaml_item *old = from < before && a != NULL ? a->items[from] : NULL;

		if (m->url != NULL && i == m->index ? !is_new(m, b->items[i])
						    : old == NULL || !same(m, old, b->items[i]))
			return false;
	}
	return true;
}

/* Items are the same in kind, value, anchor, tag, and in being quoted: null and "null" differ. */
static bool same(const struct meant *m, const struct yaml_item *a, const struct yaml_item *b)
{
	size_t skip = 0;

	if (a == m->place->value)
		return same_list(m, a, b);
	if (a->kind != b->kind || a->len != b->len || (a->quote == 0) != (b->quote == 0) ||
		!same_text(a->anchor, b->anchor) || !same_text(a->tag, b->tag))
		return false;
	if (a->len > 0 && memcmp(a->text, b->text, a->len) != 0)
		return false;
	if (a == m->place->balancer && m->place->value == NULL) {
		/* The key that was missing is the first. */
		skip = 2;
		if (b->count < 2 || b->items[0]->kind != YAML_ITEM_SCALAR ||
			strcmp(b->items[0]->text, "servers") != 0 || !same_list(m, NULL, b->items[1]))
			return false;
	}
	if (a->count + skip != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same(m, a->items[i], b->items[i + skip]))
			return false;
	return true;
}

static bool same_trees(const struct meant *m, const struct yaml_tree *a, const struct yaml_tree *b)
{
	if (a->document_count != b->document_count)
		return false;
	for (size_t i = 0; i < a->document_count; i++)
		if (!same(m, a->documents[i], b->documents[i]))
			return false;
	return true;
}

bool pool_verify(const struct pool_source *source, const struct pool_place *place, const char *service,
	const char *url, size_t index, const char *text, size_t len)
{
	const struct meant m = {place, url, index};
	struct pool_error error;
	struct pool_place found;
	struct yaml_tree tree;
	bool good;

	good = yaml_tree_parse(&tree, text, len, &error) && same_trees(&m, &source->tree, &tree) &&
	       pool_locate(&tree, service, &found, &error);
	yaml_tree_free(&tree);
	return good;
}
