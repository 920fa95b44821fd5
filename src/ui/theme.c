#include "theme.h"

#include <string.h>

/* What a face is on a terminal with 256 colours, with 8 or 16, and with none. -1: the terminal's own. */
struct face_look {
	short colour256;
	attr_t attr256;
	short colour8;
	attr_t attr8;
	attr_t attr_mono;
};

static const struct face_look looks[FACE_COUNT] = {
	[FACE_NORMAL] = {-1, A_NORMAL, -1, A_NORMAL, A_NORMAL},
	[FACE_DIM] = {245, A_NORMAL, -1, A_DIM, A_DIM},
	[FACE_BORDER] = {240, A_NORMAL, -1, A_DIM, A_NORMAL},
	[FACE_TITLE] = {-1, A_BOLD, -1, A_BOLD, A_BOLD},
	[FACE_HEADER] = {109, A_NORMAL, COLOR_CYAN, A_NORMAL, A_UNDERLINE},
	[FACE_LABEL] = {109, A_NORMAL, COLOR_CYAN, A_NORMAL, A_NORMAL},
	[FACE_OK] = {71, A_NORMAL, COLOR_GREEN, A_NORMAL, A_NORMAL},
	[FACE_QUIET] = {110, A_NORMAL, COLOR_BLUE, A_BOLD, A_NORMAL},
	[FACE_BUSY] = {117, A_BOLD, COLOR_CYAN, A_BOLD, A_BOLD},
	[FACE_WARNING] = {214, A_BOLD, COLOR_YELLOW, A_BOLD, A_BOLD},
	[FACE_CRITICAL] = {203, A_BOLD, COLOR_RED, A_BOLD, A_BOLD | A_REVERSE},
	[FACE_BAR_LOW] = {71, A_NORMAL, COLOR_GREEN, A_NORMAL, A_NORMAL},
	[FACE_BAR_MIDDLE] = {179, A_NORMAL, COLOR_YELLOW, A_NORMAL, A_NORMAL},
	[FACE_BAR_HIGH] = {203, A_NORMAL, COLOR_RED, A_NORMAL, A_BOLD},
	[FACE_BAR_EMPTY] = {238, A_NORMAL, -1, A_DIM, A_DIM},
	[FACE_GRAPH] = {109, A_NORMAL, COLOR_CYAN, A_NORMAL, A_NORMAL},
	[FACE_KEY] = {-1, A_BOLD, -1, A_BOLD, A_BOLD},
	[FACE_KEY_TEXT] = {245, A_NORMAL, -1, A_NORMAL, A_NORMAL},
	[FACE_NOTICE] = {214, A_BOLD, COLOR_YELLOW, A_BOLD, A_REVERSE},
	[FACE_INPUT] = {-1, A_UNDERLINE, -1, A_UNDERLINE, A_UNDERLINE},
};

static const char *const glyphs[CHARSET_COUNT][GLYPH_COUNT] = {
	[CHARSET_UNICODE] = {"─", "│", "┌", "┐", "└", "┘", "├", "┤", "┴", "█", "░", "…", "▾", "▀", "▄"},
	[CHARSET_CP437] = {"─", "│", "┌", "┐", "└", "┘", "├", "┤", "┴", "█", "░", "~", "▼", "▀", "▄"},
	[CHARSET_ASCII] = {"-", "|", "+", "+", "+", "+", "+", "+", "+", "#", ".", "~", "v", "\"", "o"},
};

#define LEVELS_MAX 8
static const char *const levels[CHARSET_COUNT][LEVELS_MAX + 1] = {
	[CHARSET_UNICODE] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
	[CHARSET_CP437] = {" ", "▄", "█"},
	[CHARSET_ASCII] = {" ", ".", ":", "#"},
};
static const int level_count[CHARSET_COUNT] = {
	[CHARSET_UNICODE] = 8,
	[CHARSET_CP437] = 2,
	[CHARSET_ASCII] = 3,
};

static const enum face state_faces[STATE_COUNT] = {
	[STATE_OOM] = FACE_CRITICAL,
	[STATE_DOWN] = FACE_CRITICAL,
	[STATE_NFS] = FACE_CRITICAL,
	[STATE_DRIFT] = FACE_WARNING,
	[STATE_LB] = FACE_WARNING,
	[STATE_HOT] = FACE_WARNING,
	[STATE_SLOW] = FACE_WARNING,
	[STATE_STARTING] = FACE_QUIET,
	[STATE_DRAINING] = FACE_QUIET,
	[STATE_STOPPED] = FACE_QUIET,
	[STATE_UNKNOWN] = FACE_DIM,
	[STATE_OK] = FACE_OK,
};

/* Terminals whose own character set is ASCII whatever the locale says. */
static const char *const ascii_terminals[] = {"vt1", "vt2", "vt3", "ansi", "dumb", "cons25", "sun"};

enum charset theme_charset(bool ascii, bool utf8_locale, const char *term)
{
	if (ascii || !utf8_locale || !term)
		return CHARSET_ASCII;
	for (size_t i = 0; i < sizeof(ascii_terminals) / sizeof(ascii_terminals[0]); i++)
		if (!strncmp(term, ascii_terminals[i], strlen(ascii_terminals[i])))
			return CHARSET_ASCII;
	return strncmp(term, "linux", 5) ? CHARSET_UNICODE : CHARSET_CP437;
}

void theme_init(struct theme *theme, enum charset charset, bool colour)
{
	theme->charset = charset;
	bool own_colours = false;
	if (colour && has_colors() && start_color() == OK)
		own_colours = use_default_colors() == OK;
	else
		colour = false;
	/* One pair for each face; pair 0 is the terminal's own colours. */
	if (colour && COLOR_PAIRS <= FACE_COUNT)
		colour = false;
	for (int face = 0; face < FACE_COUNT; face++) {
		const struct face_look *look = &looks[face];
		bool many = COLORS >= 256;
		theme->pair[face] = 0;
		theme->attr[face] = colour ? (many ? look->attr256 : look->attr8) : look->attr_mono;
		short fg = many ? look->colour256 : look->colour8;
		if (!colour || fg < 0)
			continue;
		short pair = (short)(face + 1);
		if (init_pair(pair, fg, own_colours ? -1 : COLOR_BLACK) == OK)
			theme->pair[face] = pair;
	}
}

const char *theme_glyph(const struct theme *theme, enum glyph glyph)
{
	return glyphs[theme->charset][glyph];
}

int theme_levels(const struct theme *theme)
{
	return level_count[theme->charset];
}

const char *theme_level(const struct theme *theme, int level)
{
	if (level < 0)
		level = 0;
	if (level > level_count[theme->charset])
		level = level_count[theme->charset];
	return levels[theme->charset][level];
}

enum face theme_state_face(enum state state)
{
	return (unsigned)state < STATE_COUNT ? state_faces[state] : FACE_NORMAL;
}

enum face theme_severity_face(enum severity severity)
{
	return severity == SEVERITY_CRITICAL  ? FACE_CRITICAL
	       : severity == SEVERITY_WARNING ? FACE_WARNING
					      : FACE_NORMAL;
}

enum face theme_bar_face(double share)
{
	return share >= 0.9 ? FACE_BAR_HIGH : share >= 0.75 ? FACE_BAR_MIDDLE : FACE_BAR_LOW;
}
