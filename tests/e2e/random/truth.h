/*
 * truth.h - what the simulator says of itself: containers as they are, what was asked of them, and the
 * balancer's file as it is changed. Times are the world's wall clock, in milliseconds.
 */
#ifndef TESTS_RANDOM_TRUTH_H
#define TESTS_RANDOM_TRUTH_H

#include "../terminal/simulator.h"
#include "random.h"

#include <stddef.h>

/* What a container was from one look on, until the next that differs. */
struct sight {
	int64_t at;
	char server[16], name[64], id[72];
	int port, restarts;
	int64_t started;
	bool exists, running, paused, store_right;
};

/* From when to when (0: still) an instance's answers cannot be trusted. */
struct lie {
	char server[16], name[64];
	int64_t from, to;
	bool late;        /* what was asked meanwhile is answered, if anybody still waits, when it ends */
	bool until_start; /* over once the container is started anew */
};

struct truth {
	struct simulator *simulator;
	int64_t wall;
	struct sight *sights; /* in order of time */
	size_t sight_count;
	struct lie lies[64];
	size_t lie_count;
	char *pool[64]; /* urls of the balancer's file */
	size_t pool_count;
};

/* Looks at the world; false when the simulator does not answer. */
bool truth_look(struct truth *truth);
void truth_clear(struct truth *truth);
/* The last sight of a container by name; NULL: none. */
const struct sight *truth_now(const struct truth *truth, const char *server, const char *name);

/* How many containers there are. */
size_t truth_count(const struct truth *truth);

void truth_lie_begins(struct truth *truth, const char *server, const char *name, bool late, bool until_start);
void truth_lie_ends(struct truth *truth, const char *server, const char *name);

/* Reads the balancer's file again. Of each url that came: "" or why it should not have, by `tell`. */
void truth_read_pool(struct truth *truth, const char *path,
	void (*tell)(void *user, const char *url, const char *why), void *user);

/*
 * What was asked of the ends: calls `tell` with each write to a ro server's models, and with each stop
 * or removal of an instance of 84 that left fewer than MIN_INSTANCES running. upgrade_from and
 * upgrade_to: when an upgrade of 84 ran, which stops what it then makes anew.
 */
void truth_check_requests(struct truth *truth, int64_t upgrade_from, int64_t upgrade_to,
	void (*tell)(void *user, enum rule rule, const char *why), void *user);

#endif
