/* The line editor of the dialogs, and completing what is typed in it from known names. */
#include "fixture.h"
#include "ui/complete.h"
#include "ui/edit.h"
#include "ui/keymap.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct edit edit;

static void type(const char *keys)
{
	for (; *keys; keys++)
		cr_assert_eq(edit_key(&edit, (unsigned char)*keys), EDIT_CHANGED);
}

static void starts_as(const char *text)
{
	edit_set(&edit, text);
	cr_assert_eq(edit.at, strlen(text));
}

static void becomes(int key, const char *text, size_t at)
{
	(void)edit_key(&edit, key);
	cr_assert_str_eq(edit.text, text);
	cr_assert_eq(edit.at, at, "the cursor is at %zu", edit.at);
}

Test(edit, types_and_erases_at_the_cursor)
{
	starts_as("");
	type("mistal");
	becomes(KEY_CODE(KEY_LEFT), "mistal", 5);
	becomes(KEY_CTRL('B'), "mistal", 4);
	becomes('r', "mistral", 5);
	becomes(KEY_CODE(KEY_END), "mistral", 7);
	becomes(KEY_CODE(KEY_BACKSPACE), "mistra", 6);
	becomes(0x7f, "mistr", 5);
	becomes(KEY_CTRL('A'), "mistr", 0);
	becomes(KEY_CODE(KEY_BACKSPACE), "mistr", 0);
	becomes(KEY_CODE(KEY_DC), "istr", 0);
	becomes(KEY_CTRL('E'), "istr", 4);
	becomes(KEY_CTRL('D'), "istr", 4);
}

Test(edit, erases_words_and_ends)
{
	starts_as("one two  three");
	becomes(KEY_CTRL('W'), "one two  ", 9);
	becomes(KEY_CTRL('W'), "one ", 4);
	starts_as("one two");
	edit.at = 4;
	becomes(KEY_CTRL('K'), "one ", 4);
	starts_as("one two");
	edit.at = 4;
	becomes(KEY_CTRL('U'), "two", 0);
	becomes(KEY_CTRL('W'), "two", 0);
}

Test(edit, moves_by_characters_not_bytes)
{
	starts_as("");
	becomes(0xe9, "é", 2);
	becomes(0x65e5, "é日", 5);
	becomes(0x1f999, "é日🦙", 9);
	becomes(KEY_CODE(KEY_LEFT), "é日🦙", 5);
	becomes(KEY_CODE(KEY_LEFT), "é日🦙", 2);
	becomes(KEY_CODE(KEY_DC), "é🦙", 2);
	becomes(KEY_CODE(KEY_RIGHT), "é🦙", 6);
	becomes(KEY_CODE(KEY_RIGHT), "é🦙", 6);
	becomes(KEY_CTRL('H'), "é", 2);
	becomes(KEY_CTRL('H'), "", 0);
}

Test(edit, takes_no_control_characters_and_no_other_keys)
{
	starts_as("x");
	for (int key = 1; key < 0x20; key++)
		if (!strchr("\1\2\4\5\6\10\13\25\27", key))
			cr_assert_eq(edit_key(&edit, key), EDIT_IGNORED, "key %d", key);
	for (int key = 0x80; key < 0xa0; key++)
		cr_assert_eq(edit_key(&edit, key), EDIT_IGNORED, "key %d", key);
	cr_assert_eq(edit_key(&edit, KEY_CODE(KEY_UP)), EDIT_IGNORED);
	cr_assert_eq(edit_key(&edit, KEY_CODE(KEY_F(1))), EDIT_IGNORED);
	cr_assert_str_eq(edit.text, "x");
}

Test(edit, is_full_at_a_character)
{
	char long_text[2 * EDIT_MAX];
	memset(long_text, 'a', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = 0;
	memcpy(long_text + EDIT_MAX - 2, "é", 2);
	edit_set(&edit, long_text);
	cr_assert_eq(strlen(edit.text), EDIT_MAX - 2, "half of a character was kept");
	cr_assert_eq(edit_key(&edit, 0xe9), EDIT_MOVED);
	cr_assert_eq(edit_key(&edit, 'b'), EDIT_CHANGED);
	cr_assert_eq(edit_key(&edit, 'b'), EDIT_MOVED);
	cr_assert_eq(strlen(edit.text), EDIT_MAX - 1);
}

/* Seeded: the same keys each time. */
Test(edit, stays_whole_under_any_keys)
{
	static const int keys[] = {'a', ' ', 0xe9, 0x65e5, KEY_CODE(KEY_LEFT), KEY_CODE(KEY_RIGHT),
		KEY_CODE(KEY_HOME), KEY_CODE(KEY_BACKSPACE), KEY_CODE(KEY_DC), KEY_CTRL('W'), KEY_CTRL('K')};
	edit_set(&edit, "");
	srand(1);
	for (int i = 0; i < 20000; i++) {
		(void)edit_key(&edit, keys[(size_t)rand() % (sizeof(keys) / sizeof(keys[0]))]);
		cr_assert(edit.at <= strlen(edit.text));
		cr_assert(((unsigned char)edit.text[edit.at] & 0xc0) != 0x80, "inside a character");
	}
}

Test(edit, keeps_the_cursor_in_sight)
{
	struct theme theme;
	struct canvas all;
	screen_fixture(CHARSET_UNICODE, &theme, &all);
	struct canvas line = canvas_sub(&all, 3, 5, 1, 8);
	starts_as("abcdefghijkl");
	cr_assert_eq(edit_draw(&edit, FACE_NORMAL, &line), 7);
	cr_assert(strstr(screen_line(3), "@@@@@fghijkl @"), "%s", screen_line(3));
	edit.at = 0;
	cr_assert_eq(edit_draw(&edit, FACE_NORMAL, &line), 0);
	cr_assert(strstr(screen_line(3), "@@@@@abcdefgh@"), "%s", screen_line(3));
	starts_as("ab");
	cr_assert_eq(edit_draw(&edit, FACE_NORMAL, &line), 2);
	cr_assert(strstr(screen_line(3), "@@@@@ab      @"), "%s", screen_line(3));
}

static const char *const names[] = {
	"mistral:7b", "llama3.2:3b", "codellama:7b", "llama2:13b", "Mixtral:8x7b", "llama2:13b", NULL};

static const char *known(void *user, size_t i)
{
	(void)user;
	return names[i];
}

Test(complete, what_begins_so_comes_before_what_has_it_inside)
{
	const char *matches[8];
	size_t begin;
	cr_assert_eq(complete_matches("llama", known, NULL, matches, 8, &begin), 3);
	cr_assert_eq(begin, 2);
	cr_assert_str_eq(matches[0], "llama3.2:3b");
	cr_assert_str_eq(matches[1], "llama2:13b");
	cr_assert_str_eq(matches[2], "codellama:7b");
	cr_assert_eq(complete_matches("MI", known, NULL, matches, 8, &begin), 2, "in any case");
	cr_assert_eq(complete_matches("", known, NULL, matches, 8, &begin), 5, "each once");
	cr_assert_eq(complete_matches("", known, NULL, matches, 2, &begin), 2);
	cr_assert_eq(complete_matches("zephyr", known, NULL, matches, 8, &begin), 0);
	cr_assert_eq(begin, 0);
}

Test(complete, as_far_as_all_agree)
{
	static const char *const agree[] = {"llama3.2:3b", "llama3.1:8b", "Llama3:8b"};
	cr_assert_eq(complete_common(agree, 0), 0);
	cr_assert_eq(complete_common(agree, 1), strlen("llama3.2:3b"));
	cr_assert_eq(complete_common(agree, 2), strlen("llama3."));
	cr_assert_eq(complete_common(agree, 3), strlen("llama3"));
}

Test(recall, keeps_the_last_first_and_each_once)
{
	static struct recall recall;
	char name[16];
	recall_add(&recall, "a");
	recall_add(&recall, "b");
	recall_add(&recall, "a");
	cr_assert_eq(recall.count, 2);
	cr_assert_str_eq(recall.names[0], "a");
	cr_assert_str_eq(recall.names[1], "b");
	for (int i = 0; i < 2 * RECALL_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		recall_add(&recall, name);
	}
	cr_assert_eq(recall.count, RECALL_MAX);
	cr_assert_str_eq(recall.names[0], name);
	cr_assert_str_eq(recall.names[RECALL_MAX - 1], "32");
}
