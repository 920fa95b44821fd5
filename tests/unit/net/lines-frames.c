/*
 * Lines and frames out of streams that arrive in pieces of every size.
 */
#include "ollama-top/frames.h"
#include "ollama-top/http.h"
#include "ollama-top/ndjson.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* What was handed on, joined with '|'. */
struct heard {
	char text[1024];
	size_t len, calls;
	size_t stop_after; /* end the stream at this call; 0: never */
};

static bool hear(struct heard *h, const char *data, size_t len)
{
	memcpy(h->text + h->len, data, len);
	h->len += len;
	h->calls++;
	return h->calls != h->stop_after;
}

static bool hear_line(void *user, char *line, size_t len)
{
	struct heard *h = user;
	bool more;

	cr_assert_eq(line[len], '\0');
	more = hear(h, line, len);
	h->text[h->len++] = '|';
	h->text[h->len] = '\0';
	return more;
}

Test(ndjson, lines_split_at_every_byte)
{
	static const char stream[] = "{\"a\":1}\n\n{\"b\":\"\303\274\"}\r\n\r\n[]\nlast";

	for (size_t first = 0; first < sizeof stream; first++)
		for (size_t second = first; second < sizeof stream; second++) {
			struct heard h = {0};
			struct ndjson n;

			ndjson_init(&n, HTTP_LINE_MAX, hear_line, &h);
			cr_assert(ndjson_push(&n, stream, first));
			cr_assert(ndjson_push(&n, stream + first, second - first));
			cr_assert(ndjson_push(
				&n, stream + second, sizeof stream - 1 - second + (second == sizeof stream)));
			cr_assert(ndjson_end(&n));
			cr_assert_str_eq(h.text, "{\"a\":1}|{\"b\":\"\303\274\"}|[]|last|");
			cr_assert_null(n.error);
			ndjson_free(&n);
		}
}

Test(ndjson, a_line_that_is_too_long)
{
	static char block[4096];
	struct heard h = {0};
	struct ndjson n;
	size_t pushed = 0;

	memset(block, 'a', sizeof block);
	ndjson_init(&n, HTTP_LINE_MAX, hear_line, &h);
	while (ndjson_push(&n, block, sizeof block))
		pushed += sizeof block;
	cr_assert_eq(pushed, HTTP_LINE_MAX);
	cr_assert_not_null(n.error);
	cr_assert(n.capacity <= 2 * HTTP_LINE_MAX);
	cr_assert_not(ndjson_push(&n, "\n", 1));
	cr_assert_not(ndjson_end(&n));
	cr_assert_eq(h.calls, 0);
	ndjson_free(&n);
}

Test(ndjson, the_longest_line)
{
	struct heard h = {0};
	struct ndjson n;

	ndjson_init(&n, 5, hear_line, &h);
	cr_assert(ndjson_push(&n, "12345\n1234", 10));
	cr_assert(ndjson_push(&n, "5\n", 2));
	cr_assert_str_eq(h.text, "12345|12345|");
	cr_assert_not(ndjson_push(&n, "123456\n", 7));
	ndjson_free(&n);
}

Test(ndjson, nuls_are_bytes)
{
	struct heard h = {0};
	struct ndjson n;

	ndjson_init(&n, HTTP_LINE_MAX, hear_line, &h);
	cr_assert(ndjson_push(&n, "a\0b\n", 4));
	cr_assert_eq(h.len, 4);
	cr_assert_eq(memcmp(h.text, "a\0b|", 4), 0);
	ndjson_free(&n);
}

Test(ndjson, the_listener_ends_it)
{
	struct heard h = {.stop_after = 2};
	struct ndjson n;

	ndjson_init(&n, HTTP_LINE_MAX, hear_line, &h);
	cr_assert_not(ndjson_push(&n, "1\n2\n3\n", 6));
	cr_assert_str_eq(h.text, "1|2|");
	cr_assert_null(n.error);
	cr_assert_not(ndjson_push(&n, "4\n", 2));
	cr_assert_str_eq(h.text, "1|2|");
	ndjson_free(&n);
}

/* Data with the stream's number before each piece that follows another stream's. */
struct frames_heard {
	struct heard out, err, system;
};

static bool hear_frame(void *user, enum frames_stream stream, const char *data, size_t len)
{
	struct frames_heard *h = user;

	cr_assert(len > 0);
	return hear(stream == FRAMES_STDOUT   ? &h->out
		    : stream == FRAMES_STDERR ? &h->err
					      : &h->system,
		data, len);
}

Test(frames, split_at_every_byte)
{
	static const char stream[] = "\1\0\0\0\0\0\0\5hello"
				     "\2\0\0\0\0\0\0\3bad"
				     "\1\0\0\0\0\0\0\0"
				     "\1\0\0\0\0\0\0\1!"
				     "\3\0\0\0\0\0\0\4oops";
	const size_t size = sizeof stream - 1;

	for (size_t first = 0; first <= size; first++)
		for (size_t second = first; second <= size; second++) {
			struct frames_heard h = {0};
			struct frames f;

			frames_init(&f, false, hear_frame, &h);
			cr_assert(frames_push(&f, stream, first));
			cr_assert(frames_push(&f, stream + first, second - first));
			cr_assert(frames_push(&f, stream + second, size - second));
			cr_assert_str_eq(h.out.text, "hello!");
			cr_assert_str_eq(h.err.text, "bad");
			cr_assert_str_eq(h.system.text, "oops");
			cr_assert(frames_complete(&f));
		}
}

Test(frames, byte_by_byte)
{
	static const char stream[] = "\2\0\0\0\0\0\1\1";
	struct frames_heard h = {0};
	struct frames f;

	frames_init(&f, false, hear_frame, &h);
	for (size_t i = 0; i < 8; i++)
		cr_assert(frames_push(&f, stream + i, 1));
	for (size_t i = 0; i < 257; i++) {
		cr_assert_not(frames_complete(&f));
		cr_assert(frames_push(&f, "x", 1));
	}
	cr_assert(frames_complete(&f));
	cr_assert_eq(h.err.len, 257);
}

Test(frames, headers_that_are_none)
{
	static const char *const bad[] = {
		"\4\0\0\0\0\0\0\1", "\1\1\0\0\0\0\0\1", "\1\0\0\7\0\0\0\1", "HTTP/1.1"};

	for (size_t i = 0; i < 4; i++) {
		struct frames_heard h = {0};
		struct frames f;

		frames_init(&f, false, hear_frame, &h);
		cr_assert_not(frames_push(&f, bad[i], 8));
		cr_assert(f.malformed);
		cr_assert_not(frames_complete(&f));
		cr_assert_not(frames_push(&f, "\1\0\0\0\0\0\0\1x", 9));
		cr_assert_eq(h.out.calls, 0);
	}
}

Test(frames, cut_off)
{
	struct frames_heard h = {0};
	struct frames f;

	frames_init(&f, false, hear_frame, &h);
	cr_assert(frames_push(&f, "\1\0\0", 3));
	cr_assert_not(frames_complete(&f));
	cr_assert(frames_push(&f, "\0\xff\xff\xff\xffhello", 10));
	cr_assert_not(frames_complete(&f));
	cr_assert_str_eq(h.out.text, "hello");
}

Test(frames, a_terminal_has_none)
{
	struct frames_heard h = {0};
	struct frames f;

	frames_init(&f, true, hear_frame, &h);
	cr_assert(frames_push(&f, "\4 raw", 5));
	cr_assert(frames_push(&f, "", 0));
	cr_assert_eq(h.out.len, 5);
	cr_assert(frames_complete(&f));
}

Test(frames, the_listener_ends_it)
{
	struct frames_heard h = {.out.stop_after = 1};
	struct frames f;

	frames_init(&f, false, hear_frame, &h);
	cr_assert_not(frames_push(&f, "\1\0\0\0\0\0\0\1a\1\0\0\0\0\0\0\1b", 18));
	cr_assert_not(f.malformed);
	cr_assert_not(frames_push(&f, "\1\0\0\0\0\0\0\1c", 9));
	cr_assert_str_eq(h.out.text, "a");
}
