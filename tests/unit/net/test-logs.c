/* The way of a log without its connection: messages, what is known again, lines, and the ring. */
#include "net/logs_private.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T1 "2026-01-01T12:04:31.000000001Z "
#define T2 "2026-01-01T12:04:31.500000000Z "
#define T3 "2026-01-01T12:04:39.123456789Z "

/* ---- lines ---- */

struct seen_lines {
	char text[4096];
	int count;
	size_t longest;
	int64_t time_ns;
};

static void see_line(void *user, const struct log_line *line)
{
	struct seen_lines *seen = user;
	size_t len = strlen(seen->text);
	cr_assert_eq(strlen(line->text), line->len);
	seen->count++;
	seen->time_ns = line->time_ns;
	if (line->len > seen->longest)
		seen->longest = line->len;
	snprintf(seen->text + len, sizeof(seen->text) - len, "%d:%s|", line->stream, line->text);
}

/* The lines of one message, shown with '|' after each. */
static const char *lines_of(const char *data, size_t len)
{
	static struct seen_lines seen;
	struct log_lines lines;
	seen = (struct seen_lines){0};
	cr_assert(log_lines_init(&lines, LOG_STDERR, see_line, &seen));
	log_lines_add(&lines, &(struct log_message){.data = data, .len = len, .time_ns = 5});
	log_lines_flush(&lines);
	log_lines_free(&lines);
	return seen.text;
}

Test(log_lines, are_neutralised)
{
	static const struct {
		const char *raw, *shown;
	} rows[] = {
		{"plain\n", "1:plain|"},
		{"dos\r\n", "1:dos|"},
		{"\n\n", "1:|1:|"},
		{"no end", "1:no end|"},
		{"", ""},
		{"\x1b[31mred\x1b[0m\n", "1:red|"},
		{"\x1b[97;42m 200 \x1b[0m|\n", "1: 200 ||"},
		{"\x1b]0;title\abell\n", "1:bell|"},
		{"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", "1:link|"},
		{"\x1bPdevice\x1b\\control\n", "1:control|"},
		{"\x1b(0lines\x1b(B \x1b"
		 "7\x1b"
		 "8\x1bM\n",
			"1:lines |"},
		{"never \x1b]0;ended\n", "1:never ]0;ended|"},
		{"cut \x1b[31\n", "1:cut [31|"},
		{"cut \x1b\n", "1:cut |"},
		{"\x1b]0;a\x1b[2Jb\a\n", "1:]0;ab|"},
		{"bad \xff\xc0 utf\n", "1:bad ?? utf|"},
		{"bell\a back\b del\x7f c1\xc2\x9b"
		 "2J\n",
			"1:bell back del c12J|"},
		{"a\tb \xe2\x80\xae"
		 "bidi\n",
			"1:a b bidi|"},
		{"10%\r50%\r100%\n", "1:100%|"},
		{"10%\r50%\r\n", "1:50%|"},
		{"10%\r50%\r\r\n", "1:50%|"},
		{"\rfirst\n\rsecond\n", "1:first|1:second|"},
		{"bar\r", "1:bar|"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *seen = lines_of(rows[i].raw, strlen(rows[i].raw));
		cr_expect_str_eq(seen, rows[i].shown, "row %zu: %s instead of %s", i, seen, rows[i].shown);
	}
	cr_expect_str_eq(lines_of("a\0b\n", 4), "1:ab|");
}

Test(log_lines, a_carriage_return_counts_across_messages)
{
	struct seen_lines seen = {0};
	struct log_lines lines;
	static const char *const parts[] = {"10%\r", "50%", "\r", "100%", "\r", "\n", "next\n"};
	cr_assert(log_lines_init(&lines, LOG_STDOUT, see_line, &seen));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		log_lines_add(&lines,
			&(struct log_message){.data = parts[i], .len = strlen(parts[i]), .time_ns = i + 1});
	cr_expect_str_eq(seen.text, "0:100%|0:next|");
	cr_expect_eq(seen.time_ns, 7, "a line has the time of its first message");
	log_lines_free(&lines);
}

Test(log_lines, a_long_one_is_cut_with_a_mark_at_a_character)
{
	static char data[3 * LOG_LINE_MAX];
	struct seen_lines seen = {0};
	struct log_lines lines;
	cr_assert(log_lines_init(&lines, LOG_STDOUT, see_line, &seen));
	memset(data, 'a', sizeof(data));
	data[LOG_LINE_MAX] = '\n';
	log_lines_add(&lines, &(struct log_message){.data = data, .len = LOG_LINE_MAX + 1});
	cr_expect_eq(seen.longest, LOG_LINE_MAX, "just fits");
	/* 16 KiB, and more in a message of its own. */
	log_lines_add(&lines, &(struct log_message){.data = data, .len = LOG_LINE_MAX});
	log_lines_add(&lines, &(struct log_message){.data = "b\n", .len = 2});
	cr_expect_eq(seen.count, 2);
	cr_expect_eq(seen.longest, LOG_LINE_MAX + strlen(LOG_CUT_MARK));
	/* The last character does not fit in whole: it goes. */
	memcpy(data + LOG_LINE_MAX - 1, "\xe6\x97\xa5\n", 4);
	seen.longest = 0;
	log_lines_add(&lines, &(struct log_message){.data = data, .len = LOG_LINE_MAX + 3});
	cr_expect_eq(seen.count, 3);
	cr_expect_eq(seen.longest, LOG_LINE_MAX - 1 + strlen(LOG_CUT_MARK));
	/* What a carriage return takes back does not count. */
	memset(data, 'a', sizeof(data));
	data[sizeof(data) - 4] = '\r';
	data[sizeof(data) - 1] = '\n';
	seen.text[0] = 0;
	log_lines_add(&lines, &(struct log_message){.data = data, .len = sizeof(data)});
	cr_expect_str_eq(seen.text, "0:aa|");
	log_lines_free(&lines);
}

/* ---- messages ---- */

struct seen_messages {
	char text[2048];
	int64_t times[16];
	int count, stop_at;
	size_t longest;
	bool cut;
};

static bool see_message(void *user, const struct log_message *message)
{
	struct seen_messages *seen = user;
	size_t len = strlen(seen->text);
	if (seen->count < 16)
		seen->times[seen->count] = message->time_ns;
	if (message->len > seen->longest)
		seen->longest = message->len;
	seen->cut = message->cut;
	seen->count++;
	snprintf(seen->text + len, sizeof(seen->text) - len, "%d:%.*s|", message->stream,
		message->len < 100 ? (int)message->len : 3, message->data);
	return seen->count != seen->stop_at;
}

/* A frame with the length that its text has. */
static size_t put_frame(char *to, int stream, const char *text)
{
	size_t len = strlen(text);
	const unsigned char header[] = {(unsigned char)stream, 0, 0, 0, 0, (unsigned char)(len >> 16),
		(unsigned char)(len >> 8), (unsigned char)len};
	memcpy(to, header, sizeof(header));
	memcpy(to + sizeof(header), text, len);
	return sizeof(header) + len;
}

Test(log_messages, frames_are_cut_anywhere)
{
	char data[512];
	size_t len = put_frame(data, 1, T1 "out\n");
	len += put_frame(data + len, 2, T2 "err \n");
	len += put_frame(data + len, 1, "no time\n");
	len += put_frame(data + len, 1, T3);
	len += put_frame(data + len, 2, T3 "no end");
	for (size_t step = 1; step <= len; step++) {
		struct seen_messages seen = {0};
		struct log_messages m;
		cr_assert(log_messages_init(&m, false, see_message, &seen));
		for (size_t at = 0; at < len; at += step)
			cr_assert(log_messages_push(&m, data + at, len - at < step ? len - at : step));
		cr_assert(log_messages_end(&m));
		cr_assert_str_eq(seen.text, "1:out\n|2:err \n|1:no time\n|1:|2:no end|", "%zu", step);
		cr_assert_eq(seen.times[0] % 1000000000, 1);
		cr_assert_eq(seen.times[1] - seen.times[0], 499999999);
		cr_assert_eq(seen.times[2], 0);
		cr_assert_eq(seen.times[4] % 1000000000, 123456789);
		log_messages_free(&m);
	}
}

Test(log_messages, of_a_terminal_end_with_their_line_or_with_the_log)
{
	static const char data[] = T1 "one\r\n" T2 "\r\n"
				      "odd\r\n" T3 "prompt> ";
	for (size_t step = 1; step <= sizeof(data); step++) {
		struct seen_messages seen = {0};
		struct log_messages m;
		cr_assert(log_messages_init(&m, true, see_message, &seen));
		for (size_t at = 0; at < sizeof(data) - 1; at += step)
			cr_assert(log_messages_push(
				&m, data + at, sizeof(data) - 1 - at < step ? sizeof(data) - 1 - at : step));
		cr_assert_eq(seen.count, 3);
		cr_assert(log_messages_end(&m));
		cr_assert_str_eq(seen.text, "1:one\r\n|1:\r\n|1:odd\r\n|1:prompt> |", "%zu", step);
		cr_assert_eq(seen.times[3] % 1000000000, 123456789);
		log_messages_free(&m);
	}
}

Test(log_messages, a_long_line_of_a_terminal_has_a_time_in_each_piece)
{
	static char data[2 * LOG_LINE_MAX];
	struct seen_messages seen = {0};
	struct log_messages m;
	memcpy(data, T1, sizeof(T1) - 1);
	memset(data + sizeof(T1) - 1, 'x', LOG_LINE_MAX);
	size_t len = sizeof(T1) - 1 + LOG_LINE_MAX;
	len += (size_t)sprintf(data + len, "%s", T2 "rest\r\n" T3 "next\r\n");
	cr_assert(log_messages_init(&m, true, see_message, &seen));
	cr_assert(log_messages_push(&m, data, len));
	cr_expect_str_eq(seen.text, "1:xxx|1:rest\r\n|1:next\r\n|");
	log_messages_free(&m);
}

Test(log_messages, that_are_none_end_the_stream)
{
	struct seen_messages seen = {.stop_at = 1};
	struct log_messages m;
	char data[128];
	size_t len = put_frame(data, 1, T1 "a\n");
	cr_assert(log_messages_init(&m, false, see_message, &seen));
	cr_expect_not(log_messages_push(&m, "{\"message\":\"x\"}", 15));
	cr_expect(m.frames.malformed);
	cr_expect_not(log_messages_end(&m));
	log_messages_free(&m);
	cr_assert(log_messages_init(&m, false, see_message, &seen));
	cr_expect(log_messages_push(&m, data, len - 1));
	cr_expect_not(log_messages_end(&m), "cut off in a frame");
	cr_expect_not(log_messages_push(&m, data + len - 1, 1), "on_message ends it");
	log_messages_free(&m);
}

Test(log_messages, a_frame_of_four_gigabytes_is_kept_to_the_cap)
{
	static char zeros[1 << 16];
	struct seen_messages seen = {0};
	struct log_messages m;
	const unsigned char header[] = {2, 0, 0, 0, 0, 2, 0, 0}; /* 128 KiB */
	cr_assert(log_messages_init(&m, false, see_message, &seen));
	cr_assert(log_messages_push(&m, (const char *)header, sizeof(header)));
	cr_assert(log_messages_push(&m, zeros, sizeof(zeros)));
	cr_assert(log_messages_push(&m, zeros, sizeof(zeros)));
	cr_expect_eq(seen.count, 1);
	cr_expect_eq(seen.longest, LOG_LINE_MAX);
	cr_expect(seen.cut);
	log_messages_free(&m);
}

Test(log_messages, times)
{
	static const struct {
		const char *text;
		int64_t ns;
	} rows[] = {
		{"2026-01-01T12:04:31.000000001Z", 1767269071000000001},
		{"2026-01-01T12:04:31Z", 1767269071000000000},
		{"2026-01-01T12:04:31.5Z", 1767269071500000000},
		{"2026-01-01T13:04:31.999999999+01:00", 1767269071999999999},
		{"2026-01-01T12:04:31.1234567891Z", 1767269071123456789},
		{"0001-01-01T00:00:00Z", 0},
		{"time=2026-01-01T12:04:31.000Z", 0},
		{"", 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_expect_eq(log_time(rows[i].text, strlen(rows[i].text)), rows[i].ns, "%s", rows[i].text);
}

/* ---- resuming ---- */

static bool is_new(struct log_resume *r, int64_t time_ns, const char *text)
{
	return log_resume_is_new(
		r, &(struct log_message){
			   .time_ns = time_ns, .stream = FRAMES_STDOUT, .data = text, .len = strlen(text)});
}

Test(log_resume, what_came_before_the_break_does_not_come_again)
{
	static struct log_resume r;
	cr_expect_eq(log_resume_begin(&r), 0);
	cr_expect(is_new(&r, 10, "a"));
	cr_expect(is_new(&r, 10, "b"));
	cr_expect(is_new(&r, 12, "c"));
	cr_expect(is_new(&r, 11, "late"));
	cr_expect_eq(log_resume_begin(&r), 10);
	cr_expect_not(is_new(&r, 10, "a"));
	cr_expect_not(is_new(&r, 10, "b"));
	cr_expect_not(is_new(&r, 12, "c"));
	cr_expect_not(is_new(&r, 11, "late"));
	/* The same time and even the same text, but after the break. */
	cr_expect(is_new(&r, 12, "c"));
	cr_expect(is_new(&r, 12, "d"));
}

Test(log_resume, nothing_is_lost_that_has_the_same_time)
{
	static struct log_resume r;
	(void)log_resume_begin(&r);
	for (int i = 0; i < 3; i++)
		cr_expect(is_new(&r, 10, "same"));
	for (int round = 0; round < 3; round++) {
		cr_expect_eq(log_resume_begin(&r), 10);
		for (int i = 0; i < 3 + round; i++)
			cr_expect_not(is_new(&r, 10, "same"), "round %d, %d", round, i);
		cr_expect(is_new(&r, 10, "same"));
	}
}

Test(log_resume, what_the_tail_left_out_stays_out)
{
	static struct log_resume r;
	(void)log_resume_begin(&r);
	cr_expect(is_new(&r, 10, "c"));
	cr_expect(is_new(&r, 10, "d"));
	cr_expect_eq(log_resume_begin(&r), 10);
	/* An engine that counts in seconds tells of older ones too. */
	cr_expect_not(is_new(&r, 8, "x"));
	cr_expect_not(is_new(&r, 10, "a"));
	cr_expect_not(is_new(&r, 10, "b"));
	cr_expect_not(is_new(&r, 10, "c"));
	cr_expect_not(is_new(&r, 10, "d"));
	cr_expect(is_new(&r, 10, "e"));
}

Test(log_resume, a_log_that_was_rotated_away_is_new)
{
	static struct log_resume r;
	(void)log_resume_begin(&r);
	cr_expect(is_new(&r, 10, "a"));
	cr_expect_eq(log_resume_begin(&r), 10);
	cr_expect(is_new(&r, 20, "b"));
	cr_expect(is_new(&r, 20, "b"));
	cr_expect(is_new(&r, 21, "c"));
}

Test(log_resume, only_the_newest_are_remembered)
{
	static struct log_resume r;
	char text[32];
	(void)log_resume_begin(&r);
	for (int i = 0; i < 2 * LOG_REMEMBERED; i++) {
		snprintf(text, sizeof(text), "%d", i);
		cr_assert(is_new(&r, 1000 + i, text));
	}
	cr_expect_eq(log_resume_begin(&r), 1000 + LOG_REMEMBERED);
	for (int i = LOG_REMEMBERED; i < 2 * LOG_REMEMBERED; i++) {
		snprintf(text, sizeof(text), "%d", i);
		cr_assert_not(is_new(&r, 1000 + i, text));
	}
	cr_expect(is_new(&r, 5000, "new"));
	/* And those of the last two seconds only, so that a quiet log is not told again for ever. */
	cr_expect(is_new(&r, 9000000000, "much later"));
	cr_expect_eq(log_resume_begin(&r), 9000000000);
}

/* ---- the ring ---- */

static bool add(struct log_ring *ring, const char *text)
{
	return log_ring_add(ring, &(struct log_line){.text = text, .len = strlen(text), .time_ns = 1});
}

Test(log_ring, holds_so_many_lines)
{
	struct log_ring *ring = log_ring_new(1 << 20, 1000);
	char text[32];
	cr_expect_eq(log_ring_first(ring), 1);
	cr_expect_eq(log_ring_next(ring), 1);
	cr_expect_null(log_ring_at(ring, 1));
	for (int i = 1; i <= 5000; i++) {
		snprintf(text, sizeof(text), "line %d", i);
		cr_assert(add(ring, text));
		cr_assert_str_eq(log_ring_at(ring, (uint64_t)i)->text, text);
	}
	cr_expect_eq(log_ring_first(ring), 4001);
	cr_expect_eq(log_ring_next(ring), 5001);
	cr_expect_null(log_ring_at(ring, 4000));
	cr_expect_null(log_ring_at(ring, 5001));
	for (uint64_t serial = 4001; serial <= 5000; serial++) {
		snprintf(text, sizeof(text), "line %d", (int)serial);
		cr_assert_str_eq(log_ring_at(ring, serial)->text, text);
	}
	log_ring_free(ring);
}

Test(log_ring, holds_so_many_bytes)
{
	static char big[4000];
	struct log_ring *ring = log_ring_new(10000, 1000);
	memset(big, 'x', sizeof(big) - 1);
	cr_expect(add(ring, "small"));
	for (int i = 0; i < 100; i++) {
		cr_assert(add(ring, big));
		cr_assert_leq(log_ring_bytes(ring), 10000);
	}
	cr_expect_eq(log_ring_next(ring) - log_ring_first(ring), 2);
	cr_expect_not(log_ring_add(ring, &(struct log_line){.text = big, .len = 10000}));
	cr_expect_eq(log_ring_next(ring) - log_ring_first(ring), 2, "what does not fit drives nothing out");
	log_ring_free(ring);
}

Test(log_ring, finds_in_both_directions_and_says_when_it_wrapped)
{
	static const char *const texts[] = {"alpha", "Beta", "gamma", "BETA again", "delta"};
	static const struct {
		uint64_t from;
		bool backwards;
		const char *needle;
		uint64_t found; /* 0: none */
		bool wrapped;
	} rows[] = {
		{1, false, "beta", 2, false},
		{2, false, "beta", 2, false},
		{3, false, "beta", 4, false},
		{5, false, "beta", 2, true},
		{6, false, "beta", 2, true},
		{99, false, "beta", 2, true},
		{0, false, "beta", 2, false},
		{4, true, "beta", 2, false},
		{2, true, "beta", 4, true},
		{6, true, "beta", 4, false},
		{1, true, "beta", 4, true},
		{1, true, "alpha", 1, true},
		{1, false, "alpha", 1, false},
		{2, false, "alpha", 1, true},
		{1, false, "omega", 0, false},
		{1, false, "", 0, false},
	};
	struct log_ring *ring = log_ring_new(1 << 20, 5);
	uint64_t found;
	bool wrapped;
	cr_expect_not(log_ring_find(ring, 1, false, "a", &found, &wrapped));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		cr_assert(add(ring, texts[i]));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		found = 0;
		wrapped = false;
		bool any = log_ring_find(
			ring, rows[i].from, rows[i].backwards, rows[i].needle, &found, &wrapped);
		cr_expect_eq(any, rows[i].found != 0, "row %zu", i);
		cr_expect_eq(found, rows[i].found, "row %zu: %d", i, (int)found);
		cr_expect_eq(wrapped, rows[i].wrapped, "row %zu", i);
	}
	log_ring_free(ring);
}
