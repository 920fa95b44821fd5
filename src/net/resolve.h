/*
 * resolve.h - names to addresses on libuv's thread pool, so that the loop never waits.
 *
 * One lookup per name is in flight at a time. An answer is good for NAME_TTL_MS; after that
 * it goes on being used while a new lookup runs, so that a resolver that has died does not
 * take servers down that are well. A failure is remembered for NAME_FAILURE_MS.
 */
#ifndef OLLAMA_TOP_NET_RESOLVE_H
#define OLLAMA_TOP_NET_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define NAME_TTL_MS     30000
#define NAME_FAILURE_MS 2000

struct lookup; /* one uv_getaddrinfo under way; outlives its name when it cannot be cancelled */

/* Lookups of one loop; `running` counts those that have not come back. */
struct resolver {
	uv_loop_t *loop;
	size_t running;
	void (*on_idle)(void *user); /* a lookup came back and none is left running */
	void *user;
};

enum name_status { NAME_READY, NAME_PENDING, NAME_FAILED };

struct name {
	struct resolver *resolver;
	char *host;      /* owned */
	bool literal;    /* an address, or localhost: nothing to look up */
	char *addresses; /* owned; "10.0.0.1,[fe00::1]" as CURLOPT_RESOLVE wants them, or NULL */
	char error[160]; /* why the last lookup failed; "" when it did not */
	int64_t answered_at, failed_at;
	struct lookup *lookup;         /* under way, or NULL */
	void (*on_change)(void *user); /* a lookup that was waited for has ended */
	void *user;
};

/* Copies `host`; false when out of memory. */
bool name_init(struct name *name, struct resolver *resolver, const char *host);

/* What is known now; starts a lookup when one is due. on_change follows NAME_PENDING. */
enum name_status name_want(struct name *name);

/* Forgets the name; a lookup under way is cancelled, or left to come back to nobody. */
void name_free(struct name *name);

#endif
