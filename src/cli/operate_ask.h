/*
 * operate_ask.h - a question on the terminal while the loop runs on, so that signals and the fleet are heard.
 */
#ifndef CLI_OPERATE_ASK_H
#define CLI_OPERATE_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct ask {
	uv_poll_t poll;
	int fd; /* -1: not open */
	char line[512];
	size_t len;
	/* Once a question, with the line that was typed; NULL: there is nobody to answer any more. */
	void (*on_answer)(void *user, const char *line);
	void *user;
};

/*
 * Opens the terminal for reading, apart from standard input: what the loop sets on it must not last when we are gone.
 * False when there is none.
 */
bool ask_open(struct ask *ask, uv_loop_t *loop, void (*on_answer)(void *user, const char *line), void *user);

/* Prints the question on stderr and waits for a line. */
void ask_question(struct ask *ask, const char *question);

/* Whether an answer is a yes, in the user's language. */
bool ask_is_yes(const char *line);

void ask_close(struct ask *ask);

#endif
