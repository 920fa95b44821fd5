/*
 * trouble.c - what can be wrong with a server apart from its instances.
 */
#include "core.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdlib.h>

struct trouble {
	enum condition condition;
	bool (*holds)(const struct server *s, struct words *why);
	const char *over;
};

static bool docker_fails(const struct server *s, struct words *why)
{
	if (s->docker.status != LINK_FAILED)
		return false;
	say(why, _("Docker does not answer: %s"), s->docker.error ? s->docker.error : "?");
	return true;
}

static bool docker_warns(const struct server *s, struct words *why)
{
	if (!s->docker_warning)
		return false;
	say(why, "%s", s->docker_warning);
	return true;
}

static bool clock_is_off(const struct server *s, struct words *why)
{
	char size[32];

	if (!s->clock_skew_known || llabs(s->clock_skew_ms) <= FLEET_SKEW_MS)
		return false;
	say(why, s->clock_skew_ms > 0 ? _("its clock is %s ahead of ours") : _("its clock is %s behind ours"),
		text_duration(size, sizeof(size), llabs(s->clock_skew_ms)));
	return true;
}

/* What is wrong with an NFS server of the fleet is said of that one, not of everybody who mounts from it. */
static bool is_said_elsewhere(const struct server *s)
{
	return s->nfs_server.owner && s->nfs_server.owner != s;
}

static bool nfs_fails(const struct server *s, struct words *why)
{
	if (s->nfs.status != LINK_FAILED || is_said_elsewhere(s))
		return false;
	say(why,
		s->nfs_server.owner == s ? _("its NFS service fails: %s")
					 : _("the NFS server that it mounts from fails: %s"),
		s->nfs.error ? s->nfs.error : "?");
	return true;
}

static bool export_warns(const struct server *s, struct words *why)
{
	const struct nfs_server *nfs = &s->nfs_server;

	if (!nfs->trouble || (is_said_elsewhere(s) && nfs->allowed != NFS_DENIED))
		return false;
	say(why, "%s", nfs->trouble);
	return true;
}

/* Of an engine that does not answer nothing more is to be said. */
static bool service_fails(const struct server *s, struct words *why)
{
	if (s->service.link.status != LINK_FAILED || s->docker.status == LINK_FAILED)
		return false;
	say(why, "%s", s->service.link.error ? s->service.link.error : "?");
	return true;
}

static bool policy_stopped(const struct server *s, struct words *why)
{
	if (!s->policy_warning)
		return false;
	say(why, "%s", s->policy_warning);
	return true;
}

static const struct trouble troubles[] = {
	{CONDITION_DOCKER, docker_fails, N_("Docker answers again")},
	{CONDITION_DOCKER_WARNING, docker_warns, NULL},
	{CONDITION_CLOCK, clock_is_off, N_("its clock agrees with ours again")},
	{CONDITION_NFS_SERVER, nfs_fails, N_("its NFS service answers again")},
	{CONDITION_NFS_EXPORT, export_warns, N_("its export is as it must be again")},
	{CONDITION_SERVICE, service_fails, N_("its Swarm service is there")},
	{CONDITION_POLICY, policy_stopped, N_("its scaling policy goes on")},
};

void server_judge(struct fleet *fleet, struct server *s)
{
	for (size_t k = 0; k < sizeof(troubles) / sizeof(troubles[0]); k++) {
		const struct trouble *t = &troubles[k];
		struct words why = {""};
		uint32_t *slot = &s->raised[t->condition];
		const bool stood = *slot != 0, holds = t->holds(s, &why);

		alert_set(fleet, slot, t->condition, s, NULL, holds ? why.text : NULL);
		if (holds == stood)
			continue;
		if (holds || t->over)
			event_add(fleet, fleet->wall, holds ? SEVERITY_WARNING : SEVERITY_NONE, s->spec->name,
				holds ? why.text : _(t->over));
		status_update(fleet, s);
	}
}
