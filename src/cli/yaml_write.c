#include "yaml_write.h"

#include "ollama-top/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define COMMENT_MAX  4096
#define INDENT       2
#define UNLIMITED    (-1) /* long strings are not folded */
#define PLAIN_NUMBER 1e15 /* cJSON's numbers are doubles; larger ones come as raw items */

struct writer {
	yaml_emitter_t emitter;
	enum yaml_reader reader;
};

static bool emit(struct writer *w, yaml_event_t *event, int made)
{
	return made && yaml_emitter_emit(&w->emitter, event);
}

static bool put_scalar(struct writer *w, const char *text, yaml_scalar_style_t style)
{
	yaml_event_t event;
	return emit(w, &event,
		yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text),
			true, style == YAML_DOUBLE_QUOTED_SCALAR_STYLE, style));
}

static bool put_quoted(struct writer *w, const char *text)
{
	return put_scalar(w, text, YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static bool put_value(struct writer *w, const char *text)
{
	if (w->reader != YAML_COMPOSE || !strchr(text, '$')) {
		return put_quoted(w, text);
	}
	char *doubled = malloc(2 * strlen(text) + 1);
	if (!doubled) {
		return false;
	}
	char *end = doubled;
	for (; *text != '\0'; text++) {
		if (*text == '$') {
			*end++ = '$';
		}
		*end++ = *text;
	}
	*end = '\0';
	const bool done = put_quoted(w, doubled);
	free(doubled);
	return done;
}

/* A word of letters that YAML 1.1 does not take for a truth value or nothing. */
static bool is_word(const char *key)
{
	static const char *const taken[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
	const size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
	if (len == 0 || key[len] != '\0' || strspn(key, "0123456789_") > 0) {
		return false;
	}
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
		if (strcasecmp(key, taken[i]) == 0) {
			return false;
		}
	}
	return true;
}

static bool put_key(struct writer *w, const char *key)
{
	return is_word(key) ? put_scalar(w, key, YAML_PLAIN_SCALAR_STYLE) : put_quoted(w, key);
}

static bool put_number(struct writer *w, double value)
{
	char text[64];
	if (value >= -PLAIN_NUMBER && value <= PLAIN_NUMBER && value == (double)(int64_t)value) {
		snprintf(text, sizeof(text), "%" PRId64, (int64_t)value);
	} else {
		snprintf(text, sizeof(text), "%.17g", value);
	}
	return put_scalar(w, text, YAML_PLAIN_SCALAR_STYLE);
}

static bool put_item(struct writer *w, const cJSON *item);

static bool put_items(struct writer *w, const cJSON *parent)
{
	for (const cJSON *item = parent->child; item; item = item->next) {
		if ((cJSON_IsObject(parent) && !put_key(w, item->string)) || !put_item(w, item)) {
			return false;
		}
	}
	return true;
}

static bool put_list(struct writer *w, const cJSON *list)
{
	yaml_event_t event;
	return emit(w, &event,
		       yaml_sequence_start_event_initialize(
			       &event, NULL, NULL, true, YAML_BLOCK_SEQUENCE_STYLE)) &&
	       put_items(w, list) && emit(w, &event, yaml_sequence_end_event_initialize(&event));
}

static bool put_map(struct writer *w, const cJSON *map)
{
	yaml_event_t event;
	return emit(w, &event,
		       yaml_mapping_start_event_initialize(
			       &event, NULL, NULL, true, YAML_BLOCK_MAPPING_STYLE)) &&
	       put_items(w, map) && emit(w, &event, yaml_mapping_end_event_initialize(&event));
}

static bool put_item(struct writer *w, const cJSON *item)
{
	if (cJSON_IsObject(item)) {
		return put_map(w, item);
	}
	if (cJSON_IsArray(item)) {
		return put_list(w, item);
	}
	if (cJSON_IsString(item)) {
		return put_value(w, item->valuestring);
	}
	if (cJSON_IsNumber(item)) {
		return put_number(w, item->valuedouble);
	}
	const char *plain = cJSON_IsRaw(item)    ? item->valuestring
			    : cJSON_IsTrue(item) ? "true"
			    : cJSON_IsNull(item) ? "null"
						 : "false";
	return put_scalar(w, plain, YAML_PLAIN_SCALAR_STYLE);
}

static bool put_document(struct writer *w, const cJSON *tree)
{
	yaml_event_t event;
	return emit(w, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) &&
	       emit(w, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, true)) &&
	       put_item(w, tree) && emit(w, &event, yaml_document_end_event_initialize(&event, true)) &&
	       emit(w, &event, yaml_stream_end_event_initialize(&event));
}

bool yaml_write(FILE *out, const cJSON *tree, enum yaml_reader reader)
{
	struct writer w = {.reader = reader};
	if (!yaml_emitter_initialize(&w.emitter)) {
		return false;
	}
	yaml_emitter_set_output_file(&w.emitter, out);
	yaml_emitter_set_encoding(&w.emitter, YAML_UTF8_ENCODING);
	yaml_emitter_set_unicode(&w.emitter, false);
	yaml_emitter_set_indent(&w.emitter, INDENT);
	yaml_emitter_set_width(&w.emitter, UNLIMITED);
	const bool done = put_document(&w, tree);
	yaml_emitter_delete(&w.emitter);
	return done;
}

void yaml_comment(FILE *out, const char *text)
{
	char clean[COMMENT_MAX];
	text_clean(clean, sizeof(clean), text ? text : "", text ? strlen(text) : 0);
	fprintf(out, clean[0] != '\0' ? "# %s\n" : "#%s\n", clean);
}

void yaml_commentf(FILE *out, const char *format, ...)
{
	char text[COMMENT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	yaml_comment(out, text);
}
