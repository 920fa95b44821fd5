/*
 * options.h - the command line: one table of options, from which --help is made too.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_PROMETHEUS };

/* Where a simulated instance loads its weights from: "nfs" over 1 Gb/s, "nfs10g", "local". */
enum store_kind { FROM_NFS, FROM_NFS10G, FROM_LOCAL };

/* Pointers are into argv. */
struct options {
	const char *command; /* NULL: the console */
	char **args;         /* what follows the command */
	int arg_count;
	const char *config;
	bool demo;
	const char *scenario; /* of the demo; NULL: the default one */
	bool read_only, yes, no_color, ascii;
	bool wall, bell;
	int64_t refresh_ms; /* 0: as configured */
	int64_t timeout_ms; /* 0: as configured */
	enum format format;
	bool format_given;
	bool follow;
	int64_t lines; /* of the past; -1: all */
	bool lines_given;
	bool rolling;
	const char *record, *replay; /* files; NULL: none */
	double speed;                /* of the replay; 1 without --speed */
	bool speed_given;
	bool anonymise;
	bool dry_run;         /* of autoscale: nothing is changed */
	const char *simulate; /* a trace; NULL: nothing is simulated */
	const char *svg;      /* where its chart goes */
	bool compare;
	int64_t parallel; /* requests that a simulated instance works on at once; 0: not given */
	enum store_kind store;
	bool store_given;
	const char *listen; /* NULL: the default */
	bool help, version;
};

#define OPTIONS_ERROR_MAX 256

/*
 * Options may stand before or after the command; argv is permuted, and "--" ends them.
 * $NO_COLOR is seen here. False with a sentence in `error` (OPTIONS_ERROR_MAX bytes).
 */
bool options_parse(struct options *options, int argc, char **argv, char *error);

#define HELP_TERM_MAX 160

/* The lines of --help about options. */
void options_help(FILE *out);

/* An option as the table has it, for what is made from the table; texts untranslated. */
struct option_description {
	char letter; /* of the short form, or '\0' */
	const char *name;
	const char *argument; /* NULL: takes none */
	bool argument_optional;
	const char *completion; /* of the argument: "file", the words that it can be, or NULL: free */
	const char *explanation;
};

/* Option `i` counted from 0; false beyond the last one. */
bool options_describe(size_t i, struct option_description *description);

/* Prints what an explanation of --help is about, and the blanks to where explanations begin. */
void options_help_term(FILE *out, const char *term);

#endif
