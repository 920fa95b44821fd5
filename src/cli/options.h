/*
 * options.h - the command line: one table of options, from which --help is made too.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum format { FORMAT_TEXT, FORMAT_JSON };

/* Pointers are into argv. */
struct options {
	const char *command; /* NULL: the console */
	char **args;         /* what follows the command */
	int arg_count;
	const char *config;
	bool demo;
	const char *scenario; /* of the demo; NULL: the default one */
	bool read_only, yes, no_color, ascii;
	int64_t refresh_ms; /* 0: as configured */
	int64_t timeout_ms; /* 0: as configured */
	enum format format;
	bool format_given;
	bool follow;
	int64_t lines; /* of the past; -1: all */
	bool lines_given;
	bool rolling;
	bool help, version;
};

#define OPTIONS_ERROR_MAX 256

/*
 * Options may stand before or after the command; argv is permuted, and "--" ends them.
 * $NO_COLOR is seen here. False with a sentence in `error` (OPTIONS_ERROR_MAX bytes).
 */
bool options_parse(struct options *options, int argc, char **argv, char *error);

/* The lines of --help about options. */
void options_help(FILE *out);

/* Pads with blanks from column `at` to where the explanations of --help begin. */
void options_help_pad(FILE *out, int at);

#endif
