/*
 * store_source.c - whether an NFS mount comes from the server and the folder it must come from.
 *
 * The expected source is ADDRESS:/PATH. A mount says the same in mountinfo's source field, but
 * Docker's NFS volumes say ":/PATH" with the address in the options (addr=), and either may
 * use a name where the other has a number, which this layer cannot resolve: then it is unsure.
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* "10.0.0.80:/a/b/", "[fe80::1]:/a/b" or ":/a/b" in parts; false when there is no ":/". */
bool nfs_source_split(const char *text, struct nfs_source *source)
{
	const char *colon = strstr(text, ":/");
	size_t len = 0;

	if (!colon)
		return false;
	if (text[0] == '[') {
		const char *close = strstr(text, "]:/");

		if (!close)
			return false;
		len = (size_t)(close - text) - 1;
		text++;
		colon = close + 1;
	} else {
		len = (size_t)(colon - text);
	}
	snprintf(source->address, sizeof(source->address), "%.*s",
		(int)(len < sizeof(source->address) ? len : 0), text);
	snprintf(source->path, sizeof(source->path), "%s", colon + 1);
	for (len = strlen(source->path); len > 1 && source->path[len - 1] == '/'; len--)
		source->path[len - 1] = '\0';
	return true;
}

bool mount_option(const char *options, const char *key, char *value, size_t size)
{
	const size_t len = strlen(key);

	value[0] = '\0';
	for (const char *o = options; o; o = strchr(o, ',') ? strchr(o, ',') + 1 : NULL) {
		if (strncmp(o, key, len) != 0 || !strchr(",=", o[len]))
			continue;
		if (o[len] == '=')
			snprintf(value, size, "%.*s", (int)strcspn(o + len + 1, ","), o + len + 1);
		return true;
	}
	return false;
}

static bool is_numeric(const char *address)
{
	return address[0] != '\0' &&
	       (strchr(address, ':') ||
		       (strchr(address, '.') && strspn(address, "0123456789.") == strlen(address)));
}

static const struct server *rw_server(const struct fleet *fleet)
{
	for (size_t s = 0; s < fleet->server_count; s++)
		if (fleet->servers[s].spec->role == ROLE_RW)
			return &fleet->servers[s];
	return NULL;
}

static bool same_address(const char *a, const char *b)
{
	return b && b[0] != '\0' && strcasecmp(a, b) == 0;
}

static enum source_match match_address(
	const struct fleet *fleet, const char *expected, const char *actual, const char *option)
{
	const struct server *rw = rw_server(fleet);

	if (same_address(actual, expected) || same_address(option, expected))
		return SOURCE_RIGHT;
	/* a server of this fleet may be named either way */
	if (rw && (same_address(expected, rw->spec->host) || same_address(expected, rw->spec->name)) &&
		(same_address(actual, rw->spec->host) || same_address(option, rw->spec->host)))
		return SOURCE_RIGHT;
	const char *number = option[0] != '\0' ? option : actual;
	return is_numeric(expected) && is_numeric(number) ? SOURCE_WRONG : SOURCE_UNSURE;
}

/* The folder in which the rw server's instance keeps its store, when it is in the export; else NULL. */
static const char *rw_folder(const struct fleet *fleet, const char *store_path)
{
	const struct server *rw = rw_server(fleet);

	if (!rw || !rw->spec->nfs.export_path)
		return NULL;
	for (size_t k = 0; k < rw->instance_count; k++) {
		const struct container *c = &rw->instances[k]->container;

		for (size_t m = 0; m < c->mount_count; m++)
			if (c->mounts[m].source && c->mounts[m].destination &&
				strcmp(c->mounts[m].destination, store_path) == 0 &&
				path_is_below(c->mounts[m].source, rw->spec->nfs.export_path))
				return c->mounts[m].source;
	}
	return NULL;
}

static bool same_path(const char *a, const char *b)
{
	return path_is_below(a, b) && path_is_below(b, a);
}

/*
 * The folder that is mounted: the source's, and below it the root of a bind mount, unless
 * the source says it already (NFS does).
 */
static void mounted_folder(const struct nfs_source *source, const char *root, char folder[FLEET_TEXT_MAX])
{
	const size_t len = strlen(source->path), root_len = root ? strlen(root) : 0;
	const bool said =
		root_len <= 1 || (len >= root_len && strcmp(source->path + len - root_len, root) == 0);

	snprintf(folder, FLEET_TEXT_MAX, "%s", source->path);
	if (!said)
		snprintf(folder + len, FLEET_TEXT_MAX - len, "%s%s", root[0] == '/' ? "" : "/", root);
}

/*
 * The export itself; the folder of it where the rw server keeps what is mounted at the same
 * path; or a subfolder of the same name as the end of that path (".../models" on ".../models").
 */
static bool match_path(
	const struct fleet *fleet, const char *expected, const char *folder, const char *store_path)
{
	const char *theirs = store_path ? rw_folder(fleet, store_path) : NULL;

	if (same_path(folder, expected) || (theirs && same_path(folder, theirs)))
		return true;
	if (!path_is_below(folder, expected) || !store_path)
		return false;
	size_t base = strlen(expected);
	while (base > 0 && expected[base - 1] == '/')
		base--;
	const char *rest = folder + base;
	const size_t rest_len = strlen(rest), path_len = strlen(store_path);
	return path_len > rest_len && strcmp(store_path + path_len - rest_len, rest) == 0;
}

enum source_match store_source_match(const struct fleet *fleet, const struct instance *i, struct words *why)
{
	const char *wanted = i->server->spec->nfs.source;
	struct nfs_source expected, actual;
	char option[TEXT_NAME_MAX], folder[FLEET_TEXT_MAX];

	if (!nfs_source_split(wanted, &expected)) {
		say(why, _("nfs.source %s is not ADDRESS:/PATH"), wanted);
		return SOURCE_UNSURE;
	}
	if (!i->store.source || !nfs_source_split(i->store.source, &actual)) {
		say(why, _("from %s instead of %s"), i->store.source ? i->store.source : "?", wanted);
		return i->store.source ? SOURCE_WRONG : SOURCE_UNSURE;
	}
	(void)mount_option(i->store.options, "addr", option, sizeof(option));
	mounted_folder(&actual, i->store.root, folder);
	const char *shown = actual.address[0] != '\0' ? actual.address : option;
	if (!match_path(fleet, expected.path, folder, i->store.path)) {
		say(why, _("from %s:%s instead of %s"), shown, folder, wanted);
		return SOURCE_WRONG;
	}
	const enum source_match match = match_address(fleet, expected.address, actual.address, option);
	if (match == SOURCE_WRONG)
		say(why, _("from %s:%s instead of %s"), shown, folder, wanted);
	else if (match == SOURCE_UNSURE)
		say(why, _("cannot tell whether %s is %s: give nfs.source as %s has it"),
			shown[0] ? shown : "?", expected.address, "mountinfo");
	return match;
}
