/*
 * watch_partials.c - pulls that others started, by the files that Ollama keeps beside the layers that
 * are not complete: sha256-HEX-partial-N, each with the progress of one part.
 */
#include "watch_private.h"

#include "ollama-top/i18n.h"
#include "ollama-top/probe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* While a pull is under way, in refreshes. */
#define PULLING_FACTOR 2
#define DIGEST_SHOWN   (sizeof "sha256:" - 1 + 12)

/* The instance through which models are pulled: the rw server's first that runs. */
static struct target *writer(const struct engine *e)
{
	for (size_t i = 0; i < e->target_count; i++) {
		struct target *t = e->targets[i];
		if (t->status == CONTAINER_RUNNING && t->models_path != NULL && t->answers)
			return t;
	}
	return NULL;
}

static void observe_transfers(struct engine *e, struct probe_partial *list, size_t count)
{
	struct transfer *transfers = calloc(count + 1, sizeof *transfers);
	char(*labels)[96] = calloc(count + 1, sizeof *labels);
	if (transfers != NULL && labels != NULL) {
		for (size_t i = 0; i < count; i++) {
			snprintf(labels[i], sizeof labels[i], _("layer %.*s (pulled elsewhere)"),
				(int)DIGEST_SHOWN, list[i].digest);
			transfers[i] = (struct transfer){.id = list[i].digest,
				.label = labels[i],
				.completed = list[i].completed,
				.total = list[i].total,
				.rate = NAN,
				.foreign = true};
		}
		struct observation o = {.kind = OBS_TRANSFERS, .server = e->index};
		o.u.transfers.transfers = transfers;
		o.u.transfers.count = count;
		watch_observe(e->watch, &o);
	}
	free(transfers);
	free(labels);
}

/* A pull has ended: every instance may list another model now. */
static void pull_ended(struct watch *w)
{
	for (size_t i = 0; i < w->engine_count; i++)
		for (size_t j = 0; j < w->engines[i].target_count; j++)
			target_stored_changed(w->engines[i].targets[j]);
}

/* grep ends with 1 when it found nothing, and writes to standard error when it cannot search. */
static bool impossible(const struct exec_result *result)
{
	return result->missing || result->forbidden ||
	       (result->out_len == 0 &&
		       (*result->err != '\0' || (result->exit_code != 0 && result->exit_code != 1)));
}

static void on_grep(void *user, const struct exec_result *result)
{
	struct engine *e = user;
	struct probe_partial *list = NULL;
	size_t count = 0;
	bool was = e->pulling;
	e->partials_exec = NULL;
	if (result->error != NULL && !result->missing && !result->forbidden)
		return;
	e->partials_impossible = impossible(result);
	if (e->partials_impossible || !probe_parse_partials(result->out, result->out_len, &list, &count)) {
		free(list);
		return;
	}
	e->pulling = count > 0;
	if (e->pulling || was)
		observe_transfers(e, list, count);
	free(list);
	if (e->pulling)
		poll_retry(&e->partials, PULLING_FACTOR * e->watch->spec->refresh_ms);
	if (was && !e->pulling)
		pull_ended(e->watch);
}

static void ask_partials(struct poll *p)
{
	struct engine *e = p->owner;
	char path[1024];
	struct target *t = e->status == ENGINE_UP ? writer(e) : NULL;
	if (t == NULL || e->partials_exec != NULL || target_store_hung(t) ||
		watch_instant(p->watch).mono < e->exec_forbidden_until)
		return;
	/* Another container may be of another image. */
	if (strcmp(e->partials_in, t->id) != 0)
		e->partials_impossible = false;
	memcpy(e->partials_in, t->id, sizeof e->partials_in);
	if (e->partials_impossible ||
		(size_t)snprintf(path, sizeof path, "%s/blobs", t->models_path) >= sizeof path)
		return;
	const char *const argv[] = {"grep", "-r", "--include=*-partial-*", ".", path, NULL};
	e->partials_exec = exec_start(t, argv, on_grep, e);
}

const struct poll_kind partials_poll = {"partial layers", EACH_15TH, ask_partials, NULL};

void partials_drop(struct target *t)
{
	struct engine *e = t->engine;
	if (e->partials_exec == NULL || strcmp(e->partials_in, t->id) != 0)
		return;
	exec_cancel(e->partials_exec);
	e->partials_exec = NULL;
}
