/*
 * script_input.c - keys, signals, other sizes, and changes of the simulated world.
 */
#include "script_private.h"

#include "keys.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

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
		script_fail(s, "no key is called %s", word);
}

void do_keys(struct script *s, char *rest)
{
	const char *words[WORDS_MAX * 2];
	size_t n = script_split(rest, words, WORDS_MAX * 2);

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
void do_every_key(struct script *s, char *rest)
{
	const char *words[WORDS_MAX], *key;
	char buf[KEY_BYTES];
	size_t n = script_split(rest, words, WORDS_MAX);

	for (size_t i = 0; !s->failed && (key = key_at(i, buf)); i++) {
		go_back(s);
		for (size_t k = 0; k < n; k++)
			press(s, words[k]);
		terminal_settle(s->t, 20, 500);
		send_text(s, key);
		terminal_settle(s->t, 20, 500);
		send_text(s, "\ry\ry");
		if (!terminal_pump(s->t, 20))
			script_fail(s, "the program ended at key %zu", i);
	}
	go_back(s);
	terminal_settle(s->t, 150, 1000);
}

void do_type(struct script *s, char *rest)
{
	terminal_send(s->t, rest, strlen(rest));
	terminal_settle(s->t, 30, 500);
}

void do_control(struct script *s, char *rest)
{
	if (!s->sim || !simulator_control(s->sim, rest))
		script_fail(s, "the simulator refused: %s", rest);
}

void do_resize(struct script *s, char *rest)
{
	int columns, rows;

	if (sscanf(rest, "%dx%d", &columns, &rows) != 2) {
		script_fail(s, "resize COLUMNSxROWS");
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
	{"STOP", SIGSTOP},
	{"SEGV", SIGSEGV},
	{"ABRT", SIGABRT},
	{"KILL", SIGKILL},
};

void do_signal(struct script *s, char *rest)
{
	for (size_t i = 0; i < sizeof(signal_names) / sizeof(signal_names[0]); i++)
		if (strcmp(signal_names[i].name, rest) == 0) {
			kill(terminal_pid(s->t), signal_names[i].number);
			terminal_settle(s->t, 100, 1000);
			return;
		}
	script_fail(s, "no signal is called %s", rest);
}

void do_hangup(struct script *s, char *rest)
{
	(void)rest;
	terminal_hang_up(s->t);
}
