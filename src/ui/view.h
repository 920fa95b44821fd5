/*
 * view.h - the console itself, its views and its panes; private to src/ui.
 *
 * A view fills the screen between the summary line and the key bar, inside its own frame. A
 * new view is one file with a struct view_ops, a line in ui_views[] and one in request.h.
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "canvas.h"
#include "complete.h"
#include "dialog.h"
#include "filter.h"
#include "keymap.h"
#include "look.h"
#include "ollama-top/ui.h"
#include "request.h"
#include "roster.h"
#include "screen.h"
#include "theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view;

struct view_ops {
	enum view_id id;
	const char *title;       /* untranslated */
	size_t state_size;       /* of the view's own state, zeroed, in view->state */
	bool filters;            /* has rows that a filter chooses from */
	const enum request *bar; /* the key bar, ended by REQ_NONE */
	/* What is shown is about to change to this view. */
	void (*open)(struct ui *ui, struct view *view);
	void (*leave)(struct view *view); /* it is no longer among the open views */
	void (*close)(struct view *view); /* frees what state points to */
	void (*draw)(struct ui *ui, struct view *view, const struct canvas *c);
	/* True when the request was the view's; the rest goes to the console's own actions. */
	bool (*request)(struct ui *ui, struct view *view, enum request request);
	/* The model under the cursor, or NULL; NULL in views that have none. */
	const char *(*model)(const struct view *view);
	/* The filter of the view changed. */
	void (*filter)(struct ui *ui, struct view *view);
};

struct view {
	const struct view_ops *ops;
	void *state;
	char *filter;  /* FILTER_MAX bytes, NULL when it has none */
	int top, left; /* first line and column shown */
	int cursor;    /* line under the cursor, in views that have one */
	int lines;     /* lines in all, and lines that fit: of the last drawing */
	int page;
};

enum prompt_what { PROMPT_TYPED, PROMPT_KEPT, PROMPT_CLEARED };

/* Typing a filter or what is searched for, on the line of the key bar. */
struct prompt {
	bool open;
	char *text; /* FILTER_MAX bytes of the view */
	void (*changed)(struct ui *ui, struct view *view, enum prompt_what what);
};

#define UI_SIGNALS 6

struct ui {
	struct ui_options options;
	struct ui_replay replay; /* where options.replay is not NULL */
	struct fleet *fleet;
	struct screen *screen;
	struct theme theme;
	struct roster roster;
	uint64_t drawn_generation, drawn_samples, drawn_serial; /* of the fleet, as on the screen */
	uint64_t drawn_ops;                                     /* of the operations */
	struct view views[VIEW_COUNT];
	enum view_id stack[VIEW_COUNT];
	size_t depth; /* at least 1: the main view is always below */
	struct prompt prompt;
	struct dialog dialog;
	uint64_t operation;   /* under the cursor of the first view; 0: the cursor is among the instances */
	struct recall pulled; /* models that were pulled from here */
	char message[512];
	int64_t message_until;
	int64_t opened_at;
	int64_t drawn_at; /* last drawing that data caused */
	uv_poll_t input;
	uv_timer_t tick, data;
	uv_signal_t signals[UI_SIGNALS];
	int open_handles;
	bool leaving; /* on_quit was told; operations are brought to their end */
	bool quitting, closing;
};

/* ui.c */
struct view *ui_view(struct ui *ui);
void ui_open_view(struct ui *ui, enum view_id id);
/* Closes the view on top; false when it is the last. */
bool ui_close_view(struct ui *ui);
/* Brings the roster up to date: the fleet's pointers last only until it changes next. */
void ui_sync(struct ui *ui);
void ui_draw(struct ui *ui);
void ui_look(const struct ui *ui, struct look *look);
__attribute__((format(printf, 2, 3))) void ui_message(struct ui *ui, const char *format, ...);
/* What the user means: the row under the cursor, or what the details show; NULLs when there is none. */
void ui_target(struct ui *ui, const struct server **server, const struct instance **instance);
/* Selects an instance by an alert's or an event's target, "SERVER/INSTANCE"; false when it is none. */
bool ui_select_target(struct ui *ui, const char *target);

/* leave.c: leaves, at once or when what runs has come to its end; and leaves at once if it was leaving already. */
void ui_quit(struct ui *ui, int exit_status);
void ui_interrupt(struct ui *ui);

/* actions.c: does what is asked, by the view on top or by the console. */
void ui_request(struct ui *ui, enum request request);

/* Something else than the fleet changed what the view on top shows: draws as soon as for news. */
void ui_view_changed(struct ui *ui);

/* input.c: what came in on stdin; prompt.c: the keys while something is typed. */
void ui_input(struct ui *ui);
void prompt_open(
	struct ui *ui, char *text, void (*changed)(struct ui *ui, struct view *view, enum prompt_what what));
void prompt_filter(struct ui *ui); /* types the filter of the view on top */
void prompt_key(struct ui *ui, int key);
void prompt_draw(const struct prompt *prompt, const struct canvas *line);

/* summary.c and keybar.c: the first and the last line. What the first says of the fleet alone, the wall says too. */
struct pieces;
void summary_add(struct pieces *pieces, const struct fleet *fleet);
void summary_draw(struct ui *ui, const struct look *look, const struct canvas *line);
void keybar_draw(struct ui *ui, const struct view *view, const struct canvas *line);

/* scroll.c: moving in a view that is a list of lines. */
bool view_scroll(struct view *view, enum request request);
bool view_move_cursor(struct view *view, enum request request);
/* Keeps top and cursor inside after lines or page changed. */
void view_clamp(struct view *view);
/* Frame, title, and at the foot a message and which lines of how many are shown. */
void view_frame(struct ui *ui, const struct view *view, const struct canvas *c, const char *title);
void view_foot(struct ui *ui, const struct canvas *c, enum face face, const char *text, const char *position);
/* "1-20 of 57" of the last drawing, "" when all lines are shown. */
const char *view_position(const struct view *view, char *buf, size_t size);

/* columns.c: an instance's row. */
void instance_titles(const struct look *look, const struct roster *roster, const struct canvas *line);
void instance_draw(const struct look *look, const struct roster *roster, const struct roster_row *row,
	const struct canvas *line);

/* pane_server.c: what stands above a server's rows. */
void server_heading(const struct look *look, const struct server *server, const struct canvas *line);
int server_notes(const struct look *look, const struct server *server);
void server_note_draw(
	const struct look *look, const struct server *server, int note, const struct canvas *line);
void server_empty_draw(const struct look *look, const struct server *server, const struct canvas *line);

/* A pane below the servers: how many lines it wants of those to spare, and how it draws them. */
struct pane {
	const char *title; /* untranslated */
	int least;         /* lines to spare below which it is left out; 0: it takes some in any case */
	int (*lines)(const struct look *look, int spare);
	void (*draw)(const struct look *look, const struct canvas *c);
};
extern const struct pane pane_operations, pane_transfers, pane_decisions, pane_events;

/* pane_operations.c: the cursor there. Takes it away when its operation is no longer listed. */
void operations_sync(struct ui *ui);
/* Puts it on the first or the last operation; false when there is none. */
bool operations_enter(struct ui *ui, bool last);
/* Moves it, or opens what is under it; false when it is not there, or the request is none for it. */
bool operations_request(struct ui *ui, enum request request);

extern const struct view_ops view_main, view_details, view_models, view_nfs, view_events, view_help,
	view_logs, view_autoscale;

#endif
