/*
 * anonymise.c - a recording without anybody's names. It is read twice: a name may stand in a text before it is told
 * what it is the name of.
 */
#include "file.h"
#include "line.h"
#include "ollama-top/i18n.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct copy {
	const char *from, *to;
	struct names *names;
	FILE *out; /* NULL: names are only learned */
	struct record_error *error;
};

static bool fail(struct copy *copy, const char *path, const char *why)
{
	snprintf(copy->error->text, sizeof(copy->error->text), "%.500s: %s", path, why);
	return false;
}

static bool put(struct copy *copy, char *line)
{
	const bool good = line != NULL;
	const bool written = !good || !copy->out || fprintf(copy->out, "%s\n", line) >= 0;
	free(line);
	return !good      ? fail(copy, copy->to, _("out of memory"))
	       : !written ? fail(copy, copy->to, strerror(errno))
			  : true;
}

static bool copy_lines(struct copy *copy, struct line_reader *reader)
{
	struct fleet_spec *spec = NULL;
	struct fleet_change change;
	int64_t at;
	int64_t wall;
	enum line_result result = LINE_GOOD;
	if (!line_read_header(reader, &spec, &at, &wall, copy->error)) {
		return false;
	}
	bool good = put(copy, line_header(spec, at, wall, copy->names));
	spec_free(spec);
	while (good && (result = line_read_change(reader, &change, copy->error)) == LINE_GOOD) {
		good = put(copy, line_change(&change, copy->names));
	}
	return good && result == LINE_END;
}

static bool pass(struct copy *copy)
{
	struct line_reader reader;
	FILE *file = file_read(copy->from, copy->error);
	if (!file) {
		return false;
	}
	line_open(&reader, file, copy->from);
	const bool good = copy_lines(copy, &reader);
	line_close(&reader);
	return good;
}

/* A half of it must not be taken for the whole; a device stays. */
static void remove_file(const char *path)
{
	struct stat status;
	if (lstat(path, &status) == 0 && S_ISREG(status.st_mode)) {
		(void)unlink(path);
	}
}

static bool write_copy(struct copy *copy)
{
	const int fd = file_create(copy->to, copy->error);
	if (fd < 0) {
		return false;
	}
	copy->out = fdopen(fd, "w");
	bool good = copy->out != NULL || fail(copy, copy->to, _("out of memory"));
	good = good && pass(copy);
	if (!copy->out) {
		close(fd);
	} else if (fclose(copy->out) != 0 && good) {
		good = fail(copy, copy->to, strerror(errno));
	}
	if (!good) {
		remove_file(copy->to);
	}
	return good;
}

bool record_anonymise(const char *from, const char *to, struct record_error *error)
{
	struct copy copy = {.from = from, .to = to, .names = names_new(), .error = error};
	const bool good = copy.names ? pass(&copy) && write_copy(&copy) : fail(&copy, to, _("out of memory"));
	names_free(copy.names);
	return good;
}
