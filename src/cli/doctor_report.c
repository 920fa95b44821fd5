/*
 * doctor_report.c - findings, collected and printed.
 */
#include "doctor.h"

#include "doctor_places.h"
#include "doctor_shell.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* As in JSON; never translated. */
static const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_OK] = "ok",
	[VERDICT_WARNING] = "warning",
	[VERDICT_FAILURE] = "failure",
	[VERDICT_UNKNOWN] = "unknown",
};

/* Where a command is to be run when that is no server. */
#define HERE "here"

static struct finding *new_finding(struct report *report)
{
	if (report->count == report->room) {
		const size_t room = report->room ? 2 * report->room : 64;
		struct finding *more = realloc(report->findings, room * sizeof(*more));
		if (!more) {
			report->incomplete = true;
			return NULL;
		}
		report->findings = more;
		report->room = room;
	}
	struct finding *finding = &report->findings[report->count++];
	*finding = (struct finding){0};
	return finding;
}

void doctor_say(struct doctor *doctor, enum verdict verdict, const char *format, ...)
{
	char text[FLEET_TEXT_MAX];
	char clean[FLEET_TEXT_MAX];
	struct finding *finding = new_finding(doctor->report);
	if (!finding) {
		return;
	}
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_clean(clean, sizeof(clean), text, strlen(text));
	finding->check = doctor->check;
	finding->verdict = verdict;
	finding->target = strdup(doctor->target);
	finding->text = strdup(clean);
	doctor->report->verdicts[verdict]++;
	doctor->report->incomplete |= !finding->target || !finding->text;
}

void doctor_advise_words(struct doctor *doctor, const struct server *where, const char *template, ...)
{
	struct report *report = doctor->report;
	char command[SHELL_COMMAND_MAX];
	if (report->count == 0) {
		return;
	}
	struct finding *finding = &report->findings[report->count - 1];
	va_list args;
	va_start(args, template);
	shell_command(command, sizeof(command), template, args);
	va_end(args);
	if (command[0] == '\0') {
		return;
	}
	struct advice *more =
		realloc(finding->advice, (finding->advice_count + 1) * sizeof(*finding->advice));
	if (!more) {
		report->incomplete = true;
		return;
	}
	finding->advice = more;
	more[finding->advice_count].where = where ? where->spec : NULL;
	more[finding->advice_count].command = strdup(command);
	report->incomplete |= !more[finding->advice_count].command;
	finding->advice_count += more[finding->advice_count].command != NULL;
}

/* "on 84 (ssh user@10.0.0.84):", as the operator gets there. */
static void print_where(FILE *out, const struct server_spec *where)
{
	char target[PLACE_MAX];
	char clean[PLACE_MAX];
	char port[16];
	if (!where) {
		fprintf(out, "    %s\n", _("here:"));
	} else if (place_is_ssh(where)) {
		place_ssh(where, target, port);
		text_clean(clean, sizeof(clean), target, strlen(target));
		fprintf(out, _("    on %s (ssh %s%s%s%s):\n"), where->name, port[0] != '\0' ? "-p " : "",
			port, port[0] != '\0' ? " " : "", clean);
	} else {
		fprintf(out, _("    on %s (%s):\n"), where->name, where->host ? where->host : "?");
	}
}

static void print_finding(FILE *out, const struct finding *finding)
{
	fprintf(out, "%-7s  %-12s  %s: %s\n", verdict_names[finding->verdict], finding->check,
		finding->target ? finding->target : "?", finding->text ? finding->text : "?");
	for (size_t i = 0; i < finding->advice_count; i++) {
		if (i == 0 || finding->advice[i].where != finding->advice[i - 1].where) {
			print_where(out, finding->advice[i].where);
		}
		fprintf(out, "        %s\n", finding->advice[i].command);
	}
}

void report_text(FILE *out, const struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		print_finding(out, &report->findings[i]);
	}
	char warnings[64];
	(void)snprintf(warnings, sizeof(warnings),
		P_("%zu warning", "%zu warnings", report->verdicts[VERDICT_WARNING]),
		report->verdicts[VERDICT_WARNING]);
	/* TRANSLATORS: %s is "2 warnings" */
	fprintf(out, _("%zu failed, %s, %zu unknown, %zu ok\n"), report->verdicts[VERDICT_FAILURE], warnings,
		report->verdicts[VERDICT_UNKNOWN], report->verdicts[VERDICT_OK]);
}

bool report_json(FILE *out, const struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct finding *finding = &report->findings[i];
		cJSON *json = cJSON_CreateObject();
		cJSON_AddStringToObject(json, "check", finding->check);
		cJSON_AddStringToObject(json, "target", finding->target ? finding->target : "");
		cJSON_AddStringToObject(json, "status", verdict_names[finding->verdict]);
		cJSON_AddStringToObject(json, "text", finding->text ? finding->text : "");
		cJSON *list = cJSON_AddArrayToObject(json, "advice");
		for (size_t k = 0; k < finding->advice_count; k++) {
			const struct server_spec *where = finding->advice[k].where;
			cJSON *advice = cJSON_CreateObject();
			cJSON_AddStringToObject(advice, "where", where ? where->name : HERE);
			cJSON_AddStringToObject(advice, "command", finding->advice[k].command);
			cJSON_AddItemToArray(list, advice);
		}
		char *line = cJSON_PrintUnformatted(json);
		cJSON_Delete(json);
		if (!line) {
			return false;
		}
		fprintf(out, "%s\n", line);
		cJSON_free(line);
	}
	return true;
}

void report_free(struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		struct finding *finding = &report->findings[i];
		for (size_t k = 0; k < finding->advice_count; k++) {
			free(finding->advice[k].command);
		}
		free(finding->advice);
		free(finding->target);
		free(finding->text);
	}
	free(report->findings);
	*report = (struct report){0};
}
