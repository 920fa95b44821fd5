/*
 * text_match.c - globs over names, and the order in which people expect names.
 */
#include "ollama-top/text.h"

#include <string.h>

/* One character of a UTF-8 string that may be invalid: a stray byte counts as one. */
static uint32_t next(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	uint32_t c = *p++;

	if (c >= 0xc0)
		for (; (*p & 0xc0) == 0x80; p++)
			c = c << 6 | (*p & 0x3fU);
	*s = (const char *)p;
	return c;
}

/*
 * Whether `c` is in the set that starts after '[' at `p`; `*end` is set behind its ']'.
 * A set that is never closed has no end (NULL): its '[' then stands for itself.
 */
static bool in_set(const char *p, uint32_t c, const char **end)
{
	const bool negated = *p == '!' || *p == '^';
	bool found = false;

	p += negated;
	for (bool first = true; *p != '\0' && (first || *p != ']'); first = false) {
		const uint32_t low = next(&p);
		uint32_t high = low;

		if (p[0] == '-' && p[1] != ']' && p[1] != '\0') {
			p++;
			high = next(&p);
		}
		found |= low <= c && c <= high;
	}
	*end = *p == ']' ? p + 1 : NULL;
	return found != negated;
}

/* Matches one character of the pattern (not '*') against one of the string; moves both on. */
static bool match_one(const char **pattern, const char **s)
{
	const char *end;
	const char *p = *pattern;
	const uint32_t c = next(s);

	if (*p == '[') {
		const bool found = in_set(p + 1, c, &end);

		if (end) {
			*pattern = end;
			return found;
		}
	}
	if (*p == '\\' && p[1] != '\0')
		p++;
	else if (*p == '?') {
		*pattern = p + 1;
		return true;
	}
	const uint32_t want = next(&p);
	*pattern = p;
	return want == c;
}

bool text_glob(const char *pattern, const char *s)
{
	const char *star = NULL, *star_s = NULL; /* where to go on when the last '*' takes one more */

	while (*s != '\0' || *pattern != '\0') {
		const char *p = pattern, *t = s;

		if (*pattern == '*') {
			star = ++pattern;
			star_s = s;
			continue;
		}
		if (*pattern != '\0' && *s != '\0' && match_one(&p, &t)) {
			pattern = p;
			s = t;
			continue;
		}
		if (!star || *star_s == '\0')
			return false;
		next(&star_s);
		pattern = star;
		s = star_s;
	}
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Compares the runs of digits at `*a` and `*b` as numbers of any length and moves behind them. */
static int compare_numbers(const char **a, const char **b)
{
	size_t la = 0, lb = 0;

	for (; **a == '0' && is_digit((*a)[1]); (*a)++)
		;
	for (; **b == '0' && is_digit((*b)[1]); (*b)++)
		;
	while (is_digit((*a)[la]))
		la++;
	while (is_digit((*b)[lb]))
		lb++;
	const int order = la != lb ? (la < lb ? -1 : 1) : memcmp(*a, *b, la);
	*a += la;
	*b += lb;
	return order;
}

int text_natural_compare(const char *a, const char *b)
{
	const char *x = a, *y = b;

	while (*x != '\0' && *y != '\0') {
		if (is_digit(*x) && is_digit(*y)) {
			const int order = compare_numbers(&x, &y);

			if (order != 0)
				return order;
		} else if (*x != *y) {
			return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
		} else {
			x++;
			y++;
		}
	}
	if (*x != *y)
		return *x == '\0' ? -1 : 1;
	return strcmp(a, b); /* the same but for leading zeros */
}
