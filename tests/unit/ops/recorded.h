/*
 * recorded.h - inspections of containers on a real engine, recorded in data/, and words to look into JSON.
 */
#ifndef TEST_OPS_RECORDED_H
#define TEST_OPS_RECORDED_H

#include <cjson/cJSON.h>

/* The tree of tests/unit/FOLDER/data/NAME; the test fails when it cannot be read. The caller frees. */
cJSON *recorded(const char *folder, const char *name);

/* What is at a path of keys and indexes with spaces between them; NULL when it is not there. */
cJSON *at(const cJSON *tree, const char *path);

/* Sets what is at a path to the value of a JSON text. Everything but the last key must be there. */
void set(cJSON *tree, const char *path, const char *json);

/* The compact JSON of what is at a path; "(nothing)" when it is not there. Good until the next call. */
const char *text_at(const cJSON *tree, const char *path);

#endif
