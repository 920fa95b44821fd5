/*
 * screen.h - the terminal: taken over, handed back on every way out, resized, suspended.
 */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include <stdbool.h>

struct screen;

/*
 * Takes over the terminal on stdin and stdout; NULL with a message on stderr when they are
 * no terminal or its type is unknown. From here to screen_close() the terminal is given
 * back on exit() and on a crash signal too. One screen at a time.
 */
struct screen *screen_open(void);
void screen_close(struct screen *screen);

/* Gives the terminal back and stops the process as Ctrl-Z does; returns when it continues. */
void screen_suspend(struct screen *screen);
/* After a stop that we did not see coming: the shell may have changed the terminal. */
void screen_reclaim(struct screen *screen);
/* Takes the terminal's present size. */
void screen_resize(struct screen *screen);
/* Writes to the terminal what has changed on the screen. */
void screen_update(struct screen *screen);
/* Forgets what the terminal shows, so that the next update paints every cell. */
void screen_repaint(struct screen *screen);

/* True when stdin has ended or the terminal is gone, as opposed to having nothing to read. */
bool screen_lost(void);

#endif
