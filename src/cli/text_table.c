#include "text_table.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void text_table_init(struct text_table *table, size_t columns)
{
	*table = (struct text_table){.columns = columns};
}

void text_table_add(struct text_table *table, bool right, const char *text)
{
	if (table->count == table->room) {
		const size_t room = table->room > 0 ? 2 * table->room : 8 * table->columns;
		struct text_cell *cells = realloc(table->cells, room * sizeof(*cells));
		if (!cells) {
			table->lost = true;
			return;
		}
		table->cells = cells;
		table->room = room;
	}
	struct text_cell *cell = &table->cells[table->count++];
	cell->text = strdup(text[0] != '\0' ? text : "-");
	cell->right = right;
	table->lost = table->lost || !cell->text;
}

int text_table_width(const char *text)
{
	mbstate_t state = {0};
	int width = 0;
	while (*text != '\0') {
		wchar_t c = 0;
		const size_t n = mbrtowc(&c, text, strlen(text), &state);
		if (n == (size_t)-1 || n == (size_t)-2) {
			return width + (int)strlen(text);
		}
		const int w = wcwidth(c);
		width += w > 0 ? w : 0;
		text += n;
	}
	return width;
}

static const char *text_at(const struct text_table *table, size_t i)
{
	return table->cells[i].text ? table->cells[i].text : "?";
}

static int column_width(const struct text_table *table, size_t column)
{
	int most = 0;
	for (size_t i = column; i < table->count; i += table->columns) {
		const int width = text_table_width(text_at(table, i));
		most = width > most ? width : most;
	}
	return most;
}

static void print_cell(const struct text_table *table, size_t i, int width, FILE *out)
{
	const char *text = text_at(table, i);
	const int blanks = width - text_table_width(text);
	const bool last = (i + 1) % table->columns == 0;
	if (table->cells[i].right) {
		fprintf(out, "%*s%s", blanks, "", text);
	} else {
		fprintf(out, "%s%*s", text, last ? 0 : blanks, "");
	}
	fputs(last ? "\n" : "  ", out);
}

bool text_table_print(const struct text_table *table, FILE *out)
{
	int *widths = calloc(table->columns, sizeof(*widths));
	if (!widths) {
		return false;
	}
	for (size_t i = 0; i < table->columns; i++) {
		widths[i] = column_width(table, i);
	}
	for (size_t i = 0; i < table->count; i++) {
		print_cell(table, i, widths[i % table->columns], out);
	}
	free(widths);
	return !table->lost;
}

void text_table_free(struct text_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->cells[i].text);
	}
	free(table->cells);
	*table = (struct text_table){0};
}
