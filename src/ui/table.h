/*
 * table.h - columns as data, fitted to the width there is.
 */
#ifndef UI_TABLE_H
#define UI_TABLE_H

#include "canvas.h"
#include "look.h"

#include <stddef.h>

#define COLUMNS_MAX 16
#define COLUMN_GAP  2
/* In `most`: the column is left out. */
#define COLUMN_ABSENT (-1)

struct column {
	const char *title; /* untranslated */
	int min, max;      /* widths */
	int weight;        /* share of the width left over, until max */
	int rank;          /* the highest is dropped first when it is narrow; 0 never */
	enum align align;
	/* Draws the item in a canvas of one row and the column's width. */
	void (*draw)(const struct look *look, const void *item, const struct canvas *cell);
};

/*
 * Widths of `count` columns (at most COLUMNS_MAX) in `width`, COLUMN_GAP between them; 0
 * for those dropped. `most`, when not NULL, lowers a column's max to what its content needs
 * (never under its min). Returns the columns used in all.
 */
int columns_fit(const struct column *columns, size_t count, const int *most, int width, int *widths);

/* Left edge of a column under these widths. */
int column_at(const int *widths, size_t column);

void columns_titles(const struct column *columns, size_t count, const int *widths, size_t sorted,
	const struct canvas *line);
void columns_draw(const struct column *columns, size_t count, const int *widths, const struct look *look,
	const void *item, const struct canvas *line);

/*
 * The first line to show of `count` so that `cursor` is among `height`, moving as little as
 * possible from `top`.
 */
int scroll_to(int top, int cursor, int count, int height);

#endif
