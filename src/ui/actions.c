/* actions.c - what a request does when the view on top has no use of its own for it. */
#include "view.h"

#include "ollama-top/i18n.h"

static void act_back(struct ui *ui)
{
	struct view *view = ui_view(ui);
	if (view->filter && view->filter[0]) {
		view->filter[0] = 0;
		if (view->ops->filter)
			view->ops->filter(ui, view);
	} else {
		(void)ui_close_view(ui);
	}
}

static void act_quit(struct ui *ui)
{
	if (ui_close_view(ui))
		return;
	if (ui->options.ops && ops_active(ui->options.ops) > 0)
		leave_ask(ui);
	else
		ui_quit(ui, 0);
}

static void act_details(struct ui *ui)
{
	const struct server *server;
	const struct instance *instance;
	ui_target(ui, &server, &instance);
	if (instance)
		ui_open_view(ui, VIEW_DETAILS);
	else
		ui_message(ui, "%s", _("no instance is selected"));
}

static void act_models(struct ui *ui)
{
	ui_open_view(ui, VIEW_MODELS);
}

static void act_nfs(struct ui *ui)
{
	ui_open_view(ui, VIEW_NFS);
}

static void act_events(struct ui *ui)
{
	ui_open_view(ui, VIEW_EVENTS);
}

/* True, with a message, where no server can be asked. */
static bool nobody_to_ask(struct ui *ui)
{
	if (ui->options.replay)
		ui_message(ui, "%s", _("this is a replay: no server is asked"));
	return ui->options.replay != NULL;
}

static void act_logs(struct ui *ui)
{
	const struct server *server;
	const struct instance *instance;
	if (nobody_to_ask(ui))
		return;
	ui_target(ui, &server, &instance);
	if (instance)
		ui_open_view(ui, VIEW_LOGS);
	else
		ui_message(ui, "%s", _("no instance is selected"));
}

static void act_autoscale(struct ui *ui)
{
	if (nobody_to_ask(ui))
		return;
	ui_open_view(ui, VIEW_AUTOSCALE);
}

static void act_help(struct ui *ui)
{
	ui_open_view(ui, VIEW_HELP);
}

static void pause_replay(struct ui *ui)
{
	const struct ui_replay *replay = ui->options.replay;
	bool pause = !replay->paused(replay->user);
	if (replay->ended(replay->user)) {
		ui_message(ui, "%s", _("the replay has ended"));
		return;
	}
	replay->pause(replay->user, pause);
	ui_message(ui, "%s", pause ? _("paused: Space goes on") : _("going on"));
}

static void act_pause(struct ui *ui)
{
	if (ui->options.replay) {
		pause_replay(ui);
		return;
	}
	bool pause = !watch_paused(ui->options.watch);
	if (pause && ui->options.ops && ops_active(ui->options.ops) > 0) {
		ui_message(ui, "%s", _("not now: an operation waits for what the servers answer"));
		return;
	}
	watch_pause(ui->options.watch, pause);
	ui_message(ui, "%s", pause ? _("paused: nothing is asked; Space goes on") : _("going on"));
}

static void act_refresh(struct ui *ui)
{
	if (nobody_to_ask(ui))
		return;
	watch_refresh(ui->options.watch);
	ui_message(ui, "%s", _("asking every server now"));
}

static void act_retry(struct ui *ui)
{
	const struct server *server;
	const struct instance *instance;
	ui_target(ui, &server, &instance);
	if (!server || nobody_to_ask(ui))
		return;
	watch_retry(ui->options.watch, server->index);
	ui_message(ui, _("asking %s now"), server->spec->name);
}

static void act_acknowledge(struct ui *ui)
{
	const struct server *server;
	const struct instance *instance;
	char target[2 * TEXT_NAME_MAX];
	ui_target(ui, &server, &instance);
	if (!server)
		return;
	target_name(target, sizeof(target), server, instance);
	if (fleet_acknowledge(ui->fleet, target))
		ui_message(ui, _("%s: acknowledged"), target);
	else
		ui_message(ui, _("%s: nothing to acknowledge"), target);
}

static void act_redraw(struct ui *ui)
{
	screen_resize(ui->screen);
	screen_repaint(ui->screen);
}

static void (*const actions[REQ_COUNT])(struct ui *ui) = {
	[REQ_BACK] = act_back,
	[REQ_QUIT] = act_quit,
	[REQ_DETAILS] = act_details,
	[REQ_MODELS] = act_models,
	[REQ_NFS] = act_nfs,
	[REQ_EVENTS] = act_events,
	[REQ_LOGS] = act_logs,
	[REQ_AUTOSCALE] = act_autoscale,
	[REQ_HELP] = act_help,
	[REQ_FILTER] = prompt_filter,
	[REQ_PAUSE] = act_pause,
	[REQ_REFRESH] = act_refresh,
	[REQ_RETRY] = act_retry,
	[REQ_ACKNOWLEDGE] = act_acknowledge,
	[REQ_REDRAW] = act_redraw,
};

void ui_request(struct ui *ui, enum request request)
{
	struct view *view = ui_view(ui);
	if (request == REQ_NONE || (unsigned)request >= REQ_COUNT)
		return;
	ui->message[0] = 0;
	if (view->ops->request && view->ops->request(ui, view, request))
		return;
	if (actions[request])
		actions[request](ui);
}
