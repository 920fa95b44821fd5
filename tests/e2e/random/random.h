/*
 * random.h - random sequences of intents with random faults, and what must hold all the while.
 *
 * A sequence has a simulator and a world of its own, so that number N of a seed begins the same way
 * whatever ran before. What is done, to whom and when is drawn before it begins; only what a busy
 * machine makes of the times differs from run to run.
 */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include "ollama-top/ops.h"

#include <stdbool.h>
#include <stdint.h>

#define MIN_INSTANCES 2 /* of server 84; it begins with three */
#define MAX_INSTANCES 5

/* What must hold; X(ID, what). */
#define RULES(X)                                                                               \
	X(POOL, "nothing is added to the balancer before it answered and its store was right") \
	X(DEATH, "what dies is reported within one refresh")                                   \
	X(MIN, "never fewer than min instances by our doing")                                  \
	X(WRITE, "never a write to a ro server's models")                                      \
	X(AUDIT, "no line of the audit log is lost")                                           \
	X(END, "every operation ends, and everything runs again when the faults are over")

#define RULE_ENUM(id, what) RULE_##id,
enum rule { RULES(RULE_ENUM) RULE_COUNT };

/* What a worker saw; in memory that it shares with the parent. */
struct tally {
	unsigned sequences, broken[RULE_COUNT];
	unsigned ops[OP_DENIED + 1], refused, wrong, faults, adds, deaths;
	int64_t death_longest_ms;
};

/* splitmix64 of seed and number: the draws of one sequence do not depend on any other. */
struct draw {
	uint64_t state;
};
unsigned draw_below(struct draw *draw, unsigned limit);

/* Plays one sequence in `folder`, at loopback addresses of its place (0 to 255); what broke is counted and said
 * on standard output. */
void sequence_play(uint64_t seed, unsigned number, int place, const char *folder, struct tally *tally);

#endif
