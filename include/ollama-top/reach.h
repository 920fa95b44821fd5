/*
 * reach.h - the endpoints of a server: its Docker Engine and its instances, straight or through its ssh tunnel.
 */
#ifndef OLLAMA_TOP_REACH_H
#define OLLAMA_TOP_REACH_H

#include "ollama-top/docker_endpoint.h"
#include "ollama-top/http.h"
#include "ollama-top/spec.h"
#include "ollama-top/tunnel.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The engine of a server. NULL when there is none to ask: it has no docker: (false of docker_endpoint_of()), or
 * where->error says why. The caller frees the endpoint.
 */
struct http_endpoint *reach_docker(struct http *http, struct tunnels *tunnels,
	const struct server_spec *server, struct docker_endpoint *where);

/* Is an instance (`spec` NULL: a discovered one) asked through the tunnel of its server? */
bool reach_api_is_tunneled(const struct server_spec *server, const struct instance_spec *spec);

/* An instance that answers at `url`. NULL when that is no address, or out of memory. */
struct http_endpoint *reach_api(struct http *http, struct tunnels *tunnels, const struct server_spec *server,
	const struct instance_spec *spec, const char *url);

/* Can requests go out to such an endpoint now? `url` NULL: the engine. Always where there is no tunnel in between. */
bool reach_is_open(struct tunnels *tunnels, const struct server_spec *server,
	const struct instance_spec *spec, const char *url);

/*
 * What to say of a request to such an endpoint that failed with `error` in transport: the tunnel's reason where that is
 * the cause, else `error`. `url` NULL: the engine.
 */
const char *reach_explain(struct tunnels *tunnels, const struct server_spec *server,
	const struct instance_spec *spec, const char *url, const char *error);

/* The port of an http or https URL of a host; 0 when malformed. */
int reach_port(const char *url);

#endif
