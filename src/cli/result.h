/*
 * result.h - what a command found, on standard output: for programs as JSON, for people as text.
 */
#ifndef CLI_RESULT_H
#define CLI_RESULT_H

#include "ollama-top/fleet.h"
#include "options.h"

#include <cjson/cJSON.h>
#include <stdio.h>

/* The caller's; NULL when out of memory. */
typedef cJSON *result_json_fn(const struct fleet *fleet);
typedef void result_text_fn(FILE *out, const struct fleet *fleet);

/* The exit status: `status`, or EXIT_UNWELL with a message when the result could not be told. */
int result_print(enum format format, const struct fleet *fleet, result_json_fn *json, result_text_fn *text,
	int status);

/* What was printed is out: `status`, or EXIT_UNWELL with a message when it is not. */
int result_flush(int status);

#endif
