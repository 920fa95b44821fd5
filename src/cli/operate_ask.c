#include "operate_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void answer(struct ask *ask, const char *line)
{
	uv_poll_stop(&ask->poll);
	ask->on_answer(ask->user, line);
}

/* The terminal gives whole lines; what is too long for any answer is none. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct ask *ask = poll->data;
	(void)events;
	const ssize_t n = status < 0 ? 0 : read(ask->fd, ask->line + ask->len, sizeof(ask->line) - ask->len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	ask->len += n > 0 ? (size_t)n : 0;
	char *end = memchr(ask->line, '\n', ask->len);
	if (end) {
		*end = '\0';
		answer(ask, ask->line);
	} else if (n <= 0 || ask->len == sizeof(ask->line)) {
		fputc('\n', stderr);
		answer(ask, NULL);
	}
}

bool ask_open(struct ask *ask, uv_loop_t *loop, void (*on_answer)(void *user, const char *line), void *user)
{
	ask->on_answer = on_answer;
	ask->user = user;
	ask->fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (ask->fd < 0) {
		return false;
	}
	if (uv_poll_init(loop, &ask->poll, ask->fd) != 0) {
		close(ask->fd);
		ask->fd = -1;
		return false;
	}
	ask->poll.data = ask;
	return true;
}

void ask_question(struct ask *ask, const char *question)
{
	fputs(question, stderr);
	fflush(stderr);
	ask->len = 0;
	uv_poll_start(&ask->poll, UV_READABLE, on_readable);
}

bool ask_is_yes(const char *line)
{
	return rpmatch(line) == 1;
}

void ask_close(struct ask *ask)
{
	if (ask->fd >= 0) {
		uv_close((uv_handle_t *)&ask->poll, NULL);
		close(ask->fd);
		ask->fd = -1;
	}
}
