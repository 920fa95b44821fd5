/*
 * nfs_target.c - which NFS server a server of the fleet depends on, by the configuration alone.
 */
#include "core.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NFS_PORT        2049
#define PORTMAPPER_PORT 111

/* Without the brackets of an IPv6 address. */
static void keep_address(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (len > 2 && from[0] == '[' && from[len - 1] == ']') {
		from++;
		len -= 2;
	}
	snprintf(to, size, "%.*s", (int)(len < size ? len : size - 1), from);
}

/* "/opt/ollama-models" of "10.0.0.80:/opt/ollama-models", and the address. */
static bool source_parts(const struct server_spec *server, struct nfs_source *source)
{
	return server->nfs.source && nfs_source_split(server->nfs.source, source) &&
	       source->address[0] != '\0';
}

bool nfs_path_of(const struct server_spec *server, char path[FLEET_TEXT_MAX])
{
	struct nfs_source source;

	if (server->nfs.export_path) {
		snprintf(path, FLEET_TEXT_MAX, "%s", server->nfs.export_path);
		return true;
	}
	if (!source_parts(server, &source))
		return false;
	snprintf(path, FLEET_TEXT_MAX, "%s", source.path);
	return true;
}

bool nfs_owner_of(const struct fleet_spec *spec, size_t index, size_t *owner)
{
	struct nfs_source source;

	*owner = index;
	if (spec->servers[index].nfs.export_path)
		return true;
	if (!source_parts(&spec->servers[index], &source))
		return false;
	for (size_t k = 0; k < spec->server_count; k++) {
		const struct server_spec *other = &spec->servers[k];

		*owner = k;
		if (other->nfs.export_path && (strcasecmp(other->host, source.address) == 0 ||
						      strcasecmp(other->name, source.address) == 0))
			return true;
	}
	return false;
}

bool nfs_target_of(const struct fleet_spec *spec, size_t index, struct nfs_target *out)
{
	const struct server_spec *server = &spec->servers[index];
	const struct nfs_spec *theirs = NULL;
	struct nfs_source source;
	size_t owner;

	if (!server->nfs.given)
		return false;
	if (server->nfs.export_path)
		keep_address(out->address, sizeof(out->address), server->host);
	else if (source_parts(server, &source))
		keep_address(out->address, sizeof(out->address), source.address);
	else
		return false;
	if (nfs_owner_of(spec, index, &owner))
		theirs = &spec->servers[owner].nfs;
	out->port = server->nfs.port              ? server->nfs.port
		    : theirs && theirs->port != 0 ? theirs->port
						  : NFS_PORT;
	out->portmapper = server->nfs.portmapper              ? server->nfs.portmapper
			  : theirs && theirs->portmapper != 0 ? theirs->portmapper
							      : PORTMAPPER_PORT;
	return true;
}
