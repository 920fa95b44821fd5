/*
 * docker_endpoint.h - where a server's Docker Engine is reached: the `docker:` of its spec.
 */
#ifndef OLLAMA_TOP_DOCKER_ENDPOINT_H
#define OLLAMA_TOP_DOCKER_ENDPOINT_H

#include "ollama-top/spec.h"

#include <stdbool.h>

struct docker_endpoint {
	char base[512];             /* "http://docker", "http://HOST:PORT", "https://HOST:PORT" */
	char socket[512];           /* path of a Unix socket, or "" */
	bool tunneled;              /* the socket is the server's, and its tunnel leads there; see reach.h */
	const struct tls_spec *tls; /* borrowed from the spec; NULL without TLS */
	char warning[256];          /* standing warning, or "" */
	char error[256];            /* why it cannot be reached, or "" */
};

/*
 * unix://PATH, tcp://HOST[:PORT] (TLS when the spec gives any of its files), http:// and https:// as
 * Docker's own tools take them, ssh:// by a tunnel; a context that the configuration could not follow has its
 * error. False when the spec names no engine at all.
 */
bool docker_endpoint_of(const struct server_spec *server, struct docker_endpoint *out);

#endif
