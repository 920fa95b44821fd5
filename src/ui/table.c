#include "table.h"

#include "ollama-top/i18n.h"

#include <stdio.h>

static int used_width(const int *widths, size_t count)
{
	int used = 0;
	for (size_t i = 0; i < count; i++)
		if (widths[i] > 0)
			used += (used ? COLUMN_GAP : 0) + widths[i];
	return used;
}

static int column_most(const struct column *column, const int *most, size_t i)
{
	int limit = most && most[i] < column->max ? most[i] : column->max;
	return limit < column->min ? column->min : limit;
}

static void drop_least(const struct column *columns, size_t count, int width, int *widths)
{
	while (used_width(widths, count) > width) {
		size_t least = count;
		for (size_t i = 0; i < count; i++)
			if (widths[i] > 0 && columns[i].rank > 0 &&
				(least == count || columns[i].rank > columns[least].rank))
				least = i;
		if (least == count)
			return;
		widths[least] = 0;
	}
}

int columns_fit(const struct column *columns, size_t count, const int *most, int width, int *widths)
{
	for (size_t i = 0; i < count; i++)
		widths[i] = most && most[i] == COLUMN_ABSENT ? 0 : columns[i].min;
	drop_least(columns, count, width, widths);
	int spare = width - used_width(widths, count);
	for (bool grew = true; spare > 0 && grew;) {
		grew = false;
		for (size_t i = 0; i < count && spare > 0; i++) {
			int room = column_most(&columns[i], most, i) - widths[i];
			int more = room < columns[i].weight ? room : columns[i].weight;
			if (widths[i] == 0 || more <= 0)
				continue;
			if (more > spare)
				more = spare;
			widths[i] += more;
			spare -= more;
			grew = true;
		}
	}
	return used_width(widths, count);
}

int column_at(const int *widths, size_t column)
{
	int x = 0;
	for (size_t i = 0; i < column; i++)
		if (widths[i] > 0)
			x += widths[i] + COLUMN_GAP;
	return x;
}

void columns_titles(const struct column *columns, size_t count, const int *widths, size_t sorted,
	const struct canvas *line)
{
	char title[96];
	for (size_t i = 0; i < count; i++) {
		if (widths[i] == 0)
			continue;
		(void)snprintf(title, sizeof(title), "%s%s%s", _(columns[i].title), i == sorted ? " " : "",
			i == sorted ? theme_glyph(line->theme, GLYPH_SORTED) : "");
		canvas_field(line, 0, column_at(widths, i), widths[i], columns[i].align, FACE_HEADER, title);
	}
}

void columns_draw(const struct column *columns, size_t count, const int *widths, const struct look *look,
	const void *item, const struct canvas *line)
{
	for (size_t i = 0; i < count; i++) {
		if (widths[i] == 0)
			continue;
		struct canvas cell = canvas_sub(line, 0, column_at(widths, i), 1, widths[i]);
		if (cell.w > 0 && cell.h > 0)
			columns[i].draw(look, item, &cell);
	}
}

int scroll_to(int top, int cursor, int count, int height)
{
	if (height < 1)
		height = 1;
	if (top > cursor)
		top = cursor;
	if (top < cursor - height + 1)
		top = cursor - height + 1;
	if (top > count - height)
		top = count - height;
	return top < 0 ? 0 : top;
}
