/*
 * autoscale.h - the controller: feeds each server's scaling policy with what is seen of the server, and while it
 * is armed has its decisions done. DESIGN.md sections 4 and 6, `autoscale:`.
 *
 * One for the console and for `ollama-top autoscale`. A decision becomes an intent to scale, planned, leased,
 * audited and undone like an operator's: under the lease of the server two controllers, or a controller and an
 * operator, never act on it at once. Who finds the lease taken waits, longer each time, and decides anew.
 */
#ifndef OLLAMA_TOP_AUTOSCALE_H
#define OLLAMA_TOP_AUTOSCALE_H

#include "ollama-top/fleet.h"
#include "ollama-top/loop.h"
#include "ollama-top/ops.h"
#include "ollama-top/policy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct autoscale;

struct autoscale_options {
	uv_loop_t *loop;
	const struct clock *clock;
	struct fleet *fleet;
	struct ops *ops; /* NULL: it only thinks, and cannot be armed */
	/* The policies were fed: draw. May be NULL. */
	void (*on_change)(void *user);
	/* Each new entry of a server's decision log, and each that was thought and is now done; may be NULL. */
	void (*on_entry)(void *user, const struct server *server, const struct policy_entry *entry);
	void *user;
};

/* Everything is borrowed and outlives it. Nothing is armed. NULL with a sentence in `error`. */
#define AUTOSCALE_ERROR_MAX 256
struct autoscale *autoscale_new(const struct autoscale_options *options, char *error);

/* From now on nothing more is begun; what is under way is for ops_leave(). */
void autoscale_stop(struct autoscale *autoscale);
/* Closes its timer; run the loop until it is empty, then autoscale_free(). NULL is allowed for both. */
void autoscale_close(struct autoscale *autoscale);
void autoscale_free(struct autoscale *autoscale);

/*
 * Arms or disarms the policy of a server, by its index. Arming lets one that was stopped for flapping go on.
 * An operation under way goes on. False when the server has no policy, or nothing can be done here.
 */
bool autoscale_arm(struct autoscale *autoscale, size_t server, bool arm);

/* How a server's policy stands. */
struct autoscale_view {
	const struct policy *policy;
	const struct autoscale_spec *spec;
	bool armed;
	uint64_t operation; /* that the policy has under way, as ops_find() knows it; 0: none */
	int64_t retry_at; /* until then it waits, since the last attempt was refused or failed; 0: it does not */
};
/* False when the server has no `autoscale:`. */
bool autoscale_at(const struct autoscale *autoscale, size_t server, struct autoscale_view *view);

/* How many servers have a policy, and of how many it is armed. */
size_t autoscale_count(const struct autoscale *autoscale);
size_t autoscale_armed(const struct autoscale *autoscale);

#endif
