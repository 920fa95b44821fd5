/*
 * snapshot_nfs.c - for people: what each server exports or has mounted, and whether its NFS server answers.
 */
#include "ollama-top/i18n.h"
#include "snapshot.h"
#include "text_table.h"

#include <math.h>
#include <string.h>

#define CELL_MAX 512

struct column {
	const char *title;
	bool right;
	void (*cell)(char cell[CELL_MAX], const struct server *server);
};

static void server_cell(char cell[CELL_MAX], const struct server *server)
{
	snprintf(cell, CELL_MAX, "%s", server->spec->name);
}

static void export_cell(char cell[CELL_MAX], const struct server *server)
{
	snprintf(cell, CELL_MAX, "%s", server->spec->nfs.export_path ? server->spec->nfs.export_path : "");
}

/* Each text once: instances of a server mostly have the same. */
static void add_once(char cell[CELL_MAX], const char *text)
{
	const size_t len = text ? strlen(text) : 0;
	size_t used = strlen(cell);
	for (const char *at = cell; len > 0 && (at = strstr(at, text)); at += len) {
		const bool begins = at == cell || at[-1] == ' ';
		if (begins && (at[len] == '\0' || at[len] == ',')) {
			return;
		}
	}
	if (len > 0 && used + len + 3 < CELL_MAX) {
		snprintf(cell + used, CELL_MAX - used, "%s%s", used > 0 ? ", " : "", text);
	}
}

static const char *source_of(const struct store *store)
{
	return store->source;
}

static const char *type_of(const struct store *store)
{
	return store->fstype;
}

static void add_stores(
	char cell[CELL_MAX], const struct server *server, const char *(*text_of)(const struct store *store))
{
	for (size_t i = 0; i < server->instance_count; i++) {
		if (fleet_store_counts(server->instances[i])) {
			add_once(cell, text_of(&server->instances[i]->store));
		}
	}
}

static void source_cell(char cell[CELL_MAX], const struct server *server)
{
	add_stores(cell, server, source_of);
}

static void type_cell(char cell[CELL_MAX], const struct server *server)
{
	add_stores(cell, server, type_of);
}

/* What is wrong with one is an alert of that instance. */
static void stores_cell(char cell[CELL_MAX], const struct server *server)
{
	size_t ok = 0, all = 0;
	for (size_t i = 0; i < server->instance_count; i++) {
		const struct instance *instance = server->instances[i];
		all += fleet_store_counts(instance);
		ok += fleet_store_counts(instance) && instance->store.status == STORE_OK;
	}
	snprintf(cell, CELL_MAX, _("%zu/%zu ok"), ok, all);
}

static void latency_cell(char cell[CELL_MAX], const struct server *server)
{
	if (server->nfs.status == LINK_OK && isfinite(server->nfs.latency_ms)) {
		snprintf(cell, CELL_MAX, "%.0fms", server->nfs.latency_ms);
	}
}

static void nfs_cell(char cell[CELL_MAX], const struct server *server)
{
	const char *trouble = server->nfs_server.trouble;
	const char *text = "";
	switch (server->nfs.status) {
	case LINK_UNKNOWN:
		text = _("not heard yet");
		break;
	case LINK_OK:
		text = trouble ? trouble : "ok";
		break;
	case LINK_FAILED:
		text = server->nfs.error ? server->nfs.error : "?";
		break;
	case LINK_NONE:
		break; /* a mount without a source: there is nobody to ask */
	}
	snprintf(cell, CELL_MAX, "%s", text);
}

static const struct column columns[] = {
	{N_("SERVER"), false, server_cell},
	{N_("EXPORT"), false, export_cell},
	{N_("SOURCE"), false, source_cell},
	{N_("TYPE"), false, type_cell},
	{N_("STORES"), true, stores_cell},
	{N_("LAT"), true, latency_cell},
	{"NFS", false, nfs_cell},
};
#define COLUMNS (sizeof(columns) / sizeof(*columns))

static void add_row(struct text_table *table, const struct server *server)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		char cell[CELL_MAX] = "";
		columns[i].cell(cell, server);
		text_table_add(table, columns[i].right, cell);
	}
}

void snapshot_nfs_text(FILE *out, const struct fleet *fleet)
{
	struct text_table table;
	bool any = false;
	text_table_init(&table, COLUMNS);
	for (size_t i = 0; i < COLUMNS; i++) {
		text_table_add(&table, columns[i].right, _(columns[i].title));
	}
	for (size_t i = 0; i < fleet->server_count; i++) {
		if (fleet->servers[i].spec->nfs.given) {
			any = true;
			add_row(&table, &fleet->servers[i]);
		}
	}
	if (any) {
		text_table_print(&table, out);
	}
	text_table_free(&table);
}
