#include "log_text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TIME_COLUMNS 24 /* "2026-01-31 12:04:31.123 " */

int log_width(const struct log_format *format)
{
	int width = format->width - (format->times ? TIME_COLUMNS : 0);
	return width > 0 ? width : 1;
}

/* Bytes from `from` on that fit a row; at least one cluster, so that wrapping always ends. */
static size_t fit(const struct log_format *format, const char *text, size_t len)
{
	wchar_t cell[CCHARW_MAX + 1];
	int width = log_width(format), used = 0, columns;
	size_t at = 0;
	while (at < len) {
		size_t bytes = text_cluster(format->theme->charset, text + at, len - at, cell, &columns);
		if (used + columns > width && at > 0)
			break;
		used += columns;
		at += bytes;
	}
	return at;
}

int log_rows(const struct log_format *format, const struct log_line *line)
{
	int rows = 1;
	if (!format->wrap || line->len <= (size_t)log_width(format))
		return 1;
	for (size_t at = fit(format, line->text, line->len); at < line->len; rows++)
		at += fit(format, line->text + at, line->len - at);
	return rows;
}

static void draw_time(const struct log_line *line, const struct canvas *canvas)
{
	char text[64], day[32];
	struct tm tm;
	time_t seconds = (time_t)(line->time_ns / 1000000000);
	if (line->time_ns == 0 || !localtime_r(&seconds, &tm) ||
		strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return;
	(void)snprintf(text, sizeof(text), "%s.%03d", day, (int)(line->time_ns % 1000000000 / 1000000));
	canvas_text(canvas, 0, 0, FACE_DIM, text);
}

/* The bytes from `at` to `end`, parts of matches in reverse even when they go on in other rows. */
static void draw_part(const struct log_format *format, const struct log_line *line, size_t at, size_t end,
	const struct canvas *canvas)
{
	size_t needle = strlen(format->needle);
	int x = -format->left;
	const char *match = needle ? strcasestr(line->text, format->needle) : NULL;
	while (at < end) {
		while (match && (size_t)(match - line->text) + needle <= at)
			match = strcasestr(match + needle, format->needle);
		size_t from = match ? (size_t)(match - line->text) : line->len;
		bool inside = match && from <= at;
		size_t stop = inside ? from + needle : from;
		struct canvas part = *canvas;
		if (stop > end)
			stop = end;
		if (inside)
			part.extra |= A_REVERSE;
		x += canvas_textn(&part, 0, x, FACE_NORMAL, line->text + at, stop - at);
		at = stop;
	}
}

void log_row_draw(
	const struct log_format *format, const struct log_line *line, int row, const struct canvas *canvas)
{
	size_t at = 0, end = line->len;
	int indent = format->times ? TIME_COLUMNS : 0;
	if (format->times && row == 0)
		draw_time(line, canvas);
	struct canvas text = canvas_sub(canvas, 0, indent, 1, canvas->w - indent);
	if (format->wrap) {
		for (int i = 0; i < row && at < end; i++)
			at += fit(format, line->text + at, end - at);
		end = at + fit(format, line->text + at, end - at);
	}
	draw_part(format, line, at, end, &text);
	if (!format->wrap && text.w > 0 && text_columns(format->theme, line->text) - format->left > text.w)
		canvas_text(&text, 0, text.w - 1, FACE_DIM, theme_glyph(format->theme, GLYPH_CUT));
}

static int columns_between(const struct log_format *format, const char *text, size_t len)
{
	wchar_t cell[CCHARW_MAX + 1];
	int total = 0, columns;
	for (size_t at = 0, bytes; at < len; at += bytes) {
		bytes = text_cluster(format->theme->charset, text + at, len - at, cell, &columns);
		total += columns;
	}
	return total;
}

void log_match(const struct log_format *format, const struct log_line *line, int *row, int *column, int *end)
{
	const char *match = strcasestr(line->text, format->needle);
	size_t to = match ? (size_t)(match - line->text) : 0, at = 0;
	*row = 0;
	while (format->wrap) {
		size_t bytes = fit(format, line->text + at, line->len - at);
		if (at + bytes > to || bytes == 0)
			break;
		at += bytes;
		(*row)++;
	}
	*column = columns_between(format, line->text + at, to - at);
	*end = *column + columns_between(format, line->text + to, match ? strlen(format->needle) : 0);
}

int log_move(const struct log_format *format, const struct log_ring *ring, struct log_place *place, int rows)
{
	int moved = 0;
	if (place->serial < log_ring_first(ring))
		*place = (struct log_place){.serial = log_ring_first(ring)};
	for (const struct log_line *line; moved < rows; moved++) {
		if ((line = log_ring_at(ring, place->serial)) && place->row + 1 < log_rows(format, line))
			place->row++;
		else if (log_ring_at(ring, place->serial + 1))
			*place = (struct log_place){.serial = place->serial + 1};
		else
			break;
	}
	for (const struct log_line *line; moved > rows; moved--) {
		if (place->row > 0)
			place->row--;
		else if ((line = log_ring_at(ring, place->serial - 1)))
			*place = (struct log_place){
				.serial = place->serial - 1, .row = log_rows(format, line) - 1};
		else
			break;
	}
	return moved;
}
