#include "file.h"

#include "ollama-top/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct record_error *error, const char *path, const char *why)
{
	snprintf(error->text, sizeof(error->text), "%.500s: %s", path, why);
	return -1;
}

int file_create(const char *path, struct record_error *error)
{
	struct stat status;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		return fd;
	}
	if (errno != EEXIST) {
		return fail(error, path, strerror(errno));
	}
	/* What was recorded once must not be lost to a command that is called again. */
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		return fail(error, path, strerror(errno));
	}
	if (fstat(fd, &status) != 0 || S_ISREG(status.st_mode)) {
		close(fd);
		return fail(error, path, _("exists already; expected the name of a new file"));
	}
	(void)fcntl(fd, F_SETFL, 0);
	return fd;
}

FILE *file_read(const char *path, struct record_error *error)
{
	struct stat status;
	/* O_NONBLOCK: a FIFO nobody writes to must not hang the start. */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		fail(error, path, strerror(errno));
		return NULL;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		fail(error, path, _("is not a file; expected a recording"));
		return NULL;
	}
	FILE *file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		fail(error, path, _("out of memory"));
	}
	return file;
}
