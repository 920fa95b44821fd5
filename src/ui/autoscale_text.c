/* autoscale_text.c - a server's scaling policy in words: how it stands, why, and what time alone will bring. */
#include "autoscale_text.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "op_text.h"

#include <stdio.h>

#define LOG_SHOWN 12

/* Under a still clock nothing counts down. */
static const char *wait_text(char *buf, size_t size, const struct look *look, int64_t ms)
{
	return text_duration(buf, size, look->still ? 0 : ms);
}

static void draw_absent(const struct server *server, struct pen *pen)
{
	struct autoscale_spec spec;
	char up[24], down[24];
	policy_spec_init(&spec);
	if (!server->spec->scale.given)
		pen_field(pen, FACE_DIM, "", "%s", _("it is not scaled: no scale: in the configuration"));
	else if (policy_spec_default(&spec))
		pen_field(pen, FACE_DIM, "",
			_("no autoscale: in the configuration, so nothing is decided; with \"%s\": {} there "
			  "it would be target: {%s: %g}, cooldowns of %s up and %s down, steps of %d up and "
			  "%d down"),
			server->spec->name, spec.target_metric, spec.target_value,
			text_duration(up, sizeof(up), spec.cooldown_up_ms),
			text_duration(down, sizeof(down), spec.cooldown_down_ms), spec.step_up,
			spec.step_down);
	policy_spec_clear(&spec);
}

static void draw_state(const struct look *look, const struct autoscale_view *view, struct pen *pen)
{
	const char *alert = policy_alert(view->policy);
	if (alert)
		pen_field(pen, FACE_WARNING, _("state"), "%s", alert);
	else if (view->armed)
		pen_field(pen, FACE_BUSY, _("state"), "%s", _("armed: what it decides is done"));
	else if (look->ops)
		pen_field(pen, FACE_NORMAL, _("state"), "%s",
			_("disarmed: it only says what it would do; A arms it"));
	else
		pen_field(pen, FACE_NORMAL, _("state"), "%s", _("disarmed: it only says what it would do"));
}

static void draw_count(const struct policy_decision *d, struct pen *pen)
{
	if (d->count < 0)
		pen_field(pen, FACE_DIM, _("instances"), "%s", _("not known"));
	else
		pen_field(pen, FACE_NORMAL, _("instances"),
			d->scheduled ? _("%d; at least %d by the schedule, at most %d now")
				     : _("%d; at least %d, at most %d now"),
			d->count, d->floor, d->ceiling);
}

static void draw_decision(const struct look *look, const struct policy_decision *d, struct pen *pen)
{
	char wait[24];
	enum face face = d->action != POLICY_HOLD                             ? FACE_BUSY
			 : d->why == POLICY_BLIND || d->why == POLICY_STOPPED ? FACE_WARNING
									      : FACE_NORMAL;
	pen_field(pen, face, _("decides"), "%s: %s", policy_action_name(d->action), d->reason);
	if (d->next_in >= 0)
		pen_field(pen, FACE_NORMAL, _("next"), _("in %s, if it stays like this"),
			wait_text(wait, sizeof(wait), look, d->next_in));
}

/* "busy > 0.80 for 1m: 0.33, no", "0.92, yes, for 12s of 1m". */
static void draw_condition(
	const struct look *look, const struct policy_condition *c, const char *label, struct pen *pen)
{
	static const enum face faces[] = {
		[POLICY_FALSE] = FACE_NORMAL, [POLICY_TRUE] = FACE_BUSY, [POLICY_UNKNOWN] = FACE_DIM};
	char value[POLICY_FIGURE_TEXT], threshold[POLICY_FIGURE_TEXT], span[24], held[24], state[96];
	text_duration(span, sizeof(span), c->for_ms);
	if (c->truth == POLICY_TRUE)
		(void)snprintf(state, sizeof(state), _("yes, for %s of %s"),
			wait_text(held, sizeof(held), look, c->held_ms < c->for_ms ? c->held_ms : c->for_ms),
			span);
	else
		(void)snprintf(
			state, sizeof(state), "%s", c->truth == POLICY_FALSE ? _("no") : _("not known"));
	pen_field(pen, faces[c->truth], label, _("%s %s %s for %s: is %s, %s"), policy_metric_name(c->metric),
		policy_op_name(c->op), policy_number_text(threshold, c->metric, c->threshold), span,
		policy_figure_text(value, c->metric, c->value), state);
}

static void draw_conditions(const struct look *look, const struct policy *policy, struct pen *pen)
{
	const struct policy_condition *c;
	for (size_t i = 0; (c = policy_condition(policy, i)); i++)
		draw_condition(look, c, c->of_up ? _("for up") : _("for down"), pen);
}

static void draw_target(const struct look *look, const struct autoscale_view *view,
	const struct policy_decision *d, struct pen *pen)
{
	struct policy_target target;
	char value[POLICY_FIGURE_TEXT], wanted[POLICY_FIGURE_TEXT], lower[24], after[24];
	if (!policy_target(view->policy, &target))
		return;
	pen_field(pen, FACE_NORMAL, _("now"), _("%s is %s, the target %s"), policy_metric_name(target.metric),
		policy_figure_text(value, target.metric, target.value),
		policy_number_text(wanted, target.metric, target.target));
	if (target.lower_for_ms > 0)
		pen_field(pen, FACE_NORMAL, "", _("fewer than %d would have done for %s of %s"), d->count,
			wait_text(lower, sizeof(lower), look, target.lower_for_ms),
			text_duration(after, sizeof(after), target.lower_after_ms));
}

static void draw_cooldowns(const struct look *look, const struct autoscale_view *view,
	const struct policy_decision *d, struct pen *pen)
{
	char up[24], down[24], left_up[24], left_down[24];
	text_duration(up, sizeof(up), view->spec->cooldown_up_ms);
	text_duration(down, sizeof(down), view->spec->cooldown_down_ms);
	pen_field(pen, d->up_in > 0 || d->down_in > 0 ? FACE_BUSY : FACE_NORMAL, _("cooldown"),
		_("up %s, %s left; down %s, %s left"), up,
		wait_text(left_up, sizeof(left_up), look, d->up_in), down,
		wait_text(left_down, sizeof(left_down), look, d->down_in));
}

static void draw_work(const struct look *look, const struct autoscale_view *view, struct pen *pen)
{
	char text[160];
	const struct op_view *op = view->operation ? ops_find(look->ops, view->operation) : NULL;
	if (op)
		pen_field(pen, FACE_BUSY, _("does"), "%s: %s", op->title,
			op_step_text(text, sizeof(text), look, op));
	else if (view->retry_at > look->now)
		pen_field(pen, FACE_WARNING, _("waits"), _("tries again in %s"),
			wait_text(text, sizeof(text), look, view->retry_at - look->now));
}

static void draw_log(
	const struct look *look, const struct server *server, const struct policy *policy, struct pen *pen)
{
	struct decision decision = {.server = server};
	pen_field(pen, FACE_LABEL, "", "%s", _("last decisions"));
	if (!policy_log(policy, 0))
		pen_field(pen, FACE_DIM, "", "  %s", _("none yet"));
	for (size_t i = 0; i < LOG_SHOWN && (decision.entry = policy_log(policy, i)); i++, pen->y++) {
		if (!pen_visible(pen, 1))
			continue;
		struct canvas line = canvas_sub(&pen->canvas, pen_row(pen), 2, 1, pen->canvas.w - 2);
		decision_draw(look, &decision, &line);
	}
}

void autoscale_rules_draw(const struct autoscale_spec *spec, struct pen *pen)
{
	if (spec->target_metric)
		pen_field(pen, FACE_NORMAL, _("target"), "%s: %g", spec->target_metric, spec->target_value);
	if (spec->up_when)
		pen_field(pen, FACE_NORMAL, _("up when"), "%s", spec->up_when);
	if (spec->down_when)
		pen_field(pen, FACE_NORMAL, _("down when"), "%s", spec->down_when);
}

void autoscale_draw(const struct look *look, const struct server *server, bool selected, struct pen *pen)
{
	struct autoscale_view view;
	char heading[TEXT_NAME_MAX + 32];
	bool has = autoscale_at(look->autoscale, server->index, &view);
	(void)snprintf(heading, sizeof(heading), "%s%s%s", selected ? "> " : "", server->spec->name,
		!has         ? ""
		: view.armed ? _("  armed")
			     : _("  disarmed"));
	pen_heading(pen, heading);
	if (!has) {
		draw_absent(server, pen);
		return;
	}
	const struct policy_decision *d = policy_last(view.policy);
	draw_state(look, &view, pen);
	draw_count(d, pen);
	draw_decision(look, d, pen);
	autoscale_rules_draw(view.spec, pen);
	draw_conditions(look, view.policy, pen);
	draw_target(look, &view, d, pen);
	draw_cooldowns(look, &view, d, pen);
	draw_work(look, &view, pen);
	draw_log(look, server, view.policy, pen);
}
