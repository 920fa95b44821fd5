/*
 * docker_swarm.c - services, nodes and tasks of a Swarm, as the Engine API reference has them.
 */
#include "ollama-top/docker.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include "docker_private.h"
#include "json.h"

#include <stdlib.h>
#include <string.h>

/* A failure that is older than this before the task at hand is history. */
#define OF_LATE_MS 120000

/* What Swarm takes where the spec says nothing. */
#define GRACE_MS   10000
#define RESTART_MS 5000
#define MONITOR_MS 5000
/* More is taken for that much: who waits has to come to an end. */
#define DURATION_MAX_MS (24 * INT64_C(3600000))

/* Swarm's words for what becomes of a task, in their order. */
static const struct {
	const char *word;
	enum task_phase phase;
	bool failed;
} states[] = {
	{"new", TASK_WAITING, false},
	{"allocated", TASK_WAITING, false},
	{"pending", TASK_WAITING, false},
	{"assigned", TASK_WAITING, false},
	{"accepted", TASK_WAITING, false},
	{"preparing", TASK_WAITING, false},
	{"ready", TASK_WAITING, false},
	{"starting", TASK_WAITING, false},
	{"running", TASK_RUNNING, false},
	{"complete", TASK_OVER, false},
	{"shutdown", TASK_OVER, false},
	{"failed", TASK_OVER, true},
	{"rejected", TASK_OVER, true},
	{"remove", TASK_OVER, false},
	{"orphaned", TASK_OVER, true},
};

/* Nanoseconds. */
static int64_t duration_ms(const cJSON *object, const char *key, int64_t otherwise)
{
	int64_t ms = json_int(object, key, -1) / 1000000;
	if (json_int(object, key, -1) < 0)
		return otherwise;
	return ms < DURATION_MAX_MS ? ms : DURATION_MAX_MS;
}

/* The place of a word in a list; 0 for one that is missing or unknown. */
static int word_of(const cJSON *object, const char *key, const char *const *words, int count)
{
	const char *word = json_string(object, key);
	for (int i = 0; word != NULL && i < count; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return 0;
}
#define WORD_OF(object, key, words) word_of(object, key, words, (int)(sizeof(words) / sizeof *(words)))

static void take_rules(const cJSON *spec, struct docker_service *out)
{
	static const char *const orders[] = {"stop-first", "start-first"};
	const cJSON *update = json_object(spec, "UpdateConfig");
	const cJSON *task = json_object(spec, "TaskTemplate"), *policy = json_object(task, "RestartPolicy");
	struct service_rules *rules = &out->rules;
	/* Without an UpdateConfig it is one at a time; one that does not say is all at once. */
	rules->parallelism = json_small(update, "Parallelism", update == NULL);
	rules->start_first = WORD_OF(update, "Order", orders) == 1;
	rules->delay_ms = duration_ms(update, "Delay", 0);
	rules->on_failure = (enum service_failure)WORD_OF(update, "FailureAction", service_failure_names);
	rules->restart = (enum service_restart)WORD_OF(policy, "Condition", service_restart_names);
	rules->attempts = json_small(policy, "MaxAttempts", 0);
	out->force = json_int(task, "ForceUpdate", 0);
	out->restart_delay_ms = duration_ms(policy, "Delay", RESTART_MS);
	out->grace_ms = duration_ms(json_object(task, "ContainerSpec"), "StopGracePeriod", GRACE_MS);
	out->monitor_ms = duration_ms(update, "Monitor", MONITOR_MS);
}

static void take_update(const cJSON *status, struct docker_service *out)
{
	static const char *const words[] = {
		[UPDATE_NONE] = "",
		[UPDATE_RUNS] = "updating",
		[UPDATE_PAUSED] = "paused",
		[UPDATE_COMPLETED] = "completed",
		[ROLLBACK_RUNS] = "rollback_started",
		[ROLLBACK_PAUSED] = "rollback_paused",
		[ROLLBACK_COMPLETED] = "rollback_completed",
	};
	out->update = (enum docker_update)WORD_OF(status, "State", words);
	json_text(status, "Message", out->message, sizeof out->message);
}

bool docker_parse_service(const char *body, size_t len, struct docker_service *out, struct parse_error *error)
{
	*out = (struct docker_service){.replicas = -1};
	cJSON *tree = json_parse(body, len, cJSON_Object, "/services", error);
	if (tree == NULL)
		return false;
	const cJSON *spec = json_object(tree, "Spec"), *mode = json_object(spec, "Mode");
	bool usable = docker_clean_id(json_string(tree, "ID"), out->id, sizeof out->id);
	out->version = json_int(json_object(tree, "Version"), "Index", -1);
	out->replicas = json_small(json_object(mode, "Replicated"), "Replicas", -1);
	take_rules(spec, out);
	take_update(json_object(tree, "UpdateStatus"), out);
	cJSON_Delete(tree);
	return usable || json_fail(error, _("/services: the service has no usable ID"));
}

/* Room for each item of a list, zeroed, and one more; NULL after json_fail(). */
static void *room_for(const cJSON *list, size_t size, const char *what, struct parse_error *error)
{
	size_t count = (size_t)cJSON_GetArraySize(list);
	if (count > PARSE_LIST_MAX) {
		json_fail(error, _("%s: more than %d entries"), what, PARSE_LIST_MAX);
		return NULL;
	}
	void *room = calloc(count + 1, size);
	if (room == NULL)
		json_fail(error, _("out of memory"));
	return room;
}

bool docker_parse_nodes(
	const char *body, size_t len, struct docker_node **nodes, size_t *count, struct parse_error *error)
{
	const cJSON *item;
	size_t n = 0;
	cJSON *tree = json_parse(body, len, cJSON_Array, "/nodes", error);
	struct docker_node *out = tree != NULL ? room_for(tree, sizeof *out, "/nodes", error) : NULL;
	if (out == NULL) {
		cJSON_Delete(tree);
		return false;
	}
	cJSON_ArrayForEach(item, tree)
	{
		if (!docker_clean_id(json_string(item, "ID"), out[n].id, sizeof out[n].id))
			continue;
		json_text(json_object(item, "Description"), "Hostname", out[n].name, sizeof out[n].name);
		n++;
	}
	cJSON_Delete(tree);
	*nodes = out;
	*count = n;
	return true;
}

/* The engine lists a port once for each family of addresses. */
static int own_port(const cJSON *status)
{
	const cJSON *ports = json_array(json_object(status, "PortStatus"), "Ports"), *item;
	int only = 0;
	bool several = false;
	cJSON_ArrayForEach(item, ports)
	{
		const char *mode = json_string(item, "PublishMode"),
			   *protocol = json_string(item, "Protocol");
		int port = json_small(item, "PublishedPort", 0);
		if (mode == NULL || strcmp(mode, "host") != 0 || port <= 0 || port > 65535 ||
			(protocol != NULL && strcmp(protocol, "tcp") != 0))
			continue;
		if (json_small(item, "TargetPort", 0) == OLLAMA_PORT)
			return port;
		several = several || (only != 0 && only != port);
		only = port;
	}
	return several ? 0 : only;
}

static void take_state(struct docker_task *t, const char *desired)
{
	size_t count = sizeof states / sizeof *states;
	t->phase = TASK_WAITING;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(states[i].word, t->state) != 0)
			continue;
		t->phase = states[i].phase;
		t->failed = states[i].failed;
	}
	for (size_t i = 0; i < count; i++)
		if (strcmp(states[i].word, desired) == 0)
			t->wanted = states[i].phase != TASK_OVER;
	t->forgotten = strcmp(desired, "remove") == 0;
	/* What never ran, and is not to run any more, is over. */
	if (!t->wanted && t->phase == TASK_WAITING)
		t->phase = TASK_OVER;
	if (!t->wanted && t->phase == TASK_RUNNING)
		t->phase = TASK_LEAVING;
}

static bool take_task(const cJSON *item, struct docker_task *t)
{
	const cJSON *status = json_object(item, "Status");
	const char *created = json_string(item, "CreatedAt"), *desired = json_string(item, "DesiredState");
	if (!docker_clean_id(json_string(item, "ID"), t->id, sizeof t->id))
		return false;
	if (!docker_clean_id(json_string(item, "NodeID"), t->node, sizeof t->node))
		*t->node = '\0';
	if (!docker_clean_id(json_string(json_object(status, "ContainerStatus"), "ContainerID"), t->container,
		    sizeof t->container))
		*t->container = '\0';
	json_text(status, "State", t->state, sizeof t->state);
	json_text(status, "Err", t->error, sizeof t->error);
	t->slot = json_int(item, "Slot", 0);
	t->force = json_int(json_object(item, "Spec"), "ForceUpdate", 0);
	if (created == NULL || !text_parse_rfc3339(created, &t->created_wall))
		t->created_wall = 0;
	take_state(t, desired != NULL ? desired : "");
	t->host_port = t->phase == TASK_RUNNING ? own_port(status) : 0;
	return true;
}

bool docker_parse_tasks(
	const char *body, size_t len, struct docker_task **tasks, size_t *count, struct parse_error *error)
{
	const cJSON *item;
	size_t n = 0;
	cJSON *tree = json_parse(body, len, cJSON_Array, "/tasks", error);
	struct docker_task *out = tree != NULL ? room_for(tree, sizeof *out, "/tasks", error) : NULL;
	if (out == NULL) {
		cJSON_Delete(tree);
		return false;
	}
	cJSON_ArrayForEach(item, tree)
	{
		n += take_task(item, &out[n]);
	}
	cJSON_Delete(tree);
	*tasks = out;
	*count = n;
	return true;
}

static int by_place(const struct docker_task *x, const struct docker_task *y)
{
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	return x->slot == 0 ? strcmp(x->node, y->node) : 0;
}

/* Those of a place together, what is meant to run before what is not, then the newest first. */
static int by_turn(const void *a, const void *b)
{
	const struct docker_task *x = a, *y = b;
	int place = by_place(x, y);
	if (place != 0)
		return place;
	if (x->wanted != y->wanted)
		return x->wanted ? -1 : 1;
	if (x->created_wall != y->created_wall)
		return x->created_wall > y->created_wall ? -1 : 1;
	return strcmp(x->id, y->id);
}

static bool is_live(const struct docker_task *t)
{
	return t->wanted || t->phase == TASK_LEAVING;
}

/* What those before it in its place tell of it. */
static void take_history(struct docker_task *t, const struct docker_task *before, size_t count)
{
	t->failures = t->failed;
	for (size_t i = 0; i < count; i++) {
		if (!before[i].failed)
			continue;
		if (t->phase == TASK_WAITING && *t->error == '\0')
			memcpy(t->error, before[i].error, sizeof t->error);
		t->failures += t->created_wall - before[i].created_wall <= OF_LATE_MS;
	}
}

size_t docker_choose_tasks(struct docker_task *tasks, size_t count, int replicas)
{
	size_t live = 0, places = 0, kept = 0, end;
	if (count > 0)
		qsort(tasks, count, sizeof *tasks, by_turn);
	for (size_t i = 0; i < count; i = end) {
		for (end = i + 1; end < count && by_place(&tasks[i], &tasks[end]) == 0; end++)
			;
		take_history(&tasks[i], &tasks[i + 1], end - i - 1);
		live += is_live(&tasks[i]);
		tasks[places++] = tasks[i];
	}
	size_t ended = replicas < 0 ? places : (size_t)replicas > live ? (size_t)replicas - live : 0;
	for (size_t i = 0; i < places; i++) {
		bool stays = is_live(&tasks[i]);
		if (!stays && !tasks[i].forgotten && ended > 0) {
			stays = true;
			ended--;
		}
		if (stays)
			tasks[kept++] = tasks[i];
	}
	return kept;
}
