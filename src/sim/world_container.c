/*
 * world_container.c - what can be done to a container, with the events that Docker sends for it.
 */
#include "world.h"

#include "world_private.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_MS           1200 /* from start to the first answer */
#define HEALTH_INTERVAL_MS 30000
#define TERM_MS            300 /* Ollama ends this fast after SIGTERM */
#define RESTART_FIRST_MS   100
#define RESTART_LONGEST_MS 60000
#define EXIT_KILLED        137
#define EXIT_SIGNAL_BASE   128

static const char NOT_RUNNING[] = "is not running";
static const char NO_MEMORY[] = "cannot allocate memory";

const char *world_status_name(enum world_status status)
{
	static const char *const names[WORLD_STATUS_COUNT] = {
		"created", "running", "paused", "restarting", "exited"};

	return names[status];
}

const char *world_health_name(enum world_health health)
{
	static const char *const names[] = {"none", "starting", "healthy", "unhealthy"};

	return names[health];
}

static bool is_ollama(const char *image)
{
	return strstr(image, "ollama") != NULL;
}

struct world_container *world_create(struct world_server *server, const char *name, const char *image)
{
	struct world_container *c;
	struct world_container **slot;
	struct world_image *known = world_image(server, image);
	unsigned host = (unsigned)server->next_ip;

	for (size_t i = 0; i < server->container_count; i++)
		if (strcmp(server->containers[i]->name, name) == 0)
			return NULL;
	c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->server = server;
	world_hex(server->world, c->id, 64);
	c->created = server->world->wall;
	c->ollama = is_ollama(image);
	c->container_port = 11434;
	snprintf(c->ip, sizeof c->ip, "172.18.%u.%u", host / 250 % 256, host % 250 + 1);
	server->next_ip++;
	snprintf(c->host_ip, sizeof c->host_ip, "%s", server->host);
	if (known)
		memcpy(c->image_id, known->id, sizeof c->image_id);
	slot = world_grow(
		(void **)&server->containers, &server->container_count, sizeof(struct world_container *));
	if (!slot || !world_set_string(&c->name, name) || !world_set_string(&c->image, image) ||
		!world_set_string(&c->restart_policy, "no") ||
		!world_set_string(&c->network, "ollama_default")) {
		if (slot)
			server->container_count--;
		world_container_free(c);
		return NULL;
	}
	*slot = c;
	return c;
}

void world_mounts_resolve(struct world_container *c)
{
	for (size_t i = 0; i < c->mount_count; i++) {
		struct world_mount *m = &c->mounts[i];
		const struct world_host_mount *host = NULL;

		for (size_t j = 0; j < c->server->host_mount_count; j++)
			if (m->source && strcmp(c->server->host_mounts[j].path, m->source) == 0)
				host = &c->server->host_mounts[j];
		world_set_string(&m->fstype, host ? host->fstype : "ext4");
		world_set_string(&m->fs_source, host ? host->source : "/dev/sda1");
		world_set_string(&m->fs_options, host && host->options ? host->options : "rw");
		m->store = host ? host->store : NULL;
	}
}

static const char *port_conflict(const struct world_container *c)
{
	for (size_t i = 0; i < c->server->container_count; i++) {
		const struct world_container *other = c->server->containers[i];

		if (other != c && c->host_port && other->host_port == c->host_port &&
			(other->status == WORLD_RUNNING || other->status == WORLD_PAUSED))
			return "port is already allocated";
	}
	return NULL;
}

static bool has_env(const struct world_container *c, const char *setting)
{
	for (size_t i = 0; i < c->env_count; i++)
		if (strcmp(c->env[i], setting) == 0)
			return true;
	return false;
}

const char *world_version_of(const struct world_container *c)
{
	return c->version ? c->version : c->server->world->ollama_version;
}

/* What Ollama does to its store at its start, and cannot do to a read-only one (DESIGN.md 10.2, 10.3). */
static const char *start_trouble(const struct world_container *c)
{
	struct world_store *store = world_store_of(c);
	bool writable = !world_store_read_only(c);
	bool prunes = !has_env(c, "OLLAMA_NOPRUNE=1");

	if (!c->ollama || !store)
		return NULL;
	if (writable) {
		store->no_key = store->bare = false;
		store->leftover = store->leftover && !prunes;
		return NULL;
	}
	if (store->no_key)
		return "Error: open /root/.ollama/id_ed25519: read-only file system";
	if (store->bare)
		return "Error: mkdir /root/.ollama/models: read-only file system";
	if (store->leftover && prunes)
		return "Error: remove /root/.ollama/models/manifests/registry.ollama.ai/library/codellama: "
		       "read-only file system";
	return NULL;
}

static void begin(struct world_container *c)
{
	struct world *world = c->server->world;

	world_mounts_resolve(c);
	c->status = WORLD_RUNNING;
	c->pid = c->server->next_pid;
	c->server->next_pid += 7 + (int)world_random(world, 40);
	c->started = world->wall;
	c->exit_code = 0;
	c->oom_killed = false;
	c->asked_to_stop = false;
	c->restart_at = c->stop_at = 0;
	c->ready_at = world->wall + (world->still ? 0 : START_MS);
	c->starts++;
	c->connections = 0;
	c->busy_until = 0;
	c->completions = c->others_running = c->others_waiting = 0;
	c->cpu_ns = c->cpu_user_ns = c->cpu_kernel_ns = c->major_faults = c->net_rx = c->net_tx =
		c->block_read = 0;
	c->health = c->health_test_count ? WORLD_HEALTH_STARTING : WORLD_HEALTH_NONE;
	c->health_failing = 0;
	if (c->health_interval == 0)
		c->health_interval = HEALTH_INTERVAL_MS;
	c->health_at = world->wall + (int64_t)world_random(world, (uint64_t)c->health_interval);
	world_set_string(&c->error, NULL);
	world_set_string(&c->start_error, start_trouble(c));
	if (c->ollama && c->speaks == WORLD_OLLAMA && !c->start_error)
		world_slog(c, "INFO", "routes.go:1288", "msg=\"Listening on [::]:%d (version %s)\"",
			c->container_port, world_version_of(c));
	world_emit(c, "start", (char *)NULL);
}

bool world_start(struct world_container *c, const char **error)
{
	const char *conflict;

	if (c->status == WORLD_RUNNING || c->status == WORLD_PAUSED) {
		*error = "already started";
		return false;
	}
	conflict = port_conflict(c);
	if (conflict) {
		world_set_string(&c->error, conflict);
		*error = conflict;
		return false;
	}
	c->restart_count = 0;
	begin(c);
	return true;
}

/* Docker forgets how long it waited once a container ran for ten seconds, but goes on counting. */
static int64_t restart_delay(const struct world_container *c)
{
	int64_t delay = RESTART_FIRST_MS;

	if (c->finished - c->started > 10000)
		return delay;
	for (int i = 0; i < c->restart_count && delay < RESTART_LONGEST_MS; i++)
		delay *= 2;
	return delay < RESTART_LONGEST_MS ? delay : RESTART_LONGEST_MS;
}

static bool restarts(const struct world_container *c)
{
	if (c->asked_to_stop || strcmp(c->restart_policy, "no") == 0 || c->restart_policy[0] == '\0')
		return false;
	if (strcmp(c->restart_policy, "on-failure") == 0)
		return c->exit_code != 0 && (c->restart_max == 0 || c->restart_count < c->restart_max);
	return true;
}

static void end(struct world_container *c, int exit_code, bool oom)
{
	struct world *world = c->server->world;
	char code[16], lasted[24];

	world_unload_all(c);
	c->status = WORLD_EXITED;
	c->exit_code = exit_code;
	c->oom_killed = oom;
	c->pid = 0;
	c->stop_at = 0;
	c->busy_until = 0;
	c->finished = world->wall;
	c->connections = 0;
	if (c->health != WORLD_HEALTH_NONE)
		c->health = WORLD_HEALTH_UNHEALTHY;
	snprintf(code, sizeof code, "%d", exit_code);
	snprintf(lasted, sizeof lasted, "%lld", (long long)((c->finished - c->started) / 1000));
	world_emit(c, "die", "execDuration", lasted, "exitCode", code, (char *)NULL);
}

void world_die(struct world_container *c, int exit_code, bool oom)
{
	struct world *world = c->server->world;

	if (c->status != WORLD_RUNNING && c->status != WORLD_PAUSED)
		return;
	end(c, exit_code, oom);
	if (!restarts(c))
		return;
	c->status = WORLD_RESTARTING;
	c->restart_at = world->wall + restart_delay(c);
	c->restart_count++;
}

void world_oom(struct world_container *c, bool runner_only)
{
	if (c->status != WORLD_RUNNING)
		return;
	c->oom_killed = true;
	world_emit(c, "oom", (char *)NULL);
	if (!runner_only) {
		world_die(c, EXIT_KILLED, true);
		return;
	}
	world_slog(c, "ERROR", "server.go:457", "msg=\"llama runner terminated\" error=\"signal: killed\"");
	world_unload_all(c);
	c->busy_until = 0;
	world_changed(c->server->world);
}

static void finish_stop(struct world_container *c, int exit_code)
{
	end(c, exit_code, false);
	world_emit(c, "stop", (char *)NULL);
}

static void tell(struct world_container *c, int signal)
{
	char number[16];

	snprintf(number, sizeof number, "%d", signal);
	world_emit(c, "kill", "signal", number, (char *)NULL);
}

/* A paused process is let go after the signal of a stop or a restart, so that it can obey. */
static void thaw(struct world_container *c)
{
	if (c->status != WORLD_PAUSED)
		return;
	c->status = WORLD_RUNNING;
	world_emit(c, "unpause", (char *)NULL);
}

bool world_stop(struct world_container *c, int64_t grace, const char **error)
{
	const struct world *world = c->server->world;
	int64_t needs = c->hang_api ? grace : TERM_MS;

	if (c->status == WORLD_RESTARTING) {
		c->asked_to_stop = true;
		c->status = WORLD_EXITED;
		c->restart_at = 0;
		world_emit(c, "stop", (char *)NULL);
		return true;
	}
	if (c->status != WORLD_RUNNING && c->status != WORLD_PAUSED) {
		*error = NOT_RUNNING;
		return false;
	}
	if (c->stop_at)
		return true;
	c->asked_to_stop = true;
	tell(c, SIGTERM);
	thaw(c);
	if (world->still || grace <= 0)
		finish_stop(c, c->hang_api ? EXIT_KILLED : 0);
	else
		c->stop_at = world->wall + (needs < grace ? needs : grace);
	return true;
}

void world_start_fails(struct world_container *c)
{
	world_log(c, true, "%s", c->start_error);
	world_die(c, 1, false);
}

/* A stop whose time has come: by SIGKILL where SIGTERM was not heard. */
void world_stop_due(struct world_container *c)
{
	bool deaf = c->hang_api || c->status == WORLD_PAUSED;

	if (deaf)
		tell(c, SIGKILL);
	finish_stop(c, deaf ? EXIT_KILLED : 0);
}

bool world_kill(struct world_container *c, int signal, const char **error)
{
	if (c->status != WORLD_RUNNING && c->status != WORLD_PAUSED) {
		*error = NOT_RUNNING;
		return false;
	}
	tell(c, signal);
	if (signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGQUIT) {
		/* Docker's own kill keeps the restart policy from acting, as a stop does. */
		c->asked_to_stop = true;
		end(c, signal == SIGTERM || signal == SIGINT ? 0 : EXIT_SIGNAL_BASE + signal, false);
	}
	return true;
}

bool world_restart(struct world_container *c, const char **error)
{
	const char *conflict = port_conflict(c);

	if (conflict) {
		*error = conflict;
		return false;
	}
	if (c->status == WORLD_RUNNING || c->status == WORLD_PAUSED) {
		tell(c, SIGTERM);
		thaw(c);
		finish_stop(c, 0);
	}
	c->restart_count = 0;
	begin(c);
	world_emit(c, "restart", (char *)NULL);
	return true;
}

bool world_pause(struct world_container *c, const char **error)
{
	if (c->status != WORLD_RUNNING) {
		*error = c->status == WORLD_PAUSED ? "is already paused" : NOT_RUNNING;
		return false;
	}
	c->status = WORLD_PAUSED;
	world_emit(c, "pause", (char *)NULL);
	return true;
}

bool world_unpause(struct world_container *c, const char **error)
{
	if (c->status != WORLD_PAUSED) {
		*error = "is not paused";
		return false;
	}
	c->status = WORLD_RUNNING;
	world_emit(c, "unpause", (char *)NULL);
	return true;
}

bool world_rename(struct world_container *c, const char *name, const char **error)
{
	char *old = c->name;

	for (size_t i = 0; i < c->server->container_count; i++) {
		if (strcmp(c->server->containers[i]->name, name) == 0) {
			*error = "is already in use";
			return false;
		}
	}
	c->name = strdup(name);
	if (!c->name) {
		c->name = old;
		*error = NO_MEMORY;
		return false;
	}
	world_emit(c, "rename", "oldName", old, (char *)NULL);
	free(old);
	return true;
}

bool world_remove(struct world_container *c, bool force, const char **error)
{
	struct world_server *server = c->server;
	bool alive = c->status == WORLD_RUNNING || c->status == WORLD_PAUSED || c->status == WORLD_RESTARTING;

	if (alive && !force) {
		*error = "container is running: stop the container before removing or force remove";
		return false;
	}
	if (c->status == WORLD_RUNNING || c->status == WORLD_PAUSED) {
		c->asked_to_stop = true;
		tell(c, SIGKILL);
		end(c, EXIT_KILLED, false);
	}
	world_emit(c, "destroy", (char *)NULL);
	for (size_t i = 0; i < server->container_count; i++) {
		if (server->containers[i] != c)
			continue;
		memmove(&server->containers[i], &server->containers[i + 1],
			(server->container_count - i - 1) * sizeof(struct world_container *));
		server->container_count--;
		break;
	}
	world_container_free(c);
	return true;
}

bool world_listening(const struct world_container *c)
{
	return c->ollama && c->host_port && !c->refuse && !c->start_error &&
	       (c->status == WORLD_RUNNING || c->status == WORLD_PAUSED) &&
	       c->server->world->wall >= c->ready_at;
}

bool world_answering(const struct world_container *c)
{
	return world_listening(c) && c->status == WORLD_RUNNING && !c->hang_api;
}

/* The restart policy's turn. Engine 20.10 goes on saying OOMKilled of the new process. */
void world_restart_due(struct world_container *c)
{
	bool killed = c->oom_killed && strncmp(c->server->engine_version, "20.", 3) == 0;
	int count = c->restart_count;

	if (port_conflict(c)) {
		c->status = WORLD_EXITED;
		return;
	}
	begin(c);
	c->restart_count = count;
	c->oom_killed = killed;
}
