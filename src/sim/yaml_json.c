/*
 * yaml_json.c - libyaml's document, turned into cJSON node by node.
 */
#include "yaml_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 32

static cJSON *convert(yaml_document_t *document, int index, int depth);

static cJSON *scalar(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;
	char *end;
	double number;

	if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return cJSON_CreateString(text);
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return cJSON_CreateBool(text[0] == 't');
	if (*text == '\0' || strcmp(text, "null") == 0 || strcmp(text, "~") == 0)
		return cJSON_CreateNull();
	number = strtod(text, &end);
	if (*end == '\0' && isfinite(number))
		return cJSON_CreateNumber(number);
	return cJSON_CreateString(text);
}

static cJSON *sequence(yaml_document_t *document, const yaml_node_t *node, int depth)
{
	cJSON *array = cJSON_CreateArray();

	for (const yaml_node_item_t *item = node->data.sequence.items.start;
		item < node->data.sequence.items.top; item++) {
		cJSON *value = convert(document, *item, depth + 1);

		if (!value || !cJSON_AddItemToArray(array, value)) {
			cJSON_Delete(value);
			cJSON_Delete(array);
			return NULL;
		}
	}
	return array;
}

static cJSON *mapping(yaml_document_t *document, const yaml_node_t *node, int depth)
{
	cJSON *object = cJSON_CreateObject();

	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(document, pair->key);
		cJSON *value =
			key->type == YAML_SCALAR_NODE ? convert(document, pair->value, depth + 1) : NULL;

		if (!value || !cJSON_AddItemToObject(object, (const char *)key->data.scalar.value, value)) {
			cJSON_Delete(value);
			cJSON_Delete(object);
			return NULL;
		}
	}
	return object;
}

static cJSON *convert(yaml_document_t *document, int index, int depth)
{
	const yaml_node_t *node = yaml_document_get_node(document, index);

	if (!node || depth > DEPTH_MAX)
		return NULL;
	if (node->type == YAML_SCALAR_NODE)
		return scalar(node);
	if (node->type == YAML_SEQUENCE_NODE)
		return sequence(document, node, depth);
	return mapping(document, node, depth);
}

cJSON *yaml_to_json(const char *text, size_t len, char *error, size_t size)
{
	yaml_parser_t parser;
	yaml_document_t document;
	cJSON *json = NULL;

	if (!yaml_parser_initialize(&parser)) {
		snprintf(error, size, "out of memory");
		return NULL;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &document)) {
		snprintf(error, size, "%zu:%zu: %s", parser.problem_mark.line + 1,
			parser.problem_mark.column + 1, parser.problem ? parser.problem : "not YAML");
		yaml_parser_delete(&parser);
		return NULL;
	}
	if (yaml_document_get_root_node(&document))
		json = convert(&document, 1, 0);
	if (!json)
		snprintf(error, size, "1:1: nested deeper than %d, or empty, or a key that is no word",
			DEPTH_MAX);
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	return json;
}
