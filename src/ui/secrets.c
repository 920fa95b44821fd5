#include "secrets.h"

#include "ollama-top/i18n.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const secret_words[] = {"KEY", "TOKEN", "SECRET", "PASS", "AUTH", "CREDENTIAL"};

static void append(char *out, size_t size, size_t *at, const char *text, size_t len)
{
	if (*at + 1 >= size)
		return;
	if (len > size - 1 - *at)
		len = size - 1 - *at;
	memcpy(out + *at, text, len);
	*at += len;
	out[*at] = 0;
}

/* The '@' that ends the user part of the authority that starts at `s`, or NULL. */
static const char *user_part_end(const char *s)
{
	size_t authority = strcspn(s, "/?# \t\"'");
	return memrchr(s, '@', authority);
}

bool secret_name(const char *name, size_t len)
{
	for (size_t w = 0; w < sizeof(secret_words) / sizeof(secret_words[0]); w++) {
		size_t n = strlen(secret_words[w]);
		for (size_t i = 0; i + n <= len; i++)
			if (!strncasecmp(name + i, secret_words[w], n))
				return true;
	}
	return false;
}

void secret_hide(char *out, size_t size, const char *entry)
{
	const char *hidden = _("(hidden)");
	const char *equals = strchr(entry, '=');
	size_t at = 0;
	if (size == 0)
		return;
	out[0] = 0;
	size_t name = equals ? (size_t)(equals - entry) : strlen(entry);
	if (equals && equals[1] && secret_name(entry, name)) {
		append(out, size, &at, entry, name + 1);
		append(out, size, &at, hidden, strlen(hidden));
		return;
	}
	for (const char *s = entry;;) {
		const char *mark = strstr(s, "://");
		if (!mark) {
			append(out, size, &at, s, strlen(s));
			return;
		}
		append(out, size, &at, s, (size_t)(mark + 3 - s));
		s = mark + 3;
		const char *end = user_part_end(s);
		if (end) {
			append(out, size, &at, hidden, strlen(hidden));
			s = end;
		}
	}
}
