/*
 * terminal.h - a program in a pseudo-terminal whose screen is read back with libvterm.
 */
#ifndef TESTS_TERMINAL_H
#define TESTS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct terminal;

/* What the terminal itself was left like, to see that a program gave it back as it found it. */
struct terminal_modes {
	bool alternate_screen, cursor_visible, echo, canonical;
};

/* Starts argv[0] (looked up in PATH) with TERM and the environment of the caller. NULL with errno. */
struct terminal *terminal_start(int columns, int rows, const char *term, char *const argv[]);

/* Reads what the program writes for up to `ms`; returns early after the first read. False at its end. */
bool terminal_pump(struct terminal *t, int ms);

/* Reads until the program has been silent for `quiet_ms`, at most `max_ms`. */
void terminal_settle(struct terminal *t, int quiet_ms, int max_ms);

void terminal_send(struct terminal *t, const char *bytes, size_t len);
void terminal_resize(struct terminal *t, int columns, int rows);
void terminal_hang_up(struct terminal *t); /* closes the terminal under the program */

/* Row `y` as UTF-8 without trailing blanks; the caller frees. */
char *terminal_row(struct terminal *t, int y);
/* All rows, each ended by a newline; the caller frees. */
char *terminal_screen(struct terminal *t);
/* Looks for `text` in row `y` from column `*from` on: true with its first column and the one after its last. */
bool terminal_find(struct terminal *t, int y, const char *text, int *from, int *to);
/* True when the cell differs from the default in colour, and in any attribute. */
bool terminal_cell_coloured(struct terminal *t, int x, int y);
uint32_t terminal_cell_char(struct terminal *t, int x, int y); /* ' ' where there is none */
/* The number of the cell's colour in the palette; -1 for the default one, or one that is not of the palette. */
int terminal_cell_colour(struct terminal *t, int x, int y);
bool terminal_cell_reverse(struct terminal *t, int x, int y);

void terminal_modes(struct terminal *t, struct terminal_modes *out);
int terminal_columns(const struct terminal *t);
int terminal_rows(const struct terminal *t);
uint64_t terminal_bytes(const struct terminal *t); /* written by the program so far */
pid_t terminal_pid(const struct terminal *t);

/* Waits up to `ms` for the end: exit status, 128 + signal, or -1 when it still runs. */
int terminal_wait(struct terminal *t, int ms);

/* Kills what still runs. */
void terminal_free(struct terminal *t);

#endif
