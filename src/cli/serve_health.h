/*
 * serve_health.h - whether what the exporter tells is of now. Pure.
 */
#ifndef CLI_SERVE_HEALTH_H
#define CLI_SERVE_HEALTH_H

#include "ollama-top/fleet.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * True while something is heard of the fleet, be it that nobody answers. `text` becomes one line for people: how fresh
 * the data is, or why it is not. Untranslated: programs read it too. `now` is monotonic, as in fleet.h.
 */
bool serve_health(const struct fleet *fleet, int64_t now, char *text, size_t size);

#endif
