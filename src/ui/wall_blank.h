/*
 * wall_blank.h - keeps the Linux console from going blank when no key is pressed, as setterm --blank 0 does.
 *
 * Every other terminal leaves blanking to its display, which is told by other means (xset, the desktop's settings). Inside
 * of tmux or screen on the console the multiplexer is the terminal, and does not pass such a thing on.
 */
#ifndef UI_WALL_BLANK_H
#define UI_WALL_BLANK_H

/* Wakes the screen and lets it never go blank; returns after how many minutes it would have, 0: never, or no console. */
int wall_blank_never(const char *term);
/* As it was found. */
void wall_blank_again(int minutes);

#endif
