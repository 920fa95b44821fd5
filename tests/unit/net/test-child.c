/* Children as the kernel has them: real processes, real files. */
#include "net/child.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 10000

struct scene {
	uv_loop_t loop;
	uv_timer_t patience, often;
	struct children *children;
	bool exited, readable, late;
};

static void on_late(uv_timer_t *timer)
{
	((struct scene *)timer->data)->late = true;
}

/* The loop has to look at files that change without an event of its own. */
static void on_often(uv_timer_t *timer)
{
	(void)timer;
}

static void on_exit_seen(void *user)
{
	((struct scene *)user)->exited = true;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	((struct scene *)poll->data)->readable = status == 0 && (events & UV_READABLE) != 0;
}

static void begin(struct scene *s)
{
	*s = (struct scene){0};
	cr_assert_eq(uv_loop_init(&s->loop), 0);
	uv_timer_init(&s->loop, &s->patience);
	uv_timer_init(&s->loop, &s->often);
	s->patience.data = s->often.data = s;
	uv_timer_start(&s->patience, on_late, PATIENCE_MS, 0);
	uv_timer_start(&s->often, on_often, 10, 10);
	s->children = children_new(&s->loop);
	cr_assert_not_null(s->children);
}

static void end(struct scene *s)
{
	children_close(s->children);
	uv_close((uv_handle_t *)&s->patience, NULL);
	uv_close((uv_handle_t *)&s->often, NULL);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	cr_expect_eq(uv_loop_close(&s->loop), 0);
}

Test(child, whoever_gets_the_number_of_its_pipe_is_still_polled_after_its_death)
{
	static const char *const argv[] = {"sh", "-c", "exec 2>&-; sleep 0.3", NULL};
	struct scene s;
	uv_poll_t poll;
	int pair[2];
	begin(&s);
	int number = dup(STDIN_FILENO);
	close(number);
	cr_assert_not_null(child_start(s.children, argv, NULL, on_exit_seen, &s));
	cr_assert_geq(fcntl(number, F_GETFD), 0, "the next free number is the pipe's");
	while (fcntl(number, F_GETFD) >= 0 && !s.late)
		uv_run(&s.loop, UV_RUN_ONCE);

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	cr_assert_eq(pair[0], number);
	cr_assert_eq(uv_poll_init(&s.loop, &poll, pair[0]), 0);
	poll.data = &s;
	uv_poll_start(&poll, UV_READABLE, on_readable);
	while (!s.exited && !s.late)
		uv_run(&s.loop, UV_RUN_ONCE);
	cr_assert_eq(write(pair[1], "x", 1), 1);
	while (!s.readable && !s.late)
		uv_run(&s.loop, UV_RUN_ONCE);
	cr_expect(s.readable, "what comes there is seen");

	uv_close((uv_handle_t *)&poll, NULL);
	end(&s);
	close(pair[0]);
	close(pair[1]);
}
