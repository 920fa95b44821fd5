/*
 * models.c - models in memory: load, unload; and deleting one from the store.
 */
#include "private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOAD_MS       (5 * 60 * 1000)
#define UNLOAD_MS     (30 * 1000)
#define HISTORY_MAX   50
#define NAME_PART_MAX 80
#define ASK_MS        1000
/* What a model takes beyond its file: context and buffers of one request at a time. */
#define ALLOWANCE_SHARE 0.2

static size_t part_length(const char *s, bool colon)
{
	size_t n = 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '-' || s[n] == '.' ||
		(colon && s[n] == ':'))
		n++;
	return n;
}

static bool bad_name(char *why, size_t size, const char *text)
{
	if (why != NULL)
		snprintf(why, size, "%s", text);
	return false;
}

bool op_model_name_valid(const char *name, char *why, size_t size)
{
	const char *slash = NULL, *p = name;
	int parts = 0;
	if (*name == '\0')
		return bad_name(why, size, _("expected MODEL[:TAG], such as mistral:7b"));
	/* Every part but the last ends in a slash; a host may have a port. */
	while ((slash = strchr(p, '/')) != NULL) {
		size_t len = part_length(p, parts == 0);
		if (p + len != slash || len == 0 || len > (parts == 0 ? 350 : NAME_PART_MAX) || ++parts > 2 ||
			!isalnum((unsigned char)*p))
			return bad_name(why, size, _("expected [HOST/][NAMESPACE/]MODEL[:TAG]"));
		p = slash + 1;
	}
	size_t model = part_length(p, false);
	if (model == 0 || model > NAME_PART_MAX || !(isalnum((unsigned char)*p) || *p == '_'))
		return bad_name(why, size,
			_("a model begins with a letter or digit and has letters, digits, _ - . alone"));
	p += model;
	if (*p == '\0')
		return true;
	size_t tag = *p == ':' ? part_length(p + 1, false) : 0;
	if (tag == 0 || tag > NAME_PART_MAX || p[1 + tag] != '\0' ||
		!(isalnum((unsigned char)p[1]) || p[1] == '_'))
		return bad_name(
			why, size, _("after the model expected :TAG of letters, digits, _ - . alone"));
	return true;
}

void model_full_name(char *dst, size_t size, const char *name)
{
	const char *last = strrchr(name, '/');
	bool tagged = strchr(last != NULL ? last : name, ':') != NULL;
	snprintf(dst, size, "%s%s", name, tagged ? "" : ":latest");
}

bool model_same(const char *a, const char *b)
{
	char x[2 * TEXT_NAME_MAX], y[2 * TEXT_NAME_MAX];
	model_full_name(x, sizeof x, a);
	model_full_name(y, sizeof y, b);
	return strcasecmp(x, y) == 0;
}

const struct model_stored *model_stored_on(const struct instance *i, const char *name)
{
	for (size_t m = 0; i != NULL && m < i->stored_count; m++)
		if (model_same(i->stored[m].name, name))
			return &i->stored[m];
	return NULL;
}

const struct model_loaded *model_loaded_on(const struct instance *i, const char *name)
{
	for (size_t m = 0; i != NULL && m < i->loaded_count; m++)
		if (model_same(i->loaded[m].name, name))
			return &i->loaded[m];
	return NULL;
}

typedef void visit_fn(void *user, const struct instance *i);

static void each_loaded(const struct ops *ops, const char *name, visit_fn *visit, void *user)
{
	const struct fleet *fleet = ops->options.fleet;
	for (size_t s = 0; s < fleet->server_count; s++)
		for (size_t i = 0; i < fleet->servers[s].instance_count; i++)
			if (instance_is_ollama(fleet->servers[s].instances[i]) &&
				model_loaded_on(fleet->servers[s].instances[i], name) != NULL)
				visit(user, fleet->servers[s].instances[i]);
}

struct place_list {
	char *buf;
	size_t size, count;
};

static void add_place(void *user, const struct instance *i)
{
	struct place_list *list = user;
	size_t len = strlen(list->buf);
	list->count++;
	if (len + 1 < list->size)
		snprintf(list->buf + len, list->size - len, "%s%s/%s%s", len > 0 ? ", " : "",
			i->server->spec->name, i->name, i->busy ? _(" (busy)") : "");
}

size_t model_loaded_where(const struct ops *ops, const char *name, char *buf, size_t size)
{
	struct place_list list = {buf, size, 0};
	buf[0] = '\0';
	each_loaded(ops, name, add_place, &list);
	return list.count;
}

static void add_round(void *user, const struct instance *i)
{
	op_add_round(user, i->server->index, i->name);
}

void model_add_rounds(struct operation *op, const char *name)
{
	each_loaded(op->ops, name, add_round, op);
}

const char *model_path(const struct operation *op)
{
	return op->embedding ? "/api/embed" : "/api/generate";
}

char *model_request(const struct operation *op, const char *model, const char *keep_alive, int64_t context)
{
	cJSON *body = cJSON_CreateObject();
	cJSON_AddStringToObject(body, "model", model);
	if (op->embedding)
		cJSON_AddStringToObject(body, "input", "");
	cJSON_AddBoolToObject(body, "stream", false);
	if (keep_alive != NULL)
		cJSON_AddStringToObject(body, "keep_alive", keep_alive);
	else
		cJSON_AddNumberToObject(body, "keep_alive", 0);
	if (context > 0)
		cJSON_AddNumberToObject(cJSON_AddObjectToObject(body, "options"), "num_ctx", (double)context);
	char *json = cJSON_PrintUnformatted(body);
	cJSON_Delete(body);
	return json;
}

static void ask_model(struct operation *op, const char *keep_alive, int64_t context, int64_t deadline_ms,
	op_answer_fn *answer)
{
	struct http_endpoint *api = op_api(op);
	char *json = api != NULL ? model_request(op, op->model, keep_alive, context) : NULL;
	if (json == NULL)
		op_fail(op, _("%s has no address that is known"), op->subject);
	else
		op_change(op, api, "POST", model_path(op), json, deadline_ms, answer);
	cJSON_free(json);
}

bool model_wants_embed(struct operation *op, const struct http_response *response)
{
	if (op->embedding || response->error != NULL || response->status != 400)
		return false;
	op->embedding = true;
	return true;
}

static int64_t sibling_context(const struct operation *op)
{
	const struct fleet *fleet = op->ops->options.fleet;
	for (size_t s = 0; s < fleet->server_count; s++)
		for (size_t i = 0; i < fleet->servers[s].instance_count; i++) {
			const struct instance *sibling = fleet->servers[s].instances[i];
			const struct model_loaded *m = model_loaded_on(sibling, op->model);
			if (m != NULL && instance_is_ollama(sibling) && m->context > 0)
				return m->context;
		}
	return 0;
}

static void loaded(struct operation *op, const struct http_response *response)
{
	if (model_wants_embed(op, response))
		op->step->enter(op);
	else
		op_changed(op, response);
}

static void enter_load(struct operation *op)
{
	ask_model(op, MODEL_KEEP_ALIVE, sibling_context(op), LOAD_MS, loaded);
}

static const struct step step_load = {
	.name = N_("loading into %s"), .deadline_ms = LOAD_MS + CALL_MS, .enter = enter_load};

static void wait_for_ps(struct operation *op)
{
	watch_retry(op->ops->options.watch, op->server);
	op->again_at = op_now(op) + ASK_MS;
}

/* /api/ps is asked with every refresh, and here not less often than once a second. */
static bool heard_since(struct operation *op)
{
	const struct instance *i = op_instance(op);
	if (i != NULL && i->loaded_at > op->view.step_at)
		return true;
	if (op_now(op) >= op->again_at)
		wait_for_ps(op);
	return false;
}

static void tick_loaded(struct operation *op)
{
	char size[24];
	if (!heard_since(op))
		return;
	const struct model_loaded *m = model_loaded_on(op_instance(op), op->model);
	if (m == NULL) {
		op_fail(op, _("%s answered, but does not list %s as loaded"), op->subject, op->model);
		return;
	}
	op_done(op, _("%s is loaded on %s: %s, kept for %s after the last request"), op->model,
		op->view.target, text_size(size, sizeof size, m->size), MODEL_KEEP_ALIVE);
}

static const struct step step_loaded = {.name = N_("waiting until %s lists it"),
	.deadline_ms = UNLOAD_MS,
	.enter = wait_for_ps,
	.tick = tick_loaded};

static void unloaded(struct operation *op, const struct http_response *response)
{
	/* Not stored any more, so not loaded for long. */
	if (response->error == NULL && response->status == 404)
		op_next(op);
	else
		loaded(op, response);
}

/* The last round of a delete or a pull is about the rw server, not about memory. */
static bool about_memory(const struct operation *op)
{
	return !op->last_is_store || op->round + 1 < op->rounds;
}

static void enter_unload(struct operation *op)
{
	ask_model(op, NULL, 0, UNLOAD_MS, unloaded);
}

const struct step step_unload = {.name = N_("unloading from %s"),
	.applies = about_memory,
	.deadline_ms = UNLOAD_MS + CALL_MS,
	.enter = enter_unload};

static void tick_unloaded(struct operation *op)
{
	if (!heard_since(op))
		return;
	if (model_loaded_on(op_instance(op), op->model) != NULL) {
		/* A request in flight holds it until it ends. */
		op->view.step_at = op_now(op);
		return;
	}
	op->view.completed = (int64_t)op->round + 1;
	if (op->last_is_store)
		op_skip_round(op);
	else
		op_next(op);
}

const struct step step_unloaded = {.name = N_("waiting until %s has let go of it"),
	.deadline_ms = UNLOAD_MS,
	.enter = wait_for_ps,
	.applies = about_memory,
	.tick = tick_unloaded};

bool prepare_load(struct operation *op)
{
	static const struct step *const program[] = {&step_round, &step_load, &step_loaded, NULL};
	op->program = program;
	op_add_round(op, op->server, op->instance_name);
	return true;
}

static bool is_last_round(const struct operation *op)
{
	return op->round + 1 == op->rounds;
}

static void enter_all_unloaded(struct operation *op)
{
	op_done(op, P_("%s is unloaded from %zu instance", "%s is unloaded from %zu instances", op->rounds),
		op->model, op->rounds);
}

static const struct step step_all_unloaded = {.name = N_("%s has let go of it"),
	.quiet = true,
	.applies = is_last_round,
	.deadline_ms = CALL_MS,
	.enter = enter_all_unloaded};

bool prepare_unload(struct operation *op)
{
	static const struct step *const program[] = {
		&step_round, &step_unload, &step_unloaded, &step_all_unloaded, NULL};
	op->program = program;
	if (op->instance_name != NULL)
		op_add_round(op, op->server, op->instance_name);
	else
		model_add_rounds(op, op->model);
	op->view.total = (int64_t)op->rounds;
	if (op->rounds > 0)
		return true;
	op_deny(op, _("%s is not loaded anywhere"), op->model);
	return false;
}

static void deleted(struct operation *op, const struct http_response *response)
{
	char text[400];
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	watch_stored(op->ops->options.watch);
	if (refusal != NULL)
		op_fail(op, "%s", refusal);
	else
		op_done(op, _("%s is deleted"), op->model);
}

static void enter_delete(struct operation *op)
{
	struct http_endpoint *api = op_api(op);
	cJSON *body = cJSON_CreateObject();
	cJSON_AddStringToObject(body, "model", op->model);
	char *json = cJSON_PrintUnformatted(body);
	cJSON_Delete(body);
	if (api == NULL || json == NULL)
		op_fail(op, _("%s has no address that is known"), op->subject);
	else
		op_change(op, api, "DELETE", "/api/delete", json, UNLOAD_MS, deleted);
	cJSON_free(json);
}

static const struct step step_delete = {
	.name = N_("deleting on %s"), .deadline_ms = UNLOAD_MS + CALL_MS, .enter = enter_delete};

bool prepare_delete(struct operation *op)
{
	static const struct step *const program[] = {
		&step_round, &step_unload, &step_unloaded, &step_delete, NULL};
	struct op_plan plan = {0};
	const struct instance *writer = plan_writer(op->ops, &plan);
	op->program = program;
	op->last_is_store = true;
	if (writer == NULL) {
		op_deny(op, "%s", plan.text);
		return false;
	}
	if (op->unload_first)
		model_add_rounds(op, op->model);
	op_add_round(op, writer->server->index, writer->name);
	return true;
}

/* Why it may not fit into the instance's limit; "" when it does, or nothing is known. */
static void check_fit(const struct instance *i, const struct model_stored *m, struct op_plan *plan)
{
	char size[24], needs[24], limit_text[24];
	int64_t limit = i->container.memory_limit > 0 ? i->container.memory_limit : i->memory_limit;
	int64_t need = (int64_t)((double)m->size * (1 + ALLOWANCE_SHARE));
	plan_line(plan, _("%s has %s; with an allowance of %.0f%% for context and buffers it takes %s."),
		m->name, text_size(size, sizeof size, m->size), 100 * ALLOWANCE_SHARE,
		text_size(needs, sizeof needs, need));
	if (limit <= 0)
		return;
	plan_line(
		plan, _("The limit of %s is %s."), i->name, text_size(limit_text, sizeof limit_text, limit));
	if (need > limit)
		snprintf(plan->danger, sizeof plan->danger,
			_("%s does not fit: it takes about %s, the limit of %s is %s. It will most likely be "
			  "killed for memory."),
			m->name, needs, i->name, limit_text);
}

/* The models of an instance, a list for a sentence. */
static void list_stored(const struct instance *i, char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t m = 0, len = 0; m < i->stored_count && len + 4 < size; m++, len = strlen(buf))
		snprintf(buf + len, size - len, "%s%s", len > 0 ? ", " : "", i->stored[m].name);
}

bool plan_load(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	char known[1024];
	if (!plan_model(intent, plan))
		return false;
	const struct instance *i = plan_instance(ops, intent, plan);
	if (i == NULL)
		return false;
	snprintf(plan->title, sizeof plan->title, _("load %.80s into %s/%s"), intent->model,
		i->server->spec->name, i->name);
	if (fleet_task_unasked(i))
		return plan_not_a_task(i, plan);
	if (!plan_ollama(i, plan))
		return false;
	if (i->api.status != LINK_OK)
		return plan_refused(plan, _("%s/%s does not answer"), i->server->spec->name, i->name);
	const struct model_stored *m = model_stored_on(i, intent->model);
	if (m == NULL && i->stored_at != 0) {
		list_stored(i, known, sizeof known);
		return plan_wrong(plan, _("%s/%s has no model %s; it has: %s"), i->server->spec->name,
			i->name, intent->model, known[0] != '\0' ? known : _("none"));
	}
	if (m != NULL)
		check_fit(i, m, plan);
	plan_interrupts(ops, i, plan);
	return true;
}

bool plan_unload(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	char where[512];
	if (!plan_model(intent, plan))
		return false;
	size_t count = model_loaded_where(ops, intent->model, where, sizeof where);
	if (intent->server != NULL) {
		const struct instance *i = plan_instance(ops, intent, plan);
		if (i == NULL)
			return false;
		if (fleet_task_unasked(i))
			return plan_not_a_task(i, plan);
		if (!plan_ollama(i, plan))
			return false;
		if (model_loaded_on(i, intent->model) == NULL)
			return plan_wrong(plan, _("%s is not loaded on %s/%s; it is loaded on: %s"),
				intent->model, i->server->spec->name, i->name,
				count > 0 ? where : _("no instance"));
		snprintf(plan->title, sizeof plan->title, _("unload %.80s from %s/%s"), intent->model,
			i->server->spec->name, i->name);
		plan_interrupts(ops, i, plan);
		return true;
	}
	if (count == 0)
		return plan_wrong(plan, _("%s is not loaded anywhere"), intent->model);
	snprintf(plan->title, sizeof plan->title, _("unload %.80s everywhere"), intent->model);
	plan_line(plan, _("It is loaded on %s."), where);
	return true;
}

bool plan_delete(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	char known[1024], size[24];
	if (!plan_model(intent, plan))
		return false;
	snprintf(plan->title, sizeof plan->title, _("delete %.100s"), intent->model);
	const struct instance *writer = plan_writer(ops, plan);
	if (writer == NULL)
		return false;
	const struct model_stored *m = model_stored_on(writer, intent->model);
	if (m == NULL && writer->stored_at != 0) {
		list_stored(writer, known, sizeof known);
		return plan_wrong(plan, _("%s/%s has no model %s; it has: %s"), writer->server->spec->name,
			writer->name, intent->model, known[0] != '\0' ? known : _("none"));
	}
	plan_line(plan, _("On %s, %s (%s) is deleted from the store that all servers share."),
		writer->server->spec->name, intent->model,
		m != NULL ? text_size(size, sizeof size, m->size) : "?");
	if (model_loaded_where(ops, intent->model, plan->loaded_on, sizeof plan->loaded_on) > 0)
		plan_line(plan, _("It is loaded on %s: who reads a deleted file over NFS gets an error."),
			plan->loaded_on);
	snprintf(plan->typed, sizeof plan->typed, "%s", intent->model);
	return true;
}

void models_remember(struct ops *ops, const char *model)
{
	if (ops->history == NULL)
		ops->history = calloc(HISTORY_MAX, sizeof *ops->history);
	if (ops->history == NULL)
		return;
	size_t at = 0;
	while (at < ops->history_count && strcmp(ops->history[at], model) != 0)
		at++;
	if (at == ops->history_count && ops->history_count < HISTORY_MAX)
		ops->history_count++;
	if (at == HISTORY_MAX)
		at--;
	memmove(ops->history + 1, ops->history, at * sizeof *ops->history);
	snprintf(ops->history[0], sizeof ops->history[0], "%s", model);
	ops->known_generation = 0;
}

static void add_known(struct ops *ops, const char *name)
{
	for (size_t k = 0; k < ops->known_count; k++)
		if (strcmp(ops->known[k], name) == 0)
			return;
	const char **known = realloc(ops->known, (ops->known_count + 1) * sizeof *known);
	if (known == NULL)
		return;
	ops->known = known;
	ops->known[ops->known_count++] = name;
}

static void add_names_of(struct ops *ops, const struct instance *i)
{
	for (size_t m = 0; m < i->stored_count; m++)
		add_known(ops, i->stored[m].name);
	for (size_t m = 0; m < i->loaded_count; m++)
		add_known(ops, i->loaded[m].name);
}

/* Made anew when the fleet has changed, since its names are borrowed. */
static void collect_known(struct ops *ops)
{
	const struct fleet *fleet = ops->options.fleet;
	if (ops->known_generation == fleet->generation + 1)
		return;
	ops->known_generation = fleet->generation + 1;
	ops->known_count = 0;
	for (size_t h = 0; h < ops->history_count; h++)
		add_known(ops, ops->history[h]);
	for (size_t s = 0; s < fleet->server_count; s++)
		for (size_t i = 0; i < fleet->servers[s].instance_count; i++)
			if (instance_is_ollama(fleet->servers[s].instances[i]))
				add_names_of(ops, fleet->servers[s].instances[i]);
}

const char *ops_known_model(struct ops *ops, size_t i)
{
	collect_known(ops);
	return i < ops->known_count ? ops->known[i] : NULL;
}
