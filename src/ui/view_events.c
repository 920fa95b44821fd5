/* view_events.c - alerts that stand, gravest first, and below them what happened, newest first. */
#include "view.h"

#include "event_line.h"
#include "ollama-top/i18n.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_COLUMNS 8
#define LEFT_MAX     FLEET_TEXT_MAX

enum kind { LINE_ALERTS, LINE_ALERT, LINE_EVENTS, LINE_EVENT };

struct entry {
	enum kind kind;
	size_t index; /* of the alert, or of the event */
};

/* Alerts and events come and go above the cursor; it stays with its own by name or number. */
struct events_state {
	struct entry *entries;
	size_t count, capacity;
	char filter[FILTER_MAX];
	uint64_t serial; /* of the event under the cursor; 0: an alert */
	char alert[TEXT_NAME_MAX + 16];
	bool moved; /* until then the cursor stays on the first line */
};

static bool add(struct events_state *state, enum kind kind, size_t index)
{
	if (state->count == state->capacity) {
		size_t more = state->capacity ? 2 * state->capacity : 64;
		struct entry *entries = realloc(state->entries, more * sizeof(*entries));
		if (!entries)
			return false;
		state->entries = entries;
		state->capacity = more;
	}
	state->entries[state->count++] = (struct entry){kind, index};
	return true;
}

static void alert_key(const struct alert *alert, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%d %s", (int)alert->condition, alert->target ? alert->target : "");
}

static void collect(struct events_state *state, const struct fleet *fleet)
{
	const struct event *event;
	state->count = 0;
	if (!add(state, LINE_ALERTS, 0))
		return;
	for (size_t i = 0; i < fleet->alert_count; i++) {
		const struct alert *a = &fleet->alerts[i];
		const char *fields[] = {a->target, a->text, a->label};
		if (filter_matches(state->filter, fields, 3) && !add(state, LINE_ALERT, i))
			return;
	}
	if (!add(state, LINE_EVENTS, 0))
		return;
	for (size_t i = 0; (event = fleet_event(fleet, i)); i++) {
		const char *fields[] = {event->target, event->text, severity_sign(event->severity)};
		if (filter_matches(state->filter, fields, 3) && !add(state, LINE_EVENT, i))
			return;
	}
}

static bool same(const struct events_state *state, const struct fleet *fleet, const struct entry *entry)
{
	char key[sizeof(state->alert)];
	const struct event *event;
	switch (entry->kind) {
	case LINE_ALERT:
		alert_key(&fleet->alerts[entry->index], key, sizeof(key));
		return state->serial == 0 && !strcmp(state->alert, key);
	case LINE_EVENT:
		event = fleet_event(fleet, entry->index);
		return event && event->serial == state->serial;
	default:
		return false;
	}
}

static void remember(struct events_state *state, const struct fleet *fleet, int cursor)
{
	const struct entry *entry = (size_t)cursor < state->count ? &state->entries[cursor] : NULL;
	state->serial = 0;
	state->alert[0] = 0;
	if (entry && entry->kind == LINE_ALERT) {
		alert_key(&fleet->alerts[entry->index], state->alert, sizeof(state->alert));
	} else if (entry && entry->kind == LINE_EVENT) {
		const struct event *event = fleet_event(fleet, entry->index);
		state->serial = event ? event->serial : 0;
	}
}

/* Brings the lines up to date; they point into the fleet and last no longer than it does. */
static void refresh_entries(struct ui *ui, struct view *view)
{
	struct events_state *state = view->state;
	collect(state, ui->fleet);
	view->lines = (int)state->count;
	for (size_t i = 0; state->moved && i < state->count; i++)
		if (same(state, ui->fleet, &state->entries[i]))
			view->cursor = (int)i;
	view_clamp(view);
	/* The first line is a heading; the cursor belongs on what can be chosen. */
	if (view->cursor == 0 && state->count > 1)
		view->cursor = state->entries[1].kind == LINE_ALERT ? 1 : state->count > 2 ? 2 : 1;
}

static const char *entry_target(const struct ui *ui, const struct view *view)
{
	const struct events_state *state = view->state;
	const struct entry *entry =
		(size_t)view->cursor < state->count ? &state->entries[view->cursor] : NULL;
	if (entry && entry->kind == LINE_ALERT)
		return ui->fleet->alerts[entry->index].target;
	if (entry && entry->kind == LINE_EVENT)
		return fleet_event(ui->fleet, entry->index)->target;
	return NULL;
}

static void draw_heading(const struct canvas *line, const char *title, size_t count)
{
	int x = canvas_printf(line, 0, 1, FACE_TITLE, "%s (%zu)", title, count) + 2;
	canvas_repeat(line, 0, x, line->w - x, FACE_BORDER, theme_glyph(line->theme, GLYPH_HLINE));
}

static void draw_entry(struct ui *ui, const struct view *view, const struct look *look,
	const struct entry *entry, const struct canvas *line)
{
	struct canvas rest = canvas_sub(line, 0, 1, 1, line->w - 1);
	const struct event *event;
	switch (entry->kind) {
	case LINE_ALERTS:
		draw_heading(line, _("alerts"), ui->fleet->alert_count);
		break;
	case LINE_EVENTS:
		draw_heading(line, _("events"), ui->fleet->event_count);
		break;
	case LINE_ALERT:
		alert_line_draw(look, &ui->fleet->alerts[entry->index], view->left, &rest);
		break;
	case LINE_EVENT:
		event = fleet_event(ui->fleet, entry->index);
		if (event)
			event_line_draw(look, event, view->left, &rest);
		break;
	}
}

static void draw(struct ui *ui, struct view *view, const struct canvas *c)
{
	const struct events_state *state = view->state;
	struct look look;
	char position[96];
	struct canvas body = canvas_sub(c, 1, 1, c->h - 2, c->w - 2);
	ui_look(ui, &look);
	refresh_entries(ui, view);
	view_frame(ui, view, c, "");
	view->page = body.h;
	view->top =
		view->cursor <= 2 && body.h > 2 ? 0 : scroll_to(view->top, view->cursor, view->lines, body.h);
	for (int y = 0; y < body.h && view->top + y < view->lines; y++) {
		struct canvas line = canvas_sub(&body, y, 0, 1, body.w);
		const struct entry *entry = &state->entries[view->top + y];
		if (view->top + y == view->cursor &&
			(entry->kind == LINE_ALERT || entry->kind == LINE_EVENT)) {
			line.extra = A_REVERSE;
			canvas_blank(&line);
			canvas_text(&line, 0, 0, FACE_KEY, ">");
		}
		draw_entry(ui, view, &look, entry, &line);
	}
	view_foot(ui, c, FACE_NORMAL, "", view_position(view, position, sizeof(position)));
}

static void acknowledge(struct ui *ui, const char *target)
{
	char name[2 * TEXT_NAME_MAX];
	(void)snprintf(name, sizeof(name), "%s", target);
	if (fleet_acknowledge(ui->fleet, name))
		ui_message(ui, _("%s: acknowledged"), name);
	else
		ui_message(ui, _("%s: nothing to acknowledge"), name);
}

static bool request(struct ui *ui, struct view *view, enum request request)
{
	struct events_state *state = view->state;
	int before = view->cursor;
	refresh_entries(ui, view);
	if (view_move_cursor(view, request)) {
		/* Headings are stepped over in the direction of the move. */
		while ((size_t)view->cursor < state->count &&
			(state->entries[view->cursor].kind == LINE_EVENTS ||
				state->entries[view->cursor].kind == LINE_ALERTS)) {
			int step = view->cursor < before ? -1 : 1;
			if (view->cursor + step < 0 || view->cursor + step >= view->lines)
				break;
			view->cursor += step;
		}
		state->moved = view->cursor > 1;
		remember(state, ui->fleet, view->cursor);
		return true;
	}
	const char *target = entry_target(ui, view);
	switch (request) {
	case REQ_LEFT:
	case REQ_RIGHT:
		view->left += request == REQ_RIGHT ? STEP_COLUMNS : -STEP_COLUMNS;
		view->left = view->left < 0 ? 0 : view->left > LEFT_MAX ? LEFT_MAX : view->left;
		return true;
	case REQ_DETAILS:
	case REQ_LOGS:
		if (target && ui_select_target(ui, target))
			ui_open_view(ui, request == REQ_LOGS ? VIEW_LOGS : VIEW_DETAILS);
		else
			ui_message(ui, "%s", _("no instance is selected"));
		return true;
	case REQ_ACKNOWLEDGE:
		if (target)
			acknowledge(ui, target);
		return true;
	default:
		return false;
	}
}

static void open_events(struct ui *ui, struct view *view)
{
	struct events_state *state = view->state;
	(void)ui;
	view->filter = state->filter;
	view->left = 0;
}

static void close_events(struct view *view)
{
	struct events_state *state = view->state;
	free(state->entries);
}

static const enum request bar[] = {REQ_DOWN, REQ_UP, REQ_DETAILS, REQ_ACKNOWLEDGE, REQ_FILTER, REQ_LEFT,
	REQ_RIGHT, REQ_MODELS, REQ_PAUSE, REQ_HELP, REQ_QUIT, REQ_NONE};

const struct view_ops view_events = {
	.id = VIEW_EVENTS,
	.title = N_("events"),
	.state_size = sizeof(struct events_state),
	.filters = true,
	.bar = bar,
	.open = open_events,
	.close = close_events,
	.draw = draw,
	.request = request,
};
