/*
 * models.c - `ollama-top models`: which model, which digest, and which instance sees it.
 */
#include "command.h"
#include "each.h"
#include "ollama-top/i18n.h"
#include "ollama-top/matrix.h"
#include "ollama-top/text.h"
#include "once.h"
#include "result.h"
#include "text_table.h"

#include <string.h>

#define DIGEST_SHOWN 12
#define CELL_MAX     64
#define TARGET_MAX   600

/* What an instance has of a model, against the rw server's list; the names are JSON's too. */
static const char *const agreements[] = {
	[MODEL_SAME] = N_("same"),
	[MODEL_MISSING] = N_("missing"),
	[MODEL_DIFFERENT] = N_("different"),
	[MODEL_EXTRA] = N_("extra"),
	[MODEL_UNKNOWN] = N_("unknown"),
};

static const char *target_of(char *buf, size_t size, const struct instance *instance)
{
	snprintf(buf, size, "%s/%s", instance->server->spec->name, instance->name);
	return buf;
}

/* What speaks OpenAI's API alone stores nothing that is compared: it serves a model, or not. */
static const char *agreement_of(const struct fleet *fleet, const struct instance *instance, const char *model)
{
	if (!instance_is_ollama(instance)) {
		return instance_loaded(instance, model) ? N_("served") : N_("none");
	}
	return agreements[fleet_model_agreement(fleet, instance, model)];
}

static bool differs(const struct fleet *fleet, const struct instance *instance, const char *model)
{
	const enum model_agreement agreement = fleet_model_agreement(fleet, instance, model);
	return agreement != MODEL_SAME && agreement != MODEL_UNKNOWN;
}

/* ---- text ---- */

struct row {
	const struct fleet *fleet;
	struct text_table *table;
	const struct model_row *model;
};

static void count_instance(void *user, const struct instance *instance)
{
	(void)instance;
	++*(size_t *)user;
}

static void add_title(void *user, const struct instance *instance)
{
	char title[TARGET_MAX];
	text_table_add(user, false, target_of(title, sizeof(title), instance));
}

static void add_cell(void *user, const struct instance *instance)
{
	const struct row *row = user;
	const struct fleet *fleet = row->fleet;
	const char *model = row->model->name;
	const bool there = (!instance_is_ollama(instance) && instance_loaded(instance, model)) ||
			   instance_stored(instance, model) || differs(fleet, instance, model) ||
			   (instance_is_ollama(instance) &&
				   fleet_model_agreement(fleet, instance, model) == MODEL_UNKNOWN);
	char cell[CELL_MAX];
	snprintf(cell, sizeof(cell), "%s%s%s", there ? _(agreement_of(fleet, instance, model)) : "-",
		differs(fleet, instance, model) && model_settling(fleet, instance, model, fleet->now)
			? _(", settling")
			: "",
		instance_loaded(instance, model) ? _(", loaded") : "");
	text_table_add(row->table, false, cell);
}

static void add_row(struct text_table *table, const struct fleet *fleet, const struct model_row *model)
{
	struct row row = {fleet, table, model};
	char text[CELL_MAX];
	const char *hex = strchr(model->digest, ':');
	text_table_add(table, false, model->name);
	text_table_add(table, true, model->size >= 0 ? text_size(text, sizeof(text), model->size) : "-");
	snprintf(text, sizeof(text), "%.*s", DIGEST_SHOWN, hex ? hex + 1 : model->digest);
	text_table_add(table, false, text);
	each_instance(fleet, add_cell, &row);
}

static void models_text(FILE *out, const struct fleet *fleet)
{
	struct model_matrix matrix = {0};
	struct text_table table;
	size_t instances = 0;
	matrix_build(&matrix, fleet, NULL, NULL);
	each_instance(fleet, count_instance, &instances);
	text_table_init(&table, 3 + instances);
	text_table_add(&table, false, _("MODEL"));
	text_table_add(&table, true, _("SIZE"));
	text_table_add(&table, false, _("DIGEST"));
	each_instance(fleet, add_title, &table);
	for (size_t m = 0; m < matrix.count; m++) {
		add_row(&table, fleet, &matrix.rows[m]);
	}
	text_table_print(&table, out);
	text_table_free(&table);
	matrix_free(&matrix);
}

/* ---- JSON ---- */

struct entry {
	const struct fleet *fleet;
	cJSON *list;
	const char *model;
};

static void add_entry(void *user, const struct instance *instance)
{
	const struct entry *entry = user;
	const struct fleet *fleet = entry->fleet;
	const struct model_stored *stored = instance_stored(instance, entry->model);
	const bool settling = differs(fleet, instance, entry->model) &&
			      model_settling(fleet, instance, entry->model, fleet->now);
	cJSON *object = cJSON_CreateObject();
	cJSON_AddStringToObject(object, "server", instance->server->spec->name);
	cJSON_AddStringToObject(object, "instance", instance->name);
	cJSON_AddStringToObject(object, "status", agreement_of(fleet, instance, entry->model));
	cJSON_AddBoolToObject(object, "settling", settling);
	if (stored) {
		cJSON_AddStringToObject(object, "digest", stored->digest);
	} else {
		cJSON_AddNullToObject(object, "digest");
	}
	cJSON_AddBoolToObject(object, "loaded", instance_loaded(instance, entry->model) != NULL);
	cJSON_AddItemToArray(entry->list, object);
}

static cJSON *models_json(const struct fleet *fleet)
{
	char text[TARGET_MAX];
	struct model_matrix matrix = {0};
	const struct instance *reference = fleet_reference(fleet);
	cJSON *root = cJSON_CreateObject();
	cJSON_AddStringToObject(root, "time", text_rfc3339(text, sizeof(text), fleet->wall));
	if (reference) {
		cJSON_AddStringToObject(root, "reference", target_of(text, sizeof(text), reference));
	} else {
		cJSON_AddNullToObject(root, "reference");
	}
	cJSON *models = cJSON_AddArrayToObject(root, "models");
	matrix_build(&matrix, fleet, NULL, NULL);
	for (size_t m = 0; m < matrix.count; m++) {
		cJSON *model = cJSON_CreateObject();
		cJSON_AddStringToObject(model, "name", matrix.rows[m].name);
		if (matrix.rows[m].digest[0] != '\0') {
			cJSON_AddStringToObject(model, "digest", matrix.rows[m].digest);
		} else {
			cJSON_AddNullToObject(model, "digest");
		}
		if (matrix.rows[m].size >= 0) {
			cJSON_AddNumberToObject(model, "size", (double)matrix.rows[m].size);
		} else {
			cJSON_AddNullToObject(model, "size");
		}
		struct entry entry = {fleet, cJSON_AddArrayToObject(model, "instances"), matrix.rows[m].name};
		each_instance(fleet, add_entry, &entry);
		cJSON_AddItemToArray(models, model);
	}
	matrix_free(&matrix);
	return root;
}

/* ---- what it comes to ---- */

struct verdict {
	const struct fleet *fleet;
	const struct model_matrix *matrix;
	bool drifts;
};

static void look_for_drift(void *user, const struct instance *instance)
{
	struct verdict *verdict = user;
	const struct fleet *fleet = verdict->fleet;
	for (size_t m = 0; m < verdict->matrix->count; m++) {
		const char *model = verdict->matrix->rows[m].name;
		verdict->drifts =
			verdict->drifts || (differs(fleet, instance, model) &&
						   !model_settling(fleet, instance, model, fleet->now));
	}
}

/* Unwell when a list differs for longer than NFS clients may take, or when there is none to compare with. */
static int status_of(const struct fleet *fleet)
{
	struct model_matrix matrix = {0};
	struct verdict verdict = {fleet, &matrix, false};
	if (!fleet_reference(fleet)) {
		command_complain(
			_("no instance of the rw server lists its models: nothing can be compared with it"));
		return EXIT_UNWELL;
	}
	matrix_build(&matrix, fleet, NULL, NULL);
	each_instance(fleet, look_for_drift, &verdict);
	matrix_free(&matrix);
	return verdict.drifts ? EXIT_UNWELL : EXIT_DONE;
}

int models_run(const struct options *options)
{
	struct once once = {0};
	int exit_status;
	if (once_run(&once, options, 0, &exit_status)) {
		once_unlisten(&once);
		const struct fleet *fleet = once.app.fleet;
		exit_status =
			result_print(options->format, fleet, models_json, models_text, status_of(fleet));
	}
	return once_close(&once, exit_status);
}
