#include "frame.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 };

static const struct {
	wchar_t c;
	int leads;
} boxes[] = {
	{L'│', UP | DOWN},
	{L'┌', DOWN | RIGHT},
	{L'┐', DOWN | LEFT},
	{L'└', UP | RIGHT},
	{L'┘', UP | LEFT},
	{L'├', UP | DOWN | RIGHT},
	{L'┤', UP | DOWN | LEFT},
	{L'┬', DOWN | LEFT | RIGHT},
	{L'┴', UP | LEFT | RIGHT},
	{L'┼', UP | DOWN | LEFT | RIGHT},
};

struct grid {
	wchar_t *cells;
	int columns, rows;
};

static int leads(const struct grid *g, int x, int y)
{
	if (x < 0 || y < 0 || x >= g->columns || y >= g->rows)
		return 0;
	for (size_t i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++)
		if (boxes[i].c == g->cells[y * g->columns + x])
			return boxes[i].leads;
	return 0;
}

/* Does a box end in this column? Verticals elsewhere are text, such as the axis of a graph. */
static bool box_column(const struct grid *g, int x)
{
	for (int y = 0; y < g->rows; y++)
		if (leads(g, x, y) & (LEFT | RIGHT))
			return true;
	return false;
}

/* Every cell of the row as one wide character; the right half of a wide one repeats it. */
static void fill_row(struct grid *g, int y, const char *line, size_t len)
{
	mbstate_t state = {0};
	int x = 0;

	while (len > 0 && x < g->columns) {
		wchar_t c;
		size_t n = mbrtowc(&c, line, len, &state);
		int width;

		if (n == 0 || n > len)
			return;
		line += n;
		len -= n;
		width = wcwidth(c);
		for (int i = 0; i < width && x < g->columns; i++)
			g->cells[y * g->columns + x++] = c;
	}
}

static struct grid grid_of(const char *screen, int columns)
{
	struct grid g = {.columns = columns};
	int y = 0;

	for (const char *p = screen; *p; p++)
		g.rows += *p == '\n';
	g.cells = calloc((size_t)g.rows * (size_t)columns + 1, sizeof(*g.cells));
	while (g.cells && *screen) {
		size_t len = strcspn(screen, "\n");

		fill_row(&g, y++, screen, len);
		screen += len + (screen[len] == '\n');
	}
	return g;
}

static bool cell_ok(const struct grid *g, int x, int y, const char **what)
{
	int here = leads(g, x, y);

	if (here == (UP | DOWN) && !box_column(g, x))
		return true;
	if (here & DOWN && !(leads(g, x, y + 1) & UP)) {
		*what = "leads down to nothing";
		return false;
	}
	if (here & UP && !(leads(g, x, y - 1) & DOWN)) {
		*what = "leads up to nothing";
		return false;
	}
	/* a horizontal edge may be interrupted by a title, but not by the end of the screen or a vertical */
	if (here & RIGHT && (x + 1 >= g->columns || g->cells[y * g->columns + x + 1] == L'│')) {
		*what = "leads right to nothing";
		return false;
	}
	if (here & LEFT && (x == 0 || g->cells[y * g->columns + x - 1] == L'│')) {
		*what = "leads left to nothing";
		return false;
	}
	return true;
}

bool frame_check(const char *screen, int columns, char *why, size_t size)
{
	struct grid g = grid_of(screen, columns);
	const char *what = NULL;
	bool ok = g.cells != NULL;

	for (int y = 0; ok && y < g.rows; y++)
		for (int x = 0; ok && x < g.columns; x++)
			if (!cell_ok(&g, x, y, &what)) {
				snprintf(why, size, "the box at row %d, column %d %s", y, x, what);
				ok = false;
			}
	free(g.cells);
	return ok;
}
