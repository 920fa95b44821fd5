/*
 * audit_file.c - appending, by several processes, with nothing lost or mixed.
 *
 * The lock is on a file of its own, opened anew for each line: a lock on the log would be on the wrong file after
 * another process turned it over, and a descriptor that lives on would share its lock with forked children.
 */
#include "audit_file.h"

#include "ollama-top/i18n.h"

#include "audit.h"
#include "net/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOG_NAME     "audit.jsonl"
#define LOCK_NAME    "audit.lock"
#define LOCK_POLL_MS 5

/* Every one that is missing, from the root on. */
static bool make_folders(char *path)
{
	for (char *slash = path; slash != NULL;) {
		slash = strchr(slash + 1, '/');
		if (slash != NULL)
			*slash = '\0';
		bool made = mkdir(path, S_IRWXU) == 0 || errno == EEXIST;
		/* Of a folder that exists, on a read-only file system or without the right to see it, mkdir may say so instead. */
		struct stat st;
		if (!made && stat(path, &st) != 0)
			return false;
		if (slash != NULL)
			*slash = '/';
	}
	return true;
}

int audit_folder(const char *path, struct parse_error *error)
{
	char *copy = strdup(path);
	int folder = -1;
	if (copy != NULL && make_folders(copy))
		folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (folder < 0)
		json_fail(error, _("the folder of the audit log, %s, cannot be used: %s"), path,
			strerror(errno));
	free(copy);
	return folder;
}

static bool file_fail(const char *path, const char *name, const char *what, struct parse_error *error)
{
	return json_fail(error, "%s: %s/%s: %s", what, path, name, strerror(errno));
}

static int64_t mono_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The lock's descriptor, whose close ends it; -1 with a sentence. */
static int lock(int folder, const char *path, struct parse_error *error)
{
	const struct timespec pause = {.tv_nsec = LOCK_POLL_MS * 1000000L};
	const int64_t deadline = mono_ms() + AUDIT_LOCK_MS;
	int fd = openat(folder, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (fd < 0) {
		file_fail(path, LOCK_NAME, _("the audit log cannot be opened"), error);
		return -1;
	}
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			file_fail(path, LOCK_NAME, _("the audit log cannot be locked"), error);
			close(fd);
			return -1;
		}
		if (mono_ms() >= deadline) {
			json_fail(error,
				_("the audit log in %s has been locked by another process for %d s: look for "
				  "a "
				  "stopped ollama-top"),
				path, AUDIT_LOCK_MS / 1000);
			close(fd);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

/* O_NONBLOCK: a pipe of that name must not make us wait for its reader. */
static int open_log(int folder, const char *path, struct stat *st, struct parse_error *error)
{
	int fd = openat(folder, LOG_NAME, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		S_IRUSR | S_IWUSR);
	if (fd < 0 || fstat(fd, st) != 0) {
		file_fail(path, LOG_NAME, _("the audit log cannot be opened"), error);
	} else if (!S_ISREG(st->st_mode)) {
		json_fail(error, _("the audit log %s/%s is not a regular file"), path, LOG_NAME);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static void old_name(char *buf, size_t size, int number)
{
	if (number == 0)
		snprintf(buf, size, "%s", LOG_NAME);
	else
		snprintf(buf, size, "%s.%d", LOG_NAME, number);
}

/* The oldest first, so that an end in between leaves a gap and not a loss. */
static bool turn_over(int folder, const char *path, struct parse_error *error)
{
	char from[32], to[32];
	for (int number = AUDIT_OLD_FILES; number > 0; number--) {
		old_name(from, sizeof from, number - 1);
		old_name(to, sizeof to, number);
		if (renameat(folder, from, folder, to) != 0 && errno != ENOENT)
			return file_fail(path, from, _("the audit log cannot be renamed"), error);
	}
	return true;
}

static bool is_torn(int fd, off_t size)
{
	char last = '\n';
	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* One write; what is cut short (a full disk) is taken back, so that the line is there whole or not at all. */
static bool put(int fd, off_t size, const char *line, size_t len, const char *path, struct parse_error *error)
{
	bool torn = is_torn(fd, size);
	const char *start = torn ? line : line + 1;
	size_t wanted = torn ? len : len - 1;
	ssize_t n = write(fd, start, wanted);
	if (n == (ssize_t)wanted)
		return true;
	if (n >= 0)
		errno = ENOSPC;
	file_fail(path, LOG_NAME, _("the audit log cannot be written"), error);
	if (n > 0 && ftruncate(fd, size) != 0)
		json_fail(error, _("the audit log %s/%s was cut short in the middle of a line: %s"), path,
			LOG_NAME, strerror(errno));
	return false;
}

/* Under the lock: the log's descriptor with the line written, or -1 with a sentence. */
static int append(int folder, const char *path, const char *line, size_t len, struct parse_error *error)
{
	struct stat st;
	int fd = open_log(folder, path, &st, error);
	if (fd >= 0 && st.st_size > 0 && st.st_size + (off_t)len > AUDIT_ROTATE_BYTES) {
		close(fd);
		fd = turn_over(folder, path, error) ? open_log(folder, path, &st, error) : -1;
	}
	if (fd >= 0 && !put(fd, st.st_size, line, len, path, error)) {
		close(fd);
		return -1;
	}
	if (fd >= 0 && st.st_size == 0)
		fsync(folder); /* the name of a new file; where a folder cannot be synced it is kept otherwise */
	return fd;
}

bool audit_append(int folder, const char *path, const char *line, size_t len, struct parse_error *error)
{
	int locked = lock(folder, path, error);
	if (locked < 0)
		return false;
	int fd = append(folder, path, line, len, error);
	close(locked);
	if (fd < 0)
		return false;
	/* After the lock is given up: the disk is the slowest of all, and others need not wait for it. */
	bool fine = fdatasync(fd) == 0;
	if (!fine)
		json_fail(error, _("the audit log %s/%s was written, but not confirmed by the disk: %s"),
			path, LOG_NAME, strerror(errno));
	close(fd);
	return fine;
}
