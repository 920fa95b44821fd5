/*
 * pull.c - fetching a model on the rw server, and seeing it arrive everywhere.
 *
 * Ollama's answer to POST /api/pull is a stream of lines (docs/api.md): {"status"}, {"status",
 * "digest", "total", "completed"} and {"error"}. The size of a layer is told when it is come to.
 * What was fetched of a layer is kept, so that a broken stream is taken up by asking again.
 */
#include "private.h"

#include "../net/json.h"
#include "ollama-top/observation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYERS_MAX  64
#define SILENCE_MS  (5 * 60 * 1000)
#define ATTEMPTS    8 /* in a row without a byte more */
#define BACKOFF_MS  1000
#define BACKOFF_MAX 30000
#define RATE_MS     1000
#define RATE_WEIGHT 0.3
#define SEEN_MS     (120 * 1000) /* attributes of NFS are cached for up to 60 s */
#define SEEN_ASK_MS 2000

struct layer {
	char digest[80];
	int64_t total, completed;
};

struct pulling {
	struct ndjson lines;
	struct layer layers[LAYERS_MAX];
	size_t count;
	int attempts;
	int64_t best; /* bytes, the most that was seen */
	int64_t rate_at, rate_bytes;
	bool success, final;
	char error[400];
	int64_t done_at;
};

void pulling_free(struct operation *op)
{
	if (op->pulling == NULL)
		return;
	ndjson_free(&op->pulling->lines);
	free(op->pulling);
	op->pulling = NULL;
}

/* The files of a layer that we fetch ourselves are nobody else's pull. */
static void layers_are_ours(const struct ops *ops)
{
	const char *digests[FLEET_TRANSFERS_MAX];
	struct observation o = {.kind = OBS_OWN_LAYERS};
	size_t count = 0;
	for (const struct operation *op = ops->first; op != NULL; op = op->next)
		for (size_t i = 0;
			op->pulling != NULL && i < op->pulling->count && count < FLEET_TRANSFERS_MAX; i++)
			digests[count++] = op->pulling->layers[i].digest;
	o.at = clock_mono_ms(ops->options.clock);
	o.wall = clock_wall_ms(ops->options.clock);
	o.u.own_layers.digests = digests;
	o.u.own_layers.count = count;
	fleet_apply(ops->options.fleet, &o);
}

static struct layer *layer_of(struct operation *op, const char *digest)
{
	struct pulling *p = op->pulling;
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->layers[i].digest, digest) == 0)
			return &p->layers[i];
	if (p->count == LAYERS_MAX)
		return NULL;
	struct layer *layer = &p->layers[p->count++];
	snprintf(layer->digest, sizeof layer->digest, "%s", digest);
	layers_are_ours(op->ops);
	return layer;
}

static void sum_up(struct operation *op, const struct layer *at)
{
	struct pulling *p = op->pulling;
	int64_t now = op_now(op), completed = 0, total = 0;
	for (size_t i = 0; i < p->count; i++) {
		completed += p->layers[i].completed;
		total += p->layers[i].total;
	}
	op->view.bytes = true;
	op->view.completed = completed;
	op->view.total = total;
	op->view.layer = (int)(at - p->layers) + 1;
	if (completed > p->best) {
		p->best = completed;
		p->attempts = 0;
	}
	if (p->rate_at == 0) {
		p->rate_at = now;
		p->rate_bytes = completed;
	} else if (now - p->rate_at >= RATE_MS) {
		double rate = (double)(completed - p->rate_bytes) * 1000 / (double)(now - p->rate_at);
		op->view.rate =
			isnan(op->view.rate) ? rate : RATE_WEIGHT * rate + (1 - RATE_WEIGHT) * op->view.rate;
		p->rate_at = now;
		p->rate_bytes = completed;
	}
}

/* False, with the figures, when what is left of the layer cannot fit. */
static bool fits(struct operation *op, const struct layer *layer)
{
	const struct instance *i = op_instance(op);
	char left[24], free_text[24];
	int64_t rest = layer->total - layer->completed;
	if (i == NULL || i->store.available < 0 || rest <= i->store.available)
		return true;
	snprintf(op->pulling->error, sizeof op->pulling->error,
		_("no room: %s of this layer are left to fetch, %s are free on %s"),
		text_size(left, sizeof left, rest),
		text_size(free_text, sizeof free_text, i->store.available), op_server(op)->spec->name);
	op->pulling->final = true;
	return false;
}

static bool take_layer(struct operation *op, const cJSON *tree)
{
	char digest[80], done[24], total[24];
	json_text(tree, "digest", digest, sizeof digest);
	struct layer *layer = digest[0] != '\0' ? layer_of(op, digest) : NULL;
	if (layer == NULL)
		return true;
	int64_t size = json_int(tree, "total", 0), completed = json_int(tree, "completed", 0);
	layer->total = size > 0 ? size : layer->total;
	layer->completed = completed > 0 ? completed : layer->completed;
	if (layer->completed > layer->total)
		layer->completed = layer->total;
	sum_up(op, layer);
	snprintf(op->view.step, sizeof op->view.step, _("layer %d: %s of %s"), op->view.layer,
		text_size(done, sizeof done, layer->completed), text_size(total, sizeof total, layer->total));
	op_touch(op);
	return fits(op, layer);
}

static bool on_line(void *user, char *line, size_t len)
{
	struct operation *op = user;
	struct pulling *p = op->pulling;
	struct parse_error ignored;
	char status[160];
	cJSON *tree = json_parse(line, len, cJSON_Object, "/api/pull", &ignored);
	if (tree == NULL)
		return true;
	bool going = true;
	/* As long as something comes it may take its time. */
	op->view.step_deadline_at = op_now(op) + SILENCE_MS + CALL_MS;
	json_text(tree, "status", status, sizeof status);
	if (json_string(tree, "error") != NULL) {
		json_text(tree, "error", p->error, sizeof p->error);
		p->final = true;
		going = false;
	} else if (json_string(tree, "digest") != NULL) {
		going = take_layer(op, tree);
	} else if (strcmp(status, "success") == 0) {
		p->success = true;
	} else if (status[0] != '\0' && strcmp(op->view.message, status) != 0) {
		op_say(op, "%s", status);
	}
	cJSON_Delete(tree);
	return going;
}

static bool on_data(void *user, const char *data, size_t len)
{
	struct operation *op = user;
	return ndjson_push(&op->pulling->lines, data, len);
}

static int64_t backoff(int attempts)
{
	int64_t ms = BACKOFF_MS;
	for (int i = 1; i < attempts && ms < BACKOFF_MAX; i++)
		ms *= 2;
	return ms < BACKOFF_MAX ? ms : BACKOFF_MAX;
}

static void try_again(struct operation *op, const char *why)
{
	struct pulling *p = op->pulling;
	char wait[24];
	if (++p->attempts >= ATTEMPTS) {
		op_fail(op,
			P_("gave up after %d attempt: %s; what was fetched is kept, pull again to go on",
				"gave up after %d attempts: %s; what was fetched is kept, pull again to go "
				"on",
				ATTEMPTS),
			ATTEMPTS, why);
		return;
	}
	op->view.rate = NAN;
	p->rate_at = 0;
	op->again_at = op_now(op) + backoff(p->attempts);
	op->view.step_deadline_at = op->again_at + SILENCE_MS + CALL_MS;
	text_duration(wait, sizeof wait, backoff(p->attempts));
	snprintf(op->view.step, sizeof op->view.step, _("broken, goes on in %s"), wait);
	op_say(op, _("%s; goes on in %s"), why, wait);
}

static void on_end(struct operation *op, const struct http_response *response)
{
	struct pulling *p = op->pulling;
	char text[400];
	if (!p->final && !p->success)
		(void)ndjson_end(&p->lines);
	if (p->final) {
		op_fail(op, "%s", p->error);
	} else if (p->success) {
		op->again_at = 0;
		op_next(op);
	} else if (response->error == NULL && response->status >= 400) {
		op_fail(op, "%s", op_refusal(response, "POST /api/pull", text, sizeof text));
	} else {
		try_again(op, p->lines.error != NULL    ? p->lines.error
			      : response->error != NULL ? response->error
							: _("the stream ended too early"));
	}
}

static void begin_stream(struct operation *op)
{
	struct pulling *p = op->pulling;
	struct http_endpoint *api = op_api(op);
	cJSON *body = cJSON_CreateObject();
	cJSON_AddStringToObject(body, "model", op->model);
	char *json = cJSON_PrintUnformatted(body);
	cJSON_Delete(body);
	op->again_at = 0;
	ndjson_free(&p->lines);
	ndjson_init(&p->lines, HTTP_LINE_MAX, on_line, op);
	if (api == NULL || json == NULL)
		op_fail(op, _("%s has no address that is known"), op->subject);
	else
		op_stream(op, api, "/api/pull", json, SILENCE_MS, SILENCE_MS, on_data, on_end);
	cJSON_free(json);
}

static void enter_pull(struct operation *op)
{
	op->pulling = calloc(1, sizeof *op->pulling);
	if (op->pulling == NULL)
		op_fail(op, _("out of memory"));
	else
		begin_stream(op);
}

static void tick_pull(struct operation *op)
{
	if (op->request != NULL || op->again_at == 0 || op_now(op) < op->again_at)
		return;
	snprintf(op->view.step, sizeof op->view.step, _("pulling on %s"), op->subject);
	begin_stream(op);
	op_touch(op);
}

static const struct step step_pull = {.name = N_("pulling on %s"),
	.deadline_ms = SILENCE_MS + CALL_MS,
	.enter = enter_pull,
	.tick = tick_pull};

/* Who of the read-only servers does not list what the rw server lists; "" when all do. */
static size_t lagging(const struct operation *op, char *names, size_t size)
{
	const struct fleet *fleet = op->ops->options.fleet;
	const struct model_stored *wanted = model_stored_on(op_instance(op), op->model);
	size_t count = 0, len = 0;
	names[0] = '\0';
	for (size_t s = 0; s < fleet->server_count; s++)
		for (size_t k = 0; k < fleet->servers[s].instance_count; k++) {
			const struct instance *i = fleet->servers[s].instances[k];
			if (i->server->spec->role != ROLE_RO || i->gone || i->state == STATE_STOPPED ||
				!instance_is_ollama(i))
				continue;
			const struct model_stored *m = model_stored_on(i, op->model);
			if (i->stored_at > op->pulling->done_at && wanted != NULL && m != NULL &&
				strcmp(m->digest, wanted->digest) == 0)
				continue;
			count++;
			len = strlen(names);
			if (len + 1 < size)
				snprintf(names + len, size - len, "%s%s/%s", len > 0 ? ", " : "",
					i->server->spec->name, i->name);
		}
	return count;
}

static void enter_seen(struct operation *op)
{
	op->pulling->done_at = op_now(op);
	op->view.rate = NAN;
	watch_stored(op->ops->options.watch);
	op->again_at = op_now(op) + SEEN_ASK_MS;
}

static void tick_seen(struct operation *op)
{
	const struct instance *writer = op_instance(op);
	char names[400], took[24], all[24];
	int64_t now = op_now(op);
	size_t count = lagging(op, names, sizeof names);
	bool listed = writer != NULL && writer->stored_at > op->pulling->done_at &&
		      model_stored_on(writer, op->model) != NULL;
	text_duration(took, sizeof took, now - op->pulling->done_at);
	text_duration(all, sizeof all, now - op->view.started_at);
	if (listed && count == 0) {
		op_done(op, _("%s is pulled in %s; every instance lists it, %s after the pull"), op->model,
			all, took);
		return;
	}
	if (now + TICK_MS >= op->view.step_deadline_at) {
		op_fail(op, _("%s is pulled, but not listed after %s by: %s"), op->model, took,
			count > 0 ? names : op->subject);
		return;
	}
	if (now < op->again_at)
		return;
	watch_stored(op->ops->options.watch);
	op->again_at = now + SEEN_ASK_MS;
	if (count > 0)
		op_say(op, _("pulled; not listed yet by %s"), names);
}

static const struct step step_seen = {.name = N_("waiting for all to list it"),
	.deadline_ms = SEEN_MS,
	.enter = enter_seen,
	.tick = tick_seen};

bool prepare_pull(struct operation *op)
{
	static const struct step *const program[] = {
		&step_round, &step_unload, &step_unloaded, &step_pull, &step_seen, NULL};
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

bool plan_pull(const struct ops *ops, const struct intent *intent, struct op_plan *plan)
{
	char free_text[24], total[24], size[24];
	if (!plan_model(intent, plan))
		return false;
	snprintf(plan->title, sizeof plan->title, _("pull %.120s"), intent->model);
	const struct instance *writer = plan_writer(ops, plan);
	if (writer == NULL)
		return false;
	plan_line(plan, _("On %s, the rw server, %s is fetched into the store that all servers share."),
		writer->server->spec->name, intent->model);
	if (writer->store.available >= 0)
		plan_line(plan, _("%s of %s are free there."),
			text_size(free_text, sizeof free_text, writer->store.available),
			text_size(total, sizeof total, writer->store.total));
	else
		plan_line(plan, "%s", _("How much room there is, is not known."));
	const struct model_stored *m = model_stored_on(writer, intent->model);
	if (m == NULL)
		return true;
	plan_line(plan, _("It is there already (%s): only a newer version is fetched, and then replaces it."),
		text_size(size, sizeof size, m->size));
	if (model_loaded_where(ops, intent->model, plan->loaded_on, sizeof plan->loaded_on) > 0)
		plan_line(plan,
			_("The old version is loaded on %s: if it is replaced, its file goes while it is "
			  "read."),
			plan->loaded_on);
	return true;
}
