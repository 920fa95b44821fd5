/*
 * log_messages.c - from the bytes of GET /containers/{id}/logs?timestamps=1 to the engine's messages: a
 * frame each, or with a terminal up to the next line feed.
 */
#include "logs_private.h"

#include "ollama-top/text.h"

#include <stdlib.h>
#include <string.h>

/* How much of a longer line the engine stores at once (daemon/logger/copier.go). */
#define PIECE_MAX LOG_LINE_MAX
#define NS        1000000000

int64_t log_time(const char *text, size_t len)
{
	char whole[48];
	int64_t wall_ms, fraction = 0, digit = NS / 10;
	size_t kept = 0;
	if (len >= sizeof whole)
		return 0;
	/* text_parse_rfc3339() counts ms: the fraction is read here and left out for it. */
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '.') {
			whole[kept++] = text[i];
			continue;
		}
		for (; i + 1 < len && text[i + 1] >= '0' && text[i + 1] <= '9'; i++, digit /= 10)
			fraction += (text[i + 1] - '0') * digit;
	}
	whole[kept] = '\0';
	if (!text_parse_rfc3339(whole, &wall_ms) || wall_ms <= 0 || wall_ms > INT64_MAX / 1000000 - 1000)
		return 0;
	return wall_ms * 1000000 + fraction;
}

static void begin(struct log_messages *m)
{
	m->stamping = true;
	m->begun = false;
	m->stamp_len = m->len = m->total = 0;
	m->time_ns = 0;
}

static bool end_message(struct log_messages *m)
{
	struct log_message message = {.time_ns = m->time_ns,
		.stream = m->stream,
		.data = m->data,
		.len = m->len,
		.cut = m->total > m->len};
	begin(m);
	m->stopped = !m->on_message(m->user, &message);
	return !m->stopped;
}

static void keep(struct log_messages *m, const char *data, size_t len)
{
	size_t room = LOG_LINE_MAX - m->len, part = len < room ? len : room;
	memcpy(m->data + m->len, data, part);
	m->len += part;
	m->total += len;
}

/* What stands before the first blank is the time, or else it is text. */
static void end_stamp(struct log_messages *m)
{
	size_t len = m->stamp_len;
	m->stamping = false;
	if (len > 0 && m->stamp[len - 1] == ' ')
		m->time_ns = log_time(m->stamp, len - 1);
	if (m->time_ns == 0)
		keep(m, m->stamp, len);
}

/* Takes bytes of the stamp; returns how many. A message that ends within it is handed on by the caller. */
static size_t take_stamp(struct log_messages *m, const char *data, size_t len)
{
	size_t used = 0;
	while (used < len && m->stamping) {
		char c = data[used];
		if (c == '\n') {
			end_stamp(m);
			break;
		}
		m->stamp[m->stamp_len++] = c;
		used++;
		if (c == ' ' || m->stamp_len == sizeof m->stamp)
			end_stamp(m);
	}
	return used;
}

static bool push_terminal(struct log_messages *m, const char *data, size_t len)
{
	while (len > 0) {
		m->begun = true;
		size_t used = m->stamping ? take_stamp(m, data, len) : 0;
		data += used;
		len -= used;
		if (m->stamping || len == 0)
			break;
		size_t room = PIECE_MAX > m->total ? PIECE_MAX - m->total : 0;
		size_t part = len < room ? len : room;
		const char *feed = memchr(data, '\n', part);
		if (feed != NULL)
			part = (size_t)(feed - data) + 1;
		keep(m, data, part);
		data += part;
		len -= part;
		/* The end of a full piece's line is a message of its own, or belongs to it. */
		if ((feed != NULL || m->total >= PIECE_MAX) && !end_message(m))
			return false;
	}
	return true;
}

static bool on_frame(void *user, enum frames_stream stream, const char *data, size_t len)
{
	struct log_messages *m = user;
	if (m->frames.tty)
		return push_terminal(m, data, len);
	m->stream = stream;
	m->begun = true;
	size_t used = m->stamping ? take_stamp(m, data, len) : 0;
	if (!m->stamping)
		keep(m, data + used, len - used);
	if (m->frames.left > 0)
		return true;
	if (m->stamping)
		end_stamp(m);
	return end_message(m);
}

bool log_messages_init(struct log_messages *m, bool tty, log_message_fn *on_message, void *user)
{
	*m = (struct log_messages){.on_message = on_message, .user = user, .stream = FRAMES_STDOUT};
	frames_init(&m->frames, tty, on_frame, m);
	begin(m);
	m->data = malloc(LOG_LINE_MAX);
	return m->data != NULL;
}

void log_messages_free(struct log_messages *m)
{
	free(m->data);
	m->data = NULL;
}

bool log_messages_push(struct log_messages *m, const char *data, size_t len)
{
	return frames_push(&m->frames, data, len);
}

bool log_messages_end(struct log_messages *m)
{
	if (!m->frames.tty)
		return frames_complete(&m->frames);
	if (!m->begun || m->stopped)
		return true;
	if (m->stamping)
		end_stamp(m);
	(void)end_message(m);
	return true;
}
