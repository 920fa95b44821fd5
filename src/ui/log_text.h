/*
 * log_text.h - lines of a log as rows of the screen: cut off or wrapped, matches in reverse.
 */
#ifndef UI_LOG_TEXT_H
#define UI_LOG_TEXT_H

#include "canvas.h"
#include "ollama-top/log_ring.h"

#include <stdbool.h>
#include <stdint.h>

struct log_format {
	const struct theme *theme;
	int width;          /* of a row */
	int left;           /* columns scrolled out of sight; not when wrapped */
	bool wrap, times;   /* times: before each line, in local time */
	const char *needle; /* what is searched for, or "" */
};

/* A row of the text: of which line, and which of its rows. */
struct log_place {
	uint64_t serial;
	int row;
};

/* Rows that a line takes; at least 1. */
int log_rows(const struct log_format *format, const struct log_line *line);
/* One row of it on the first row of `canvas`. */
void log_row_draw(
	const struct log_format *format, const struct log_line *line, int row, const struct canvas *canvas);

/* Where the first match of a line stands: in which of its rows, and from which column of that row to which. */
void log_match(const struct log_format *format, const struct log_line *line, int *row, int *column, int *end);
/* Columns of text in a row. */
int log_width(const struct log_format *format);

/*
 * Moves by `rows`, down when positive; stops at the first and the last row. Returns how many it
 * moved. A place whose line is not kept any more is that of the oldest line first.
 */
int log_move(const struct log_format *format, const struct log_ring *ring, struct log_place *place, int rows);

#endif
