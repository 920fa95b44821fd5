/*
 * docker_private.h - shared by the parsers of Docker's answers.
 */
#ifndef OLLAMA_TOP_NET_DOCKER_PRIVATE_H
#define OLLAMA_TOP_NET_DOCKER_PRIVATE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Copies an id that is fit to be part of a URL; false, leaving `dst` alone, when it is not. */
bool docker_clean_id(const char *id, char *dst, size_t size);

/*
 * Of an inspection: what the last health check said, where it did not check anything because it cannot run;
 * NULL otherwise. The caller frees.
 */
char *docker_health_error(const cJSON *inspected);

#endif
