/*
 * docker_find.c - ls and grep inside a container, with the texts of coreutils 9.4 and grep 3.11.
 */
#include "docker_shell.h"

#include "ollama-top/text.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct listing {
	const char *folder;
	char **names;   /* sorted, unique */
	int64_t *sizes; /* -1: a folder */
	size_t count;
};

static bool list_one(void *user, const struct docker_file *file)
{
	struct listing *list = user;
	const char *rest = file->path + (strcmp(list->folder, "/") == 0 ? 0 : strlen(list->folder));
	size_t low = 0;

	if (*rest++ != '/' || !*rest)
		return true;
	size_t len = strcspn(rest, "/");
	int order = 1;
	while (low < list->count) {
		order = strncmp(list->names[low], rest, len);
		if (order == 0 && list->names[low][len])
			order = 1;
		if (order >= 0)
			break;
		low++;
	}
	if (low < list->count && order == 0)
		return true;
	char **names = realloc(list->names, (list->count + 1) * sizeof *names);
	if (names)
		list->names = names;
	int64_t *sizes = names ? realloc(list->sizes, (list->count + 1) * sizeof *sizes) : NULL;
	char *name = sizes ? strndup(rest, len) : NULL;
	if (sizes)
		list->sizes = sizes;
	if (!name)
		return false;
	memmove(names + low + 1, names + low, (list->count - low) * sizeof *names);
	memmove(sizes + low + 1, sizes + low, (list->count - low) * sizeof *sizes);
	names[low] = name;
	sizes[low] = rest[len] || !file->write ? -1 : file->size;
	list->count++;
	return true;
}

static void print_entry(struct serve_buffer *out, const char *name, int64_t size, bool with_details)
{
	if (with_details)
		serve_printf(out, "%s 1 root root %12lld Jan  1 12:00 ",
			size < 0 ? "drwxr-xr-x" : "-rw-r--r--", (long long)(size < 0 ? 4096 : size));
	serve_printf(out, "%s\n", name);
}

static bool ls_operand(struct shell_command *x, const char *operand, bool with_details, bool all)
{
	char *path = docker_file_clean(operand);
	struct listing list = {.folder = path};
	int64_t size = 0;

	if (path && docker_file_hangs(x->c, path, false)) {
		free(path);
		return false;
	}
	const char *refused = path && docker_file_stale(x->c, path)    ? SHELL_STALE
			      : path && docker_file_closed(x->c, path) ? "Permission denied"
								       : NULL;
	if (refused) {
		serve_printf(x->err, "ls: cannot access '%s': %s\n", operand, refused);
		x->status = 2;
		free(path);
		return true;
	}
	enum docker_found found = path ? docker_file_find(x->c, path, NULL, &size) : DOCKER_FILE_MISSING;
	if (found == DOCKER_FILE_MISSING) {
		serve_printf(x->err, "ls: cannot access '%s': " SHELL_NO_SUCH_FILE "\n", operand);
		x->status = 2;
	} else if (found == DOCKER_FILE_REGULAR) {
		print_entry(x->out, operand, size, with_details);
	} else {
		docker_files_each(x->c, path, list_one, &list);
		if (all) {
			print_entry(x->out, ".", -1, with_details);
			print_entry(x->out, "..", -1, with_details);
		}
		for (size_t i = 0; i < list.count; i++)
			if (all || list.names[i][0] != '.')
				print_entry(x->out, list.names[i], list.sizes[i], with_details);
	}
	for (size_t i = 0; i < list.count; i++)
		free(list.names[i]);
	free(list.names);
	free(list.sizes);
	free(path);
	return true;
}

bool docker_tool_ls(struct shell_command *x)
{
	bool with_details = false, all = false;
	int operands = 0;

	for (int i = 1; i < x->argc; i++) {
		if (x->argv[i][0] != '-')
			continue;
		with_details |= strchr(x->argv[i], 'l') != NULL;
		all |= strchr(x->argv[i], 'a') != NULL;
	}
	for (int i = 1; i < x->argc; i++) {
		if (x->argv[i][0] == '-')
			continue;
		operands++;
		if (!ls_operand(x, x->argv[i], with_details, all))
			return false;
	}
	return operands || ls_operand(x, "/", with_details, all);
}

struct grep {
	struct shell_command *x;
	regex_t regex;
	const char *include;
	bool names, only_names, no_names, found;
};

/* Lines of one file that match, after its name where there are several. */
static bool grep_one(void *user, const struct docker_file *file)
{
	struct grep *grep = user;
	struct serve_buffer text = {0};
	const char *base = strrchr(file->path, '/');

	if (!file->write || (grep->include && !text_glob(grep->include, base ? base + 1 : file->path)))
		return true;
	file->write(&text, grep->x->c, file);
	serve_put(&text, "", 1);
	if (!text.failed && !memchr(text.data, 3, text.len)) {
		char *save = NULL;
		for (char *line = strtok_r(text.data, "\n", &save); line;
			line = strtok_r(NULL, "\n", &save)) {
			if (regexec(&grep->regex, line, 0, NULL, 0) != 0)
				continue;
			grep->found = true;
			if (grep->only_names) {
				serve_printf(grep->x->out, "%s\n", file->path);
				break;
			}
			if (grep->names && !grep->no_names)
				serve_printf(grep->x->out, "%s:", file->path);
			serve_printf(grep->x->out, "%s\n", line);
		}
	}
	free(text.data);
	return true;
}

/* Options into the structure; the first other word is the pattern. Returns where the files begin. */
static int grep_options(struct grep *grep, const char **pattern, int *flags, bool *recursive)
{
	const struct shell_command *x = grep->x;
	int first = 1;

	for (; first < x->argc && x->argv[first][0] == '-' && x->argv[first][1]; first++) {
		const char *word = x->argv[first];
		if (strncmp(word, "--include=", 10) == 0) {
			grep->include = word + 10;
			continue;
		}
		if (strcmp(word, "--") == 0) {
			first++;
			break;
		}
		*recursive |= strpbrk(word, "rR") != NULL;
		grep->only_names |= strchr(word, 'l') != NULL;
		grep->no_names |= strchr(word, 'h') != NULL;
		*flags |= (strchr(word, 'E') ? REG_EXTENDED : 0) | (strchr(word, 'i') ? REG_ICASE : 0);
	}
	*pattern = first < x->argc ? x->argv[first] : NULL;
	return first + 1;
}

static bool grep_operands(struct grep *grep, int first, bool recursive)
{
	struct shell_command *x = grep->x;

	grep->names = recursive || x->argc - first > 1;
	for (int i = first; i < x->argc; i++) {
		char *path = docker_file_clean(x->argv[i]);
		if (path && docker_file_hangs(x->c, path, recursive)) {
			free(path);
			return false;
		}
		enum docker_found found =
			path ? docker_file_find(x->c, path, NULL, NULL) : DOCKER_FILE_MISSING;
		if (found == DOCKER_FILE_MISSING || (found == DOCKER_FILE_DIRECTORY && !recursive)) {
			serve_printf(x->err, "grep: %s: %s\n", x->argv[i],
				found ? "Is a directory" : SHELL_NO_SUCH_FILE);
			x->status = 2;
		} else {
			docker_files_each(x->c, path, grep_one, grep);
		}
		free(path);
	}
	return true;
}

bool docker_tool_grep(struct shell_command *x)
{
	struct grep grep = {.x = x};
	const char *pattern = NULL;
	int flags = REG_NOSUB;
	bool recursive = false;
	int first = grep_options(&grep, &pattern, &flags, &recursive);

	if (!pattern || regcomp(&grep.regex, pattern, flags) != 0) {
		serve_printf(x->err, "Usage: grep [OPTION]... PATTERNS [FILE]...\n");
		x->status = 2;
		return true;
	}
	bool done = grep_operands(&grep, first, recursive);
	regfree(&grep.regex);
	if (!x->status)
		x->status = grep.found ? 0 : 1;
	return done;
}
