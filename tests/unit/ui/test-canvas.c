/* The canvas: what is drawn stays inside, whatever it is. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define TOP    3
#define LEFT   5
#define HEIGHT 4
#define WIDTH  10

static struct theme theme;
static struct canvas all, part;

static void setup(void)
{
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	part = canvas_sub(&all, TOP, LEFT, HEIGHT, WIDTH);
}

static void assert_untouched_outside(void)
{
	for (int y = 0; y < SCREEN_LINES; y++)
		for (int x = 0; x < SCREEN_COLUMNS; x++)
			if (y < TOP || y >= TOP + HEIGHT || x < LEFT || x >= LEFT + WIDTH)
				cr_assert_eq(screen_at(y, x), L'@',
					"cell %d,%d outside the canvas was overwritten", y, x);
}

TestSuite(canvas, .init = setup);

Test(canvas, clips_at_every_edge)
{
	int columns = canvas_text(&part, 0, -3, FACE_NORMAL, "abcdefghijklmnopqrstuvwxyz");
	cr_assert_eq(columns, 26);
	canvas_text(&part, -1, 0, FACE_NORMAL, "above");
	canvas_text(&part, HEIGHT, 0, FACE_NORMAL, "below");
	canvas_text(&part, 1, WIDTH, FACE_NORMAL, "right");
	canvas_frame(&part);
	canvas_blank(&part);
	canvas_text(&part, 0, -3, FACE_NORMAL, "abcdefghijklmnopqrstuvwxyz");
	assert_untouched_outside();
	cr_assert_eq(screen_at(TOP, LEFT), L'd');
	cr_assert_eq(screen_at(TOP, LEFT + WIDTH - 1), L'm');
}

Test(canvas, a_wide_character_that_the_edge_cuts_is_a_blank)
{
	canvas_text(&part, 0, 0, FACE_NORMAL, "123456789日x");
	canvas_text(&part, 1, -1, FACE_NORMAL, "日本");
	assert_untouched_outside();
	cr_assert_eq(screen_at(TOP, LEFT + 8), L'9');
	cr_assert_eq(screen_at(TOP, LEFT + 9), L' ');
	cr_assert_eq(screen_at(TOP + 1, LEFT), L' ');
	cr_assert_eq(screen_at(TOP + 1, LEFT + 1), L'本');
}

Test(canvas, combining_characters_take_no_column)
{
	cr_assert_eq(canvas_text(&part, 0, 0, FACE_NORMAL, "e\xcc\x81x"), 2);
	cr_assert_eq(screen_at(TOP, LEFT), L'e');
	cr_assert_eq(screen_at(TOP, LEFT + 1), L'x');
	/* More of them than a cell holds, and one with nothing to combine with. */
	char zalgo[256] = "\xcc\x81z";
	size_t at = strlen(zalgo);
	for (int i = 0; i < 40; i++, at += 2)
		memcpy(zalgo + at, "\xcc\x81", 2);
	zalgo[at] = 'y';
	cr_assert_eq(canvas_text(&part, 1, 0, FACE_NORMAL, zalgo), 2);
	cr_assert_eq(screen_at(TOP + 1, LEFT + 1), L'y');
	assert_untouched_outside();
}

Test(canvas, what_cannot_be_shown_is_a_question_mark)
{
	canvas_text(&part, 0, 0, FACE_NORMAL, "\x1b[2J\r\n\t\x7f");
	cr_assert_eq(screen_at(TOP, LEFT), L'?');
	cr_assert_eq(screen_at(TOP, LEFT + 1), L'[');
	canvas_text(&part, 1, 0, FACE_NORMAL, "\xff\xc0\x80\xed\xa0\x80\xf8Z");
	for (int i = 0; i < 7; i++)
		cr_assert_eq(screen_at(TOP + 1, LEFT + i), L'?', "byte %d", i);
	cr_assert_eq(screen_at(TOP + 1, LEFT + 7), L'Z');
	assert_untouched_outside();
}

Test(canvas, a_field_is_cut_with_a_mark)
{
	canvas_blank(&part);
	canvas_field(&part, 0, 1, 6, ALIGN_LEFT, FACE_NORMAL, "abcdefgh");
	canvas_field(&part, 1, 1, 6, ALIGN_RIGHT, FACE_NORMAL, "abc");
	canvas_field(&part, 2, 1, 6, ALIGN_LEFT, FACE_NORMAL, "1234日本");
	cr_assert(strstr(screen_line(TOP), " abcde… "), "%s", screen_line(TOP));
	cr_assert(strstr(screen_line(TOP + 1), "    abc   "), "%s", screen_line(TOP + 1));
	cr_assert(strstr(screen_line(TOP + 2), " 1234 … "), "%s", screen_line(TOP + 2));
}

Test(canvas, a_sub_canvas_lies_in_its_parent)
{
	for (int y = -2; y < HEIGHT + 2; y++) {
		for (int x = -2; x < WIDTH + 2; x++) {
			struct canvas sub = canvas_sub(&part, y, x, 100, 100);
			for (int line = 0; line < sub.h; line++)
				canvas_text(&sub, line, 0, FACE_NORMAL, "xxxxxxxxxxxxxxxxxxxxxxxx");
		}
	}
	assert_untouched_outside();
}

Test(canvas, random_bytes_stay_inside)
{
	srand(7);
	for (int round = 0; round < 5000; round++) {
		char bytes[64];
		size_t len = (size_t)(rand() % (int)sizeof(bytes));
		for (size_t i = 0; i < len; i++)
			bytes[i] = (char)(rand() % 256);
		(void)canvas_textn(&part, rand() % 8 - 2, rand() % 16 - 4, FACE_NORMAL, bytes, len);
	}
	assert_untouched_outside();
}

Test(canvas_ascii, shows_nothing_but_ascii)
{
	screen_fixture(CHARSET_ASCII, &theme, &all);
	part = canvas_sub(&all, TOP, LEFT, HEIGHT, WIDTH);
	canvas_frame(&part);
	canvas_bar(&part, 1, 1, 4, 0.5, FACE_NORMAL);
	canvas_text(&part, 2, 1, FACE_NORMAL, "é日e\xcc\x81");
	canvas_field(&part, 1, 5, 4, ALIGN_LEFT, FACE_NORMAL, "too long");
	for (int level = -1; level <= theme_levels(&theme) + 1; level++)
		canvas_text(&part, 3, 1 + level, FACE_NORMAL, theme_level(&theme, level));
	for (int y = 0; y < SCREEN_LINES; y++)
		for (int x = 0; x < SCREEN_COLUMNS; x++)
			cr_assert_lt(screen_at(y, x), 0x7f, "cell %d,%d", y, x);
	cr_assert(strstr(screen_line(TOP + 2), "|??e@"), "%s", screen_line(TOP + 2));
	assert_untouched_outside();
}

Test(canvas_ascii, is_chosen_where_nothing_else_is_safe)
{
	cr_assert_eq(theme_charset(false, true, "xterm-256color"), CHARSET_UNICODE);
	cr_assert_eq(theme_charset(false, true, "tmux"), CHARSET_UNICODE);
	cr_assert_eq(theme_charset(false, true, "linux"), CHARSET_CP437);
	cr_assert_eq(theme_charset(false, true, "vt100"), CHARSET_ASCII);
	cr_assert_eq(theme_charset(false, false, "xterm"), CHARSET_ASCII);
	cr_assert_eq(theme_charset(true, true, "xterm"), CHARSET_ASCII);
}

Test(canvas_ascii, the_linux_console_gets_its_own_blocks_only)
{
	static const wchar_t cp437[] = L" ░▒▓█▄▌▐▀─│┌┐└┘├┤┴┬┼~▲▼►◄";
	struct theme linux_theme = {.charset = CHARSET_CP437};
	cr_assert(setlocale(LC_ALL, "C.UTF-8"));
	for (int g = 0; g < GLYPH_COUNT; g++) {
		wchar_t cell[CCHARW_MAX + 1];
		int columns;
		const char *glyph = theme_glyph(&linux_theme, (enum glyph)g);
		(void)text_cluster(CHARSET_CP437, glyph, strlen(glyph), cell, &columns);
		cr_assert(wcschr(cp437, cell[0]), "glyph %d", g);
	}
	for (int level = 0; level <= theme_levels(&linux_theme); level++) {
		wchar_t cell[CCHARW_MAX + 1];
		int columns;
		const char *block = theme_level(&linux_theme, level);
		(void)text_cluster(CHARSET_CP437, block, strlen(block), cell, &columns);
		cr_assert(wcschr(cp437, cell[0]), "level %d", level);
	}
}

Test(theme, a_state_is_told_by_words_and_a_face)
{
	for (int state = 0; state < STATE_COUNT; state++) {
		cr_assert(state_name((enum state)state)[0]);
		enum face face = theme_state_face((enum state)state);
		enum severity severity = state_severity((enum state)state);
		cr_assert_eq(face == FACE_CRITICAL, severity == SEVERITY_CRITICAL);
		cr_assert_eq(face == FACE_WARNING, severity == SEVERITY_WARNING);
	}
}
