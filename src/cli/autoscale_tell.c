#include "autoscale_tell.h"

#include "command.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A reader who does not read has this much kept for him. */
#define KEPT_MAX ((size_t)1 << 20)

bool autoscale_tell_open(struct autoscale_tell *tell, const struct clock *clock, enum format format,
	bool dry_run, size_t servers)
{
	*tell = (struct autoscale_tell){.clock = clock, .format = format, .dry_run = dry_run};
	tell->output.held = true;
	tell->tells = calloc(servers + 1, sizeof(*tell->tells));
	tell->tell_count = tell->tells ? servers : 0;
	return tell->tells != NULL;
}

void autoscale_tell_close(struct autoscale_tell *tell)
{
	output_free(&tell->output);
	free(tell->tells);
	tell->tells = NULL;
}

static void add_line(struct autoscale_tell *tell, const char *line)
{
	if (tell->output.len + strlen(line) < KEPT_MAX) {
		output_add(&tell->output, line, strlen(line));
		output_add(&tell->output, "\n", 1);
		output_flush(&tell->output);
	} else if (!tell->lost) {
		tell->lost = true;
		command_complain(_("nobody reads the standard output: lines are lost"));
	}
}

static void add_count(cJSON *json, const char *name, int count)
{
	if (count >= 0) {
		cJSON_AddNumberToObject(json, name, count);
	} else {
		cJSON_AddNullToObject(json, name);
	}
}

static void tell_json(struct autoscale_tell *tell, const char *time, const struct server *server,
	const struct policy_entry *entry)
{
	const bool note = entry->why == POLICY_WHYS;
	cJSON *json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "time", time);
	cJSON_AddStringToObject(json, "server", server->spec->name);
	cJSON_AddStringToObject(json, "decision", note ? "note" : policy_action_name(entry->action));
	cJSON_AddStringToObject(json, "why", note ? "note" : policy_why_name(entry->why));
	add_count(json, "from", entry->from);
	add_count(json, "to", entry->to);
	cJSON_AddBoolToObject(json, "done", entry->done);
	cJSON_AddStringToObject(json, "message", entry->text);
	char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	if (text) {
		add_line(tell, text);
	}
	cJSON_free(text);
}

/* "scales: ", and before it begins "would scale: " or "is to scale: ". */
static const char *verb(const struct autoscale_tell *tell, const struct policy_entry *entry)
{
	if (entry->why == POLICY_WHYS) {
		return "";
	}
	if (entry->done) {
		return _("scales: ");
	}
	if (entry->action == POLICY_HOLD) {
		return _("holds: ");
	}
	return tell->dry_run ? _("would scale: ") : _("is to scale: ");
}

void autoscale_tell_entry(
	struct autoscale_tell *tell, const struct server *server, const struct policy_entry *entry)
{
	char time[64];
	char line[POLICY_REASON_MAX + 512];
	text_rfc3339(time, sizeof(time), entry->wall);
	if (tell->format == FORMAT_JSON) {
		tell_json(tell, time, server, entry);
		return;
	}
	snprintf(line, sizeof(line), "%s %s: %s%s", time, server->spec->name, verb(tell, entry), entry->text);
	add_line(tell, line);
}

/* Each operation is told from its beginning on. */
void autoscale_tell_operation(struct autoscale_tell *tell, size_t server, const struct op_view *view)
{
	if (server >= tell->tell_count || tell->output.len >= KEPT_MAX) {
		return;
	}
	struct tell *one = &tell->tells[server];
	if (!one->begun || one->id != view->id) {
		tell_open(one, tell->clock, tell->format);
		one->terminal = false; /* several servers' lines would overwrite each other */
		one->to = &tell->output;
		one->id = view->id;
	}
	tell_view(one, view);
}

bool autoscale_tell_flush(struct autoscale_tell *tell)
{
	return output_flush(&tell->output);
}
