/*
 * clone_config.c - what runs in a clone: image, command, environment, host name, labels.
 */
#include "ollama-top/i18n.h"

#include "clone_private.h"
#include "net/json.h"

#include <stdio.h>
#include <string.h>

/* Of whole settings, the one that is equal to the old image's came from it. */
static const char *const inherited_whole[] = {
	"Healthcheck", "Shell", "StopSignal", "User", "WorkingDir", NULL};
/* Of maps, each member that is. */
static const char *const inherited_members[] = {"ExposedPorts", "Labels", "Volumes", NULL};

static cJSON *member(cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void drop_whole(cJSON *body, const cJSON *old)
{
	for (const char *const *key = inherited_whole; *key != NULL; key++) {
		const cJSON *item = member(body, *key);
		if (item != NULL && inspection_same(item, json_member(old, *key)))
			cJSON_DeleteItemFromObjectCaseSensitive(body, *key);
	}
}

static void drop_members(cJSON *map, const cJSON *old)
{
	for (cJSON *item = map != NULL ? map->child : NULL, *next; item != NULL; item = next) {
		next = item->next;
		const cJSON *before = item->string != NULL ? json_member(old, item->string) : NULL;
		if (before != NULL && inspection_same(item, before))
			cJSON_Delete(cJSON_DetachItemViaPointer(map, item));
	}
}

/* Of the environment, a variable with the same value. */
static void drop_env(cJSON *env, const cJSON *old)
{
	for (cJSON *item = env != NULL ? env->child : NULL, *next; item != NULL; item = next) {
		next = item->next;
		const cJSON *before;
		cJSON_ArrayForEach(before, old)
		{
			if (cJSON_Compare(item, before, true)) {
				cJSON_Delete(cJSON_DetachItemViaPointer(env, item));
				break;
			}
		}
	}
}

/*
 * An image's command is used only where there is no entrypoint of one's own, so the command is
 * inherited only together with the entrypoint.
 */
static void drop_command(cJSON *body, const cJSON *old)
{
	if (!inspection_same(member(body, "Entrypoint"), json_member(old, "Entrypoint")))
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(body, "Entrypoint");
	if (inspection_same(member(body, "Cmd"), json_member(old, "Cmd")))
		cJSON_DeleteItemFromObjectCaseSensitive(body, "Cmd");
}

/*
 * No entrypoint in the inspection: none is in force, be it that the image has none or that it was reset. The
 * engine takes the image's for null; [""] is its word for "none" (docker run --entrypoint "").
 */
static bool keep_command(cJSON *body)
{
	if (!inspection_empty(member(body, "Entrypoint")))
		return true;
	const char *none = "";
	return clone_put(body, "Entrypoint", cJSON_CreateStringArray(&none, 1));
}

static bool take_from_new_image(struct cloning *c)
{
	const cJSON *old = json_object(c->change->old_image, "Config");
	bool inherits = c->change->image != NULL && old != NULL;
	if (!inherits)
		return keep_command(c->body);
	drop_whole(c->body, old);
	for (const char *const *key = inherited_members; *key != NULL; key++)
		drop_members(member(c->body, *key), json_object(old, *key));
	drop_env(member(c->body, "Env"), json_array(old, "Env"));
	drop_command(c->body, old);
	bool reset = inspection_empty(json_member(c->config, "Entrypoint")) &&
		     !inspection_empty(json_member(old, "Entrypoint"));
	return !reset || keep_command(c->body);
}

static bool set_image(struct cloning *c)
{
	const char *image = c->change->image != NULL ? c->change->image : json_string(c->inspected, "Image");
	if (image == NULL || *image == '\0')
		return json_fail(
			c->error, _("the inspection of %s does not tell the id of its image"), c->name);
	return clone_put_text(c->body, "Image", image);
}

/*
 * The engine makes a host name of the id where none was given; one that is the container's name follows
 * it. Where the host's own is used, giving one is refused though inspection shows one.
 */
static bool set_hostname(struct cloning *c)
{
	const char *hostname = json_string(c->config, "Hostname");
	const char *uts = json_string(c->host, "UTSMode");
	if (hostname == NULL)
		return true;
	if (strcmp(hostname, c->short_id) == 0 || (uts != NULL && strcmp(uts, "host") == 0)) {
		cJSON_DeleteItemFromObjectCaseSensitive(c->body, "Hostname");
		return true;
	}
	if (!c->successor && strcmp(hostname, c->name) == 0)
		return clone_put_text(c->body, "Hostname", c->change->name);
	return true;
}

static void drop_affinity(cJSON *env)
{
	for (cJSON *item = env != NULL ? env->child : NULL, *next; item != NULL; item = next) {
		next = item->next;
		const char *entry = cJSON_GetStringValue(item);
		if (entry != NULL && inspection_affinity(entry))
			cJSON_Delete(cJSON_DetachItemViaPointer(env, item));
	}
}

bool clone_config(struct cloning *c)
{
	drop_affinity(member(c->body, "Env"));
	cJSON_DeleteItemFromObjectCaseSensitive(c->body, "OnBuild");
	if (!c->successor)
		cJSON_DeleteItemFromObjectCaseSensitive(c->body, "MacAddress");
	return set_image(c) && set_hostname(c) && take_from_new_image(c);
}

/*
 * A sibling is a service of its own to Compose: `up` reports it as an orphan instead of counting it as
 * a replica. A successor stays what it was; Compose 2 compares the image's id beside its hash.
 */
static bool set_compose(struct cloning *c, cJSON *labels)
{
	static const char *const of_another[] = {"com.docker.compose.replace", "com.docker.compose.slug"};
	const char *image = c->change->image;
	if (member(labels, COMPOSE_SERVICE) == NULL)
		return true;
	if (image != NULL && strncmp(image, "sha256:", 7) == 0 && member(labels, COMPOSE_IMAGE) != NULL &&
		!clone_put_text(labels, COMPOSE_IMAGE, image))
		return false;
	if (c->successor)
		return true;
	for (size_t i = 0; i < sizeof of_another / sizeof *of_another; i++)
		cJSON_DeleteItemFromObjectCaseSensitive(labels, of_another[i]);
	return clone_put_text(labels, COMPOSE_SERVICE, c->change->name) &&
	       clone_put_text(labels, "com.docker.compose.container-number", "1") &&
	       clone_put_text(labels, "com.docker.compose.config-hash", CLONE_COMPOSE_HASH);
}

bool clone_labels(struct cloning *c)
{
	cJSON *labels = member(c->body, "Labels");
	if (!cJSON_IsObject(labels)) {
		if (!clone_put(c->body, "Labels", cJSON_CreateObject()))
			return false;
		labels = member(c->body, "Labels");
	}
	return set_compose(c, labels) &&
	       clone_put_text(labels, CLONE_LABEL_OPERATION, c->change->operation_id);
}
