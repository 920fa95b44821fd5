/*
 * compose_volumes.c - the mounts of a service. What was given as SOURCE:TARGET:MODE keeps that form and its
 * mode to the letter; a volume that has a name exists outside of the file; one that nobody named belongs to
 * its container, from which Compose takes it over: where the container must be removed first, the made-up name is given.
 */
#include "compose_private.h"
#include "net/json.h"
#include "ollama-top/i18n.h"
#include "ops/inspection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell_options(struct composing *c, const cJSON *mount, const char *target)
{
	char *text = cJSON_PrintUnformatted(mount);
	compose_note(c, _("not all of the mount at %s could be expressed: %s"), target, text ? text : "");
	cJSON_free(text);
}

/* ---- SOURCE:TARGET:MODE ---- */

static void add_volume(struct composing *c, cJSON *list, const char *volume, size_t len, const char *mode,
	const char *destination)
{
	char *name = strndup(volume, len), *line = NULL;
	const char *key = name ? compose_external(c, c->volumes, name) : NULL;
	if (key && asprintf(&line, "%s:%s%s", key, destination, mode) >= 0) {
		compose_add_text(c, list, line);
		free(line);
	} else {
		c->failed = true;
	}
	free(name);
}

static void add_bind(struct composing *c, cJSON *list, const char *text)
{
	const struct bind bind = inspection_bind(text);
	if (bind.destination_len == 0) {
		compose_note(c, _("the mount \"%s\" could not be expressed"), text);
		return;
	}
	if (inspection_anonymous(text, bind.source_len)) {
		return; /* as one of the mounts that nobody named */
	}
	if (*text == '/') {
		compose_add_text(c, list, text);
		return;
	}
	add_volume(c, list, text, bind.source_len, "", text + bind.source_len + 1);
}

/* ---- mounts in the long form ---- */

static bool says_more(const cJSON *options, const char *known)
{
	const cJSON *item;
	cJSON_ArrayForEach(item, options)
	{
		if (strcmp(item->string, known) != 0 && !compose_says_nothing(item)) {
			return true;
		}
	}
	return false;
}

static void put_bind_mount(struct composing *c, cJSON *entry, const cJSON *mount)
{
	const cJSON *options = json_object(mount, "BindOptions");
	const char *source = json_string(mount, "Source"), *propagation = json_string(options, "Propagation");
	compose_put_text(c, entry, "source", source ? source : "");
	if (propagation && *propagation != '\0') {
		cJSON *bind = compose_put_map(c, entry, "bind");
		if (bind) {
			compose_put_text(c, bind, "propagation", propagation);
		}
	}
	if (says_more(options, "Propagation")) {
		tell_options(c, mount, json_string(mount, "Target"));
	}
}

static void put_volume_mount(struct composing *c, cJSON *entry, const cJSON *mount)
{
	const cJSON *options = json_object(mount, "VolumeOptions");
	const char *source = json_string(mount, "Source"), *subpath = json_string(options, "Subpath");
	if (source && *source != '\0' && (c->removed || !inspection_anonymous(source, strlen(source)))) {
		const char *key = compose_external(c, c->volumes, source);
		compose_put_text(c, entry, "source", key ? key : "");
	}
	if (json_true(options, "NoCopy")) {
		cJSON *volume = compose_put_map(c, entry, "volume");
		if (volume) {
			compose_put(c, volume, "nocopy", cJSON_CreateTrue());
		}
	}
	/* Labels and driver are the volume's, which exists. */
	if (subpath && *subpath != '\0') {
		tell_options(c, mount, json_string(mount, "Target"));
	}
}

static void put_tmpfs_mount(struct composing *c, cJSON *entry, const cJSON *mount)
{
	const cJSON *options = json_object(mount, "TmpfsOptions");
	const int64_t size = json_int(options, "SizeBytes", 0);
	if (size > 0) {
		cJSON *tmpfs = compose_put_map(c, entry, "tmpfs");
		if (tmpfs) {
			compose_put_number(c, tmpfs, "size", size);
		}
	}
	if (says_more(options, "SizeBytes")) {
		tell_options(c, mount, json_string(mount, "Target"));
	}
}

static const struct {
	const char *type;
	void (*put)(struct composing *c, cJSON *entry, const cJSON *mount);
} kinds[] = {
	{"bind", put_bind_mount},
	{"volume", put_volume_mount},
	{"tmpfs", put_tmpfs_mount},
};

static void add_mount(struct composing *c, cJSON *list, const cJSON *mount)
{
	const char *type = json_string(mount, "Type"), *target = json_string(mount, "Target");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (!type || !target || strcmp(type, kinds[i].type) != 0) {
			continue;
		}
		cJSON *entry = cJSON_CreateObject();
		compose_add(c, list, entry);
		if (c->failed) {
			return;
		}
		compose_put_text(c, entry, "type", type);
		compose_put_text(c, entry, "target", target);
		kinds[i].put(c, entry, mount);
		if (json_true(mount, "ReadOnly")) {
			compose_put(c, entry, "read_only", cJSON_CreateTrue());
		}
		return;
	}
	tell_options(c, mount, target ? target : "?");
}

/* ---- volumes that nobody named ---- */

static bool is_mounted_at(const struct composing *c, const char *destination)
{
	const cJSON *mount;
	cJSON_ArrayForEach(mount, json_array(c->host, "Mounts"))
	{
		const char *target = json_string(mount, "Target");
		if (target && inspection_is_path(target, strlen(target), destination)) {
			return true;
		}
	}
	return false;
}

/*
 * Those of the image too: Compose takes over what the file has, and of the image's what the engine tells, which
 * newer ones do not.
 */
static void add_unnamed(struct composing *c, cJSON *list, const cJSON *mount)
{
	const char *type = json_string(mount, "Type"), *name = json_string(mount, "Name");
	const char *destination = json_string(mount, "Destination");
	const bool writable = !cJSON_IsFalse(json_member(mount, "RW"));
	if (!type || strcmp(type, "volume") != 0 || !name || !inspection_anonymous(name, strlen(name)) ||
		!destination || is_mounted_at(c, destination)) {
		return;
	}
	if (c->removed) {
		add_volume(c, list, name, strlen(name), writable ? "" : ":ro", destination);
	} else if (writable && !strchr(destination, ':')) {
		compose_add_text(c, list, destination);
	} else {
		cJSON *entry = cJSON_CreateObject();
		compose_add(c, list, entry);
		if (!c->failed) {
			compose_put_text(c, entry, "type", "volume");
			compose_put_text(c, entry, "target", destination);
			compose_put(c, entry, "read_only", cJSON_CreateBool(!writable));
		}
	}
}

/* ---- file systems in memory ---- */

static void put_tmpfs(struct composing *c)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *item;
	cJSON_ArrayForEach(item, json_object(c->host, "Tmpfs"))
	{
		const char *options = cJSON_GetStringValue(item);
		char *line = NULL;
		if (list && asprintf(&line, "%s%s%s", item->string, options && *options != '\0' ? ":" : "",
				    options ? options : "") >= 0) {
			compose_add_text(c, list, line);
			free(line);
		}
	}
	compose_put_filled(c, c->service, "tmpfs", list);
}

void compose_volumes(struct composing *c)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *item;
	cJSON_ArrayForEach(item, json_array(c->host, "Binds"))
	{
		if (list && cJSON_IsString(item)) {
			add_bind(c, list, item->valuestring);
		}
	}
	cJSON_ArrayForEach(item, json_array(c->host, "Mounts"))
	{
		if (list) {
			add_mount(c, list, item);
		}
	}
	cJSON_ArrayForEach(item, json_array(c->part->container, "Mounts"))
	{
		if (list) {
			add_unnamed(c, list, item);
		}
	}
	compose_put_filled(c, c->service, "volumes", list);
	put_tmpfs(c);
}
