/*
 * audit_count.c - follows the audit log, over its turns, and counts what ended how.
 */
#include "ollama-top/audit_count.h"

#include "audit.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_NAME "audit.jsonl"
#define OLD_NAME "audit.jsonl.1"
#define READ_MS  5000
#define READ_MAX ((size_t)256 << 10) /* at a time; no line is as long */

struct audit_count {
	uv_timer_t timer;
	uv_work_t work;
	bool out; /* a read is under way, and owns what follows */
	char *path;
	ino_t inode; /* of the file that is read; 0: there was none */
	off_t at;    /* read up to here */
	bool placed; /* the place to begin at is known */
	bool fine;   /* the last read worked */
	char bytes[READ_MAX];
	size_t len;

	struct audit_counts counts;
	bool known;
};

const char *audit_count_outcome(size_t outcome)
{
	return audit_outcome_name(AUDIT_DONE + (enum audit_outcome)outcome);
}

static const char *text_of(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
	return text != NULL ? text : "";
}

static size_t outcome_of(const char *name)
{
	size_t i = 0;
	while (i < AUDIT_COUNT_OUTCOMES && strcmp(audit_count_outcome(i), name) != 0)
		i++;
	return i;
}

static int kind_of(const char *name)
{
	int kind = 0;
	while (kind < OP_KIND_COUNT && strcmp(op_info((enum op_kind)kind)->name, name) != 0)
		kind++;
	return kind;
}

void audit_count_line(struct audit_counts *counts, const char *line, size_t len)
{
	cJSON *json = cJSON_ParseWithLength(line, len);
	const int kind = kind_of(text_of(json, "operation"));
	const size_t outcome = outcome_of(text_of(json, "outcome"));
	if (strcmp(text_of(json, "event"), "end") == 0 && kind < OP_KIND_COUNT &&
		outcome < AUDIT_COUNT_OUTCOMES)
		counts->of[kind][outcome]++;
	cJSON_Delete(json);
}

/* From the pool's thread on. A pipe of that name must not make us wait. */
static int open_file(int folder, const char *name, struct stat *st)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Whole lines of what is new; a line that is being written is left for the next time. */
static void read_on(struct audit_count *c, int fd)
{
	const ssize_t n = pread(fd, c->bytes, READ_MAX, c->at);
	const char *end = n > 0 ? memrchr(c->bytes, '\n', (size_t)n) : NULL;
	if (end != NULL)
		c->len = (size_t)(end - c->bytes) + 1;
	else if (n == (ssize_t)READ_MAX)
		c->at += n; /* nothing that we wrote */
	c->at += (off_t)c->len;
}

/* What is left of the file that was turned over since; true when there was something. */
static bool read_old(struct audit_count *c, int folder)
{
	struct stat st;
	const int fd = c->inode != 0 ? open_file(folder, OLD_NAME, &st) : -1;
	if (fd < 0)
		return false;
	if (st.st_ino == c->inode)
		read_on(c, fd);
	close(fd);
	return c->len > 0;
}

static void read_folder(struct audit_count *c, int folder)
{
	struct stat st;
	const int fd = open_file(folder, LOG_NAME, &st);
	if (!c->placed) {
		c->placed = true;
		c->inode = fd >= 0 ? st.st_ino : 0;
		c->at = fd >= 0 ? st.st_size : 0;
	} else if (fd >= 0 && st.st_ino == c->inode) {
		read_on(c, fd);
	} else if (fd >= 0 && !read_old(c, folder)) {
		c->inode = st.st_ino;
		c->at = 0;
		read_on(c, fd);
	}
	if (fd >= 0)
		close(fd);
}

static void read_log(uv_work_t *work)
{
	struct audit_count *c = work->data;
	const int folder = open(c->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	c->len = 0;
	/* without a folder nothing was done yet, and all that comes is new */
	c->fine = folder >= 0 || errno == ENOENT;
	c->placed |= c->fine && folder < 0;
	if (folder < 0)
		return;
	read_folder(c, folder);
	close(folder);
}

static void on_read(uv_work_t *work, int status)
{
	struct audit_count *c = work->data;
	c->out = false;
	if (status != 0)
		return;
	c->known |= c->fine;
	/* what was read ends in a line feed */
	for (size_t at = 0; c->fine && at < c->len;) {
		const char *line = c->bytes + at;
		const size_t len = (size_t)((const char *)memchr(line, '\n', c->len - at) - line);
		audit_count_line(&c->counts, line, len);
		at += len + 1;
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct audit_count *c = timer->data;
	if (!c->out)
		c->out = uv_queue_work(timer->loop, &c->work, read_log, on_read) == 0;
}

struct audit_count *audit_count_new(uv_loop_t *loop)
{
	struct audit_count *c = calloc(1, sizeof *c);
	char *path = audit_folder_path();
	if (c == NULL || path == NULL) {
		free(c);
		free(path);
		return NULL;
	}
	c->path = path;
	c->work.data = c->timer.data = c;
	uv_timer_init(loop, &c->timer);
	uv_timer_start(&c->timer, on_timer, 0, READ_MS);
	return c;
}

const struct audit_counts *audit_count_get(const struct audit_count *c)
{
	return c->known ? &c->counts : NULL;
}

void audit_count_close(struct audit_count *c)
{
	if (c == NULL)
		return;
	uv_close((uv_handle_t *)&c->timer, NULL);
	if (c->out)
		uv_cancel((uv_req_t *)&c->work);
}

bool audit_count_stuck(const struct audit_count *c)
{
	return c != NULL && c->out;
}

void audit_count_free(struct audit_count *c)
{
	if (c == NULL)
		return;
	free(c->path);
	free(c);
}
