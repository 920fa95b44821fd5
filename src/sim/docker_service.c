/*
 * docker_service.c - a Swarm service that is updated: what this world reads in its spec, and the call that gives it
 * another one; what engine 20.10 answers.
 */
#include "docker.h"

#include <stdlib.h>
#include <string.h>

static const cJSON *member(const cJSON *json, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(json, key);
}

static double number_of(const cJSON *json, const char *key, double otherwise)
{
	const cJSON *item = member(json, key);

	return cJSON_IsNumber(item) && item->valuedouble >= 0 ? item->valuedouble : otherwise;
}

static bool is_word(const cJSON *json, const char *key, const char *word)
{
	const char *text = cJSON_GetStringValue(member(json, key));

	return text && strcmp(text, word) == 0;
}

static void read_turns(const cJSON *json, struct world_turns *turns)
{
	if (!json)
		return;
	turns->parallelism = (int)number_of(json, "Parallelism", 0);
	turns->delay_ms = (int64_t)number_of(json, "Delay", 0) / 1000000;
	turns->monitor_ms = (int64_t)number_of(json, "Monitor", 5e9) / 1000000;
	turns->start_first = is_word(json, "Order", "start-first");
	turns->on_failure = is_word(json, "FailureAction", "continue")   ? WORLD_ON_FAILURE_CONTINUE
			    : is_word(json, "FailureAction", "rollback") ? WORLD_ON_FAILURE_ROLLBACK
									 : WORLD_ON_FAILURE_PAUSE;
}

bool docker_read_service_spec(const char *text, const cJSON *json, struct world_service_spec *spec)
{
	const cJSON *task = member(json, "TaskTemplate");
	char *template = task ? cJSON_PrintUnformatted(task) : NULL;
	bool read = world_service_spec_set(spec, text, template ? template : "{}",
		(int)number_of(member(member(json, "Mode"), "Replicated"), "Replicas", -1),
		(uint64_t)number_of(task, "ForceUpdate", 0));

	if (read) {
		read_turns(member(json, "UpdateConfig"), &spec->update);
		read_turns(member(json, "RollbackConfig"), &spec->rollback);
	}
	cJSON_free(template);
	return read;
}

static enum serve_result roll_back(struct serve_request *request, struct world_service *s)
{
	if (!world_service_rollback(s, "manually requested rollback"))
		return serve_error(request, 500,
			"rpc error: code = FailedPrecondition desc = service %s does not have a previous "
			"spec",
			s->id);
	return serve_text(request, 200, "application/json", "{\"Warnings\":null}\n");
}

/* The spec is taken over whole, so what a client leaves out of it is lost. */
enum serve_result docker_service_update(struct serve_request *request)
{
	struct world_service *s = docker_service_of(request);
	const char *version = serve_query(request, "version"), *rollback = serve_query(request, "rollback");
	char *end = NULL;

	if (!s)
		return SERVE_DONE;
	unsigned long long index = version ? strtoull(version, &end, 10) : 0;
	if (!version || !*version || *end)
		return serve_error(request, 400,
			"invalid service version '%s': strconv.ParseUint: parsing \"%s\": invalid syntax",
			version ? version : "", version ? version : "");
	if (s->conflicts > 0) {
		s->conflicts--;
		s->version = ++s->index;
	}
	if (index != s->version)
		return serve_error(request, 500, "rpc error: code = Unknown desc = update out of sequence");
	if (rollback && strcmp(rollback, "previous") == 0)
		return roll_back(request, s);
	cJSON *json = serve_json(request);
	bool same_name = is_word(json, "Name", s->name);
	struct world_service_spec spec;
	bool read = docker_read_service_spec(request->body, json, &spec);
	cJSON_Delete(json);
	if (!read)
		return serve_error(request, 500, "out of memory");
	if (!same_name || spec.replicas < 0) {
		bool renamed = !same_name;
		world_service_spec_free(&spec);
		return serve_error(request, 501, "rpc error: code = Unimplemented desc = %s",
			renamed ? "renaming services is not supported"
				: "service mode change is not allowed");
	}
	world_service_update(s, &spec);
	return serve_text(request, 200, "application/json", "{\"Warnings\":null}\n");
}
