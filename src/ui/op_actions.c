#include "op_actions.h"

#include "dialog.h"
#include "ollama-top/i18n.h"
#include "op_text.h"
#include "view.h"

#include <stdio.h>

static void wish_target(struct wish *wish, const struct server *server, const struct instance *instance)
{
	(void)snprintf(wish->server, sizeof(wish->server), "%s", server->spec->name);
	if (instance)
		(void)snprintf(wish->instance, sizeof(wish->instance), "%s", instance->name);
}

/* The instance that the user means; false with a message when there is none. */
static bool find_instance(struct ui *ui, const struct server **server, const struct instance **instance)
{
	ui_target(ui, server, instance);
	if (!*instance)
		ui_message(ui, "%s", _("no instance is selected"));
	return *instance != NULL;
}

static void act_instance(struct ui *ui, const struct op_action *action)
{
	const struct server *server;
	const struct instance *instance;
	struct wish wish = {.kind = (enum op_kind)action->what};
	if (!find_instance(ui, &server, &instance))
		return;
	wish_target(&wish, server, instance);
	confirm_open(ui, &wish);
}

/* Known not to run: before anything is known of it, what is meant is a stop. */
static bool stopped(const struct instance *instance)
{
	enum container_status status = instance->container.status;
	return status == CONTAINER_CREATED || status == CONTAINER_EXITED || status == CONTAINER_DEAD;
}

static void act_stop(struct ui *ui, const struct op_action *action)
{
	const struct server *server;
	const struct instance *instance;
	struct wish wish = {.kind = (enum op_kind)action->what};
	if (!find_instance(ui, &server, &instance))
		return;
	if (stopped(instance))
		wish.kind = OP_START;
	wish_target(&wish, server, instance);
	confirm_open(ui, &wish);
}

static void act_server(struct ui *ui, const struct op_action *action)
{
	const struct server *server;
	const struct instance *instance;
	struct wish wish = {.kind = (enum op_kind)action->what};
	ui_target(ui, &server, &instance);
	if (!server)
		return;
	wish_target(&wish, server, NULL);
	confirm_open(ui, &wish);
}

static void act_scale(struct ui *ui, const struct op_action *action)
{
	const struct server *server;
	const struct instance *instance;
	struct wish wish = {.kind = OP_SCALE};
	ui_target(ui, &server, &instance);
	if (!server)
		return;
	wish_target(&wish, server, NULL);
	/* One more than a number that is not known yet is no number. */
	const int now = fleet_scaled(server);
	wish.count = now < 0 ? -1 : now + action->what < 0 ? 0 : now + action->what;
	confirm_open(ui, &wish);
}

static void act_pull(struct ui *ui, const struct op_action *action)
{
	(void)action;
	input_open_pull(ui);
}

static void act_upgrade(struct ui *ui, const struct op_action *action)
{
	const struct server *server;
	const struct instance *instance;
	(void)action;
	ui_target(ui, &server, &instance);
	if (!server)
		return;
	const char *image = instance && instance->container.image ? instance->container.image : "";
	input_open_upgrade(ui, server->spec->name, image);
}

/* What the view on top has under its cursor, if it is a view of models. */
static const char *model_under_cursor(struct ui *ui)
{
	const struct view *view = ui_view(ui);
	return view->ops->model ? view->ops->model(view) : NULL;
}

/* A model of the instance that the user means. */
static void act_model(struct ui *ui, const struct op_action *action)
{
	const struct server *server;
	const struct instance *instance;
	if (!find_instance(ui, &server, &instance))
		return;
	if (!instance_is_ollama(instance))
		ui_message(ui, _("%s is of kind openai: its models are not loaded or unloaded from here"),
			instance->name);
	else
		choose_open(ui, (enum op_kind)action->what, server->spec->name, instance->name,
			model_under_cursor(ui));
}

bool op_action_applies(const struct op_action *action, const struct instance *instance)
{
	return action->act != act_model || !instance || instance_is_ollama(instance);
}

static void act_delete(struct ui *ui, const struct op_action *action)
{
	choose_open(ui, (enum op_kind)action->what, "", "", model_under_cursor(ui));
}

static void cancel(struct ui *ui, uint64_t id)
{
	const struct op_view *op = ops_find(ui->options.ops, id);
	if (!op)
		return;
	if (ops_cancel(ui->options.ops, id))
		ui_message(ui, _("cancelling: %s"), op->title);
	else
		ui_message(ui, _("it is over: %s"), op->title);
}

static void act_cancel(struct ui *ui, const struct op_action *action)
{
	size_t active = ops_active(ui->options.ops);
	const struct op_view *only = op_listed(ui->options.ops, 0);
	(void)action;
	/* The cursor counts where it is seen. */
	if (ui->operation && ui_view(ui)->ops->id == VIEW_MAIN)
		cancel(ui, ui->operation);
	else if (active == 1 && only)
		cancel(ui, only->id);
	else if (active == 0)
		ui_message(ui, "%s", _("no operation runs"));
	else
		ui_message(ui,
			P_("%zu operation runs: choose one in the first view with Tab, then x",
				"%zu operations run: choose one in the first view with Tab, then x", active),
			active);
}

static void act_arm(struct ui *ui, const struct op_action *action)
{
	const struct server *server;
	const struct instance *instance;
	(void)action;
	ui_target(ui, &server, &instance);
	if (server && !arm_open(ui, server->index))
		ui_message(ui, _("%s has no autoscale: in the configuration"), server->spec->name);
}

#define MAIN    (1U << VIEW_MAIN)
#define DETAILS (1U << VIEW_DETAILS)
#define MODELS  (1U << VIEW_MODELS)
#define LOGS    (1U << VIEW_LOGS)
#define SCALING (1U << VIEW_AUTOSCALE)
#define TARGET  (MAIN | DETAILS | LOGS)
#define ANY     (~0U)

static const struct op_action actions[] = {
	{'p', N_("Pull"), 2, ANY, MAIN | MODELS, false, N_("pull a model on the rw server"), act_pull,
		OP_PULL},
	{'r', N_("Restart"), 2, TARGET, MAIN | DETAILS, false, N_("drain and restart the selected instance"),
		act_instance, OP_RESTART},
	{'+', N_("Scale"), 2, TARGET, MAIN, false, N_("one instance more on the selected server"), act_scale,
		1},
	{'-', N_("Scale"), 2, TARGET, MAIN, false, N_("one instance less on the selected server"), act_scale,
		-1},
	{'x', N_("Cancel"), 2, ANY, MAIN, true, N_("cancel the operation under the cursor, or the only one"),
		act_cancel, 0},
	{'L', N_("Load"), 9, TARGET | MODELS, MAIN | DETAILS, false,
		N_("load a model into the selected instance's memory"), act_model, OP_LOAD},
	{'u', N_("Unload"), 9, TARGET | MODELS, MAIN | DETAILS, false,
		N_("unload a model, here or everywhere"), act_model, OP_UNLOAD},
	{'D', N_("Delete"), 11, ANY, MAIN | MODELS, false, N_("delete a model on the rw server"), act_delete,
		OP_DELETE},
	{'s', N_("Stop"), 9, TARGET, MAIN | DETAILS, false, N_("stop the selected instance, or start it"),
		act_stop, OP_STOP},
	{'R', N_("Rolling"), 13, TARGET, MAIN, false,
		N_("restart the selected server's instances one after another"), act_server, OP_ROLLING},
	{'U', N_("Upgrade"), 13, TARGET, MAIN, false,
		N_("recreate the selected server's instances on a new image"), act_upgrade, OP_UPGRADE},
	{'A', N_("Arm"), 1, TARGET | SCALING, SCALING, false,
		N_("arm or disarm the selected server's scaling policy"), act_arm, 0},
};
#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

const struct op_action *op_action_at(size_t i)
{
	return i < ACTIONS ? &actions[i] : NULL;
}

bool op_key(struct ui *ui, int key)
{
	for (size_t i = 0; ui->options.ops && i < ACTIONS; i++) {
		if (actions[i].key != key)
			continue;
		ui->message[0] = 0;
		if (actions[i].views & 1U << ui_view(ui)->ops->id)
			actions[i].act(ui, &actions[i]);
		else
			ui_message(ui, "%s",
				_("not here: no instance is in sight; choose one in the first view"));
		return true;
	}
	return false;
}
