/*
 * event_line.h - an event or an alert in one line: when, how grave, on what, what.
 */
#ifndef UI_EVENT_LINE_H
#define UI_EVENT_LINE_H

#include "canvas.h"
#include "look.h"

/* A word that says how grave something is without colour: "CRIT", "warn", or "". */
const char *severity_sign(enum severity severity);

/* `left` columns of the text are scrolled away. */
void event_line_draw(const struct look *look, const struct event *event, int left, const struct canvas *line);
void alert_line_draw(const struct look *look, const struct alert *alert, int left, const struct canvas *line);

#endif
