/*
 * yaml_write.h - a tree as a YAML file, in which no string can become anything but a string.
 */
#ifndef CLI_YAML_WRITE_H
#define CLI_YAML_WRITE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

enum yaml_reader {
	YAML_PLAIN,
	YAML_COMPOSE, /* interpolates: "$" of values is doubled; keys are taken as they are */
};

/*
 * Writes the document with libyaml, in block style, ASCII alone. Strings are in double quotes, and keys
 * that are not plain words; numbers, true and raw items (cJSON_CreateRaw) are plain. False when memory is
 * out or a string is not valid UTF-8, in which case some of it may have been written.
 */
bool yaml_write(FILE *out, const cJSON *tree, enum yaml_reader reader);

/*
 * A comment of one line, without the "# ": the text is cleaned, so that nothing breaks out of it. NULL or
 * "": an empty line of the comment.
 */
void yaml_comment(FILE *out, const char *text);
void yaml_commentf(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
