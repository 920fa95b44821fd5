#include "zone_file.h"

#include "ollama-top/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONES     "/usr/share/zoneinfo"
#define LOCALTIME "/etc/localtime"
#define PATH_SIZE 4096

bool zone_name_is_good(const char *name)
{
	for (const char *s = name; *s != '\0'; s++) {
		const bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
		const bool other = (*s >= '0' && *s <= '9') || strchr("_+-/", *s);
		if (!letter && !other) {
			return false;
		}
	}
	return name[0] != '\0' && name[0] != '/' && name[strlen(name) - 1] != '/' && !strstr(name, "//");
}

/* At most ZONE_BYTES_MAX bytes; 0 when it cannot be read. */
static size_t read_all(int fd, unsigned char *data)
{
	size_t used = 0;
	ssize_t n = 1;
	while (n > 0 && used < ZONE_BYTES_MAX) {
		n = read(fd, data + used, ZONE_BYTES_MAX - used);
		if (n < 0 && errno == EINTR) {
			n = 1;
		} else if (n > 0) {
			used += (size_t)n;
		}
	}
	return n < 0 ? 0 : used;
}

static bool read_path(const char *path, unsigned char **data, size_t *len)
{
	struct stat status;
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		return false;
	}
	unsigned char *bytes =
		fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? malloc(ZONE_BYTES_MAX) : NULL;
	const size_t used = bytes ? read_all(fd, bytes) : 0;
	close(fd);
	if (used == 0 || !zone_is_good(bytes, used)) {
		free(bytes);
		return false;
	}
	*data = malloc(used);
	*len = *data ? used : 0;
	if (*data) {
		memcpy(*data, bytes, used);
	}
	free(bytes);
	return *data != NULL;
}

static bool is_utc(const char *name)
{
	return strcmp(name, "UTC") == 0 || strcmp(name, "UTC0") == 0 || strcmp(name, "Etc/UTC") == 0;
}

/* UTC needs no file, nor does a machine without zones and without $TZ. */
bool zone_file_read(const char *name, unsigned char **data, size_t *len)
{
	char path[PATH_SIZE];
	const char *folder = getenv("TZDIR");
	const char *local = getenv("TZ");
	*data = NULL;
	*len = 0;
	if (!name && (!local || local[0] == '\0')) {
		return local || read_path(LOCALTIME, data, len) || access(LOCALTIME, F_OK) != 0;
	}
	if (!name) {
		name = local + (local[0] == ':');
	}
	if (is_utc(name)) {
		return true;
	}
	if (!name[0] || (name[0] != '/' && !zone_name_is_good(name))) {
		return false;
	}
	const int n = name[0] == '/' ? snprintf(path, sizeof(path), "%s", name)
				     : snprintf(path, sizeof(path), "%s/%s",
					       folder && folder[0] == '/' ? folder : ZONES, name);
	return n > 0 && (size_t)n < sizeof(path) && read_path(path, data, len);
}
