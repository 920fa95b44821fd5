#include "canvas.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* One code point; malformed bytes are U+FFFD, one at a time, so that decoding always moves on. */
static size_t utf8_next(const char *text, size_t len, uint32_t *out)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)text;
	size_t need = s[0] < 0x80             ? 1
		      : (s[0] & 0xe0) == 0xc0 ? 2
		      : (s[0] & 0xf0) == 0xe0 ? 3
		      : (s[0] & 0xf8) == 0xf0 ? 4
					      : 0;
	*out = 0xfffd;
	if (need == 0 || need > len)
		return 1;
	uint32_t code = need == 1 ? s[0] : s[0] & (0x7fU >> need);
	for (size_t i = 1; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 1;
		code = code << 6 | (s[i] & 0x3fU);
	}
	if (need > 1 && (code < least[need] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)))
		return 1;
	*out = code;
	return need;
}

/* Columns of a code point as this charset shows it; `shown` is what stands for it. */
static int code_columns(enum charset charset, uint32_t code, wchar_t *shown)
{
	*shown = (wchar_t)code;
	if (code >= 0x20 && code < 0x7f)
		return 1;
	int columns = code < 0x20 || code == 0x7f || code == 0xfffd ? -1 : wcwidth((wchar_t)code);
	if (columns == 0)
		return 0;
	if (columns < 0 || charset == CHARSET_ASCII) {
		*shown = L'?';
		return 1;
	}
	return columns;
}

size_t text_cluster(
	enum charset charset, const char *text, size_t len, wchar_t cell[CCHARW_MAX + 1], int *columns)
{
	uint32_t code;
	wchar_t shown;
	size_t used = 0;
	int count = 0;
	*columns = 0;
	if (len == 0)
		return 0;
	used = utf8_next(text, len, &code);
	*columns = code_columns(charset, code, &shown);
	cell[0] = 0;
	if (*columns == 0) /* a combining character with nothing to combine with */
		return used;
	cell[count++] = shown;
	while (used < len && (unsigned char)text[used] >= 0x80) {
		size_t next = utf8_next(text + used, len - used, &code);
		if (code_columns(charset, code, &shown) != 0)
			break;
		if (charset != CHARSET_ASCII && count < CCHARW_MAX - 1)
			cell[count++] = shown;
		used += next;
	}
	cell[count] = 0;
	return used;
}

int text_columns(const struct theme *theme, const char *text)
{
	wchar_t cell[CCHARW_MAX + 1];
	int total = 0, columns;
	size_t len = strlen(text), used;
	for (size_t at = 0; at < len; at += used) {
		used = text_cluster(theme->charset, text + at, len - at, cell, &columns);
		total += columns;
	}
	return total;
}

static void put(const struct canvas *c, int y, int x, enum face face, const wchar_t *cell)
{
	cchar_t cc;
	attr_t attr = c->theme->attr[face] | c->extra;
	if (setcchar(&cc, cell, attr, c->theme->pair[face], NULL) == OK)
		(void)mvwadd_wchnstr(c->win, c->y + y, c->x + x, &cc, 1);
}

struct canvas canvas_sub(const struct canvas *c, int y, int x, int h, int w)
{
	struct canvas sub = *c;
	if (y < 0 || x < 0)
		h = w = 0;
	if (h > c->h - y)
		h = c->h - y;
	if (w > c->w - x)
		w = c->w - x;
	sub.y = c->y + y;
	sub.x = c->x + x;
	sub.h = h > 0 ? h : 0;
	sub.w = w > 0 ? w : 0;
	return sub;
}

int canvas_textn(const struct canvas *c, int y, int x, enum face face, const char *text, size_t len)
{
	wchar_t cell[CCHARW_MAX + 1];
	int at = x, columns;
	size_t used;
	bool row = y >= 0 && y < c->h;
	for (size_t i = 0; i < len; i += used) {
		used = text_cluster(c->theme->charset, text + i, len - i, cell, &columns);
		if (columns == 0)
			continue;
		if (row && at >= 0 && at + columns <= c->w) {
			put(c, y, at, face, cell);
		} else if (row && columns == 2) { /* half of it is outside: the other half is a blank */
			if (at == c->w - 1 && at >= 0)
				put(c, y, at, face, L" ");
			else if (at == -1 && c->w > 0)
				put(c, y, 0, face, L" ");
		}
		at += columns;
	}
	return at - x;
}

int canvas_text(const struct canvas *c, int y, int x, enum face face, const char *text)
{
	return canvas_textn(c, y, x, face, text, strlen(text));
}

int canvas_printf(const struct canvas *c, int y, int x, enum face face, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return canvas_text(c, y, x, face, text);
}

void canvas_field(
	const struct canvas *c, int y, int x, int width, enum align align, enum face face, const char *text)
{
	struct canvas field = canvas_sub(c, y, x, 1, width);
	int columns = text_columns(c->theme, text);
	if (field.w == 0)
		return;
	if (columns <= field.w) {
		canvas_text(&field, 0, align == ALIGN_RIGHT ? field.w - columns : 0, face, text);
		return;
	}
	struct canvas kept = canvas_sub(&field, 0, 0, 1, field.w - 1);
	canvas_text(&kept, 0, 0, face, text);
	canvas_text(&field, 0, field.w - 1, face, theme_glyph(c->theme, GLYPH_CUT));
}

void canvas_repeat(const struct canvas *c, int y, int x, int count, enum face face, const char *glyph)
{
	for (int i = 0; i < count; i++)
		canvas_text(c, y, x + i, face, glyph);
}

void canvas_repeat_down(const struct canvas *c, int y, int x, int count, enum face face, const char *glyph)
{
	for (int i = 0; i < count; i++)
		canvas_text(c, y + i, x, face, glyph);
}

void canvas_blank(const struct canvas *c)
{
	for (int y = 0; y < c->h; y++)
		canvas_repeat(c, y, 0, c->w, FACE_NORMAL, " ");
}

void canvas_frame(const struct canvas *c)
{
	const struct theme *t = c->theme;
	int bottom = c->h - 1, right = c->w - 1;
	canvas_repeat(c, 0, 1, right - 1, FACE_BORDER, theme_glyph(t, GLYPH_HLINE));
	canvas_repeat(c, bottom, 1, right - 1, FACE_BORDER, theme_glyph(t, GLYPH_HLINE));
	canvas_repeat_down(c, 1, 0, bottom - 1, FACE_BORDER, theme_glyph(t, GLYPH_VLINE));
	canvas_repeat_down(c, 1, right, bottom - 1, FACE_BORDER, theme_glyph(t, GLYPH_VLINE));
	canvas_text(c, 0, 0, FACE_BORDER, theme_glyph(t, GLYPH_TOP_LEFT));
	canvas_text(c, 0, right, FACE_BORDER, theme_glyph(t, GLYPH_TOP_RIGHT));
	canvas_text(c, bottom, 0, FACE_BORDER, theme_glyph(t, GLYPH_BOTTOM_LEFT));
	canvas_text(c, bottom, right, FACE_BORDER, theme_glyph(t, GLYPH_BOTTOM_RIGHT));
}

void canvas_bar(const struct canvas *c, int y, int x, int width, double share, enum face face)
{
	int full = 0;
	if (share > 0)
		full = share >= 1 ? width : (int)(share * width + 0.5);
	if (share > 0 && full == 0)
		full = 1;
	canvas_repeat(c, y, x, full, face, theme_glyph(c->theme, GLYPH_BAR_FULL));
	canvas_repeat(c, y, x + full, width - full, FACE_BAR_EMPTY, theme_glyph(c->theme, GLYPH_BAR_EMPTY));
}
