/*
 * clone.h - from the inspection of a container to the request that creates another like it.
 *
 * Pure. In: the answer of GET /containers/{id}/json. Out: the body of POST /containers/create and
 * those of POST /networks/{id}/connect, for API 1.41 to 1.51 (Docker 20.10 to 28). Both keep what
 * this program has never heard of: all of Config and HostConfig is taken over but for what follows.
 *
 * A sibling (host_port is given) runs beside its template, so whatever can be there only once becomes
 * its own or is left out: host port, host name, fixed addresses, aliases that name the template,
 * anonymous volumes, Compose's service. A successor (host_port is 0) takes the template's place and
 * keeps them, anonymous volumes with their content included.
 */
#ifndef OLLAMA_TOP_OPS_CLONE_H
#define OLLAMA_TOP_OPS_CLONE_H

#include "ollama-top/parse.h"

#include <cjson/cJSON.h>

/* Which operation created a container; its value is the operation's id. */
#define CLONE_LABEL_OPERATION "ollama-top.operation"

/*
 * The hash that Compose compares with its own: it never fits, so that a service that gets the clone's name is
 * created anew by `up`. Without this label Compose 2 would not see the container at all, not even as an orphan.
 */
#define CLONE_COMPOSE_HASH "ollama-top"

struct clone_change {
	const char *name; /* of the new container; the caller gives it to the engine as ?name= too */
	int host_port;    /* where a sibling publishes Ollama; 0: a successor */
	/*
	 * Optional: another image, by its id. Also the name of the template's own image while it still stands for
	 * the same id: engines list a container that was created by id under that id, so that discovery by the
	 * image's name would miss it. NULL: the template's image by its id.
	 */
	const char *image;
	/*
	 * Optional, used with `image`: GET /images/{id}/json of the template's image. What the template has
	 * from it is left out, so that the new image's own applies; without it, all is kept.
	 */
	const cJSON *old_image;
	const char *operation_id;
};

/*
 * The body of POST /containers/create, to be freed with cJSON_Delete(). NULL with a sentence that names
 * the template when it cannot have a sibling: it publishes other ports, or none, is on the host's network
 * or on another container's, or is a task of Swarm; and no successor when it is removed as it stops.
 * Nothing but what cJSON_Print() makes of the tree is meant to be used: large numbers are raw text in it.
 */
cJSON *clone_body(const cJSON *inspected, const struct clone_change *change, struct parse_error *error);

/*
 * The networks beyond the one that the body names, an array of {"Network": NAME, "Body": {...}}: after the
 * creation and before the start, POST /networks/{NAME}/connect with that body, which names the new
 * container. One at a time since engines before API 1.44 refuse more than one at creation, and all take
 * this. Empty for most. NULL with a sentence as above. To be freed with cJSON_Delete().
 */
cJSON *clone_networks(const cJSON *inspected, const struct clone_change *change, struct parse_error *error);

#endif
