/*
 * world_update.c - a Swarm service whose spec changes: its tasks are replaced in turns, as Swarm's updater does it.
 *
 * A task is replaced when the TaskTemplate that it was made by is not that of the spec. A place is busy until its new task
 * has run for the delay; so many places are busy at a time as the parallelism says. A new task that fails before it has
 * run for the monitored time pauses the update, takes it back, or is let be.
 */
#include "world.h"

#include "world_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *world_update_state_name(enum world_update_state state)
{
	static const char *const names[] = {"", "updating", "paused", "completed", "rollback_started",
		"rollback_paused", "rollback_completed"};

	return names[state];
}

void world_service_spec_free(struct world_service_spec *spec)
{
	free(spec->text);
	free(spec->task);
	*spec = (struct world_service_spec){0};
}

bool world_service_spec_set(
	struct world_service_spec *spec, const char *text, const char *task, int replicas, uint64_t force)
{
	static const struct world_turns turns = {.parallelism = 1, .monitor_ms = 5000};

	*spec = (struct world_service_spec){
		.replicas = replicas, .force = force, .update = turns, .rollback = turns};
	if (world_set_string(&spec->text, text) && world_set_string(&spec->task, task))
		return true;
	world_service_spec_free(spec);
	return false;
}

static bool is_under_way(const struct world_service *s)
{
	return s->update == WORLD_UPDATING || s->update == WORLD_ROLLBACK_STARTED;
}

/* Whoever follows the events hears of it, as of the replicas when those changed. */
static void turn(struct world_service *s, enum world_update_state state, const char *message)
{
	const char *before = world_update_state_name(s->update);

	s->update = state;
	s->update_completed = state == WORLD_UPDATE_COMPLETED || state == WORLD_ROLLBACK_COMPLETED
				      ? s->server->world->wall
				      : 0;
	snprintf(s->update_message, sizeof s->update_message, "%s", message);
	s->version = ++s->index;
	s->updated = s->server->world->wall;
	world_emit_server(s->server, "service", "update", s->id, "name", s->name, "updatestate.new",
		world_update_state_name(state), *before ? "updatestate.old" : (char *)NULL, before,
		(char *)NULL);
	world_changed(s->server->world);
}

static void start(struct world_service *s, enum world_update_state state, const char *message)
{
	s->update_started = s->server->world->wall;
	turn(s, state, message);
}

void world_service_update(struct world_service *s, struct world_service_spec *spec)
{
	char before[16], after[16];
	bool scaled = spec->replicas != s->spec.replicas;

	snprintf(before, sizeof before, "%d", s->spec.replicas);
	snprintf(after, sizeof after, "%d", spec->replicas);
	spec->template =
		s->spec.task && strcmp(spec->task, s->spec.task) == 0 ? s->spec.template : ++s->templates;
	world_service_spec_free(&s->previous);
	s->previous = s->spec;
	s->spec = *spec;
	*spec = (struct world_service_spec){0};
	s->update = WORLD_UPDATE_NONE;
	s->version = ++s->index;
	s->updated = s->server->world->wall;
	/* A NULL ends the list before the numbers where nothing was scaled. */
	world_emit_server(s->server, "service", "update", s->id, "name", s->name,
		scaled ? "replicas.new" : (char *)NULL, after, "replicas.old", before, (char *)NULL);
	world_service_tick(s);
	world_changed(s->server->world);
}

bool world_service_rollback(struct world_service *s, const char *message)
{
	struct world_service_spec spec = s->previous;

	if (!spec.text)
		return false;
	s->previous = s->spec;
	s->spec = spec;
	start(s, WORLD_ROLLBACK_STARTED, message);
	return true;
}

static const struct world_turns *turns_of(const struct world_service *s)
{
	return s->update == WORLD_ROLLBACK_STARTED ? &s->spec.rollback : &s->spec.update;
}

static bool has_run_for(const struct world_service *s, const struct world_task *t, int64_t ms)
{
	return t->state == WORLD_TASK_RUNNING && s->server->world->wall - t->stamp >= ms;
}

/* One that this update made, and that it still waits for. */
static bool is_awaited(const struct world_service *s, const struct world_task *t, int64_t ms)
{
	return t->wanted && t->updates && t->template == s->spec.template && !has_run_for(s, t, ms);
}

static int awaited(const struct world_service *s, int64_t ms)
{
	int count = 0;

	for (size_t i = 0; i < s->task_count; i++)
		count += is_awaited(s, s->tasks[i], ms);
	return count;
}

static struct world_task *successor_of(const struct world_service *s, const struct world_task *old)
{
	for (size_t i = 0; i < s->task_count; i++)
		if (s->tasks[i]->slot == old->slot && s->tasks[i]->wanted &&
			s->tasks[i]->template == s->spec.template)
			return s->tasks[i];
	return NULL;
}

static bool is_of_old(const struct world_service *s, const struct world_task *t)
{
	return t->wanted && t->template != s->spec.template;
}

static void replace(struct world_service *s, struct world_task *old)
{
	bool start_first = turns_of(s)->start_first && old->state == WORLD_TASK_RUNNING;
	struct world_task *t = world_add_task(s, old->slot, start_first);

	if (!t)
		return;
	t->updates = true;
	t->due = start_first ? t->due : t->created;
	old->wanted = start_first;
	old->version = ++s->index;
}

void world_update_tick(struct world_service *s)
{
	size_t old = 0;

	for (size_t i = 0; i < s->task_count; i++)
		old += is_of_old(s, s->tasks[i]);
	if (s->update == WORLD_UPDATE_NONE && old > 0)
		start(s, WORLD_UPDATING, "update in progress");
	if (!is_under_way(s))
		return;
	const struct world_turns *turns = turns_of(s);
	int free_places = (turns->parallelism > 0 ? turns->parallelism : (int)s->task_count) -
			  awaited(s, turns->delay_ms);
	/* Tasks that are added come behind these. */
	for (size_t i = 0, count = s->task_count; i < count; i++) {
		struct world_task *t = s->tasks[i];
		const struct world_task *next = is_of_old(s, t) ? successor_of(s, t) : NULL;

		if (next && next->state == WORLD_TASK_RUNNING)
			t->wanted = false;
		else if (is_of_old(s, t) && !next && free_places-- > 0)
			replace(s, t);
	}
	if (old == 0 && awaited(s, turns->monitor_ms) == 0)
		turn(s, s->update == WORLD_UPDATING ? WORLD_UPDATE_COMPLETED : WORLD_ROLLBACK_COMPLETED,
			s->update == WORLD_UPDATING ? "update completed" : "rollback completed");
}

void world_update_failed(struct world_service *s, const struct world_task *t)
{
	static const char why[] = "due to failure or early termination of task";
	char message[160];
	bool back = s->update == WORLD_ROLLBACK_STARTED;

	if (!is_under_way(s) || !t->updates || t->template != s->spec.template)
		return;
	if (turns_of(s)->on_failure == WORLD_ON_FAILURE_ROLLBACK && !back && s->previous.text) {
		snprintf(message, sizeof message, "update rolled back %s %s", why, t->id);
		world_service_rollback(s, message);
		world_service_spec_free(&s->previous);
	} else if (turns_of(s)->on_failure != WORLD_ON_FAILURE_CONTINUE) {
		snprintf(
			message, sizeof message, "%s paused %s %s", back ? "rollback" : "update", why, t->id);
		turn(s, back ? WORLD_ROLLBACK_PAUSED : WORLD_UPDATE_PAUSED, message);
	}
}
