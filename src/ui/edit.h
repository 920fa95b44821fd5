/*
 * edit.h - one line of text under the keys of a line editor.
 */
#ifndef UI_EDIT_H
#define UI_EDIT_H

#include "canvas.h"

#include <stdbool.h>
#include <stddef.h>

#define EDIT_MAX 512

struct edit {
	char text[EDIT_MAX]; /* UTF-8 */
	size_t at;           /* bytes before the cursor, at the start of a character */
};

enum edit_result { EDIT_IGNORED, EDIT_MOVED, EDIT_CHANGED };

/* Replaces the text, as much of it as fits; the cursor goes to its end. */
void edit_set(struct edit *edit, const char *text);

/*
 * Types, erases or moves the cursor: characters, arrows, Home and End, Backspace and Delete, and
 * Ctrl-A E B F D H K U W. Any other key is ignored. A character that does not fit changes nothing.
 */
enum edit_result edit_key(struct edit *edit, int key);

/*
 * Draws the part around the cursor on the first row of `line`, which it fills to its end. Returns
 * the cursor's column in `line`.
 */
int edit_draw(const struct edit *edit, enum face face, const struct canvas *line);

#endif
