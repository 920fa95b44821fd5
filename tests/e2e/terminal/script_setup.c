/*
 * script_setup.c - the simulator, the terminal, files and the environment of a script, and the start of the program.
 */
#include "script_private.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>

void do_size(struct script *s, char *rest)
{
	if (sscanf(rest, "%dx%d", &s->columns, &s->rows) != 2)
		script_fail(s, "size COLUMNSxROWS");
}

void do_term(struct script *s, char *rest)
{
	snprintf(s->term, sizeof(s->term), "%s", rest);
}

void do_env(struct script *s, char *rest)
{
	char *value = strchr(rest, '=');

	(void)s;
	if (!value) {
		unsetenv(rest);
		return;
	}
	*value = '\0';
	setenv(rest, value + 1, 1);
}

void do_file(struct script *s, char *rest)
{
	char path[512];
	size_t first, last;
	char *text = script_block(s, &first, &last);
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", s->tmp, rest);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0)
		script_fail(s, "cannot write %s", path);
	if (f)
		fclose(f);
	free(text);
}

static const char *substitute(struct script *s, const char *word, char *buf, size_t size)
{
	if (strcmp(word, "@CONFIG@") == 0)
		return s->config;
	if (strncmp(word, "@TMP@", 5) == 0) {
		snprintf(buf, size, "%s%s", s->tmp, word + 5);
		return buf;
	}
	return word;
}

void do_sim(struct script *s, char *rest)
{
	const char *words[WORDS_MAX], *options[WORDS_MAX + 1] = {NULL};
	char buf[WORDS_MAX][512], name[512];
	size_t n = script_split(rest, words, WORDS_MAX), first = 1, kept = 0;

	if (n > 1 && strcmp(words[1], "running") == 0)
		first = 2;
	else
		options[kept++] = "--still";
	for (size_t i = first; i < n; i++)
		options[kept++] = substitute(s, words[i], buf[i], sizeof(buf[i]));
	if (n > 0 && !s->sim)
		s->sim = simulator_start(substitute(s, words[0], name, sizeof(name)), options, s->config);
	if (!s->sim)
		script_fail(s, "the simulator did not start");
}

void do_start(struct script *s, char *rest)
{
	const char *program = getenv("OLLAMA_TOP");
	const char *words[WORDS_MAX], *argv[WORDS_MAX + 2] = {program ? program : "./ollama-top"};
	char buf[WORDS_MAX][512];
	size_t n = script_split(rest, words, WORDS_MAX);

	for (size_t i = 0; i < n; i++)
		argv[i + 1] = substitute(s, words[i], buf[i], sizeof(buf[i]));
	if (n == 0) {
		argv[1] = "--config";
		argv[2] = s->config;
	}
	if (s->t && s->ended) {
		terminal_free(s->t);
		s->t = NULL;
	}
	s->ended = false;
	if (!s->t)
		s->t = terminal_start(s->columns, s->rows, s->term, (char *const *)argv);
	if (!s->t) {
		script_fail(s, "the program did not start");
		return;
	}
	s->before = (struct terminal_modes){.cursor_visible = true, .echo = true, .canonical = true};
	terminal_settle(s->t, 100, WAIT_MS);
}

/* A name server that takes questions and never answers: what a lookup meets when the network is gone. */
void do_deaf_resolver(struct script *s, char *rest)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(53)};
	char path[512];
	FILE *f;

	(void)rest;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	snprintf(path, sizeof(path), "%s/resolv.conf", s->tmp);
	f = fopen(path, "w");
	if (!f) {
		script_fail(s, "cannot write %s", path);
		return;
	}
	fputs("nameserver 127.0.0.2\noptions timeout:30 attempts:2\n", f);
	fclose(f);
	s->resolver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(s->resolver, (struct sockaddr *)&at, sizeof(at)) ||
		mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL))
		script_fail(s, "no deaf resolver: %s", strerror(errno));
}
