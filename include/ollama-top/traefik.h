/*
 * traefik.h - what Traefik's API answers about one service of the load balancer.
 */
#ifndef OLLAMA_TOP_TRAEFIK_H
#define OLLAMA_TOP_TRAEFIK_H

#include "ollama-top/fleet.h"
#include "ollama-top/parse.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * GET /api/http/services/NAME@file: the servers of the pool; status is "UP" or "DOWN" as
 * serverStatus says, or "" when Traefik does not say. The caller frees `servers` with
 * traefik_free_servers().
 */
bool traefik_parse_service(const char *body, size_t len, struct balancer_server **servers, size_t *count,
	struct parse_error *error);
void traefik_free_servers(struct balancer_server *servers, size_t count);

#endif
