/*
 * rpc.c - see rpc.h.
 */
#include "rpc.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <errno.h>
#include <nfsc/libnfs-raw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define MARK_SIZE 4
#define LAST_MARK 0x80000000U

struct rpc_conn {
	struct rpc_options options;
	struct rpc_context *context;
	uv_poll_t poll;
	uv_timer_t deadline;
	bool polled;    /* the poll handle was made */
	bool connected; /* libnfs was told so */
	bool out;       /* a question is out */
	bool serving;   /* inside libnfs: what it works on must not go away */
	bool closing;   /* close when it comes back */
	bool closed;    /* handles are being closed */
	int open_handles;
	int error; /* why a question could not be sent, to be told from the loop */
	uint64_t asked_ns;
	char why[200];
};

static void answer(struct rpc_conn *c, enum nfs_answer how, void *data)
{
	struct rpc_answer a = {.answer = how, .data = data};

	if (!c->out || c->closing)
		return;
	c->out = false;
	uv_timer_stop(&c->deadline);
	a.latency_ms = clock_elapsed_ms(c->options.clock, c->asked_ns, uv_hrtime());
	a.why = how == NFS_ANSWERS ? NULL : c->why;
	c->options.on_answer(c->options.user, &a);
}

static void fail(struct rpc_conn *c, enum nfs_answer how, const char *why)
{
	if (c->polled)
		uv_poll_stop(&c->poll);
	text_clean(c->why, sizeof(c->why), why, strlen(why));
	answer(c, how, NULL);
}

static void fail_errno(struct rpc_conn *c, int error)
{
	fail(c,
		error == ECONNREFUSED ? NFS_REFUSED
		: error == ETIMEDOUT  ? NFS_HUNG
				      : NFS_BROKEN,
		strerror(error));
}

static void begin(struct rpc_conn *c)
{
	c->out = true;
	c->asked_ns = uv_hrtime();
}

static void on_deadline(uv_timer_t *timer)
{
	fail(timer->data, NFS_HUNG, _("no answer in time"));
}

/* libnfs words a refusal in many ways; those that say "not here" name the program or its version. */
static void on_reply(struct rpc_context *context, int status, void *data, void *user)
{
	struct rpc_conn *c = user;
	const char *said = status == RPC_STATUS_ERROR && data ? data : rpc_get_error(context);
	char why[160];

	if (status == RPC_STATUS_SUCCESS) {
		answer(c, NFS_ANSWERS, data);
		return;
	}
	if (status == RPC_STATUS_CANCEL || c->closing)
		return;
	snprintf(why, sizeof(why), "%s", said ? said : "?");
	fail(c, strcasestr(why, "not available") || strcasestr(why, "mismatch") ? NFS_ABSENT : NFS_BROKEN,
		why);
}

static void on_connected(struct rpc_context *context, int status, void *data, void *user)
{
	struct rpc_conn *c = user;

	(void)context;
	(void)data;
	if (status != RPC_STATUS_SUCCESS)
		return;
	c->connected = true;
	answer(c, NFS_ANSWERS, NULL);
}

/* The record in the socket's buffer; false while it is not complete, or when it is not to be read at all. */
static bool record_is_there(struct rpc_conn *c, int fd, bool ended)
{
	unsigned char buffer[MARK_SIZE + RPC_RECORD_MAX];
	const ssize_t n = recv(fd, buffer, sizeof(buffer), MSG_PEEK | MSG_DONTWAIT);
	int waiting = 0, want = MARK_SIZE;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < 0) {
		fail_errno(c, errno);
		return false;
	}
	if (n >= MARK_SIZE) {
		const uint32_t mark = (uint32_t)buffer[0] << 24 | (uint32_t)buffer[1] << 16 |
				      (uint32_t)buffer[2] << 8 | buffer[3];

		if ((mark & ~LAST_MARK) > RPC_RECORD_MAX || !(mark & LAST_MARK)) {
			fail(c, NFS_BROKEN, _("its answer is too long, or no RPC"));
			return false;
		}
		want += (int)(mark & ~LAST_MARK);
	}
	if (n < want) {
		/* woken again when all of it is there, or its end */
		setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &want, sizeof(want));
		if (n == 0 || ended)
			fail(c, NFS_BROKEN, _("it closes the connection without an answer"));
		return false;
	}
	if (ioctl(fd, FIONREAD, &waiting) < 0 || waiting > want) {
		fail(c, NFS_BROKEN, _("it sends more than it was asked for"));
		return false;
	}
	return true;
}

static void on_events(uv_poll_t *poll, int status, int events);

static void poll_on(struct rpc_conn *c)
{
	const int wanted = rpc_which_events(c->context);

	uv_poll_start(&c->poll,
		(wanted & POLLOUT ? UV_WRITABLE : 0) | (c->connected ? UV_READABLE | UV_DISCONNECT : 0),
		on_events);
}

static void release(struct rpc_conn *c);

/* Lets libnfs work; it calls back from within. */
static void serve(struct rpc_conn *c, int events)
{
	c->serving = true;
	const int status = rpc_service(c->context, events);
	c->serving = false;
	if (status < 0 && !c->closing) {
		const char *said = rpc_get_error(c->context);

		fail(c, NFS_BROKEN, said && *said != '\0' ? said : _("the connection broke"));
	}
	if (c->closing)
		release(c);
}

static void on_events(uv_poll_t *poll, int status, int events)
{
	struct rpc_conn *c = poll->data;
	const int fd = rpc_get_fd(c->context);
	int error = 0;
	socklen_t size = sizeof(error);

	if (!c->out) {
		/* said without being asked, or hung up between two questions: the next question will tell */
		uv_poll_stop(poll);
		return;
	}
	/* libuv says EBADF for whatever error a socket has: the socket itself knows which */
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (error == 0 && status < 0)
		error = -status;
	if (error != 0) {
		fail_errno(c, error);
		return;
	}
	if (events & UV_WRITABLE) {
		/* the time in which the loop was busy is not the server's */
		if (c->connected)
			c->asked_ns = uv_hrtime();
		serve(c, POLLOUT);
	} else if (record_is_there(c, fd, events & UV_DISCONNECT)) {
		serve(c, POLLIN);
	}
	if (!c->closed && c->out)
		poll_on(c);
}

static void on_error(uv_timer_t *timer)
{
	struct rpc_conn *c = timer->data;

	fail_errno(c, c->error);
}

static void arm(struct rpc_conn *c, uv_timer_cb then, int64_t ms)
{
	uv_update_time(c->options.loop);
	uv_timer_start(&c->deadline, then, (uint64_t)ms, 0);
}

void rpc_ask(struct rpc_conn *c, rpc_send_fn *send)
{
	const int low = MARK_SIZE;

	begin(c);
	arm(c, on_deadline, c->options.deadline_ms);
	setsockopt(rpc_get_fd(c->context), SOL_SOCKET, SO_RCVLOWAT, &low, sizeof(low));
	if (send(c->context, on_reply, c) == 0) {
		poll_on(c);
		return;
	}
	c->error = ENOMEM;
	arm(c, on_error, 0);
}

static void on_closed(uv_handle_t *handle)
{
	struct rpc_conn *c = handle->data;

	if (--c->open_handles > 0)
		return;
	rpc_destroy_context(c->context);
	free(c);
}

static void release(struct rpc_conn *c)
{
	if (c->closed)
		return;
	c->closed = true;
	c->open_handles = 1 + c->polled;
	uv_close((uv_handle_t *)&c->deadline, on_closed);
	if (c->polled)
		uv_close((uv_handle_t *)&c->poll, on_closed);
}

void rpc_close(struct rpc_conn *c)
{
	if (!c || c->closing)
		return;
	c->closing = true;
	if (!c->serving)
		release(c);
}

/* libnfs says "... Connection refused(111)" and has lost errno by then. */
static int error_said(const struct rpc_conn *c)
{
	const char *said = rpc_get_error(c->context);
	const char *number = said ? strrchr(said, '(') : NULL;
	const int error = number ? (int)strtol(number + 1, NULL, 10) : 0;

	return error > 0 ? error : EINVAL;
}

struct rpc_conn *rpc_open(const struct rpc_options *options)
{
	struct rpc_conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->options = *options;
	c->context = rpc_init_context();
	if (!c->context) {
		free(c);
		return NULL;
	}
	uv_timer_init(options->loop, &c->deadline);
	c->deadline.data = c->poll.data = c;
	begin(c);
	if (rpc_connect_async(c->context, options->address, options->port, on_connected, c) != 0)
		c->error = error_said(c);
	else if (uv_poll_init(options->loop, &c->poll, rpc_get_fd(c->context)) != 0)
		c->error = EMFILE;
	if (c->error != 0) {
		arm(c, on_error, 0);
		return c;
	}
	c->polled = true;
	arm(c, on_deadline, options->deadline_ms);
	poll_on(c);
	return c;
}
