/*
 * config.h - YAML to struct fleet_spec, and what is assumed without a file.
 */
#ifndef OLLAMA_TOP_CONFIG_H
#define OLLAMA_TOP_CONFIG_H

#include "ollama-top/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_FILE_MAX ((size_t)1 << 20)

/* Bounds of refresh and timeout, in the file and on the command line. */
#define CONFIG_REFRESH_MIN_MS 100
#define CONFIG_REFRESH_MAX_MS 3600000
#define CONFIG_TIMEOUT_MIN_MS 100
#define CONFIG_TIMEOUT_MAX_MS 600000

/* What is wrong with a configuration: "FILE:LINE:COLUMN: what is wrong; expected ...". */
struct config_error {
	char message[1024];
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
 * $DOCKER_HOST, else /var/run/docker.sock, else the user's own socket in $XDG_RUNTIME_DIR;
 * without any of them, or when Ollama is on another machine, no Docker. NULL with `error`
 * filled when a variable is malformed.
 */
struct fleet_spec *config_default(struct config_error *error);

/* "2", "0.5": seconds of the command line to milliseconds; false when malformed or out of bounds. */
bool config_seconds(const char *text, int64_t min_ms, int64_t max_ms, int64_t *ms);

#endif
