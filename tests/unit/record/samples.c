#include "samples.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ARENA_BYTES ((size_t)1 << 20)

static _Alignas(16) char arena[ARENA_BYTES];
static size_t arena_used;

static void *take(size_t size)
{
	void *block = arena + arena_used;
	arena_used += (size + 15) / 16 * 16;
	cr_assert_leq(arena_used, ARENA_BYTES);
	return block;
}

static char *text(const struct codec_field *field, int number)
{
	char *made = take(64);
	snprintf(made, 64, field->names == NAME_VARIABLE ? "%s%d=(hidden)" : "%s %d", field->key, number);
	return made;
}

static void fill(const struct codec_shape *shape, void *value, int *number);

static void fill_list(const struct codec_field *field, void *value, int *number)
{
	const size_t count = field->type == CODEC_ROW ? field->most : 2;
	char *items = take(count * field->shape->size);
	for (size_t i = 0; i < count; i++) {
		fill(field->shape, items + i * field->shape->size, number);
	}
	*(void **)((char *)value + field->offset) = items;
	if (field->type == CODEC_LIST) {
		*(size_t *)((char *)value + field->count) = count;
	}
}

static void fill_field(const struct codec_field *field, void *value, int *number)
{
	void *at = (char *)value + field->offset;
	const int n = ++*number;
	switch (field->type) {
	case CODEC_TEXT:
		*(char **)at = text(field, n);
		break;
	case CODEC_CHARS:
		snprintf(at, field->most, "%d", n);
		break;
	case CODEC_I64:
		*(int64_t *)at = ((int64_t)1 << 40) + n;
		break;
	case CODEC_INT:
		*(int *)at = n;
		break;
	case CODEC_BOOL:
		*(bool *)at = n % 2 != 0;
		break;
	case CODEC_REAL:
		*(double *)at = n + 1.0 / 3;
		break;
	case CODEC_CHOICE:
		*(unsigned *)at = (unsigned)n % (unsigned)field->most;
		break;
	case CODEC_TEXTS: {
		char **list = take(2 * sizeof(char *));
		list[0] = text(field, n);
		list[1] = text(field, ++*number);
		*(void **)at = list;
		*(size_t *)((char *)value + field->count) = 2;
		break;
	}
	case CODEC_LIST:
	case CODEC_ROW:
		fill_list(field, value, number);
		break;
	}
}

static void fill(const struct codec_shape *shape, void *value, int *number)
{
	for (size_t i = 0; i < shape->count; i++) {
		fill_field(&shape->fields[i], value, number);
	}
}

const struct observation *sample(enum observation_kind kind, int seed)
{
	static struct observation o;
	arena_used = 0;
	memset(arena, 0, sizeof(arena));
	o = (struct observation){.kind = kind, .at = 1000, .wall = 2000, .server = 3, .instance = "ollama-1"};
	fill(&codec_kind(kind)->shape, &o, &seed);
	return &o;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const char *list_difference(const struct codec_field *field, const void *a, const void *b)
{
	const bool row = field->type == CODEC_ROW;
	const size_t count = row ? field->most : *(const size_t *)((const char *)a + field->count);
	const char *x = *(char *const *)((const char *)a + field->offset);
	const char *y = *(char *const *)((const char *)b + field->offset);
	if (!row && count != *(const size_t *)((const char *)b + field->count)) {
		return field->key;
	}
	for (size_t i = 0; i < count; i++) {
		const char *different =
			field->type == CODEC_TEXTS
				? (same_text(((char *const *)x)[i], ((char *const *)y)[i]) ? NULL
											   : field->key)
				: sample_difference(field->shape, x + i * field->shape->size,
					  y + i * field->shape->size);
		if (different) {
			return different;
		}
	}
	return NULL;
}

static bool same_real(double a, double b)
{
	return isnan(a) ? isnan(b) : !(a < b) && !(a > b);
}

const char *sample_difference(const struct codec_shape *shape, const void *a, const void *b)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct codec_field *field = &shape->fields[i];
		const void *x = (const char *)a + field->offset;
		const void *y = (const char *)b + field->offset;
		bool same = true;
		switch (field->type) {
		case CODEC_TEXT:
			same = same_text(*(char *const *)x, *(char *const *)y);
			break;
		case CODEC_CHARS:
			same = strcmp(x, y) == 0;
			break;
		case CODEC_I64:
			same = *(const int64_t *)x == *(const int64_t *)y;
			break;
		case CODEC_INT:
		case CODEC_CHOICE:
			same = *(const int *)x == *(const int *)y;
			break;
		case CODEC_BOOL:
			same = *(const bool *)x == *(const bool *)y;
			break;
		case CODEC_REAL:
			same = same_real(*(const double *)x, *(const double *)y);
			break;
		case CODEC_TEXTS:
		case CODEC_LIST:
		case CODEC_ROW:
			same = list_difference(field, a, b) == NULL;
			break;
		}
		if (!same) {
			return field->key;
		}
	}
	return NULL;
}
