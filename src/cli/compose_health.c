/*
 * compose_health.c - the health check: the container's own, or one that can run where that never can.
 */
#include "compose_private.h"
#include "net/docker_private.h"
#include "net/json.h"
#include "ollama-top/i18n.h"
#include "ops/inspection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ollama's image has its own client, and `ps` does not read the store, which may hang. */
static const char *const substitute[] = {"CMD", "ollama", "ps"};
#define SUBSTITUTE_WORDS 3

static const struct {
	const char *key, *service_key;
} times[] = {
	{"Interval", "interval"},
	{"Timeout", "timeout"},
	{"StartPeriod", "start_period"},
};

static const cJSON *check_of(const struct compose_part *part)
{
	return json_object(json_object(part->container, "Config"), "Healthcheck");
}

static const char *image_of(const struct compose_part *part)
{
	const char *id = json_string(part->container, "Image");
	return id ? id : "";
}

/*
 * Why the check cannot run in this image; NULL when nothing tells that. A container that has just started has
 * not been checked yet, but its siblings have.
 */
static char *why_not(const struct composing *c, const cJSON *test)
{
	for (size_t i = 0; i < c->part_count; i++) {
		const struct compose_part *part = &c->parts[i];
		if (strcmp(image_of(part), image_of(c->part)) == 0 &&
			cJSON_Compare(test, json_array(check_of(part), "Test"), true)) {
			char *why = docker_health_error(part->container);
			if (why) {
				return why;
			}
		}
	}
	return NULL;
}

static void put_times(struct composing *c, cJSON *map, const cJSON *check)
{
	char text[40];
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		const int64_t ns = json_int(check, times[i].key, 0);
		if (ns > 0) {
			compose_duration(text, sizeof(text), ns);
			compose_put_text(c, map, times[i].service_key, text);
		}
	}
	const int64_t retries = json_int(check, "Retries", 0);
	if (retries > 0) {
		compose_put_number(c, map, "retries", retries);
	}
	if (json_int(check, "StartInterval", 0) > 0) {
		compose_duration(text, sizeof(text), json_int(check, "StartInterval", 0));
		compose_note(c,
			_("its health check has a start_interval of %s, which docker-compose 1.29 does not "
			  "take: "
			  "add it for Compose 2"),
			text);
	}
}

static void tell_substitute(struct composing *c, const cJSON *test, const char *why)
{
	char *text = cJSON_PrintUnformatted(test);
	compose_note(c,
		_("its health check %s can never pass, since it cannot run: %s. It is replaced by "
		  "[\"CMD\",\"ollama\",\"ps\"] with the same times"),
		text ? text : "", why);
	cJSON_free(text);
}

void compose_health(struct composing *c)
{
	const cJSON *check = check_of(c->part), *test = json_array(check, "Test");
	const char *kind = cJSON_GetStringValue(test ? test->child : NULL);
	char *why = test && test->child ? why_not(c, test) : NULL;
	if (!check || (!why && inspection_same(check, json_member(c->image, "Healthcheck")))) {
		free(why);
		return;
	}
	cJSON *map = compose_put_map(c, c->service, "healthcheck");
	if (map && kind && strcmp(kind, "NONE") == 0) {
		compose_put(c, map, "disable", cJSON_CreateTrue());
	} else if (map) {
		if (why) {
			tell_substitute(c, test, why);
			compose_put(c, map, "test", cJSON_CreateStringArray(substitute, SUBSTITUTE_WORDS));
		} else if (kind) {
			compose_put(c, map, "test", cJSON_Duplicate(test, true));
		}
		put_times(c, map, check);
	}
	free(why);
}
