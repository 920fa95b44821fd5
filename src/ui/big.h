/*
 * big.h - text that is read from across a room: characters of 5 x 7 dots, a dot being half a cell high.
 *
 * Half blocks are all that it takes, which the Linux console's code page 437 has too; in ASCII the halves are '"' and
 * 'o' and the whole is '#'. Letters are capitals; what the table does not have, such as what a server calls itself in
 * another script, is a '?'.
 */
#ifndef UI_BIG_H
#define UI_BIG_H

#include "canvas.h"

/* Cells that a dot is wide; as many halves of a cell it is high. 1 or more. */
#define BIG_ROWS(scale) ((7 * (scale) + 1) / 2)

/* Columns that a text takes. */
int big_columns(const char *text, int scale);

/* Draws it, BIG_ROWS(scale) rows high. Never in reverse, in which a block is a blank. */
void big_draw(const struct canvas *c, int y, int x, int scale, enum face face, const char *text);

#endif
