/*
 * op_text.h - an operation in figures and words, as the pane and the dialogs write them.
 */
#ifndef UI_OP_TEXT_H
#define UI_OP_TEXT_H

#include "look.h"
#include "ollama-top/ops.h"
#include "theme.h"

#include <stddef.h>

enum face op_status_face(enum op_status status);

/* "waiting until it answers 4s/60s": the step, its age and how long it may take; before it
 * "undoing: " or "cancelling: ". */
const char *op_step_text(char *buf, size_t size, const struct look *look, const struct op_view *op);

/*
 * Of what is over or waits: "failed: 84/ollama-2 did not answer"; the status alone where the message
 * says no more than that or the title.
 */
const char *op_outcome_text(char *buf, size_t size, const struct op_view *op);

/* 0 to 1, or NaN while the total is not known. */
double op_share(const struct op_view *op);
/* "2.0/3.8G", "2/4" instances, "" while there is nothing to count. */
const char *op_amount(char *buf, size_t size, const struct op_view *op);
/* "84M/s", "-" while it is not known, "" where no bytes are counted. */
const char *op_speed(char *buf, size_t size, const struct op_view *op);
/* Until all bytes are there at this speed: "22s", "-", "". */
const char *op_left(char *buf, size_t size, const struct op_view *op);

/* The i-th operation as listed: those under way first, each group the newest first; NULL past the last. */
const struct op_view *op_listed(const struct ops *ops, size_t i);

#endif
