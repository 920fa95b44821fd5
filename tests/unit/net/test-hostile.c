/*
 * What no parser may mind: real answers cut at every length, with bytes flipped, values of other
 * types, nesting, NULs and names of megabytes. Results are checked in parsers.c; the sanitizers
 * watch the memory.
 */
#include "fixture.h"
#include "parsers.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An exact copy without a NUL behind it, so that a read past the end is seen. */
static int run_exact(const char *data, size_t len)
{
	char *copy = malloc(len != 0 ? len : 1);
	cr_assert_not_null(copy);
	memcpy(copy, data, len);
	int accepted = parsers_run(copy, len);
	free(copy);
	return accepted;
}

Test(hostile, whole_answers_are_accepted)
{
	for (size_t i = 0; fixture_names[i] != NULL; i++) {
		size_t len;
		char *body = fixture_read(fixture_names[i], &len);
		if (strstr(fixture_names[i], ".json") != NULL)
			cr_assert_gt(run_exact(body, len), 0, "%s", fixture_names[i]);
		free(body);
	}
}

Test(hostile, cut_off_anywhere)
{
	for (size_t i = 0; fixture_names[i] != NULL; i++) {
		size_t len;
		char *body = fixture_read(fixture_names[i], &len);
		for (size_t cut = 0; cut < len; cut += 1 + len / 400)
			run_exact(body, cut);
		free(body);
	}
}

Test(hostile, flipped_bytes)
{
	uint32_t seed = 12345;
	for (size_t i = 0; fixture_names[i] != NULL; i++) {
		size_t len;
		char *body = fixture_read(fixture_names[i], &len);
		for (int round = 0; round < 300; round++) {
			seed = seed * 1664525 + 1013904223;
			size_t at = seed % len;
			char old = body[at];
			body[at] = (char)(seed >> 24);
			run_exact(body, len);
			if (round % 3 != 0)
				body[at] = old;
		}
		free(body);
	}
}

/* Every string, number, object and array of an answer in turn becomes something else. */
Test(hostile, wrong_types)
{
	static const char *const instead[] = {
		"null", "true", "-1", "1e999", "\"\\u001b[2J\"", "[]", "{}", "[{}]"};
	for (size_t i = 0; fixture_names[i] != NULL; i++) {
		size_t len;
		char *body = fixture_read(fixture_names[i], &len);
		char *twisted = malloc(len + 16);
		for (size_t at = 0; at + 1 < len; at++) {
			if (body[at] != ':')
				continue;
			size_t end = at + 1 + strcspn(body + at + 1, ",}]");
			const char *value = instead[at % (sizeof instead / sizeof *instead)];
			size_t n = strlen(value);
			if (end - at - 1 + 16 < n)
				continue;
			memcpy(twisted, body, at + 1);
			memcpy(twisted + at + 1, value, n);
			memcpy(twisted + at + 1 + n, body + end, len - end);
			run_exact(twisted, at + 1 + n + len - end);
		}
		free(twisted);
		free(body);
	}
}

Test(hostile, deep_nesting)
{
	enum { DEPTH = 1 << 20 };
	char *deep = malloc(2 * DEPTH);
	memset(deep, '[', 2 * DEPTH);
	cr_assert_eq(run_exact(deep, DEPTH), 0);
	for (size_t i = 0; i < 2 * DEPTH; i += 5)
		memcpy(deep + i, "{\"a\":", 2 * DEPTH - i < 5 ? 2 * DEPTH - i : 5);
	cr_assert_eq(run_exact(deep, 2 * DEPTH), 0);
	free(deep);
}

Test(hostile, names_of_ten_megabytes)
{
	const size_t size = 10 << 20;
	static const char head[] = "{\"version\":\"", tail[] = "\"}";
	char *body = malloc(size + 64);
	memcpy(body, head, sizeof head - 1);
	memset(body + sizeof head - 1, 'x', size);
	memcpy(body + sizeof head - 1 + size, tail, sizeof tail - 1);
	cr_assert_gt(run_exact(body, size + sizeof head + sizeof tail - 2), 0);
	free(body);
}

Test(hostile, nuls_and_terminal_controls)
{
	static const char nul[] = "{\"version\":\"1\0\0.2\",\"models\":[{\"name\":\"a\0b\"}]}";
	static const char controls[] = "{\"version\":\"\\u001b]0;x\\u0007\\u009b1m\\u202e\",\"models\":[{"
				       "\"name\":\"\xff\xfe\x1b[2J\"}]}";
	run_exact(nul, sizeof nul - 1);
	run_exact(controls, sizeof controls - 1);
}

Test(hostile, more_members_than_anyone_needs)
{
	enum { COUNT = 5000 };
	char *body = malloc(COUNT * 16 + 64);
	size_t n = (size_t)sprintf(body, "{\"models\":[");
	for (int i = 0; i < COUNT; i++)
		n += (size_t)sprintf(body + n, "%s{\"name\":\"a\"}", i != 0 ? "," : "");
	n += (size_t)sprintf(body + n, "]}");
	run_exact(body, n);
	free(body);
}
