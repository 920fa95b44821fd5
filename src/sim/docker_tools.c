/*
 * docker_tools.c - the programs of the image: coreutils, grep and ollama, as far as an operator's probes use them.
 * Texts and columns are those of coreutils 9.4 and grep 3.11, which Ollama's image has.
 */
#include "docker_shell.h"

#include "ollama-top/text.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MISSING "No such file or directory"

static bool tool_true(struct shell_command *x)
{
	(void)x;
	return true;
}

static bool tool_false(struct shell_command *x)
{
	x->status = 1;
	return true;
}

static bool tool_echo(struct shell_command *x)
{
	bool newline = !(x->argc > 1 && strcmp(x->argv[1], "-n") == 0);

	for (int i = newline ? 1 : 2; i < x->argc; i++)
		serve_printf(x->out, "%s%s", x->argv[i], i + 1 < x->argc ? " " : "");
	if (newline)
		serve_put(x->out, "\n", 1);
	return true;
}

static bool tool_env(struct shell_command *x)
{
	serve_printf(x->out,
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOSTNAME=%.12s\n",
		x->c->id);
	for (size_t i = 0; i < x->c->env_count; i++)
		if (strncmp(x->c->env[i], "PATH=", 5) != 0)
			serve_printf(x->out, "%s\n", x->c->env[i]);
	serve_printf(x->out, "HOME=/root\n");
	return true;
}

static bool tool_hostname(struct shell_command *x)
{
	serve_printf(x->out, "%.12s\n", x->c->id);
	return true;
}

/* In a world whose clock stands it ends at once. */
static bool tool_sleep(struct shell_command *x)
{
	const struct world *world = x->c->server->world;
	double seconds = x->argc > 1 ? strtod(x->argv[1], NULL) : 0;

	if (x->argc < 2) {
		serve_printf(x->err, "sleep: missing operand\n");
		x->status = 1;
	}
	return world->still || (double)(world->wall - x->started) >= seconds * 1000;
}

static bool tool_cat(struct shell_command *x)
{
	if (x->argc < 2) {
		if (x->in_open)
			return false;
		serve_put(x->out, x->in->data ? x->in->data : "", x->in->len);
		return true;
	}
	for (int i = 1; i < x->argc; i++) {
		char *path = docker_file_clean(x->argv[i]);
		if (!path)
			return true;
		if (docker_file_hangs(x->c, path, false)) {
			free(path);
			return false;
		}
		enum docker_found found = docker_file_find(x->c, path, x->out, NULL);
		if (found != DOCKER_FILE_REGULAR) {
			serve_printf(x->err, "cat: %s: %s\n", x->argv[i],
				found == DOCKER_FILE_DIRECTORY ? "Is a directory" : MISSING);
			x->status = 1;
		}
		free(path);
	}
	return true;
}

/* ---- df and stat -f ------------------------------------------------------------------------ */

struct space {
	const char *source, *destination, *type;
	int64_t total, used, available, inodes, inodes_free, block;
};

static struct space space_of(const struct world_container *c, const struct world_mount *mount)
{
	struct space space = {"overlay", "/", "overlayfs", 209 * WORLD_GIB, 61 * WORLD_GIB, 137 * WORLD_GIB,
		13959168, 12950332, 4096};

	(void)c;
	if (!mount)
		return space;
	space.destination = mount->destination;
	space.source = mount->fs_source ? mount->fs_source : "/dev/vda1";
	bool nfs = mount->fstype && strncmp(mount->fstype, "nfs", 3) == 0;
	space.type = nfs                                                   ? "nfs"
		     : mount->fstype && strcmp(mount->fstype, "ext4") == 0 ? "ext2/ext3"
									   : mount->fstype;
	if (!space.type)
		space.type = "ext2/ext3";
	if (mount->store) {
		space.total = mount->store->total;
		space.available = world_store_available(mount->store);
		space.used = space.total - space.available;
		space.inodes = mount->store->inodes;
		space.inodes_free = mount->store->inodes_free;
		space.block = nfs ? WORLD_MIB : 4096;
	}
	return space;
}

#define DF_COLUMNS 6
#define DF_ROWS    32

struct df {
	char *cells[DF_ROWS][DF_COLUMNS];
	int rows;
};

static void df_cell(struct df *df, int column, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void df_cell(struct df *df, int column, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(&df->cells[df->rows][column], format, args) < 0)
		df->cells[df->rows][column] = NULL;
	va_end(args);
}

static void df_row(struct df *df, const struct space *space, bool inodes)
{
	int64_t total = inodes ? space->inodes : space->total / 1024;
	int64_t left = inodes ? space->inodes_free : space->available / 1024;
	int64_t used = inodes ? total - left : space->used / 1024;
	int64_t whole = used + left;

	if (df->rows == DF_ROWS)
		return;
	df_cell(df, 0, "%s", space->source);
	df_cell(df, 1, "%lld", (long long)total);
	df_cell(df, 2, "%lld", (long long)used);
	df_cell(df, 3, "%lld", (long long)left);
	if (whole > 0)
		df_cell(df, 4, "%lld%%", (long long)((used * 100 + whole - 1) / whole)); /* rounded up */
	else
		df_cell(df, 4, "-");
	df_cell(df, 5, "%s", space->destination);
	df->rows++;
}

/* The first column and the last lean to the left; the first is at least 14 wide. */
static void df_print(const struct df *df, struct serve_buffer *out)
{
	static const int least[DF_COLUMNS] = {14, 5, 5, 5, 4, 0};
	int width[DF_COLUMNS];

	for (int i = 0; i < DF_COLUMNS; i++) {
		width[i] = least[i];
		for (int row = 0; row < df->rows; row++) {
			int len = df->cells[row][i] ? (int)strlen(df->cells[row][i]) : 0;
			width[i] = len > width[i] ? len : width[i];
		}
	}
	for (int row = 0; row < df->rows; row++) {
		char *const *cell = df->cells[row];
		serve_printf(out, "%-*s", width[0], cell[0] ? cell[0] : "");
		for (int i = 1; i < DF_COLUMNS - 1; i++)
			serve_printf(out, " %*s", width[i], cell[i] ? cell[i] : "");
		serve_printf(out, " %s\n", cell[DF_COLUMNS - 1] ? cell[DF_COLUMNS - 1] : "");
	}
}

static void df_free(struct df *df)
{
	for (int row = 0; row < DF_ROWS; row++)
		for (int i = 0; i < DF_COLUMNS; i++)
			free(df->cells[row][i]);
}

static void df_head(struct df *df, bool inodes, bool portable)
{
	static const char *const inode_heads[DF_COLUMNS] = {
		"Filesystem", "Inodes", "IUsed", "IFree", "IUse%", "Mounted on"};
	const char *const block_heads[DF_COLUMNS] = {"Filesystem", portable ? "1024-blocks" : "1K-blocks",
		"Used", "Available", portable ? "Capacity" : "Use%", "Mounted on"};

	for (int i = 0; i < DF_COLUMNS; i++)
		df_cell(df, i, "%s", inodes ? inode_heads[i] : block_heads[i]);
	df->rows++;
}

/* One operand; false while its file system hangs. */
static bool df_operand(struct shell_command *x, struct df *df, const char *operand, bool inodes)
{
	char *path = docker_file_clean(operand);
	bool waits = path && docker_file_hangs(x->c, path, false);

	if (path && !waits) {
		if (docker_file_find(x->c, path, NULL, NULL) == DOCKER_FILE_MISSING) {
			serve_printf(x->err, "df: %s: " MISSING "\n", operand);
			x->status = 1;
		} else {
			struct space space = space_of(x->c, docker_file_mount(x->c, path));
			df_row(df, &space, inodes);
		}
	}
	free(path);
	return !waits;
}

static bool tool_df(struct shell_command *x)
{
	struct df df = {0};
	bool inodes = false, portable = false, waits = false;
	int operands = 0;

	for (int i = 1; i < x->argc; i++) {
		if (x->argv[i][0] == '-') {
			inodes |= strchr(x->argv[i], 'i') != NULL;
			portable |= strchr(x->argv[i], 'P') != NULL;
		}
	}
	df_head(&df, inodes, portable);
	for (int i = 1; i < x->argc && !waits; i++) {
		if (x->argv[i][0] == '-')
			continue;
		operands++;
		waits = !df_operand(x, &df, x->argv[i], inodes);
	}
	if (!operands) {
		waits = docker_file_hangs(x->c, "/", true);
		struct space space = space_of(x->c, NULL);
		df_row(&df, &space, inodes);
		for (size_t i = 0; i < x->c->mount_count; i++) {
			space = space_of(x->c, &x->c->mounts[i]);
			df_row(&df, &space, inodes);
		}
	}
	if (df.rows > 1)
		df_print(&df, x->out);
	df_free(&df);
	return !waits;
}

static void stat_format(
	struct serve_buffer *out, const char *format, const char *name, const struct space *space)
{
	for (; *format; format++) {
		if (*format != '%' || !format[1]) {
			serve_put(out, format, 1);
			continue;
		}
		const struct {
			char letter;
			int64_t value;
		} figures[] = {{'a', space->available / space->block}, {'b', space->total / space->block},
			{'c', space->inodes}, {'d', space->inodes_free},
			{'f', space->available / space->block}, {'l', 255}, {'s', space->block},
			{'S', space->block}};
		format++;
		if (*format == 'n' || *format == 'T')
			serve_printf(out, "%s", *format == 'n' ? name : space->type);
		for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
			if (figures[i].letter == *format)
				serve_printf(out, "%lld", (long long)figures[i].value);
	}
	serve_put(out, "\n", 1);
}

static void stat_print(struct serve_buffer *out, const char *name, const struct space *space)
{
	long long blocks = space->total / space->block, left = space->available / space->block;

	serve_printf(out, "  File: \"%s\"\n    ID: 0        Namelen: 255     Type: %s\n", name, space->type);
	serve_printf(out, "Block size: %-10lld Fundamental block size: %lld\n", (long long)space->block,
		(long long)space->block);
	serve_printf(out, "Blocks: Total: %-10lld Free: %-10lld Available: %lld\n", blocks, left, left);
	serve_printf(out, "Inodes: Total: %-10lld Free: %lld\n", (long long)space->inodes,
		(long long)space->inodes_free);
}

/* stat -f [-c FORMAT] FILE...; without -f the size and kind alone. */
static bool tool_stat(struct shell_command *x)
{
	const char *format = NULL;
	bool system = false;

	for (int i = 1; i < x->argc; i++) {
		const char *word = x->argv[i];
		if (strcmp(word, "-f") == 0 || strcmp(word, "--file-system") == 0) {
			system = true;
		} else if ((strcmp(word, "-c") == 0 || strcmp(word, "-fc") == 0) && i + 1 < x->argc) {
			system |= word[1] == 'f';
			format = x->argv[++i];
		} else if (word[0] != '-') {
			char *path = docker_file_clean(word);
			if (path && docker_file_hangs(x->c, path, false)) {
				free(path);
				return false;
			}
			int64_t size = 0;
			enum docker_found found =
				path ? docker_file_find(x->c, path, NULL, &size) : DOCKER_FILE_MISSING;
			struct space space = space_of(x->c, path ? docker_file_mount(x->c, path) : NULL);
			free(path);
			if (found == DOCKER_FILE_MISSING) {
				serve_printf(x->err,
					system ? "stat: cannot read file system information for "
						 "'%s': " MISSING "\n"
					       : "stat: cannot statx '%s': " MISSING "\n",
					word);
				x->status = 1;
			} else if (!system) {
				serve_printf(x->out, "  File: %s\n  Size: %lld\t%s\n", word, (long long)size,
					found == DOCKER_FILE_REGULAR ? "regular file" : "directory");
			} else if (format) {
				stat_format(x->out, format, word, &space);
			} else {
				stat_print(x->out, word, &space);
			}
		}
	}
	return true;
}

/* ---- ls and grep --------------------------------------------------------------------------- */

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
	enum docker_found found = path ? docker_file_find(x->c, path, NULL, &size) : DOCKER_FILE_MISSING;
	if (found == DOCKER_FILE_MISSING) {
		serve_printf(x->err, "ls: cannot access '%s': " MISSING "\n", operand);
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

static bool tool_ls(struct shell_command *x)
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
			serve_printf(
				x->err, "grep: %s: %s\n", x->argv[i], found ? "Is a directory" : MISSING);
			x->status = 2;
		} else {
			docker_files_each(x->c, path, grep_one, grep);
		}
		free(path);
	}
	return true;
}

static bool tool_grep(struct shell_command *x)
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

/* ---- ollama -------------------------------------------------------------------------------- */

static void ollama_size(char *text, size_t size, int64_t bytes)
{
	if (bytes >= 1000000000)
		snprintf(text, size, "%.1f GB", (double)bytes / 1e9);
	else
		snprintf(text, size, "%lld MB", (long long)(bytes / 1000000));
}

static void ollama_ps(struct shell_command *x)
{
	serve_printf(x->out, "%-24s %-15s %-10s %-12s %s\n", "NAME", "ID", "SIZE", "PROCESSOR", "UNTIL");
	for (size_t i = 0; i < x->c->loaded_count; i++) {
		const struct world_loaded *loaded = x->c->loaded[i];
		char size[32], left[48] = "Forever";
		ollama_size(size, sizeof size, loaded->size);
		if (loaded->keep_alive >= 0)
			snprintf(left, sizeof left, "%lld seconds from now",
				(long long)(loaded->expires - x->c->server->world->wall) / 1000);
		serve_printf(x->out, "%-24s %-15.12s %-10s %-12s %s\n", loaded->model.name,
			loaded->model.digest, size, loaded->size_vram ? "100% GPU" : "100% CPU", left);
	}
}

static void ollama_list(struct shell_command *x, const struct world_store *store)
{
	serve_printf(x->out, "%-24s %-15s %s\n", "NAME", "ID", "SIZE");
	for (size_t i = 0; store && i < store->model_count; i++) {
		char size[32];
		if (!world_visible(x->c, store->models[i]))
			continue;
		ollama_size(size, sizeof size, store->models[i]->size);
		serve_printf(x->out, "%-24s %-15.12s %s\n", store->models[i]->name, store->models[i]->digest,
			size);
	}
}

static bool tool_ollama(struct shell_command *x)
{
	const char *verb = x->argc > 1 ? x->argv[1] : "";
	bool list = strcmp(verb, "list") == 0 || strcmp(verb, "ls") == 0;

	if (strcmp(verb, "--version") == 0 || strcmp(verb, "-v") == 0) {
		serve_printf(x->out, "ollama version is %s\n", x->c->server->world->ollama_version);
		return true;
	}
	if (!list && strcmp(verb, "ps") != 0) {
		serve_printf(x->err, "Error: unknown command \"%s\" for \"ollama\"\n", verb);
		x->status = 1;
		return true;
	}
	if (!world_answering(x->c)) {
		serve_printf(x->err,
			"Error: could not connect to ollama server, run 'ollama serve' to start it\n");
		x->status = 1;
		return true;
	}
	if (list && world_store_hung(x->c))
		return false;
	if (list)
		ollama_list(x, world_store_of(x->c));
	else
		ollama_ps(x);
	return true;
}

/* Without -c there is nobody to talk to: it ends with its input. */
static bool tool_sh(struct shell_command *x)
{
	return !x->in_open;
}

static const struct {
	const char *name;
	shell_program *program;
} programs[] = {
	{"bash", tool_sh},
	{"cat", tool_cat},
	{"df", tool_df},
	{"echo", tool_echo},
	{"env", tool_env},
	{"false", tool_false},
	{"grep", tool_grep},
	{"hostname", tool_hostname},
	{"ls", tool_ls},
	{"ollama", tool_ollama},
	{"sh", tool_sh},
	{"sleep", tool_sleep},
	{"stat", tool_stat},
	{"true", tool_true},
};

shell_program *shell_find_program(const struct world_container *c, const char *name)
{
	if (c->server->no_cat && strcmp(name, "cat") == 0)
		return NULL;
	if (!c->ollama && strcmp(name, "ollama") == 0)
		return NULL;
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (strcmp(programs[i].name, name) == 0)
			return programs[i].program;
	return NULL;
}

const char *shell_program_name(const char *path)
{
	static const char *const folders[] = {"/bin/", "/usr/bin/", "/usr/local/bin/"};

	if (!strchr(path, '/'))
		return path;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		size_t len = strlen(folders[i]);
		if (strncmp(path, folders[i], len) == 0 && !strchr(path + len, '/'))
			return path + len;
	}
	return NULL;
}
