/*
 * events.c - what happened, in a ring.
 */
#include "core.h"
#include "ollama-top/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void event_add(
	struct fleet *fleet, int64_t wall, enum severity severity, const char *target, const char *text)
{
	char clean_target[TARGET_MAX], clean_text[FLEET_TEXT_MAX];
	struct event *e = &fleet->events[fleet->event_head];

	text_clean(clean_target, sizeof(clean_target), target, strlen(target));
	text_clean(clean_text, sizeof(clean_text), text, strlen(text));
	char *kept_target = strdup(clean_target);
	char *kept_text = strdup(clean_text);
	if (!kept_target || !kept_text) {
		free(kept_target);
		free(kept_text);
		return;
	}
	free(e->target);
	free(e->text);
	*e = (struct event){
		.serial = ++fleet->event_serial,
		.at = fleet->now,
		.wall = wall,
		.severity = severity,
		.target = kept_target,
		.text = kept_text,
	};
	fleet->event_head = (fleet->event_head + 1) % FLEET_EVENTS_MAX;
	if (fleet->event_count < FLEET_EVENTS_MAX)
		fleet->event_count++;
	touch(fleet, true);
}

void instance_event(
	struct fleet *fleet, const struct instance *i, enum severity severity, const char *format, ...)
{
	char target[TARGET_MAX], text[FLEET_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	event_add(fleet, fleet->wall, severity, target_of(target, i->server, i), text);
}

void events_free(struct fleet *fleet)
{
	for (size_t i = 0; fleet->events && i < FLEET_EVENTS_MAX; i++) {
		free(fleet->events[i].target);
		free(fleet->events[i].text);
	}
	free(fleet->events);
}

const struct event *fleet_event(const struct fleet *fleet, size_t i)
{
	if (i >= fleet->event_count)
		return NULL;
	return &fleet->events[(fleet->event_head + FLEET_EVENTS_MAX - 1 - i) % FLEET_EVENTS_MAX];
}

void fleet_note(struct fleet *fleet, enum severity severity, const char *target, const char *text)
{
	fleet_tell(fleet, &(struct fleet_change){.kind = FLEET_NOTED,
				  .at = fleet->now,
				  .wall = fleet->wall,
				  .severity = severity,
				  .target = target,
				  .text = text});
	event_add(fleet, fleet->wall, severity, target ? target : "", text ? text : "");
}
