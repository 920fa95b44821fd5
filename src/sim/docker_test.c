/*
 * docker_test.c - test(1) inside a container, as far as probes ask it about files: -d -e -f -r -w -x, joined by -a.
 */
#include "docker_shell.h"

#include <stdlib.h>
#include <string.h>

struct file {
	enum docker_found found;
	const struct world_store *store; /* NULL: it is in none */
	bool read_only;
};

static bool exists(const struct file *f)
{
	return f->found != DOCKER_FILE_MISSING;
}

static bool is_folder(const struct file *f)
{
	return f->found == DOCKER_FILE_DIRECTORY;
}

static bool is_regular(const struct file *f)
{
	return f->found == DOCKER_FILE_REGULAR;
}

static bool can_read(const struct file *f)
{
	return exists(f);
}

static bool can_write(const struct file *f)
{
	return exists(f) && !f->read_only && !(f->store && f->store->unwritable);
}

static const struct {
	const char *option;
	bool (*holds)(const struct file *f);
} tests[] = {
	{"-d", is_folder},
	{"-e", exists},
	{"-f", is_regular},
	{"-r", can_read},
	{"-w", can_write},
	{"-x", can_read},
};

/* 1 it holds, 0 it does not, -1 no such test, -2 it hangs. */
static int ask(const struct world_container *c, const char *option, const char *operand)
{
	char *path = docker_file_clean(operand);
	int answer = -1;

	if (path && docker_file_hangs(c, path, false))
		answer = -2;
	bool stale = path && docker_file_stale(c, path), closed = path && docker_file_closed(c, path);
	for (size_t i = 0; path && answer == -1 && i < sizeof tests / sizeof *tests; i++) {
		if (strcmp(tests[i].option, option) != 0)
			continue;
		const struct world_mount *mount = docker_file_mount(c, path);
		struct file f = {
			stale || closed ? DOCKER_FILE_MISSING : docker_file_find(c, path, NULL, NULL),
			mount ? mount->store : NULL, mount && mount->read_only};
		answer = tests[i].holds(&f);
	}
	free(path);
	return answer;
}

bool docker_tool_test(struct shell_command *x)
{
	x->status = x->argc > 1 ? 0 : 1;
	for (int i = 1; i + 1 < x->argc; i += 3) {
		int answer = ask(x->c, x->argv[i], x->argv[i + 1]);

		if (answer == -2)
			return false;
		if (answer == -1 || (i + 2 < x->argc && strcmp(x->argv[i + 2], "-a") != 0)) {
			serve_printf(x->err, "test: '%s': unary operator expected\n", x->argv[i]);
			x->status = 2;
			return true;
		}
		if (answer == 0)
			x->status = 1;
	}
	return true;
}
