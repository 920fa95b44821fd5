/*
 * script_screen.c - what is expected on the screen, and waited for.
 */
#include "script_private.h"

#include "frame.h"

#include <libintl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of an expectation that ends in '~' leaves the rest of its row free. */
static bool line_matches(const char *expected, size_t elen, const char *line, size_t len)
{
	if (elen > 0 && expected[elen - 1] == '~')
		return len >= elen - 1 && memcmp(expected, line, elen - 1) == 0;
	return elen == len && memcmp(expected, line, len) == 0;
}

static bool screen_matches(const char *expected, const char *screen)
{
	while (*expected || *screen) {
		size_t elen = strcspn(expected, "\n"), len = strcspn(screen, "\n");
		const char *after = expected + elen + (expected[elen] == '\n');

		if (elen == 2 && strncmp(expected, "~~", 2) == 0) {
			for (; *screen; screen += len + (screen[len] == '\n'), len = strcspn(screen, "\n"))
				if (screen_matches(after, screen))
					return true;
			return *after == '\0';
		}
		if (!line_matches(expected, elen, screen, len))
			return false;
		expected = after;
		screen += len + (screen[len] == '\n');
	}
	return true;
}

static void rewrite(struct script *s, size_t first, size_t last, const char *screen)
{
	FILE *f = fopen(s->path, "w");

	if (!f) {
		script_fail(s, "cannot rewrite %s", s->path);
		return;
	}
	for (size_t i = 0; i < first; i++)
		fprintf(f, "%s\n", s->lines[i]);
	fputs(screen, f);
	for (size_t i = last; i < s->count; i++)
		fprintf(f, "%s\n", s->lines[i]);
	fclose(f);
	printf("# %s:%zu: expectation rewritten; run again\n", s->path, first);
}

void do_expect(struct script *s, char *rest)
{
	int64_t end = script_deadline(WAIT_MS);
	size_t first, last;
	char *expected = script_block(s, &first, &last), *screen = terminal_screen(s->t);

	(void)rest;
	while (!screen_matches(expected, screen) && script_deadline(0) < end) {
		if (!terminal_pump(s->t, 50))
			break;
		free(screen);
		screen = terminal_screen(s->t);
	}
	if (!screen_matches(expected, screen)) {
		script_fail(s, "another screen was expected");
		script_print("expected", expected);
		script_print("the screen is", screen);
		if (s->update)
			rewrite(s, first, last, screen);
	}
	free(expected);
	free(screen);
}

static bool on_screen(struct script *s, const char *text)
{
	char *screen = terminal_screen(s->t);
	bool found = screen && strstr(screen, text);

	free(screen);
	return found;
}

static void until(struct script *s, const char *text, bool present)
{
	int64_t end = script_deadline(WAIT_MS);

	while (on_screen(s, text) != present && script_deadline(0) < end && terminal_pump(s->t, 50))
		;
	if (on_screen(s, text) != present) {
		script_fail(s, present ? "not on the screen: %s" : "still on the screen: %s", text);
		script_show(s);
	}
}

void do_has(struct script *s, char *rest)
{
	until(s, rest, true);
}

void do_lacks(struct script *s, char *rest)
{
	until(s, rest, false);
}

void do_says(struct script *s, char *rest)
{
	until(s, gettext(rest), true);
}

void do_says_of(struct script *s, char *rest)
{
	char *one = NULL;
	unsigned long count = strtoul(rest, &one, 10);
	char *bar = strchr(one, '|');

	if (one == rest || *one != ' ' || !bar) {
		script_fail(s, "says-of wants NUMBER SINGULAR|PLURAL");
		return;
	}
	*bar = '\0';
	until(s, ngettext(one + 1, bar + 1, count), true);
}

/* Is one of the places of `text` below row `y` where `begin` or `end` is? */
static bool aligned_below(struct script *s, const char *text, int y, int begin, int end)
{
	for (y++; y < terminal_rows(s->t); y++) {
		int from = 0, to;

		while (terminal_find(s->t, y, text, &from, &to)) {
			if (from == begin || to == end)
				return true;
			from++;
		}
	}
	return false;
}

static bool is_aligned(struct script *s, const char *above, const char *text)
{
	for (int y = 0; y < terminal_rows(s->t); y++) {
		int from = 0, to;

		while (terminal_find(s->t, y, above, &from, &to)) {
			if (aligned_below(s, text, y, from, to))
				return true;
			from++;
		}
	}
	return false;
}

void do_aligned(struct script *s, char *rest)
{
	int64_t end = script_deadline(2000);
	char *text = strstr(rest, " | ");

	if (!text) {
		script_fail(s, "aligned MSGID | TEXT");
		return;
	}
	*text = '\0';
	text += 3;
	while (!is_aligned(s, gettext(rest), text) && script_deadline(0) < end && terminal_pump(s->t, 50))
		;
	if (!is_aligned(s, gettext(rest), text)) {
		script_fail(s, "%s is not in the column of %s", text, gettext(rest));
		script_show(s);
	}
}

static bool is_selected(struct script *s, const char *text)
{
	for (int y = 0; y < terminal_rows(s->t); y++) {
		int from = 0, to;

		if (terminal_find(s->t, y, text, &from, &to) && terminal_cell_reverse(s->t, from, y))
			return true;
	}
	return false;
}

void do_selected(struct script *s, char *rest)
{
	int64_t end = script_deadline(2000);

	while (!is_selected(s, rest) && script_deadline(0) < end && terminal_pump(s->t, 50))
		;
	if (!is_selected(s, rest)) {
		script_fail(s, "not selected: %s", rest);
		script_show(s);
	}
}

void do_frame(struct script *s, char *rest)
{
	int64_t end = script_deadline(2000);
	char *screen = terminal_screen(s->t), why[256];

	(void)rest;
	/* What is read may be half of a picture that is on its way. */
	while (!frame_check(screen, terminal_columns(s->t), why, sizeof(why)) && script_deadline(0) < end &&
		terminal_pump(s->t, 50)) {
		free(screen);
		screen = terminal_screen(s->t);
	}
	if (!frame_check(screen, terminal_columns(s->t), why, sizeof(why))) {
		script_fail(s, "%s", why);
		script_show(s);
	}
	free(screen);
}

void do_monochrome(struct script *s, char *rest)
{
	(void)rest;
	for (int y = 0; y < terminal_rows(s->t); y++)
		for (int x = 0; x < terminal_columns(s->t); x++)
			if (terminal_cell_coloured(s->t, x, y)) {
				script_fail(s, "the cell at row %d, column %d has a colour", y, x);
				return;
			}
}

/* Whether the text stands somewhere with every cell in the colour. */
static bool coloured(struct script *s, int colour, const char *text)
{
	int length = (int)strlen(text);

	for (int y = 0; y < terminal_rows(s->t); y++)
		for (int x = 0; x + length <= terminal_columns(s->t); x++) {
			int i = 0;

			while (i < length && terminal_cell_char(s->t, x + i, y) == (uint32_t)text[i] &&
				(text[i] == ' ' || terminal_cell_colour(s->t, x + i, y) == colour))
				i++;
			if (i == length)
				return true;
		}
	return false;
}

void do_colour(struct script *s, char *rest)
{
	int64_t end = script_deadline(WAIT_MS);
	char *text = strchr(rest, ' ');

	if (!text) {
		script_fail(s, "colour NUMBER TEXT");
		return;
	}
	while (!coloured(s, atoi(rest), text + 1) && script_deadline(0) < end && terminal_pump(s->t, 50))
		;
	if (!coloured(s, atoi(rest), text + 1)) {
		script_fail(s, "not on the screen in colour %d: %s", atoi(rest), text + 1);
		script_show(s);
	}
}

void do_ascii(struct script *s, char *rest)
{
	char *screen = terminal_screen(s->t);

	(void)rest;
	for (const char *p = screen; p && *p; p++)
		if ((unsigned char)*p >= 0x80) {
			script_fail(s, "the screen has a character outside ASCII");
			script_show(s);
			break;
		}
	free(screen);
}
