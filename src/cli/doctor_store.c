/*
 * doctor_store.c - what each instance's store is: the mount that it must be, as its own container sees it.
 */
#include "doctor.h"

#include "doctor_places.h"
#include "doctor_store_access.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdlib.h>
#include <string.h>

/* Attributes may be as old as this before anybody wonders: the default of acdirmax and acregmax. */
#define ATTRIBUTES_S 60

static bool is_nfs(const struct instance *instance)
{
	return instance->store.fstype && strncmp(instance->store.fstype, "nfs", 3) == 0;
}

static void advise_edit(struct doctor *doctor, const struct instance *instance)
{
	advise_compose_edit(doctor, instance);
	advise_compose_up(doctor, instance);
}

/* The host's mount may look right: the container keeps what it found at its start (DESIGN.md 10.4). */
static void advise_mount(struct doctor *doctor, const struct instance *instance)
{
	char buf[PLACE_MAX];
	const struct server *server = instance->server;
	const char *mount = place_host_mount(instance);
	const char *source = place_source(doctor, instance, buf);
	if (mount) {
		doctor_advise(doctor, server, "findmnt -T {}", mount);
		doctor_advise(doctor, server, "grep {} /etc/fstab", mount);
	}
	if (mount && source) {
		doctor_advise(doctor, server, "findmnt -t nfs,nfs4 {} || sudo mount -t nfs {} {}", mount,
			source, mount);
	}
	doctor_advise(doctor, instance->server, "docker restart {}", place_container(instance));
}

static void advise_hung(struct doctor *doctor, const struct instance *instance)
{
	const struct server *writer = place_writer(doctor->fleet);
	if (writer && writer != instance->server) {
		doctor_advise(doctor, writer, "sudo systemctl status nfs-server");
		doctor_advise(doctor, writer, "sudo systemctl restart nfs-server");
		if (writer->spec->host) {
			doctor_advise(doctor, instance->server, "rpcinfo -t {} nfs 4", writer->spec->host);
		}
	}
	advise_remount(doctor, instance);
}

static void advise_writable(struct doctor *doctor, const struct instance *instance)
{
	const char *folder = place_host_folder(instance);
	if (folder) {
		doctor_advise(doctor, instance->server, "findmnt -T {}", folder);
	}
	advise_edit(doctor, instance);
}

static void advise_source(struct doctor *doctor, const struct instance *instance)
{
	const char *mount = place_host_mount(instance);
	if (mount) {
		doctor_advise(doctor, instance->server, "sudo ${EDITOR:-vi} /etc/fstab");
	}
	advise_remount(doctor, instance);
}

static void advise_logs(struct doctor *doctor, const struct instance *instance)
{
	const char *path = instance->store.path ? instance->store.path : "/root/.ollama";
	doctor_advise(doctor, instance->server, "docker exec {} df -h {}", place_container(instance), path);
	doctor_advise(doctor, instance->server, "sudo dmesg | tail -n 30");
}

static bool is_hung(const struct instance *i)
{
	return i->store.status == STORE_HUNG;
}

static bool is_stale(const struct instance *i)
{
	return i->store.fault && strcasestr(i->store.fault, "stale");
}

static bool is_faulty(const struct instance *i)
{
	return i->store.fault != NULL;
}

static bool fell_back(const struct instance *i)
{
	const struct nfs_spec *nfs = &i->server->spec->nfs;
	for (size_t k = 0; k < nfs->type_count && i->store.fstype; k++) {
		if (strcmp(nfs->types[k], i->store.fstype) == 0) {
			return false;
		}
	}
	return i->server->spec->role == ROLE_RO && !is_nfs(i);
}

static bool is_writable(const struct instance *i)
{
	return i->server->spec->role == ROLE_RO && i->store.read_only == 0 && i->store.error &&
	       error_is(i->store.error, "writable, must be read-only");
}

static bool is_read_only(const struct instance *i)
{
	return i->server->spec->role == ROLE_RW && i->store.read_only == 1;
}

static bool is_elsewhere(const struct instance *i)
{
	return i->server->spec->role == ROLE_RW;
}

static bool is_any(const struct instance *i)
{
	return i != NULL;
}

/* What is wrong with a store, the first that holds. */
static const struct {
	bool (*holds)(const struct instance *instance);
	const char *cause;
	void (*advise)(struct doctor *doctor, const struct instance *instance);
} causes[] = {
	{is_hung, N_("the NFS server is down or cannot be reached"), advise_hung},
	{is_stale,
		N_("the export was made anew, or files that are in use were replaced by a pull or a delete, "
		   "which "
		   "lists who has them loaded: mount it again"),
		advise_remount},
	{is_faulty, N_("look at the kernel's messages"), advise_logs},
	{fell_back,
		N_("the host's NFS mount was not there when the container started, and it keeps the local "
		   "folder "
		   "that it found then, whatever the host mounts now"),
		advise_mount},
	{is_writable, N_("in its Compose file the volume must end in :ro"), advise_edit},
	{is_read_only, N_("its volume must not end in :ro, nor its file system be mounted so"),
		advise_writable},
	{is_elsewhere, N_("its volume must be the folder that the others mount"), advise_edit},
	{is_any, N_("another export is mounted"), advise_source},
};

static void say_wrong(struct doctor *doctor, const struct instance *instance)
{
	const char *error = instance->store.error ? instance->store.error : "?";
	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++) {
		if (causes[i].holds(instance)) {
			doctor_say(doctor, VERDICT_FAILURE, _("the store is wrong: %s: %s"), error,
				_(causes[i].cause));
			causes[i].advise(doctor, instance);
			return;
		}
	}
}

static void say_unknown(struct doctor *doctor, const struct instance *instance)
{
	doctor_say(doctor, VERDICT_UNKNOWN, _("nobody knows what its store is: %s"),
		instance->store.error ? instance->store.error : "?");
	doctor_advise(doctor, instance->server, "docker exec {} cat /proc/self/mountinfo",
		place_container(instance));
	doctor_advise(doctor, instance->server, "docker inspect --format {} {}", "{{json .Mounts}}",
		place_container(instance));
}

static bool runs(const struct subject *subject)
{
	return subject->server->docker.status == LINK_OK &&
	       subject->instance->container.status == CONTAINER_RUNNING;
}

static void check_store(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	const struct store *store = &instance->store;
	if (!runs(subject)) {
		return;
	}
	if (store->status == STORE_UNKNOWN) {
		say_unknown(doctor, instance);
	} else if (store->status != STORE_OK) {
		say_wrong(doctor, instance);
	} else if (store->probing_since != 0 && store->space_seen_at == 0) {
		doctor_say(doctor, VERDICT_UNKNOWN, _("its store has not answered yet"));
		advise_logs(doctor, instance);
	} else {
		doctor_say(doctor, VERDICT_OK, "%s %s %s %s", store->read_only == 1 ? "ro" : "rw",
			store->fstype ? store->fstype : "?", store->source ? store->source : "?",
			store->path ? store->path : "?");
	}
}

static void advise_fstab(struct doctor *doctor, const struct instance *instance)
{
	doctor_advise(doctor, instance->server, "sudo ${EDITOR:-vi} /etc/fstab");
	advise_remount(doctor, instance);
}

static void check_options(struct doctor *doctor, const struct subject *subject)
{
	static const char *const ages[] = {"actimeo", "acregmax", "acdirmax"};
	const struct instance *instance = subject->instance;
	const char *options = instance->store.options;
	char value[32];
	if (!runs(subject) || !is_nfs(instance) || !options) {
		return;
	}
	if (mount_option(options, "soft", value, sizeof(value))) {
		doctor_say(doctor, VERDICT_WARNING,
			_("it is mounted \"soft\": an NFS server that is slow for a moment becomes an error "
			  "in a model "
			  "that is being read; use hard"));
		advise_fstab(doctor, instance);
		return;
	}
	for (size_t k = 0; k < sizeof(ages) / sizeof(*ages); k++) {
		if (mount_option(options, ages[k], value, sizeof(value)) && atoi(value) > ATTRIBUTES_S) {
			doctor_say(doctor, VERDICT_WARNING,
				_("%s=%s: a new model may take so many seconds to be seen"), ages[k], value);
			advise_fstab(doctor, instance);
			return;
		}
	}
	doctor_say(doctor, VERDICT_OK, _("mounted with %s"), options);
}

static const struct check checks[] = {
	{"store", SCOPE_INSTANCE, check_store, NULL},
	{"mount", SCOPE_INSTANCE, check_options, NULL},
	{"space", SCOPE_INSTANCE, check_space, NULL},
	{"access", SCOPE_INSTANCE, check_access, NULL},
	{"key", SCOPE_INSTANCE, check_key, NULL},
	{"pull", SCOPE_INSTANCE, check_pull, NULL},
};

const struct check_table doctor_store = CHECK_TABLE(checks);
