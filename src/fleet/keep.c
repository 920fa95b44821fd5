/*
 * keep.c - owned strings and figures, and whether a new one looks any different.
 */
#include "core.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool keep_text(char **slot, const char *text, size_t max)
{
	if (!text) {
		const bool had = *slot != NULL;

		free(*slot);
		*slot = NULL;
		return had;
	}
	size_t len = strnlen(text, max);
	if (len >= max)
		for (len = max - 1; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80; len--)
			;
	if (*slot && strncmp(*slot, text, len) == 0 && (*slot)[len] == '\0')
		return false;
	free(*slot);
	*slot = strndup(text, len);
	return true;
}

bool keep_i64(int64_t *slot, int64_t value)
{
	const bool changed = *slot != value;

	*slot = value;
	return changed;
}

bool keep_int(int *slot, int value)
{
	const bool changed = *slot != value;

	*slot = value;
	return changed;
}

/* Far beyond any machine, and far enough from overflow for whoever adds a few up. */
int64_t sane_size(int64_t bytes)
{
	const int64_t most = INT64_C(1) << 60;

	return bytes < 0 ? -1 : bytes > most ? most : bytes;
}

bool keep_size(int64_t *slot, int64_t size)
{
	char before[16], after[16];
	const int64_t was = *slot, value = sane_size(size);

	if (was == value)
		return false;
	*slot = value;
	return strcmp(text_size(before, sizeof(before), was), text_size(after, sizeof(after), value)) != 0;
}

bool keep_figure(double *slot, double value)
{
	const double was = *slot;

	*slot = value;
	return isnan(was) != isnan(value) || (!isnan(was) && round(was) != round(value));
}

void keep_digest(char digest[72], const char *from)
{
	static const char prefix[] = "sha256:";

	size_t len = strnlen(from, 71);

	if (len >= sizeof(prefix) - 1 && strncmp(from, prefix, sizeof(prefix) - 1) == 0) {
		from += sizeof(prefix) - 1;
		len -= sizeof(prefix) - 1;
	}
	memmove(digest, from, len);
	digest[len] = '\0';
}

/* FNV-1a; never 0, which stands for nothing. */
uint64_t hash_text(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
	return hash ? hash : 1;
}

void say(struct words *words, const char *format, ...)
{
	va_list args;
	const size_t used = strlen(words->text);

	va_start(args, format);
	vsnprintf(words->text + used, sizeof(words->text) - used, format, args);
	va_end(args);
}

bool contains_nocase(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

int64_t engine_wall(const struct fleet *fleet, const struct server *server)
{
	return fleet->wall + (server->clock_skew_known ? server->clock_skew_ms : 0);
}
