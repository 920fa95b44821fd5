/*
 * script_outcome.c - what else is expected: of commands, of the end of the program, of requests to the fleet.
 */
#include "script_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs it with the screen as its standard input; its status. What it says is in `said`. */
static int run_once(struct script *s, const char *command, const char *shown, const char *said)
{
	char whole[2048], *screen = terminal_screen(s->t);
	FILE *f = fopen(shown, "w");

	if (f && screen)
		fputs(screen, f);
	if (f)
		fclose(f);
	free(screen);
	snprintf(whole, sizeof(whole), "( %s ) <'%s' >'%s' 2>&1", command, shown, said);
	return system(whole);
}

void do_run(struct script *s, char *rest)
{
	int64_t end = script_deadline(WAIT_MS);
	char shown[600], said[600], line[512];
	FILE *f;

	snprintf(shown, sizeof(shown), "%s/shown", s->tmp);
	snprintf(said, sizeof(said), "%s/said", s->tmp);
	setenv("CONFIG", s->config, 1);
	while (run_once(s, rest, shown, said) != 0) {
		if (script_deadline(0) < end && terminal_pump(s->t, 50)) {
			terminal_settle(s->t, 50, 500);
			continue;
		}
		script_fail(s, "failed: %s", rest);
		f = fopen(said, "r");
		while (f && fgets(line, sizeof(line), f))
			printf("# %s", line);
		if (f)
			fclose(f);
		script_show(s);
		return;
	}
}

void do_exit(struct script *s, char *rest)
{
	int status = terminal_wait(s->t, WAIT_MS);

	s->ended = status >= 0;
	if (status != atoi(rest)) {
		script_fail(s, "exit status %d, expected %s", status, rest);
		script_show(s);
	}
}

void do_restored(struct script *s, char *rest)
{
	int64_t end = script_deadline(2000);
	struct terminal_modes now;

	(void)rest;
	terminal_modes(s->t, &now);
	while (memcmp(&now, &s->before, sizeof(now)) != 0 && script_deadline(0) < end) {
		terminal_pump(s->t, 50);
		terminal_modes(s->t, &now);
	}
	if (now.alternate_screen != s->before.alternate_screen)
		script_fail(s, "the alternate screen was left on");
	if (now.cursor_visible != s->before.cursor_visible)
		script_fail(s, "the cursor was left hidden");
	if (now.echo != s->before.echo || now.canonical != s->before.canonical)
		script_fail(s, "the line discipline was not given back");
}

/* Whether one of the words is the method of the request, or METHOD:TEXT and the text is in its path. */
static bool request_matches(const char *words, const char *line)
{
	char copy[256], *rest = copy, *word, method[32] = "", path[512] = "";
	const char *at_method = strstr(line, "\"method\":"), *at_path = strstr(line, "\"path\":");

	if (at_method)
		sscanf(at_method + 9, " \"%31[A-Z]\"", method);
	if (at_path)
		sscanf(at_path + 7, " \"%511[^\"]\"", path);
	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strtok_r(rest, " ", &rest))) {
		char *text = strchr(word, ':');

		if (text)
			*text++ = '\0';
		if (!strcmp(word, method) && (!text || strstr(path, text)))
			return true;
	}
	return false;
}

void do_requests_only(struct script *s, char *rest)
{
	char *all = s->sim ? simulator_get(s->sim, "/control/requests") : NULL, *lines = all, *line;

	if (!all || !*all)
		script_fail(s, "the simulator recorded no request");
	while (lines && (line = strtok_r(lines, "\n", &lines)))
		if (!request_matches(rest, line))
			script_fail(s, "a request that must not be was sent: %.300s", line);
	free(all);
}

static bool was_requested(struct script *s, const char *word)
{
	char *all = s->sim ? simulator_get(s->sim, "/control/requests") : NULL, *lines = all, *line;
	bool found = false;

	while (!found && lines && (line = strtok_r(lines, "\n", &lines)))
		found = request_matches(word, line);
	free(all);
	return found;
}

void do_requested(struct script *s, char *rest)
{
	const char *words[WORDS_MAX];
	size_t n = script_split(rest, words, WORDS_MAX);
	int64_t end = script_deadline(WAIT_MS);

	for (size_t i = 0; i < n; i++) {
		while (!was_requested(s, words[i]) && script_deadline(0) < end && terminal_pump(s->t, 50))
			;
		if (!was_requested(s, words[i])) {
			script_fail(s, "no such request was sent: %s", words[i]);
			script_show(s);
		}
	}
}
