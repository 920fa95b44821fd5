/*
 * spec_json.h - a configuration as JSON, which config_parse() reads like any other: JSON is YAML.
 */
#ifndef RECORD_SPEC_JSON_H
#define RECORD_SPEC_JSON_H

#include "names.h"
#include "ollama-top/spec.h"

#include <cjson/cJSON.h>

/*
 * Files (of tokens, certificates and keys) are named, never read. Names are hidden when `names` is given. The caller
 * frees with cJSON_Delete(); NULL when out of memory.
 */
cJSON *spec_json(const struct fleet_spec *spec, struct names *names);

#endif
