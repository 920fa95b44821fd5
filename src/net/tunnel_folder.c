/*
 * tunnel_folder.c - the private folder of the tunnels' sockets: whoever could connect to them would be root on the
 * servers.
 */
#include "tunnel_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME     "/ollama-top-XXXXXX"
#define ATTEMPTS 3

/* ssh would expand % and $ in a path and split it at colons and spaces. */
static bool is_plain(const char *path)
{
	for (const char *c = path; *c != '\0'; c++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-", *c) == NULL)
			return false;
	return path[0] == '/';
}

/* An open and locked descriptor of a folder that is ours alone, -1 for any other; the kernel unlocks it when we die. */
static int lock_folder(int parent, const char *name)
{
	struct stat st;
	const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
		flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool is_name(const char *name)
{
	return strlen(name) == sizeof NAME - 2 && strncmp(name, NAME + 1, strcspn(NAME, "X") - 1) == 0;
}

/* Its ssh ended without having removed it. */
static bool is_dead_socket(const char *path)
{
	struct stat st;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const size_t len = strlen(path);
	if (len >= sizeof at.sun_path || lstat(path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	memcpy(at.sun_path, path, len + 1);
	const bool dead =
		fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) != 0 && errno == ECONNREFUSED;
	if (fd >= 0)
		close(fd);
	return dead;
}

/* What else is in it stays, and so does the folder then. */
static void remove_leftover(const char *path)
{
	char inner[PATH_MAX];
	DIR *dir = opendir(path);
	const struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if ((size_t)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) < sizeof inner &&
			is_dead_socket(inner))
			unlink(inner);
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

/* A process number would tell less than a lock: that of a container may be another's here. */
static void remove_leftovers(const char *parent)
{
	char path[PATH_MAX];
	DIR *dir = opendir(parent);
	const struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const int lock = is_name(entry->d_name) ? lock_folder(dirfd(dir), entry->d_name) : -1;
		if (lock < 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", parent, entry->d_name);
		remove_leftover(path);
		close(lock);
	}
	if (dir != NULL)
		closedir(dir);
}

/* mkdtemp() gives mode 0700; whose it is tells that nobody put his own there. */
static bool make_once(const char *parent, struct folder *folder)
{
	struct stat there, locked;
	snprintf(folder->path, sizeof folder->path, "%s" NAME, parent);
	if (mkdtemp(folder->path) == NULL)
		return false;
	folder->lock = lock_folder(AT_FDCWD, folder->path);
	if (folder->lock < 0)
		return false;
	/* Until it was locked, another who starts could take it for a leftover. */
	if (lstat(folder->path, &there) == 0 && fstat(folder->lock, &locked) == 0 &&
		there.st_dev == locked.st_dev && there.st_ino == locked.st_ino)
		return true;
	close(folder->lock);
	return false;
}

static bool make_in(const char *parent, struct folder *folder)
{
	if (parent == NULL || !is_plain(parent) || strlen(parent) + strlen(NAME) >= sizeof folder->path) {
		errno = ENAMETOOLONG;
		return false;
	}
	remove_leftovers(parent);
	for (int attempt = 0; attempt < ATTEMPTS; attempt++)
		if (make_once(parent, folder))
			return true;
	folder->path[0] = '\0';
	return false;
}

bool folder_make(struct folder *folder)
{
	return make_in(getenv("XDG_RUNTIME_DIR"), folder) || make_in("/tmp", folder);
}

void folder_remove(const struct folder *folder)
{
	DIR *dir = folder->path[0] != '\0' ? opendir(folder->path) : NULL;
	const struct dirent *entry;
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(folder->path);
}

void folder_free(struct folder *folder)
{
	folder_remove(folder);
	if (folder->path[0] != '\0')
		close(folder->lock);
	folder->path[0] = '\0';
}
