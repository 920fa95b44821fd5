/*
 * pool_lock.h - the temporary file beside the dynamic file, which also keeps two changes apart.
 *
 * Whoever creates PATH.tmp (O_EXCL) may change PATH; renaming it over PATH ends that. Its owner holds a flock on it as well,
 * so that one whose owner died can be told from one at work and is taken over after POOL_LOCK_STALE_S. No other file is
 * left behind, and none whose name Traefik would load.
 */
#ifndef OPS_POOL_LOCK_H
#define OPS_POOL_LOCK_H

#include <stdbool.h>

#define POOL_LOCK_STALE_S 60
#define POOL_LOCK_WAIT_MS 5000

struct pool_lock {
	char *name; /* PATH.tmp */
	int fd;     /* open for writing, empty at first, mode 0600 */
};

/* Waits at most POOL_LOCK_WAIT_MS. False with errno set, EAGAIN when another change did not end in time. */
bool pool_lock_take(struct pool_lock *lock, const char *path);

/* Whether the name still means our file: not after a sleep of the machine that made others take over. */
bool pool_lock_held(const struct pool_lock *lock);

/* Closes it, and removes the file if it still has its name. errno is kept. */
void pool_lock_release(struct pool_lock *lock);

#endif
