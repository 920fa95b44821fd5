/*
 * doctor_nfs.c - the NFS servers behind the stores, as RPC tells: alive, the export there and for whom, and
 * the export list, which a firewall may hide while mounts of version 4 work (DESIGN.md 10.12).
 */
#include "doctor.h"

#include "doctor_places.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <math.h>
#include <string.h>

#define PORTMAPPER_PORT "111"
/* The usual one, to which mountd is tied so that a firewall can let it through. */
#define MOUNTD_PORT "20048"
/* Who mounts has no business to write; root in containers must not become nobody. */
#define EXPORT_OPTIONS "ro,sync,no_subtree_check,no_root_squash"

/* Where the NFS server runs, as advice names it: a server of the fleet, else the address stands in the commands. */
static const struct server *owner_of(const struct server *server)
{
	return server->nfs_server.owner;
}

static const char *address_of(const struct server *server)
{
	return server->nfs_server.address ? server->nfs_server.address : "?";
}

static void port_text(
	const struct server *server, enum nfs_service_kind kind, const char *otherwise, char port[16])
{
	const int known = server->nfs_server.services[kind].port;
	if (known > 0) {
		snprintf(port, 16, "%d", known);
	} else {
		snprintf(port, 16, "%s", otherwise);
	}
}

static void advise_firewall(
	struct doctor *doctor, const struct server *server, enum nfs_service_kind kind, const char *otherwise)
{
	char port[16];
	port_text(server, kind, otherwise, port);
	if (owner_of(server)) {
		advise_ufw(doctor, owner_of(server), port);
	}
}

static void advise_down(struct doctor *doctor, const struct server *server)
{
	const struct server *owner = owner_of(server);
	if (owner) {
		doctor_advise(doctor, owner, "sudo systemctl status nfs-server");
		doctor_advise(doctor, owner, "sudo systemctl enable --now nfs-server");
	}
	doctor_advise(doctor, NULL, "rpcinfo -t {} nfs 4", address_of(server));
}

static void advise_hung(struct doctor *doctor, const struct server *server)
{
	const struct server *owner = owner_of(server);
	if (owner) {
		doctor_advise(doctor, owner, "sudo systemctl restart nfs-server");
	}
	advise_firewall(doctor, server, NFS_SERVICE_V4, "2049");
	doctor_advise(doctor, NULL, "rpcinfo -t {} nfs 4", address_of(server));
}

static void advise_route(struct doctor *doctor, const struct server *server)
{
	doctor_advise(doctor, NULL, "ping -c 3 {}", address_of(server));
	doctor_advise(doctor, NULL, "rpcinfo -t {} nfs 4", address_of(server));
}

static void say_failed(struct doctor *doctor, const struct server *server)
{
	static const struct {
		const char *cause;
		void (*advise)(struct doctor *doctor, const struct server *server);
	} causes[] = {
		[NFS_UNHEARD] = {N_("it could not be asked"), advise_route},
		[NFS_ANSWERS] = {N_("it could not be asked"), advise_route},
		[NFS_REFUSED] = {N_("its NFS service does not run"), advise_down},
		[NFS_HUNG] = {N_("it hangs, or a firewall drops what is sent to it"), advise_hung},
		[NFS_ABSENT] = {N_("something else runs there"), advise_down},
		[NFS_BROKEN] = {N_("it could not be reached"), advise_route},
	};
	const enum nfs_answer answer = server->nfs_server.services[NFS_SERVICE_V4].answer;
	doctor_say(doctor, VERDICT_FAILURE, _("NFS of %s does not answer: %s: %s"), address_of(server),
		server->nfs.error ? server->nfs.error : "?", _(causes[answer].cause));
	causes[answer].advise(doctor, server);
}

/* One word for each NFS server: on who offers it, or where that is none of the fleet, on each that mounts it. */
static bool speaks_for(const struct server *server)
{
	return server->nfs.status != LINK_NONE && (!owner_of(server) || owner_of(server) == server);
}

static void check_nfs(struct doctor *doctor, const struct subject *subject)
{
	const struct server *server = subject->server;
	const struct nfs_service *services = server->nfs_server.services;
	if (!speaks_for(server)) {
		return;
	}
	if (server->nfs.status == LINK_FAILED) {
		say_failed(doctor, server);
	} else if (server->nfs.status != LINK_OK) {
		doctor_say(doctor, VERDICT_UNKNOWN, _("NFS of %s has not answered yet"), address_of(server));
	} else {
		const bool v4 = services[NFS_SERVICE_V4].answer == NFS_ANSWERS;
		const bool v3 = services[NFS_SERVICE_V3].answer == NFS_ANSWERS;
		doctor_say(doctor, VERDICT_OK, _("NFS of %s answers, %s, after %.1f ms"), address_of(server),
			v4 && v3 ? _("versions 4 and 3")
			: v4     ? _("version 4 alone")
				 : _("version 3 alone"),
			isnan(server->nfs.latency_ms) ? 0 : server->nfs.latency_ms);
	}
}

/* 111 is closed, or the port that mountd got by chance: the usual firewall opens 111 and 2049 only. */
static void say_blocked(struct doctor *doctor, const struct server *server)
{
	const struct server *owner = owner_of(server);
	const bool portmapper = server->nfs_server.services[NFS_SERVICE_PORTMAPPER].answer != NFS_ANSWERS;
	doctor_say(doctor, VERDICT_WARNING,
		portmapper
			? _("export list blocked: %s: the portmapper is down or behind a firewall; mounts of "
			    "version 4 do without")
			: _("export list blocked: %s: a firewall hides mountd, whose port is another after "
			    "each start "
			    "unless it is set; mounts of version 4 do without"),
		server->nfs_server.list_error ? server->nfs_server.list_error : "?");
	doctor_advise(doctor, NULL, "rpcinfo -p {}", address_of(server));
	if (portmapper && owner) {
		doctor_advise(doctor, owner, "sudo systemctl enable --now rpcbind");
		advise_firewall(doctor, server, NFS_SERVICE_PORTMAPPER, PORTMAPPER_PORT);
	} else if (owner) {
		doctor_advise(doctor, owner, "sudo nfsconf --set mountd port " MOUNTD_PORT);
		doctor_advise(doctor, owner, "sudo systemctl restart nfs-server");
		advise_ufw(doctor, owner, MOUNTD_PORT);
	}
	doctor_advise(doctor, NULL, "showmount -e {}", address_of(server));
}

/* /etc/exports is the operator's: a line is added for what is missing, and only shown for what is there. */
static void say_missing(struct doctor *doctor, const struct server *server, const char *path)
{
	const struct server *owner = owner_of(server);
	char network[64];
	char line[2 * PLACE_MAX];
	doctor_say(
		doctor, VERDICT_FAILURE, "%s", server->nfs_server.trouble ? server->nfs_server.trouble : "?");
	if (!owner) {
		doctor_advise(doctor, NULL, "showmount -e {}", address_of(server));
		return;
	}
	doctor_advise(doctor, owner, "grep -n {} /etc/exports", path);
	if (place_network(owner, network)) {
		snprintf(line, sizeof(line), "%.1000s %s(" EXPORT_OPTIONS ")", path, network);
		doctor_advise(doctor, owner, "echo {} | sudo tee -a /etc/exports", line);
	} else {
		doctor_advise(doctor, owner, "sudo ${EDITOR:-vi} /etc/exports");
	}
	doctor_advise(doctor, owner, "sudo exportfs -ra");
	doctor_advise(doctor, NULL, "showmount -e {}", address_of(server));
}

static void say_denied(struct doctor *doctor, const struct server *server, const char *path)
{
	const struct server *owner = owner_of(server);
	char what[2 * PLACE_MAX];
	doctor_say(
		doctor, VERDICT_FAILURE, "%s", server->nfs_server.trouble ? server->nfs_server.trouble : "?");
	if (owner) {
		snprintf(what, sizeof(what), "%.250s:%.1000s", server->spec->host ? server->spec->host : "?",
			path);
		doctor_advise(doctor, owner, "sudo exportfs -o " EXPORT_OPTIONS " {}", what);
		doctor_advise(doctor, owner, "sudo ${EDITOR:-vi} /etc/exports");
		doctor_advise(doctor, owner, "sudo exportfs -ra");
	}
	doctor_advise(doctor, NULL, "showmount -e {}", address_of(server));
}

static void say_present(struct doctor *doctor, const struct server *server, const char *path)
{
	if (owner_of(server) == server) {
		doctor_say(doctor, VERDICT_OK, _("%s exports %s"), address_of(server), path);
	} else if (server->nfs_server.allowed == NFS_ALLOWED) {
		doctor_say(doctor, VERDICT_OK, _("%s exports %s to it"), address_of(server), path);
	} else {
		doctor_say(doctor, VERDICT_UNKNOWN,
			_("%s exports %s, but to names or groups of which nobody here can tell whether it is "
			  "one"),
			address_of(server), path);
		doctor_advise(doctor, NULL, "showmount -e {}", address_of(server));
	}
}

/* "/opt/ollama-models" of the export, or of "10.0.0.80:/opt/ollama-models". */
static const char *path_of(const struct server *server)
{
	const struct nfs_spec *nfs = &server->spec->nfs;
	const char *colon = nfs->source ? strstr(nfs->source, ":/") : NULL;
	return nfs->export_path ? nfs->export_path : colon ? colon + 1 : NULL;
}

static void check_export(struct doctor *doctor, const struct subject *subject)
{
	const struct server *server = subject->server;
	const struct nfs_server *nfs = &server->nfs_server;
	const char *path = path_of(server);
	if (server->nfs.status != LINK_OK || !path) {
		return;
	}
	if (nfs->list == NFS_LIST_BLOCKED && speaks_for(server)) {
		say_blocked(doctor, server);
	} else if (nfs->list == NFS_LIST_NONE && speaks_for(server)) {
		doctor_say(doctor, VERDICT_OK, _("%s serves version 4 alone, which has no export list"),
			address_of(server));
	} else if (nfs->list != NFS_LIST_KNOWN) {
		return;
	} else if (nfs->presence == NFS_MISSING) {
		if (speaks_for(server)) {
			say_missing(doctor, server, path);
		}
	} else if (nfs->allowed == NFS_DENIED) {
		say_denied(doctor, server, path);
	} else if (nfs->presence == NFS_PRESENT) {
		say_present(doctor, server, path);
	} else {
		doctor_say(doctor, VERDICT_OK,
			_("%s is not in the export list of %s, but mounts of version 4 work"), path,
			address_of(server));
	}
}

static const struct check checks[] = {
	{"nfs", SCOPE_SERVER, check_nfs, NULL},
	{"export", SCOPE_SERVER, check_export, NULL},
};

const struct check_table doctor_nfs = CHECK_TABLE(checks);
