/* Lines are written in a thread: in their order, while the loop goes on, and told when they are on the disk. */
#include "ops/audit_queue.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[256], folder[300];
static uv_loop_t loop;
static struct audit_queue queue;
static int told, failed, turns;

static void start(void)
{
	const char *tmp = getenv("TEST_TMP");
	snprintf(root, sizeof root, "%s/audit-queue-XXXXXX", tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(root));
	snprintf(folder, sizeof folder, "%s/ollama-top", root);
	setenv("XDG_STATE_HOME", root, 1);
	cr_assert_eq(uv_loop_init(&loop), 0);
	audit_queue_init(&queue, &loop);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

static void end(void)
{
	cr_expect_not(audit_queue_busy(&queue));
	audit_queue_close(&queue);
	cr_expect_eq(uv_loop_close(&loop), 0);
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TestSuite(audit_queue, .init = start, .fini = end, .timeout = 60);

static void written(void *user, const char *error)
{
	(void)user;
	told++;
	failed += error != NULL;
}

static void add(const char *message, audit_written_fn *fn, void *user)
{
	audit_queue_add(&queue,
		&(struct audit_line){.id = "op-1",
			.operation = "scale",
			.target = "84",
			.event = AUDIT_STEP,
			.message = message},
		fn, user);
}

Test(audit_queue, keeps_the_order)
{
	char path[400], line[2048], wanted[32];
	int n = 0;
	for (int i = 0; i < 20; i++) {
		char message[32];
		snprintf(message, sizeof message, "step %d.", i);
		add(message, written, NULL);
	}
	cr_expect(audit_queue_busy(&queue));
	cr_expect_eq(told, 0, "nothing is told before the loop turns");
	uv_run(&loop, UV_RUN_DEFAULT);
	cr_expect_eq(told, 20);
	cr_expect_eq(failed, 0);
	snprintf(path, sizeof path, "%s/audit.jsonl", folder);
	FILE *f = fopen(path, "r");
	cr_assert_not_null(f);
	for (; fgets(line, sizeof line, f) != NULL; n++) {
		snprintf(wanted, sizeof wanted, "\"step %d.\"", n);
		cr_expect(strstr(line, wanted) != NULL, "%s", line);
	}
	fclose(f);
	cr_expect_eq(n, 20);
}

static void turn(uv_timer_t *timer)
{
	turns++;
	if (turns == 10) {
		cr_expect_eq(told, 0, "written under another's lock");
		close(*(int *)timer->data);
		uv_close((uv_handle_t *)timer, NULL);
	}
}

Test(audit_queue, the_loop_goes_on_behind_the_lock_of_another)
{
	uv_timer_t timer;
	char path[400];
	cr_assert_eq(mkdir(folder, S_IRWXU), 0);
	snprintf(path, sizeof path, "%s/audit.lock", folder);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	timer.data = &fd;
	uv_timer_init(&loop, &timer);
	uv_timer_start(&timer, turn, 20, 20);
	add("waits", written, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	cr_expect_eq(turns, 10);
	cr_expect_eq(told, 1);
	cr_expect_eq(failed, 0);
}

Test(audit_queue, who_is_forgotten_is_not_told)
{
	int one = 0, other = 0;
	add("first", written, &one);
	add("second", written, &other);
	audit_queue_forget(&queue, &one);
	uv_run(&loop, UV_RUN_DEFAULT);
	cr_expect_eq(told, 1);
}

Test(audit_queue, what_cannot_be_written_is_told)
{
	setenv("XDG_STATE_HOME", "/proc/nowhere", 1);
	add("lost", written, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	cr_expect_eq(told, 1);
	cr_expect_eq(failed, 1);
}
