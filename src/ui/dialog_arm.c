/* dialog_arm.c - whether a server's scaling policy is to be armed, disarmed, or to go on after it stopped itself. */
#include "autoscale_text.h"
#include "dialog.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "view.h"

#include <stdio.h>

#define LABELS 11

struct arm {
	size_t server;
	bool arm;
	char title[TEXT_NAME_MAX + 64];
};

static const char *title(const struct dialog *dialog)
{
	const struct arm *state = dialog->state;
	return state->title;
}

static void body(struct ui *ui, struct dialog *dialog, struct pen *pen)
{
	const struct arm *state = dialog->state;
	const struct server *server = &ui->fleet->servers[state->server];
	struct autoscale_view view;
	if (!autoscale_at(ui->options.autoscale, state->server, &view))
		return;
	pen->label = LABELS;
	if (policy_alert(view.policy))
		pen_field(pen, FACE_WARNING, "", "%s", policy_alert(view.policy));
	if (!state->arm) {
		pen_field(pen, FACE_NORMAL, "", "%s",
			_("Nothing more is scaled by it; an operation under way goes on."));
		pen->y++;
		return;
	}
	pen_field(pen, FACE_NORMAL, "",
		_("From then on %s is scaled between %d and %d instances without anybody being asked, until "
		  "it is disarmed or this console ends."),
		server->spec->name, server->spec->scale.min, server->spec->scale.max);
	autoscale_rules_draw(view.spec, pen);
	const struct policy_decision *d = policy_last(view.policy);
	pen_field(pen, d->action == POLICY_HOLD ? FACE_NORMAL : FACE_WARNING, _("now"), "%s: %s",
		policy_action_name(d->action), d->reason);
	pen->y++;
}

static int foot(struct ui *ui, struct dialog *dialog, const struct canvas *c)
{
	(void)ui;
	(void)dialog;
	canvas_text(c, 0, 0, FACE_TITLE, _("Do it? y/n"));
	return 1;
}

static void yes(struct ui *ui, const struct arm *state)
{
	const char *name = ui->fleet->servers[state->server].spec->name;
	/* It decides by what is seen. */
	if (state->arm)
		watch_pause(ui->options.watch, false);
	if (autoscale_arm(ui->options.autoscale, state->server, state->arm))
		ui_message(ui, state->arm ? _("armed: %s") : _("disarmed: %s"), name);
	dialog_close(ui);
}

static void key(struct ui *ui, struct dialog *dialog, int key)
{
	const struct arm *state = dialog->state;
	if (dialog_scroll(dialog, key))
		return;
	if (key == 'y' || key == 'Y' || dialog_enter(key))
		yes(ui, state);
	else if (key == 'n' || key == 'N' || key == 'q' || key == KEY_ESCAPE || key == KEY_CTRL('G'))
		dialog_close(ui);
}

static const struct dialog_hint *hints(const struct dialog *dialog)
{
	static const struct dialog_hint asking[] = {
		{N_("y Enter"), N_("Yes")}, {"n", N_("No")}, {NULL, NULL}};
	(void)dialog;
	return asking;
}

static const struct dialog_ops arm = {
	.state_size = sizeof(struct arm),
	.title = title,
	.body = body,
	.foot = foot,
	.key = key,
	.hints = hints,
};

bool arm_open(struct ui *ui, size_t server)
{
	struct autoscale_view view;
	if (!autoscale_at(ui->options.autoscale, server, &view))
		return false;
	struct arm *state = dialog_open(ui, &arm);
	if (!state)
		return true;
	state->server = server;
	state->arm = !view.armed || policy_alert(view.policy);
	(void)snprintf(state->title, sizeof(state->title),
		state->arm ? _("arm the scaling policy of %s") : _("disarm the scaling policy of %s"),
		ui->fleet->servers[server].spec->name);
	return true;
}
