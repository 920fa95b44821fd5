/*
 * service_spec.c - finds one number in a text of JSON that was parsed before, and writes another in its place.
 */
#include "service_spec.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value in the text, from its first byte to behind its last. */
struct span {
	const char *at, *end;
};

static const char *past_blanks(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r\n", *at) != NULL && *at != '\0')
		at++;
	return at;
}

/* Behind the string that begins at `at`. */
static const char *past_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\';
	return at < end ? at + 1 : end;
}

/* Behind the value that begins at `at`: a string, something in brackets, or a word. */
static const char *past_value(const char *at, const char *end)
{
	int depth = 0;
	do {
		if (at >= end)
			return end;
		if (*at == '"') {
			at = past_string(at, end);
			continue;
		}
		depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
		at++;
	} while (depth > 0 || (at < end && strchr(",}] \t\r\n", *at) == NULL));
	return at;
}

/* The object's member of that name, which must have no escapes. */
static bool member(struct span object, const char *name, struct span *value)
{
	size_t len = strlen(name);
	const char *at = past_blanks(object.at, object.end);
	if (at >= object.end || *at != '{')
		return false;
	at = past_blanks(at + 1, object.end);
	while (at < object.end && *at == '"') {
		const char *key = at + 1;
		at = past_string(at, object.end);
		bool found = (size_t)(at - key) == len + 1 && strncmp(key, name, len) == 0;
		at = past_blanks(at, object.end);
		if (at >= object.end || *at != ':')
			return false;
		at = past_blanks(at + 1, object.end);
		*value = (struct span){at, past_value(at, object.end)};
		if (found)
			return value->at < value->end;
		at = past_blanks(value->end, object.end);
		if (at < object.end && *at == ',')
			at = past_blanks(at + 1, object.end);
	}
	return false;
}

/* The spec with `text` in the place of a part of it. */
static char *spliced(struct span spec, struct span part, const char *text)
{
	char *out;
	int n = asprintf(&out, "%.*s%s%.*s", (int)(part.at - spec.at), spec.at, text,
		(int)(spec.end - part.end), part.end);
	return n >= 0 ? out : NULL;
}

char *service_spec_scaled(const char *body, size_t len, int replicas)
{
	struct span service = {body, body + len}, spec, mode, replicated, number;
	char text[16];
	if (!member(service, "Spec", &spec) || !member(spec, "Mode", &mode) ||
		!member(mode, "Replicated", &replicated) || !member(replicated, "Replicas", &number))
		return NULL;
	snprintf(text, sizeof text, "%d", replicas);
	return spliced(spec, number, text);
}

/* One more than a number that the engine has as 64 bits without a sign; false when it is none, or the last. */
static bool count_on(struct span number, uint64_t *next)
{
	uint64_t value = 0;
	for (const char *at = number.at; at < number.end; at++) {
		uint64_t digit = (uint64_t)(*at - '0');
		if (*at < '0' || *at > '9' || value > (UINT64_MAX - 1 - digit) / 10)
			return false;
		value = 10 * value + digit;
	}
	*next = value + 1;
	return true;
}

char *service_spec_forced(const char *body, size_t len)
{
	struct span service = {body, body + len}, spec, task, number;
	char text[48];
	uint64_t next;
	if (!member(service, "Spec", &spec) || !member(spec, "TaskTemplate", &task) || *task.at != '{')
		return NULL;
	if (member(task, "ForceUpdate", &number)) {
		if (!count_on(number, &next))
			return NULL;
		snprintf(text, sizeof text, "%" PRIu64, next);
		return spliced(spec, number, text);
	}
	/* An engine leaves out what is 0: it becomes the first member. */
	const char *first = past_blanks(task.at + 1, task.end);
	if (first >= task.end)
		return NULL;
	snprintf(text, sizeof text, "\"ForceUpdate\":1%s", *first == '}' ? "" : ",");
	return spliced(spec, (struct span){first, first}, text);
}
