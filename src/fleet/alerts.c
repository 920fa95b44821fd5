/*
 * alerts.c - what is wrong now: a sorted list that is changed, not rebuilt.
 *
 * Each subject remembers a hash of the text of every alert that stands against it, so the
 * usual observation, which changes nothing, never looks at the list.
 */
#include "core.h"

#include <stdlib.h>
#include <string.h>

/* No fleet needs more; a subject that finds the list full tries again at its next observation. */
#define ALERTS_MAX 8192

struct kind {
	enum severity severity;
	enum state state;
	const char *label; /* NULL: the state's name */
	bool oom;
};

static const struct kind kinds[CONDITION_COUNT] = {
	[CONDITION_OOM] = {SEVERITY_CRITICAL, STATE_OOM, NULL, true},
	[CONDITION_DOWN] = {SEVERITY_CRITICAL, STATE_DOWN, NULL, false},
	[CONDITION_NFS] = {SEVERITY_CRITICAL, STATE_NFS, NULL, false},
	[CONDITION_DRIFT] = {SEVERITY_WARNING, STATE_DRIFT, NULL, false},
	[CONDITION_LB] = {SEVERITY_WARNING, STATE_LB, NULL, false},
	[CONDITION_HOT] = {SEVERITY_WARNING, STATE_HOT, NULL, false},
	[CONDITION_SLOW] = {SEVERITY_WARNING, STATE_SLOW, NULL, false},
	[CONDITION_HEALTH] = {SEVERITY_WARNING, STATE_UNKNOWN, "health", false},
	[CONDITION_TOKEN] = {SEVERITY_WARNING, STATE_UNKNOWN, "token", false},
	[CONDITION_DOCKER] = {SEVERITY_WARNING, STATE_UNKNOWN, "docker", false},
	[CONDITION_DOCKER_WARNING] = {SEVERITY_WARNING, STATE_UNKNOWN, "docker", false},
	[CONDITION_CLOCK] = {SEVERITY_WARNING, STATE_UNKNOWN, "clock", false},
	[CONDITION_NFS_SERVER] = {SEVERITY_WARNING, STATE_UNKNOWN, "nfs", false},
	[CONDITION_NFS_EXPORT] = {SEVERITY_WARNING, STATE_UNKNOWN, "nfs", false},
	[CONDITION_SERVICE] = {SEVERITY_WARNING, STATE_UNKNOWN, "service", false},
	[CONDITION_POLICY] = {SEVERITY_WARNING, STATE_UNKNOWN, "autoscale", false},
	[CONDITION_POOL] = {SEVERITY_WARNING, STATE_LB, NULL, false},
};

static int order(const struct alert *a, const struct alert *b)
{
	if (a->severity != b->severity)
		return a->severity < b->severity ? -1 : 1;
	if (a->state != b->state)
		return a->state < b->state ? -1 : 1;
	if (a->since != b->since)
		return a->since < b->since ? -1 : 1;
	return 0;
}

static struct alert *find(struct fleet *fleet, enum condition condition, const struct server *server,
	const struct instance *instance)
{
	for (size_t i = 0; i < fleet->alert_count; i++) {
		struct alert *a = &fleet->alerts[i];

		if (a->condition == condition && a->server == server && a->instance == instance)
			return a;
	}
	return NULL;
}

static void count(struct fleet *fleet, const struct server *server, bool more)
{
	if (!server)
		return;
	if (more)
		fleet->servers[server->index].alert_count++;
	else
		fleet->servers[server->index].alert_count--;
}

static bool insert(struct fleet *fleet, const struct alert *alert)
{
	/* grown in powers of two; the count alone tells when */
	const size_t n = fleet->alert_count;
	size_t at = n;

	if (n >= ALERTS_MAX)
		return false;
	if ((n & (n - 1)) == 0) {
		struct alert *more = realloc(fleet->alerts, (n ? 2 * n : 1) * sizeof(*more));

		if (!more)
			return false;
		fleet->alerts = more;
	}
	while (at > 0 && order(alert, &fleet->alerts[at - 1]) < 0)
		at--;
	memmove(&fleet->alerts[at + 1], &fleet->alerts[at], (n - at) * sizeof(*alert));
	fleet->alerts[at] = *alert;
	fleet->alert_count++;
	count(fleet, alert->server, true);
	return true;
}

static void take_away(struct fleet *fleet, struct alert *a)
{
	const size_t at = (size_t)(a - fleet->alerts);

	count(fleet, a->server, false);
	free(a->target);
	free(a->text);
	fleet->alert_count--;
	memmove(a, a + 1, (fleet->alert_count - at) * sizeof(*a));
}

static bool raise_alert(struct fleet *fleet, enum condition condition, const struct server *server,
	const struct instance *instance, const char *text)
{
	const struct kind *kind = &kinds[condition];
	char target[TARGET_MAX];
	struct alert alert = {
		.severity = kind->severity,
		.condition = condition,
		.state = kind->state,
		.label = kind->label ? kind->label : state_name(kind->state),
		.server = server,
		.instance = instance,
		.since = kind->oom && instance ? instance->oom_at : fleet->now,
	};

	keep_text(&alert.target, target_of(target, server, instance), sizeof(target));
	keep_text(&alert.text, text, FLEET_TEXT_MAX);
	if (alert.target && alert.text && insert(fleet, &alert))
		return true;
	free(alert.target);
	free(alert.text);
	return false;
}

void alert_set(struct fleet *fleet, uint32_t *slot, enum condition condition, const struct server *server,
	const struct instance *instance, const char *text)
{
	const uint32_t hash = text ? (uint32_t)hash_text(text) | 1 : 0;

	if (hash == *slot)
		return;
	struct alert *standing = *slot ? find(fleet, condition, server, instance) : NULL;
	if (standing && text) {
		keep_text(&standing->text, text, FLEET_TEXT_MAX);
	} else if (standing) {
		take_away(fleet, standing);
	} else if (text && !raise_alert(fleet, condition, server, instance, text)) {
		return;
	}
	*slot = hash;
	touch(fleet, true);
}

void alerts_free(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->alert_count; i++) {
		free(fleet->alerts[i].target);
		free(fleet->alerts[i].text);
	}
	free(fleet->alerts);
}

size_t fleet_alerts(const struct fleet *fleet, enum severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < fleet->alert_count; i++)
		count += fleet->alerts[i].severity == severity;
	return count;
}

bool fleet_acknowledge(struct fleet *fleet, const char *target)
{
	struct instance *killed = NULL;
	bool found = false;

	fleet_tell(fleet,
		&(struct fleet_change){
			.kind = FLEET_ACKNOWLEDGED, .at = fleet->now, .wall = fleet->wall, .target = target});
	for (size_t i = 0; i < fleet->alert_count; i++) {
		struct alert *a = &fleet->alerts[i];

		if (strcmp(a->target, target) != 0 || a->acknowledged)
			continue;
		a->acknowledged = found = true;
		if (a->condition == CONDITION_OOM && a->server)
			killed = fleet_instance(a->server, a->instance->name);
	}
	if (killed) {
		/* what an inspect or a replayed event tells again of this kill is no news */
		const int64_t wall = engine_wall(fleet, killed->server);

		killed->oom_acked_wall = killed->oom_wall > wall ? killed->oom_wall : wall;
		killed->oom_at = 0;
		instance_judge(fleet, killed);
	}
	touch(fleet, found);
	return found;
}
