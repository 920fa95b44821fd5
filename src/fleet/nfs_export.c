/*
 * nfs_export.c - who may mount an export, by exports(5): addresses, networks, names, wildcards, "*",
 * netgroups. Nothing is looked up: an entry that only a name service could decide is unknown.
 */
#include "core.h"
#include "ollama-top/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct address {
	int family;
	unsigned char bytes[16];
	int bits; /* of a whole address: 32 or 128 */
};

static bool parse_address(const char *text, struct address *out)
{
	*out = (struct address){.family = AF_INET, .bits = 32};
	if (inet_pton(AF_INET, text, out->bytes) == 1)
		return true;
	*out = (struct address){.family = AF_INET6, .bits = 128};
	return inet_pton(AF_INET6, text, out->bytes) == 1;
}

/* The bits of "24", "255.255.255.0"; -1 for what is no mask, such as one with holes. */
static int mask_bits(const char *text, const struct address *network)
{
	struct address mask;
	int bits = 0;

	if (text[0] != '\0' && strspn(text, "0123456789") == strlen(text) && strlen(text) <= 3) {
		bits = (int)strtol(text, NULL, 10);
		return bits <= network->bits ? bits : -1;
	}
	if (!parse_address(text, &mask) || mask.family != network->family)
		return -1;
	while (bits < mask.bits && (mask.bytes[bits / 8] >> (7 - bits % 8) & 1))
		bits++;
	for (int k = bits; k < mask.bits; k++)
		if (mask.bytes[k / 8] >> (7 - k % 8) & 1)
			return -1;
	return bits;
}

static bool same_bits(const struct address *a, const struct address *b, int bits)
{
	for (int k = 0; k < bits; k++)
		if ((a->bytes[k / 8] ^ b->bytes[k / 8]) >> (7 - k % 8) & 1)
			return false;
	return true;
}

/* An address, or a network with a mask; false when `client` is neither. */
static bool parse_network(const char *client, struct address *network, int *bits)
{
	char text[INET6_ADDRSTRLEN + 1];
	const size_t len = strcspn(client, "/");

	if (len >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)len, client);
	if (!parse_address(text, network))
		return false;
	*bits = client[len] == '/' ? mask_bits(client + len + 1, network) : network->bits;
	return *bits >= 0;
}

static bool is_number(const char *address)
{
	struct address parsed;

	return address && parse_address(address, &parsed);
}

/* Host names compare without regard to case; a pattern is one of text_glob(). */
static bool name_fits(const char *pattern, const char *name)
{
	char lower[2][TEXT_NAME_MAX];
	const char *const from[2] = {pattern, name};

	if (!name || is_number(name))
		return false;
	for (size_t k = 0; k < 2; k++) {
		size_t n = 0;

		for (; from[k][n] && n + 1 < TEXT_NAME_MAX; n++)
			lower[k][n] = (char)tolower((unsigned char)from[k][n]);
		lower[k][n] = '\0';
	}
	return text_glob(lower[0], lower[1]);
}

enum nfs_allowed nfs_client_allows(const char *client, const char *address, const char *name)
{
	struct address network, host;
	int bits;

	/* "(everyone)" is what showmount's protocol says where there is no list of clients */
	if (strcmp(client, "*") == 0 || strcmp(client, "(everyone)") == 0)
		return NFS_ALLOWED;
	if (client[0] == '@' || client[0] == '\0')
		return NFS_ALLOWED_UNKNOWN;
	if (!parse_network(client, &network, &bits))
		return name_fits(client, address) || name_fits(client, name) ? NFS_ALLOWED
									     : NFS_ALLOWED_UNKNOWN;
	if (!address || !parse_address(address, &host))
		return NFS_ALLOWED_UNKNOWN;
	return host.family == network.family && same_bits(&host, &network, bits) ? NFS_ALLOWED : NFS_DENIED;
}

enum nfs_allowed nfs_export_allows(const struct nfs_export *export, const char *address, const char *name)
{
	enum nfs_allowed verdict = NFS_DENIED;

	if (export->client_count == 0)
		return NFS_ALLOWED;
	for (size_t k = 0; k < export->client_count; k++) {
		const enum nfs_allowed one = nfs_client_allows(export->clients[k], address, name);

		if (one == NFS_ALLOWED)
			return NFS_ALLOWED;
		if (one == NFS_ALLOWED_UNKNOWN)
			verdict = NFS_ALLOWED_UNKNOWN;
	}
	return verdict;
}

const struct nfs_export *nfs_export_of(const struct nfs_server *nfs, const char *path)
{
	const struct nfs_export *best = NULL;

	for (size_t k = 0; k < nfs->export_count; k++) {
		const struct nfs_export *e = &nfs->exports[k];

		if (e->path && path_is_below(path, e->path) &&
			(!best || strlen(e->path) > strlen(best->path)))
			best = e;
	}
	return best;
}
