/*
 * completions.c - writes the completions of one shell from the tables of options, commands and operations, at build
 * time: `completions bash|zsh|fish` prints them. The texts are the tables' own, English.
 */
#include "cli/command.h"
#include "cli/options.h"
#include "ollama-top/ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "ollama-top"

/* All that can stand in the place of the command; `restart` is there once. */
struct word {
	const char *name, *arguments, *explanation;
};

static bool word_at(size_t i, struct word *word)
{
	const struct command *command = command_at(i + 1); /* the first is the console, which has no name */
	if (command) {
		*word = (struct word){command->name, command->args, command->explanation};
		return true;
	}
	size_t commands = 0;
	while (command_at(commands + 1)) {
		commands++;
	}
	size_t kind = i - commands;
	kind += kind >= OP_ROLLING; /* an option of restart there */
	if (kind >= OP_KIND_COUNT) {
		return false;
	}
	const struct op_info *info = op_info((enum op_kind)kind);
	*word = (struct word){info->name, info->arguments, info->what};
	return true;
}

/* The words that a command's first argument can be: "a|b [REST]" gives "a b"; "" where it is free. */
static const char *choices(const struct word *word, char *buf, size_t size)
{
	const size_t length = strcspn(word->arguments, " ");
	if (!memchr(word->arguments, '|', length)) {
		return "";
	}
	snprintf(buf, size, "%.*s", (int)length, word->arguments);
	for (char *c = buf; *c; c++) {
		*c = *c == '|' ? ' ' : *c;
	}
	return buf;
}

/* In single quotes of a shell; zsh's descriptions do not take ':' and brackets. */
static void print_quoted(const char *text, const char *not_taken)
{
	for (; *text; text++) {
		if (*text == '\'') {
			fputs("'\\''", stdout);
		} else if (strchr(not_taken, *text)) {
			printf("\\%c", *text);
		} else {
			putchar(*text);
		}
	}
}

static void print_option_words(bool with_argument)
{
	struct option_description option;
	const char *between = "";
	for (size_t i = 0; options_describe(i, &option); i++) {
		const bool takes = option.argument && !option.argument_optional;
		if (with_argument && !takes) {
			continue;
		}
		const char *blank = with_argument ? "|" : " ";
		if (option.letter) {
			printf("%s-%c", between, option.letter);
			between = blank;
		}
		printf("%s--%s", between, option.name);
		between = blank;
	}
}

static void print_words(void)
{
	struct word word;
	for (size_t i = 0; word_at(i, &word); i++) {
		printf("%s%s", i ? " " : "", word.name);
	}
}

static void bash_option(const struct option_description *option)
{
	if (!option->completion) {
		return;
	}
	fputs("\t", stdout);
	if (option->letter) {
		printf("-%c | ", option->letter);
	}
	printf("--%s) ", option->name);
	if (strcmp(option->completion, "file") == 0) {
		puts("compopt -o filenames 2>/dev/null; local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "
		     "\"$cur\")); return ;;");
	} else {
		printf("COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", option->completion);
	}
}

static void bash(void)
{
	struct option_description option;
	struct word word;
	char buf[128];
	puts("# Completions of " PROGRAM " for bash, made from its own tables.");
	puts("_ollama_top() {\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command= skip= i "
	     "word\n"
	     "\t# bash takes --option=value for three words.\n"
	     "\tif [ \"$cur\" = = ]; then cur=; elif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD - "
	     "2]}; fi\n"
	     "\tcase $prev in");
	for (size_t i = 0; options_describe(i, &option); i++) {
		bash_option(&option);
	}
	fputs("\t", stdout);
	print_option_words(true);
	fputs(") return ;;\n\tesac\n\tcase $cur in\n\t-*) COMPREPLY=($(compgen -W '", stdout);
	print_option_words(false);
	puts("' -- \"$cur\")); return ;;\n\tesac\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "\t\tword=${COMP_WORDS[i]}\n"
	     "\t\tif [ -n \"$skip\" ]; then skip=; [ \"$word\" != = ] || skip=yes; continue; fi\n"
	     "\t\tcase $word in");
	fputs("\t\t", stdout);
	print_option_words(true);
	fputs(") skip=yes ;;\n\t\t=) skip=yes ;;\n\t\t-*) ;;\n\t\t*) command=$word; break "
	      ";;\n\t\tesac\n\tdone\n"
	      "\tcase $command in\n\t'') COMPREPLY=($(compgen -W '",
		stdout);
	print_words();
	puts("' -- \"$cur\")) ;;");
	for (size_t i = 0; word_at(i, &word); i++) {
		if (choices(&word, buf, sizeof(buf))[0]) {
			printf("\t%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")) ;;\n", word.name, buf);
		}
	}
	puts("\tesac\n}\ncomplete -F _ollama_top " PROGRAM);
}

/* One form of an option for _arguments. */
static void zsh_option(const struct option_description *option, const char *form, const char *equals)
{
	printf("\t'%s%s[", form, option->argument ? equals : "");
	print_quoted(option->explanation, "[]:");
	fputs("]", stdout);
	if (option->argument) {
		printf("%s", option->argument_optional ? "::" : ":");
		print_quoted(option->argument, ":");
		fputs(":", stdout);
		if (option->completion && strcmp(option->completion, "file") == 0) {
			fputs("_files", stdout);
		} else if (option->completion) {
			printf("(%s)", option->completion);
		}
	}
	puts("' \\");
}

static void zsh(void)
{
	struct option_description option;
	struct word word;
	char buf[128];
	puts("#compdef " PROGRAM "\n# Completions of " PROGRAM " for zsh, made from its own tables.");
	puts("local -a commands\nlocal state line curcontext=$curcontext\ncommands=(");
	for (size_t i = 0; word_at(i, &word); i++) {
		printf("\t'%s:", word.name);
		print_quoted(word.explanation, ":");
		puts("'");
	}
	puts(")\n_arguments -C \\");
	for (size_t i = 0; options_describe(i, &option); i++) {
		char form[64];
		if (option.letter) {
			snprintf(form, sizeof(form), "-%c", option.letter);
			zsh_option(&option, form, "+");
		}
		snprintf(form, sizeof(form), "--%s", option.name);
		zsh_option(&option, form, option.argument_optional ? "=-" : "=");
	}
	puts("\t'1:command:->command' '*::argument:->argument'\n"
	     "case $state in\ncommand) _describe command commands ;;\nargument)\n\tcase $line[1] in");
	for (size_t i = 0; word_at(i, &word); i++) {
		if (choices(&word, buf, sizeof(buf))[0]) {
			printf("\t%s) [[ $CURRENT -ne 2 ]] || compadd -- %s ;;\n", word.name, buf);
		}
	}
	puts("\t*) _message 'argument' ;;\n\tesac\n\t;;\nesac");
}

/* Ends the line. */
static void fish_description(const char *text)
{
	fputs(" -d '", stdout);
	for (; *text; text++) {
		printf("%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
	}
	puts("'");
}

static void fish_option(const struct option_description *option)
{
	printf("complete -c " PROGRAM " -l %s", option->name);
	if (option->letter) {
		printf(" -s %c", option->letter);
	}
	if (option->argument && !option->argument_optional) {
		fputs(" -r", stdout);
	}
	if (option->completion && strcmp(option->completion, "file") == 0) {
		fputs(" -F", stdout);
	} else if (option->completion) {
		printf(" -a '%s'", option->completion);
	}
	fish_description(option->explanation);
}

static void fish(void)
{
	struct option_description option;
	struct word word;
	char buf[128];
	puts("# Completions of " PROGRAM " for fish, made from its own tables.\ncomplete -c " PROGRAM " -f");
	for (size_t i = 0; options_describe(i, &option); i++) {
		fish_option(&option);
	}
	for (size_t i = 0; word_at(i, &word); i++) {
		printf("complete -c " PROGRAM " -n __fish_use_subcommand -a %s", word.name);
		fish_description(word.explanation);
		if (choices(&word, buf, sizeof(buf))[0]) {
			printf("complete -c " PROGRAM " -n '__fish_seen_subcommand_from %s' -a '%s'\n",
				word.name, buf);
		}
	}
}

static const struct shell {
	const char *name;
	void (*print)(void);
} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(shells) / sizeof(*shells); i++) {
		if (strcmp(shells[i].name, argv[1]) == 0) {
			shells[i].print();
			return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
		}
	}
	fprintf(stderr, "Usage: completions bash|zsh|fish\n");
	return EXIT_FAILURE;
}
