/*
 * compose.h - from the inspections of containers to the Compose file that describes them: pure.
 *
 * The Compose Specification as docker-compose 1.29 and Compose 2 both take it, without a version. What is
 * the image's, Compose's or this program's own is left out, so that `up -d` gives each container the image,
 * mounts, limits, environment, ports, networks, health check and labels that it has.
 */
#ifndef CLI_COMPOSE_H
#define CLI_COMPOSE_H

#include "ollama-top/parse.h"
#include "ollama-top/text.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* One container. The trees are borrowed. */
struct compose_part {
	const cJSON *container; /* GET /containers/{id}/json */
	const cJSON *image;     /* GET /images/{id of its image}/json; NULL: the engine has it no more */
	const cJSON *named; /* GET /images/{its Config.Image}/json: what the name stands for now; or NULL */
	bool instance;      /* of the fleet; else it only belongs to the same Compose project */
};

struct compose_file {
	cJSON *document;
	char project[TEXT_NAME_MAX];
	char file[TEXT_NAME_MAX]; /* where Compose last found the project's file, or "" */
	char **notes;             /* what differs, and what must be done first; not cleaned */
	size_t note_count;
	char **commands; /* of the shell, to be given before `up -d` */
	size_t command_count;
};

/* False with a sentence when a container cannot be a service of Compose. compose_free() is due in any case. */
bool compose_make(
	struct compose_file *file, const struct compose_part *parts, size_t count, struct parse_error *error);
void compose_free(struct compose_file *file);

#endif
