/*
 * pool.c - the balancer's pool against the instances that exist.
 *
 * Servers of the pool are looked up by "host:port", so that 1,000 instances against a pool of
 * 1,000 costs 1,000 searches and not a million comparisons.
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEY_MAX 320

/* "HTTP://Host:80/x" to "host:80": what a connection goes to. */
static void key_of(const char *url, char key[KEY_MAX])
{
	const bool tls = strncasecmp(url, "https://", 8) == 0;
	const char *host = strstr(url, "://");
	size_t len;

	host = host ? host + 3 : url;
	len = strcspn(host, "/?#");
	snprintf(key, KEY_MAX - 8, "%.*s", (int)(len < TEXT_NAME_MAX ? len : TEXT_NAME_MAX), host);
	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	const char *colon = strrchr(key, ':');
	if (!colon || strchr(colon, ']'))
		snprintf(key + strlen(key), 8, "%s", tls ? ":443" : ":80");
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct pool_key *)a)->key, ((const struct pool_key *)b)->key);
}

static struct pool_key *find(const struct balancer *balancer, const char *key)
{
	const struct pool_key wanted = {.key = (char *)key};

	if (!balancer->keys || balancer->server_count == 0)
		return NULL;
	return bsearch(&wanted, balancer->keys, balancer->server_count, sizeof(wanted), by_key);
}

static struct pool_key *find_host(const struct balancer *balancer, const char *host, int port)
{
	char key[KEY_MAX];

	if (!host || port <= 0)
		return NULL;
	snprintf(key, sizeof(key), "%.255s:%d", host, port);
	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return find(balancer, key);
}

/* By the address that we ask, the server's own address, or the container's name on its network. */
static struct pool_key *entry_of(const struct balancer *balancer, const struct instance *i)
{
	struct pool_key *entry = NULL;
	char key[KEY_MAX];

	if (i->url) {
		key_of(i->url, key);
		entry = find(balancer, key);
	}
	if (!entry)
		entry = find_host(balancer, i->server->spec->host, i->port);
	if (!entry)
		entry = find_host(balancer, i->container.name ? i->container.name : i->name, 11434);
	return entry;
}

void pool_clear(struct balancer *balancer)
{
	for (size_t k = 0; k < balancer->server_count; k++) {
		free(balancer->servers[k].url);
		if (balancer->keys)
			free(balancer->keys[k].key);
	}
	free(balancer->servers);
	free(balancer->keys);
	balancer->servers = NULL;
	balancer->keys = NULL;
	balancer->server_count = 0;
}

const char *fleet_pool_url(const struct fleet *fleet, const struct instance *i)
{
	const struct pool_key *entry = entry_of(&fleet->balancer, i);
	return entry && fleet->balancer.servers ? fleet->balancer.servers[entry->index].url : NULL;
}

void pool_find(struct fleet *fleet, struct instance *i)
{
	struct balancer *b = &fleet->balancer;
	struct pool_key *entry = entry_of(b, i);
	const char *status = "";
	const int in_pool = b->link.answered_at == 0 ? -1 : entry != NULL;

	if (entry && b->servers) {
		status = b->servers[entry->index].status;
		entry->matched = true;
	}
	touch(fleet, keep_int(&i->in_pool, in_pool));
	touch(fleet, strcmp(i->balancer_status, status) != 0);
	snprintf(i->balancer_status, sizeof(i->balancer_status), "%s", status);
}

/* Whether every instance that could be in the pool is known. */
static bool all_known(const struct fleet *fleet)
{
	for (size_t s = 0; s < fleet->server_count; s++) {
		const struct server *server = &fleet->servers[s];
		const struct discover_spec *d = &server->spec->discover;

		if ((d->name || d->label || d->image) &&
			(!server->listed || server->docker.status != LINK_OK))
			return false;
	}
	return true;
}

void pool_judge(struct fleet *fleet)
{
	struct balancer *b = &fleet->balancer;
	struct words why = {""};
	size_t strangers = 0;

	if (b->link.status == LINK_FAILED) {
		say(&why, _("the balancer does not answer: %s"), b->link.error ? b->link.error : "?");
	} else if (b->link.status == LINK_OK && b->keys && all_known(fleet)) {
		for (size_t k = 0; k < b->server_count; k++)
			if (!b->keys[k].matched && strangers++ == 0)
				say(&why, _("its pool has %s, which is no instance"),
					b->servers[b->keys[k].index].url);
		if (strangers > 1)
			say(&why, P_(" (and %zu more)", " (and %zu more)", strangers - 1), strangers - 1);
	}
	alert_set(fleet, &b->raised, CONDITION_POOL, NULL, NULL, why.text[0] != '\0' ? why.text : NULL);
	status_update(fleet, NULL);
}

static bool same_server(const struct balancer *b, size_t index, const struct balancer_server *other)
{
	return b->servers && index < b->server_count && strcmp(b->servers[index].url, other->url) == 0 &&
	       strcmp(b->servers[index].status, other->status) == 0;
}

/* Takes over a pool; whether it differs from the one before. */
static bool pool_copy(struct balancer *b, const struct balancer_server *from, size_t count)
{
	const size_t most = count < FLEET_POOL_MAX ? count : FLEET_POOL_MAX;
	struct balancer fresh = {0};
	bool changed = most != b->server_count;
	char key[KEY_MAX];

	fresh.servers = most ? calloc(most, sizeof(*fresh.servers)) : NULL;
	fresh.keys = most ? calloc(most, sizeof(*fresh.keys)) : NULL;
	for (size_t k = 0; fresh.servers && fresh.keys && k < most; k++) {
		struct balancer_server *to = &fresh.servers[fresh.server_count];
		struct pool_key *entry = &fresh.keys[fresh.server_count];

		if (!keep_text(&to->url, from[k].url, FLEET_TEXT_MAX) || !to->url)
			continue;
		snprintf(to->status, sizeof(to->status), "%.15s", from[k].status);
		key_of(to->url, key);
		entry->key = strdup(key);
		entry->index = fresh.server_count;
		if (!entry->key) {
			free(to->url);
			to->url = NULL;
			continue;
		}
		changed = changed || !same_server(b, fresh.server_count, to);
		fresh.server_count++;
	}
	if (fresh.server_count > 1)
		qsort(fresh.keys, fresh.server_count, sizeof(*fresh.keys), by_key);
	pool_clear(b);
	b->servers = fresh.servers;
	b->keys = fresh.keys;
	b->server_count = fresh.server_count;
	return changed;
}

void fold_balancer(const struct place *p, const struct observation *o)
{
	struct fleet *fleet = p->fleet;
	struct balancer *b = &fleet->balancer;
	bool changed;

	if (o->error) {
		changed = link_failed(&b->link, o->at, o->error);
	} else {
		changed = link_answered(&b->link, o->at, o->u.balancer.latency_ms);
		changed |= pool_copy(b, o->u.balancer.servers, o->u.balancer.count);
	}
	touch(fleet, changed);
	for (size_t s = 0; s < fleet->server_count; s++)
		for (size_t k = 0; k < fleet->servers[s].instance_count; k++) {
			struct instance *i = fleet->servers[s].instances[k];

			if (!o->error)
				pool_find(fleet, i);
			instance_judge(fleet, i);
		}
	pool_judge(fleet);
}
