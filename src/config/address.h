/*
 * address.h - the syntax of hosts, URLs, Docker addresses and NFS sources. Nothing is resolved.
 */
#ifndef CONFIG_ADDRESS_H
#define CONFIG_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#define ADDRESS_DOCKER_EXPECTED \
	"unix:///PATH, tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"

/* Longest host name of DNS; what a sockaddr_un holds is its own limit. */
#define ADDRESS_HOST_MAX 253

/* A host name, an IPv4 or a bare IPv6 address. */
bool address_host(const char *s);

/* 1 to 65535, digits alone; 0 when it is not one. */
int address_port(const char *s);

/*
 * "HOST", "HOST:PORT" or "[IPv6]:PORT" of `len` bytes: copies the host without brackets to
 * `host` (ADDRESS_HOST_MAX + 1 bytes) and sets `port`, 0 when there is none.
 */
bool address_authority(const char *s, size_t len, char *host, int *port);

/* NULL when `s` is well formed, else what is wrong with it, in words. */
const char *address_bad_url(const char *s);
const char *address_bad_docker(const char *s);
const char *address_bad_nfs_source(const char *s);

#endif
