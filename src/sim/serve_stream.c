/*
 * serve_stream.c - answers without a known end: chunked bodies, and raw tubes after 101.
 */
#include "serve_private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Above this much unsent a stream is not filled further: its client is slow. */
#define FULL       ((size_t)256 << 10)
#define BLOCK_SIZE ((size_t)32 << 10)
#define READ_SIZE  16384

struct tube {
	struct serve *serve;
	serve_fill *fill;
	void (*on_data)(void *user, const char *data, size_t len);
	void *user;
	void (*free_user)(void *user);
	struct serve_buffer out;
	size_t sent;
	struct MHD_UpgradeResponseHandle *handle;
	int fd;
	uv_poll_t poll;
	bool closed, read_ended;
	enum serve_more more;
	struct tube *next, **link;
};

void serve_put(struct serve_buffer *out, const void *data, size_t len)
{
	if (out->failed)
		return;
	if (out->len + len + 1 > out->size) {
		size_t size = out->size ? out->size : 512;
		char *grown;

		while (size < out->len + len + 1)
			size *= 2;
		grown = realloc(out->data, size);
		if (!grown) {
			out->failed = true;
			return;
		}
		out->data = grown;
		out->size = size;
	}
	if (len)
		memcpy(out->data + out->len, data, len);
	out->len += len;
	out->data[out->len] = '\0';
}

void serve_printf(struct serve_buffer *out, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (len < 0) {
		out->failed = true;
		return;
	}
	serve_put(out, text, (size_t)len);
	free(text);
}

/* Asks for more where there is room; what was sent is dropped first. */
static void top_up(
	struct serve_buffer *out, size_t *sent, enum serve_more *more, serve_fill *fill, void *user)
{
	if (*sent == out->len)
		*sent = out->len = 0;
	if (*more == SERVE_MORE && out->len - *sent < FULL)
		*more = fill(user, out);
	if (out->failed)
		*more = SERVE_ABORT;
}

static ssize_t stream_read(void *user, uint64_t position, char *buffer, size_t size)
{
	struct stream *stream = user;
	size_t len;

	(void)position;
	if (stream->aborted)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (stream->sent == stream->out.len)
		top_up(&stream->out, &stream->sent, &stream->more, stream->fill, stream->user);
	len = stream->out.len - stream->sent;
	if (len == 0) {
		if (stream->more == SERVE_END)
			return MHD_CONTENT_READER_END_OF_STREAM;
		if (stream->more == SERVE_ABORT)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		stream->suspended = true;
		MHD_suspend_connection(stream->connection);
		return 0;
	}
	if (len > size)
		len = size;
	memcpy(buffer, stream->out.data + stream->sent, len);
	stream->sent += len;
	return (ssize_t)len;
}

static void stream_resume(struct stream *stream)
{
	if (!stream->suspended)
		return;
	stream->suspended = false;
	MHD_resume_connection(stream->connection);
	serve_wake(stream->serve);
}

void serve_stream_abort(struct stream *stream)
{
	stream->aborted = true;
	stream_resume(stream);
}

static void stream_free(void *user)
{
	struct stream *stream = user;

	*stream->link = stream->next;
	if (stream->next)
		stream->next->link = stream->link;
	if (stream->conn && stream->conn->stream == stream)
		stream->conn->stream = NULL;
	if (stream->free_user)
		stream->free_user(stream->user);
	free(stream->out.data);
	free(stream);
}

static void tube_free(uv_handle_t *handle)
{
	struct tube *tube = handle->data;

	free(tube->out.data);
	free(tube);
}

static void tube_close(struct tube *tube)
{
	if (tube->closed)
		return;
	tube->closed = true;
	*tube->link = tube->next;
	if (tube->next)
		tube->next->link = tube->link;
	if (tube->free_user)
		tube->free_user(tube->user);
	/* In this order: uv_close() still names the file to the kernel, and MHD closes it. */
	uv_close((uv_handle_t *)&tube->poll, tube_free);
	MHD_upgrade_action(tube->handle, MHD_UPGRADE_ACTION_CLOSE);
}

static void tube_poll(struct tube *tube);

/* Writes what there is; false when the tube is over and gone. */
static bool tube_write(struct tube *tube)
{
	for (;;) {
		ssize_t n;

		top_up(&tube->out, &tube->sent, &tube->more, tube->fill, tube->user);
		if (tube->sent == tube->out.len)
			break;
		n = send(tube->fd, tube->out.data + tube->sent, tube->out.len - tube->sent,
			MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n < 0) {
			tube_close(tube);
			return false;
		}
		tube->sent += (size_t)n;
	}
	if (tube->more != SERVE_MORE && (tube->sent == tube->out.len || tube->more == SERVE_ABORT)) {
		tube_close(tube);
		return false;
	}
	tube_poll(tube);
	return true;
}

static void tube_read(struct tube *tube)
{
	char data[READ_SIZE];
	ssize_t n = recv(tube->fd, data, sizeof data, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		tube_close(tube);
		return;
	}
	tube->read_ended = n == 0;
	tube->on_data(tube->user, data, (size_t)n);
	tube_write(tube);
}

static void on_tube(uv_poll_t *poll, int status, int events)
{
	struct tube *tube = poll->data;

	if (status < 0) {
		tube_close(tube);
		return;
	}
	if ((events & UV_WRITABLE) && !tube_write(tube))
		return;
	if (events & UV_READABLE)
		tube_read(tube);
}

static void tube_poll(struct tube *tube)
{
	int events = 0;

	if (!tube->read_ended)
		events |= UV_READABLE;
	if (tube->sent < tube->out.len)
		events |= UV_WRITABLE;
	if (events)
		uv_poll_start(&tube->poll, events, on_tube);
	else
		uv_poll_stop(&tube->poll);
}

static void on_upgraded(void *user, struct MHD_Connection *connection, void *context, const char *extra,
	size_t extra_size, MHD_socket fd, struct MHD_UpgradeResponseHandle *handle)
{
	struct tube *tube = user;

	(void)connection;
	(void)context;
	tube->handle = handle;
	tube->fd = fd;
	if (uv_poll_init(tube->serve->loop, &tube->poll, fd) != 0) {
		MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
		if (tube->free_user)
			tube->free_user(tube->user);
		free(tube);
		return;
	}
	tube->poll.data = tube;
	tube->next = tube->serve->tubes;
	tube->link = &tube->serve->tubes;
	if (tube->next)
		tube->next->link = &tube->next;
	tube->serve->tubes = tube;
	if (extra_size)
		tube->on_data(tube->user, extra, extra_size);
	tube_write(tube);
}

void serve_wake_streams(struct serve *serve)
{
	struct stream *stream, *next_stream;
	struct tube *tube, *next;

	for (stream = serve->streams; stream; stream = next_stream) {
		next_stream = stream->next;
		if (!stream->suspended)
			continue;
		top_up(&stream->out, &stream->sent, &stream->more, stream->fill, stream->user);
		if (stream->out.len > stream->sent || stream->more != SERVE_MORE)
			stream_resume(stream);
	}
	for (tube = serve->tubes; tube; tube = next) {
		next = tube->next;
		tube_write(tube);
	}
}

void serve_tubes_close(struct serve *serve)
{
	struct tube *tube, *next;

	for (tube = serve->tubes; tube; tube = next) {
		next = tube->next;
		tube_close(tube);
	}
}

enum serve_result serve_stream(struct serve_request *request, int status, const char *content_type,
	serve_fill *fill, void *user, void (*free_user)(void *user))
{
	struct pending *pending = (struct pending *)request;
	struct serve *serve = request->serve;
	struct stream *stream = calloc(1, sizeof *stream);
	struct MHD_Response *response;

	response = stream ? MHD_create_response_from_callback(
				    MHD_SIZE_UNKNOWN, BLOCK_SIZE, stream_read, stream, stream_free)
			  : NULL;
	if (!response) {
		free(stream);
		if (free_user)
			free_user(user);
		pending->aborted = true;
		return SERVE_DONE;
	}
	stream->serve = serve;
	stream->conn = pending->conn;
	stream->connection = pending->connection;
	stream->fill = fill;
	stream->user = user;
	stream->free_user = free_user;
	stream->next = serve->streams;
	stream->link = &serve->streams;
	if (stream->next)
		stream->next->link = &stream->next;
	serve->streams = stream;
	pending->conn->stream = stream;
	serve_finish(pending, status, content_type, response);
	return SERVE_DONE;
}

bool serve_wants_upgrade(const struct serve_request *request)
{
	return serve_header(request, MHD_HTTP_HEADER_UPGRADE) != NULL;
}

enum serve_result serve_upgrade(struct serve_request *request, const char *content_type, serve_fill *fill,
	void (*on_data)(void *user, const char *data, size_t len), void *user, void (*free_user)(void *user))
{
	struct pending *pending = (struct pending *)request;
	struct tube *tube = calloc(1, sizeof *tube);
	struct MHD_Response *response = tube ? MHD_create_response_for_upgrade(on_upgraded, tube) : NULL;

	if (!response) {
		free(tube);
		if (free_user)
			free_user(user);
		pending->aborted = true;
		return SERVE_DONE;
	}
	tube->serve = request->serve;
	tube->fill = fill;
	tube->on_data = on_data;
	tube->user = user;
	tube->free_user = free_user;
	MHD_add_response_header(response, MHD_HTTP_HEADER_UPGRADE, "tcp");
	serve_finish(pending, MHD_HTTP_SWITCHING_PROTOCOLS, content_type, response);
	return SERVE_DONE;
}
