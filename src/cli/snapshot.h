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

/* The members "requests" and "gpus" of an instance. */
void snapshot_add_requests(cJSON *to, const struct fleet *fleet, const struct instance *instance);
void snapshot_add_gpus(cJSON *to, const struct instance *instance);

/* The same for a pipe: one line for each instance, one for each server with nfs:, then the alerts. */
void snapshot_text(FILE *out, const struct fleet *fleet);

/* Of it, the lines of servers with nfs:, under titles of their own; nothing where there are none. */
void snapshot_nfs_text(FILE *out, const struct fleet *fleet);

#endif
