/*
 * http-socket.c - libcurl's multi handle on libuv: its sockets are polled, its timer runs.
 *
 * libcurl says "remove" when a connection falls idle and "add" when it is used again, which costs
 * two system calls a request. A socket is therefore polled for reading from its first use until
 * libcurl closes it; what an idle one reports (the server hung up) only ends the polling.
 *
 * That libcurl tells before it closes a socket holds only once the connection stands: while connecting,
 * some versions close it silently, and the next socket may get the same number. Hence `connected`, and
 * the look at the old socket when a new one is opened.
 */
#include "http-private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Files that are left to others when kept connections fill the limit of open files. */
#define FILES_SPARED 256

struct http_socket {
	uv_poll_t poll;
	struct http *http;
	int fd;
	int wanted; /* what libcurl waits for, in libuv's flags; 0 while the connection is idle */
	int polled; /* what libuv polls for */
	bool connected;
};

static void on_socket(uv_poll_t *poll, int status, int events);

static void on_socket_closed(uv_handle_t *handle)
{
	struct http_socket *s = handle->data;
	struct http *http = s->http;

	free(s);
	http_handle_closed(http);
}

static struct http_socket *find_socket(const struct http *http, int fd)
{
	return fd >= 0 && (size_t)fd < http->file_count ? http->files[fd].socket : NULL;
}

struct http_file *http_file(struct http *http, int fd)
{
	size_t count = http->file_count > 0 ? http->file_count : 32;
	struct http_file *files;

	if (fd < 0)
		return NULL;
	while (count <= (size_t)fd)
		count *= 2;
	if (count > http->file_count) {
		files = realloc(http->files, count * sizeof *files);
		if (files == NULL)
			return NULL;
		for (size_t i = http->file_count; i < count; i++)
			files[i] = (struct http_file){0};
		http->files = files;
		http->file_count = count;
	}
	return &http->files[fd];
}

static struct http_socket *add_socket(struct http *http, int fd)
{
	struct http_file *file = http_file(http, fd);
	struct http_socket *s = file != NULL ? calloc(1, sizeof *s) : NULL;

	if (s == NULL)
		return NULL;
	if (uv_poll_init(http->loop, &s->poll, fd) != 0) {
		free(s);
		return NULL;
	}
	s->http = http;
	s->fd = fd;
	s->poll.data = s;
	http->handles++;
	file->socket = s;
	return s;
}

/* Brings what libuv does in line with what libcurl waits for. */
static void update_polling(struct http_socket *s)
{
	int events = s->wanted != 0 ? s->wanted : UV_READABLE;

	if (events != s->polled && uv_poll_start(&s->poll, events, on_socket) == 0)
		s->polled = events;
	if (s->wanted != 0)
		uv_ref((uv_handle_t *)&s->poll);
	else
		uv_unref((uv_handle_t *)&s->poll);
}

static void run_curl(struct http *http, curl_socket_t fd, int flags)
{
	int running;

	http->in_curl = true;
	curl_multi_socket_action(http->multi, fd, flags, &running);
	http->in_curl = false;
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
	struct http_socket *s = poll->data;
	struct http *http = s->http;
	int fd = s->fd;
	int flags = 0;

	if (s->wanted == 0) {
		uv_poll_stop(poll);
		s->polled = 0;
		return;
	}
	if (status < 0) {
		/* libuv has stopped polling. libcurl finds out what is wrong when it reads or writes. */
		s->polled = 0;
		events = s->wanted;
	}
	flags |= (events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0;
	flags |= (events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0;
	run_curl(http, fd, flags);
	if (find_socket(http, fd) == s && s->wanted != 0)
		update_polling(s);
	http_after_curl(http);
}

static void drop_socket(struct http_socket *s)
{
	s->http->files[s->fd].socket = NULL;
	uv_close((uv_handle_t *)&s->poll, on_socket_closed);
}

/* CURLMOPT_SOCKETFUNCTION. Never fails: a failure would end the multi handle, while a socket that could
 * not be polled only lets its request run into its deadline. */
static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *unused)
{
	struct http *http = user;
	struct http_socket *s = find_socket(http, fd);

	(void)easy;
	(void)unused;
	if (s == NULL && what != CURL_POLL_REMOVE)
		s = add_socket(http, fd);
	if (s == NULL)
		return 0;
	if (what == CURL_POLL_REMOVE && !s->connected) {
		drop_socket(s);
		return 0;
	}
	s->wanted = 0;
	s->connected = s->connected || what == CURL_POLL_IN;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		s->wanted |= UV_READABLE;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		s->wanted |= UV_WRITABLE;
	update_polling(s);
	return 0;
}

static void on_timer(uv_timer_t *timer)
{
	http_multi_run(timer->data);
}

/* CURLMOPT_TIMERFUNCTION. "At once" goes through the idle handle: a timer of 0 ms that is set again in
 * its own callback would keep libuv in its timers. */
static int on_curl_timer(CURLM *multi, long timeout_ms, void *user)
{
	struct http *http = user;

	(void)multi;
	http->curl_due = timeout_ms == 0;
	if (timeout_ms > 0) {
		uv_timer_start(&http->curl_timer, on_timer, (uint64_t)timeout_ms, 0);
		return 0;
	}
	uv_timer_stop(&http->curl_timer);
	if (http->curl_due)
		http_kick(http);
	return 0;
}

/* Connections to keep: a few for every server of a large fleet, within what files may be open. */
static long connections_max(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
		return 2048;
	if (files.rlim_cur > 2048 + FILES_SPARED)
		return 2048;
	return files.rlim_cur > 2 * FILES_SPARED ? (long)files.rlim_cur - FILES_SPARED : FILES_SPARED / 4;
}

bool http_multi_open(struct http *http)
{
	CURLM *multi = curl_multi_init();

	if (multi == NULL)
		return false;
	http->multi = multi;
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections_max());
	curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	return true;
}

void http_multi_close(struct http *http)
{
	curl_multi_cleanup(http->multi);
	http->multi = NULL;
	for (size_t fd = 0; fd < http->file_count; fd++)
		if (http->files[fd].socket != NULL)
			drop_socket(http->files[fd].socket);
}

void http_multi_run(struct http *http)
{
	http->curl_due = false;
	run_curl(http, CURL_SOCKET_TIMEOUT, 0);
	http_after_curl(http);
}

curl_socket_t http_socket_open_hook(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http *http = user;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	struct http_socket *old = find_socket(http, fd);

	(void)purpose;
	http->open_errno = fd < 0 ? errno : 0;
	http_peer_note(http, fd, &address->addr);
	if (old != NULL) {
		int wanted = old->wanted;
		struct http_socket *s;

		/* libcurl takes the number for the socket that it has told of, and may not tell again. */
		drop_socket(old);
		s = add_socket(http, fd);
		if (s != NULL && wanted != 0) {
			s->wanted = wanted;
			update_polling(s);
		}
	}
	return fd;
}

int http_socket_close_hook(void *user, curl_socket_t fd)
{
	struct http_socket *s = find_socket(user, fd);

	if (s != NULL)
		drop_socket(s);
	http_peer_forget(user, fd);
	return close(fd);
}
