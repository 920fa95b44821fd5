/*
 * theme.h - what a thing looks like: faces (colour and attribute) and glyphs (line and block characters).
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#define NCURSES_NOMACROS
#include <curses.h>

#include "ollama-top/fleet.h"

#include <stdbool.h>

enum face {
	FACE_NORMAL,
	FACE_DIM, /* stale figures, ages, secondary text */
	FACE_BORDER,
	FACE_TITLE,
	FACE_HEADER,
	FACE_LABEL,
	FACE_OK,
	FACE_QUIET, /* states that are no trouble but not ok either */
	FACE_BUSY,
	FACE_WARNING,
	FACE_CRITICAL,
	FACE_BAR_LOW,
	FACE_BAR_MIDDLE,
	FACE_BAR_HIGH,
	FACE_BAR_EMPTY,
	FACE_GRAPH,
	FACE_KEY,
	FACE_KEY_TEXT,
	FACE_NOTICE, /* PAUSED, filter, messages */
	FACE_INPUT,  /* what is typed in a dialog */
	FACE_COUNT,
};

enum charset {
	CHARSET_UNICODE,
	CHARSET_CP437, /* the Linux console's font: no eighth blocks, no ellipsis */
	CHARSET_ASCII,
	CHARSET_COUNT,
};

enum glyph {
	GLYPH_HLINE,
	GLYPH_VLINE,
	GLYPH_TOP_LEFT,
	GLYPH_TOP_RIGHT,
	GLYPH_BOTTOM_LEFT,
	GLYPH_BOTTOM_RIGHT,
	GLYPH_TEE_LEFT,
	GLYPH_TEE_RIGHT,
	GLYPH_TEE_UP,
	GLYPH_BAR_FULL,
	GLYPH_BAR_EMPTY,
	GLYPH_CUT, /* the last column of a text that does not fit */
	GLYPH_SORTED,
	GLYPH_UPPER_HALF, /* of a cell; with GLYPH_BAR_FULL what large figures are made of */
	GLYPH_LOWER_HALF,
	GLYPH_COUNT,
};

struct theme {
	enum charset charset;
	attr_t attr[FACE_COUNT];
	short pair[FACE_COUNT];
};

/*
 * Which characters the terminal `term` can show: ASCII when asked for, when the locale is
 * not UTF-8, and on terminals that were never anything else (vt100, dumb, ...).
 */
enum charset theme_charset(bool ascii, bool utf8_locale, const char *term);

/* To be called on an open curses screen; without colour the faces are attributes alone. */
void theme_init(struct theme *theme, enum charset charset, bool colour);

const char *theme_glyph(const struct theme *theme, enum glyph glyph);

/* The block that fills `level` of theme_levels() parts of a cell from below; level 0 is a blank. */
const char *theme_level(const struct theme *theme, int level);
int theme_levels(const struct theme *theme);

enum face theme_state_face(enum state state);
enum face theme_severity_face(enum severity severity);
/* Of a share between 0 and 1 of a limit. */
enum face theme_bar_face(double share);

#endif
