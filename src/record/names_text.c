/*
 * names_text.c - sentences, of which only the ordinary words of messages and numbers are kept: anything else that a
 * server says may be somebody's name, even one that was never heard before.
 */
#include "names_private.h"
#include "vocabulary.h"

#include <string.h>

#define HIDDEN   "..."
#define WORD_MAX 32

/* What ends a token of a sentence; what stands inside of one is for split(). */
static const char ends[] = " \t\"'`()<>[]{},;!?";
/* From the loosest to the closest. */
static const char *const joints[] = {"=", "/", "@", ":", "-_.+|&%#*~"};
#define JOINTS (sizeof(joints) / sizeof(*joints))

/* "137", "0.4ms", "16G", "100%": figures, which are not long. */
static bool is_figure(const char *text, size_t len)
{
	static const char *const units[] = {"", "ms", "s", "m", "h", "d", "K", "M", "G", "T", "KiB", "MiB",
		"GiB", "TiB", "B", "kB", "MB", "GB", "x"};
	size_t at = 0;
	while (at < len && at < 10 && ((text[at] >= '0' && text[at] <= '9') || (at > 0 && text[at] == '.'))) {
		at++;
	}
	for (size_t i = 0; at > 0 && i < sizeof(units) / sizeof(*units); i++) {
		if (strlen(units[i]) == len - at && memcmp(units[i], text + at, len - at) == 0) {
			return true;
		}
	}
	return false;
}

static void hide_token(struct names *names, FILE *out, const char *text, size_t len, size_t joint);

/* At the first joint that the token has, each part for itself. */
static bool split(struct names *names, FILE *out, const char *text, size_t len, size_t joint)
{
	size_t at = 0;
	while (joint < JOINTS) {
		at = 0;
		while (at < len && !strchr(joints[joint], text[at])) {
			at++;
		}
		if (at < len) {
			break;
		}
		joint++;
	}
	if (joint == JOINTS) {
		return false;
	}
	size_t begin = 0;
	for (; at <= len; at++) {
		if (at == len || strchr(joints[joint], text[at])) {
			hide_token(names, out, text + begin, at - begin, joint);
			if (at < len) {
				fputc(text[at], out);
			}
			begin = at + 1;
		}
	}
	return true;
}

static void hide_token(struct names *names, FILE *out, const char *text, size_t len, size_t joint)
{
	if (len == 0) {
		return;
	}
	const char *known = book_find(names, text, len);
	if (known) {
		fputs(known, out);
	} else if (memmem(text, len, "://", 3)) {
		place_url(names, out, text, len);
	} else if (len > 1 && text[0] == '/') {
		place_path(names, out, text, len);
	} else if (place_is_address(text, len)) {
		place_host(names, out, text, len);
	} else if (is_figure(text, len) || vocabulary_has(text, len)) {
		fwrite(text, 1, len, out);
	} else if (!split(names, out, text, len, joint)) {
		fputs(HIDDEN, out);
	}
}

void text_sentence(struct names *names, FILE *out, const char *text, size_t len)
{
	size_t at = 0;
	while (at < len) {
		size_t size = 0;
		while (at + size < len && !strchr(ends, text[at + size])) {
			size++;
		}
		size_t word = size;
		while (word > 0 && strchr(".:", text[at + word - 1])) {
			word--;
		}
		hide_token(names, out, text + at, word, 0);
		fwrite(text + at + word, 1, size - word, out);
		at += size;
		if (at < len) {
			fputc(text[at++], out);
		}
	}
}

/* A word that has a digit in it, a version, is kept too: programs have those, and what is made by hand is longer. */
void text_word(struct names *names, FILE *out, const char *text, size_t len)
{
	const bool known = book_find(names, text, len) != NULL;
	const size_t figures = strspn(text, "0123456789.");
	const bool version =
		figures > 0 && (figures == len || text[figures] == '-') && !place_is_address(text, len);
	if (!known && version) {
		fwrite(text, 1, figures, out);
	} else if (!known && len < WORD_MAX && vocabulary_has(text, strcspn(text, "0123456789")) &&
		   strspn(text + strcspn(text, "0123456789"), "0123456789") ==
			   len - strcspn(text, "0123456789")) {
		fwrite(text, 1, len, out);
	} else {
		text_sentence(names, out, text, len);
	}
}
