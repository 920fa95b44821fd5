/*
 * audit_file.h - a file of lines that several processes append to and that is turned over when it is full.
 */
#ifndef OLLAMA_TOP_OPS_AUDIT_FILE_H
#define OLLAMA_TOP_OPS_AUDIT_FILE_H

#include "ollama-top/parse.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Opens a folder, creating what is missing of an absolute path with mode 0700. Returns its descriptor, or -1
 * with a sentence.
 */
int audit_folder(const char *path, struct parse_error *error);

/*
 * Appends a line that ends in a line feed to the log in `folder`, whose path is for sentences only; see
 * audit_write(). `line` starts with a line feed of its own, which is left out unless the file's last line is torn.
 */
bool audit_append(int folder, const char *path, const char *line, size_t len, struct parse_error *error);

#endif
