/*
 * script.c - reads a script and runs it, line after line.
 */
#include "script_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void script_fail(struct script *s, const char *format, ...)
{
	va_list ap;

	printf("# %s:%zu: ", s->path, s->at);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	s->failed = true;
}

void script_print(const char *title, const char *text)
{
	printf("# %s:\n", title);
	while (*text) {
		size_t len = strcspn(text, "\n");

		printf("# |%.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

void script_show(struct script *s)
{
	char *screen = s->t ? terminal_screen(s->t) : NULL;

	if (screen)
		script_print("the screen is", screen);
	free(screen);
}

int64_t script_deadline(int ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + ms;
}

size_t script_split(char *rest, const char **words, size_t max)
{
	size_t n = 0;

	for (char *save = NULL, *w = strtok_r(rest, " \t", &save); w && n + 1 < max;
		w = strtok_r(NULL, " \t", &save))
		words[n++] = w;
	words[n] = NULL;
	return n;
}

/* The lines up to `end`, without the indentation of the first. */
char *script_block(struct script *s, size_t *first, size_t *last)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	*first = s->at;
	while (s->at < s->count && strcmp(s->lines[s->at], "end") != 0)
		fprintf(f, "%s\n", s->lines[s->at++]);
	*last = s->at;
	if (s->at < s->count)
		s->at++;
	fclose(f);
	return text;
}

static const struct {
	const char *name;
	directive_fn *run;
	bool needs_program;
} directives[] = {
	{"deaf-resolver", do_deaf_resolver, false},
	{"sim", do_sim, false},
	{"size", do_size, false},
	{"term", do_term, false},
	{"env", do_env, false},
	{"file", do_file, false},
	{"start", do_start, false},
	{"keys", do_keys, true},
	{"every-key", do_every_key, true},
	{"type", do_type, true},
	{"control", do_control, false},
	{"expect", do_expect, true},
	{"has", do_has, true},
	{"lacks", do_lacks, true},
	{"says", do_says, true},
	{"says-of", do_says_of, true},
	{"aligned", do_aligned, true},
	{"selected", do_selected, true},
	{"run", do_run, true},
	{"frame", do_frame, true},
	{"resize", do_resize, true},
	{"signal", do_signal, true},
	{"hangup", do_hangup, true},
	{"exit", do_exit, true},
	{"restored", do_restored, true},
	{"monochrome", do_monochrome, true},
	{"colour", do_colour, true},
	{"ascii", do_ascii, true},
	{"requests-only", do_requests_only, false},
	{"requested", do_requested, true},
};

static void run_line(struct script *s, const char *text)
{
	char *line = strdup(text);
	size_t word = strcspn(line, " \t");
	char *rest = line + word + (line[word] != '\0');

	line[word] = '\0';
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (strcmp(directives[i].name, line) != 0)
			continue;
		if (directives[i].needs_program && !s->t)
			script_fail(s, "%s: the program was not started", line);
		else
			directives[i].run(s, rest);
		free(line);
		return;
	}
	script_fail(s, "unknown directive: %s", line);
	free(line);
}

static bool read_lines(struct script *s)
{
	FILE *f = fopen(s->path, "r");
	char *line = NULL;
	size_t size = 0;

	if (!f)
		return false;
	while (getline(&line, &size, f) >= 0) {
		char **more = realloc(s->lines, (s->count + 1) * sizeof(*more));

		if (!more)
			break;
		s->lines = more;
		line[strcspn(line, "\n")] = '\0';
		s->lines[s->count++] = strdup(line);
	}
	free(line);
	fclose(f);
	return s->count > 0;
}

bool script_run(const char *path, const char *tmp, bool update)
{
	struct script s = {.path = path,
		.tmp = tmp,
		.update = update,
		.columns = 120,
		.rows = 40,
		.term = "xterm-256color"};

	snprintf(s.config, sizeof(s.config), "%s/config.yaml", tmp);
	if (!read_lines(&s))
		script_fail(&s, "cannot be read, or is empty");
	while (!s.failed && s.at < s.count) {
		const char *line = s.lines[s.at++];

		if (*line && *line != '#')
			run_line(&s, line);
	}
	terminal_free(s.t);
	simulator_stop(s.sim);
	for (size_t i = 0; i < s.count; i++)
		free(s.lines[i]);
	free(s.lines);
	return !s.failed;
}
