#include "fixture.h"
#include "ui/log_text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct log_line line_of(const char *text)
{
	return (struct log_line){.text = text, .len = strlen(text), .time_ns = 1767269071123000000};
}

static const char *row(const struct log_format *format, const char *text, int number, struct canvas *all)
{
	const struct log_line line = line_of(text);
	struct canvas first = canvas_sub(all, 0, 0, 1, format->width);
	canvas_blank(all);
	log_row_draw(format, &line, number, &first);
	return screen_line(0);
}

Test(log_text, wraps_at_columns_not_bytes)
{
	struct theme theme;
	struct canvas all;
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	const struct log_format format = {.theme = &theme, .width = 5, .wrap = true, .needle = ""};
	static const struct {
		const char *text;
		int rows;
	} rows[] = {{"", 1}, {"abcde", 1}, {"abcdef", 2}, {"日本語", 2}, {"a日本語", 2}, {"ab日本語", 2},
		{"日本日本日", 3}, {"\xff\xff\xff\xff\xff\xff", 2},
		{"e\xcc\x81"
		 "bcde",
			1}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct log_line line = line_of(rows[i].text);
		cr_expect_eq(
			log_rows(&format, &line), rows[i].rows, "row %zu: %d", i, log_rows(&format, &line));
	}
	cr_expect_eq(strncmp(row(&format, "abcdefg", 1, &all), "fg   ", 5), 0, "%s", screen_line(0));
	cr_expect_eq(strncmp(row(&format, "a日本語", 1, &all), "語 ", 4), 0, "%s", screen_line(0));
}

Test(log_text, not_wrapped_is_scrolled_and_shows_that_it_is_cut)
{
	struct theme theme;
	struct canvas all;
	screen_fixture(CHARSET_ASCII, &theme, &all);
	struct log_format format = {.theme = &theme, .width = 6, .needle = ""};
	const struct log_line line = line_of("0123456789");
	cr_expect_eq(log_rows(&format, &line), 1);
	cr_expect_eq(strncmp(row(&format, "0123456789", 0, &all), "01234", 5), 0);
	cr_expect_eq(strncmp(screen_line(0) + 5, theme_glyph(&theme, GLYPH_CUT), 1), 0);
	format.left = 4;
	cr_expect_eq(strncmp(row(&format, "0123456789", 0, &all), "456789 ", 7), 0, "%s", screen_line(0));
}

Test(log_text, matches_are_in_reverse_even_over_the_end_of_a_row)
{
	struct theme theme;
	struct canvas all;
	cchar_t cell;
	wchar_t text[CCHARW_MAX + 1];
	attr_t attr;
	short pair;
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	const struct log_format format = {.theme = &theme, .width = 5, .wrap = true, .needle = "NEED"};
	static const char *const reversed[] = {"....r", "rrr..", ".rrrr"};
	for (int i = 0; i < 3; i++) {
		(void)row(&format, "abcdneedef needx", i, &all);
		for (int x = 0; x < 5; x++) {
			cr_assert_eq(mvwin_wch(stdscr, 0, x, &cell), OK);
			cr_assert_eq(getcchar(&cell, text, &attr, &pair, NULL), OK);
			cr_expect_eq(
				(attr & A_REVERSE) != 0, reversed[i][x] == 'r', "row %d column %d", i, x);
		}
	}
	int number, column, end;
	const struct log_line line = line_of("0123456789abNEEDLE");
	log_match(&format, &line, &number, &column, &end);
	cr_expect_eq(number, 2);
	cr_expect_eq(column, 2);
	cr_expect_eq(end, 6);
}

Test(log_text, times_stand_before_the_first_row_only)
{
	struct theme theme;
	struct canvas all;
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	setenv("TZ", "UTC", 1);
	const struct log_format format = {
		.theme = &theme, .width = 28, .wrap = true, .times = true, .needle = ""};
	cr_expect_eq(strncmp(row(&format, "abcdef", 0, &all), "2026-01-01 12:04:31.123 abcd ", 29), 0, "%s",
		screen_line(0));
	cr_expect_eq(strncmp(row(&format, "abcdef", 1, &all), "                        ef ", 27), 0);
}

Test(log_text, moving_counts_rows_and_stops_at_the_ends)
{
	struct theme theme;
	struct canvas all;
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	const struct log_format format = {.theme = &theme, .width = 5, .wrap = true, .needle = ""};
	static const char *const texts[] = {"gone", "a", "0123456789abc", "b"}; /* 1, 3 and 1 rows stay */
	struct log_ring *ring = log_ring_new(1 << 20, 3);
	struct log_place at = {0};
	for (size_t i = 0; i < 4; i++) {
		const struct log_line line = line_of(texts[i]);
		cr_assert(log_ring_add(ring, &line));
	}
	cr_expect_eq(log_move(&format, ring, &at, 0), 0);
	cr_expect_eq(at.serial, 2, "a line that is gone is the oldest that is not");
	cr_expect_eq(log_move(&format, ring, &at, 3), 3);
	cr_expect_eq(at.serial, 3);
	cr_expect_eq(at.row, 2);
	cr_expect_eq(log_move(&format, ring, &at, 100), 1);
	cr_expect_eq(at.serial, 4);
	cr_expect_eq(log_move(&format, ring, &at, -2), -2);
	cr_expect_eq(at.serial, 3);
	cr_expect_eq(at.row, 1);
	cr_expect_eq(log_move(&format, ring, &at, -100), -2);
	cr_expect_eq(at.serial, 2);
	log_ring_free(ring);
}
