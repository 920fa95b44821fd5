/*
 * script.h - a screen test as a readable file: keys pressed, and the screen expected after them.
 *
 * One directive a line; '#' starts a comment. Directives, in the order they usually stand:
 *
 *   sim NAME [OPTION...]      start the simulator with a scenario (still clock, own network), or with one that was made
 *                             by file: @TMP@/FILE; @TMP@ as below
 *   deaf-resolver             names are asked of a server that never answers
 *   sim NAME running          the same with a clock that runs (and env OLLAMA_TOP_STILL_CLOCK)
 *   size COLUMNSxROWS         of the terminal; default 120x40
 *   term NAME                 $TERM; default xterm-256color
 *   env NAME=VALUE            for the program; env NAME takes it away
 *   file NAME                 the lines up to `end` go to a file in the test's folder
 *   start [ARGUMENT...]       start the program, again once it has ended; @CONFIG@ is the simulator's configuration and
 *                             @TMP@ the test's folder; default: --config @CONFIG@
 *   keys KEY...               press keys: a character, or <Enter> <Esc> <Up> <C-r> <Space> ...
 *   every-key [KEY...]        press every key but those that leave or stop the program, each in the view to which KEYs
 *                             lead from the first; what it opens is gone through with by Enter and y
 *   type TEXT                 press the characters of a text
 *   control JSON              change the simulated world
 *   expect                    the whole screen, up to `end`; a line may end in "~": the rest of it is free;
 *                             a line "~~" stands for any lines, such as events whose order may differ
 *   has TEXT / lacks TEXT     a text that is, or is not, on the screen (waits up to 10 s)
 *   says MSGID                what the catalogue has for MSGID is on the screen, whole (waits up to 10 s)
 *   says-of N SINGULAR|PLURAL the same for a number of things
 *   aligned MSGID | TEXT      below what the catalogue has for MSGID, TEXT begins or ends in the same column
 *   selected TEXT             is drawn in reverse
 *   run COMMAND               a shell's command succeeds within 10 s, with the screen as its standard input and
 *                             $CONFIG the simulator's configuration
 *   frame                     every box drawn on the screen is closed and nothing leaves it
 *   resize COLUMNSxROWS
 *   signal NAME               TERM, HUP, INT, TSTP, CONT, SEGV, ... to the program
 *   hangup                    the terminal goes away
 *   exit STATUS               the program ends with it within 10 s (128 + N for a signal)
 *   restored                  the terminal is as it was found
 *   monochrome                no cell has a colour
 *   colour NUMBER TEXT        a text (of ASCII) is on the screen, in this colour of the palette (waits up to 10 s)
 *   ascii                     no cell is outside ASCII
 *   requests-only METHOD...   the simulator got requests of these methods only; METHOD:TEXT allows it where
 *                             the text is in the path
 *   requested METHOD:TEXT...  the simulator got a request of each of these (waits up to 10 s)
 */
#ifndef TESTS_SCRIPT_H
#define TESTS_SCRIPT_H

#include <stdbool.h>

/* Runs one script; false with the reason (several lines) written to stdout as TAP comments. */
bool script_run(const char *path, const char *tmp, bool update);

#endif
