/*
 * autoscale_text.h - the scaling policies as the console writes them: each server's state, and lines of the
 * decision logs.
 */
#ifndef UI_AUTOSCALE_TEXT_H
#define UI_AUTOSCALE_TEXT_H

#include "look.h"
#include "pen.h"

#include <stdbool.h>
#include <stddef.h>

/* An entry of some server's log. */
struct decision {
	const struct server *server;
	const struct policy_entry *entry;
};

/* The newest of all logs, the newest first: how many, at most `max`. */
size_t decisions_recent(const struct look *look, struct decision *list, size_t max);

/* One of them on the first row of `line`: when, on which server, whether it was done, what. */
void decision_draw(const struct look *look, const struct decision *decision, const struct canvas *line);

/* Everything about a server's policy, under a heading that tells whether it is armed. */
void autoscale_draw(const struct look *look, const struct server *server, bool selected, struct pen *pen);

/* The rules or the target, as one line each: what arming asks about. */
void autoscale_rules_draw(const struct autoscale_spec *spec, struct pen *pen);

#endif
