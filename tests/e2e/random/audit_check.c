#include "audit_check.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct counts {
	int begins, ends;
	char outcome[24];
};

static const char *path(char *buf, size_t size, const char *end)
{
	snprintf(buf, size, "%s/ollama-top/audit.jsonl%s", getenv("XDG_STATE_HOME"), end);
	return buf;
}

long audit_mark(void)
{
	char name[4096];
	struct stat st;

	return stat(path(name, sizeof(name), ""), &st) == 0 ? (long)st.st_size : 0;
}

static const char *text_of(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

	return text ? text : "";
}

static void count_line(
	const cJSON *line, const struct expected *expected, size_t count, struct counts *counts)
{
	const cJSON *pid = cJSON_GetObjectItemCaseSensitive(line, "pid");
	const char *dash = strrchr(text_of(line, "id"), '-'), *event = text_of(line, "event");

	if (!dash || !cJSON_IsNumber(pid) || (pid_t)pid->valuedouble != getpid())
		return;
	for (size_t i = 0; i < count; i++) {
		if (strtoull(dash + 1, NULL, 10) != expected[i].id ||
			strcmp(text_of(line, "operation"), op_info(expected[i].kind)->name) != 0)
			continue;
		counts[i].begins += strcmp(event, "begin") == 0;
		counts[i].ends += strcmp(event, "end") == 0;
		if (strcmp(event, "end") == 0)
			snprintf(
				counts[i].outcome, sizeof(counts[i].outcome), "%s", text_of(line, "outcome"));
	}
}

static bool read_lines(const char *name, long from, const struct expected *expected, size_t count,
	struct counts *counts, char *why, size_t size)
{
	FILE *file = fopen(name, "re");
	char *line = NULL;
	size_t room = 0;

	if (!file || fseek(file, from, SEEK_SET) != 0) {
		snprintf(why, size, "%s cannot be read", name);
	} else {
		while (getline(&line, &room, file) > 0) {
			cJSON *json = cJSON_Parse(line);

			/* Another worker may be in the middle of the last one. */
			if (!cJSON_IsObject(json) && strchr(line, '\n'))
				snprintf(why, size, "a line does not parse: %.200s", line);
			count_line(json, expected, count, counts);
			cJSON_Delete(json);
		}
	}
	free(line);
	if (file)
		fclose(file);
	return why[0] == '\0';
}

void audit_check(long mark, const struct expected *expected, size_t count, char *why, size_t size)
{
	struct counts *counts = calloc(count + 1, sizeof *counts);
	char name[4096], old[4096];
	bool turned = audit_mark() < mark;

	why[0] = '\0';
	path(name, sizeof(name), "");
	path(old, sizeof(old), ".1");
	if (count == 0 || !counts || (turned && !read_lines(old, mark, expected, count, counts, why, size)) ||
		!read_lines(name, turned ? 0 : mark, expected, count, counts, why, size)) {
		free(counts);
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (counts[i].begins != expected[i].begun || counts[i].ends != expected[i].begun ||
			(expected[i].begun &&
				strcmp(counts[i].outcome, op_status_name(expected[i].status)) != 0))
			snprintf(why, size, "operation %llu (%s, %s) has %d begins, %d ends, outcome \"%s\"",
				(unsigned long long)expected[i].id, op_info(expected[i].kind)->name,
				op_status_name(expected[i].status), counts[i].begins, counts[i].ends,
				counts[i].outcome);
	free(counts);
}
