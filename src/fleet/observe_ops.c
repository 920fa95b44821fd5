/*
 * observe_ops.c - folds what this program itself does or is waiting for: on an instance, retries,
 * and the pulls that are under way.
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much of a new rate counts: what is written in steps still shows a steady figure. */
#define RATE_WEIGHT 0.3

void fold_tended(const struct place *p, const struct observation *o)
{
	if (o->error || (unsigned)o->u.tended > TENDED_STOPPING)
		return;
	touch(p->fleet, p->instance->tended != o->u.tended);
	if (o->u.tended == TENDED_NOT)
		p->instance->tended_until = o->at;
	p->instance->tended = o->u.tended;
}

void fold_token(const struct place *p, const struct observation *o)
{
	touch(p->fleet, keep_text(&p->instance->token_warning, o->u.token.warning, FLEET_TEXT_MAX));
}

void fold_policy(const struct place *p, const struct observation *o)
{
	touch(p->fleet, keep_text(&p->server->policy_warning, o->u.policy.alert, FLEET_TEXT_MAX));
}

void fold_retry(const struct place *p, const struct observation *o)
{
	struct link *const links[] = {
		[RETRY_API] = p->instance ? &p->instance->api : NULL,
		[RETRY_DOCKER] = p->server ? &p->server->docker : NULL,
		[RETRY_BALANCER] = &p->fleet->balancer.link,
		[RETRY_NFS] = p->server ? &p->server->nfs : NULL,
	};

	if (o->error || (unsigned)o->u.retry.of > RETRY_NFS || !links[o->u.retry.of])
		return;
	touch(p->fleet, keep_i64(&links[o->u.retry.of]->retry_at, o->u.retry.retry_at));
}

static void transfer_free(struct transfer *t)
{
	free(t->id);
	free(t->label);
	free(t->error);
	*t = (struct transfer){0};
}

static void own_layers_free(struct fleet *fleet)
{
	for (size_t k = 0; k < fleet->own_layer_count; k++)
		free(fleet->own_layers[k]);
	free(fleet->own_layers);
	fleet->own_layers = NULL;
	fleet->own_layer_count = 0;
}

void transfers_free(struct fleet *fleet)
{
	own_layers_free(fleet);
	for (size_t k = 0; k < fleet->transfer_count; k++)
		transfer_free(&fleet->transfers[k]);
	free(fleet->transfers);
}

static struct transfer *find(struct fleet *fleet, const char *id)
{
	for (size_t k = 0; k < fleet->transfer_count; k++)
		if (strcmp(fleet->transfers[k].id, id) == 0)
			return &fleet->transfers[k];
	return NULL;
}

/* From two sightings of a growing file, where the sender does not know the rate. */
static double rate_of(const struct transfer *was, const struct transfer *is, int64_t at)
{
	if (!isnan(is->rate))
		return is->rate;
	const int64_t grown = sane_size(is->completed) - was->completed;
	if (at <= was->seen_at || grown < 0)
		return was->rate;
	const double rate = (double)grown * 1000 / (double)(at - was->seen_at);
	return isnan(was->rate) ? rate : RATE_WEIGHT * rate + (1 - RATE_WEIGHT) * was->rate;
}

static struct transfer *begin(struct fleet *fleet, const struct transfer *from, int64_t at)
{
	char text[FLEET_TEXT_MAX];

	if (fleet->transfer_count >= FLEET_TRANSFERS_MAX)
		return NULL;
	struct transfer *more =
		realloc(fleet->transfers, (fleet->transfer_count + 1) * sizeof(*fleet->transfers));
	if (!more)
		return NULL;
	fleet->transfers = more;
	struct transfer *t = &more[fleet->transfer_count];
	*t = (struct transfer){.started_at = from->started_at ? from->started_at : at, .seen_at = at};
	t->completed = sane_size(from->completed);
	t->rate = NAN;
	keep_text(&t->id, from->id, TEXT_NAME_MAX);
	if (!t->id)
		return NULL;
	fleet->transfer_count++;
	snprintf(text, sizeof(text), _("pull of %.255s seen"), from->label ? from->label : from->id);
	event_add(fleet, fleet->wall, SEVERITY_NONE, "", text);
	return t;
}

static bool is_own(const struct fleet *fleet, const char *id)
{
	for (size_t k = 0; id && k < fleet->own_layer_count; k++)
		if (strcmp(fleet->own_layers[k], id) == 0)
			return true;
	return false;
}

static void take(struct fleet *fleet, const struct transfer *from, int64_t at)
{
	struct transfer *t = from->id ? find(fleet, from->id) : NULL;

	if (!t && from->id && !is_own(fleet, from->id))
		t = begin(fleet, from, at);
	if (!t)
		return;
	double rate = rate_of(t, from, at);
	touch(fleet, keep_text(&t->label, from->label ? from->label : from->id, TEXT_NAME_MAX));
	touch(fleet, keep_text(&t->error, from->error, FLEET_TEXT_MAX));
	touch(fleet, keep_size(&t->completed, from->completed));
	touch(fleet, keep_size(&t->total, from->total));
	touch(fleet, keep_int(&t->layer, from->layer));
	touch(fleet, keep_int(&t->layers, from->layers));
	touch(fleet, t->ended != from->ended);
	t->rate = rate;
	t->ended = from->ended;
	t->foreign = true;
	t->seen_at = at;
}

static void end(struct fleet *fleet, size_t index)
{
	char text[FLEET_TEXT_MAX];
	struct transfer *t = &fleet->transfers[index];

	snprintf(text, sizeof(text), _("pull of %.255s no longer seen"), t->label ? t->label : t->id);
	event_add(fleet, fleet->wall, SEVERITY_NONE, "", text);
	transfer_free(t);
	fleet->transfer_count--;
	memmove(t, t + 1, (fleet->transfer_count - index) * sizeof(*t));
}

void fold_own_layers(const struct place *p, const struct observation *o)
{
	struct fleet *fleet = p->fleet;
	const size_t count =
		o->u.own_layers.count < FLEET_TRANSFERS_MAX ? o->u.own_layers.count : FLEET_TRANSFERS_MAX;

	own_layers_free(fleet);
	fleet->own_layers = calloc(count + 1, sizeof(*fleet->own_layers));
	for (size_t k = 0; fleet->own_layers && k < count; k++) {
		char *copy = NULL;
		keep_text(&copy, o->u.own_layers.digests[k], TEXT_NAME_MAX);
		if (copy)
			fleet->own_layers[fleet->own_layer_count++] = copy;
	}
	for (size_t k = fleet->transfer_count; k-- > 0;)
		if (is_own(fleet, fleet->transfers[k].id))
			end(fleet, k);
}

void fold_transfers(const struct place *p, const struct observation *o)
{
	if (o->error)
		return;
	for (size_t k = 0; k < o->u.transfers.count && k < FLEET_TRANSFERS_MAX; k++)
		take(p->fleet, &o->u.transfers.transfers[k], o->at);
	for (size_t k = p->fleet->transfer_count; k-- > 0;)
		if (p->fleet->transfers[k].foreign && p->fleet->transfers[k].seen_at != o->at)
			end(p->fleet, k);
}
