/*
 * file.h - opening the files of recordings.
 */
#ifndef RECORD_FILE_H
#define RECORD_FILE_H

#include "ollama-top/record.h"

#include <stdio.h>

/*
 * A new file that its owner alone may read, or a device or a pipe that exists; -1 with `error` filled. Never waits for
 * the reader of a pipe.
 */
int file_create(const char *path, struct record_error *error);

/* A file to read; NULL with `error` filled. */
FILE *file_read(const char *path, struct record_error *error);

#endif
