/*
 * change.c - the changes of a fleet, told to a listener and made again.
 */
#include "core.h"

void fleet_tell(struct fleet *fleet, const struct fleet_change *change)
{
	if (fleet->listener)
		fleet->listener(fleet->listener_user, change);
}

void fleet_listen(
	struct fleet *fleet, void (*listener)(void *user, const struct fleet_change *change), void *user)
{
	fleet->listener = listener;
	fleet->listener_user = user;
}

static void observed(struct fleet *fleet, const struct fleet_change *change)
{
	if (change->observation)
		fleet_apply(fleet, change->observation);
}

static void ticked(struct fleet *fleet, const struct fleet_change *change)
{
	fleet_tick(fleet, change->at, change->wall);
}

static void noted(struct fleet *fleet, const struct fleet_change *change)
{
	fleet_note(fleet, change->severity, change->target, change->text);
}

static void acknowledged(struct fleet *fleet, const struct fleet_change *change)
{
	if (change->target)
		(void)fleet_acknowledge(fleet, change->target);
}

void fleet_change(struct fleet *fleet, const struct fleet_change *change)
{
	static void (*const ways[])(struct fleet * fleet, const struct fleet_change *change) = {
		[FLEET_OBSERVED] = observed,
		[FLEET_TICKED] = ticked,
		[FLEET_NOTED] = noted,
		[FLEET_ACKNOWLEDGED] = acknowledged,
	};

	if ((unsigned)change->kind < sizeof(ways) / sizeof(ways[0]))
		ways[change->kind](fleet, change);
}
