/*
 * watch_nfs.c - the NFS servers that the fleet's stores come from: each is asked once for all servers that
 * export from it or mount from it, and backs off alone.
 */
#include "nfs_check.h"
#include "resolve.h"
#include "watch_private.h"

#include "ollama-top/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct nfs_watch {
	struct watch *watch;
	struct nfs_target target;
	struct name name;
	bool named;   /* the name was made */
	bool waiting; /* for its address */
	struct nfs_check *check;
	struct poll poll;
	int failures;
};

/* Hands an observation to every server that this NFS server is for. */
static void observe(const struct nfs_watch *n, struct observation *o)
{
	struct nfs_target target;

	for (size_t k = 0; k < n->watch->spec->server_count; k++) {
		if (!nfs_target_of(n->watch->spec, k, &target) || target.port != n->target.port ||
			target.portmapper != n->target.portmapper ||
			strcasecmp(target.address, n->target.address) != 0)
			continue;
		o->server = k;
		watch_observe(n->watch, o);
	}
}

static void failed(struct nfs_watch *n)
{
	struct observation retry = {.kind = OBS_RETRY};

	n->failures++;
	poll_retry(&n->poll, backoff_ms(n->watch->spec->refresh_ms, n->failures));
	if (n->poll.due == POLL_NEVER)
		return;
	retry.u.retry.of = RETRY_NFS;
	retry.u.retry.retry_at = n->poll.due;
	observe(n, &retry);
}

static void cannot_ask(struct nfs_watch *n, const char *why)
{
	struct observation o = {.kind = OBS_NFS, .error = why};

	observe(n, &o);
	failed(n);
}

static void on_done(void *user, const struct nfs_findings *findings)
{
	struct nfs_watch *n = user;
	struct observation o = {.kind = OBS_NFS};

	n->check = NULL;
	o.u.nfs.services = findings->services;
	o.u.nfs.exports = findings->exports;
	o.u.nfs.export_count = findings->export_count;
	observe(n, &o);
	if (findings->services[NFS_SERVICE_V4].answer == NFS_ANSWERS ||
		findings->services[NFS_SERVICE_V3].answer == NFS_ANSWERS)
		n->failures = 0;
	else
		failed(n);
	watch_answered(n->watch);
}

/* The first address, as a number without brackets. */
static void first_address(const struct nfs_watch *n, char *to, size_t size)
{
	const char *from = n->name.addresses ? n->name.addresses : n->name.host;

	if (strcasecmp(from, "localhost") == 0)
		from = "127.0.0.1";
	if (*from == '[')
		from++;
	snprintf(to, size, "%.*s", (int)strcspn(from, ",]"), from);
}

static void start(struct nfs_watch *n)
{
	char address[64];

	first_address(n, address, sizeof(address));
	n->check = nfs_check_start(&(struct nfs_check_options){.loop = n->watch->options.loop,
		.clock = n->watch->options.clock,
		.shown = n->target.address,
		.address = address,
		.port = n->target.port,
		.portmapper = n->target.portmapper,
		.deadline_ms = n->watch->spec->timeout_ms,
		.on_done = on_done,
		.user = n});
	if (n->check)
		watch_asked(n->watch);
	else
		cannot_ask(n, _("out of memory"));
}

static void ask_nfs(struct poll *p)
{
	struct nfs_watch *n = p->owner;

	if (n->check || n->waiting)
		return;
	switch (name_want(&n->name)) {
	case NAME_READY:
		start(n);
		break;
	case NAME_PENDING:
		n->waiting = true;
		watch_asked(p->watch);
		break;
	default:
		cannot_ask(n, n->name.error);
	}
}

static void on_name(void *user)
{
	struct nfs_watch *n = user;

	if (!n->waiting)
		return;
	n->waiting = false;
	if (n->name.addresses)
		start(n);
	else
		cannot_ask(n, n->name.error);
	watch_answered(n->watch);
}

static const struct poll_kind nfs_poll = {"nfs", EACH_5TH, ask_nfs, NULL};

static bool known(const struct watch *w, const struct nfs_target *target)
{
	for (size_t k = 0; k < w->nfs_count; k++)
		if (w->nfs[k].target.port == target->port &&
			w->nfs[k].target.portmapper == target->portmapper &&
			strcasecmp(w->nfs[k].target.address, target->address) == 0)
			return true;
	return false;
}

void nfs_start(struct watch *w)
{
	struct nfs_target target;

	w->resolver.loop = w->options.loop;
	w->nfs = calloc(w->spec->server_count + 1, sizeof(*w->nfs));
	for (size_t k = 0; w->nfs && k < w->spec->server_count; k++) {
		if (!nfs_target_of(w->spec, k, &target) || known(w, &target))
			continue;
		struct nfs_watch *n = &w->nfs[w->nfs_count];

		n->watch = w;
		n->target = target;
		poll_init(&n->poll, &nfs_poll, w, n, k);
		n->named = name_init(&n->name, &w->resolver, target.address);
		n->name.on_change = on_name;
		n->name.user = n;
		w->nfs_count++;
		if (n->named)
			poll_now(&n->poll);
		else
			cannot_ask(n, _("out of memory"));
	}
}

void nfs_refresh(struct watch *w)
{
	for (size_t k = 0; k < w->nfs_count; k++)
		poll_now(&w->nfs[k].poll);
}

void nfs_retry(struct watch *w, size_t server)
{
	struct nfs_target target;

	if (!nfs_target_of(w->spec, server, &target))
		return;
	for (size_t k = 0; k < w->nfs_count; k++) {
		if (strcasecmp(w->nfs[k].target.address, target.address) != 0)
			continue;
		w->nfs[k].failures = 0;
		poll_now(&w->nfs[k].poll);
	}
}

void nfs_stop(struct watch *w)
{
	for (size_t k = 0; k < w->nfs_count; k++) {
		struct nfs_watch *n = &w->nfs[k];

		poll_off(&n->poll);
		nfs_check_close(n->check);
		n->check = NULL;
		if (n->named)
			name_free(&n->name);
	}
	free(w->nfs);
	w->nfs = NULL;
	w->nfs_count = 0;
}
