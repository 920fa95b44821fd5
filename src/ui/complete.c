#include "complete.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool listed(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

size_t complete_matches(const char *typed, complete_name_fn *name, void *user, const char **matches,
	size_t max, size_t *begin)
{
	size_t len = strlen(typed), count = 0;
	const char *known;
	for (size_t i = 0; (known = name(user, i)) && count < max; i++)
		if (!strncasecmp(known, typed, len) && !listed(matches, count, known))
			matches[count++] = known;
	*begin = count;
	for (size_t i = 0; (known = name(user, i)) && count < max; i++)
		if (strcasestr(known, typed) && !listed(matches, count, known))
			matches[count++] = known;
	return count;
}

size_t complete_common(const char *const *names, size_t count)
{
	size_t common = count > 0 ? strlen(names[0]) : 0;
	for (size_t i = 1; i < count; i++)
		while (strncasecmp(names[0], names[i], common) != 0)
			common--;
	return common;
}

void recall_add(struct recall *recall, const char *name)
{
	size_t at = 0;
	while (at < recall->count && strcmp(recall->names[at], name) != 0)
		at++;
	if (at == recall->count && recall->count < RECALL_MAX)
		recall->count++;
	if (at == RECALL_MAX)
		at--;
	memmove(recall->names[1], recall->names[0], at * sizeof(recall->names[0]));
	(void)snprintf(recall->names[0], sizeof(recall->names[0]), "%s", name);
}
