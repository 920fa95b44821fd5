/*
 * script_private.h - a script as it runs, and its directives, which script.h explains.
 */
#ifndef TESTS_SCRIPT_PRIVATE_H
#define TESTS_SCRIPT_PRIVATE_H

#include "script.h"
#include "simulator.h"
#include "terminal.h"

#include <stddef.h>
#include <stdint.h>

#define WAIT_MS   20000
#define WORDS_MAX 32

struct script {
	const char *path, *tmp;
	char **lines;
	size_t count, at;
	bool update, failed;
	bool ended; /* the program, so that it can be started again */
	int columns, rows, resolver;
	char term[64], config[512];
	struct simulator *sim;
	struct terminal *t;
	struct terminal_modes before;
};

/* script.c */
/* The script has failed, of this. */
void script_fail(struct script *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A text, or the screen as it is, as lines of TAP's comments. */
void script_print(const char *title, const char *text);
void script_show(struct script *s);
/* The monotonic time in so many ms. */
int64_t script_deadline(int ms);
/* Takes words apart in place; the list ends with NULL. */
size_t script_split(char *rest, const char **words, size_t max);
/* The lines up to `end`, for free(), and which they are. */
char *script_block(struct script *s, size_t *first, size_t *last);

/* `rest` of its line may be changed. */
typedef void directive_fn(struct script *s, char *rest);
/* script_setup.c: what there is before the program starts, and its start */
directive_fn do_size, do_term, do_env, do_file, do_sim, do_start, do_deaf_resolver;
/* script_input.c: what happens to the program */
directive_fn do_keys, do_every_key, do_type, do_control, do_resize, do_signal, do_hangup;
/* script_screen.c: what is on the screen */
directive_fn do_expect, do_has, do_lacks, do_says, do_says_of, do_aligned, do_selected, do_frame,
	do_monochrome, do_colour, do_ascii;
/* script_outcome.c: what else came of it: files, the program's end, requests */
directive_fn do_run, do_exit, do_restored, do_requests_only, do_requested;

#endif
