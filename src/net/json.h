/*
 * json.h - reading JSON that a server sent: any type may be wrong, any member missing.
 */
#ifndef OLLAMA_TOP_NET_JSON_H
#define OLLAMA_TOP_NET_JSON_H

#include "ollama-top/parse.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The tree of a whole body, whose root must be an object or array as `root` says
 * (cJSON_Object, cJSON_Array). NULL with `error` naming `what` was being read. The library
 * ends the descent at CJSON_NESTING_LIMIT. The caller frees with cJSON_Delete().
 */
cJSON *json_parse(const char *body, size_t len, int root, const char *what, struct parse_error *error);

/* Writes a sentence to `error` and returns false, so that a parser can `return json_fail(...)`. */
bool json_fail(struct parse_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The member, or NULL when it is missing or not of the type; `object` may be NULL. */
const cJSON *json_member(const cJSON *object, const char *key);
const cJSON *json_object(const cJSON *object, const char *key);
const cJSON *json_array(const cJSON *object, const char *key);
const char *json_string(const cJSON *object, const char *key);

/* A whole number, cut to the range of int64_t; `otherwise` when missing, not a number or NaN. */
int64_t json_int(const cJSON *object, const char *key, int64_t otherwise);
int json_small(const cJSON *object, const char *key, int otherwise);
bool json_true(const cJSON *object, const char *key);

/* text_clean() of a string member into `dst`, which is "" when there is none. */
void json_text(const cJSON *object, const char *key, char *dst, size_t size);

/* The same into a new allocation; NULL when there is none. The caller frees. */
char *json_text_dup(const cJSON *object, const char *key);

#endif
