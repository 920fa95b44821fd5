#include "script.h"

#include "frame.h"
#include "keys.h"
#include "simulator.h"
#include "terminal.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <time.h>

#define WAIT_MS   10000
#define WORDS_MAX 32

struct script {
	const char *path, *tmp;
	char **lines;
	size_t count, at;
	bool update, failed;
	bool ended; /* the program, so that it can be started again */
	int columns, rows, resolver;
	char term[64], config[512];
	struct simulator *sim;
	struct terminal *t;
	struct terminal_modes before;
};

struct directive {
	const char *name;
	void (*run)(struct script *s, char *rest);
	bool needs_program;
};

static void fail(struct script *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fail(struct script *s, const char *format, ...)
{
	va_list ap;

	printf("# %s:%zu: ", s->path, s->at);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	s->failed = true;
}

static void print_screen(const char *title, const char *text)
{
	printf("# %s:\n", title);
	while (*text) {
		size_t len = strcspn(text, "\n");

		printf("# |%.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static void show(struct script *s)
{
	char *screen = s->t ? terminal_screen(s->t) : NULL;

	if (screen)
		print_screen("the screen is", screen);
	free(screen);
}

static int64_t deadline(int ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + ms;
}

static size_t split(char *rest, const char **words, size_t max)
{
	size_t n = 0;

	for (char *save = NULL, *w = strtok_r(rest, " \t", &save); w && n + 1 < max;
		w = strtok_r(NULL, " \t", &save))
		words[n++] = w;
	words[n] = NULL;
	return n;
}

/* The lines up to `end`, without the indentation of the first. */
static char *block(struct script *s, size_t *first, size_t *last)
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

static void do_size(struct script *s, char *rest)
{
	if (sscanf(rest, "%dx%d", &s->columns, &s->rows) != 2)
		fail(s, "size COLUMNSxROWS");
}

static void do_term(struct script *s, char *rest)
{
	snprintf(s->term, sizeof(s->term), "%s", rest);
}

static void do_env(struct script *s, char *rest)
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

static void do_file(struct script *s, char *rest)
{
	char path[512];
	size_t first, last;
	char *text = block(s, &first, &last);
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", s->tmp, rest);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0)
		fail(s, "cannot write %s", path);
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

static void do_sim(struct script *s, char *rest)
{
	const char *words[WORDS_MAX], *options[WORDS_MAX + 1] = {NULL};
	char buf[WORDS_MAX][512];
	size_t n = split(rest, words, WORDS_MAX), first = 1, kept = 0;

	if (n > 1 && strcmp(words[1], "running") == 0)
		first = 2;
	else
		options[kept++] = "--still";
	for (size_t i = first; i < n; i++)
		options[kept++] = substitute(s, words[i], buf[i], sizeof(buf[i]));
	if (n > 0 && !s->sim)
		s->sim = simulator_start(words[0], options, s->config);
	if (!s->sim)
		fail(s, "the simulator did not start");
}

static void do_start(struct script *s, char *rest)
{
	const char *program = getenv("OLLAMA_TOP");
	const char *words[WORDS_MAX], *argv[WORDS_MAX + 2] = {program ? program : "./ollama-top"};
	char buf[WORDS_MAX][512];
	size_t n = split(rest, words, WORDS_MAX);

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
		fail(s, "the program did not start");
		return;
	}
	s->before = (struct terminal_modes){.cursor_visible = true, .echo = true, .canonical = true};
	terminal_settle(s->t, 100, WAIT_MS);
}

static void send_text(struct script *s, const char *bytes)
{
	terminal_send(s->t, bytes, strlen(bytes));
}

static void press(struct script *s, const char *word)
{
	char buf[KEY_BYTES];
	const char *bytes = key_bytes(word, buf);

	if (bytes)
		send_text(s, bytes);
	else
		fail(s, "no key is called %s", word);
}

static void do_keys(struct script *s, char *rest)
{
	const char *words[WORDS_MAX * 2];
	size_t n = split(rest, words, WORDS_MAX * 2);

	for (size_t i = 0; i < n; i++) {
		press(s, words[i]);
		terminal_settle(s->t, strcmp(words[i], "<Esc>") == 0 ? 150 : 20, 500);
	}
}

/* Closes whatever is open, up to the first view: a dialog or a line that is typed, then view after view. */
static void go_back(struct script *s)
{
	send_text(s, "\a\033\033\033\033\033\033\033\033");
}

/* After each key whatever it may have opened is gone through with: a choice, a name, a question. */
static void do_every_key(struct script *s, char *rest)
{
	const char *words[WORDS_MAX], *key;
	char buf[KEY_BYTES];
	size_t n = split(rest, words, WORDS_MAX);

	for (size_t i = 0; !s->failed && (key = key_at(i, buf)); i++) {
		go_back(s);
		for (size_t k = 0; k < n; k++)
			press(s, words[k]);
		terminal_settle(s->t, 20, 500);
		send_text(s, key);
		terminal_settle(s->t, 20, 500);
		send_text(s, "\ry\ry");
		if (!terminal_pump(s->t, 20))
			fail(s, "the program ended at key %zu", i);
	}
	go_back(s);
	terminal_settle(s->t, 150, 1000);
}

static void do_type(struct script *s, char *rest)
{
	terminal_send(s->t, rest, strlen(rest));
	terminal_settle(s->t, 30, 500);
}

static void do_control(struct script *s, char *rest)
{
	if (!s->sim || !simulator_control(s->sim, rest))
		fail(s, "the simulator refused: %s", rest);
}

/* A line of an expectation that ends in '~' leaves the rest of its row free. */
static bool line_matches(const char *expected, size_t elen, const char *line, size_t len)
{
	if (elen > 0 && expected[elen - 1] == '~')
		return len >= elen - 1 && memcmp(expected, line, elen - 1) == 0;
	return elen == len && memcmp(expected, line, len) == 0;
}

static bool screen_matches(const char *expected, const char *screen)
{
	while (*expected || *screen) {
		size_t elen = strcspn(expected, "\n"), len = strcspn(screen, "\n");
		const char *after = expected + elen + (expected[elen] == '\n');

		if (elen == 2 && strncmp(expected, "~~", 2) == 0) {
			for (; *screen; screen += len + (screen[len] == '\n'), len = strcspn(screen, "\n"))
				if (screen_matches(after, screen))
					return true;
			return *after == '\0';
		}
		if (!line_matches(expected, elen, screen, len))
			return false;
		expected = after;
		screen += len + (screen[len] == '\n');
	}
	return true;
}

static void rewrite(struct script *s, size_t first, size_t last, const char *screen)
{
	FILE *f = fopen(s->path, "w");

	if (!f) {
		fail(s, "cannot rewrite %s", s->path);
		return;
	}
	for (size_t i = 0; i < first; i++)
		fprintf(f, "%s\n", s->lines[i]);
	fputs(screen, f);
	for (size_t i = last; i < s->count; i++)
		fprintf(f, "%s\n", s->lines[i]);
	fclose(f);
	printf("# %s:%zu: expectation rewritten; run again\n", s->path, first);
}

static void do_expect(struct script *s, char *rest)
{
	int64_t end = deadline(WAIT_MS);
	size_t first, last;
	char *expected = block(s, &first, &last), *screen = terminal_screen(s->t);

	(void)rest;
	while (!screen_matches(expected, screen) && deadline(0) < end) {
		if (!terminal_pump(s->t, 50))
			break;
		free(screen);
		screen = terminal_screen(s->t);
	}
	if (!screen_matches(expected, screen)) {
		fail(s, "another screen was expected");
		print_screen("expected", expected);
		print_screen("the screen is", screen);
		if (s->update)
			rewrite(s, first, last, screen);
	}
	free(expected);
	free(screen);
}

static bool on_screen(struct script *s, const char *text)
{
	char *screen = terminal_screen(s->t);
	bool found = screen && strstr(screen, text);

	free(screen);
	return found;
}

static void until(struct script *s, const char *text, bool present)
{
	int64_t end = deadline(WAIT_MS);

	while (on_screen(s, text) != present && deadline(0) < end && terminal_pump(s->t, 50))
		;
	if (on_screen(s, text) != present) {
		fail(s, present ? "not on the screen: %s" : "still on the screen: %s", text);
		show(s);
	}
}

static void do_has(struct script *s, char *rest)
{
	until(s, rest, true);
}

static void do_lacks(struct script *s, char *rest)
{
	until(s, rest, false);
}

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

static void do_run(struct script *s, char *rest)
{
	int64_t end = deadline(WAIT_MS);
	char shown[600], said[600], line[512];
	FILE *f;

	snprintf(shown, sizeof(shown), "%s/shown", s->tmp);
	snprintf(said, sizeof(said), "%s/said", s->tmp);
	setenv("CONFIG", s->config, 1);
	while (run_once(s, rest, shown, said) != 0) {
		if (deadline(0) < end && terminal_pump(s->t, 50)) {
			terminal_settle(s->t, 50, 500);
			continue;
		}
		fail(s, "failed: %s", rest);
		f = fopen(said, "r");
		while (f && fgets(line, sizeof(line), f))
			printf("# %s", line);
		if (f)
			fclose(f);
		show(s);
		return;
	}
}

static void do_frame(struct script *s, char *rest)
{
	int64_t end = deadline(2000);
	char *screen = terminal_screen(s->t), why[256];

	(void)rest;
	/* What is read may be half of a picture that is on its way. */
	while (!frame_check(screen, terminal_columns(s->t), why, sizeof(why)) && deadline(0) < end &&
		terminal_pump(s->t, 50)) {
		free(screen);
		screen = terminal_screen(s->t);
	}
	if (!frame_check(screen, terminal_columns(s->t), why, sizeof(why))) {
		fail(s, "%s", why);
		show(s);
	}
	free(screen);
}

static void do_resize(struct script *s, char *rest)
{
	int columns, rows;

	if (sscanf(rest, "%dx%d", &columns, &rows) != 2) {
		fail(s, "resize COLUMNSxROWS");
		return;
	}
	terminal_resize(s->t, columns, rows);
	terminal_settle(s->t, 150, 2000);
}

static const struct {
	const char *name;
	int number;
} signal_names[] = {
	{"TERM", SIGTERM},
	{"HUP", SIGHUP},
	{"INT", SIGINT},
	{"TSTP", SIGTSTP},
	{"CONT", SIGCONT},
	{"SEGV", SIGSEGV},
	{"ABRT", SIGABRT},
	{"KILL", SIGKILL},
};

static void do_signal(struct script *s, char *rest)
{
	for (size_t i = 0; i < sizeof(signal_names) / sizeof(signal_names[0]); i++)
		if (strcmp(signal_names[i].name, rest) == 0) {
			kill(terminal_pid(s->t), signal_names[i].number);
			terminal_settle(s->t, 100, 1000);
			return;
		}
	fail(s, "no signal is called %s", rest);
}

static void do_hangup(struct script *s, char *rest)
{
	(void)rest;
	terminal_hang_up(s->t);
}

static void do_exit(struct script *s, char *rest)
{
	int status = terminal_wait(s->t, WAIT_MS);

	s->ended = status >= 0;
	if (status != atoi(rest)) {
		fail(s, "exit status %d, expected %s", status, rest);
		show(s);
	}
}

static void do_restored(struct script *s, char *rest)
{
	int64_t end = deadline(2000);
	struct terminal_modes now;

	(void)rest;
	terminal_modes(s->t, &now);
	while (memcmp(&now, &s->before, sizeof(now)) != 0 && deadline(0) < end) {
		terminal_pump(s->t, 50);
		terminal_modes(s->t, &now);
	}
	if (now.alternate_screen != s->before.alternate_screen)
		fail(s, "the alternate screen was left on");
	if (now.cursor_visible != s->before.cursor_visible)
		fail(s, "the cursor was left hidden");
	if (now.echo != s->before.echo || now.canonical != s->before.canonical)
		fail(s, "the line discipline was not given back");
}

static void do_monochrome(struct script *s, char *rest)
{
	(void)rest;
	for (int y = 0; y < terminal_rows(s->t); y++)
		for (int x = 0; x < terminal_columns(s->t); x++)
			if (terminal_cell_coloured(s->t, x, y)) {
				fail(s, "the cell at row %d, column %d has a colour", y, x);
				return;
			}
}

static void do_ascii(struct script *s, char *rest)
{
	char *screen = terminal_screen(s->t);

	(void)rest;
	for (const char *p = screen; p && *p; p++)
		if ((unsigned char)*p >= 0x80) {
			fail(s, "the screen has a character outside ASCII");
			show(s);
			break;
		}
	free(screen);
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

static void do_requests_only(struct script *s, char *rest)
{
	char *all = s->sim ? simulator_get(s->sim, "/control/requests") : NULL, *lines = all, *line;

	if (!all || !*all)
		fail(s, "the simulator recorded no request");
	while (lines && (line = strtok_r(lines, "\n", &lines)))
		if (!request_matches(rest, line))
			fail(s, "a request that must not be was sent: %.300s", line);
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

static void do_requested(struct script *s, char *rest)
{
	const char *words[WORDS_MAX];
	size_t n = split(rest, words, WORDS_MAX);
	int64_t end = deadline(WAIT_MS);

	for (size_t i = 0; i < n; i++) {
		while (!was_requested(s, words[i]) && deadline(0) < end && terminal_pump(s->t, 50))
			;
		if (!was_requested(s, words[i])) {
			fail(s, "no such request was sent: %s", words[i]);
			show(s);
		}
	}
}

/* A name server that takes questions and never answers: what a lookup meets when the network is gone. */
static void do_deaf_resolver(struct script *s, char *rest)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(53)};
	char path[512];
	FILE *f;

	(void)rest;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	snprintf(path, sizeof(path), "%s/resolv.conf", s->tmp);
	f = fopen(path, "w");
	if (!f) {
		fail(s, "cannot write %s", path);
		return;
	}
	fputs("nameserver 127.0.0.2\noptions timeout:30 attempts:2\n", f);
	fclose(f);
	s->resolver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(s->resolver, (struct sockaddr *)&at, sizeof(at)) ||
		mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL))
		fail(s, "no deaf resolver: %s", strerror(errno));
}

static const struct directive directives[] = {
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
	{"run", do_run, true},
	{"frame", do_frame, true},
	{"resize", do_resize, true},
	{"signal", do_signal, true},
	{"hangup", do_hangup, true},
	{"exit", do_exit, true},
	{"restored", do_restored, true},
	{"monochrome", do_monochrome, true},
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
			fail(s, "%s: the program was not started", line);
		else
			directives[i].run(s, rest);
		free(line);
		return;
	}
	fail(s, "unknown directive: %s", line);
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
		fail(&s, "cannot be read, or is empty");
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
