/* Fitting columns, pieces and text to a width, and scrolling to a cursor. */
#include "fixture.h"
#include "ui/pen.h"
#include "ui/pieces.h"
#include "ui/table.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct column columns[] = {
	{"NAME", 8, 32, 4, 0, ALIGN_LEFT, NULL},
	{"STATE", 8, 8, 0, 0, ALIGN_LEFT, NULL},
	{"PORT", 5, 5, 0, 7, ALIGN_RIGHT, NULL},
	{"MEMORY", 10, 24, 2, 1, ALIGN_LEFT, NULL},
	{"LOADED", 20, 64, 3, 2, ALIGN_LEFT, NULL},
};
#define COUNT (sizeof(columns) / sizeof(columns[0]))

Test(columns, fit_every_width)
{
	for (int width = 0; width < 300; width++) {
		int widths[COUNT], used = columns_fit(columns, COUNT, NULL, width, widths), sum = 0;
		for (size_t i = 0; i < COUNT; i++) {
			cr_assert(widths[i] == 0 ||
				  (widths[i] >= columns[i].min && widths[i] <= columns[i].max));
			sum += widths[i] ? widths[i] + (sum ? COLUMN_GAP : 0) : 0;
		}
		cr_assert_eq(used, sum);
		cr_assert(used <= width || (widths[2] == 0 && widths[3] == 0 && widths[4] == 0), "width %d",
			width);
		cr_assert(widths[0] > 0 && widths[1] > 0, "what is always shown went at width %d", width);
		/* Never a less important column without a more important one. */
		cr_assert(!widths[2] || widths[4], "width %d", width);
		cr_assert(!widths[4] || widths[3], "width %d", width);
	}
}

Test(columns, use_the_width_there_is)
{
	int widths[COUNT];
	cr_assert_eq(columns_fit(columns, COUNT, NULL, 100, widths), 100);
	cr_assert_eq(columns_fit(columns, COUNT, NULL, 59, widths), 59);
	cr_assert_eq(widths[2], 5);
	columns_fit(columns, COUNT, NULL, 58, widths);
	cr_assert_eq(widths[2], 0);
}

Test(columns, grow_no_wider_than_their_content)
{
	const int most[COUNT] = {11, 8, 5, 24, 2};
	int widths[COUNT];
	columns_fit(columns, COUNT, most, 200, widths);
	cr_assert_eq(widths[0], 11);
	cr_assert_eq(widths[4], 20, "never under the least");
	cr_assert_eq(column_at(widths, 1), 13);
	widths[1] = 0;
	cr_assert_eq(column_at(widths, 2), 13);
}

Test(scroll, keeps_the_cursor_in_sight_and_moves_little)
{
	cr_assert_eq(scroll_to(0, 5, 100, 10), 0);
	cr_assert_eq(scroll_to(0, 10, 100, 10), 1);
	cr_assert_eq(scroll_to(50, 20, 100, 10), 20);
	cr_assert_eq(scroll_to(95, 99, 100, 10), 90);
	cr_assert_eq(scroll_to(5, 2, 3, 10), 0);
	for (int top = -5; top < 40; top++)
		for (int cursor = 0; cursor < 30; cursor++) {
			int now = scroll_to(top, cursor, 30, 7);
			cr_assert(now >= 0 && now <= cursor && cursor < now + 7 && now <= 23);
		}
}

static void three_pieces(struct pieces *pieces)
{
	pieces->count = 0;
	pieces_add(pieces, 0, false, FACE_NORMAL, "always");
	pieces_add(pieces, 2, false, FACE_NORMAL, "least");
	pieces_add(pieces, 1, true, FACE_NORMAL, "right");
	pieces_add(pieces, 1, true, FACE_NORMAL, "%s", "");
}

Test(pieces, the_least_important_go_first)
{
	struct theme theme = {.charset = CHARSET_UNICODE};
	struct pieces pieces;
	three_pieces(&pieces);
	cr_assert_eq(pieces.count, 3, "an empty piece is none");
	pieces_fit(&pieces, &theme, 100, 2);
	cr_assert(!pieces.list[0].hidden && !pieces.list[1].hidden && !pieces.list[2].hidden);
	pieces_fit(&pieces, &theme, 21, 2);
	cr_assert(!pieces.list[0].hidden && pieces.list[1].hidden && !pieces.list[2].hidden);
	pieces_fit(&pieces, &theme, 3, 2);
	cr_assert(!pieces.list[0].hidden && pieces.list[2].hidden);
}

Test(pieces, stay_in_their_line)
{
	struct theme theme;
	struct canvas all;
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	for (int width = 0; width <= 30; width++) {
		struct pieces pieces;
		struct canvas line = canvas_sub(&all, 4, 5, 1, width);
		three_pieces(&pieces);
		pieces_draw(&pieces, &line, 2);
		cr_assert_eq(screen_at(4, 4), L'@');
		cr_assert_eq(screen_at(4, 5 + width), L'@');
	}
	struct pieces pieces;
	struct canvas line = canvas_sub(&all, 6, 5, 1, 30);
	three_pieces(&pieces);
	pieces_draw(&pieces, &line, 2);
	cr_assert(strstr(screen_line(6), "@@@@@ always  least @@@@@@@@ right @@@@@"), "%s", screen_line(6));
}

Test(wrap, breaks_at_blanks_and_always_ends)
{
	struct theme theme;
	struct canvas all;
	const char *next;
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	cr_assert_eq(text_wrap(&theme, "one two three", 8, &next), 7);
	cr_assert_str_eq(next, "three");
	cr_assert_eq(text_wrap(&theme, "unbreakable", 4, &next), 4);
	cr_assert_str_eq(next, "eakable");
	cr_assert_eq(text_wrap(&theme, "日本", 1, &next), 3, "a cell that is too wide still moves on");
	cr_assert_eq(text_wrap(&theme, "fits", 4, &next), 4);
	cr_assert_str_eq(next, "");
	for (int width = 1; width < 20; width++) {
		const char *text =
			"the check cannot run: exec: \"curl\": executable file not found; 日本語 é";
		for (int lines = 0; *text; text = next) {
			(void)text_wrap(&theme, text, width, &next);
			cr_assert_gt(next, text);
			cr_assert_lt(++lines, 200);
		}
	}
}

Test(pen, counts_lines_that_are_out_of_sight)
{
	struct theme theme;
	struct canvas all;
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	struct pen hidden = {.canvas = canvas_sub(&all, 0, 0, 0, SCREEN_COLUMNS), .label = 8};
	struct pen shown = {.canvas = canvas_sub(&all, 2, 0, 3, SCREEN_COLUMNS), .top = 2, .label = 8};
	for (int i = 0; i < 2; i++) {
		struct pen *pen = i ? &shown : &hidden;
		pen_heading(pen, "Heading");
		pen_field(pen, FACE_NORMAL, "label", "%s",
			"a text that is longer than what is left of a line of this screen");
		pen_field(pen, FACE_NORMAL, "next", "%s", "");
	}
	cr_assert_eq(hidden.y, 4);
	cr_assert_eq(shown.y, 4);
	cr_assert_eq(screen_at(1, 0), L'@');
	cr_assert_eq(screen_at(5, 0), L'@');
	cr_assert_eq(screen_at(3, 0), L'n', "%s", screen_line(3));
}
