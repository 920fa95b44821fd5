#include "each.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "snapshot.h"
#include "text_table.h"

#include <math.h>

#define CELL_MAX 320

/* One column: its title, and what stands in it for an instance. */
struct column {
	const char *title;
	bool right;
	void (*cell)(char cell[CELL_MAX], const struct instance *instance);
};

static void server_cell(char cell[CELL_MAX], const struct instance *instance)
{
	snprintf(cell, CELL_MAX, "%s", instance->server->spec->name);
}

static void name_cell(char cell[CELL_MAX], const struct instance *instance)
{
	snprintf(cell, CELL_MAX, "%s", instance->name);
}

static void state_cell(char cell[CELL_MAX], const struct instance *instance)
{
	snprintf(cell, CELL_MAX, "%s", state_name(instance->state));
}

static void port_cell(char cell[CELL_MAX], const struct instance *instance)
{
	if (instance->port > 0) {
		snprintf(cell, CELL_MAX, "%d", instance->port);
	}
}

static void latency_cell(char cell[CELL_MAX], const struct instance *instance)
{
	if (instance->api.status == LINK_OK && isfinite(instance->api.latency_ms)) {
		snprintf(cell, CELL_MAX, "%.0fms", instance->api.latency_ms);
	}
}

static void memory_cell(char cell[CELL_MAX], const struct instance *instance)
{
	char used[16];
	char limit[16];
	if (instance->memory_used >= 0) {
		text_size(used, sizeof(used), instance->memory_used);
		if (instance->memory_limit > 0) {
			text_size(limit, sizeof(limit), instance->memory_limit);
			snprintf(cell, CELL_MAX, "%s/%s", used, limit);
		} else {
			snprintf(cell, CELL_MAX, "%s", used);
		}
	}
}

static void cpu_cell(char cell[CELL_MAX], const struct instance *instance)
{
	if (isfinite(instance->cpu_percent)) {
		snprintf(cell, CELL_MAX, "%.0f%%", instance->cpu_percent);
	}
}

static void requests_cell(char cell[CELL_MAX], const struct instance *instance)
{
	requests_text(cell, CELL_MAX, &instance->requests);
}

static void loaded_cell(char cell[CELL_MAX], const struct instance *instance)
{
	size_t used = 0;
	char size[16];
	for (size_t i = 0; i < instance->loaded_count && used < CELL_MAX; i++) {
		const struct model_loaded *model = &instance->loaded[i];
		const int n = snprintf(cell + used, CELL_MAX - used, "%s%s%s%s", i > 0 ? ", " : "",
			model->name, model->size >= 0 ? " " : "",
			model->size >= 0 ? text_size(size, sizeof(size), model->size) : "");
		used += n > 0 ? (size_t)n : 0;
	}
}

static void store_cell(char cell[CELL_MAX], const struct instance *instance)
{
	static const char *const access[] = {"", "rw ", "ro "};
	const struct store *store = &instance->store;
	const char *fstype = store->fstype ? store->fstype : "";
	snprintf(cell, CELL_MAX, "%s%s%s%s", access[store->read_only + 1], fstype, fstype[0] ? " " : "",
		store_status_name(store->status));
}

static const struct column columns[] = {
	{N_("SERVER"), false, server_cell},
	{N_("INSTANCE"), false, name_cell},
	{N_("STATE"), false, state_cell},
	{N_("PORT"), true, port_cell},
	{N_("LAT"), true, latency_cell},
	{N_("MEMORY"), true, memory_cell},
	{N_("CPU"), true, cpu_cell},
	{N_("REQ"), true, requests_cell},
	{N_("STORE"), false, store_cell},
	{N_("LOADED"), false, loaded_cell},
};
#define COLUMNS (sizeof(columns) / sizeof(*columns))

static void add_row(void *user, const struct instance *instance)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		char cell[CELL_MAX] = "";
		columns[i].cell(cell, instance);
		text_table_add(user, columns[i].right, cell);
	}
}

static void print_summary(FILE *out, const struct fleet *fleet)
{
	struct totals totals;
	char time[32];
	char used[16];
	char limit[16];
	fleet_totals(fleet, &totals);
	fprintf(out, "%s  %s  ", text_rfc3339(time, sizeof(time), fleet->wall),
		fleet_status_name(fleet->status));
	fprintf(out, _("%zu/%zu ok"), totals.ok, totals.instances);
	fputs("  ", out);
	fprintf(out, P_("%zu model loaded", "%zu models loaded", totals.models_loaded), totals.models_loaded);
	fprintf(out, "  %s/%s\n", text_size(used, sizeof(used), totals.memory_used),
		text_size(limit, sizeof(limit), totals.memory_limit));
}

void snapshot_text(FILE *out, const struct fleet *fleet)
{
	struct text_table table;
	print_summary(out, fleet);
	text_table_init(&table, COLUMNS);
	for (size_t i = 0; i < COLUMNS; i++) {
		text_table_add(&table, columns[i].right, _(columns[i].title));
	}
	each_instance(fleet, add_row, &table);
	text_table_print(&table, out);
	text_table_free(&table);
	snapshot_nfs_text(out, fleet);
	for (size_t i = 0; i < fleet->alert_count; i++) {
		const struct alert *alert = &fleet->alerts[i];
		fprintf(out, "%s  %s  %s: %s\n",
			alert->severity == SEVERITY_CRITICAL ? _("critical") : P_("warning", "warnings", 1),
			alert->label, alert->target, alert->text);
	}
}
