#include "node.h"

#include "ollama-top/i18n.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct anchor {
	char *name;
	struct node *node;
};

struct builder {
	struct tree *tree;
	struct reader *reader;
	struct node *stack[NODE_DEPTH_MAX];
	size_t depth;
	struct anchor anchors[NODE_ANCHOR_MAX];
	size_t anchor_count;
	bool had_document;
};

static bool fail_mark(struct builder *b, const yaml_mark_t *mark, const char *what)
{
	return reader_fail_at(b->reader, mark->line + 1, mark->column + 1, "%s", what);
}

/* libyaml gives what it cannot decode a byte offset and no line. */
static bool fail_undecodable(struct builder *b, const yaml_parser_t *parser, const char *text, size_t len)
{
	size_t line = 1;
	size_t column = 1;
	for (size_t i = 0; i < len && i < parser->problem_offset; i++) {
		const unsigned char c = (unsigned char)text[i];
		if (c == '\n') {
			line++;
			column = 1;
		} else if ((c & 0xc0) != 0x80) {
			column++;
		}
	}
	return reader_fail_at(b->reader, line, column, _("%s; expected text in UTF-8"), parser->problem);
}

static bool fail_parser(struct builder *b, const yaml_parser_t *parser, const char *text, size_t len)
{
	const char *problem = parser->problem ? parser->problem : "?";
	switch (parser->error) {
	case YAML_MEMORY_ERROR:
		return reader_out_of_memory(b->reader);
	case YAML_READER_ERROR:
		return fail_undecodable(b, parser, text, len);
	default:
		break;
	}
	const yaml_mark_t *mark = &parser->problem_mark;
	if (parser->context) {
		return reader_fail_at(b->reader, mark->line + 1, mark->column + 1,
			_("%s %s (line %zu); expected YAML"), problem, parser->context,
			parser->context_mark.line + 1);
	}
	return reader_fail_at(b->reader, mark->line + 1, mark->column + 1, _("%s; expected YAML"), problem);
}

static bool append(struct builder *b, struct node *parent, struct node *node)
{
	if (parent->count == parent->capacity) {
		const size_t capacity = parent->capacity ? parent->capacity * 2 : 4;
		struct node **items = realloc(parent->items, capacity * sizeof(struct node *));
		if (!items) {
			return reader_out_of_memory(b->reader);
		}
		parent->items = items;
		parent->capacity = capacity;
	}
	parent->items[parent->count++] = node;
	return true;
}

/* Puts a node where the document is: the root, the next item of a list, a key or a value. */
static bool place(struct builder *b, struct node *node, const yaml_mark_t *mark)
{
	if (b->depth == 0) {
		b->tree->root = node;
		return true;
	}
	struct node *parent = b->stack[b->depth - 1];
	if (parent->kind == NODE_MAP && parent->count % 2 == 0 && node->kind != NODE_SCALAR) {
		return fail_mark(b, mark, _("a key is a list or a map; expected a word"));
	}
	return append(b, parent, node);
}

static struct node *new_node(struct builder *b, enum node_kind kind, const yaml_mark_t *mark)
{
	if (b->tree->count == NODE_COUNT_MAX) {
		fail_mark(b, mark, _("too many values; expected a configuration, not data"));
		return NULL;
	}
	struct node *node = calloc(1, sizeof(*node));
	if (!node) {
		reader_out_of_memory(b->reader);
		return NULL;
	}
	node->kind = kind;
	node->line = mark->line + 1;
	node->column = mark->column + 1;
	node->next = b->tree->all;
	b->tree->all = node;
	b->tree->count++;
	return node;
}

static bool remember(struct builder *b, const yaml_char_t *anchor, struct node *node, const yaml_mark_t *mark)
{
	if (!anchor) {
		return true;
	}
	if (b->anchor_count == NODE_ANCHOR_MAX) {
		return fail_mark(b, mark, _("too many anchors; expected at most 256"));
	}
	struct anchor *slot = &b->anchors[b->anchor_count];
	slot->node = node;
	slot->name = strdup((const char *)anchor);
	if (!slot->name) {
		return reader_out_of_memory(b->reader);
	}
	b->anchor_count++;
	return true;
}

static bool on_alias(struct builder *b, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	/* From the newest: an anchor may be given again, and then means what it was last. */
	for (size_t i = b->anchor_count; i > 0; i--) {
		if (strcmp(b->anchors[i - 1].name, name) == 0) {
			return place(b, b->anchors[i - 1].node, &event->start_mark);
		}
	}
	return fail_mark(
		b, &event->start_mark, _("an alias without its anchor; expected &NAME before *NAME"));
}

/* Written as it is, in one line, without an escape: then a place in the text is one in the file. */
static int quote_of(const yaml_event_t *event)
{
	const int quote = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? 0 : 1;
	const yaml_mark_t *start = &event->start_mark, *end = &event->end_mark;
	const bool whole = start->line == end->line &&
			   end->column - start->column == event->data.scalar.length + 2 * (size_t)quote;
	return whole ? quote : -1;
}

static bool on_scalar(struct builder *b, const yaml_event_t *event)
{
	struct node *node = new_node(b, NODE_SCALAR, &event->start_mark);
	if (!node) {
		return false;
	}
	node->len = event->data.scalar.length;
	node->text = malloc(node->len + 1);
	if (!node->text) {
		node->len = 0;
		return reader_out_of_memory(b->reader);
	}
	memcpy(node->text, event->data.scalar.value, node->len);
	node->text[node->len] = '\0';
	node->quote = quote_of(event);
	return remember(b, event->data.scalar.anchor, node, &event->start_mark) &&
	       place(b, node, &event->start_mark);
}

static bool on_start(struct builder *b, const yaml_event_t *event)
{
	const bool map = event->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *anchor =
		map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
	if (b->depth == NODE_DEPTH_MAX) {
		return fail_mark(b, &event->start_mark, _("nested too deeply; expected at most 32 levels"));
	}
	struct node *node = new_node(b, map ? NODE_MAP : NODE_LIST, &event->start_mark);
	if (!node || !remember(b, anchor, node, &event->start_mark) || !place(b, node, &event->start_mark)) {
		return false;
	}
	b->stack[b->depth++] = node;
	return true;
}

static bool on_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (b->had_document) {
			return fail_mark(b, &event->start_mark, _("a second document; expected one"));
		}
		b->had_document = true;
		return true;
	case YAML_ALIAS_EVENT:
		return on_alias(b, event);
	case YAML_SCALAR_EVENT:
		return on_scalar(b, event);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return on_start(b, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth -= b->depth > 0 ? 1 : 0;
		return true;
	default:
		return true;
	}
}

bool tree_parse(struct tree *tree, struct reader *reader, const char *text, size_t len)
{
	*tree = (struct tree){0};
	struct builder b = {.tree = tree, .reader = reader};
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser)) {
		return reader_out_of_memory(reader);
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	bool good = true;
	bool more = true;
	while (good && more) {
		yaml_event_t event;
		if (!yaml_parser_parse(&parser, &event)) {
			good = fail_parser(&b, &parser, text, len);
			break;
		}
		good = on_event(&b, &event);
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	for (size_t i = 0; i < b.anchor_count; i++) {
		free(b.anchors[i].name);
	}
	yaml_parser_delete(&parser);
	return good;
}

void tree_free(struct tree *tree)
{
	while (tree->all) {
		struct node *node = tree->all;
		tree->all = node->next;
		free(node->text);
		free(node->items);
		free(node);
	}
	*tree = (struct tree){0};
}

const struct node *node_find(const struct node *map, const char *key)
{
	for (size_t i = 0; map && map->kind == NODE_MAP && i + 1 < map->count; i += 2) {
		if (strcmp(map->items[i]->text, key) == 0) {
			return map->items[i + 1];
		}
	}
	return NULL;
}
