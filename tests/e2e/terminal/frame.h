/*
 * frame.h - the structure of a screen: boxes that close, rows that end where they should.
 */
#ifndef TESTS_FRAME_H
#define TESTS_FRAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Checks that every box-drawing character joins its neighbours: what leads right has a neighbour
 * that leads left, what leads down one that leads up (titles may interrupt a horizontal edge, text
 * stands between verticals). False with the row and column in `why`.
 */
bool frame_check(const char *screen, int columns, char *why, size_t size);

#endif
