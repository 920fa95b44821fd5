/*
 * canvas.h - a rectangle of the screen. Whatever is drawn on it stays inside it, cell by cell.
 *
 * Coordinates are relative to the rectangle and may lie outside of it. Text may be any
 * bytes: what is not UTF-8 or not printable becomes '?', combining characters join the
 * character before them, and a wide character that the edge would cut is a blank.
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include "theme.h"

#include <stdbool.h>
#include <stddef.h>

struct canvas {
	WINDOW *win;
	const struct theme *theme;
	int y, x, h, w;
	attr_t extra; /* added to every cell: the selected row's reverse */
};

enum align { ALIGN_LEFT, ALIGN_RIGHT };

/* The part of `c` that the given rectangle covers; its origin stays the rectangle's, so a
 * rectangle that begins above or left of `c` is clipped to nothing there. */
struct canvas canvas_sub(const struct canvas *c, int y, int x, int h, int w);

/* Each returns the columns that the text takes, whether visible or not. */
int canvas_text(const struct canvas *c, int y, int x, enum face face, const char *text);
int canvas_textn(const struct canvas *c, int y, int x, enum face face, const char *text, size_t len);
__attribute__((format(printf, 5, 6))) int canvas_printf(
	const struct canvas *c, int y, int x, enum face face, const char *format, ...);

/* Text in exactly `width` columns, its end replaced by the cut mark when it does not fit. */
void canvas_field(
	const struct canvas *c, int y, int x, int width, enum align align, enum face face, const char *text);

/* `count` times a glyph from left to right, or downwards. */
void canvas_repeat(const struct canvas *c, int y, int x, int count, enum face face, const char *glyph);
void canvas_repeat_down(const struct canvas *c, int y, int x, int count, enum face face, const char *glyph);
/* Blanks the rectangle, so that a selected row is one bar. */
void canvas_blank(const struct canvas *c);
void canvas_frame(const struct canvas *c);
/* A bar of `width` cells of which `share` (0 to 1) is filled; anything above 0 shows. */
void canvas_bar(const struct canvas *c, int y, int x, int width, double share, enum face face);

/* Columns that a text would take on this theme. */
int text_columns(const struct theme *theme, const char *text);

/*
 * The next cell's worth of text: a character and the combining ones after it, at most
 * CCHARW_MAX in all, as this charset can show them. Returns the bytes used, 0 at the end;
 * `columns` is 1 or 2, or 0 for bytes that show nothing.
 */
size_t text_cluster(
	enum charset charset, const char *text, size_t len, wchar_t cell[CCHARW_MAX + 1], int *columns);

#endif
