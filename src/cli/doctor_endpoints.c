/*
 * doctor_endpoints.c - whether each instance's API can be reached by name, port and TLS, and if not, where to look.
 */
#include "doctor.h"

#include "doctor_places.h"
#include "ollama-top/i18n.h"

#include <string.h>

#define SLOW_MS 1000.0

typedef void advise_fn(struct doctor *doctor, const struct instance *instance);

/* What every answer that is none is looked at with. */
static void advise_ask(struct doctor *doctor, const struct instance *instance)
{
	char url[PLACE_MAX];
	snprintf(url, sizeof(url), "%.1000s/api/version", instance->url);
	doctor_advise(doctor, NULL, "curl -sS -m 5 {}", url);
}

static void advise_port(struct doctor *doctor, const struct instance *instance)
{
	char host[PLACE_MAX];
	char port[16];
	char filter[64];
	place_authority(instance->url, host, port);
	snprintf(filter, sizeof(filter), "sport = :%s", port);
	if (instance->server->docker.status != LINK_NONE && instance->present != 0) {
		doctor_advise(doctor, instance->server, "docker port {}", place_container(instance));
	}
	doctor_advise(doctor, instance->server, "ss -ltnp {}", filter);
}

static void advise_firewall(struct doctor *doctor, const struct instance *instance)
{
	char host[PLACE_MAX];
	char port[16];
	place_authority(instance->url, host, port);
	advise_ask(doctor, instance);
	if (instance->server->docker.status != LINK_NONE && instance->present != 0) {
		doctor_advise(
			doctor, instance->server, "docker logs --tail 50 {}", place_container(instance));
	}
	doctor_advise(doctor, instance->server, "sudo ufw status");
	advise_ufw(doctor, instance->server, port);
}

static void advise_name(struct doctor *doctor, const struct instance *instance)
{
	char host[PLACE_MAX];
	char port[16];
	place_authority(instance->url, host, port);
	doctor_advise(doctor, NULL, "getent hosts {}", host);
}

static void advise_route(struct doctor *doctor, const struct instance *instance)
{
	char host[PLACE_MAX];
	char port[16];
	place_authority(instance->url, host, port);
	doctor_advise(doctor, NULL, "ping -c 3 {}", host);
}

static void advise_tls(struct doctor *doctor, const struct instance *instance)
{
	char host[PLACE_MAX];
	char port[16];
	char peer[PLACE_MAX + 32];
	place_authority(instance->url, host, port);
	snprintf(peer, sizeof(peer), "%s:%s", host, port[0] != '\0' ? port : "443");
	doctor_advise(doctor, NULL, "openssl s_client -connect {} -showcerts </dev/null", peer);
}

static void advise_token(struct doctor *doctor, const struct instance *instance)
{
	const char *file = instance->spec ? instance->spec->token_file : NULL;
	const char *path = doctor->fleet->spec->path;
	if (file) {
		doctor_advise(doctor, NULL, "ls -l {}", file);
	} else if (path) {
		doctor_advise(doctor, NULL, "${EDITOR:-vi} {}", path);
	}
}

/* The transport's own messages (src/net/http-error.c, watch.c), and where each leads. */
static const struct {
	const char *message, *cause;
	advise_fn *advise;
} causes[] = {
	{N_("connection refused"), N_("nothing listens on that port"), advise_port},
	{N_("timed out after %s looking up %s"), N_("the resolver does not answer"), advise_name},
	{N_("cannot resolve %s: %s"), N_("its name has no address"), advise_name},
	{N_("timed out after %s"), N_("it hangs, or a firewall drops what is sent to it"), advise_firewall},
	{N_("timed out while connecting"), N_("a firewall drops what is sent to it"), advise_firewall},
	{N_("the network gave up connecting"), N_("a firewall drops what is sent to it"), advise_firewall},
	{N_("no route to the host"), N_("its machine is off, or another network is between"), advise_route},
	{N_("network unreachable"), N_("this machine has no way to that network"), advise_route},
	{"TLS: ", N_("the certificate or the key"), advise_tls},
	{N_("%s: 401, a token is needed or the one given is wrong"), N_("token_file of the instance"),
		advise_token},
	{N_("not HTTP"), N_("something else listens on that port"), advise_port},
};

/* Asked through the server's tunnel: what the tunnel does, by hand. */
static void advise_tunnel(struct doctor *doctor, const struct instance *instance)
{
	char target[PLACE_MAX];
	char port[16];
	char url[64];
	place_ssh(instance->server->spec, target, port);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/api/version", instance->spec->port);
	if (port[0] != '\0') {
		doctor_advise(
			doctor, NULL, "ssh -o BatchMode=yes -p {} {} curl -sS -m 5 {}", port, target, url);
	} else {
		doctor_advise(doctor, NULL, "ssh -o BatchMode=yes {} curl -sS -m 5 {}", target, url);
	}
}

static void say_failed(struct doctor *doctor, const struct instance *instance)
{
	const char *error = instance->api.error ? instance->api.error : "?";
	if (instance->spec && instance->spec->ssh && place_is_ssh(instance->server->spec)) {
		doctor_say(doctor, VERDICT_FAILURE, _("port %d does not answer through ssh: %s"),
			instance->spec->port, error);
		advise_tunnel(doctor, instance);
		return;
	}
	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++) {
		if (error_is(error, causes[i].message)) {
			doctor_say(doctor, VERDICT_FAILURE, _("%s does not answer: %s: %s"), instance->url,
				error, _(causes[i].cause));
			causes[i].advise(doctor, instance);
			return;
		}
	}
	doctor_say(doctor, VERDICT_FAILURE, _("%s does not answer: %s"), instance->url, error);
	advise_ask(doctor, instance);
}

static void check_api(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	if (instance->api.status == LINK_OK && instance->api.latency_ms > SLOW_MS) {
		doctor_say(doctor, VERDICT_WARNING, _("%s answers after %.0f ms only"), instance->url,
			instance->api.latency_ms);
		doctor_advise(doctor, instance->server, "uptime");
	} else if (instance->api.status == LINK_OK && !instance_is_ollama(instance)) {
		doctor_say(doctor, VERDICT_OK, _("%s answers: OpenAI's API"), instance->url);
	} else if (instance->api.status == LINK_OK) {
		doctor_say(doctor, VERDICT_OK, _("%s answers: Ollama %s"), instance->url,
			instance->version ? instance->version : "?");
	} else if (instance->state == STATE_STOPPED || instance->state == STATE_STARTING) {
		doctor_say(doctor, VERDICT_WARNING, "%s", instance->reason ? instance->reason : "?");
	} else if (!instance->url && place_service(instance)) {
		doctor_say(doctor, VERDICT_OK,
			_("a task without a port of its own: it is asked through its service alone"));
	} else if (!instance->url) {
		doctor_say(
			doctor, VERDICT_WARNING, _("it has no published port, so that it cannot be asked"));
		advise_compose_edit(doctor, instance);
		advise_compose_up(doctor, instance);
	} else if (instance->api.status == LINK_FAILED) {
		say_failed(doctor, instance);
	} else {
		doctor_say(doctor, VERDICT_UNKNOWN, _("%s has not answered yet"), instance->url);
		advise_ask(doctor, instance);
	}
}

static const struct check checks[] = {
	{"api", SCOPE_INSTANCE, check_api, NULL},
};

const struct check_table doctor_endpoints = CHECK_TABLE(checks);
