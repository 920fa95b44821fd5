/*
 * pool_remove.c - taking an entry out of the list, with the comments in its own lines and nothing else.
 */
#include "ollama-top/i18n.h"
#include "pool_private.h"

/* Anchors of the entry that are used outside it would be missed there. */
static bool check_anchors(
	const struct pool_source *source, const struct yaml_item *entry, struct pool_error *error)
{
	for (const struct yaml_item *item = source->tree.all; item != NULL; item = item->next) {
		const bool inside = item->start >= entry->start && item->start < entry->end;

		if (item->kind == YAML_ITEM_ALIAS && !inside && item->target->start >= entry->start &&
			item->target->start < entry->end)
			return pool_fail(error, item->line, item->column,
				_("the alias *%.100s means the entry in line %zu that has to go; write it "
				  "out here"),
				item->text, entry->line);
	}
	return true;
}

/* The list is left empty: a null would make Traefik refuse the whole file, so it is written as []. */
static bool put_empty(const struct pool_source *source, const struct pool_place *place, size_t dash,
	struct pool_edits *edits)
{
	const struct yaml_sign *sign =
		yaml_tree_last_sign(&source->tree, YAML_SIGN_PROPERTY, place->value->start, dash);
	size_t at;

	if (sign == NULL)
		sign = yaml_tree_last_sign(&source->tree, YAML_SIGN_COLON, place->key->end, dash);
	if (sign == NULL)
		return false;
	at = sign->end;
	/* Spaces before the line break stay before the brackets. */
	if (line_blank(source, at, line_end(source, at)))
		at = line_end(source, at);
	pool_edit_put(edits, at, at > sign->end ? "[]" : " []");
	return true;
}

static bool remove_from_block(const struct pool_source *source, const struct pool_place *place, size_t index,
	struct pool_edits *edits, struct pool_error *error)
{
	const struct yaml_item *list = place->value, *entry = list->items[index];
	const struct yaml_sign *dash =
		yaml_tree_last_sign(&source->tree, YAML_SIGN_DASH, list->start, entry->start);
	size_t start, end;
	bool good;

	good = dash != NULL && line_blank(source, line_start(source, dash->start), dash->start);
	if (good && list->count == 1)
		good = put_empty(source, place, dash->start, edits);
	if (!good)
		return pool_fail(error, entry->line, entry->column, "%s",
			_("this entry shares its line with something else; give it a line of its own"));
	start = line_start(source, dash->start);
	end = line_next(source, entry->end);
	/* A text that ends without a line break goes on doing so. */
	if (line_end(source, entry->end) == source->len) {
		start -= start > 0 ? 1 : 0;
		start -= start > 0 && source->text[start] == '\n' && source->text[start - 1] == '\r' ? 1 : 0;
	}
	pool_edit_add(edits, start, end - start, NULL, 0);
	return true;
}

/* Up to the next entry, or behind the comma alone where a comment or a line break is between them. */
static size_t gap_end(const struct pool_source *source, size_t comma_end, const struct yaml_item *next)
{
	return line_blank(source, comma_end, next->start) ? next->start : comma_end;
}

static void remove_from_flow(const struct pool_source *source, const struct yaml_item *list, size_t index,
	struct pool_edits *edits)
{
	const struct yaml_tree *tree = &source->tree;
	const struct yaml_item *entry = list->items[index];
	const struct yaml_item *next = index + 1 < list->count ? list->items[index + 1] : NULL;
	const struct yaml_item *before = index > 0 ? list->items[index - 1] : NULL;
	const struct yaml_sign *comma = yaml_tree_first_sign(
		tree, YAML_SIGN_COMMA, entry->end, next != NULL ? next->start : list->end);
	const struct yaml_sign *comma_before =
		before != NULL ? yaml_tree_first_sign(tree, YAML_SIGN_COMMA, before->end, entry->start)
			       : NULL;
	const size_t line = line_start(source, entry->start), end = comma != NULL ? comma->end : entry->end;

	if (line_blank(source, line, entry->start) && line_rest_idle(source, end) &&
		line_breaks(source, end, list->end)) {
		/* Lines of its own. The comma before the last entry has nothing to separate any more. */
		if (comma == NULL && comma_before != NULL)
			pool_edit_add(edits, comma_before->start, 1, NULL, 0);
		pool_edit_add(edits, line, line_next(source, end) - line, NULL, 0);
	} else if (next != NULL) {
		pool_edit_add(edits, entry->start, gap_end(source, end, next) - entry->start, NULL, 0);
	} else if (comma_before == NULL) {
		pool_edit_add(edits, entry->start, end - entry->start, NULL, 0);
	} else if (line_blank(source, before->end, comma_before->start) &&
		   line_blank(source, comma_before->end, entry->start)) {
		pool_edit_add(edits, before->end, entry->end - before->end, NULL, 0);
	} else {
		pool_edit_add(edits, comma_before->start, 1, NULL, 0);
		pool_edit_add(edits, entry->start, entry->end - entry->start, NULL, 0);
	}
}

bool pool_remove_edits(const struct pool_source *source, const struct pool_place *place, size_t index,
	struct pool_edits *edits, struct pool_error *error)
{
	if (!check_anchors(source, place->value->items[index], error))
		return false;
	if (!place->value->flow)
		return remove_from_block(source, place, index, edits, error);
	remove_from_flow(source, place->value, index, edits);
	return true;
}
