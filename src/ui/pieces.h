/*
 * pieces.h - a line made of pieces, left and right; the least important go when it is narrow.
 */
#ifndef UI_PIECES_H
#define UI_PIECES_H

#include "canvas.h"

#include <stdbool.h>
#include <stddef.h>

#define PIECES_MAX 28

struct piece {
	char text[400];
	enum face face;
	int rank; /* the highest goes first; 0 never goes, but may be cut */
	bool right;
	bool hidden;
};

struct pieces {
	struct piece list[PIECES_MAX];
	size_t count;
};

/* Adds a piece; empty text and a full list add nothing. */
__attribute__((format(printf, 5, 6))) void pieces_add(
	struct pieces *pieces, int rank, bool right, enum face face, const char *format, ...);

/* Hides pieces until the rest fits in `width` columns with `gap` between them. */
void pieces_fit(struct pieces *pieces, const struct theme *theme, int width, int gap);

/* Draws on the first row of `line`; a blank before and after each side, so that it can lie on a border. */
void pieces_draw(struct pieces *pieces, const struct canvas *line, int gap);

#endif
