#include "serve_notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool serve_notify(const char *state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");
	const size_t len = path ? strlen(path) : 0;
	if (len < 2 || len >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@')) {
		return false;
	}
	memcpy(address.sun_path, path, len);
	if (path[0] == '@') {
		address.sun_path[0] = '\0'; /* the abstract name space */
	}
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		return false;
	}
	const ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
	return sent == (ssize_t)strlen(state);
}

static int64_t number(const char *name)
{
	const char *text = getenv(name);
	char *end = NULL;
	if (!text || text[0] < '0' || text[0] > '9') {
		return 0;
	}
	const long long value = strtoll(text, &end, 10);
	return *end == '\0' ? value : 0;
}

int64_t serve_watchdog_ms(void)
{
	const int64_t pid = number("WATCHDOG_PID");
	if (pid != 0 && pid != getpid()) {
		return 0;
	}
	return number("WATCHDOG_USEC") / 2000;
}

static void on_watchdog(uv_timer_t *timer)
{
	(void)timer;
	serve_notify("WATCHDOG=1");
}

void serve_watchdog(uv_loop_t *loop, uv_timer_t *timer)
{
	const int64_t ms = serve_watchdog_ms();
	uv_timer_init(loop, timer);
	if (ms > 0) {
		uv_timer_start(timer, on_watchdog, (uint64_t)ms, (uint64_t)ms);
	}
}
