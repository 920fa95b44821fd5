/*
 * yaml_json.h - YAML read as the JSON it stands for, so that a scenario and a control command are one thing.
 */
#ifndef SIM_YAML_JSON_H
#define SIM_YAML_JSON_H

#include <cjson/cJSON.h>
#include <stddef.h>

/*
 * The document as cJSON: plain numbers, true, false and null are typed, quoted scalars are strings.
 * Aliases are refused. NULL with "LINE:COLUMN: what is wrong" in `error`. Free with cJSON_Delete().
 */
cJSON *yaml_to_json(const char *text, size_t len, char *error, size_t size);

#endif
