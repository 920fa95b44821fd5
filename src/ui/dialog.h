/*
 * dialog.h - a box over the view on top that gets all keys while it is open. The view behind it
 * goes on.
 *
 * A dialog has up to three parts: a head and a foot that are always seen, such as an input line
 * or a question, and a body between them that scrolls. A new one is a file with a struct dialog_ops.
 */
#ifndef UI_DIALOG_H
#define UI_DIALOG_H

#include "edit.h"
#include "ollama-top/ops.h"
#include "pen.h"
#include "request.h"

#include <stdbool.h>
#include <stddef.h>

struct ui;
struct dialog;

/* What a key does, for the key bar; a list of them ends with a NULL key. */
struct dialog_hint {
	const char *key, *label; /* untranslated */
};

struct dialog_ops {
	size_t state_size; /* of the dialog's own state, zeroed, in dialog->state */
	int rows;          /* that the body has at least, so that the box keeps its size while it is used */
	/* Before each drawing and each key: brings what is shown up to date with the fleet and the operations. */
	void (*update)(struct ui *ui, struct dialog *dialog);
	const char *(*title)(const struct dialog *dialog);
	/* The rows they take; drawn when the canvas has any. NULL: none. */
	int (*head)(struct ui *ui, struct dialog *dialog, const struct canvas *c);
	int (*foot)(struct ui *ui, struct dialog *dialog, const struct canvas *c);
	void (*body)(struct ui *ui, struct dialog *dialog, struct pen *pen);
	void (*key)(struct ui *ui, struct dialog *dialog, int key);
	const struct dialog_hint *(*hints)(const struct dialog *dialog);
};

struct dialog {
	const struct dialog_ops *ops; /* NULL: none is open */
	void *state;
	int top, lines, page; /* of the body, as in a view */
	int cursor;           /* line of the body to be kept in sight, or -1 */
	bool editing;         /* the terminal's cursor is shown, at: */
	int y, x;
};

/* What the user is about to have done: an intent that owns its strings, "" for NULL. */
struct wish {
	enum op_kind kind;
	char server[EDIT_MAX], instance[EDIT_MAX], model[EDIT_MAX], image[EDIT_MAX];
	int count;
	bool unload_first;
};
struct intent wish_intent(const struct wish *wish);

/* Replaces the open dialog, if any; returns its state, zeroed, or NULL when out of memory. */
void *dialog_open(struct ui *ui, const struct dialog_ops *ops);
/* To be the last that a dialog's function does: its state is gone. */
void dialog_close(struct ui *ui);
void dialog_key(struct ui *ui, int key);
/* Draws the box in the middle of `c`, and what its keys do on `line`. */
void dialog_draw(struct ui *ui, const struct canvas *c, const struct canvas *line);
/* Arrows, page keys, Home and End in the body; false for other keys. */
bool dialog_scroll(struct dialog *dialog, int key);
/* The request to move that an arrow, a page key, Home or End is; REQ_NONE for other keys. */
enum request dialog_move(int key);
bool dialog_enter(int key);
/* An input line with the terminal's cursor, on the first row of `c`. */
void dialog_edit(struct dialog *dialog, const struct edit *edit, const struct canvas *c, int x);

/* dialog_confirm.c: what would happen, and whether it shall. */
void confirm_open(struct ui *ui, const struct wish *wish);

/* dialog_input.c: a model to be pulled, an image to be changed to; then confirmed. */
void input_open_pull(struct ui *ui);
void input_open_upgrade(struct ui *ui, const char *server, const char *image);

/* dialog_choose.c: a model to be loaded, unloaded or deleted, the cursor on `model` if it is not NULL; then confirmed. */
void choose_open(
	struct ui *ui, enum op_kind kind, const char *server, const char *instance, const char *model);

/* dialog_operation.c: all that is to be said of one operation. */
void operation_open(struct ui *ui, uint64_t id);

/* dialog_arm.c: whether a server's scaling policy is to be armed, or disarmed; false when it has none. */
bool arm_open(struct ui *ui, size_t server);

/* leave.c: the question before leaving while operations run, and what is waited for then. */
void leave_ask(struct ui *ui);
void leave_show(struct ui *ui);

#endif
