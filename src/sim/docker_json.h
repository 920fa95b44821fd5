/*
 * docker_json.h - JSON written straight into a buffer, keys in the order the engine writes them.
 *
 * A reply of the engine is hundreds of small members, and 1,000 containers are asked every two
 * seconds: a tree that is built, printed and freed would cost ten times the writing.
 */
#ifndef SIM_DOCKER_JSON_H
#define SIM_DOCKER_JSON_H

#include "serve.h"

struct json_out {
	struct serve_buffer buffer;
	bool comma;      /* the next member needs one */
	int64_t skew_ms; /* added to every time that is written: the server's clock against the world's */
};

/* `key` NULL: an item of an array, or the top. */
void json_object(struct json_out *out, const char *key);
void json_end_object(struct json_out *out);
void json_array(struct json_out *out, const char *key);
void json_end_array(struct json_out *out);
/* As Go writes strings: invalid UTF-8 becomes U+FFFD; NULL is null. */
void json_string(struct json_out *out, const char *key, const char *value);
void json_format(struct json_out *out, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void json_int(struct json_out *out, const char *key, int64_t value);
void json_uint(struct json_out *out, const char *key, uint64_t value);
void json_bool(struct json_out *out, const char *key, bool value);
/* `text` is JSON already. */
void json_raw(struct json_out *out, const char *key, const char *text);
void json_strings(struct json_out *out, const char *key, char *const *items, size_t count);
/* A tree of cJSON; NULL is null. */
void json_tree(struct json_out *out, const char *key, const cJSON *tree);
/* RFC 3339 with nanoseconds as Go prints it; 0 is Go's zero time, year 1. */
void json_time(struct json_out *out, const char *key, int64_t wall_ms);
void json_time_ns(struct json_out *out, const char *key, int64_t wall_ns);
/* Writes "2026-01-01T12:04:31.25Z" (`trim`) or with all nine digits. */
#define JSON_TIME_MAX 64
void json_print_time(char *text, int64_t wall_ns, bool trim);

/* Replies with what was written and a newline; frees the buffer. */
enum serve_result json_reply(struct serve_request *request, int status, struct json_out *out);

#endif
