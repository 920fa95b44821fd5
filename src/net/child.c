/*
 * child.c - fork, exec, SIGCHLD and the pipe of standard error; see child.h.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#elif defined __FreeBSD__
#include <sys/procctl.h>
#endif

#define LINE_SIZE 512
/* One that writes without end must not hold the loop. */
#define READS_MAX 16
#define KILL_MS   300

struct child {
	LIST_ENTRY(child) in_children;
	struct children *children;
	pid_t pid; /* 0: gone */
	uv_poll_t poll;
	int fd;
	bool ended; /* it has closed its end */
	child_line_fn *on_line;
	child_exit_fn *on_exit; /* NULL: dropped */
	void *user;
	char line[LINE_SIZE];
	size_t len;
};

struct children {
	uv_loop_t *loop;
	uv_signal_t signal;
	uv_timer_t timer;
	LIST_HEAD(, child) list;
	int handles;
	bool closing;
};

static void tell_line(struct child *c)
{
	if (c->len == 0)
		return;
	c->line[c->len] = '\0';
	c->len = 0;
	if (c->on_line != NULL)
		c->on_line(c->user, c->line);
}

static void take_bytes(struct child *c, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n' || c->len == LINE_SIZE - 1)
			tell_line(c);
		if (bytes[i] != '\n' && bytes[i] != '\0')
			c->line[c->len++] = bytes[i];
	}
}

static void stop(struct child *c)
{
	uv_poll_stop(&c->poll);
	c->ended = true;
}

void child_listen(struct child *c)
{
	char bytes[1024];
	for (int i = 0; !c->ended && i < READS_MAX; i++) {
		ssize_t n = read(c->fd, bytes, sizeof bytes);
		if (n > 0)
			take_bytes(c, bytes, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			stop(c);
		else if (errno == EAGAIN)
			return;
	}
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct child *c = poll->data;
	(void)events;
	if (status < 0)
		stop(c);
	else
		child_listen(c);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct children *children = handle->data;
	if (--children->handles == 0)
		free(children);
}

static void finish_close(struct children *children)
{
	if (!children->closing || !LIST_EMPTY(&children->list) ||
		uv_is_closing((uv_handle_t *)&children->signal))
		return;
	uv_close((uv_handle_t *)&children->signal, on_handle_closed);
	uv_close((uv_handle_t *)&children->timer, on_handle_closed);
}

static void on_child_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* uv_close() takes the number out of the loop's epoll: of somebody else's file, were ours closed before. */
static void bury(struct child *c)
{
	child_exit_fn *on_exit = c->on_exit;
	void *user = c->user;
	child_listen(c);
	tell_line(c);
	LIST_REMOVE(c, in_children);
	uv_close((uv_handle_t *)&c->poll, on_child_closed);
	close(c->fd);
	if (on_exit != NULL)
		on_exit(user);
}

/* Only our own are asked for: others of this process are others' business. */
static struct child *find_gone(struct children *children)
{
	struct child *c;
	LIST_FOREACH(c, &children->list, in_children)
	{
		int status;
		pid_t got = waitpid(c->pid, &status, WNOHANG);
		if (got == c->pid || (got < 0 && errno == ECHILD))
			return c;
	}
	return NULL;
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct children *children = handle->data;
	struct child *c;
	(void)number;
	while ((c = find_gone(children)) != NULL)
		bury(c);
	finish_close(children);
}

static void on_late(uv_timer_t *timer)
{
	struct children *children = timer->data;
	struct child *c;
	LIST_FOREACH(c, &children->list, in_children)
	child_signal(c, SIGKILL);
}

struct children *children_new(uv_loop_t *loop)
{
	struct children *children = calloc(1, sizeof *children);
	if (children == NULL)
		return NULL;
	children->loop = loop;
	LIST_INIT(&children->list);
	uv_signal_init(loop, &children->signal);
	uv_timer_init(loop, &children->timer);
	children->signal.data = children->timer.data = children;
	children->handles = 2;
	uv_signal_start(&children->signal, on_signal, SIGCHLD);
	uv_unref((uv_handle_t *)&children->signal);
	return children;
}

void children_close(struct children *children)
{
	struct child *c;
	if (children == NULL || children->closing)
		return;
	children->closing = true;
	LIST_FOREACH(c, &children->list, in_children)
	child_drop(c);
	uv_ref((uv_handle_t *)&children->signal);
	uv_timer_start(&children->timer, on_late, KILL_MS, KILL_MS);
	finish_close(children);
}

/* Whoever starts after the parent's death is not told of it: hence the second look. */
static void die_with_parent(pid_t parent)
{
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGTERM);
#elif defined __FreeBSD__
	int number = SIGTERM;
	procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &number);
#endif
	if (getppid() != parent)
		_exit(127);
}

/* In the child, after fork: only what is safe there. */
static void become(const char *const *argv, int err, pid_t parent)
{
	static const char lost[] = ": not found\n";
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	die_with_parent(parent);
	int null = open("/dev/null", O_RDWR);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execvp(argv[0], (char *const *)argv);
	ssize_t written = write(STDERR_FILENO, argv[0], strlen(argv[0]));
	written += write(STDERR_FILENO, lost, sizeof lost - 1);
	_exit(written > 0 ? 127 : 126);
}

static bool open_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return true;
}

struct child *child_start(struct children *children, const char *const *argv, child_line_fn *on_line,
	child_exit_fn *on_exit, void *user)
{
	int ends[2];
	struct child *c = calloc(1, sizeof *c);
	if (c == NULL || !open_pipe(ends)) {
		free(c);
		return NULL;
	}
	pid_t parent = getpid();
	c->pid = fork();
	if (c->pid == 0)
		become(argv, ends[1], parent);
	int why = errno;
	close(ends[1]);
	if (c->pid < 0 || uv_poll_init(children->loop, &c->poll, ends[0]) != 0) {
		if (c->pid > 0)
			kill(c->pid, SIGKILL);
		close(ends[0]);
		free(c);
		errno = why;
		return NULL;
	}
	c->children = children;
	c->fd = ends[0];
	c->on_line = on_line;
	c->on_exit = on_exit;
	c->user = user;
	c->poll.data = c;
	uv_poll_start(&c->poll, UV_READABLE, on_readable);
	uv_unref((uv_handle_t *)&c->poll);
	LIST_INSERT_HEAD(&children->list, c, in_children);
	return c;
}

void child_signal(const struct child *c, int number)
{
	kill(c->pid, number);
}

void child_drop(struct child *c)
{
	if (c == NULL)
		return;
	c->on_line = NULL;
	c->on_exit = NULL;
	kill(c->pid, SIGTERM);
}
