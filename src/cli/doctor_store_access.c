#include "doctor_store_access.h"

#include "doctor_places.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_TEXT 16
/* No model of use is smaller than what is left then. */
#define FULL_BYTES   ((int64_t)1 << 30)
#define SCARCE_SHARE 20

static bool runs(const struct subject *subject)
{
	return subject->server->docker.status == LINK_OK &&
	       subject->instance->container.status == CONTAINER_RUNNING;
}

static void advise_space(struct doctor *doctor, const struct instance *instance)
{
	const char *folder = place_host_folder(instance);
	if (folder) {
		doctor_advise(doctor, instance->server, "df -h {}", folder);
	}
	doctor_advise(doctor, instance->server, "docker exec {} ollama list", place_container(instance));
	doctor_advise(doctor, NULL, "ollama-top models");
	doctor_advise(doctor, NULL, "ollama-top delete MODEL");
}

void check_space(struct doctor *doctor, const struct subject *subject)
{
	char available[SIZE_TEXT];
	char total[SIZE_TEXT];
	const struct instance *instance = subject->instance;
	const struct store *store = &instance->store;
	if (!runs(subject) || subject->server->spec->role != ROLE_RW || store->fault || store->hung) {
		return;
	}
	if (store->available < 0 || store->total <= 0) {
		doctor_say(doctor, VERDICT_UNKNOWN, _("nobody knows how full the store is: %s"),
			store->error ? store->error : _("df has not answered"));
		return;
	}
	text_size(available, sizeof(available), store->available);
	text_size(total, sizeof(total), store->total);
	if (store->available < FULL_BYTES || store->inodes_free == 0) {
		doctor_say(doctor, VERDICT_FAILURE,
			store->inodes_free == 0
				? _("the store is full: no inodes are left, %s of %s are free")
				: _("the store is full: %s of %s are free"),
			available, total);
		advise_space(doctor, instance);
	} else if (store->available < store->total / SCARCE_SHARE) {
		doctor_say(doctor, VERDICT_WARNING, _("the store is nearly full: %s of %s are free"),
			available, total);
		advise_space(doctor, instance);
	} else {
		doctor_say(doctor, VERDICT_OK, _("%s of %s are free"), available, total);
	}
}

/* "1000:1000" or "1000" of the container's user, for chown; NULL for root and for names, which the host need not know. */
static const char *owner_of(const struct facts_instance *facts)
{
	const char *user = facts->user;
	if (!user || user[strspn(user, "0123456789:")] != '\0' || atoi(user) == 0) {
		return NULL;
	}
	return user;
}

/*
 * Root in a container is nobody on an export with root_squash; whoever else it is must own the folder, or
 * belong to those who do.
 */
static void advise_owner(
	struct doctor *doctor, const struct instance *instance, const struct facts_instance *facts)
{
	const struct server *writer = place_writer(doctor->fleet);
	const char *folder = writer ? place_server_folder(writer) : place_host_folder(instance);
	const struct server *where = writer ? writer : instance->server;
	const char *owner = owner_of(facts);
	const bool over_nfs = instance->store.fstype && strncmp(instance->store.fstype, "nfs", 3) == 0;
	if (!folder) {
		return;
	}
	doctor_advise(doctor, where, "sudo ls -ln {}", folder);
	if (owner) {
		doctor_advise(doctor, where, "sudo chown -R {} {}", owner, folder);
	} else if (over_nfs) {
		doctor_advise(doctor, where, "sudo exportfs -v");
		doctor_advise(doctor, where, "sudo sed -i s/,root_squash/,no_root_squash/ /etc/exports");
		doctor_advise(doctor, where, "sudo exportfs -ra");
	} else {
		doctor_advise(doctor, where, "sudo chown -R root:root {}", folder);
	}
	doctor_advise(doctor, where, "sudo chmod -R u+rwX,go+rX {}", folder);
}

static void say_denied(struct doctor *doctor, const struct instance *instance,
	const struct facts_instance *facts, const char *what)
{
	const char *user = facts->user ? facts->user : "root";
	const bool over_nfs = instance->store.fstype && strncmp(instance->store.fstype, "nfs", 3) == 0;
	doctor_say(doctor, VERDICT_FAILURE,
		over_nfs && !owner_of(facts)
			? _("the container's user %s %s: it is nobody there unless the export says "
			    "no_root_squash")
			: _("the container's user %s %s: the folder belongs to somebody else"),
		user, what);
	advise_owner(doctor, instance, facts);
}

/* Stale, or not there. */
static void say_no_folders(
	struct doctor *doctor, const struct instance *instance, const struct facts_instance *facts)
{
	if (strcasestr(facts->refusal, "stale")) {
		doctor_say(doctor, VERDICT_FAILURE,
			_("the mount is stale, its server no longer knows it: %s"), facts->refusal);
		advise_remount(doctor, instance);
		return;
	}
	const struct instance *writer = place_writer_instance(doctor->fleet);
	doctor_say(doctor, VERDICT_FAILURE,
		_("the store has no folders models/manifests and models/blobs: nobody has pulled to it yet, "
		  "or it is "
		  "another folder; Ollama makes them when the instance of the rw server starts"));
	if (writer) {
		doctor_advise(doctor, writer->server, "docker restart {}", place_container(writer));
	}
	if (writer != instance) {
		doctor_advise(doctor, instance->server, "docker restart {}", place_container(instance));
	}
}

/* To somebody who may not enter a folder, nothing in it is there. */
static bool is_denied(const struct facts_instance *facts)
{
	return strcasestr(facts->refusal, "permission denied") != NULL;
}

void check_access(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	const struct facts_instance *facts = facts_of(doctor->facts, instance);
	/* A store that answers with an error is the store's check. */
	if (!runs(subject) || !facts || (instance->store.fault && facts->folders == ANSWER_NO)) {
		return;
	}
	if (facts->why[0] != '\0' && (instance->store.hung || instance->store.probing_since != 0)) {
		/* A command would only hang as well. */
		doctor_say(doctor, VERDICT_UNKNOWN, _("what its user may do in the store is not known: %s"),
			facts->why);
	} else if (facts->why[0] != '\0') {
		doctor_say(doctor, VERDICT_UNKNOWN, _("what its user may do in the store is not known: %s"),
			facts->why);
		doctor_advise(doctor, instance->server, "docker exec {} ls -ln {}", place_container(instance),
			facts->models_path ? facts->models_path : "/root/.ollama/models");
	} else if (facts->folders == ANSWER_NO && !is_denied(facts)) {
		say_no_folders(doctor, instance, facts);
	} else if (facts->readable == ANSWER_NO) {
		say_denied(doctor, instance, facts, _("may not read the store"));
	} else if (facts->writable == ANSWER_NO && instance->store.read_only != 1) {
		say_denied(doctor, instance, facts,
			_("may not write to the store, so that nothing can be pulled"));
	} else if (facts->writable == ANSWER_NO) {
		doctor_say(
			doctor, VERDICT_FAILURE, _("the store is read-only, so that nothing can be pulled"));
		advise_compose_edit(doctor, instance);
		advise_compose_up(doctor, instance);
	} else {
		doctor_say(doctor, VERDICT_OK, _("the container's user %s may %s"),
			facts->user ? facts->user : "root",
			facts->writable == ANSWER_YES ? _("read and write the store") : _("read the store"));
	}
}

void check_key(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	const struct facts_instance *facts = facts_of(doctor->facts, instance);
	if (!runs(subject) || !facts || facts->why[0] != '\0' || facts->folders == ANSWER_NO) {
		return;
	}
	const char *path = facts->key_path ? facts->key_path : "id_ed25519";
	if (facts->key == ANSWER_NO) {
		doctor_say(doctor, VERDICT_FAILURE,
			_("%s is missing: Ollama makes it at its start, and on a read-only store it cannot "
			  "start without; "
			  "make it once on the rw server"),
			path);
		advise_create_key(doctor);
	} else if (facts->key_readable == ANSWER_NO) {
		say_denied(doctor, instance, facts,
			_("may not read id_ed25519, without which Ollama does not start"));
	} else {
		doctor_say(doctor, VERDICT_OK, _("%s is there"), path);
	}
}

void check_pull(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	const struct facts_instance *facts = facts_of(doctor->facts, instance);
	char completed[SIZE_TEXT];
	char total[SIZE_TEXT];
	if (!facts || !facts->partials_known) {
		return;
	}
	if (facts->partial_count == 0) {
		doctor_say(doctor, VERDICT_OK, _("no layer is incomplete"));
		return;
	}
	const struct probe_partial *first = &facts->partials[0];
	doctor_say(doctor, VERDICT_WARNING,
		P_("%zu layer is incomplete (%.19s, %s of %s): somebody pulls, or a pull broke. Do not "
		   "restart this "
		   "instance now, it would throw the layer away; the same pull goes on with it",
			"%zu layers are incomplete (%.19s, %s of %s): somebody pulls, or a pull broke. Do "
			"not restart "
			"this instance now, it would throw the layers away; the same pull goes on with them",
			facts->partial_count),
		facts->partial_count, first->digest,
		text_size(completed, sizeof(completed), first->completed),
		text_size(total, sizeof(total), first->total));
	doctor_advise(doctor, instance->server, "docker logs --tail 20 {}", place_container(instance));
}
