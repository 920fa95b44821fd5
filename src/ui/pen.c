#include "pen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t text_wrap(const struct theme *theme, const char *text, int width, const char **next)
{
	wchar_t cell[CCHARW_MAX + 1];
	size_t len = strlen(text), at = 0, blank = 0;
	int total = 0, columns;
	while (at < len) {
		size_t used = text_cluster(theme->charset, text + at, len - at, cell, &columns);
		if (at > 0 && total + columns > width)
			break;
		if (text[at] == ' ')
			blank = at;
		total += columns;
		at += used;
	}
	if (at < len && text[at] == ' ')
		blank = at;
	size_t kept = at < len && blank > 0 ? blank : at;
	*next = text + kept;
	while (at < len && **next == ' ')
		(*next)++;
	return kept;
}

int pen_row(const struct pen *pen)
{
	return pen->y - pen->top;
}

bool pen_visible(const struct pen *pen, int height)
{
	return pen_row(pen) + height > 0 && pen_row(pen) < pen->canvas.h;
}

void pen_fit_labels(struct pen *pen, const struct pen *written)
{
	int most = pen->canvas.w / 3;
	int wanted = written->widest < most ? written->widest + 1 : most;
	if (wanted > pen->label)
		pen->label = wanted;
}

void pen_heading(struct pen *pen, const char *heading)
{
	const struct canvas *c = &pen->canvas;
	if (pen->y > 0)
		pen->y++;
	int x = canvas_text(c, pen_row(pen), 0, FACE_TITLE, heading) + 1;
	canvas_repeat(c, pen_row(pen), x, c->w - x, FACE_BORDER, theme_glyph(c->theme, GLYPH_HLINE));
	pen->y++;
}

void pen_field(struct pen *pen, enum face face, const char *label, const char *format, ...)
{
	char text[2048];
	const struct canvas *c = &pen->canvas;
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	canvas_text(c, pen_row(pen), 0, FACE_LABEL, label);
	int taken = text_columns(c->theme, label);
	if (taken > pen->widest)
		pen->widest = taken;
	int x = taken == 0 ? 0 : taken < pen->label ? pen->label : taken + 1;
	const char *next = text;
	do {
		const char *line = next;
		size_t len = text_wrap(c->theme, line, c->w - x > 1 ? c->w - x : 1, &next);
		canvas_textn(c, pen_row(pen), x, face, line, len);
		pen->y++;
	} while (*next);
}
