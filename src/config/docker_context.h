/*
 * docker_context.h - the contexts of the docker command (docker context ls), and what its variables say.
 */
#ifndef CONFIG_DOCKER_CONTEXT_H
#define CONFIG_DOCKER_CONTEXT_H

#include "ollama-top/spec.h"

#include <stdbool.h>

/* $DOCKER_CONFIG, else ~/.docker; NULL without a home. The caller frees. */
char *docker_context_folder(void);

/*
 * The name of the context that docker would use: $DOCKER_CONTEXT, else currentContext of config.json; NULL when
 * neither says one. $DOCKER_HOST goes before both. The caller frees.
 */
char *docker_context_current(void);

/*
 * Puts the address and the TLS files that a context stands for in the place of docker: context://NAME; other addresses
 * are left alone. A context that cannot be followed stays, and docker_error says why. False when out of
 * memory.
 */
bool docker_context_follow(struct server_spec *server);

/* local_machine.c */
/* Where an engine of this machine listens, the system's before the user's own; NULL when none does. */
char *local_docker_socket(void);
/* As the docker command does with $DOCKER_TLS_VERIFY: ca.pem, cert.pem and key.pem of a folder. False: out of memory. */
bool local_docker_tls(struct tls_spec *tls);

#endif
