/*
 * frames.c - see frames.h.
 */
#include "ollama-top/frames.h"

#include <string.h>

/* Takes bytes of the header; true when it is whole. */
static size_t take_header(struct frames *f, const char *data, size_t len)
{
	size_t part = sizeof f->header - f->header_len;

	if (part > len)
		part = len;
	memcpy(f->header + f->header_len, data, part);
	f->header_len += part;
	return part;
}

static bool read_header(struct frames *f)
{
	const unsigned char *h = f->header;

	if (h[0] > FRAMES_SYSTEM || h[1] != 0 || h[2] != 0 || h[3] != 0) {
		f->malformed = true;
		return false;
	}
	f->stream = (enum frames_stream)h[0];
	f->left = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 | (uint32_t)h[6] << 8 | h[7];
	if (f->left == 0)
		f->header_len = 0;
	return true;
}

static bool hand_on(struct frames *f, const char *data, size_t len)
{
	if (f->on_data(f->user, f->stream, data, len))
		return true;
	f->ended = true;
	return false;
}

void frames_init(struct frames *f, bool tty, frames_data_fn *on_data, void *user)
{
	*f = (struct frames){.on_data = on_data, .user = user, .tty = tty, .stream = FRAMES_STDOUT};
}

bool frames_push(struct frames *f, const char *data, size_t len)
{
	if (f->ended || f->malformed)
		return false;
	if (f->tty)
		return len == 0 || hand_on(f, data, len);
	while (len > 0) {
		size_t part;

		if (f->header_len < sizeof f->header) {
			part = take_header(f, data, len);
			if (f->header_len == sizeof f->header && !read_header(f))
				return false;
		} else {
			part = len < f->left ? len : f->left;
			f->left -= (uint32_t)part;
			if (f->left == 0)
				f->header_len = 0;
			if (!hand_on(f, data, part))
				return false;
		}
		data += part;
		len -= part;
	}
	return true;
}

bool frames_complete(const struct frames *f)
{
	return !f->malformed && f->header_len == 0;
}
