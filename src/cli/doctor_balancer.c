/*
 * doctor_balancer.c - the balancer: that it answers, who is in its pool, and what it lets through to everybody.
 */
#include "doctor.h"

#include "doctor_places.h"
#include "doctor_rule.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "ops/pool_file.h"

#include <string.h>
#include <strings.h>

/* What changes the store, or has it filled. */
static const struct {
	const char *method, *path, *shown;
} changing[] = {
	{"POST", "/api/pull", "/api/pull"},
	{"DELETE", "/api/delete", "/api/delete"},
	{"POST", "/api/create", "/api/create"},
	{"POST", "/api/copy", "/api/copy"},
	{"POST", "/api/push", "/api/push"},
	{"POST", "/api/blobs/sha256:0", "/api/blobs"},
};
#define CHANGING (sizeof(changing) / sizeof(*changing))

static bool has_balancer(const struct doctor *doctor)
{
	return doctor->fleet->spec->traefik.api != NULL;
}

/* The server whose address the balancer's API has; NULL: none of the fleet's. */
static const struct server *balancer_server(const struct doctor *doctor)
{
	char host[PLACE_MAX];
	char port[16];
	place_authority(doctor->fleet->spec->traefik.api, host, port);
	for (size_t s = 0; s < doctor->fleet->server_count; s++) {
		const char *its = doctor->fleet->servers[s].spec->host;
		if (its && strcasecmp(its, host) == 0) {
			return &doctor->fleet->servers[s];
		}
	}
	return NULL;
}

static void advise_file(struct doctor *doctor)
{
	const char *file = doctor->fleet->spec->traefik.dynamic_file;
	if (file) {
		doctor_advise(doctor, NULL, "sudo ${EDITOR:-vi} {}", file);
	} else {
		doctor_advise(doctor, balancer_server(doctor),
			"sudo ${EDITOR:-vi} /etc/traefik/dynamic/ollama.yml");
	}
}

/* What Traefik made of the file. */
static void advise_look(struct doctor *doctor)
{
	const struct traefik_spec *spec = &doctor->fleet->spec->traefik;
	char url[2 * PLACE_MAX];
	snprintf(url, sizeof(url), "%.1000s/api/http/services/%.500s", spec->api,
		spec->service ? spec->service : "ollama");
	doctor_advise(doctor, NULL, strchr(url, '@') ? "curl -sS {}" : "curl -sS {}@file", url);
}

static void check_balancer(struct doctor *doctor, const struct subject *subject)
{
	const struct balancer *balancer = &doctor->fleet->balancer;
	const struct traefik_spec *spec = &doctor->fleet->spec->traefik;
	char url[PLACE_MAX];
	(void)subject;
	if (!has_balancer(doctor)) {
		return;
	}
	if (balancer->link.status == LINK_OK) {
		doctor_say(doctor, VERDICT_OK,
			P_("%s answers: %zu server in the pool %s", "%s answers: %zu servers in the pool %s",
				balancer->server_count),
			spec->api, balancer->server_count, spec->service ? spec->service : "ollama");
		return;
	}
	if (balancer->link.status != LINK_FAILED) {
		doctor_say(doctor, VERDICT_UNKNOWN, _("%s has not answered yet"), spec->api);
		return;
	}
	doctor_say(doctor, VERDICT_FAILURE, _("%s does not tell its pool: %s"), spec->api,
		balancer->link.error ? balancer->link.error : "?");
	snprintf(url, sizeof(url), "%.1000s/api/http/services", spec->api);
	doctor_advise(doctor, NULL, "curl -sS -m 5 {}", url);
	doctor_advise(doctor, balancer_server(doctor), "docker ps --all --filter name=traefik");
	doctor_advise(doctor, balancer_server(doctor), "docker restart traefik");
}

static void check_pool(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	const bool answers = instance->api.status == LINK_OK;
	const bool down = strcmp(instance->balancer_status, "DOWN") == 0;
	if (!has_balancer(doctor) || doctor->fleet->balancer.link.status != LINK_OK ||
		instance->in_pool < 0) {
		return;
	}
	const char *url = fleet_pool_url(doctor->fleet, instance);
	if (answers && instance->in_pool == 0 && subject->server->spec->role == ROLE_RW) {
		doctor_say(
			doctor, VERDICT_OK, _("it is not in the pool, which is a choice for the rw server"));
	} else if (answers && instance->in_pool == 0 && !instance_is_ollama(instance)) {
		doctor_say(
			doctor, VERDICT_OK, _("it is not in the pool, which is a choice for kind: openai"));
	} else if (answers && instance->in_pool == 0) {
		doctor_say(doctor, VERDICT_FAILURE,
			_("it answers, but is not in the balancer's pool, so that nobody is sent to it: add "
			  "- url: \"%s\" to "
			  "the servers of the service"),
			instance->url ? instance->url : "?");
		advise_file(doctor);
		advise_look(doctor);
	} else if (answers && down) {
		doctor_say(doctor, VERDICT_FAILURE,
			_("it answers here, but the balancer calls %s DOWN: it cannot reach that address, or "
			  "its check asks "
			  "for another path than /api/version"),
			url ? url : "?");
		doctor_advise(doctor, balancer_server(doctor), "curl -sS -m 3 {}/api/version", url);
		advise_file(doctor);
	} else if (!answers && instance->in_pool == 1 && !down) {
		doctor_say(doctor, VERDICT_FAILURE,
			_("it does not answer, but the balancer still sends to it: the pool has no health "
			  "check"));
		advise_file(doctor);
	} else if (!answers && instance->in_pool == 1) {
		doctor_say(doctor, VERDICT_WARNING, _("it does not answer, and the balancer knows: DOWN"));
	} else if (answers) {
		doctor_say(doctor, VERDICT_OK, _("it is in the pool%s%s"),
			instance->balancer_status[0] != '\0' ? ": " : "", instance->balancer_status);
	}
}

static bool is_instance(const struct doctor *doctor, const char *url)
{
	for (size_t s = 0; s < doctor->fleet->server_count; s++) {
		const struct server *server = &doctor->fleet->servers[s];
		for (size_t k = 0; k < server->instance_count; k++) {
			const char *its = fleet_pool_url(doctor->fleet, server->instances[k]);
			if (its && strcmp(its, url) == 0) {
				return true;
			}
		}
	}
	return false;
}

/* Where containers are discovered and the engine does not tell, a stranger may well be one of them. */
static bool all_known(const struct doctor *doctor)
{
	for (size_t s = 0; s < doctor->fleet->server_count; s++) {
		const struct server *server = &doctor->fleet->servers[s];
		const struct discover_spec *d = &server->spec->discover;
		if ((d->name || d->label || d->image) &&
			(!server->listed || server->docker.status != LINK_OK)) {
			return false;
		}
	}
	return true;
}

static void check_entries(struct doctor *doctor, const struct subject *subject)
{
	const struct balancer *balancer = &doctor->fleet->balancer;
	(void)subject;
	if (!has_balancer(doctor) || balancer->link.status != LINK_OK || !all_known(doctor)) {
		return;
	}
	for (size_t k = 0; k < balancer->server_count; k++) {
		const struct balancer_server *entry = &balancer->servers[k];
		const bool down = strcmp(entry->status, "DOWN") == 0;
		if (is_instance(doctor, entry->url)) {
			continue;
		}
		doctor_say(doctor, down ? VERDICT_FAILURE : VERDICT_WARNING,
			down ? _("the pool has %s, which answers nothing and is no instance: take it out")
			     : _("the pool has %s, which is no instance that is watched"),
			entry->url);
		doctor_advise(doctor, balancer_server(doctor), "curl -sS -m 3 {}/api/version", entry->url);
		advise_file(doctor);
	}
}

/* The first argument of the first Host() of a rule, in `host`; "" when it has none. */
static void host_of(const char *rule, char host[TEXT_NAME_MAX])
{
	const char *start = strstr(rule, "Host(");
	host[0] = '\0';
	if (start && (start[5] == '`' || start[5] == '"')) {
		snprintf(host, TEXT_NAME_MAX, "%.*s", (int)strcspn(start + 6, "`\""), start + 6);
	}
}

/* A router that comes first for the same host takes the request away. */
static bool is_covered(const struct facts *facts, const struct facts_router *open, size_t request)
{
	char host[TEXT_NAME_MAX];
	char other_host[TEXT_NAME_MAX];
	host_of(open->rule, host);
	for (size_t k = 0; k < facts->router_count; k++) {
		const struct facts_router *router = &facts->routers[k];
		if (router == open || router->priority <= open->priority) {
			continue;
		}
		const enum rule_answer lets =
			rule_lets(router->rule, changing[request].method, changing[request].path);
		host_of(router->rule, other_host);
		if (lets == RULE_YES ||
			(lets == RULE_DEPENDS && other_host[0] != '\0' && strcmp(host, other_host) == 0)) {
			return true;
		}
	}
	return false;
}

static bool leads_here(const struct doctor *doctor, const struct facts_router *router)
{
	const char *service = doctor->fleet->spec->traefik.service;
	const size_t len = service ? strcspn(service, "@") : 0;
	return router->service && service && strncmp(router->service, service, len) == 0 &&
	       (router->service[len] == '\0' || router->service[len] == '@');
}

static void say_open(struct doctor *doctor, const struct facts_router *router, const char *paths)
{
	doctor_say(doctor, VERDICT_WARNING,
		_("router %s lets %s through to any instance, the rw one included, and nobody is asked for a "
		  "password; the "
		  "rule that closes it: (%s) && %s"),
		router->name ? router->name : "?", paths, router->rule, RULE_CLOSED);
	advise_file(doctor);
}

/* DESIGN.md 10.7. */
static void check_router(struct doctor *doctor, const struct subject *subject)
{
	const struct facts *facts = doctor->facts;
	bool said = false;
	(void)subject;
	if (!has_balancer(doctor) || doctor->fleet->balancer.link.status != LINK_OK) {
		return;
	}
	if (!facts->routers_known) {
		doctor_say(doctor, VERDICT_UNKNOWN, _("nobody knows what its routers let through: %s"),
			facts->routers_why[0] != '\0' ? facts->routers_why : "?");
		return;
	}
	for (size_t k = 0; k < facts->router_count; k++) {
		const struct facts_router *router = &facts->routers[k];
		char paths[256] = "";
		for (size_t i = 0; i < CHANGING && leads_here(doctor, router) && !router->guarded; i++) {
			const size_t len = strlen(paths);
			if (rule_lets(router->rule, changing[i].method, changing[i].path) != RULE_NO &&
				!is_covered(facts, router, i)) {
				snprintf(paths + len, sizeof(paths) - len, "%s%s", len > 0 ? ", " : "",
					changing[i].shown);
			}
		}
		if (paths[0] != '\0') {
			say_open(doctor, router, paths);
			said = true;
		}
	}
	if (!said) {
		doctor_say(doctor, VERDICT_OK, _("no router lets strangers pull, delete or create models"));
	}
}

/* Whether the number of connections decides something: a drain ends by it, and policies go by it. */
static bool counts_connections(const struct doctor *doctor)
{
	for (size_t s = 0; s < doctor->fleet->server_count; s++) {
		const struct server_spec *spec = doctor->fleet->servers[s].spec;
		if (spec->autoscaled || (spec->scale.given && !spec->scale.service)) {
			return true;
		}
	}
	return false;
}

/* What the file does not tell, such as a transport in another file of its folder, is no finding. */
static void check_idle(struct doctor *doctor, const struct subject *subject)
{
	const struct traefik_spec *spec = &doctor->fleet->spec->traefik;
	const char *service = spec->service ? spec->service : "ollama";
	struct pool_file file;
	struct pool_error ignored;
	(void)subject;
	if (!spec->dynamic_file || !counts_connections(doctor) ||
		!pool_file_read(spec->dynamic_file, &file, &ignored)) {
		return;
	}
	const enum pool_idle idle = pool_text_idle(file.text, file.len, service);
	pool_file_clear(&file);
	if (idle == POOL_IDLE_SHORT) {
		doctor_say(doctor, VERDICT_OK,
			_("it closes idle connections soon, so that none counts as a request"));
	} else if (idle == POOL_IDLE_LONG) {
		doctor_say(doctor, VERDICT_WARNING,
			_("it keeps idle connections to instances open (for 90 seconds by default), and each "
			  "counts as a request, so that nothing may be scaled down and drains last to their "
			  "deadline; in %s add serversTransport: \"%s\" to the loadBalancer of the service, "
			  "and to http "
			  "serversTransports: {\"%s\": {forwardingTimeouts: {idleConnTimeout: \"%s\"}}}"),
			spec->dynamic_file, service, service, POOL_IDLE_TIMEOUT);
		doctor_advise(doctor, NULL, "ollama-top render traefik");
		advise_file(doctor);
	}
}

static const struct check checks[] = {
	{"balancer", SCOPE_FLEET, check_balancer, "balancer"},
	{"pool", SCOPE_INSTANCE, check_pool, NULL},
	{"pool-entry", SCOPE_FLEET, check_entries, "balancer"},
	{"router", SCOPE_FLEET, check_router, "balancer"},
	{"idle", SCOPE_FLEET, check_idle, "balancer"},
};

const struct check_table doctor_balancer = CHECK_TABLE(checks);
