#include "pieces.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Columns of one side with its two blanks, 0 when it is empty. */
static int side_width(const struct pieces *pieces, const struct theme *theme, bool right, int gap)
{
	int width = 0;
	for (size_t i = 0; i < pieces->count; i++) {
		const struct piece *p = &pieces->list[i];
		if (!p->hidden && p->right == right)
			width += (width ? gap : 2) + text_columns(theme, p->text);
	}
	return width;
}

static void draw_side(const struct pieces *pieces, const struct canvas *side, bool right, int gap)
{
	int x = 1;
	canvas_repeat(side, 0, 0, side->w, FACE_NORMAL, " ");
	for (size_t i = 0; i < pieces->count; i++) {
		const struct piece *p = &pieces->list[i];
		if (p->hidden || p->right != right || x >= side->w)
			continue;
		int columns = text_columns(side->theme, p->text);
		canvas_field(side, 0, x, columns < side->w - x ? columns : side->w - x, ALIGN_LEFT, p->face,
			p->text);
		x += columns + gap;
	}
}

void pieces_add(struct pieces *pieces, int rank, bool right, enum face face, const char *format, ...)
{
	if (pieces->count == PIECES_MAX)
		return;
	struct piece *p = &pieces->list[pieces->count];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(p->text, sizeof(p->text), format, args);
	va_end(args);
	if (length <= 0)
		return;
	p->face = face;
	p->rank = rank;
	p->right = right;
	p->hidden = false;
	pieces->count++;
}

void pieces_fit(struct pieces *pieces, const struct theme *theme, int width, int gap)
{
	while (side_width(pieces, theme, false, gap) + side_width(pieces, theme, true, gap) > width) {
		struct piece *least = NULL;
		for (size_t i = 0; i < pieces->count; i++) {
			struct piece *p = &pieces->list[i];
			if (!p->hidden && p->rank > 0 && (!least || p->rank >= least->rank))
				least = p;
		}
		if (!least)
			return;
		least->hidden = true;
	}
}

void pieces_draw(struct pieces *pieces, const struct canvas *line, int gap)
{
	pieces_fit(pieces, line->theme, line->w, gap);
	int left = side_width(pieces, line->theme, false, gap);
	int right = side_width(pieces, line->theme, true, gap);
	if (left > line->w)
		left = line->w;
	if (right > line->w - left)
		right = line->w - left;
	if (left > 0) {
		struct canvas side = canvas_sub(line, 0, 0, 1, left);
		draw_side(pieces, &side, false, gap);
	}
	if (right > 0) {
		struct canvas side = canvas_sub(line, 0, line->w - right, 1, right);
		draw_side(pieces, &side, true, gap);
	}
}
