/*
 * pool_lock.c - see pool_lock.h.
 */
#include "pool_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool names(const char *name, int fd, struct stat *st)
{
	struct stat named;

	return fstat(fd, st) == 0 && lstat(name, &named) == 0 && named.st_dev == st->st_dev &&
	       named.st_ino == st->st_ino;
}

static bool is_stale(const struct stat *st)
{
	const int64_t age = (int64_t)time(NULL) - (int64_t)st->st_mtim.tv_sec;

	/* One from the future is as wrong. */
	return S_ISREG(st->st_mode) && (age > POOL_LOCK_STALE_S || age < -POOL_LOCK_STALE_S);
}

/*
 * Removes what a dead owner left. The flock is asked for first: only who has it may remove, so that two who
 * find the same stale file never remove the fresh one of each other.
 */
static void remove_stale(const char *name)
{
	const int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && names(name, fd, &st) && is_stale(&st))
		unlink(name);
	close(fd);
}

static void wait_a_little(int64_t now)
{
	/* Not in step with the others who wait. */
	const struct timespec pause = {.tv_nsec = 2000000 + now % 8000000};

	nanosleep(&pause, NULL);
}

/* Creates the file; -1 with errno set, EEXIST when another has it. */
static int create(const char *name)
{
	const int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;

	if (fd < 0)
		return -1;
	/* Whoever looks at it for staleness has the flock for a moment. */
	while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
		;
	if (names(name, fd, &st))
		return fd;
	close(fd);
	errno = EEXIST;
	return -1;
}

bool pool_lock_take(struct pool_lock *lock, const char *path)
{
	const int64_t until = now_ns() + (int64_t)POOL_LOCK_WAIT_MS * 1000000;
	int64_t now = 0;

	lock->fd = -1;
	if (asprintf(&lock->name, "%s.tmp", path) < 0) {
		lock->name = NULL;
		errno = ENOMEM;
		return false;
	}
	while ((lock->fd = create(lock->name)) < 0 && errno == EEXIST && now < until) {
		remove_stale(lock->name);
		now = now_ns();
		wait_a_little(now);
	}
	if (lock->fd >= 0)
		return true;
	if (errno == EEXIST)
		errno = EAGAIN;
	return false;
}

bool pool_lock_held(const struct pool_lock *lock)
{
	struct stat st;

	return names(lock->name, lock->fd, &st);
}

void pool_lock_release(struct pool_lock *lock)
{
	const int kept = errno;

	if (lock->fd >= 0) {
		if (pool_lock_held(lock))
			unlink(lock->name);
		close(lock->fd);
	}
	free(lock->name);
	*lock = (struct pool_lock){.fd = -1};
	errno = kept;
}
