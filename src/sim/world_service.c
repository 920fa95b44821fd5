/*
 * world_service.c - the one service of a server that manages a Swarm, and what becomes of its tasks.
 *
 * As Swarm does it: a task is never run twice. When one ends, another takes its place after a delay, in the
 * slot of the first; the last few that ended are remembered. Nodes other than the server itself are names.
 */
#include "world.h"

#include "world_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREPARE_MS  400
#define RESTART_MS  2000
#define GRACE_MS    10000
#define HISTORY_MAX 4 /* tasks that ended, for each slot */

const char *world_task_state_name(enum world_task_state state)
{
	static const char *const names[] = {"ready", "preparing", "running", "shutdown", "failed"};

	return names[state];
}

bool world_task_is_over(const struct world_task *t)
{
	return t->state == WORLD_TASK_SHUTDOWN || t->state == WORLD_TASK_FAILED;
}

static void turn(struct world_service *s, struct world_task *t, enum world_task_state state)
{
	t->state = state;
	t->stamp = s->server->world->wall;
	t->version = ++s->index;
	world_changed(s->server->world);
}

struct world_task *world_add_task(struct world_service *s, int slot, bool at_once)
{
	struct world_task **place =
		world_grow((void **)&s->tasks, &s->task_count, sizeof(struct world_task *));
	struct world_task *t = place ? calloc(1, sizeof *t) : NULL;

	if (!t) {
		s->task_count -= place != NULL;
		return NULL;
	}
	*place = t;
	world_hex(s->server->world, t->id, sizeof t->id - 1);
	t->slot = slot;
	t->node = (size_t)(slot - 1) % s->node_count;
	t->created = s->server->world->wall;
	t->wanted = true;
	t->template = s->spec.template;
	t->force = s->spec.force;
	t->due = t->created + (at_once ? PREPARE_MS : RESTART_MS);
	turn(s, t, at_once ? WORLD_TASK_PREPARING : WORLD_TASK_READY);
	return t;
}

static int free_port(const struct world_server *server)
{
	for (int port = server->ollama_port; port < server->ollama_port + server->port_count; port++) {
		bool taken = false;

		for (size_t i = 0; i < server->container_count; i++)
			taken |= server->containers[i]->host_port == port;
		if (!taken)
			return port;
	}
	return 0;
}

static struct world_container *make_container(struct world_service *s, const struct world_task *t)
{
	static const char *const entrypoint[] = {"/bin/ollama"}, *const command[] = {"serve"},
				 *const env[] = {"OLLAMA_HOST=0.0.0.0:11434", "OLLAMA_NOPRUNE=1"};
	static char destination[] = "/root/.ollama";
	struct world_mount mount = {
		.source = s->mount, .destination = destination, .read_only = s->read_only};
	char name[128];

	snprintf(name, sizeof name, "%s.%d.%s", s->name, t->slot, t->id);
	struct world_container *c = world_create(s->server, name, s->image);
	if (!c)
		return NULL;
	c->ollama = true;
	c->memory_limit = s->memory_limit;
	c->host_port = s->host_mode ? free_port(s->server) : 0;
	if (world_set_list(&c->entrypoint, &c->entrypoint_count, entrypoint, 1) &&
		world_set_list(&c->cmd, &c->cmd_count, command, 1) &&
		world_set_list(&c->env, &c->env_count, env, 2) && world_add_mount(c, &mount) &&
		world_set_string(&c->network, "bridge") &&
		world_add_label(c, "com.docker.swarm.node.id", s->nodes[t->node].id) &&
		world_add_label(c, "com.docker.swarm.service.id", s->id) &&
		world_add_label(c, "com.docker.swarm.service.name", s->name) &&
		world_add_label(c, "com.docker.swarm.task", "") &&
		world_add_label(c, "com.docker.swarm.task.id", t->id) &&
		world_add_label(c, "com.docker.swarm.task.name", name))
		return c;
	const char *ignored;
	world_remove(c, true, &ignored);
	return NULL;
}

static void fail_task(struct world_service *s, struct world_task *t, const char *error)
{
	snprintf(t->error, sizeof t->error, "%s", error);
	t->exit_code = t->exit_code ? t->exit_code : 1;
	turn(s, t, WORLD_TASK_FAILED);
	if (!t->wanted)
		return;
	t->wanted = false;
	world_add_task(s, t->slot, false);
	world_update_failed(s, t);
}

/* On this node there is a container behind it. */
static void start_task(struct world_service *s, struct world_task *t)
{
	const char *why = "out of memory";

	if (s->fails) {
		fail_task(s, t, s->fails);
		if (s->fail_count > 0 && --s->fail_count == 0)
			world_set_string(&s->fails, NULL);
		return;
	}
	if (t->node == 0) {
		struct world_container *c = make_container(s, t);
		if (c)
			memcpy(t->container, c->id, sizeof t->container);
		if (c)
			world_emit(c, "create", (char *)NULL);
		if (!c || !world_start(c, &why)) {
			fail_task(s, t, why);
			return;
		}
	}
	turn(s, t, WORLD_TASK_RUNNING);
}

/* What is to take the place of one that runs starts when that one has ended. */
static bool is_due(const struct world_service *s, const struct world_task *t)
{
	for (size_t i = 0; i < s->task_count; i++)
		if (s->tasks[i] != t && s->tasks[i]->slot == t->slot && !world_task_is_over(s->tasks[i]))
			return false;
	return s->server->world->wall >= t->due;
}

/* False when the task is gone. */
static bool task_tick(struct world_service *s, struct world_task *t)
{
	struct world_server *server = s->server;
	struct world_container *c = *t->container ? world_container(server, t->container) : NULL;
	bool alive = c && (c->status == WORLD_RUNNING || c->status == WORLD_PAUSED);
	const char *ignored;
	char text[64];

	if (t->wanted && t->state == WORLD_TASK_READY && is_due(s, t))
		turn(s, t, WORLD_TASK_PREPARING);
	else if (t->wanted && t->state == WORLD_TASK_PREPARING &&
		 (server->world->still || server->world->wall >= t->due))
		start_task(s, t);
	else if (!t->wanted && !world_task_is_over(t) && alive)
		world_stop(c, GRACE_MS, &ignored);
	else if (!t->wanted && !world_task_is_over(t))
		turn(s, t, WORLD_TASK_SHUTDOWN);
	else if (t->state == WORLD_TASK_RUNNING && t->node == 0 && !alive) {
		t->exit_code = c ? c->exit_code : 137;
		snprintf(text, sizeof text, "task: non-zero exit (%d)", t->exit_code);
		fail_task(s, t, text);
	}
	if (!t->forgotten || !world_task_is_over(t))
		return true;
	if (c)
		world_remove(c, true, &ignored);
	return false;
}

static void drop_task(struct world_service *s, size_t i)
{
	free(s->tasks[i]);
	s->task_count--;
	memmove(&s->tasks[i], &s->tasks[i + 1], (s->task_count - i) * sizeof(struct world_task *));
	world_changed(s->server->world);
}

/* The oldest of those that ended go first, with their containers. */
static void forget_history(struct world_service *s)
{
	for (size_t i = s->task_count; i-- > 0;) {
		size_t later = 0;

		for (size_t k = i + 1; k < s->task_count; k++)
			later += s->tasks[k]->slot == s->tasks[i]->slot;
		if (later > HISTORY_MAX)
			s->tasks[i]->forgotten = true;
	}
}

/* Slots are filled from below, and emptied from above. */
static void match_replicas(struct world_service *s)
{
	for (size_t i = 0; i < s->task_count; i++) {
		struct world_task *t = s->tasks[i];

		if (t->slot > s->spec.replicas && !t->forgotten) {
			t->wanted = false;
			t->forgotten = true;
			t->version = ++s->index;
		}
	}
	for (int slot = 1; slot <= s->spec.replicas; slot++) {
		bool filled = false;

		for (size_t i = 0; i < s->task_count; i++)
			filled |= s->tasks[i]->slot == slot && s->tasks[i]->wanted;
		if (!filled)
			world_add_task(s, slot, true);
	}
}

void world_service_tick(struct world_service *s)
{
	match_replicas(s);
	world_update_tick(s);
	forget_history(s);
	for (size_t i = s->task_count; i-- > 0;)
		if (!task_tick(s, s->tasks[i]))
			drop_task(s, i);
}

struct world_service *world_add_service(struct world_server *server, const char *name, const char *image)
{
	struct world_service *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	server->service = s;
	s->server = server;
	s->created = s->updated = server->world->wall;
	s->index = s->version = 10;
	world_hex(server->world, s->id, sizeof s->id - 1);
	if (world_set_string(&s->name, name) && world_set_string(&s->image, image) &&
		world_service_add_node(s, server->hostname))
		return s;
	return NULL;
}

bool world_service_add_node(struct world_service *s, const char *name)
{
	struct world_node *node = world_grow((void **)&s->nodes, &s->node_count, sizeof *node);

	if (!node)
		return false;
	world_hex(s->server->world, node->id, sizeof node->id - 1);
	return world_set_string(&node->name, name);
}

void world_service_free(struct world_service *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->task_count; i++)
		free(s->tasks[i]);
	for (size_t i = 0; i < s->node_count; i++)
		free(s->nodes[i].name);
	free(s->tasks);
	free(s->nodes);
	free(s->name);
	free(s->image);
	free(s->mount);
	world_service_spec_free(&s->spec);
	world_service_spec_free(&s->previous);
	free(s->fails);
	free(s);
}
