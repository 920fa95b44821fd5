#include "queue.h"

#include "ollama-top/i18n.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Written when this much waits, or when something has waited this long. */
#define ENOUGH_BYTES ((size_t)64 << 10)
#define FLUSH_NS     UINT64_C(1000000000)

struct buffer {
	char *bytes;
	size_t len, size;
};

struct queue {
	uv_thread_t thread;
	uv_mutex_t lock;
	uv_cond_t changed;
	uv_async_t async;
	void (*on_failed)(void *user);
	void *user;
	int fd;                /* the thread's */
	struct buffer waiting; /* under the lock, as all below */
	int error;             /* errno of a write; 0: none */
	bool late;             /* too much was waiting */
	bool ending, ended;
};

static bool buffer_add(struct buffer *buffer, const char *bytes, size_t len)
{
	if (buffer->len + len > buffer->size) {
		size_t size = buffer->size ? buffer->size : ENOUGH_BYTES;
		while (size < buffer->len + len) {
			size *= 2;
		}
		char *more = realloc(buffer->bytes, size);
		if (!more) {
			return false;
		}
		buffer->bytes = more;
		buffer->size = size;
	}
	memcpy(buffer->bytes + buffer->len, bytes, len);
	buffer->len += len;
	return true;
}

static int write_all(int fd, const struct buffer *buffer)
{
	size_t done = 0;
	while (done < buffer->len) {
		const ssize_t n = write(fd, buffer->bytes + done, buffer->len - done);
		if (n < 0 && errno != EINTR) {
			return errno;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* Until there is enough to write, or it has waited long enough, or this is the end. */
static void await(struct queue *q)
{
	while (q->waiting.len == 0 && !q->ending) {
		uv_cond_wait(&q->changed, &q->lock);
	}
	const uint64_t until = uv_hrtime() + FLUSH_NS;
	while (q->waiting.len < ENOUGH_BYTES && !q->ending) {
		const uint64_t now = uv_hrtime();
		if (now >= until || uv_cond_timedwait(&q->changed, &q->lock, until - now) != 0) {
			return;
		}
	}
}

static void run(void *arg)
{
	struct queue *q = arg;
	struct buffer writing = {0};
	sigset_t all;
	/* Signals are the loop's, and a pipe that nobody reads is an error like any other. */
	sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, NULL);
	uv_mutex_lock(&q->lock);
	while (q->error == 0 && (!q->ending || q->waiting.len > 0)) {
		await(q);
		const struct buffer swap = q->waiting;
		q->waiting = writing;
		q->waiting.len = 0;
		writing = swap;
		uv_mutex_unlock(&q->lock);
		const int error = write_all(q->fd, &writing);
		uv_mutex_lock(&q->lock);
		q->error = error;
		if (error != 0 && !q->ending) {
			(void)uv_async_send(&q->async);
		}
	}
	uv_mutex_unlock(&q->lock);
	free(writing.bytes);
	/* A disk behind a network tells here that it is full. */
	const int error = close(q->fd) == 0 ? 0 : errno;
	uv_mutex_lock(&q->lock);
	q->error = q->error ? q->error : error;
	q->ended = true;
	uv_cond_signal(&q->changed);
	uv_mutex_unlock(&q->lock);
}

static void on_async(uv_async_t *async)
{
	struct queue *q = async->data;
	if (!q->ending) {
		q->on_failed(q->user);
	}
}

static void destroy(struct queue *q)
{
	uv_cond_destroy(&q->changed);
	uv_mutex_destroy(&q->lock);
	free(q->waiting.bytes);
	free(q);
}

static void on_closed(uv_handle_t *handle)
{
	destroy(handle->data);
}

struct queue *queue_open(uv_loop_t *loop, int fd, void (*on_failed)(void *user), void *user)
{
	struct queue *q = calloc(1, sizeof(*q));
	if (!q || uv_mutex_init(&q->lock) != 0) {
		free(q);
		close(fd);
		return NULL;
	}
	q->fd = fd;
	q->on_failed = on_failed;
	q->user = user;
	q->async.data = q;
	if (uv_cond_init(&q->changed) != 0) {
		uv_mutex_destroy(&q->lock);
		free(q);
		close(fd);
		return NULL;
	}
	if (uv_async_init(loop, &q->async, on_async) != 0) {
		destroy(q);
		close(fd);
		return NULL;
	}
	uv_unref((uv_handle_t *)&q->async);
	if (uv_thread_create(&q->thread, run, q) != 0) {
		uv_close((uv_handle_t *)&q->async, on_closed);
		close(fd);
		return NULL;
	}
	return q;
}

bool queue_add(struct queue *q, const char *line, size_t len)
{
	uv_mutex_lock(&q->lock);
	q->late = q->late || q->waiting.len + len + 1 > QUEUE_MAX_BYTES;
	const bool good = q->error == 0 && !q->late && buffer_add(&q->waiting, line, len) &&
			  buffer_add(&q->waiting, "\n", 1);
	/* Half a line must not be followed by another. */
	q->late = q->late || (!good && q->error == 0);
	/* The thread waits for the first line, and then for enough of them. */
	if (q->waiting.len == len + 1 || q->waiting.len >= ENOUGH_BYTES) {
		uv_cond_signal(&q->changed);
	}
	uv_mutex_unlock(&q->lock);
	return good;
}

void queue_fail(struct queue *q)
{
	uv_mutex_lock(&q->lock);
	q->late = true;
	uv_mutex_unlock(&q->lock);
	(void)uv_async_send(&q->async);
}

const char *queue_trouble(struct queue *q)
{
	uv_mutex_lock(&q->lock);
	const char *trouble = q->error  ? strerror(q->error)
			      : q->late ? _("the disk does not keep up with what is recorded")
					: NULL;
	uv_mutex_unlock(&q->lock);
	return trouble;
}

bool queue_finish(struct queue *q, int64_t patience_ms)
{
	const uint64_t until = uv_hrtime() + (uint64_t)patience_ms * 1000000;
	uv_mutex_lock(&q->lock);
	q->ending = true;
	uv_cond_signal(&q->changed);
	while (!q->ended) {
		const uint64_t now = uv_hrtime();
		if (now >= until) {
			break;
		}
		(void)uv_cond_timedwait(&q->changed, &q->lock, until - now);
	}
	const bool ended = q->ended;
	uv_mutex_unlock(&q->lock);
	if (ended) {
		uv_thread_join(&q->thread);
	}
	return ended;
}

void queue_free(struct queue *q)
{
	uv_close((uv_handle_t *)&q->async, on_closed);
}
