/*
 * clone_private.h - what the parts of clone.c share.
 */
#ifndef OLLAMA_TOP_OPS_CLONE_PRIVATE_H
#define OLLAMA_TOP_OPS_CLONE_PRIVATE_H

#include "ollama-top/text.h"

#include "clone.h"
#include "inspection.h"

#include <stdbool.h>
#include <stddef.h>

struct cloning {
	const cJSON *inspected, *config, *host; /* of the template */
	const struct clone_change *change;
	bool successor;
	char name[TEXT_NAME_MAX];               /* the template's, without slash, cleaned */
	char short_id[INSPECTION_SHORT_ID + 1]; /* the template's id as engines abbreviate it */
	cJSON *body, *body_host;                /* what is being made: Config, and HostConfig */
	struct parse_error *error;
};

/* Sets a member, whether it is there or not, and owns `item` from then on. False: out of memory. */
bool clone_put(cJSON *object, const char *key, cJSON *item);
bool clone_put_text(cJSON *object, const char *key, const char *text);

/* The parts, each of which changes body or body_host. False with a sentence, or with none: out of memory. */
bool clone_config(struct cloning *c);
bool clone_labels(struct cloning *c);
bool clone_ports(struct cloning *c);
bool clone_volumes(struct cloning *c);
void clone_quirks(struct cloning *c);
bool clone_first_network(struct cloning *c);
cJSON *clone_further_networks(const struct cloning *c);

#endif
