/*
 * docker_private.h - shared by the parsers of Docker's answers.
 */
#ifndef OLLAMA_TOP_NET_DOCKER_PRIVATE_H
#define OLLAMA_TOP_NET_DOCKER_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

/* Copies an id that is fit to be part of a URL; false, leaving `dst` alone, when it is not. */
bool docker_clean_id(const char *id, char *dst, size_t size);

#endif
