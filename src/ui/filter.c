#include "filter.h"

#include <string.h>

static bool word_matches(const char *word, const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fields[i] && strcasestr(fields[i], word))
			return true;
	return false;
}

bool filter_matches(const char *filter, const char *const *fields, size_t count)
{
	char word[FILTER_MAX];
	for (const char *s = filter + strspn(filter, " "); *s; s += strspn(s, " ")) {
		size_t len = strcspn(s, " ");
		size_t kept = len < sizeof(word) ? len : sizeof(word) - 1;
		memcpy(word, s, kept);
		word[kept] = 0;
		if (!word_matches(word, fields, count))
			return false;
		s += len;
	}
	return true;
}
