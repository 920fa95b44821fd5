/*
 * docker_df.c - df and stat -f inside a container: how full the file system below a path is. Columns are coreutils' 9.4.
 */
#include "docker_shell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
		if (docker_file_stale(x->c, path)) {
			serve_printf(x->err, "df: %s: " SHELL_STALE "\n", operand);
			x->status = 1;
		} else if (docker_file_find(x->c, path, NULL, NULL) == DOCKER_FILE_MISSING) {
			serve_printf(x->err, "df: %s: " SHELL_NO_SUCH_FILE "\n", operand);
			x->status = 1;
		} else {
			struct space space = space_of(x->c, docker_file_mount(x->c, path));
			df_row(df, &space, inodes);
		}
	}
	free(path);
	return !waits;
}

bool docker_tool_df(struct shell_command *x)
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
bool docker_tool_stat(struct shell_command *x)
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
			if (path && docker_file_stale(x->c, path)) {
				serve_printf(x->err,
					"stat: cannot read file system information for '%s': " SHELL_STALE
					"\n",
					word);
				x->status = 1;
				free(path);
				continue;
			}
			enum docker_found found =
				path ? docker_file_find(x->c, path, NULL, &size) : DOCKER_FILE_MISSING;
			struct space space = space_of(x->c, path ? docker_file_mount(x->c, path) : NULL);
			free(path);
			if (found == DOCKER_FILE_MISSING) {
				serve_printf(x->err,
					system ? "stat: cannot read file system information for "
						 "'%s': " SHELL_NO_SUCH_FILE "\n"
					       : "stat: cannot statx '%s': " SHELL_NO_SUCH_FILE "\n",
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
