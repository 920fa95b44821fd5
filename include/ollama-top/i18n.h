/*
 * i18n.h - every string that a user reads goes through one of these.
 */
#ifndef OLLAMA_TOP_I18N_H
#define OLLAMA_TOP_I18N_H

#include <libintl.h>

#define _(text)               gettext(text)
#define N_(text)              (text)
#define P_(one, many, number) ngettext(one, many, number)

#endif
