/*
 * drift.c - where an instance's stored models differ from the reference's, and for how long.
 *
 * A difference is drift when a listing still shows it over FLEET_DRIFT_SETTLE_MS after it
 * began; before that, NFS attribute caching explains it. It began when it was first seen, or,
 * so that a fleet that drifted long ago is known at the first look, when the model was last
 * changed. That earlier time is only taken where the instance cannot simply have listed
 * before the reference did: not for a model that it listed until now (a deletion).
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct comparison {
	struct fleet *fleet;
	struct instance *i;
	const struct instance *reference;
	const struct model_stored *before;
	size_t before_count;
	struct difference *differences;
	size_t count;
	struct words words; /* of the first difference; of the first drifting one once there is one */
	size_t others;
	bool drifting;
};

static uint64_t key_of(const char *name, const struct model_stored *theirs)
{
	/* a model that changes again starts to settle again */
	return hash_text(name) * 31 + (theirs ? hash_text(theirs->digest) : 0);
}

/* When the model behind a new difference was last changed, as far as its time can be trusted. */
static int64_t changed_at(
	const struct comparison *c, const struct model_stored *ours, const struct model_stored *theirs)
{
	const int64_t now =
		c->i->stored_at > c->reference->stored_at ? c->i->stored_at : c->reference->stored_at;

	if (!theirs || theirs->modified_wall <= 0)
		return now;
	if (!ours && stored_find(c->before, c->before_count, theirs->name))
		return now;
	if (ours && ours->modified_wall <= 0)
		return now;
	const int64_t modified = ours && ours->modified_wall > theirs->modified_wall ? ours->modified_wall
										     : theirs->modified_wall;
	const int64_t age = engine_wall(c->fleet, c->reference->server) - modified;
	return age > 0 ? now - age : now;
}

static int64_t since_of(const struct comparison *c, uint64_t key, const struct model_stored *ours,
	const struct model_stored *theirs)
{
	for (size_t k = 0; k < c->i->difference_count; k++)
		if (c->i->differences[k].key == key)
			return c->i->differences[k].since;
	return changed_at(c, ours, theirs);
}

/* `name` is that of whichever of the two there is. */
static void add(struct comparison *c, const char *name, const struct model_stored *ours,
	const struct model_stored *theirs)
{
	const uint64_t key = key_of(name, theirs);
	const struct difference d = {key, since_of(c, key, ours, theirs)};
	const int64_t seen = c->i->stored_at;
	const bool drifting = seen - d.since > FLEET_DRIFT_SETTLE_MS;

	if (c->differences)
		c->differences[c->count] = d;
	if (c->count++ == 0 || (drifting && !c->drifting)) {
		char target[TARGET_MAX];

		target_of(target, c->reference->server, c->reference);
		c->words.text[0] = '\0';
		say(&c->words,
			!ours     ? _("%s, which %s has, is missing")
			: !theirs ? _("%s is not on %s")
				  : _("%s is another than on %s"),
			name, target);
	}
	c->drifting |= drifting;
	c->others += drifting;
}

/* Both lists are sorted by name. The most differences there can be is the sum of both. */
static void walk(struct comparison *c)
{
	const struct instance *i = c->i, *r = c->reference;
	size_t a = 0, b = 0;

	while (a < i->stored_count || b < r->stored_count) {
		const int order = a >= i->stored_count   ? 1
				  : b >= r->stored_count ? -1
							 : strcmp(i->stored[a].name, r->stored[b].name);

		if (order < 0)
			add(c, i->stored[a].name, &i->stored[a], NULL);
		else if (order > 0)
			add(c, r->stored[b].name, NULL, &r->stored[b]);
		else if (!digest_same(i->stored[a].digest, r->stored[b].digest))
			add(c, r->stored[b].name, &i->stored[a], &r->stored[b]);
		a += order <= 0;
		b += order >= 0;
	}
}

static void settle(struct comparison *c)
{
	struct instance *i = c->i;

	if (c->others > 1)
		say(&c->words, P_(" and %zu other", " and %zu others", c->others - 1), c->others - 1);
	if (c->differences && c->count == 0) {
		free(c->differences);
		c->differences = NULL;
	} else if (c->differences) {
		struct difference *fitting = realloc(c->differences, c->count * sizeof(*fitting));

		if (fitting)
			c->differences = fitting;
	}
	free(i->differences);
	i->differences = c->differences;
	i->difference_count = c->differences ? c->count : 0;
	i->drift_since = 0;
	for (size_t k = 0; k < i->difference_count; k++)
		if (i->drift_since == 0 || i->differences[k].since < i->drift_since)
			i->drift_since = i->differences[k].since;
	touch(c->fleet, i->drifting != c->drifting);
	i->drifting = c->drifting;
	touch(c->fleet, keep_text(&i->drift_text, c->count ? c->words.text : NULL, FLEET_TEXT_MAX));
}

void drift_compare(
	struct fleet *fleet, struct instance *i, const struct model_stored *before, size_t before_count)
{
	struct comparison c = {
		.fleet = fleet,
		.i = i,
		.reference = fleet_reference(fleet),
		.before = before,
		.before_count = before_count,
	};

	/* with nothing to compare with, what is known stays, and the state does not use it */
	if (!c.reference)
		return;
	if (c.reference != i) {
		const size_t most = i->stored_count + c.reference->stored_count;

		c.differences = most ? calloc(most, sizeof(*c.differences)) : NULL;
		walk(&c);
	}
	settle(&c);
}

const struct instance *fleet_reference(const struct fleet *fleet)
{
	for (size_t s = 0; s < fleet->server_count; s++) {
		const struct server *server = &fleet->servers[s];

		if (server->spec->role != ROLE_RW)
			continue;
		for (size_t k = 0; k < server->instance_count; k++) {
			const struct instance *i = server->instances[k];

			if (!i->gone && i->api.status == LINK_OK && i->stored_at != 0)
				return i;
		}
	}
	return NULL;
}

enum model_agreement fleet_model_agreement(
	const struct fleet *fleet, const struct instance *i, const char *model)
{
	const struct instance *reference = fleet_reference(fleet);

	if (!reference || i->stored_at == 0 || !model)
		return MODEL_UNKNOWN;
	const struct model_stored *ours = stored_find(i->stored, i->stored_count, model);
	const struct model_stored *theirs = stored_find(reference->stored, reference->stored_count, model);
	if (!ours && !theirs)
		return MODEL_SAME;
	if (!ours)
		return MODEL_MISSING;
	if (!theirs)
		return MODEL_EXTRA;
	return digest_same(ours->digest, theirs->digest) ? MODEL_SAME : MODEL_DIFFERENT;
}

bool model_settling(
	const struct fleet *fleet, const struct instance *instance, const char *model, int64_t now)
{
	const struct instance *reference = fleet_reference(fleet);
	const struct model_stored *theirs =
		reference ? stored_find(reference->stored, reference->stored_count, model) : NULL;
	const uint64_t key = key_of(model, theirs);

	for (size_t k = 0; k < instance->difference_count; k++)
		if (instance->differences[k].key == key)
			return now - instance->differences[k].since < FLEET_DRIFT_SETTLE_MS;
	return false;
}
