/*
 * pool_text.h - the balancer's pool in the text of a dynamic file of Traefik, read and changed in place.
 *
 * The pool is http.services.SERVICE.loadBalancer.servers of the first document, the only one that Traefik reads;
 * it takes the names of its own fields in any case, a service's name as it is. A change touches the entry's bytes and
 * what separates it from its neighbours, nothing else, and every result is parsed and compared with what was
 * meant before it is handed out. Whatever cannot be changed without a guess is refused with a sentence: aliases and merge
 * keys that would change other places too, templates with loops and conditions, another shape, no YAML.
 *
 * All of it is pure and safe to call from any thread. The sentences are translated and safe to show.
 */
#ifndef OPS_POOL_TEXT_H
#define OPS_POOL_TEXT_H

#include "yaml_tree.h"

#include <stdbool.h>
#include <stddef.h>

/* A larger file is left alone. */
#define POOL_TEXT_MAX ((size_t)1 << 20)
#define POOL_URL_MAX  1024

enum pool_outcome {
	POOL_CHANGED,
	POOL_SAME,   /* the pool is that way already */
	POOL_FAILED, /* with the error filled */
};

enum pool_verb { POOL_ADD, POOL_REMOVE };

struct pool_urls {
	char **url; /* as written, hostile */
	size_t count;
};

/*
 * Whether two urls mean the same server: scheme and host in any case, the scheme's port given or not, with
 * or without slashes at the end.
 */
bool pool_url_same(const char *a, const char *b);

/* http or https, a host, and no byte that would need quoting in YAML; at most POOL_URL_MAX bytes. */
bool pool_url_valid(const char *url);

/* The urls of a service's servers in their order, duplicates included; false with the error filled. The caller clears. */
bool pool_text_list(
	const char *text, size_t len, const char *service, struct pool_urls *urls, struct pool_error *error);
void pool_urls_clear(struct pool_urls *urls);

/*
 * Adds a server behind the others, written as the last one is, or removes all entries that mean it. With POOL_CHANGED the
 * new text is in *out and *out_len (not terminated), and the caller frees it; otherwise *out is NULL.
 */
enum pool_outcome pool_text_add(const char *text, size_t len, const char *service, const char *url,
	char **out, size_t *out_len, struct pool_error *error);
enum pool_outcome pool_text_remove(const char *text, size_t len, const char *service, const char *url,
	char **out, size_t *out_len, struct pool_error *error);

/* One of both. */
enum pool_outcome pool_text_change(enum pool_verb verb, const char *text, size_t len, const char *service,
	const char *url, char **out, size_t *out_len, struct pool_error *error);

/*
 * Whether Traefik closes idle connections to the service's servers soon, as far as this text tells: by the idleConnTimeout
 * of the servers transport that the service names, 90 seconds without one. A connection that is kept open looks like a
 * request, and one that outlasts the health check's interval is never closed, so that "soon" is at most POOL_IDLE_MAX_MS.
 * https://doc.traefik.io/traefik/reference/routing-configuration/http/load-balancing/serverstransport/
 */
#define POOL_IDLE_TIMEOUT "1s" /* what is proposed */
#define POOL_IDLE_MAX_MS  5000
enum pool_idle {
	POOL_IDLE_UNKNOWN, /* not a text that can be read, no such service, or its transport is in another file */
	POOL_IDLE_SHORT,
	POOL_IDLE_LONG,
};
enum pool_idle pool_text_idle(const char *text, size_t len, const char *service);

/* The file to write by hand for a pool of these urls; NULL when out of memory. The caller frees. */
char *pool_text_advice(const char *service, const char *const *urls, size_t count);

#endif
