/*
 * snapshot.h - a fleet printed once: for programs as JSON, for people as a table.
 */
#ifndef CLI_SNAPSHOT_H
#define CLI_SNAPSHOT_H

#include "ollama-top/fleet.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

/* DESIGN.md section 8. The caller frees with cJSON_Delete(); NULL when out of memory. */
cJSON *snapshot_json(const struct fleet *fleet);

/* The same for a pipe: one line for each instance, then the alerts. */
void snapshot_text(FILE *out, const struct fleet *fleet);

#endif
