/* Text from outside: cleaned, measured, matched and ordered. */
#include "ollama-top/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
	const char *name, *in;
	size_t len;
	const char *out;
} hostile[] = {
	{"plain", BYTES("mistral:7b-instruct_q4.0"), "mistral:7b-instruct_q4.0"},
	{"empty", BYTES(""), ""},
	{"NUL", BYTES("a\0b"), "ab"},
	{"CSI colour", BYTES("\x1b[31mred\x1b[0m"), "[31mred[0m"},
	{"OSC title with BEL", BYTES("\x1b]0;owned\x07x"), "]0;ownedx"},
	{"DCS with ST", BYTES("\x1bP1$r\x1b\\x"), "P1$r\\x"},
	{"clear screen, bare",
		BYTES("\x1b"
		      "c"),
		"c"},
	{"CR overwrites the line", BYTES("good\rbad"), "goodbad"},
	{"backspaces", BYTES("ab\b\bcd"), "abcd"},
	{"DEL",
		BYTES("a\x7f"
		      "b"),
		"ab"},
	{"tab and line feed", BYTES("a\tb\nc\r\nd"), "a b c d"},
	{"C1 CSI in UTF-8",
		BYTES("a\xc2\x9b"
		      "31mb"),
		"a31mb"},
	{"C1 NEL and ST in UTF-8",
		BYTES("a\xc2\x85\xc2\x9c"
		      "b"),
		"ab"},
	{"C1 as a raw byte",
		BYTES("a\x9b"
		      "31m"),
		"a?31m"},
	{"U+009F, the last of C1", BYTES("a\xc2\x9f"), "a"},
	{"U+00A0, no longer C1", BYTES("a\xc2\xa0"), "a\xc2\xa0"},
	{"stray continuation",
		BYTES("a\x80"
		      "b"),
		"a?b"},
	{"truncated two bytes", BYTES("a\xc3"), "a?"},
	{"truncated three bytes", BYTES("\xe2\x82"), "??"},
	{"truncated then ASCII",
		BYTES("\xe2\x82"
		      "a"),
		"??a"},
	{"overlong slash", BYTES("\xc0\xaf"), "??"},
	{"overlong NUL", BYTES("\xc0\x80"), "??"},
	{"overlong in three", BYTES("\xe0\x80\xaf"), "???"},
	{"overlong ESC in three", BYTES("\xe0\x80\x9b"), "???"},
	{"overlong in four", BYTES("\xf0\x80\x80\xaf"), "????"},
	{"smallest of three bytes", BYTES("\xe0\xa0\x80"), "\xe0\xa0\x80"},
	{"high surrogate", BYTES("\xed\xa0\x80"), "???"},
	{"low surrogate", BYTES("\xed\xbf\xbf"), "???"},
	{"before surrogates", BYTES("\xed\x9f\xbf"), "\xed\x9f\xbf"},
	{"U+10FFFF", BYTES("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf"},
	{"beyond U+10FFFF", BYTES("\xf4\x90\x80\x80"), "????"},
	{"five bytes", BYTES("\xf8\x88\x80\x80\x80"), "?????"},
	{"FE and FF", BYTES("\xfe\xff"), "??"},
	{"Latin", BYTES("caf\xc3\xa9"), "caf\xc3\xa9"},
	{"wide", BYTES("\xe6\xa8\xa1\xe5\x9e\x8b"), "\xe6\xa8\xa1\xe5\x9e\x8b"},
	{"emoji", BYTES("\xf0\x9f\xa6\x99"), "\xf0\x9f\xa6\x99"},
	{"combining stays", BYTES("e\xcc\x81"), "e\xcc\x81"},
	{"RLO",
		BYTES("a\xe2\x80\xae"
		      "cod.exe"),
		"acod.exe"},
	{"LRE PDF LRM RLM",
		BYTES("\xe2\x80\xaa\xe2\x80\xac\xe2\x80\x8e\xe2\x80\x8f"
		      "a"),
		"a"},
	{"isolates",
		BYTES("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9"
		      "a"),
		"a"},
	{"Arabic letter mark",
		BYTES("\xd8\x9c"
		      "a"),
		"a"},
	{"zero-width",
		BYTES("mis\xe2\x80\x8bt\xe2\x80\x8cr\xe2\x80\x8d"
		      "al"),
		"mistral"},
	{"byte order mark",
		BYTES("\xef\xbb\xbf"
		      "a"),
		"a"},
	{"soft hyphen",
		BYTES("a\xc2\xad"
		      "b"),
		"ab"},
	{"word joiner",
		BYTES("a\xe2\x81\xa0"
		      "b"),
		"ab"},
	{"variation selector", BYTES("a\xef\xb8\x8f"), "a"},
	{"tag characters", BYTES("a\xf3\xa0\x81\x81"), "a"},
	{"line separators",
		BYTES("a\xe2\x80\xa8\xe2\x80\xa9"
		      "b"),
		"ab"},
	{"general punctuation stays", BYTES("a\xe2\x80\xa6"), "a\xe2\x80\xa6"},
};

Test(text, hostile_bytes_are_made_safe)
{
	for (size_t k = 0; k < sizeof(hostile) / sizeof(hostile[0]); k++) {
		char out[128];
		const size_t n = text_clean(out, sizeof(out), hostile[k].in, hostile[k].len);

		cr_expect_str_eq(out, hostile[k].out, "%s", hostile[k].name);
		cr_expect_eq(n, strlen(hostile[k].out), "%s", hostile[k].name);
	}
}

/* Every two-byte input, and a copy of what comes out cleans to itself: nothing hides in pieces. */
Test(text, cleaning_is_complete_and_stable)
{
	for (int a = 0; a < 256; a++)
		for (int b = 0; b < 256; b++) {
			const char in[] = {(char)a, (char)b, (char)0x9b, 'x'};
			char once[16], twice[16];
			const size_t n = text_clean(once, sizeof(once), in, sizeof(in));

			for (size_t k = 0; k < n; k++)
				cr_assert((unsigned char)once[k] >= 0x20 && once[k] != 0x7f, "%d %d", a, b);
			text_clean(twice, sizeof(twice), once, n);
			cr_assert_str_eq(once, twice, "%d %d", a, b);
		}
}

static const struct {
	const char *in;
	size_t size;
	const char *out;
} cuts[] = {
	{"abcdefgh", 9, "abcdefgh"},
	{"abcdefgh", 8, "abcd..."},
	{"abcdefgh", 5, "a..."},
	{"abcdefgh", 4, "..."},
	{"abcdefgh", 3, ".."},
	{"abcdefgh", 2, "."},
	{"abcdefgh", 1, ""},
	{"abc", 4, "abc"},
	{"caf\xc3\xa9"
	 "1234",
		9,
		"caf\xc3\xa9"
		"..."},
	{"caf\xc3\xa9"
	 "1234",
		8, "caf..."},
	{"\xe6\xa8\xa1\xe5\x9e\x8b\xe6\xa8\xa1", 9, "\xe6\xa8\xa1..."},
	{"\xe6\xa8\xa1\xe5\x9e\x8b\xe6\xa8\xa1", 10, "\xe6\xa8\xa1\xe5\x9e\x8b\xe6\xa8\xa1"},
	{"\xf0\x9f\xa6\x99\xf0\x9f\xa6\x99", 8, "\xf0\x9f\xa6\x99..."},
};

Test(text, what_does_not_fit_ends_in_dots_at_a_character)
{
	for (size_t k = 0; k < sizeof(cuts) / sizeof(cuts[0]); k++) {
		char out[16];

		memset(out, 'X', sizeof(out));
		const size_t n = text_clean(out, cuts[k].size, cuts[k].in, strlen(cuts[k].in));
		cr_expect_str_eq(out, cuts[k].out, "%s in %zu: %s", cuts[k].in, cuts[k].size, out);
		cr_expect_eq(n, strlen(cuts[k].out));
		cr_expect_eq(out[cuts[k].size], 'X', "wrote beyond %zu", cuts[k].size);
	}
	char untouched = 'X';
	cr_expect_eq(text_clean(&untouched, 0, "abc", 3), 0);
	cr_expect_eq(untouched, 'X');
}

Test(text, dropped_characters_take_no_room)
{
	char out[4];

	text_clean(out, sizeof(out),
		"a\x1b"
		"b\x07"
		"c\x00\x00\x01",
		8);
	cr_expect_str_eq(out, "abc");
}

Test(text, ten_megabytes_end_at_the_limit)
{
	const size_t len = (size_t)10 << 20;
	char *big = malloc(len + 1), out[TEXT_NAME_MAX];

	memset(big, 'a', len);
	big[len] = '\0';
	cr_expect_eq(text_clean(out, sizeof(out), big, len), TEXT_NAME_MAX - 1);
	cr_expect_str_eq(out + TEXT_NAME_MAX - 5, "a...");
	memset(big, 0x1b, len);
	cr_expect_eq(text_clean(out, sizeof(out), big, len), 0);
	memset(big, 0xff, len);
	char *kept = text_dup_clean(big);
	cr_expect_eq(strlen(kept), TEXT_NAME_MAX - 1);
	free(kept);
	free(big);
	cr_expect_null(text_dup_clean(NULL));
}

static const struct {
	int64_t bytes;
	const char *text;
} sizes[] = {
	{0, "0"},
	{1, "1B"},
	{999, "999B"},
	{1000, "1K"},
	{1023, "1K"},
	{1024, "1K"},
	{1536, "1.5K"},
	{10 * 1024, "10K"},
	{102348, "99.9K"},
	{102349, "100K"},
	{102399, "100K"},
	{1023 * 1024 - 512, "1M"},
	{999 * 1024, "999K"},
	{1023487, "999K"},
	{1023488, "1M"},
	{(INT64_C(1) << 20) - 1, "1M"},
	{INT64_C(1) << 20, "1M"},
	{INT64_C(512) << 20, "512M"},
	{(INT64_C(1) << 30) - 1, "1G"},
	{INT64_C(10522669875), "9.8G"},
	{INT64_C(16) << 30, "16G"},
	{(INT64_C(1256) << 30) / 10, "126G"},
	{INT64_C(5) << 40, "5T"},
	{INT64_MAX, "8E"},
	{-1, "-1B"},
	{-(INT64_C(3) << 29), "-1.5G"},
	{INT64_MIN, "-8E"},
};

Test(text, sizes)
{
	char buf[16];

	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++)
		cr_expect_str_eq(text_size(buf, sizeof(buf), sizes[k].bytes), sizes[k].text, "%lld: %s",
			(long long)sizes[k].bytes, buf);
	for (int64_t bytes = 1; bytes > 0 && bytes < INT64_MAX / 3; bytes += bytes / 3 + 1)
		cr_expect_leq(strlen(text_size(buf, sizeof(buf), bytes)), 5, "%s", buf);
}

static const struct {
	int64_t ms;
	const char *text;
} durations[] = {
	{0, "0s"},
	{999, "0s"},
	{1000, "1s"},
	{58000, "58s"},
	{59999, "59s"},
	{60000, "1m00s"},
	{252000, "4m12s"},
	{3599999, "59m59s"},
	{3600000, "1h00m"},
	{3 * 3600000 + 2 * 60000, "3h02m"},
	{86399999, "23h59m"},
	{86400000, "1d0h"},
	{2 * INT64_C(86400000) + 4 * 3600000, "2d4h"},
	{400 * INT64_C(86400000), "400d0h"},
	{-1, "0s"},
	{INT64_MIN, "0s"},
	{INT64_MAX, "106751991167d7h"},
};

Test(text, durations)
{
	char buf[32];

	for (size_t k = 0; k < sizeof(durations) / sizeof(durations[0]); k++)
		cr_expect_str_eq(text_duration(buf, sizeof(buf), durations[k].ms), durations[k].text,
			"%lld: %s", (long long)durations[k].ms, buf);
}

static const struct {
	const char *pattern, *s;
	bool matches;
} globs[] = {
	{"", "", true},
	{"", "a", false},
	{"*", "", true},
	{"*", "anything", true},
	{"**", "x", true},
	{"?", "", false},
	{"?", "a", true},
	{"?", "\xc3\xa9", true},
	{"??", "\xc3\xa9", false},
	{"ollama-[0-9]*", "ollama-1", true},
	{"ollama-[0-9]*", "ollama-12", true},
	{"ollama-[0-9]*", "ollama-", false},
	{"ollama-[0-9]*", "ollama-x", false},
	{"ollama-[0-9]*", "my-ollama-1", false},
	{"ollama/ollama*", "ollama/ollama:0.9.0", true},
	{"ollama", "ollama2", false},
	{"*a*b*c", "xxaxxbxxc", true},
	{"*a*b*c", "xxaxxbxx", false},
	{"a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
	{"*ab", "aab", true},
	{"*aab", "aaaab", true},
	{"a*", "a", true},
	{"a?*", "a", false},
	{"[abc]", "b", true},
	{"[abc]", "d", false},
	{"[!abc]", "d", true},
	{"[^abc]", "a", false},
	{"[!abc]", "", false},
	{"[]]", "]", true},
	{"[!]]", "]", false},
	{"[]a]", "a", true},
	{"[a-]", "-", true},
	{"[-a]", "-", true},
	{"[z-a]", "m", false},
	{"[a-c]x", "bx", true},
	{"[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", true},
	{"[abc", "[abc", true},
	{"[abc", "a", false},
	{"[", "[", true},
	{"[]", "[]", true},
	{"a[", "a[", true},
	{"\\*", "*", true},
	{"\\*", "x", false},
	{"\\[a]", "[a]", true},
	{"\\", "\\", true},
	{"[*]", "*", true},
	{"[*]", "x", false},
	{"*[0-9]", "abc7", true},
	{"\xff*", "\xff\xfe", true},
};

Test(text, globs)
{
	for (size_t k = 0; k < sizeof(globs) / sizeof(globs[0]); k++)
		cr_expect_eq(text_glob(globs[k].pattern, globs[k].s), globs[k].matches, "%s on %s",
			globs[k].pattern, globs[k].s);
}

/* A pattern made to backtrack stays quick: 64 KiB against many stars. */
Test(text, hostile_glob_is_quick, .timeout = 10)
{
	const size_t len = 65536;
	char *s = malloc(len + 1);

	memset(s, 'a', len);
	s[len] = '\0';
	cr_expect_not(text_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", s));
	free(s);
}

static const char *const ordered[] = {
	"",
	"0",
	"01",
	"1",
	"2",
	"10",
	"99999999999999999999999",
	"100000000000000000000000",
	"ollama",
	"ollama-",
	"ollama-1",
	"ollama-1a",
	"ollama-02",
	"ollama-2",
	"ollama-10",
	"ollama-10-1",
	"ollama-10-9",
	"ollama-10-10",
	"ollama-a",
	"ollamb",
};

Test(text, natural_order_is_total)
{
	const size_t count = sizeof(ordered) / sizeof(ordered[0]);

	for (size_t a = 0; a < count; a++)
		for (size_t b = 0; b < count; b++) {
			const int order = text_natural_compare(ordered[a], ordered[b]);

			cr_expect_eq((order > 0) - (order < 0), (a > b) - (a < b), "%s and %s: %d",
				ordered[a], ordered[b], order);
		}
}
