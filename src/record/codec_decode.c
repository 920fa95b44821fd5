/* codec_decode.c - JSON as a change: anything may be wrong in it. */
#include "codec.h"
#include "codec_tables.h"
#include "ollama-top/i18n.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A double counts whole numbers up to here, and sums of a few of them do not overflow. */
#define WHOLE_MAX ((double)((int64_t)1 << 53))
#define INT_MOST  1e9
#define REAL_MOST 1e18

struct decoder {
	struct codec_memory *memory;
	struct codec_error *error;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct decoder *d, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(d->error->text, sizeof(d->error->text), format, args);
	va_end(args);
	return false;
}

static bool wrong(struct decoder *d, const char *key, const char *expected)
{
	return fail(d, _("\"%s\" is not what it must be; expected %s"), key, expected);
}

void codec_forget(struct codec_memory *memory)
{
	for (size_t i = 0; i < memory->count; i++) {
		free(memory->blocks[i]);
	}
	free(memory->blocks);
	*memory = (struct codec_memory){0};
}

/* Zeroed; freed by codec_forget(). */
static void *take(struct decoder *d, size_t count, size_t size)
{
	struct codec_memory *memory = d->memory;
	void **more = realloc(memory->blocks, (memory->count + 1) * sizeof(*more));
	void *block = NULL;
	if (more) {
		memory->blocks = more;
		block = calloc(count ? count : 1, size);
		if (block) {
			more[memory->count++] = block;
		}
	}
	if (!block) {
		fail(d, "%s", _("out of memory"));
	}
	return block;
}

/* *text is NULL where the item is null or missing. */
static bool get_text(struct decoder *d, const cJSON *item, const char *key, bool needed, const char **text)
{
	char clean[FLEET_TEXT_MAX];
	*text = NULL;
	if (!item || cJSON_IsNull(item)) {
		return !needed || wrong(d, key, _("a string"));
	}
	if (!cJSON_IsString(item)) {
		return wrong(d, key, _("a string"));
	}
	const size_t len = text_clean(clean, sizeof(clean), item->valuestring, strlen(item->valuestring));
	char *copy = take(d, len + 1, 1);
	if (copy) {
		memcpy(copy, clean, len + 1);
		*text = copy;
	}
	return copy != NULL;
}

/* NaN where the item is null or missing. */
static bool get_number(struct decoder *d, const cJSON *item, const char *key, double most, double *number)
{
	*number = NAN;
	if (!item || cJSON_IsNull(item)) {
		return true;
	}
	if (!cJSON_IsNumber(item)) {
		return wrong(d, key, _("a number"));
	}
	*number = fmax(-most, fmin(most, item->valuedouble));
	return true;
}

static bool get_i64(struct decoder *d, const cJSON *item, const char *key, int64_t *value)
{
	double number;
	/* "Never" is beyond what is a time. */
	if (cJSON_IsNumber(item) && item->valuedouble >= (double)INT64_MAX) {
		*value = INT64_MAX;
		return true;
	}
	if (!get_number(d, item, key, WHOLE_MAX, &number)) {
		return false;
	}
	*value = isnan(number) ? -1 : (int64_t)number;
	return true;
}

static bool get_choice(struct decoder *d, const cJSON *item, const struct codec_field *field, unsigned *value)
{
	for (size_t i = 0; cJSON_IsString(item) && i < field->most; i++) {
		if (strcmp(field->words[i], item->valuestring) == 0) {
			*value = (unsigned)i;
			return true;
		}
	}
	return wrong(d, field->key, _("one of its words"));
}

static bool get_bool(struct decoder *d, const cJSON *item, const char *key, bool *value)
{
	*value = cJSON_IsTrue(item);
	return !item || cJSON_IsNull(item) || cJSON_IsBool(item) || wrong(d, key, _("true or false"));
}

static bool get_shape(struct decoder *d, const cJSON *object, const struct codec_shape *shape, void *value);

/* *count members, at most as many as a fleet keeps. */
static bool get_count(struct decoder *d, const cJSON *list, const struct codec_field *field, size_t *count)
{
	*count = 0;
	if (list && !cJSON_IsArray(list) && !cJSON_IsNull(list)) {
		return wrong(d, field->key, _("a list"));
	}
	const cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		++*count;
	}
	const bool row = field->type == CODEC_ROW;
	if (*count > field->most || (row && *count != field->most && *count != 0)) {
		return fail(d, _("\"%s\" has %zu members; expected %zu"), field->key, *count, field->most);
	}
	return true;
}

static bool get_list(struct decoder *d, const cJSON *list, const struct codec_field *field, void *value)
{
	size_t count;
	if (!get_count(d, list, field, &count)) {
		return false;
	}
	if (field->type == CODEC_ROW && count == 0) {
		return fail(d, _("\"%s\" is missing"), field->key);
	}
	char *items = take(d, count, field->shape->size);
	bool good = items != NULL;
	size_t at = 0;
	const cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		good = good && get_shape(d, item, field->shape, items + at++ * field->shape->size);
	}
	if (good) {
		*(void **)((char *)value + field->offset) = items;
		if (field->type == CODEC_LIST) {
			*(size_t *)((char *)value + field->count) = count;
		}
	}
	return good;
}

static bool get_texts(struct decoder *d, const cJSON *list, const struct codec_field *field, void *value)
{
	size_t count;
	if (!get_count(d, list, field, &count)) {
		return false;
	}
	const char **items = take(d, count, sizeof(*items));
	bool good = items != NULL;
	size_t at = 0;
	const cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		good = good && get_text(d, item, field->key, true, &items[at++]);
	}
	if (good) {
		*(void **)((char *)value + field->offset) = items;
		*(size_t *)((char *)value + field->count) = count;
	}
	return good;
}

static bool get_chars(struct decoder *d, const cJSON *item, const struct codec_field *field, char *to)
{
	const char *text;
	if (!get_text(d, item, field->key, false, &text)) {
		return false;
	}
	text_clean(to, field->most, text ? text : "", text ? strlen(text) : 0);
	return true;
}

static bool get_field(struct decoder *d, const cJSON *object, const struct codec_field *field, void *value)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, field->key);
	void *at = (char *)value + field->offset;
	double number;
	switch (field->type) {
	case CODEC_TEXT:
		return get_text(d, item, field->key, field->needed, (const char **)at);
	case CODEC_CHARS:
		return get_chars(d, item, field, at);
	case CODEC_I64:
		return get_i64(d, item, field->key, at);
	case CODEC_INT:
		if (!get_number(d, item, field->key, INT_MOST, &number)) {
			return false;
		}
		*(int *)at = isnan(number) ? -1 : (int)number;
		return true;
	case CODEC_BOOL:
		return get_bool(d, item, field->key, at);
	case CODEC_REAL:
		return get_number(d, item, field->key, REAL_MOST, at);
	case CODEC_CHOICE:
		return get_choice(d, item, field, at);
	case CODEC_TEXTS:
		return get_texts(d, item, field, value);
	case CODEC_LIST:
	case CODEC_ROW:
		return get_list(d, item, field, value);
	}
	return false;
}

static bool get_shape(struct decoder *d, const cJSON *object, const struct codec_shape *shape, void *value)
{
	bool good = cJSON_IsObject(object) || fail(d, "%s", _("something is no object where one must be"));
	for (size_t i = 0; good && i < shape->count; i++) {
		good = get_field(d, object, &shape->fields[i], value);
	}
	return good;
}

static bool get_server(struct decoder *d, const cJSON *line, struct observation *o)
{
	double server;
	if (!get_number(d, cJSON_GetObjectItemCaseSensitive(line, "server"), "server", INT_MOST, &server)) {
		return false;
	}
	o->server = server >= 0 ? (size_t)server : SIZE_MAX;
	return true;
}

static bool get_observation(struct decoder *d, const cJSON *line, enum observation_kind kind,
	struct fleet_change *change, struct observation *o)
{
	*o = (struct observation){.kind = kind, .at = change->at, .wall = change->wall};
	change->observation = o;
	if (!get_server(d, line, o) ||
		!get_text(d, cJSON_GetObjectItemCaseSensitive(line, "instance"), "instance", false,
			&o->instance) ||
		!get_text(d, cJSON_GetObjectItemCaseSensitive(line, "error"), "error", false, &o->error)) {
		return false;
	}
	return o->error ||
	       get_shape(d, cJSON_GetObjectItemCaseSensitive(line, "seen"), &codec_kind(kind)->shape, o);
}

static bool get_note(struct decoder *d, const cJSON *line, struct fleet_change *change)
{
	static const struct codec_field severity = {
		"severity", CODEC_CHOICE, .most = SEVERITY_NONE + 1, .words = severity_names};
	unsigned value = 0;
	const bool noted = change->kind == FLEET_NOTED;
	if (noted && !get_choice(d, cJSON_GetObjectItemCaseSensitive(line, "severity"), &severity, &value)) {
		return false;
	}
	change->severity = (enum severity)value;
	return get_text(d, cJSON_GetObjectItemCaseSensitive(line, "target"), "target", false,
		       &change->target) &&
	       get_text(d, cJSON_GetObjectItemCaseSensitive(line, "text"), "text", noted, &change->text);
}

static bool get_change(
	struct decoder *d, const cJSON *line, struct fleet_change *change, struct observation *o)
{
	const cJSON *kind = cJSON_GetObjectItemCaseSensitive(line, "kind");
	if (!cJSON_IsString(kind)) {
		return wrong(d, "kind", _("a string"));
	}
	for (int i = 0; i < OBS_KIND_COUNT; i++) {
		if (strcmp(codec_kind(i)->name, kind->valuestring) == 0) {
			change->kind = FLEET_OBSERVED;
			return get_observation(d, line, (enum observation_kind)i, change, o);
		}
	}
	if (strcmp(kind->valuestring, CODEC_TICK) == 0) {
		change->kind = FLEET_TICKED;
		return true;
	}
	change->kind = strcmp(kind->valuestring, CODEC_NOTE) == 0 ? FLEET_NOTED : FLEET_ACKNOWLEDGED;
	if (change->kind == FLEET_ACKNOWLEDGED && strcmp(kind->valuestring, CODEC_ACKNOWLEDGE) != 0) {
		char shown[40];
		text_clean(shown, sizeof(shown), kind->valuestring, strlen(kind->valuestring));
		return fail(d, _("unknown kind \"%s\""), shown);
	}
	return get_note(d, line, change);
}

bool codec_decode(const cJSON *json, struct fleet_change *change, struct observation *observation,
	struct codec_memory *memory, struct codec_error *error)
{
	struct decoder d = {memory, error};
	double at;
	double wall;
	*change = (struct fleet_change){0};
	if (!cJSON_IsObject(json)) {
		return fail(&d, "%s", _("the line is no JSON object"));
	}
	if (!get_number(&d, cJSON_GetObjectItemCaseSensitive(json, "at"), "at", WHOLE_MAX, &at) ||
		!get_number(&d, cJSON_GetObjectItemCaseSensitive(json, "wall"), "wall", WHOLE_MAX, &wall)) {
		return false;
	}
	if (!(at >= 1) || isnan(wall)) {
		return fail(&d, "%s", _("the line has no time; expected \"at\" and \"wall\""));
	}
	change->at = (int64_t)at;
	change->wall = (int64_t)wall;
	return get_change(&d, json, change, observation);
}
