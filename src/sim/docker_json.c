#include "docker_json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Length of the valid UTF-8 sequence at `s`, 0 when there is none; the text ends in NUL. */
static size_t utf8_length(const unsigned char *s)
{
	size_t len = s[0] < 0x80   ? 1
		     : s[0] < 0xc2 ? 0
		     : s[0] < 0xe0 ? 2
		     : s[0] < 0xf0 ? 3
		     : s[0] < 0xf5 ? 4
				   : 0;

	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
		(s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static void put_text(struct serve_buffer *out, const char *text)
{
	serve_put(out, text, strlen(text));
}

/* The characters that cannot stand as they are; Go also escapes U+2028 and U+2029. */
static void put_escaped(struct serve_buffer *out, unsigned char c)
{
	static const char named[] = "\"\"\\\\\nn\rr\tt";

	for (const char *n = named; *n; n += 2) {
		if ((unsigned char)n[0] == c) {
			serve_put(out, (const char[]){'\\', n[1]}, 2);
			return;
		}
	}
	serve_printf(out, "\\u%04x", c);
}

static void put_string(struct serve_buffer *out, const char *value)
{
	const unsigned char *s = (const unsigned char *)value, *plain = s;

	serve_put(out, "\"", 1);
	while (*s) {
		size_t len = *s < 0x20 || *s == '"' || *s == '\\' || *s == 0x7f ? 0 : utf8_length(s);
		if (len) {
			s += len;
			continue;
		}
		if (s > plain)
			serve_put(out, plain, (size_t)(s - plain));
		if (*s >= 0x80)
			put_text(out, "\\ufffd");
		else
			put_escaped(out, *s);
		plain = ++s;
	}
	if (s > plain)
		serve_put(out, plain, (size_t)(s - plain));
	serve_put(out, "\"", 1);
}

static void put_key(struct json_out *out, const char *key)
{
	if (out->comma)
		serve_put(&out->buffer, ",", 1);
	out->comma = true;
	if (key) {
		put_string(&out->buffer, key);
		serve_put(&out->buffer, ":", 1);
	}
}

static void open_with(struct json_out *out, const char *key, const char *bracket)
{
	put_key(out, key);
	serve_put(&out->buffer, bracket, 1);
	out->comma = false;
}

static void close_with(struct json_out *out, const char *bracket)
{
	serve_put(&out->buffer, bracket, 1);
	out->comma = true;
}

void json_object(struct json_out *out, const char *key)
{
	open_with(out, key, "{");
}

void json_end_object(struct json_out *out)
{
	close_with(out, "}");
}

void json_array(struct json_out *out, const char *key)
{
	open_with(out, key, "[");
}

void json_end_array(struct json_out *out)
{
	close_with(out, "]");
}

void json_string(struct json_out *out, const char *key, const char *value)
{
	put_key(out, key);
	if (value)
		put_string(&out->buffer, value);
	else
		put_text(&out->buffer, "null");
}

void json_format(struct json_out *out, const char *key, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		out->buffer.failed = true;
	json_string(out, key, text);
	free(text);
}

void json_int(struct json_out *out, const char *key, int64_t value)
{
	put_key(out, key);
	serve_printf(&out->buffer, "%" PRId64, value);
}

void json_uint(struct json_out *out, const char *key, uint64_t value)
{
	put_key(out, key);
	serve_printf(&out->buffer, "%" PRIu64, value);
}

void json_bool(struct json_out *out, const char *key, bool value)
{
	json_raw(out, key, value ? "true" : "false");
}

void json_raw(struct json_out *out, const char *key, const char *text)
{
	put_key(out, key);
	put_text(&out->buffer, text);
}

void json_strings(struct json_out *out, const char *key, char *const *items, size_t count)
{
	json_array(out, key);
	for (size_t i = 0; i < count; i++)
		json_string(out, NULL, items[i]);
	json_end_array(out);
}

void json_tree(struct json_out *out, const char *key, const cJSON *tree)
{
	char *text = tree ? cJSON_PrintUnformatted(tree) : NULL;

	json_raw(out, key, text ? text : "null");
	cJSON_free(text);
}

void json_print_time(char *text, int64_t wall_ns, bool trim)
{
	const int64_t second = 1000000000;
	time_t seconds = (time_t)(wall_ns / second);
	int nanoseconds = (int)(wall_ns % second);
	struct tm tm;

	if (nanoseconds < 0) {
		nanoseconds += (int)second;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	size_t len = strftime(text, JSON_TIME_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	len += (size_t)snprintf(text + len, JSON_TIME_MAX - len, ".%09d", nanoseconds);
	while (trim && text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	text[len] = 'Z';
	text[len + 1] = '\0';
}

void json_time_ns(struct json_out *out, const char *key, int64_t wall_ns)
{
	char text[JSON_TIME_MAX];

	json_print_time(text, wall_ns + out->skew_ms * 1000000, true);
	json_string(out, key, text);
}

void json_time(struct json_out *out, const char *key, int64_t wall_ms)
{
	if (wall_ms)
		json_time_ns(out, key, wall_ms * 1000000);
	else
		json_string(out, key, "0001-01-01T00:00:00Z");
}

enum serve_result json_reply(struct serve_request *request, int status, struct json_out *out)
{
	enum serve_result result;

	serve_put(&out->buffer, "\n", 1);
	if (out->buffer.failed)
		result = serve_error(request, 500, "out of memory");
	else
		result = serve_reply(request, status, "application/json", out->buffer.data, out->buffer.len);
	free(out->buffer.data);
	*out = (struct json_out){0};
	return result;
}
