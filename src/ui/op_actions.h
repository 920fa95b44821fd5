/*
 * op_actions.h - the keys that have something done to the fleet.
 *
 * They are a table of their own, which is looked at only where there are operations: a console
 * that is read-only has no way from a key to one. A new one is a line in op_actions.c.
 */
#ifndef UI_OP_ACTIONS_H
#define UI_OP_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct instance;
struct ui;

struct op_action {
	int key;           /* a printable character */
	const char *label; /* on the key bar; two in a row with the same one share it; untranslated */
	int rank;          /* on the key bar, as in request.h */
	unsigned views;    /* bits of enum view_id: where it is seen what it is about, so that it acts */
	unsigned bars;     /* on whose key bars it stands */
	bool active;       /* stands there only while an operation runs */
	const char *help;  /* untranslated */
	void (*act)(struct ui *ui, const struct op_action *action);
	int what; /* the enum op_kind, or by how many to scale */
};

/* The i-th, NULL past the last. */
const struct op_action *op_action_at(size_t i);

/* Is there anything for it to do on this instance (NULL: none is meant)? What a server lacks is not offered. */
bool op_action_applies(const struct op_action *action, const struct instance *instance);

/* Does what a key asks for; false when it is no operation's, and always in a console without operations. */
bool op_key(struct ui *ui, int key);

#endif
