/*
 * pool_file.c - see pool_file.h.
 */
#include "pool_file.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "pool_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* So often a change of somebody else between our reading and writing makes us begin again. */
#define TRIES 5

/* A sentence of ours about the path as it was given. */
static bool fail(struct pool_error *error, const char *path, const char *sentence)
{
	char name[TEXT_NAME_MAX];

	text_clean(name, sizeof name, path, strlen(path));
	return pool_fail(error, 0, 0, "%s: %s", name, sentence);
}

/* What failed, why, and what to do about it. */
static bool fail_errno(struct pool_error *error, const char *path, const char *what)
{
	static const struct {
		int error;
		const char *advice;
	} table[] = {
		{EACCES, N_("run ollama-top as a user who may write the file and its folder")},
		{EPERM, N_("run ollama-top as the file's owner")},
		{EROFS, N_("make the file system writable, or leave out dynamic_file and change the balancer "
			   "by hand")},
		{EBUSY, N_("the file is mounted by itself, so that it cannot be replaced; mount its folder "
			   "instead")},
		{ENOSPC, N_("make room on its file system")},
		{EDQUOT, N_("make room on its file system")},
		{ENOENT, N_("create it, or correct traefik.dynamic_file in the configuration")},
		{EAGAIN, N_("another change is under way; try again, and if no ollama-top runs, remove the "
			    "file "
			    "that ends in .tmp beside it")},
		{EISDIR, N_("correct traefik.dynamic_file in the configuration")},
	};
	const int code = errno;
	const char *advice = _("look at the file and its folder");
	char sentence[512];

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].error == code)
			advice = _(table[i].advice);
	snprintf(sentence, sizeof sentence, "%s (%s); %s", what, strerror(code), advice);
	return fail(error, path, sentence);
}

/* Puts the path before what is wrong with the text. */
static void name_path(struct pool_error *error, const char *path)
{
	const struct pool_error inner = *error;
	char name[TEXT_NAME_MAX];

	text_clean(name, sizeof name, path, strlen(path));
	if (inner.line > 0)
		snprintf(error->text, sizeof error->text, "%s:%zu:%zu: %.480s", name, inner.line,
			inner.column, inner.text);
	else
		snprintf(error->text, sizeof error->text, "%s: %.500s", name, inner.text);
}

/* FNV-1a, 64 bits: against changes that are overlooked, not against forgery. */
static uint64_t hash_of(const char *text, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
	return hash;
}

static struct pool_stamp stamp_of(const struct stat *st, const char *text, size_t len)
{
	return (struct pool_stamp){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = len,
		.mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
		.hash = hash_of(text, len),
	};
}

/* All bytes of an open file, at most `size`; -1 with errno set. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t got = 1;

	while (len < size && got != 0) {
		got = read(fd, text + len, size - len);
		if (got < 0 && errno != EINTR)
			return -1;
		len += got > 0 ? (size_t)got : 0;
	}
	return (ssize_t)len;
}

static bool read_open(int fd, const char *path, struct pool_file *file, struct pool_error *error)
{
	struct stat st;
	ssize_t len;

	if (fstat(fd, &st) != 0)
		return fail_errno(error, path, _("cannot be read"));
	if (!S_ISREG(st.st_mode))
		return fail(error, path,
			_("not a regular file; correct traefik.dynamic_file in the configuration"));
	file->text = malloc(POOL_TEXT_MAX + 1);
	if (file->text == NULL)
		return fail(error, path, _("out of memory"));
	len = read_all(fd, file->text, POOL_TEXT_MAX + 1);
	if (len < 0)
		return fail_errno(error, path, _("cannot be read"));
	file->len = (size_t)len;
	if (file->len > POOL_TEXT_MAX)
		return fail(error, path, _("larger than 1M; keep the service in a file of its own"));
	file->stamp = stamp_of(&st, file->text, file->len);
	file->mode = st.st_mode & 07777;
	file->uid = st.st_uid;
	file->gid = st.st_gid;
	return true;
}

void pool_file_clear(struct pool_file *file)
{
	free(file->text);
	*file = (struct pool_file){0};
}

bool pool_file_read(const char *path, struct pool_file *file, struct pool_error *error)
{
	/* Never waits for a FIFO's writer. */
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	bool good;

	*file = (struct pool_file){0};
	if (fd < 0)
		return fail_errno(error, path, _("cannot be read"));
	good = read_open(fd, path, file, error);
	close(fd);
	if (!good)
		pool_file_clear(file);
	return good;
}

static bool write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		const ssize_t put = write(fd, text, len);

		if (put < 0 && errno != EINTR)
			return false;
		text += put > 0 ? put : 0;
		len -= put > 0 ? (size_t)put : 0;
	}
	return true;
}

/* Fills an open file anew, with the owner and mode of the file that it is for, down to the disk. */
static bool fill(int fd, const char *text, size_t len, const struct pool_file *like)
{
	struct stat st;

	if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0 || !write_all(fd, text, len) ||
		fstat(fd, &st) != 0)
		return false;
	if ((st.st_uid != like->uid || st.st_gid != like->gid) && fchown(fd, like->uid, like->gid) != 0)
		return false;
	return fchmod(fd, like->mode) == 0 && fsync(fd) == 0;
}

static bool write_backup(const char *path, const struct pool_file *file)
{
	char *name;
	int fd, kept;
	bool good;

	if (asprintf(&name, "%s.bak", path) < 0)
		return false;
	/* Not opened if it exists: it could be a link to elsewhere. */
	good = unlink(name) == 0 || errno == ENOENT;
	fd = good ? open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	good = fd >= 0 && fill(fd, file->text, file->len, file);
	kept = errno;
	if (fd >= 0)
		close(fd);
	free(name);
	errno = kept;
	return good;
}

/* A rename lasts when its folder is on the disk. Some file systems cannot do that; the change holds without it. */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
		slash == path ? strdup("/") : strndup(path, slash != NULL ? (size_t)(slash - path) : 0);
	const int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

/* A change under way: the file itself, where links led to. */
struct work {
	struct pool_change *change;
	char *path;
	bool undo;
	struct pool_lock lock;
	struct pool_file seen;
	char *text; /* that is to be written */
	size_t len;
};

static bool same_bytes(const struct pool_file *a, const struct pool_file *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->text, b->text, a->len) == 0);
}

/* From what was read to what is to be written. */
static enum pool_outcome compute(struct work *w)
{
	struct pool_change *c = w->change;
	const bool untouched = c->now.size == w->seen.stamp.size && c->now.hash == w->seen.stamp.hash;
	const enum pool_verb back = c->verb == POOL_ADD ? POOL_REMOVE : POOL_ADD;
	enum pool_outcome outcome;

	free(w->text);
	w->text = NULL;
	if (w->undo && untouched) {
		w->text = malloc(c->before_len + 1);
		if (w->text == NULL) {
			fail(&c->error, c->path, _("out of memory"));
			return POOL_FAILED;
		}
		memcpy(w->text, c->before, c->before_len);
		w->len = c->before_len;
		return POOL_CHANGED;
	}
	outcome = pool_text_change(w->undo ? back : c->verb, w->seen.text, w->seen.len, c->service, c->url,
		&w->text, &w->len, &c->error);
	if (outcome == POOL_FAILED)
		name_path(&c->error, c->path);
	return outcome;
}

/* Writes both files beside the one that is to be replaced. */
static bool prepare(struct work *w)
{
	struct pool_change *c = w->change;

	if (!fill(w->lock.fd, w->text, w->len, &w->seen))
		return fail_errno(&c->error, c->path, _("its replacement cannot be written"));
	if (!write_backup(w->path, &w->seen))
		return fail_errno(&c->error, c->path, _("its backup cannot be written"));
	return true;
}

static bool replace(struct work *w)
{
	struct pool_change *c = w->change;
	struct stat st;

	if (!pool_lock_held(&w->lock)) {
		errno = EAGAIN;
		return fail_errno(&c->error, c->path, _("cannot be replaced"));
	}
	if (fstat(w->lock.fd, &st) != 0 || rename(w->lock.name, w->path) != 0)
		return fail_errno(&c->error, c->path, _("cannot be replaced"));
	sync_folder(w->path);
	c->now = stamp_of(&st, w->text, w->len);
	return true;
}

/* Keeps the bytes before for an undo. */
static void keep_before(struct work *w)
{
	struct pool_change *c = w->change;

	free(c->before);
	c->before = w->seen.text;
	c->before_len = w->seen.len;
	w->seen.text = NULL;
}

/* Reads, computes, writes, and reads again: until nobody else changed the file meanwhile. */
static enum pool_outcome work_locked(struct work *w)
{
	struct pool_change *c = w->change;

	if (!pool_file_read(w->path, &w->seen, &c->error))
		return POOL_FAILED;
	for (int i = 0; i < TRIES; i++) {
		const enum pool_outcome outcome = compute(w);
		struct pool_file again;
		bool same;

		if (outcome == POOL_SAME)
			c->now = w->seen.stamp;
		if (outcome != POOL_CHANGED)
			return outcome;
		if (!prepare(w) || !pool_file_read(w->path, &again, &c->error))
			return POOL_FAILED;
		same = same_bytes(&w->seen, &again);
		pool_file_clear(&w->seen);
		w->seen = again;
		if (same) {
			if (!replace(w))
				return POOL_FAILED;
			keep_before(w);
			return POOL_CHANGED;
		}
	}
	fail(&c->error, c->path,
		_("keeps being changed by something else; nothing was written, try again when it is quiet"));
	return POOL_FAILED;
}

static bool is_toml(const char *path)
{
	const size_t len = strlen(path);

	return len > 5 && strcasecmp(path + len - 5, ".toml") == 0;
}

static enum pool_outcome work(struct pool_change *c, bool undo)
{
	struct work w = {.change = c, .undo = undo, .lock = {.fd = -1}};
	enum pool_outcome outcome = POOL_FAILED;

	w.path = realpath(c->path, NULL);
	if (w.path == NULL)
		fail_errno(&c->error, c->path, _("cannot be read"));
	else if (is_toml(w.path))
		fail(&c->error, c->path,
			_("TOML is not understood; expected a file in YAML, or change it by hand"));
	else if (faccessat(AT_FDCWD, w.path, W_OK, AT_EACCESS) != 0 || !pool_lock_take(&w.lock, w.path))
		/* A rename would replace a write-protected file too, and somebody protected it. */
		fail_errno(&c->error, c->path, _("cannot be written"));
	else
		outcome = work_locked(&w);
	if (outcome != POOL_FAILED) {
		c->others = c->expected.ino != 0 &&
			    (c->expected.hash != w.seen.stamp.hash || c->expected.size != w.seen.stamp.size);
	}
	pool_lock_release(&w.lock);
	pool_file_clear(&w.seen);
	free(w.text);
	free(w.path);
	return outcome;
}

enum pool_outcome pool_file_change(struct pool_change *change)
{
	change->others = false;
	return work(change, false);
}

enum pool_outcome pool_file_undo(struct pool_change *change)
{
	change->expected = change->now;
	change->others = false;
	return work(change, true);
}

void pool_change_clear(struct pool_change *change)
{
	free(change->before);
	change->before = NULL;
	change->before_len = 0;
}
