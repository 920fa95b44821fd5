#include "roster.h"

#include "ollama-top/i18n.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILTER_MODELS 8

static int descending(double a, double b)
{
	/* What is unknown comes last. */
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a < b) - (a > b);
}

static int by_name(const struct instance *a, const struct instance *b)
{
	(void)a;
	(void)b;
	return 0; /* the fleet's own order */
}

static int by_state(const struct instance *a, const struct instance *b)
{
	return (int)a->state - (int)b->state;
}

static int by_memory(const struct instance *a, const struct instance *b)
{
	return descending((double)a->memory_used, (double)b->memory_used);
}

static int by_cpu(const struct instance *a, const struct instance *b)
{
	return descending(a->cpu_percent, b->cpu_percent);
}

static int by_latency(const struct instance *a, const struct instance *b)
{
	return descending(a->api.latency_ms, b->api.latency_ms);
}

static const struct {
	const char *name;
	int (*compare)(const struct instance *a, const struct instance *b);
} sorts[SORT_COUNT] = {
	[SORT_NAME] = {N_("name"), by_name},
	[SORT_STATE] = {N_("state"), by_state},
	[SORT_MEMORY] = {N_("memory"), by_memory},
	[SORT_CPU] = {N_("cpu"), by_cpu},
	[SORT_LATENCY] = {N_("latency"), by_latency},
};

static int compare_rows(const void *left, const void *right, void *key)
{
	const struct roster_row *a = left, *b = right;
	const enum sort_key *sort = key;
	int order = a->instance && b->instance ? sorts[*sort].compare(a->instance, b->instance) : 0;
	return order ? order : (a->order > b->order) - (a->order < b->order);
}

static bool row_matches(
	const struct roster *roster, const struct server *server, const struct instance *instance)
{
	char name[2 * TEXT_NAME_MAX];
	const char *fields[FILTER_MODELS + 4] = {
		target_name(name, sizeof(name), server, instance), server->spec->host};
	size_t count = 2;
	if (roster->filter[0] == 0)
		return true;
	if (instance) {
		fields[count++] = state_name(instance->state);
		fields[count++] = instance->reason;
		for (size_t i = 0; i < instance->loaded_count && i < FILTER_MODELS; i++)
			fields[count++] = instance->loaded[i].name;
	}
	return filter_matches(roster->filter, fields, count);
}

static bool reserve(struct roster *roster, const struct fleet *fleet)
{
	size_t need = 0;
	for (size_t s = 0; s < fleet->server_count; s++)
		need += fleet->servers[s].instance_count + 1;
	if (need > roster->capacity) {
		struct roster_row *rows = realloc(roster->rows, need * sizeof(*rows));
		if (!rows)
			return false;
		roster->rows = rows;
		roster->capacity = need;
	}
	if (fleet->server_count + 1 > roster->server_capacity) {
		size_t *first = realloc(roster->first, (fleet->server_count + 1) * sizeof(*first));
		if (!first)
			return false;
		roster->first = first;
		roster->server_capacity = fleet->server_count + 1;
	}
	return true;
}

static void add_server(struct roster *roster, const struct server *server)
{
	size_t from = roster->count;
	for (size_t i = 0; i < server->instance_count; i++) {
		const struct instance *instance = server->instances[i];
		int length = (int)strlen(instance->name);
		if (!row_matches(roster, server, instance))
			continue;
		if (length > roster->name_columns)
			roster->name_columns = length;
		roster->rows[roster->count++] = (struct roster_row){server, instance, i};
	}
	if (server->instance_count == 0 && row_matches(roster, server, NULL))
		roster->rows[roster->count++] = (struct roster_row){server, NULL, 0};
	qsort_r(roster->rows + from, roster->count - from, sizeof(*roster->rows), compare_rows,
		&roster->sort);
}

static bool row_is(const struct roster_row *row, size_t server, const char *instance)
{
	return row->server->index == server && !strcmp(row->instance ? row->instance->name : "", instance);
}

void roster_free(struct roster *roster)
{
	free(roster->rows);
	free(roster->first);
	*roster = (struct roster){0};
}

bool roster_build(struct roster *roster, const struct fleet *fleet)
{
	roster->count = 0;
	roster->name_columns = 0;
	if (!reserve(roster, fleet))
		return false;
	for (size_t s = 0; s < fleet->server_count; s++) {
		roster->first[s] = roster->count;
		add_server(roster, &fleet->servers[s]);
	}
	roster->first[fleet->server_count] = roster->count;
	/* Until it is back, a selection that is gone or filtered out leaves the cursor where it was. */
	size_t cursor = roster->cursor;
	if (!roster->chosen || !roster_find(roster, roster->wanted.server, roster->wanted.instance))
		roster->cursor = roster->count == 0 ? 0 : cursor < roster->count ? cursor : roster->count - 1;
	return true;
}

const struct roster_row *roster_selected(const struct roster *roster)
{
	return roster->cursor < roster->count ? &roster->rows[roster->cursor] : NULL;
}

void roster_select(struct roster *roster, long row)
{
	if (roster->count == 0)
		return;
	if (row >= (long)roster->count)
		row = (long)roster->count - 1;
	roster->cursor = row < 0 ? 0 : (size_t)row;
	const struct roster_row *selected = &roster->rows[roster->cursor];
	roster->chosen = true;
	roster->wanted.server = selected->server->index;
	(void)snprintf(roster->wanted.instance, sizeof(roster->wanted.instance), "%s",
		selected->instance ? selected->instance->name : "");
}

bool roster_find(struct roster *roster, size_t server, const char *instance)
{
	for (size_t i = 0; i < roster->count; i++) {
		if (row_is(&roster->rows[i], server, instance)) {
			roster->cursor = i;
			return true;
		}
	}
	return false;
}

void roster_next_server(struct roster *roster, const struct fleet *fleet, int direction)
{
	const struct roster_row *selected = roster_selected(roster);
	size_t count = fleet->server_count;
	if (!selected || count == 0)
		return;
	size_t s = selected->server->index;
	for (size_t step = 0; step < count; step++) {
		s = direction > 0 ? (s + 1) % count : (s + count - 1) % count;
		if (roster->first[s] < roster->first[s + 1]) {
			roster_select(roster, (long)roster->first[s]);
			return;
		}
	}
}

const char *sort_key_name(enum sort_key key)
{
	return (unsigned)key < SORT_COUNT ? _(sorts[key].name) : "";
}

const char *target_name(char *buf, size_t size, const struct server *server, const struct instance *instance)
{
	if (instance)
		(void)snprintf(buf, size, "%s/%s", server->spec->name, instance->name);
	else
		(void)snprintf(buf, size, "%s", server->spec->name);
	return buf;
}
