/*
 * container.c - what a container's coming and going means for its instance.
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdlib.h>
#include <string.h>

/* An exit this long after the stop that caused it is still that stop's: `docker stop -t`. */
#define STOP_WINDOW_MS (10 * 60 * 1000)

static void mounts_free(struct mount *mounts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(mounts[i].source);
		free(mounts[i].destination);
		free(mounts[i].type);
	}
	free(mounts);
}

static void env_free(char **env, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(env[i]);
	free(env);
}

void container_free(struct container *c)
{
	free(c->name);
	free(c->image);
	free(c->image_id);
	free(c->health_error);
	free(c->gpus);
	mounts_free(c->mounts, c->mount_count);
	env_free(c->env, c->env_count);
	*c = (struct container){0};
}

static bool mounts_copy(struct container *to, const struct container *from)
{
	const size_t count = from->mount_count < FLEET_MOUNTS_MAX ? from->mount_count : FLEET_MOUNTS_MAX;
	bool changed = count != to->mount_count;

	if (changed) {
		mounts_free(to->mounts, to->mount_count);
		to->mounts = count ? calloc(count, sizeof(*to->mounts)) : NULL;
		to->mount_count = to->mounts ? count : 0;
	}
	for (size_t i = 0; i < to->mount_count; i++) {
		struct mount *m = &to->mounts[i];

		changed |= keep_text(&m->source, from->mounts[i].source, FLEET_TEXT_MAX);
		changed |= keep_text(&m->destination, from->mounts[i].destination, FLEET_TEXT_MAX);
		changed |= keep_text(&m->type, from->mounts[i].type, TEXT_NAME_MAX);
		changed |= m->read_only != from->mounts[i].read_only;
		m->read_only = from->mounts[i].read_only;
	}
	return changed;
}

static bool env_copy(struct container *to, const struct container *from)
{
	const size_t count = from->env_count < FLEET_ENV_MAX ? from->env_count : FLEET_ENV_MAX;
	bool changed = count != to->env_count;

	if (changed) {
		env_free(to->env, to->env_count);
		to->env = count ? calloc(count, sizeof(*to->env)) : NULL;
		to->env_count = to->env ? count : 0;
	}
	for (size_t i = 0; i < to->env_count; i++) {
		changed |= keep_text(&to->env[i], from->env[i] ? from->env[i] : "", FLEET_TEXT_MAX);
		if (!to->env[i]) { /* out of memory: none rather than some */
			env_free(to->env, to->env_count);
			to->env = NULL;
			to->env_count = 0;
		}
	}
	return changed;
}

/* All but the status, which goes through container_turn(). */
bool container_copy(struct container *to, const struct container *from)
{
	bool changed = !to->known;
	int health = (int)to->health;
	const bool other = strncmp(to->id, from->id, sizeof(to->id) - 1) != 0;

	to->known = true;
	memcpy(to->id, from->id, sizeof(to->id));
	to->id[sizeof(to->id) - 1] = '\0';
	changed |= other;
	changed |= keep_text(&to->name, from->name, TEXT_NAME_MAX);
	changed |= keep_text(&to->image, from->image, TEXT_NAME_MAX);
	changed |= keep_text(&to->image_id, from->image_id, TEXT_NAME_MAX);
	changed |= keep_text(&to->health_error, from->health_error, FLEET_TEXT_MAX);
	changed |= keep_int(&health, (int)from->health);
	to->health = (enum container_health)health;
	changed |= keep_text(&to->gpus, from->gpus, TEXT_NAME_MAX);
	changed |= keep_int(&to->gpu_count, from->gpu_count);
	changed |= keep_int(&to->restarts, from->restarts);
	changed |= keep_int(&to->exit_code, from->exit_code);
	changed |= to->oom_killed != from->oom_killed;
	to->oom_killed = from->oom_killed;
	changed |= keep_i64(&to->started_wall, from->started_wall);
	changed |= keep_i64(&to->finished_wall, from->finished_wall);
	changed |= keep_size(&to->memory_limit, from->memory_limit);
	changed |= to->cpu_limit != from->cpu_limit;
	to->cpu_limit = from->cpu_limit;
	changed |= keep_int(&to->host_port, from->host_port);
	changed |= mounts_copy(to, from);
	changed |= env_copy(to, from);
	return changed;
}

bool container_left(enum container_status status)
{
	return status == CONTAINER_EXITED || status == CONTAINER_DEAD || status == CONTAINER_REMOVED ||
	       status == CONTAINER_RESTARTING;
}

void container_words(struct words *words, const struct container *c)
{
	switch (c->status) {
	case CONTAINER_EXITED:
		say(words, _("exited (%d)"), c->exit_code);
		break;
	case CONTAINER_RESTARTING:
		say(words, _("keeps restarting, exited (%d)"), c->exit_code);
		break;
	case CONTAINER_DEAD:
		say(words, _("dead: Docker could not remove its container"));
		break;
	case CONTAINER_REMOVED:
		say(words, _("its container was removed"));
		break;
	case CONTAINER_PAUSED:
		say(words, _("paused"));
		break;
	case CONTAINER_CREATED:
		say(words, _("created, never started"));
		break;
	default:
		break;
	}
}

/*
 * An exit is an operator's when a stop or a terminating kill came after the last start; all
 * three times are the engine's own, so replayed events decide it as well as live ones.
 */
bool container_stopped_by_operator(const struct instance *i)
{
	const struct container *c = &i->container;

	if (i->stop_wall == 0 || i->stop_wall < c->started_wall)
		return false;
	return c->finished_wall <= i->stop_wall || c->finished_wall - i->stop_wall <= STOP_WINDOW_MS;
}

/* What a process had (models, memory, its view of the store, its answers) is gone with it. */
void process_is_new(struct instance *i, int64_t at)
{
	instance_forget_process(i);
	store_reset(&i->store);
	link_failed(&i->api, at, _("restarted, has not answered yet"));
	i->api.answered_at = 0;
}

void container_turn(struct fleet *fleet, struct instance *i, enum container_status status, int64_t at)
{
	struct container *c = &i->container;
	const enum container_status was = c->status;
	struct words words = {""};

	if (status == was)
		return;
	c->status = status;
	touch(fleet, true);
	if (status == CONTAINER_UNKNOWN)
		return;
	if (status == CONTAINER_RUNNING) {
		i->down_at = 0;
		return;
	}
	if (i->down_at == 0)
		i->down_at = at;
	if (status != CONTAINER_PAUSED) {
		instance_forget_process(i);
		store_reset(&i->store);
	}
	if (container_left(status) && !container_left(was) && !container_stopped_by_operator(i))
		i->crashes++;
	container_words(&words, c);
	link_failed(&i->api, at, words.text);
}

bool oom_held(const struct fleet *fleet, const struct instance *i)
{
	return i->oom_at != 0 && fleet->now - i->oom_at < FLEET_OOM_HOLD_MS;
}

/* Kills within this are one: an event tells of it when it happens, an inspect when the container has ended. */
#define OOM_ONE_MS 2000

static void oom_count(struct instance *i, int64_t wall)
{
	if (i->oom_kills > 0 && wall - i->oom_counted_wall < OOM_ONE_MS)
		return;
	i->oom_counted_wall = wall;
	i->oom_kills++;
}

/*
 * A kill for memory at `wall` on the engine's clock, `at` on ours. What is no news (an
 * inspect, a replayed event) counts only when it tells of a later kill than is known.
 */
void oom_happened(struct fleet *fleet, struct instance *i, int64_t at, int64_t wall, bool is_news)
{
	if (!is_news && (wall <= i->oom_acked_wall || wall <= i->oom_wall))
		return;
	if (fleet->now - at >= FLEET_OOM_HOLD_MS)
		return;
	alert_set(fleet, &i->raised[CONDITION_OOM], CONDITION_OOM, i->server, i, NULL);
	oom_count(i, wall);
	i->oom_at = at ? at : -1;
	i->oom_wall = wall;
	touch(fleet, true);
}
