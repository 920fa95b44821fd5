#include "event_line.h"

#include "ollama-top/i18n.h"

#include <stdio.h>

#define TIME_COLUMNS   8
#define AGE_COLUMNS    4
#define SIGN_COLUMNS   4
#define TARGET_COLUMNS 16
#define NARROW         60

/* Left of the text: time (dropped when narrow), age, sign, target; returns where the text begins. */
static int draw_front(const struct look *look, int64_t wall, int64_t at, enum severity severity,
	const char *target, const struct canvas *line)
{
	char text[32];
	int x = 0;
	if (line->w >= NARROW && wall > 0) {
		format_time(text, sizeof(text), wall, look->wall);
		canvas_field(line, 0, x, TIME_COLUMNS, ALIGN_LEFT, FACE_DIM, text);
	}
	if (line->w >= NARROW)
		x += TIME_COLUMNS + 1;
	format_age(text, sizeof(text), look_age(look, at));
	canvas_field(line, 0, x, AGE_COLUMNS, ALIGN_RIGHT, FACE_DIM, text);
	x += AGE_COLUMNS + 2;
	canvas_field(
		line, 0, x, SIGN_COLUMNS, ALIGN_LEFT, theme_severity_face(severity), severity_sign(severity));
	x += SIGN_COLUMNS + 1;
	int width = text_columns(look->theme, target);
	if (width < TARGET_COLUMNS && line->w >= NARROW)
		width = TARGET_COLUMNS;
	if (width > 2 * TARGET_COLUMNS)
		width = 2 * TARGET_COLUMNS;
	canvas_field(line, 0, x, width, ALIGN_LEFT, FACE_NORMAL, target);
	return x + width + 1;
}

static void draw_text(const struct canvas *line, int x, int left, enum face face, const char *text)
{
	struct canvas rest = canvas_sub(line, 0, x, 1, line->w - x);
	if (left == 0)
		canvas_field(&rest, 0, 0, rest.w, ALIGN_LEFT, face, text);
	else
		canvas_text(&rest, 0, -left, face, text);
}

const char *severity_sign(enum severity severity)
{
	/* TRANSLATORS: critical and warning, at most 4 columns each */
	return severity == SEVERITY_CRITICAL ? _("CRIT") : severity == SEVERITY_WARNING ? _("warn") : "";
}

void event_line_draw(const struct look *look, const struct event *event, int left, const struct canvas *line)
{
	int x = draw_front(
		look, event->wall, event->at, event->severity, event->target ? event->target : "", line);
	draw_text(line, x, left, FACE_NORMAL, event->text ? event->text : "");
}

void alert_line_draw(const struct look *look, const struct alert *alert, int left, const struct canvas *line)
{
	char text[FLEET_TEXT_MAX + 64];
	int64_t wall = look->still ? look->wall : look->wall - (look->now - alert->since);
	int x = draw_front(
		look, wall, alert->since, alert->severity, alert->target ? alert->target : "", line);
	(void)snprintf(text, sizeof(text), "%s: %s%s", alert->label ? alert->label : "",
		alert->text ? alert->text : "", alert->acknowledged ? _(" (acknowledged)") : "");
	draw_text(line, x, left, alert->acknowledged ? FACE_DIM : theme_severity_face(alert->severity), text);
}
