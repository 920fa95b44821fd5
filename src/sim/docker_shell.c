#include "docker_shell.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 256
#define INPUT_MAX ((size_t)1 << 20)

enum joint { JOINT_END, JOINT_NEXT, JOINT_AND, JOINT_OR };

struct shell {
	char *words[WORDS_MAX + 1]; /* of the command under way */
	int count;
	int target[2];  /* where 1 and 2 go: 0 nowhere, 1 stdout, 2 stderr */
	char *script;   /* of sh -c; NULL: one command */
	const char *at; /* what of it is left */
	enum joint joint;
	bool parsed, over;
	int64_t started;
	int status;
	struct serve_buffer out, err, in;
	bool in_open;
};

static void clear_words(struct shell *shell)
{
	for (int i = 0; i < shell->count; i++)
		free(shell->words[i]);
	shell->count = 0;
	shell->words[0] = NULL;
	shell->target[0] = 1;
	shell->target[1] = 2;
}

static void syntax_error(struct shell *shell, const char *what)
{
	serve_printf(&shell->err, "sh: 1: Syntax error: %s unexpected\n", what);
	shell->status = 2;
	shell->over = true;
}

static void put_variable(struct shell *shell, const struct world_container *c, struct serve_buffer *word)
{
	const char *start = shell->at;
	bool braces = *start == '{';
	size_t len = 0;

	if (*start == '?') {
		serve_printf(word, "%d", shell->status);
		shell->at++;
		return;
	}
	start += braces;
	while (isalnum((unsigned char)start[len]) || start[len] == '_')
		len++;
	if (!len) {
		serve_put(word, "$", 1);
		return;
	}
	shell->at = start + len + (braces && start[len] == '}');
	if (len == 4 && strncmp(start, "HOME", 4) == 0)
		serve_printf(word, "/root");
	for (size_t i = 0; i < c->env_count; i++)
		if (strncmp(c->env[i], start, len) == 0 && c->env[i][len] == '=')
			serve_printf(word, "%s", c->env[i] + len + 1);
}

/*
 * A word, without its quotes; false when a quote does not end. What $NAME stands for is not split.
 * `quoted` tells the empty word '' from a variable that is not set, which is no word at all.
 */
static bool take_word(
	struct shell *shell, const struct world_container *c, struct serve_buffer *word, bool *quoted)
{
	char quote = 0;

	*quoted = false;
	while (*shell->at) {
		char x = *shell->at;
		if (!quote && strchr(" \t\n;&|<>()", x))
			break;
		shell->at++;
		if (quote ? x == quote : x == '\'' || x == '"') {
			quote = quote ? 0 : x;
			*quoted = true;
		} else if (x == '\\' && quote != '\'' && *shell->at) {
			if (quote == '"' && !strchr("\"\\$`", *shell->at))
				serve_put(word, "\\", 1);
			serve_put(word, shell->at++, 1);
		} else if (x == '$' && quote != '\'') {
			put_variable(shell, c, word);
		} else {
			serve_put(word, &x, 1);
		}
	}
	serve_put(word, "", 1);
	return !quote;
}

/* "2>/dev/null", ">&2", "</dev/null"; any other file is refused, since nothing here can be written. */
static bool take_redirection(struct shell *shell, const struct world_container *c, int from)
{
	struct serve_buffer word = {0};
	bool input = *shell->at++ == '<', to_other = false, known = false, quoted;

	if (*shell->at == '>')
		shell->at++;
	if (*shell->at == '&') {
		to_other = true;
		shell->at++;
	}
	while (*shell->at == ' ')
		shell->at++;
	if (take_word(shell, c, &word, &quoted) && !word.failed) {
		if (to_other && (strcmp(word.data, "1") == 0 || strcmp(word.data, "2") == 0)) {
			shell->target[from - 1] = shell->target[word.data[0] - '1'];
			known = true;
		} else if (!to_other && strcmp(word.data, "/dev/null") == 0) {
			if (!input)
				shell->target[from - 1] = 0;
			known = true;
		}
	}
	if (!known) {
		serve_printf(&shell->err, "sh: 1: cannot create %s: Permission denied\n",
			word.data ? word.data : "");
		shell->status = 2;
		shell->over = true;
	}
	free(word.data);
	return known;
}

static bool take_joint(struct shell *shell)
{
	static const struct {
		const char *text;
		enum joint joint;
	} joints[] = {{"&&", JOINT_AND}, {"||", JOINT_OR}, {";", JOINT_NEXT}, {"\n", JOINT_NEXT}};

	for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
		size_t len = strlen(joints[i].text);
		if (strncmp(shell->at, joints[i].text, len) == 0) {
			shell->at += len;
			shell->joint = joints[i].joint;
			return true;
		}
	}
	syntax_error(shell, (const char[]){'"', *shell->at, '"', '\0'});
	return false;
}

/* Reads the next simple command of the script, and what joins it to the one behind. */
static bool parse_command(struct shell *shell, const struct world_container *c)
{
	clear_words(shell);
	shell->joint = JOINT_END;
	while (*shell->at) {
		const char *at = shell->at;
		if (*at == ' ' || *at == '\t') {
			shell->at++;
		} else if (*at == '>' || *at == '<') {
			if (!take_redirection(shell, c, 1))
				return false;
		} else if ((*at == '1' || *at == '2') && at[1] == '>') {
			shell->at++;
			if (!take_redirection(shell, c, *at - '0'))
				return false;
		} else if (strchr(";&|\n()", *at)) {
			return take_joint(shell);
		} else {
			struct serve_buffer word = {0};
			bool quoted;
			if (!take_word(shell, c, &word, &quoted) || word.failed ||
				shell->count == WORDS_MAX) {
				free(word.data);
				syntax_error(shell, "end of file");
				return false;
			}
			if (!quoted && !*word.data) {
				free(word.data);
				continue;
			}
			shell->words[shell->count++] = word.data;
			shell->words[shell->count] = NULL;
		}
	}
	return true;
}

static void move_output(struct shell *shell, struct serve_buffer from[2])
{
	for (int i = 0; i < 2; i++) {
		int to = shell->target[i];
		if (to)
			serve_put(to == 1 ? &shell->out : &shell->err, from[i].data ? from[i].data : "",
				from[i].len);
		free(from[i].data);
	}
}

static bool run_builtin(struct shell *shell)
{
	const char *name = shell->words[0];

	if (strcmp(name, "exit") == 0) {
		if (shell->count > 1)
			shell->status = (int)(strtol(shell->words[1], NULL, 10) & 255);
		shell->over = true;
		return true;
	}
	if (strcmp(name, "cd") != 0 && strcmp(name, ":") != 0 && strcmp(name, "exec") != 0)
		return false;
	shell->status = 0;
	return true;
}

/* Runs the command that is parsed; false while it waits. */
static bool run_command(struct shell *shell, const struct world_container *c)
{
	struct serve_buffer written[2] = {{0}, {0}};

	if (!shell->count || (shell->script && run_builtin(shell)))
		return true;
	const char *name = shell_program_name(shell->words[0]);
	shell_program *program = name ? shell_find_program(c, name) : NULL;
	if (!shell->started)
		shell->started = c->server->world->wall;
	struct shell_command command = {.c = c,
		.argv = shell->words,
		.argc = shell->count,
		.out = &written[0],
		.err = &written[1],
		.in = &shell->in,
		.in_open = shell->in_open,
		.started = shell->started};
	if (program) {
		if (!program(&command)) {
			free(written[0].data);
			free(written[1].data);
			return false;
		}
		shell->status = command.status;
	} else {
		serve_printf(&written[1], "sh: 1: %s: not found\n", shell->words[0]);
		shell->status = 127;
	}
	shell->started = 0;
	move_output(shell, written);
	return true;
}

struct shell *shell_new(const struct world_container *c, char *const *argv, size_t argc)
{
	struct shell *shell = calloc(1, sizeof *shell);
	const char *name = argc ? shell_program_name(argv[0]) : NULL;

	(void)c;
	if (!shell)
		return NULL;
	clear_words(shell);
	shell->in_open = true;
	if (argc > 2 && name && (strcmp(name, "sh") == 0 || strcmp(name, "bash") == 0) &&
		strcmp(argv[1], "-c") == 0) {
		shell->script = strdup(argv[2]);
		shell->at = shell->script;
		if (shell->script)
			return shell;
		free(shell);
		return NULL;
	}
	for (size_t i = 0; i < argc && i < WORDS_MAX; i++) {
		shell->words[shell->count] = strdup(argv[i]);
		if (!shell->words[shell->count]) {
			shell_free(shell);
			return NULL;
		}
		shell->count++;
	}
	shell->parsed = true;
	return shell;
}

void shell_free(struct shell *shell)
{
	if (!shell)
		return;
	clear_words(shell);
	free(shell->script);
	free(shell->out.data);
	free(shell->err.data);
	free(shell->in.data);
	free(shell);
}

bool shell_run(struct shell *shell, const struct world_container *c)
{
	bool skip = false;

	while (!shell->over) {
		if (!shell->parsed && !parse_command(shell, c))
			return true;
		shell->parsed = true;
		if (!skip && !run_command(shell, c))
			return false;
		shell->parsed = false;
		skip = (shell->joint == JOINT_AND && shell->status != 0) ||
		       (shell->joint == JOINT_OR && shell->status == 0);
		if (!shell->script || (shell->joint == JOINT_END && !*shell->at))
			shell->over = true;
	}
	return true;
}

void shell_input(struct shell *shell, const void *data, size_t len)
{
	if (!len)
		shell->in_open = false;
	else if (shell->in.len + len <= INPUT_MAX)
		serve_put(&shell->in, data, len);
}

int shell_status(const struct shell *shell)
{
	return shell->status;
}

struct serve_buffer *shell_output(struct shell *shell, int which)
{
	return which ? &shell->err : &shell->out;
}
