#include "doctor_shell.h"

#include "ollama-top/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define HOLE "{}"

static bool is_plain(const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	return word[0] != '\0' && word[strspn(word, plain)] == '\0';
}

/* In single quotes nothing but the quote itself is special: it ends them, stands escaped, begins new ones. */
static void put_quoted(char *dst, size_t size, const char *word)
{
	static const char escaped[] = "'\\''";
	size_t at = 0;
	dst[at++] = '\'';
	for (; *word != '\0'; word++) {
		const bool quote = *word == '\'';
		if (at + (quote ? sizeof(escaped) - 1 : 1) + 2 > size) {
			break;
		}
		if (quote) {
			memcpy(dst + at, escaped, sizeof(escaped) - 1);
			at += sizeof(escaped) - 1;
		} else {
			dst[at++] = *word;
		}
	}
	dst[at++] = '\'';
	dst[at] = '\0';
}

const char *shell_quote(char *dst, size_t size, const char *word)
{
	char clean[SHELL_WORD_MAX];
	const size_t lead = word[0] == '-' ? 2 : 0;
	memcpy(clean, "./", 2);
	text_clean(clean + lead, sizeof(clean) - lead, word, strlen(word));
	if (is_plain(clean) && strlen(clean) < size) {
		snprintf(dst, size, "%s", clean);
	} else if (size > sizeof("''")) {
		put_quoted(dst, size, clean);
	} else if (size > 0) {
		dst[0] = '\0';
	}
	return dst;
}

const char *shell_command(char *dst, size_t size, const char *template, va_list args)
{
	char word[SHELL_WORD_MAX + 64];
	size_t at = 0;
	const char *hole;
	while ((hole = strstr(template, HOLE)) != NULL) {
		const char *arg = va_arg(args, const char *);
		if (!arg) {
			dst[0] = '\0';
			return dst;
		}
		at += (size_t)snprintf(dst + at, size - at, "%.*s%s", (int)(hole - template), template,
			shell_quote(word, sizeof(word), arg));
		template = hole + sizeof(HOLE) - 1;
		if (at >= size) {
			break;
		}
	}
	if (at < size) {
		at += (size_t)snprintf(dst + at, size - at, "%s", template);
	}
	if (at >= size) {
		dst[0] = '\0';
	}
	return dst;
}
