/*
 * doctor_shell.h - words of a command for a shell, so that no name from a server can become more than a word.
 */
#ifndef CLI_DOCTOR_SHELL_H
#define CLI_DOCTOR_SHELL_H

#include <stdarg.h>
#include <stddef.h>

#define SHELL_WORD_MAX    1100 /* a path of the longest kind, each byte quoted apart, is cut */
#define SHELL_COMMAND_MAX 4096

/*
 * `word` as one word of a POSIX shell: as it is where that is plain, else in single quotes. Control
 * characters and what else text_clean() takes out are gone, and a leading '-' becomes "./-" so that it is
 * no option. Returns dst; a word that does not fit is cut inside its quotes.
 */
const char *shell_quote(char *dst, size_t size, const char *word);

/*
 * The template with each "{}" replaced by the next argument (const char *, the last is NULL), quoted.
 * Returns dst; "" when it does not fit, because half a command is worse than none.
 */
const char *shell_command(char *dst, size_t size, const char *template, va_list args);

#endif
