/*
 * text.c - hostile bytes to text that a terminal cannot be hurt by.
 */
#include "ollama-top/text.h"

#include <stdlib.h>
#include <string.h>

struct range {
	uint32_t first, last;
};

/*
 * What a terminal would obey instead of show, or what has no width and so hides in a name:
 * controls, marks of direction, joiners, line separators, annotations, variation selectors, tags.
 */
static const struct range dropped[] = {
	{0x0000, 0x001f},
	{0x007f, 0x009f},
	{0x00ad, 0x00ad},
	{0x034f, 0x034f},
	{0x061c, 0x061c},
	{0x115f, 0x1160},
	{0x180b, 0x180f},
	{0x200b, 0x200f},
	{0x2028, 0x202e},
	{0x2060, 0x206f},
	{0x3164, 0x3164},
	{0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},
	{0xffa0, 0xffa0},
	{0xfff0, 0xfffb},
	{0xfffe, 0xffff},
	{0xe0000, 0xe0fff},
};

static const char ellipsis[] = "...";
#define ELLIPSIS_LENGTH (sizeof(ellipsis) - 1)

static bool is_dropped(uint32_t c)
{
	if (c >= 0x20 && c < 0x7f)
		return false;
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
		if (c < dropped[i].first)
			return false;
		if (c <= dropped[i].last)
			return true;
	}
	return false;
}

/* Bytes of the valid UTF-8 character at `s`, or 0; surrogates, overlong forms and what lies
 * beyond U+10FFFF are invalid (RFC 3629). */
static size_t decode(const unsigned char *s, size_t len, uint32_t *c)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t need;

	if (s[0] < 0x80) {
		*c = s[0];
		return 1;
	}
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		need = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		need = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (len < need)
		return 0;
	*c = s[0] & (0x7fU >> need);
	for (size_t i = 1; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3fU);
	}
	if (*c < smallest[need] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return need;
}

size_t text_clean(char *dst, size_t size, const char *src, size_t len)
{
	const unsigned char *s = (const unsigned char *)src;
	const size_t room = size > 0 ? size - 1 : 0;
	const size_t dots = room < ELLIPSIS_LENGTH ? room : ELLIPSIS_LENGTH;
	size_t used = 0, cut = 0; /* cut: the last boundary after which the dots still fit */

	if (size == 0)
		return 0;
	for (size_t i = 0; i < len;) {
		uint32_t c = 0;
		size_t n = decode(s + i, len - i, &c);
		const char *put = src + i;
		size_t put_len = n;

		if (n == 0 || c == '\n' || c == '\t') {
			put = n == 0 ? "?" : " ";
			put_len = n = 1;
		} else if (is_dropped(c)) {
			i += n;
			continue;
		}
		if (used + put_len > room) {
			memcpy(dst + cut, ellipsis, dots);
			used = cut + dots;
			break;
		}
		memcpy(dst + used, put, put_len);
		used += put_len;
		if (used + dots <= room)
			cut = used;
		i += n;
	}
	dst[used] = '\0';
	return used;
}

char *text_dup_clean(const char *src)
{
	char buf[TEXT_NAME_MAX];

	if (!src)
		return NULL;
	text_clean(buf, sizeof(buf), src, strlen(src));
	return strdup(buf);
}
