/*
 * operate_known.h - whether enough of the fleet is known to plan an operation.
 */
#ifndef CLI_OPERATE_KNOWN_H
#define CLI_OPERATE_KNOWN_H

#include "ollama-top/fleet.h"
#include "ollama-top/ops.h"

#include <stdbool.h>

/*
 * Of each server that the operation concerns its engine, containers, instances, and their models, and the balancer:
 * heard, or found not to answer.
 */
bool known_enough(const struct fleet *fleet, const struct intent *intent);

/* And what is only told: which requests it interrupts, how much room there is. Worth a short wait. */
bool known_all(const struct fleet *fleet, const struct intent *intent);

#endif
