/*
 * control_faults.c - verbs that make trouble, for a server or the whole world; and the world's clock.
 */
#include "control_private.h"

#include <string.h>

#define ADVANCE_STEP_MS 100
#define ADVANCE_MAX_MS  ((int64_t)24 * 3600 * 1000)

bool control_hang(const struct command *c)
{
	const char *what = control_text(c, "what", "api");
	bool on = control_flag(c, "on", true);

	if (strcmp(what, "docker") == 0)
		c->server->hang_docker = on;
	else if (strcmp(what, "api") == 0 && c->container)
		c->container->hang_api = on;
	else if (strcmp(what, "store") == 0 && c->container)
		c->container->hang_store = on;
	else if (strcmp(what, "store") == 0 && control_store(c))
		control_store(c)->hung = on;
	else
		return control_fail(c, "what must be api (of an instance), store or docker");
	return true;
}

bool control_slow(const struct command *c)
{
	if (c->container)
		c->container->slow_ms = (int)control_number(c, "ms", 0);
	else
		c->server->slow_docker_ms = (int)control_number(c, "ms", 0);
	return true;
}

bool control_refuse(const struct command *c)
{
	if (c->container)
		c->container->refuse = control_flag(c, "on", true);
	else
		c->server->refuse_docker = control_flag(c, "on", true);
	return true;
}

/* Each call on its store fails with ESTALE, as after a change on the server that its mount does not survive. */
bool control_stale(const struct command *c)
{
	c->container->stale_store = control_flag(c, "on", true);
	return true;
}

static void nfs_mend(struct world_server *server)
{
	server->nfs_down = server->nfs_hung = server->nfs_unlisted = server->nfs_denied = false;
	server->mountd_blocked = server->nfs_v4_only = false;
}

bool control_nfs(const struct command *c)
{
	struct world_server *server = c->server;
	const struct {
		const char *name;
		bool *flag;
	} faults[] = {
		{"down", &server->nfs_down},
		{"hung", &server->nfs_hung},
		{"removed", &server->nfs_unlisted},
		{"denied", &server->nfs_denied},
		{"mountd-blocked", &server->mountd_blocked},
		{"v4-only", &server->nfs_v4_only},
	};
	const char *fault = control_text(c, "fault", "");
	bool found = strcmp(fault, "none") == 0;

	if (!server->nfs_export)
		return control_fail(c, "the server exports nothing");
	if (found)
		nfs_mend(server);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		if (strcmp(faults[i].name, fault) != 0)
			continue;
		*faults[i].flag = control_flag(c, "on", true);
		found = true;
	}
	return found ||
	       control_fail(c, "fault must be none, down, hung, removed, denied, mountd-blocked or v4-only");
}

bool control_reset(const struct command *c)
{
	struct world_container *container = c->container;

	if (!container) {
		c->server->hang_docker = c->server->refuse_docker = false;
		c->server->exec_forbidden = c->server->no_cat = false;
		c->server->slow_docker_ms = 0;
		c->server->skew_ms = 0;
		nfs_mend(c->server);
		if (control_store(c))
			control_store(c)->hung = false;
		return world_set_string(&c->server->hostile, NULL);
	}
	container->hang_api = container->hang_store = container->stale_store = container->refuse = false;
	container->slow_ms = 0;
	return world_set_string(&container->hostile, NULL);
}

bool control_hostile(const struct command *c)
{
	static const char *const kinds[] = {"truncated", "oversize", "wrong-types", "deep", "escape-names",
		"long-names", "nul", "one-byte-per-second", "reset"};
	const char *kind = control_text(c, "kind", "");
	char **field = c->container ? &c->container->hostile : &c->server->hostile;

	if (strcmp(kind, "none") == 0)
		return world_set_string(field, NULL);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i], kind) == 0)
			return world_set_string(field, kind) || control_fail(c, "out of memory");
	return control_fail(c,
		"kind must be none, truncated, oversize, wrong-types, deep, escape-names, long-names, nul, "
		"one-byte-per-second or reset");
}

bool control_pool(const struct command *c)
{
	const char *url = control_text(c, "url", "");
	const char *status = control_text(c, "status", NULL);

	if (status && strcmp(status, "absent") == 0)
		return world_pool_remove(c->world, url) || control_fail(c, "the pool has no such URL");
	if (!world_pool_add(c->world, url))
		return control_fail(c, "out of memory");
	for (size_t i = 0; i < c->world->pool_count; i++)
		if (strcmp(c->world->pool[i].url, url) == 0)
			return world_set_string(&c->world->pool[i].forced, status) ||
			       control_fail(c, "out of memory");
	return true;
}

bool control_clock(const struct command *c)
{
	int64_t left = control_number(c, "advance_ms", 0);

	if (left < 0 || left > ADVANCE_MAX_MS)
		return control_fail(c, "advance_ms must be from 0 to a day");
	for (; left > 0; left -= ADVANCE_STEP_MS)
		world_tick(c->world, left < ADVANCE_STEP_MS ? left : ADVANCE_STEP_MS);
	return true;
}

bool control_skew(const struct command *c)
{
	c->server->skew_ms = control_number(c, "ms", 0);
	return true;
}

bool control_exec_forbidden(const struct command *c)
{
	c->server->exec_forbidden = control_flag(c, "on", true);
	return true;
}

bool control_no_cat(const struct command *c)
{
	c->server->no_cat = control_flag(c, "on", true);
	return true;
}

bool control_docker_api(const struct command *c)
{
	const char *engine = control_text(c, "engine", NULL);

	c->server->cgroup = (int)control_number(c, "cgroup", c->server->cgroup);
	if (engine && !world_set_string(&c->server->engine_version, engine))
		return control_fail(c, "out of memory");
	return world_set_string(
		       &c->server->api_version, control_text(c, "version", c->server->api_version)) ||
	       control_fail(c, "out of memory");
}

/* The Swarm service: somebody else changes it, or its new tasks fail. */
bool control_service(const struct command *c)
{
	struct world_service *s = c->server->service;

	if (!s)
		return control_fail(c, "this server manages no Swarm");
	if (cJSON_HasObjectItem(c->json, "fails") &&
		!world_set_string(&s->fails, control_text(c, "fails", NULL)))
		return control_fail(c, "out of memory");
	if (cJSON_HasObjectItem(c->json, "fails"))
		s->fail_count = (int)control_number(c, "times", 0);
	s->conflicts = (int)control_number(c, "conflicts", s->conflicts);
	if (control_flag(c, "touch", false))
		s->version = ++s->index;
	return true;
}
