/*
 * text_table.h - a table for people on standard output: columns as wide as their longest cell.
 */
#ifndef CLI_TEXT_TABLE_H
#define CLI_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One cell; cells are copied. */
struct text_cell {
	char *text;
	bool right;
};

struct text_table {
	size_t columns;
	struct text_cell *cells; /* row after row, the titles first */
	size_t count, room;
	bool lost; /* there was no memory for some cell */
};

/* Columns of the screen that a text takes; bytes where the locale cannot tell. */
int text_table_width(const char *text);

/* A table of so many columns; text_table_free() is due. */
void text_table_init(struct text_table *table, size_t columns);

/* The next cell, from left to right and row after row; "" is drawn as a dash. */
void text_table_add(struct text_table *table, bool right, const char *text);

/* Prints all rows, two blanks between columns and none at the end of a line. False when cells were lost. */
bool text_table_print(const struct text_table *table, FILE *out);

void text_table_free(struct text_table *table);

#endif
