/*
 * doctor_engine.c - whether each server's Docker Engine answers, and lets itself be asked.
 */
#include "doctor.h"

#include "doctor_places.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "ollama-top/tunnel.h"

#include <string.h>
#include <strings.h>

typedef void advise_fn(struct doctor *doctor, const struct server *server);

/* The same that the tunnel does, with the user's own eyes. */
static void advise_ssh(struct doctor *doctor, const struct server *server)
{
	char target[PLACE_MAX];
	char port[16];
	place_ssh(server->spec, target, port);
	if (port[0] != '\0') {
		doctor_advise(doctor, NULL, "ssh -o BatchMode=yes -p {} {} docker version", port, target);
	} else {
		doctor_advise(doctor, NULL, "ssh -o BatchMode=yes {} docker version", target);
	}
}

static void advise_ssh_key(struct doctor *doctor, const struct server *server)
{
	char target[PLACE_MAX];
	char port[16];
	place_ssh(server->spec, target, port);
	doctor_advise(doctor, NULL, "ssh-add -l");
	if (port[0] != '\0') {
		doctor_advise(doctor, NULL, "ssh-copy-id -p {} {}", port, target);
	} else {
		doctor_advise(doctor, NULL, "ssh-copy-id {}", target);
	}
	advise_ssh(doctor, server);
}

/* Only after somebody made sure, by another way, that the new key is the server's. */
static void advise_ssh_host(struct doctor *doctor, const struct server *server)
{
	char target[PLACE_MAX];
	char port[16];
	char name[PLACE_MAX + 32];
	place_ssh(server->spec, target, port);
	const char *at = strrchr(target, '@');
	const char *host = at ? at + 1 : target;
	snprintf(name, sizeof(name), port[0] != '\0' ? "[%s]:%s" : "%s", host, port);
	doctor_advise(doctor, server, "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
	doctor_advise(doctor, NULL, "ssh-keygen -R {}", name);
	doctor_advise(doctor, NULL, "ssh {} true", target);
}

/* What the user who runs ssh is on the server is in the address, or the same as here. */
static void advise_ssh_group(struct doctor *doctor, const struct server *server)
{
	char target[PLACE_MAX];
	char port[16];
	place_ssh(server->spec, target, port);
	char *at = strrchr(target, '@');
	doctor_advise(doctor, server, "sudo systemctl status docker");
	if (at) {
		*at = '\0';
		doctor_advise(doctor, server, "sudo usermod -aG docker {}", target);
	} else {
		doctor_advise(doctor, server, "sudo usermod -aG docker \"$USER\"");
	}
	advise_ssh(doctor, server);
}

static void advise_sshd(struct doctor *doctor, const struct server *server)
{
	doctor_advise(doctor, server, "sudo sshd -T | grep -i -e forwarding -e permitopen");
	doctor_advise(doctor, server, "sudo ${EDITOR:-vi} /etc/ssh/sshd_config");
	doctor_advise(doctor, server, "sudo systemctl reload ssh");
}

static void advise_group(struct doctor *doctor, const struct server *server)
{
	(void)server;
	doctor_advise(doctor, NULL, "sudo usermod -aG docker \"$USER\"");
	doctor_advise(doctor, NULL, "newgrp docker");
}

static void advise_start(struct doctor *doctor, const struct server *server)
{
	(void)server;
	doctor_advise(doctor, NULL, "sudo systemctl enable --now docker");
	doctor_advise(doctor, NULL, "docker context ls");
}

static void advise_listen(struct doctor *doctor, const struct server *server)
{
	char host[PLACE_MAX];
	char port[16];
	char filter[64];
	place_authority(server->spec->docker, host, port);
	doctor_advise(doctor, server, "sudo systemctl status docker");
	if (port[0] != '\0') {
		snprintf(filter, sizeof(filter), "sport = :%s", port);
		doctor_advise(doctor, server, "sudo ss -ltnp {}", filter);
	}
}

static void advise_firewall(struct doctor *doctor, const struct server *server)
{
	char host[PLACE_MAX];
	char port[16];
	place_authority(server->spec->docker, host, port);
	advise_listen(doctor, server);
	advise_ufw(doctor, server, port);
}

static void advise_tls(struct doctor *doctor, const struct server *server)
{
	char host[PLACE_MAX];
	char port[16];
	char peer[PLACE_MAX + 32];
	place_authority(server->spec->docker, host, port);
	snprintf(peer, sizeof(peer), "%s:%s", host, port[0] != '\0' ? port : "2376");
	doctor_advise(doctor, NULL, "openssl s_client -connect {} -showcerts </dev/null", peer);
}

static void advise_context(struct doctor *doctor, const struct server *server)
{
	(void)server;
	doctor_advise(doctor, NULL, "docker context ls");
	if (doctor->fleet->spec->path) {
		doctor_advise(doctor, NULL, "${EDITOR:-vi} {}", doctor->fleet->spec->path);
	}
}

static void advise_upgrade(struct doctor *doctor, const struct server *server)
{
	doctor_advise(doctor, server, "docker version");
	doctor_advise(doctor, server, "curl -fsSL https://get.docker.com | sudo sh");
}

static void advise_name(struct doctor *doctor, const struct server *server)
{
	char host[PLACE_MAX];
	char port[16];
	place_authority(server->spec->docker, host, port);
	doctor_advise(doctor, NULL, "getent hosts {}", host);
}

/* Messages of this program (src/net), and of ssh(1), which speaks English alone. */
static const struct {
	const char *message, *cause;
	advise_fn *advise;
	bool of_ssh;
} causes[] = {
	{N_("permission denied on %s: add this user to group docker"),
		N_("this user may not open Docker's socket"), advise_group, false},
	{N_("permission denied on %s"), N_("this user may not open Docker's socket"), advise_group, false},
	{N_("no such socket: %s"), N_("Docker does not run, or its socket is elsewhere"), advise_start,
		false},
	{N_("connection refused on %s: nothing serves it"), N_("Docker does not run"), advise_start, false},
	{TUNNEL_KEY_CHANGED, N_("the server's key is another than before"), advise_ssh_host, true},
	{TUNNEL_KEY_UNKNOWN, N_("the server's key is not known here"), advise_ssh_host, true},
	{TUNNEL_SOCKET_CLOSED,
		N_("the user of ssh may not open Docker's socket there, or Docker does not run"),
		advise_ssh_group, true},
	{TUNNEL_NO_FORWARDING, N_("sshd_config of the server"), advise_sshd, true},
	{"Permission denied (", N_("the server does not take any key of this user"), advise_ssh_key, true},
	{"Host key verification failed", N_("the server's key is not known here, or another than before"),
		advise_ssh_host, true},
	{"REMOTE HOST IDENTIFICATION HAS CHANGED", N_("the server's key is another than before"),
		advise_ssh_host, true},
	{N_("the engine's API %s is too old: %d.%d (Docker 20.10) or newer is needed"),
		N_("Docker there is older than 20.10"), advise_upgrade, false},
	{N_("cannot resolve %s: %s"), N_("its name has no address"), advise_name, false},
	{N_("connection refused"), N_("Docker does not listen on that port"), advise_listen, false},
	{N_("timed out after %s"), N_("Docker hangs, or a firewall drops what is sent to it"),
		advise_firewall, false},
	{N_("timed out while connecting"), N_("a firewall drops what is sent to it"), advise_firewall, false},
	{"TLS: ", N_("the certificates of tls:"), advise_tls, false},
};

static void say_failed(struct doctor *doctor, const struct server *server)
{
	const char *error = server->docker.error ? server->docker.error : "?";
	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++) {
		if (error_is(error, causes[i].message)) {
			doctor_say(doctor, VERDICT_FAILURE, _("Docker does not answer: %s: %s"), error,
				_(causes[i].cause));
			/* Through a tunnel the cause is at the other end of ssh, unless the words are ssh's. */
			(place_is_ssh(server->spec) && !causes[i].of_ssh ? advise_ssh : causes[i].advise)(
				doctor, server);
			return;
		}
	}
	doctor_say(doctor, VERDICT_FAILURE, _("Docker does not answer: %s"), error);
	if (server->spec->docker_error) {
		advise_context(doctor, server);
		return;
	}
	(place_is_ssh(server->spec) ? advise_ssh : advise_listen)(doctor, server);
}

static void check_docker(struct doctor *doctor, const struct subject *subject)
{
	const struct server *server = subject->server;
	if (!server->spec->docker) {
		return;
	}
	if (server->docker.status == LINK_OK) {
		doctor_say(doctor, VERDICT_OK, _("Docker %s answers, API %s"),
			server->docker_version ? server->docker_version : "?",
			server->docker_api ? server->docker_api : "?");
	} else if (server->docker.status == LINK_FAILED) {
		say_failed(doctor, server);
	} else {
		doctor_say(doctor, VERDICT_UNKNOWN, _("Docker has not answered yet"));
	}
}

/* Whoever reaches a plain port of Docker is root there. */
static void check_exposed(struct doctor *doctor, const struct subject *subject)
{
	const struct server *server = subject->server;
	if (!server->docker_warning) {
		return;
	}
	doctor_say(doctor, VERDICT_WARNING, _("%s; ssh://USER@HOST and TLS are the ways without that"),
		server->docker_warning);
	doctor_advise(doctor, server, "sudo systemctl cat docker | grep -e -H; cat /etc/docker/daemon.json");
	if (doctor->fleet->spec->path) {
		doctor_advise(doctor, NULL, "${EDITOR:-vi} {}", doctor->fleet->spec->path);
	}
}

static const struct check checks[] = {
	{"docker", SCOPE_SERVER, check_docker, NULL},
	{"docker-port", SCOPE_SERVER, check_exposed, NULL},
};

const struct check_table doctor_engine = CHECK_TABLE(checks);
