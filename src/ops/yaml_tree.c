/*
 * yaml_tree.c - trees from libyaml's events, and the signs between the items from its tokens.
 */
#include "yaml_tree.h"

#include "ollama-top/i18n.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* Where the bytes of each character start: libyaml's marks count characters. */
struct places {
	const char *text;
	size_t len;
	size_t bom; /* bytes of the byte order mark, which libyaml would count as a column */
	uint32_t *byte;
	size_t count;
};

struct builder {
	struct yaml_tree *tree;
	const struct places *places;
	struct pool_error *error;
	struct yaml_item *stack[YAML_TREE_DEPTH_MAX];
	size_t depth;
	struct yaml_item *anchors[YAML_TREE_ANCHOR_MAX];
	size_t anchor_count;
};

bool pool_fail(struct pool_error *error, size_t line, size_t column, const char *format, ...)
{
	va_list args;

	error->line = line;
	error->column = column;
	va_start(args, format);
	vsnprintf(error->text, sizeof error->text, format, args);
	va_end(args);
	return false;
}

static bool out_of_memory(struct pool_error *error)
{
	return pool_fail(error, 0, 0, "%s", _("out of memory"));
}

static bool places_init(struct places *places, const char *text, size_t len)
{
	places->text = text;
	places->len = len;
	places->bom = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	places->count = 0;
	places->byte = malloc((len + 1) * sizeof *places->byte);
	if (places->byte == NULL)
		return false;
	for (size_t i = places->bom; i < len; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			places->byte[places->count++] = (uint32_t)i;
	return true;
}

static size_t place(const struct places *places, const yaml_mark_t *mark)
{
	return mark->index < places->count ? places->byte[mark->index] : places->len;
}

/* libyaml gives what it cannot decode a byte offset and no line. */
static bool fail_undecodable(
	struct pool_error *error, const struct places *places, const yaml_parser_t *parser)
{
	size_t line = 1, column = 1;

	for (size_t i = places->bom; i < places->len && i - places->bom < parser->problem_offset; i++) {
		const unsigned char c = (unsigned char)places->text[i];

		if (c == '\n') {
			line++;
			column = 1;
		} else if ((c & 0xc0) != 0x80) {
			column++;
		}
	}
	return pool_fail(error, line, column, _("%s; expected text in UTF-8"), parser->problem);
}

static bool fail_parser(struct pool_error *error, const struct places *places, const yaml_parser_t *parser)
{
	const char *problem = parser->problem != NULL ? parser->problem : "?";
	const yaml_mark_t *mark = &parser->problem_mark;

	if (parser->error == YAML_MEMORY_ERROR)
		return out_of_memory(error);
	if (parser->error == YAML_READER_ERROR)
		return fail_undecodable(error, places, parser);
	if (parser->context == NULL)
		return pool_fail(error, mark->line + 1, mark->column + 1, _("%s; expected YAML"), problem);
	return pool_fail(error, mark->line + 1, mark->column + 1, _("%s %s (line %zu); expected YAML"),
		problem, parser->context, parser->context_mark.line + 1);
}

static bool append(struct yaml_item ***items, size_t *count, size_t *capacity, struct yaml_item *item)
{
	if (*count == *capacity) {
		const size_t more = *capacity > 0 ? *capacity * 2 : 4;
		struct yaml_item **grown = realloc(*items, more * sizeof(struct yaml_item *));

		if (grown == NULL)
			return false;
		*items = grown;
		*capacity = more;
	}
	(*items)[(*count)++] = item;
	return true;
}

/* Puts an item where the document is: its root, the next of a list, a key or a value. */
static bool put(struct builder *b, struct yaml_item *item)
{
	struct yaml_tree *tree = b->tree;
	struct yaml_item *parent = b->depth > 0 ? b->stack[b->depth - 1] : NULL;

	if (parent != NULL)
		return append(&parent->items, &parent->count, &parent->capacity, item) ||
		       out_of_memory(b->error);
	return append(&tree->documents, &tree->document_count, &tree->document_capacity, item) ||
	       out_of_memory(b->error);
}

static struct yaml_item *new_item(struct builder *b, enum yaml_item_kind kind, const yaml_event_t *event)
{
	const yaml_mark_t *mark = &event->start_mark;
	struct yaml_item *item;

	if (b->tree->count == YAML_TREE_ITEMS_MAX) {
		pool_fail(b->error, mark->line + 1, mark->column + 1, "%s", _("too many values"));
		return NULL;
	}
	item = calloc(1, sizeof *item);
	if (item == NULL) {
		out_of_memory(b->error);
		return NULL;
	}
	item->kind = kind;
	item->line = mark->line + 1;
	item->column = mark->column + 1;
	item->start = place(b->places, mark);
	item->end = place(b->places, &event->end_mark);
	item->next = b->tree->all;
	b->tree->all = item;
	b->tree->count++;
	return item;
}

static bool copy(char **to, const yaml_char_t *from)
{
	*to = from != NULL ? strdup((const char *)from) : NULL;
	return from == NULL || *to != NULL;
}

/* Gives an item its anchor and tag, and its place in the tree. */
static bool finish(
	struct builder *b, struct yaml_item *item, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (!copy(&item->anchor, anchor) || !copy(&item->tag, tag))
		return out_of_memory(b->error);
	if (anchor != NULL && b->anchor_count == YAML_TREE_ANCHOR_MAX)
		return pool_fail(b->error, item->line, item->column, "%s", _("too many anchors"));
	if (anchor != NULL)
		b->anchors[b->anchor_count++] = item;
	return put(b, item);
}

static bool set_text(struct builder *b, struct yaml_item *item, const yaml_char_t *text, size_t len)
{
	item->text = malloc(len + 1);
	if (item->text == NULL)
		return out_of_memory(b->error);
	memcpy(item->text, text, len);
	item->text[len] = '\0';
	item->len = len;
	return true;
}

static bool on_alias(struct builder *b, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	struct yaml_item *item = new_item(b, YAML_ITEM_ALIAS, event);

	if (item == NULL || !set_text(b, item, event->data.alias.anchor, strlen(name)))
		return false;
	/* From the newest: an anchor may be given again, and then means what it was last. */
	for (size_t i = b->anchor_count; i-- > 0 && item->target == NULL;)
		if (strcmp(b->anchors[i]->anchor, name) == 0)
			item->target = b->anchors[i];
	if (item->target == NULL)
		return pool_fail(b->error, item->line, item->column, "%s",
			_("an alias without its anchor; expected &NAME before *NAME"));
	item->target->aliased = true;
	return put(b, item);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool on_scalar(struct builder *b, const yaml_event_t *event)
{
	static const char quotes[] = {
		[YAML_SINGLE_QUOTED_SCALAR_STYLE] = '\'',
		[YAML_DOUBLE_QUOTED_SCALAR_STYLE] = '"',
		[YAML_LITERAL_SCALAR_STYLE] = '|',
		[YAML_FOLDED_SCALAR_STYLE] = '>',
	};
	struct yaml_item *item = new_item(b, YAML_ITEM_SCALAR, event);

	if (item == NULL)
		return false;
	item->quote = quotes[event->data.scalar.style];
	/* The blank lines behind a block scalar are its own for libyaml. */
	while ((item->quote == '|' || item->quote == '>') && is_space(b->places->text[item->end - 1]))
		item->end--;
	return set_text(b, item, event->data.scalar.value, event->data.scalar.length) &&
	       finish(b, item, event->data.scalar.anchor, event->data.scalar.tag);
}

static bool on_start(struct builder *b, const yaml_event_t *event)
{
	const bool map = event->type == YAML_MAPPING_START_EVENT;
	struct yaml_item *item;

	if (b->depth == YAML_TREE_DEPTH_MAX)
		return pool_fail(b->error, event->start_mark.line + 1, event->start_mark.column + 1, "%s",
			_("nested too deeply"));
	item = new_item(b, map ? YAML_ITEM_MAP : YAML_ITEM_LIST, event);
	if (item == NULL)
		return false;
	item->flow = map ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
			 : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	if (!finish(b, item, map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor,
		    map ? event->data.mapping_start.tag : event->data.sequence_start.tag))
		return false;
	b->stack[b->depth++] = item;
	return true;
}

/* A closing bracket is the end; without one libyaml's mark is where the next token starts, so the last item is. */
static bool on_end(struct builder *b, const yaml_event_t *event)
{
	struct yaml_item *item = b->stack[--b->depth];

	if (event->start_mark.index != event->end_mark.index)
		item->end = place(b->places, &event->end_mark);
	else if (item->count > 0)
		item->end = item->items[item->count - 1]->end;
	return true;
}

static bool on_document(struct builder *b, const yaml_event_t *event)
{
	(void)event;
	b->anchor_count = 0;
	return true;
}

static bool on_event(struct builder *b, const yaml_event_t *event)
{
	static bool (*const table[])(struct builder *, const yaml_event_t *) = {
		[YAML_DOCUMENT_START_EVENT] = on_document,
		[YAML_ALIAS_EVENT] = on_alias,
		[YAML_SCALAR_EVENT] = on_scalar,
		[YAML_SEQUENCE_START_EVENT] = on_start,
		[YAML_SEQUENCE_END_EVENT] = on_end,
		[YAML_MAPPING_START_EVENT] = on_start,
		[YAML_MAPPING_END_EVENT] = on_end,
	};

	return (size_t)event->type >= sizeof table / sizeof *table || table[event->type] == NULL ||
	       table[event->type](b, event);
}

static bool parser_open(yaml_parser_t *parser, const struct places *places)
{
	if (!yaml_parser_initialize(parser))
		return false;
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		parser, (const unsigned char *)places->text + places->bom, places->len - places->bom);
	return true;
}

static bool read_items(struct yaml_tree *tree, const struct places *places, struct pool_error *error)
{
	struct builder b = {.tree = tree, .places = places, .error = error};
	yaml_parser_t parser;
	bool good = true, more = true;

	if (!parser_open(&parser, places))
		return out_of_memory(error);
	while (good && more) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			good = fail_parser(error, places, &parser);
			break;
		}
		good = on_event(&b, &event);
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return good;
}

static bool add_sign(struct yaml_tree *tree, const struct places *places, enum yaml_sign_kind kind,
	const yaml_token_t *token)
{
	/* Grows when the count is a power of two. */
	if ((tree->sign_count & (tree->sign_count - 1)) == 0) {
		const size_t more = tree->sign_count > 0 ? tree->sign_count * 2 : 1;
		struct yaml_sign *grown = realloc(tree->signs, more * sizeof *grown);

		if (grown == NULL)
			return false;
		tree->signs = grown;
	}
	tree->signs[tree->sign_count++] = (struct yaml_sign){
		.kind = kind,
		.start = place(places, &token->start_mark),
		.end = place(places, &token->end_mark),
		.column = token->start_mark.column,
	};
	return true;
}

static bool read_signs(struct yaml_tree *tree, const struct places *places, struct pool_error *error)
{
	/* One more than the kind, 0 for tokens that are no signs. */
	static const unsigned char kinds[] = {
		[YAML_BLOCK_ENTRY_TOKEN] = YAML_SIGN_DASH + 1,
		[YAML_FLOW_ENTRY_TOKEN] = YAML_SIGN_COMMA + 1,
		[YAML_VALUE_TOKEN] = YAML_SIGN_COLON + 1,
		[YAML_ANCHOR_TOKEN] = YAML_SIGN_PROPERTY + 1,
		[YAML_TAG_TOKEN] = YAML_SIGN_PROPERTY + 1,
		[YAML_FLOW_SEQUENCE_START_TOKEN] = YAML_SIGN_BRACKET + 1,
		[YAML_FLOW_MAPPING_START_TOKEN] = YAML_SIGN_BRACKET + 1,
		[YAML_SCALAR_TOKEN] = 0,
	};
	yaml_parser_t parser;
	bool good = true, more = true;

	if (!parser_open(&parser, places))
		return out_of_memory(error);
	while (good && more) {
		yaml_token_t token;

		if (!yaml_parser_scan(&parser, &token)) {
			good = fail_parser(error, places, &parser);
			break;
		}
		if (kinds[token.type] > 0 &&
			!add_sign(tree, places, (enum yaml_sign_kind)(kinds[token.type] - 1), &token))
			good = out_of_memory(error);
		more = token.type != YAML_STREAM_END_TOKEN;
		yaml_token_delete(&token);
	}
	yaml_parser_delete(&parser);
	return good;
}

bool yaml_tree_parse(struct yaml_tree *tree, const char *text, size_t len, struct pool_error *error)
{
	struct places places;
	bool good;

	*tree = (struct yaml_tree){0};
	if (!places_init(&places, text, len))
		return out_of_memory(error);
	good = read_items(tree, &places, error) && read_signs(tree, &places, error);
	free(places.byte);
	return good;
}

void yaml_tree_free(struct yaml_tree *tree)
{
	while (tree->all != NULL) {
		struct yaml_item *item = tree->all;

		tree->all = item->next;
		free(item->text);
		free(item->anchor);
		free(item->tag);
		free(item->items);
		free(item);
	}
	free(tree->documents);
	free(tree->signs);
	*tree = (struct yaml_tree){0};
}

const struct yaml_sign *yaml_tree_last_sign(
	const struct yaml_tree *tree, enum yaml_sign_kind kind, size_t from, size_t to)
{
	for (size_t i = tree->sign_count; i-- > 0;)
		if (tree->signs[i].kind == kind && tree->signs[i].start < to)
			return tree->signs[i].start >= from ? &tree->signs[i] : NULL;
	return NULL;
}

const struct yaml_sign *yaml_tree_first_sign(
	const struct yaml_tree *tree, enum yaml_sign_kind kind, size_t from, size_t to)
{
	for (size_t i = 0; i < tree->sign_count; i++)
		if (tree->signs[i].kind == kind && tree->signs[i].start >= from)
			return tree->signs[i].start < to ? &tree->signs[i] : NULL;
	return NULL;
}

const struct yaml_item *yaml_item_real(const struct yaml_item *item)
{
	return item->kind == YAML_ITEM_ALIAS ? item->target : item;
}
