/*
 * roster.h - the rows of the main view: every instance that passes the filter, by server,
 * sorted within it; and which one is selected.
 *
 * Rows point into the fleet and are good until its generation changes; the selection is
 * kept by name, so it stays with its instance when rows come, go and change places.
 */
#ifndef UI_ROSTER_H
#define UI_ROSTER_H

#include "filter.h"
#include "ollama-top/fleet.h"
#include "ollama-top/text.h"

#include <stdbool.h>
#include <stddef.h>

enum sort_key { SORT_NAME, SORT_STATE, SORT_MEMORY, SORT_CPU, SORT_LATENCY, SORT_COUNT };

struct roster_row {
	const struct server *server;
	const struct instance *instance; /* NULL: a server of which no instance is known */
	size_t order;                    /* place in the fleet, which settles ties */
};

/* What is selected, by name; an empty instance is the server itself. */
struct target {
	size_t server;
	char instance[TEXT_NAME_MAX];
};

struct roster {
	struct roster_row *rows;
	size_t count, capacity;
	size_t *first; /* of each server: its first row; first[server_count] == count */
	size_t server_capacity;
	size_t cursor;        /* the selected row, when count > 0 */
	struct target wanted; /* what the user chose last; selected whenever it is there */
	enum sort_key sort;
	char filter[FILTER_MAX];
	int name_columns; /* bytes of the longest instance name, a bound for its column */
	bool chosen;      /* false until the user moves: then the first row is selected */
};

void roster_free(struct roster *roster);

/* Brings the rows up to date; false when out of memory, with no rows. */
bool roster_build(struct roster *roster, const struct fleet *fleet);

/* The selected row, NULL when there is none. */
const struct roster_row *roster_selected(const struct roster *roster);

/* Selects a row by number, clamped. */
void roster_select(struct roster *roster, long row);
/* Selects an instance by name; false when it is not in the rows. */
bool roster_find(struct roster *roster, size_t server, const char *instance);
/* To the first row of the next (1) or the previous (-1) server that has rows, around the ends. */
void roster_next_server(struct roster *roster, const struct fleet *fleet, int direction);

/* Name of a sort key, translated. */
const char *sort_key_name(enum sort_key key);

/* "SERVER/INSTANCE", or "SERVER" when `instance` is NULL. */
const char *target_name(char *buf, size_t size, const struct server *server, const struct instance *instance);

#endif
