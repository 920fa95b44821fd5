/*
 * codec.h - a change of a fleet as JSON, and back: one table for each kind of observation.
 *
 * {"at": MS, "wall": MS, "kind": "version", "server": 0, "instance": "ollama-1", "error": null, "seen": {...}}
 *
 * Times are those of the recording program; a member that is missing is unknown (-1, NaN, NULL, false), members that
 * are not known are passed over. Values of environments are never written.
 */
#ifndef RECORD_CODEC_H
#define RECORD_CODEC_H

#include "names.h"
#include "ollama-top/observation.h"

#include <cjson/cJSON.h>

/* What a decoded change points to. */
struct codec_memory {
	void **blocks;
	size_t count;
};
void codec_forget(struct codec_memory *memory);

struct codec_error {
	char text[160];
};

/*
 * Names are hidden when `names` is given. The caller frees with cJSON_Delete(); NULL when out of memory.
 */
cJSON *codec_encode(const struct fleet_change *change, struct names *names);

/*
 * Reads a line into `change` and the observation that it points to; both are good until codec_forget(), which is due
 * in any case. Strings are clean and short, figures within bounds that no sum overflows. False with a sentence.
 */
bool codec_decode(const cJSON *json, struct fleet_change *change, struct observation *observation,
	struct codec_memory *memory, struct codec_error *error);

#endif
