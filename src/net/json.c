#include "json.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

cJSON *json_parse(const char *body, size_t len, int root, const char *what, struct parse_error *error)
{
	if (len == 0) {
		json_fail(error, _("%s: the answer is empty"), what);
		return NULL;
	}
	cJSON *tree = cJSON_ParseWithLength(body, len);
	if (tree == NULL) {
		json_fail(error, _("%s: the answer is not JSON, or is cut off"), what);
		return NULL;
	}
	if ((tree->type & 0xff) != root) {
		cJSON_Delete(tree);
		json_fail(error, _("%s: the answer is JSON of another kind than expected"), what);
		return NULL;
	}
	return tree;
}

bool json_fail(struct parse_error *error, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(error->text, sizeof error->text, format, args);
	va_end(args);
	return false;
}

const cJSON *json_member(const cJSON *object, const char *key)
{
	return object != NULL ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const cJSON *json_object(const cJSON *object, const char *key)
{
	const cJSON *item = json_member(object, key);
	return cJSON_IsObject(item) ? item : NULL;
}

const cJSON *json_array(const cJSON *object, const char *key)
{
	const cJSON *item = json_member(object, key);
	return cJSON_IsArray(item) ? item : NULL;
}

const char *json_string(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(json_member(object, key));
}

int64_t json_int(const cJSON *object, const char *key, int64_t otherwise)
{
	const cJSON *item = json_member(object, key);
	if (!cJSON_IsNumber(item) || isnan(item->valuedouble))
		return otherwise;
	if (item->valuedouble >= 0x1p63)
		return INT64_MAX;
	if (item->valuedouble < -0x1p63)
		return INT64_MIN;
	return (int64_t)item->valuedouble;
}

int json_small(const cJSON *object, const char *key, int otherwise)
{
	int64_t value = json_int(object, key, otherwise);
	if (value > INT32_MAX)
		return INT32_MAX;
	return value < INT32_MIN ? INT32_MIN : (int)value;
}

bool json_true(const cJSON *object, const char *key)
{
	return cJSON_IsTrue(json_member(object, key));
}

void json_text(const cJSON *object, const char *key, char *dst, size_t size)
{
	const char *s = json_string(object, key);
	text_clean(dst, size, s != NULL ? s : "", s != NULL ? strlen(s) : 0);
}

char *json_text_dup(const cJSON *object, const char *key)
{
	return text_dup_clean(json_string(object, key));
}
