/*
 * rules.h - the table that decides an instance's state.
 */
#ifndef OLLAMA_TOP_FLEET_RULES_H
#define OLLAMA_TOP_FLEET_RULES_H

#include "core.h"

/* Times at which a rule would say something else though nothing was seen; the earliest is kept. */
struct judgement {
	const struct fleet *fleet;
	struct words why;
	int64_t due_at;
};

typedef bool rule_fn(struct judgement *j, const struct instance *i);

struct rule {
	enum state state;
	rule_fn *holds;
};

/* The order is that of enum state, gravest first (DESIGN.md section 5). */
extern const struct rule rules[STATE_COUNT];

/* What the engine last said of its container; unknown when the engine does not answer. */
enum container_status status_of(const struct instance *i);

#endif
