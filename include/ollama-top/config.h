/*
 * config.h - YAML to struct fleet_spec, and what is assumed without a file.
 */
#ifndef OLLAMA_TOP_CONFIG_H
#define OLLAMA_TOP_CONFIG_H

#include "ollama-top/spec.h"

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_FILE_MAX ((size_t)1 << 20)

/* What is wrong with a configuration: "FILE:LINE:COLUMN: what is wrong; expected ...". */
struct config_error {
	char message[512];
};

/*
 * The file that is used: `option` (-c), else $OLLAMA_TOP_CONFIG, else
 * $XDG_CONFIG_HOME/ollama-top/config.yaml (~/.config without it), else
 * /etc/ollama-top/config.yaml. A path named by -c or the variable is used whether it
 * exists or not. NULL when none exists. The caller frees.
 */
char *config_find(const char *option);

/* The fleet of a file; NULL with `error` filled. The caller frees with spec_free(). */
struct fleet_spec *config_load(const char *path, struct config_error *error);

/* The same from text in memory; `name` stands for the file in messages. */
struct fleet_spec *config_parse(const char *name, const char *text, size_t len, struct config_error *error);

/*
 * The local machine: $OLLAMA_HOST or http://127.0.0.1:11434 as one rw instance, Docker at
 * $DOCKER_HOST or /var/run/docker.sock. NULL with `error` filled when a variable is malformed.
 */
struct fleet_spec *config_default(struct config_error *error);

#endif
