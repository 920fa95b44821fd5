/*
 * request.h - all that a user can ask of the console, in one list.
 *
 * GROUP(ID, heading) opens a group of the help view. REQ(NAME, label, rank, help): the
 * label stands on the key bar of the views that offer the request (view_ops.bar), and
 * where the bar is too narrow the highest rank goes first. A new request is a line here, a
 * line in keymap.c, and a function in actions.c or in a view.
 */
#ifndef UI_REQUEST_H
#define UI_REQUEST_H

#include "ollama-top/i18n.h"

#define REQUESTS(GROUP, REQ)                                                                            \
	GROUP(MOVE, N_("Moving"))                                                                       \
	REQ(UP, N_("Up"), 50, N_("one line up"))                                                        \
	REQ(DOWN, N_("Down"), 50, N_("one line down"))                                                  \
	REQ(PAGE_UP, N_("Page"), 50, N_("one page up"))                                                 \
	REQ(PAGE_DOWN, N_("Page"), 50, N_("one page down"))                                             \
	REQ(HOME, N_("Top"), 50, N_("to the first line"))                                               \
	REQ(END, N_("End"), 50, N_("to the last line"))                                                 \
	REQ(NEXT_PANE, N_("Next"), 21, N_("next server; in details and logs the instance"))             \
	REQ(PREVIOUS_PANE, N_("Previous"), 51, N_("previous server; in details and logs the instance")) \
	REQ(LEFT, N_("Scroll"), 52, N_("columns to the left"))                                          \
	REQ(RIGHT, N_("Scroll"), 52, N_("columns to the right"))                                        \
	GROUP(VIEW, N_("Views"))                                                                        \
	REQ(DETAILS, N_("Details"), 2, N_("everything about the selected instance"))                    \
	REQ(MODELS, N_("Models"), 3, N_("which model, which digest, seen by which instance"))           \
	REQ(NFS, N_("NFS"), 4, N_("the NFS server, its exports, and every mount of them"))              \
	REQ(EVENTS, N_("Events"), 4, N_("alerts, and what happened"))                                   \
	REQ(LOGS, N_("Logs"), 4, N_("the log of the selected instance's container, live"))              \
	REQ(AUTOSCALE, N_("Autoscale"), 14, N_("the scaling policies: figures, thresholds, decisions")) \
	REQ(HELP, N_("Help"), 1, N_("this help"))                                                       \
	REQ(BACK, N_("Back"), 0, N_("back to the view before; Esc also clears the filter"))             \
	REQ(QUIT, N_("Quit"), 0, N_("back; from the first view: quit"))                                 \
	GROUP(SHOW, N_("What is shown"))                                                                \
	REQ(FILTER, N_("Filter"), 5, N_("show only what matches every word; Esc clears"))               \
	REQ(SORT, N_("Sort"), 6, N_("sort by name, state, memory, cpu, latency in turn"))               \
	REQ(PAUSE, N_("Pause"), 7, N_("stop asking the servers; again to go on"))                       \
	REQ(REFRESH, N_("Refresh"), 12, N_("ask every server now"))                                     \
	REQ(RETRY, N_("Retry"), 10, N_("ask the selected server now, without waiting for its turn"))    \
	REQ(ACKNOWLEDGE, N_("Acknowledge"), 8, N_("acknowledge the alert of the selected instance"))    \
	REQ(REDRAW, N_("Redraw"), 60, N_("paint the whole screen again"))                               \
	GROUP(LOGS, N_("In logs"))                                                                      \
	REQ(FOLLOW, N_("Follow"), 3, N_("stay at the newest line, or stop there"))                      \
	REQ(SEARCH, N_("Search"), 4, N_("search while typing, in any case; Esc clears"))                \
	REQ(NEXT_MATCH, N_("Next"), 5, N_("to the next line that matches"))                             \
	REQ(PREVIOUS_MATCH, N_("Previous"), 6, N_("to the previous line that matches"))                 \
	REQ(WRAP, N_("Wrap"), 7, N_("break long lines, or cut them off"))                               \
	REQ(TIMESTAMPS, N_("Times"), 8, N_("show when each line was written"))

#define REQUEST_NO_GROUP(id, heading)
#define REQUEST_ENUM(name, label, rank, help) REQ_##name,
enum request { REQ_NONE, REQUESTS(REQUEST_NO_GROUP, REQUEST_ENUM) REQ_COUNT };

struct request_info {
	const char *label, *help; /* untranslated: pass through _() */
	int rank;
};

/* Of a request; REQ_NONE and numbers out of range give an entry of empty strings. */
const struct request_info *request_info(enum request request);

/* The help view's order: a heading with REQ_NONE, or a request with NULL; false at the end. */
bool request_help(size_t line, const char **heading, enum request *request);

#endif
