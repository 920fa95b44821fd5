/* codec_encode.c - a change as JSON. */
#include "codec.h"
#include "codec_tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool put_text(
	cJSON *object, const char *key, const char *text, enum name_class class, struct names *names)
{
	char cut[FLEET_TEXT_MAX];
	if (!text) {
		return cJSON_AddNullToObject(object, key) != NULL;
	}
	text_clean(cut, sizeof(cut), text, strnlen(text, sizeof(cut)));
	if (class == NAME_VARIABLE && !names) {
		char *equals = strchr(cut, '=');
		if (equals && (size_t)(equals - cut) + sizeof("=(hidden)") <= sizeof(cut)) {
			memcpy(equals, "=(hidden)", sizeof("=(hidden)"));
		}
	}
	char *hidden = names ? names_hide(names, class, cut) : NULL;
	cJSON *item = names && !hidden ? NULL : cJSON_CreateString(hidden ? hidden : cut);
	free(hidden);
	if (!item) {
		return false;
	}
	return key ? cJSON_AddItemToObject(object, key, item) : cJSON_AddItemToArray(object, item);
}

static bool put_number(cJSON *object, const char *key, double value)
{
	return isfinite(value) ? cJSON_AddNumberToObject(object, key, value) != NULL
			       : cJSON_AddNullToObject(object, key) != NULL;
}

static bool put_shape(cJSON *object, const struct codec_shape *shape, const void *value, struct names *names);

static size_t count_of(const struct codec_field *field, const void *value)
{
	if (field->type == CODEC_ROW) {
		return *(void *const *)((const char *)value + field->offset) ? field->most : 0;
	}
	const size_t count = *(const size_t *)((const char *)value + field->count);
	return count < field->most ? count : field->most;
}

static bool put_list(cJSON *object, const struct codec_field *field, const void *value, struct names *names)
{
	const char *items = *(const char *const *)((const char *)value + field->offset);
	const size_t count = items ? count_of(field, value) : 0;
	cJSON *list = cJSON_AddArrayToObject(object, field->key);
	bool good = list != NULL;
	for (size_t i = 0; good && i < count; i++) {
		cJSON *item = cJSON_CreateObject();
		good = item && cJSON_AddItemToArray(list, item) &&
		       put_shape(item, field->shape, items + i * field->shape->size, names);
	}
	return good;
}

static bool put_texts(cJSON *object, const struct codec_field *field, const void *value, struct names *names)
{
	const char *const *items = *(const char *const *const *)((const char *)value + field->offset);
	const size_t count = items ? count_of(field, value) : 0;
	cJSON *list = cJSON_AddArrayToObject(object, field->key);
	bool good = list != NULL;
	for (size_t i = 0; good && i < count; i++) {
		good = put_text(list, NULL, items[i] ? items[i] : "", field->names, names);
	}
	return good;
}

static bool put_field(cJSON *object, const struct codec_field *field, const void *value, struct names *names)
{
	const void *at = (const char *)value + field->offset;
	char chars[FLEET_TEXT_MAX];
	switch (field->type) {
	case CODEC_TEXT:
		return put_text(object, field->key, *(const char *const *)at, field->names, names);
	case CODEC_CHARS:
		snprintf(chars, sizeof(chars), "%.*s", (int)field->most, (const char *)at);
		return put_text(object, field->key, chars, field->names, names);
	case CODEC_I64:
		return put_number(object, field->key, (double)*(const int64_t *)at);
	case CODEC_INT:
		return put_number(object, field->key, *(const int *)at);
	case CODEC_BOOL:
		return cJSON_AddBoolToObject(object, field->key, *(const bool *)at) != NULL;
	case CODEC_REAL:
		return put_number(object, field->key, *(const double *)at);
	case CODEC_CHOICE:
		return *(const unsigned *)at >= field->most ||
		       cJSON_AddStringToObject(object, field->key, field->words[*(const unsigned *)at]);
	case CODEC_TEXTS:
		return put_texts(object, field, value, names);
	case CODEC_LIST:
	case CODEC_ROW:
		return put_list(object, field, value, names);
	}
	return false;
}

static bool put_shape(cJSON *object, const struct codec_shape *shape, const void *value, struct names *names)
{
	bool good = true;
	for (size_t i = 0; good && i < shape->count; i++) {
		good = put_field(object, &shape->fields[i], value, names);
	}
	return good;
}

static bool put_observation(cJSON *line, const struct observation *o, struct names *names)
{
	const struct codec_kind *kind = codec_kind(o->kind);
	if (!kind || !cJSON_AddStringToObject(line, "kind", kind->name) ||
		!put_number(line, "server", (double)o->server) ||
		!put_text(line, "instance", o->instance, NAME_INSTANCE, names)) {
		return false;
	}
	if (o->error) {
		return put_text(line, "error", o->error, NAME_TEXT, names);
	}
	cJSON *seen = cJSON_AddObjectToObject(line, "seen");
	return seen && put_shape(seen, &kind->shape, o, names);
}

static bool put_change(cJSON *line, const struct fleet_change *change, struct names *names)
{
	switch (change->kind) {
	case FLEET_OBSERVED:
		return put_observation(line, change->observation, names);
	case FLEET_TICKED:
		return cJSON_AddStringToObject(line, "kind", CODEC_TICK) != NULL;
	case FLEET_NOTED:
		return cJSON_AddStringToObject(line, "kind", CODEC_NOTE) &&
		       cJSON_AddStringToObject(line, "severity", severity_names[change->severity]) &&
		       put_text(line, "target", change->target, NAME_TARGET, names) &&
		       put_text(line, "text", change->text, NAME_TEXT, names);
	case FLEET_ACKNOWLEDGED:
		return cJSON_AddStringToObject(line, "kind", CODEC_ACKNOWLEDGE) &&
		       put_text(line, "target", change->target, NAME_TARGET, names);
	}
	return false;
}

cJSON *codec_encode(const struct fleet_change *change, struct names *names)
{
	cJSON *line = cJSON_CreateObject();
	if (line && put_number(line, "at", (double)change->at) &&
		put_number(line, "wall", (double)change->wall) && put_change(line, change, names)) {
		return line;
	}
	cJSON_Delete(line);
	return NULL;
}
