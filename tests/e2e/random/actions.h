/*
 * actions.h - what a sequence does, and when: drawn from its seed alone.
 */
#ifndef TESTS_RANDOM_ACTIONS_H
#define TESTS_RANDOM_ACTIONS_H

#include "random.h"

#define ACTIONS_MAX 24

enum action_kind { ACTION_INTENT, ACTION_FAULT, ACTION_CANCEL };

struct action {
	enum action_kind kind;
	int64_t at; /* ms from the beginning */
	struct intent intent;
	/* A fault: a command of the control endpoint, and what it does to whom. */
	char command[256];
	const char *server, *container; /* container NULL: the server's engine */
	bool lies;                      /* it answers wrongly, late or not at all from here on */
	bool late;                      /* what it was asked meanwhile it answers when the lie ends */
	bool until_start;               /* a start of the container ends the lie */
	bool kills, stays_dead, mends;
};

/* Fills `actions` in the order of their times; returns how many. */
size_t actions_draw(struct draw *draw, struct action actions[ACTIONS_MAX]);

#endif
