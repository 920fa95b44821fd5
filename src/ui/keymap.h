/*
 * keymap.h - which key asks for what, everywhere or in one view.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "request.h"

enum view_id {
	VIEW_MAIN,
	VIEW_DETAILS,
	VIEW_MODELS,
	VIEW_NFS,
	VIEW_EVENTS,
	VIEW_HELP,
	VIEW_LOGS,
	VIEW_AUTOSCALE,
	VIEW_COUNT,
	VIEW_ANY = VIEW_COUNT,
};

/* A key is a Unicode character, or KEY_CODE() of one of curses' KEY_ numbers. */
#define KEY_CODE(number) (0x1000000 + (number))
#define KEY_CTRL(letter) ((letter)&0x1f)
#define KEY_ESCAPE       27

struct binding {
	int key;
	enum request request;
	enum view_id view;
};

/* What `key` asks for in a view: the view's own binding, else the one for all. */
enum request keymap_find(int key, enum view_id view);

/* The i-th binding, NULL past the last. */
const struct binding *keymap_at(size_t i);

/* "Space", "Ctrl-R", "PgUp", "q": as the help shows it. */
const char *keymap_key_name(char *buf, size_t size, int key);

#endif
