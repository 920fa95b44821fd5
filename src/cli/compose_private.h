/*
 * compose_private.h - what the parts of compose.c share: each puts some keys into a service.
 */
#ifndef CLI_COMPOSE_PRIVATE_H
#define CLI_COMPOSE_PRIVATE_H

#include "compose.h"

struct composing {
	struct compose_file *file;
	const struct compose_part *parts; /* all, since what was seen of one tells about its siblings */
	size_t part_count;
	const struct compose_part *part; /* the one at hand */
	const cJSON *config, *host;      /* of its container */
	const cJSON *image;              /* the image's Config, or NULL */
	char name[TEXT_NAME_MAX];        /* the container's */
	char service_name[TEXT_NAME_MAX];
	char short_id[16];
	cJSON *service;
	cJSON *networks, *volumes; /* of the file */
	bool removed;              /* the container must be removed before `up -d` */
	bool failed;               /* out of memory */
	struct parse_error *error;
};

/* Adds a member to a map (an item to a list) and owns `item` from then on; out of memory is remembered. */
void compose_put(struct composing *c, cJSON *map, const char *key, cJSON *item);
void compose_put_text(struct composing *c, cJSON *map, const char *key, const char *text);
void compose_put_number(struct composing *c, cJSON *map, const char *key, int64_t value);
void compose_add(struct composing *c, cJSON *list, cJSON *item);
void compose_add_text(struct composing *c, cJSON *list, const char *text);
cJSON *compose_put_map(struct composing *c, cJSON *map, const char *key);
cJSON *compose_put_list(struct composing *c, cJSON *map, const char *key);
/* As the list under `key`, unless it is empty, which is freed. */
void compose_put_filled(struct composing *c, cJSON *map, const char *key, cJSON *list);

/* A note about the container at hand, which it begins with. */
void compose_note(struct composing *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void compose_command(struct composing *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Null, false, empty, 0 or below: what an engine shows where nothing was asked for. */
bool compose_says_nothing(const cJSON *item);

/* "30s", "1500ms": whole units of a duration in nanoseconds. */
void compose_duration(char *buf, size_t size, int64_t ns);

/* Names of services, networks and volumes in the file: letters, digits, dot, underscore, dash. */
bool compose_name_fits(const char *name);
/*
 * The key of what exists outside of Compose under `name`, in the file's networks or volumes, where it is declared.
 * Good until the map is freed; NULL: out of memory.
 */
const char *compose_external(struct composing *c, cJSON *map, const char *name);

/* compose_config.c: image, command, environment, labels, and the like. */
void compose_config(struct composing *c);
/* compose_health.c */
void compose_health(struct composing *c);
/* compose_host.c: limits, ports, rights, devices. */
void compose_host(struct composing *c);
/* compose_volumes.c */
void compose_volumes(struct composing *c);
/* compose_network.c */
void compose_network(struct composing *c);

#endif
