/*
 * doctor_containers.c - the containers: there, running, started without trouble, checked by something that can
 * run, and known to Compose.
 */
#include "doctor.h"

#include "doctor_places.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <string.h>

static const char *log_of(const struct doctor *doctor, const struct instance *instance)
{
	const struct facts_instance *facts = facts_of(doctor->facts, instance);
	return facts && facts->log ? facts->log : "";
}

/* Whether some line of the log has both. */
static bool log_says(const char *log, const char *a, const char *b)
{
	while (*log != '\0') {
		const size_t len = strcspn(log, "\n");
		const char *first = strstr(log, a);
		const char *second = strstr(log, b);
		if (first && second && first < log + len && second < log + len) {
			return true;
		}
		log += len + (log[len] == '\n');
	}
	return false;
}

/* The last line that is not empty, or "". */
static void last_line(const char *log, char line[FLEET_TEXT_MAX])
{
	line[0] = '\0';
	while (*log != '\0') {
		const size_t len = strcspn(log, "\n");
		if (len > 0) {
			snprintf(line, FLEET_TEXT_MAX, "%.*s", (int)(len < 300 ? len : 300), log);
		}
		log += len + (log[len] == '\n');
	}
}

static void advise_key(struct doctor *doctor, const struct instance *instance)
{
	advise_create_key(doctor);
	doctor_advise(doctor, instance->server, "docker restart {}", place_container(instance));
}

/* Empty folders of deleted models, which Ollama removes at its start unless it is told not to. */
static void advise_prune(struct doctor *doctor, const struct instance *instance)
{
	char models[PLACE_MAX];
	char manifests[PLACE_MAX + 16];
	const struct instance *writer = place_writer_instance(doctor->fleet);
	const char *folder = writer ? place_models_folder(writer, models) : NULL;
	if (folder) {
		snprintf(manifests, sizeof(manifests), "%s/manifests", folder);
		doctor_advise(
			doctor, writer->server, "sudo find {} -mindepth 1 -type d -empty -delete", manifests);
	}
	doctor_advise(doctor, instance->server, "docker restart {}", place_container(instance));
}

/* A store that nobody has pulled to yet lacks the folders that Ollama makes at its start. */
static void advise_folders(struct doctor *doctor, const struct instance *instance)
{
	const struct instance *writer = place_writer_instance(doctor->fleet);
	if (writer) {
		doctor_advise(doctor, writer->server, "docker restart {}", place_container(writer));
	}
	doctor_advise(doctor, instance->server, "docker restart {}", place_container(instance));
}

static void advise_store(struct doctor *doctor, const struct instance *instance)
{
	const char *folder = place_host_folder(instance);
	if (folder) {
		doctor_advise(doctor, instance->server, "findmnt -T {}", folder);
	}
	doctor_advise(doctor, instance->server, "docker logs --tail 50 {}", place_container(instance));
}

/* What Ollama says when it cannot start (server/routes.go, cmd/cmd.go), most telling first; all of it English. */
static const struct {
	const char *a, *b;
	const char *cause;
	void (*advise)(struct doctor *doctor, const struct instance *instance);
} troubles[] = {
	{"id_ed25519", "read-only file system",
		N_("its store has no id_ed25519, which Ollama makes at its start, and here it cannot: it "
		   "must be "
		   "made once on the rw server"),
		advise_key},
	{"id_ed25519", "permission denied",
		N_("the user of its container may not read the store's id_ed25519, or not make it"),
		advise_key},
	{"mkdir", "read-only file system",
		N_("its store lacks the folders of the models, which Ollama makes at its start, and here it "
		   "cannot: they must be made once on the rw server"),
		advise_folders},
	{"remove", "read-only file system",
		N_("at its start Ollama removes empty folders of deleted models, and here it cannot: remove "
		   "them "
		   "on the rw server, and set OLLAMA_NOPRUNE=1 on read-only instances"),
		advise_prune},
	{"manifests", "permission denied", N_("the user of its container may not read the store"),
		advise_store},
	{"", "Stale file handle", N_("its NFS mount is stale"), advise_store},
	{"", "stale NFS file handle", N_("its NFS mount is stale"), advise_store},
	{"bind", "address already in use", N_("its port is taken inside the container"), advise_store},
};

static bool say_trouble(struct doctor *doctor, const struct instance *instance)
{
	const char *log = log_of(doctor, instance);
	for (size_t i = 0; i < sizeof(troubles) / sizeof(*troubles); i++) {
		if (log_says(log, troubles[i].a, troubles[i].b)) {
			char line[FLEET_TEXT_MAX];
			last_line(log, line);
			doctor_say(doctor, VERDICT_FAILURE, _("it cannot start: %s (\"%s\")"),
				_(troubles[i].cause), line);
			troubles[i].advise(doctor, instance);
			return true;
		}
	}
	return false;
}

static void say_missing(struct doctor *doctor, const struct instance *instance)
{
	doctor_say(doctor, VERDICT_FAILURE, _("server %s has no container %s"), instance->server->spec->name,
		place_container(instance));
	doctor_advise(doctor, instance->server, "docker ps --all");
	advise_compose_up(doctor, instance);
}

static void say_killed(struct doctor *doctor, const struct instance *instance)
{
	char limit[16];
	const int64_t bytes = instance->container.memory_limit;
	doctor_say(doctor, VERDICT_FAILURE,
		instance->api.status == LINK_OK
			? _("it was killed for memory at %s and runs again: raise the limit, or lower "
			    "context and "
			    "OLLAMA_NUM_PARALLEL")
			: _("it was killed for memory at %s: raise the limit, or lower context and "
			    "OLLAMA_NUM_PARALLEL"),
		bytes > 0 ? text_size(limit, sizeof(limit), bytes) : _("no limit"));
	advise_memory(doctor, instance, 0);
	if (instance->api.status != LINK_OK) {
		doctor_advise(doctor, instance->server, "docker start {}", place_container(instance));
	}
}

static void say_left(struct doctor *doctor, const struct instance *instance)
{
	char line[FLEET_TEXT_MAX];
	const struct container *c = &instance->container;
	if (say_trouble(doctor, instance)) {
		return;
	}
	last_line(log_of(doctor, instance), line);
	doctor_say(doctor, VERDICT_FAILURE,
		c->status != CONTAINER_EXITED && c->status != CONTAINER_DEAD
			? _("it keeps restarting, exit status %d%s%s%s")
			: _("it has exited, status %d%s%s%s"),
		c->exit_code, line[0] != '\0' ? " (\"" : "", line, line[0] != '\0' ? "\")" : "");
	doctor_advise(doctor, instance->server, "docker logs --tail 50 {}", place_container(instance));
	doctor_advise(doctor, instance->server, "docker start {}", place_container(instance));
}

static void say_stopped(struct doctor *doctor, const struct instance *instance)
{
	doctor_say(doctor, VERDICT_WARNING, "%s", instance->reason ? instance->reason : _("it is stopped"));
	doctor_advise(doctor, instance->server, "docker start {}", place_container(instance));
}

static void say_paused(struct doctor *doctor, const struct instance *instance)
{
	doctor_say(doctor, VERDICT_FAILURE, _("it is paused"));
	doctor_advise(doctor, instance->server, "docker unpause {}", place_container(instance));
}

static void say_running(struct doctor *doctor, const struct instance *instance)
{
	if (instance->api.status == LINK_FAILED && instance->container.restarts > 0) {
		/* Seen in the middle of a restart loop. */
		say_left(doctor, instance);
		return;
	}
	if (instance->api.status == LINK_FAILED && say_trouble(doctor, instance)) {
		return;
	}
	if (instance->container.restarts > 0) {
		doctor_say(doctor, VERDICT_OK,
			P_("it runs, after %d restart", "it runs, after %d restarts",
				(unsigned)instance->container.restarts),
			instance->container.restarts);
	} else {
		doctor_say(doctor, VERDICT_OK, _("it runs"));
	}
}

/* A task whose container is on another node, or not yet on any. */
static void say_task(struct doctor *doctor, const struct instance *instance)
{
	const struct task *task = &instance->task;
	const char *state = task->state ? task->state : "?";
	const bool runs = task->phase == TASK_RUNNING;
	if (runs && task->failures == 0) {
		doctor_say(doctor, VERDICT_OK, _("a task of %s, %s on %s"), place_service(instance), state,
			task->node ? task->node : "?");
		return;
	}
	doctor_say(doctor, runs || task->phase == TASK_LEAVING ? VERDICT_WARNING : VERDICT_FAILURE,
		P_("a task of %s, %s on %s, after %d failure%s%s",
			"a task of %s, %s on %s, after %d failures%s%s", (unsigned)task->failures),
		place_service(instance), state, task->node ? task->node : _("no node"), task->failures,
		task->error ? ": " : "", task->error ? task->error : "");
	doctor_advise(doctor, instance->server, "docker service ps --no-trunc {}", place_service(instance));
	doctor_advise(doctor, instance->server, "docker service logs --tail 50 {}", place_service(instance));
}

static void check_container(struct doctor *doctor, const struct subject *subject)
{
	static void (*const tell[])(struct doctor *, const struct instance *) = {
		[CONTAINER_UNKNOWN] = NULL,
		[CONTAINER_CREATED] = say_stopped,
		[CONTAINER_RUNNING] = say_running,
		[CONTAINER_PAUSED] = say_paused,
		[CONTAINER_RESTARTING] = say_left,
		[CONTAINER_EXITED] = say_left,
		[CONTAINER_DEAD] = say_left,
		[CONTAINER_REMOVED] = say_missing,
	};
	const struct instance *instance = subject->instance;
	if (subject->server->docker.status != LINK_OK) {
		return;
	}
	if (place_service(instance) && !instance->container.known) {
		say_task(doctor, instance);
	} else if (instance->present == 0) {
		say_missing(doctor, instance);
	} else if (!instance->container.known &&
		   (instance->api.status == LINK_OK || !say_trouble(doctor, instance))) {
		doctor_say(doctor, VERDICT_UNKNOWN, _("its container could not be inspected"));
		doctor_advise(doctor, instance->server, "docker inspect {}", place_container(instance));
	} else if (!instance->container.known) {
		return;
	} else if (instance->state == STATE_OOM || instance->container.oom_killed) {
		say_killed(doctor, instance);
	} else if (instance->state == STATE_STOPPED) {
		say_stopped(doctor, instance);
	} else if (tell[instance->container.status]) {
		tell[instance->container.status](doctor, instance);
	} else {
		doctor_say(doctor, VERDICT_UNKNOWN, _("nobody knows whether it runs"));
	}
}

/* The image has no curl (DESIGN.md 10.1); `ollama ls` would read the store, and pile up when that hangs. */
static void check_health(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	const struct container *c = &instance->container;
	const struct facts_instance *facts = facts_of(doctor->facts, instance);
	if (subject->server->docker.status != LINK_OK || !facts || !facts->inspected ||
		c->status != CONTAINER_RUNNING) {
		return;
	}
	if (c->health_error) {
		doctor_say(doctor, VERDICT_WARNING,
			_("its health check can never pass: %s; one that can is test: [\"CMD\", \"ollama\", "
			  "\"ps\"]"),
			c->health_error);
	} else if (!facts->checks_health) {
		doctor_say(doctor, VERDICT_WARNING,
			_("it has no health check; a good one is test: [\"CMD\", \"ollama\", \"ps\"]"));
	} else if (c->health == HEALTH_UNHEALTHY && instance->api.status == LINK_OK) {
		doctor_say(doctor, VERDICT_WARNING, _("Docker calls it unhealthy, but its API answers"));
		doctor_advise(doctor, instance->server, "docker inspect --format {} {}",
			"{{json .State.Health}}", place_container(instance));
		return;
	} else {
		doctor_say(doctor, VERDICT_OK, _("Docker's own check: %s"), container_health_name(c->health));
		return;
	}
	if (place_service(instance)) {
		doctor_advise(doctor, instance->server, "docker service update --health-cmd {} {}",
			"ollama ps", place_service(instance));
		return;
	}
	advise_compose_edit(doctor, instance);
	advise_compose_up(doctor, instance);
}

static const char *env_value(const struct container *c, const char *name)
{
	const size_t len = strlen(name);
	for (size_t i = 0; i < c->env_count; i++) {
		if (strncmp(c->env[i], name, len) == 0 && c->env[i][len] == '=') {
			return c->env[i] + len + 1;
		}
	}
	return NULL;
}

/* A model that is deleted on the rw server may keep a read-only instance from its next start (DESIGN.md 10.2). */
static void check_prune(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	const char *prune = env_value(&instance->container, "OLLAMA_NOPRUNE");
	if (!instance->container.known || instance->store.read_only != 1) {
		return;
	}
	if (prune && prune[0] != '\0' && strcmp(prune, "0") != 0 && strcmp(prune, "false") != 0) {
		doctor_say(doctor, VERDICT_OK, _("it does not clean its read-only store at its start"));
		return;
	}
	doctor_say(doctor, VERDICT_WARNING,
		_("without OLLAMA_NOPRUNE=1 in its environment it cannot start any more once a deleted model "
		  "leaves an "
		  "empty folder in its read-only store"));
	if (place_service(instance)) {
		doctor_advise(doctor, instance->server, "docker service update --env-add OLLAMA_NOPRUNE=1 {}",
			place_service(instance));
		return;
	}
	advise_compose_edit(doctor, instance);
	advise_compose_up(doctor, instance);
}

/* What was made by scaling is in no Compose file (DESIGN.md 10.8). */
static void check_compose(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	const struct facts_instance *facts = facts_of(doctor->facts, instance);
	if (!facts || !facts->compose.service) {
		return;
	}
	if (!facts->compose.cloned) {
		doctor_say(doctor, VERDICT_OK, _("Compose's service %s"), facts->compose.service);
		return;
	}
	doctor_say(doctor, VERDICT_WARNING,
		_("it was made by scaling and is in no Compose file, so that \"up -d\" reports it as an "
		  "orphan and "
		  "--remove-orphans removes it: write the file anew and put it in place of the old one"));
	doctor_advise(doctor, NULL, "ollama-top render compose {}", subject->server->spec->name);
	if (facts->compose.folder) {
		doctor_advise(doctor, subject->server, "cd {} && ${EDITOR:-vi} docker-compose.yml",
			facts->compose.folder);
	}
}

static void check_service(struct doctor *doctor, const struct subject *subject)
{
	const struct server *server = subject->server;
	const char *name = server->spec->scale.service;
	if (!name || server->docker.status != LINK_OK) {
		return;
	}
	if (server->service.link.status == LINK_OK) {
		doctor_say(doctor, VERDICT_OK, _("Swarm's service %s, replicas %d"), name,
			server->service.replicas);
		return;
	}
	doctor_say(doctor, VERDICT_FAILURE, _("Swarm's service %s: %s"), name,
		server->service.link.error ? server->service.link.error : _("it has not been heard of"));
	doctor_advise(doctor, server, "docker service ls");
	doctor_advise(doctor, server, "docker node ls");
}

static const struct check checks[] = {
	{"service", SCOPE_SERVER, check_service, NULL},
	{"container", SCOPE_INSTANCE, check_container, NULL},
	{"health", SCOPE_INSTANCE, check_health, NULL},
	{"prune", SCOPE_INSTANCE, check_prune, NULL},
	{"compose", SCOPE_INSTANCE, check_compose, NULL},
};

const struct check_table doctor_containers = CHECK_TABLE(checks);
