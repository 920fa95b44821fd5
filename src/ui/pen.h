/*
 * pen.h - text that flows downwards in a canvas and is scrolled by its first line.
 */
#ifndef UI_PEN_H
#define UI_PEN_H

#include "canvas.h"

struct pen {
	struct canvas canvas;
	int top;    /* first line of the text that is shown */
	int y;      /* next line of the text; after all is written, its height */
	int label;  /* width of the label column */
	int widest; /* after all is written: the widest label, so that another pen can make room for it */
};

/* A blank line, unless at the top, and a heading with a line to the right edge. */
void pen_heading(struct pen *pen, const char *heading);
/* "label  text", the text wrapped at blanks under itself. */
__attribute__((format(printf, 4, 5))) void pen_field(
	struct pen *pen, enum face face, const char *label, const char *format, ...);
/* The rectangle of the next `height` lines, left of it `indent` columns; may be partly or wholly out
 * of sight, then only what is seen of it is drawn. Returns false when nothing of it is seen. */
bool pen_visible(const struct pen *pen, int height);
/* Makes the label column wide enough for what another pen wrote, but not above a third of the canvas. */
void pen_fit_labels(struct pen *pen, const struct pen *written);
/* Row of the canvas where the next line goes. */
int pen_row(const struct pen *pen);

/*
 * The longest start of `text` that fits `width` columns, cut at a blank where there is one;
 * `next` is where to go on. At least one cluster, so that wrapping always ends.
 */
size_t text_wrap(const struct theme *theme, const char *text, int width, const char **next);

#endif
