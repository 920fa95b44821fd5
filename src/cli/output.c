#include "output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MUCH 65536
/* What a pipe takes without blocking once poll() says that it takes anything: PIPE_BUF of Linux. */
#define PIECE 4096

bool output_flush(struct output *output)
{
	size_t at = 0;
	while (at < output->len && output->error == 0) {
		struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
		const int ready = poll(&out, 1, output->held ? 0 : -1);
		if (ready < 0 && errno == EINTR) {
			output->held = true;
			continue;
		}
		if (ready <= 0) {
			output->error = ready < 0 ? errno : 0;
			break;
		}
		const size_t piece = output->len - at < PIECE ? output->len - at : PIECE;
		const ssize_t written = write(STDOUT_FILENO, output->bytes + at, piece);
		if (written < 0 && errno != EINTR && errno != EAGAIN) {
			output->error = errno;
		} else if (written > 0) {
			at += (size_t)written;
		}
	}
	if (at > 0) {
		memmove(output->bytes, output->bytes + at, output->len - at);
		output->len -= at;
	}
	return output->error == 0;
}

bool output_add(struct output *output, const char *bytes, size_t len)
{
	if (output->len + len > output->room) {
		const size_t room = 2 * (output->len + len);
		char *more = realloc(output->bytes, room);
		if (!more) {
			output->error = ENOMEM;
			return false;
		}
		output->bytes = more;
		output->room = room;
	}
	memcpy(output->bytes + output->len, bytes, len);
	output->len += len;
	return output->len < MUCH ? output->error == 0 : output_flush(output);
}

void output_free(struct output *output)
{
	free(output->bytes);
	*output = (struct output){0};
}
