/*
 * doctor_clock.c - clocks and versions that differ within the fleet.
 */
#include "doctor.h"

#include "doctor_places.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdlib.h>
#include <string.h>

/* Clocks as near as this count as one. */
#define SAME_MS 2000
/* Different versions of Ollama that are told apart. */
#define VERSIONS_MAX 16

/* By the engine, else by the Date of an instance's API. */
static bool skew_of(const struct doctor *doctor, const struct server *server, int64_t *skew_ms)
{
	if (server->clock_skew_known) {
		*skew_ms = server->clock_skew_ms;
		return true;
	}
	for (size_t k = 0; k < server->instance_count; k++) {
		const struct facts_instance *facts = facts_of(doctor->facts, server->instances[k]);
		if (facts && facts->skew_known) {
			*skew_ms = facts->skew_ms;
			return true;
		}
	}
	return false;
}

/* More than one server, and all of them as far from us: then it is our clock. */
static bool is_ours(const struct doctor *doctor)
{
	int64_t first = 0;
	size_t known = 0;
	for (size_t s = 0; s < doctor->fleet->server_count; s++) {
		int64_t skew;
		if (!skew_of(doctor, &doctor->fleet->servers[s], &skew)) {
			continue;
		}
		first = known++ == 0 ? skew : first;
		if (llabs(skew) <= FLEET_SKEW_MS || llabs(skew - first) > SAME_MS) {
			return false;
		}
	}
	return known > 1;
}

static void advise_clock(struct doctor *doctor, const struct server *where)
{
	doctor_advise(doctor, where, "timedatectl");
	doctor_advise(doctor, where, "sudo timedatectl set-ntp true");
	doctor_advise(doctor, where, "sudo systemctl restart systemd-timesyncd || sudo chronyc makestep");
}

static void check_clock(struct doctor *doctor, const struct subject *subject)
{
	char size[32];
	int64_t skew;
	if (!skew_of(doctor, subject->server, &skew)) {
		doctor_say(doctor, VERDICT_UNKNOWN, _("nobody tells what its clock says"));
		return;
	}
	text_duration(size, sizeof(size), llabs(skew));
	if (llabs(skew) <= FLEET_SKEW_MS) {
		doctor_say(doctor, VERDICT_OK, _("its clock agrees with ours"));
		return;
	}
	const bool ours = is_ours(doctor);
	doctor_say(doctor, VERDICT_WARNING,
		skew > 0 ? _("its clock is %s ahead of ours%s") : _("its clock is %s behind ours%s"), size,
		ours ? _("; all servers agree, so that the clock of this machine is wrong")
		     : _(": expiry times and events are hard to compare"));
	advise_clock(doctor, ours ? NULL : subject->server);
}

struct tally {
	const char *version;
	size_t count;
};

static void count_version(struct tally tallies[VERSIONS_MAX], const char *version)
{
	for (size_t k = 0; version && k < VERSIONS_MAX; k++) {
		if (!tallies[k].version || strcmp(tallies[k].version, version) == 0) {
			tallies[k].version = version;
			tallies[k].count++;
			return;
		}
	}
}

/* The version that most instances have; of as many, the rw server's. NULL: none is known. */
static const char *usual_version(const struct doctor *doctor)
{
	struct tally tallies[VERSIONS_MAX] = {{NULL, 0}};
	const struct tally *usual = &tallies[0];
	const struct instance *writer = place_writer_instance(doctor->fleet);
	/* Of as many, the first is taken. */
	if (writer) {
		count_version(tallies, writer->version);
	}
	for (size_t s = 0; s < doctor->fleet->server_count; s++) {
		for (size_t k = 0; k < doctor->fleet->servers[s].instance_count; k++) {
			const struct instance *instance = doctor->fleet->servers[s].instances[k];
			if (instance != writer) {
				count_version(tallies, instance->version);
			}
		}
	}
	for (size_t k = 1; k < VERSIONS_MAX; k++) {
		if (tallies[k].count > usual->count) {
			usual = &tallies[k];
		}
	}
	return usual->version;
}

static void check_version(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	const char *usual = instance->version ? usual_version(doctor) : NULL;
	if (!usual || instance->api.status != LINK_OK) {
		return;
	}
	if (strcmp(usual, instance->version) == 0) {
		doctor_say(doctor, VERDICT_OK, _("Ollama %s"), instance->version);
		return;
	}
	doctor_say(doctor, VERDICT_WARNING,
		_("it runs Ollama %s, most others %s: a model that needs the newer one fails on the older"),
		instance->version, usual);
	doctor_advise(doctor, NULL, "ollama-top upgrade {}", subject->server->spec->name);
}

static const struct check checks[] = {
	{"clock", SCOPE_SERVER, check_clock, NULL},
	{"version", SCOPE_INSTANCE, check_version, NULL},
};

const struct check_table doctor_clock = CHECK_TABLE(checks);
