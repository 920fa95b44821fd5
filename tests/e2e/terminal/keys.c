#include "keys.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *bytes;
} names[] = {
	{"Enter", "\r"},
	{"Esc", "\033"},
	{"Space", " "},
	{"Tab", "\t"},
	{"Backspace", "\177"},
	{"Up", "\033OA"},
	{"Down", "\033OB"},
	{"Right", "\033OC"},
	{"Left", "\033OD"},
	{"Home", "\033OH"},
	{"End", "\033OF"},
	{"PgUp", "\033[5~"},
	{"PgDn", "\033[6~"},
	{"BackTab", "\033[Z"},
	{"Insert", "\033[2~"},
	{"Delete", "\033[3~"},
	{"F1", "\033OP"},
	{"F2", "\033OQ"},
	{"F3", "\033OR"},
	{"F4", "\033OS"},
	{"F5", "\033[15~"},
	{"F6", "\033[17~"},
	{"F7", "\033[18~"},
	{"F8", "\033[19~"},
	{"F9", "\033[20~"},
	{"F10", "\033[21~"},
	{"F11", "\033[23~"},
	{"F12", "\033[24~"},
};
#define NAMES (sizeof(names) / sizeof(names[0]))

/* NUL cannot be part of a text, the terminal itself takes four, and q leaves. */
static const char left_out[] = {'\0', 'C' & 0x1f, 'S' & 0x1f, 'Z' & 0x1f, '\\' & 0x1f, 'q'};

const char *key_bytes(const char *word, char buf[KEY_BYTES])
{
	size_t len = strlen(word);

	if (len < 3 || word[0] != '<' || word[len - 1] != '>')
		return word;
	if (len == 5 && strncmp(word, "<C-", 3) == 0) {
		snprintf(buf, KEY_BYTES, "%c", toupper((unsigned char)word[3]) & 0x1f);
		return buf;
	}
	for (size_t i = 0; i < NAMES; i++)
		if (strlen(names[i].name) == len - 2 && strncmp(names[i].name, word + 1, len - 2) == 0)
			return names[i].bytes;
	return NULL;
}

const char *key_at(size_t i, char buf[KEY_BYTES])
{
	for (char c = 0; c < 0x7f; c++)
		if (!memchr(left_out, c, sizeof(left_out)) && i-- == 0) {
			snprintf(buf, KEY_BYTES, "%c", c);
			return buf;
		}
	return i < NAMES ? names[i].bytes : NULL;
}
