/*
 * docker_shell.h - the commands that can be run inside a simulated container, and the little of sh that strings
 * them together: words, quotes, $NAME, $?, ';', '&&', '||', redirections to /dev/null and between 1 and 2.
 */
#ifndef SIM_DOCKER_SHELL_H
#define SIM_DOCKER_SHELL_H

#include "docker_files.h"

/* One program: its words, where it writes, what it reads, how it ended. */
struct shell_command {
	const struct world_container *c;
	char **argv; /* ends in NULL */
	int argc;
	struct serve_buffer *out, *err;
	const struct serve_buffer *in;
	bool in_open;    /* more of `in` may come */
	int64_t started; /* wall, of this command */
	int status;
};

/* False: it waits (a hung store, sleep, its input) and is called afresh later; what it wrote is taken back. */
typedef bool shell_program(struct shell_command *command);

#define SHELL_NO_SUCH_FILE "No such file or directory"
#define SHELL_STALE        "Stale file handle"

/* docker_df.c and docker_find.c */
shell_program docker_tool_df, docker_tool_stat, docker_tool_ls, docker_tool_grep;
/* docker_test.c */
shell_program docker_tool_test;

/* docker_tools.c: NULL when the container has no such program; `name` without folder. */
shell_program *shell_find_program(const struct world_container *c, const char *name);
/* A path is one of the program folders' ("/bin/cat"), or a bare name: the name; NULL for any other path. */
const char *shell_program_name(const char *path);

struct shell;

/* Copies the words; NULL out of memory. The program must have been found. */
struct shell *shell_new(const struct world_container *c, char *const *argv, size_t argc);
void shell_free(struct shell *shell);
/* Runs on; true when it is over. `c` is the same container, looked up afresh. */
bool shell_run(struct shell *shell, const struct world_container *c);
/* What the program reads; len 0 ends it. */
void shell_input(struct shell *shell, const void *data, size_t len);
/* The exit status of one that is over. */
int shell_status(const struct shell *shell);
/* What came since the last call, to be emptied by the caller: 0 stdout, 1 stderr. */
struct serve_buffer *shell_output(struct shell *shell, int which);

#endif
