#include "ollama-top/docker.h"

#include "ollama-top/text.h"

#include "docker_private.h"
#include "json.h"

#include <stdlib.h>
#include <string.h>

/* Docker's actions, and where they differ Podman's. */
static const struct {
	const char *action;
	enum docker_event what;
} actions[] = {
	{"start", DEVENT_START},
	{"die", DEVENT_DIE},
	{"died", DEVENT_DIE},
	{"oom", DEVENT_OOM},
	{"kill", DEVENT_KILL},
	{"stop", DEVENT_STOP},
	{"pause", DEVENT_PAUSE},
	{"unpause", DEVENT_UNPAUSE},
	{"destroy", DEVENT_DESTROY},
	{"remove", DEVENT_DESTROY},
	{"create", DEVENT_CREATE},
	{"health_status", DEVENT_HEALTH},
};

static enum docker_event event_of(const char *action)
{
	/* "health_status: healthy" */
	size_t len = strcspn(action, ":");
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strlen(actions[i].action) == len && strncmp(action, actions[i].action, len) == 0)
			return actions[i].what;
	return DEVENT_OTHER;
}

/* Attributes are strings even where they hold numbers. */
static int attribute_number(const cJSON *attributes, const char *key)
{
	const char *text = json_string(attributes, key);
	return text != NULL ? atoi(text) : 0;
}

bool docker_parse_event(
	const char *line, size_t len, struct docker_event_line *out, struct parse_error *error)
{
	*out = (struct docker_event_line){0};
	*error->text = '\0';
	cJSON *tree = json_parse(line, len, cJSON_Object, "/events", error);
	if (tree == NULL)
		return false;
	const char *type = json_string(tree, "Type"), *action = json_string(tree, "Action");
	const cJSON *actor = json_object(tree, "Actor"), *attributes = json_object(actor, "Attributes");
	const char *id = json_string(actor, "ID");
	if (action == NULL)
		action = json_string(tree, "status");
	if (id == NULL)
		id = json_string(tree, "id");
	bool swarm = type != NULL && (strcmp(type, "service") == 0 || strcmp(type, "node") == 0);
	bool usable = (type == NULL || swarm || strcmp(type, "container") == 0) && action != NULL &&
		      docker_clean_id(id, out->id, sizeof out->id);
	if (usable) {
		out->what = swarm ? DEVENT_SWARM : event_of(action);
		json_text(attributes, "name", out->name, sizeof out->name);
		out->exit_code = attribute_number(attributes, "exitCode");
		if (out->exit_code == 0)
			out->exit_code = attribute_number(attributes, "containerExitCode"); /* Podman */
		out->signal = attribute_number(attributes, "signal");
		/* A double holds nanoseconds of today to about 256; good enough to resume a stream. */
		out->time_ns = json_int(tree, "timeNano", 0);
		if (out->time_ns <= 0) {
			int64_t seconds = json_int(tree, "time", 0);
			out->time_ns =
				seconds > 0 && seconds < INT64_MAX / 1000000000 ? seconds * 1000000000 : 0;
		}
	}
	cJSON_Delete(tree);
	return usable;
}
