/*
 * registry.c - the kinds of operations: their names, and what runs them.
 */
#include "private.h"

#define OPERATION_INFO(id, name, arguments, what) [OP_##id] = {name, arguments, what},
static const struct op_info infos[OP_KIND_COUNT] = {OPERATIONS(OPERATION_INFO)};

const struct op_kind_ops kinds[OP_KIND_COUNT] = {
	[OP_PULL] = {plan_pull, prepare_pull, false, false, true},
	[OP_RESTART] = {plan_restart, prepare_restart, false, true, false},
	[OP_ROLLING] = {plan_rolling, prepare_rolling, true, true, false},
	[OP_START] = {plan_start, prepare_start, false, true, false},
	[OP_STOP] = {plan_stop, prepare_stop, false, true, false},
	[OP_SCALE] = {plan_scale, prepare_scale, true, true, false},
	[OP_UPGRADE] = {plan_upgrade, prepare_upgrade, true, true, false},
	[OP_LOAD] = {plan_load, prepare_load, false, false, false},
	[OP_UNLOAD] = {plan_unload, prepare_unload, false, false, true},
	[OP_DELETE] = {plan_delete, prepare_delete, false, false, true},
};

const struct op_info *op_info(enum op_kind kind)
{
	return &infos[(unsigned)kind < OP_KIND_COUNT ? kind : OP_PULL];
}

const char *op_status_name(enum op_status status)
{
	static const char *const names[] = {
		[OP_QUEUED] = N_("queued"),
		[OP_RUNNING] = N_("running"),
		[OP_UNDOING] = N_("undoing"),
		[OP_DONE] = N_("done"),
		[OP_FAILED] = N_("failed"),
		[OP_UNDONE] = N_("undone"),
		[OP_CANCELLED] = N_("cancelled"),
		[OP_DENIED] = N_("refused"),
	};
	return (unsigned)status <= OP_DENIED ? names[status] : names[OP_FAILED];
}
