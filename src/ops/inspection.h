/*
 * inspection.h - what the parts of GET /containers/{id}/json mean, for whoever makes another container
 * or a file out of one: clones, and the Compose file that render writes.
 */
#ifndef OLLAMA_TOP_OPS_INSPECTION_H
#define OLLAMA_TOP_OPS_INSPECTION_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#define INSPECTION_SHORT_ID 12 /* digits of an id as engines abbreviate it */

#define COMPOSE_LABELS  "com.docker.compose."
#define COMPOSE_SERVICE "com.docker.compose.service"
#define COMPOSE_IMAGE   "com.docker.compose.image"
#define SWARM_SERVICE   "com.docker.swarm.service.name"

/* "SOURCE:DESTINATION[:OPTIONS]" */
struct bind {
	const char *destination, *options; /* options: "" when there are none */
	size_t source_len, destination_len;
};

/* Pointers are into `text`. */
struct bind inspection_bind(const char *text);

/* Whether `wanted` is among comma-separated options. */
bool inspection_option(const char *options, const char *wanted);

/* The same path but for slashes at its end. */
bool inspection_is_path(const char *path, size_t len, const char *wanted);

/* Nobody gave the volume a name: it belongs to one container, though Compose binds it by name when it recreates one. */
bool inspection_anonymous(const char *volume, size_t len);

/* Equal settings; null, a missing one and an empty list are the same. */
bool inspection_same(const cJSON *a, const cJSON *b);
bool inspection_empty(const cJSON *item);

/* Compose 1 leaves the predecessor's id in the environment of what it recreates. */
bool inspection_affinity(const char *variable);

/* The value of a variable in the Env of a Config, or NULL. */
const char *inspection_env(const cJSON *config, const char *name);

/* The networks, by name; NULL for none. */
const cJSON *inspection_networks(const cJSON *inspected);
/* NetworkMode: the name of a network, or the beginning of its id, or "default". */
const char *inspection_network_mode(const cJSON *inspected);
/* The network to create with: that of NetworkMode, or any when the container left that one; or NULL. */
const cJSON *inspection_first_network(const cJSON *inspected);
/* Whether an entry of the networks has the name of a mode; all names of the default bridge are one. */
bool inspection_network_named(const cJSON *network, const char *mode);
bool inspection_default_bridge(const char *name);

#endif
