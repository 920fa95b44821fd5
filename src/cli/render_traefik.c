/*
 * render_traefik.c - Traefik's dynamic file with every instance in the pool, and a router that keeps what
 * changes the store away from everybody (trap 7 of DESIGN.md section 10).
 */
#include "render.h"

#include "command.h"
#include "doctor_rule.h"
#include "net/json.h"
#include "ollama-top/i18n.h"
#include "ops/pool_text.h"
#include "questions.h"
#include "yaml_write.h"

#include <stdlib.h>
#include <string.h>

/* Where no live router tells another. */
#define RULE_DEFAULT "Host(`ollama.local`) || PathPrefix(`/api`)"
#define NAME_DEFAULT "ollama"

static const char *service_of(const struct rendering *r)
{
	const char *service = r->once.app.spec->traefik.service;
	return service ? service : NAME_DEFAULT;
}

/* ---- the pool ---- */

static void add_url(struct rendering *r, cJSON *servers, const struct instance *instance)
{
	const struct fleet *fleet = r->once.app.fleet;
	const char *url = fleet_pool_url(fleet, instance);
	const bool pooled = url != NULL;
	url = pooled ? url : instance->url;
	if (!url) {
		yaml_commentf(r->out, _("- %s/%s has no address now, so it is not in the pool."),
			instance->server->spec->name, instance->name);
		return;
	}
	if (!pooled && fleet->balancer.link.status == LINK_OK) {
		yaml_commentf(r->out, _("- %s/%s was not in the pool until now: %s"),
			instance->server->spec->name, instance->name, url);
	}
	cJSON *server = cJSON_CreateObject();
	cJSON_AddStringToObject(server, "url", url);
	cJSON_AddItemToArray(servers, server);
}

static cJSON *make_service(struct rendering *r, const char *transport)
{
	const struct fleet *fleet = r->once.app.fleet;
	cJSON *service = cJSON_CreateObject();
	cJSON *balancer = cJSON_AddObjectToObject(service, "loadBalancer");
	cJSON *servers = cJSON_AddArrayToObject(balancer, "servers");
	for (size_t s = 0; s < fleet->server_count; s++) {
		for (size_t i = 0; i < fleet->servers[s].instance_count; i++) {
			if (!fleet->servers[s].instances[i]->gone &&
				instance_is_ollama(fleet->servers[s].instances[i])) {
				add_url(r, servers, fleet->servers[s].instances[i]);
			}
		}
	}
	cJSON *check = cJSON_AddObjectToObject(balancer, "healthCheck");
	cJSON_AddStringToObject(check, "path", "/api/version");
	cJSON_AddStringToObject(check, "interval", "10s");
	cJSON_AddStringToObject(check, "timeout", "3s");
	cJSON_AddStringToObject(balancer, "serversTransport", transport);
	return service;
}

/* A connection that Traefik keeps open looks like a request: for 90 seconds by default, and the health check renews it. */
static cJSON *make_transport(void)
{
	cJSON *transport = cJSON_CreateObject();
	cJSON *timeouts = cJSON_AddObjectToObject(transport, "forwardingTimeouts");
	cJSON_AddStringToObject(timeouts, "idleConnTimeout", POOL_IDLE_TIMEOUT);
	return transport;
}

/* A server that did not tell its instances would be missing from the pool. */
static int check_servers(struct rendering *r)
{
	const struct fleet *fleet = r->once.app.fleet;
	for (size_t s = 0; s < fleet->server_count; s++) {
		const struct server *server = &fleet->servers[s];
		const struct discover_spec *discover = &server->spec->discover;
		const bool discovers = discover->name || discover->label || discover->image;
		if (discovers && !server->listed) {
			return render_fail(r, EXIT_UNWELL, _("Docker of %s: %s"), server->spec->name,
				server->docker.error ? server->docker.error : _("no answer"));
		}
	}
	return EXIT_DONE;
}

/* ---- the router ---- */

static void add_rule(cJSON *router, const char *rule)
{
	char *closed = NULL;
	if (strstr(rule, RULE_CLOSED)) {
		cJSON_AddStringToObject(router, "rule", rule);
	} else if (asprintf(&closed, "(%s) && %s", rule, RULE_CLOSED) >= 0) {
		cJSON_AddStringToObject(router, "rule", closed);
		free(closed);
	}
}

/* "ollama" of "ollama@file": in the file of a provider its own things have no suffix. */
static char *bare_name(const char *name)
{
	return strndup(name, strcspn(name, "@"));
}

static bool is_of(const cJSON *live, const char *service)
{
	const char *its = json_string(live, "service");
	const size_t len = strcspn(service, "@");
	return its && strcspn(its, "@") == len && strncmp(its, service, len) == 0 &&
	       json_string(live, "rule") && json_string(live, "name");
}

static void add_live(cJSON *routers, const cJSON *live, const char *service)
{
	static const char *const kept[] = {"ruleSyntax", "entryPoints", "middlewares", "priority", "tls"};
	char *name = bare_name(json_string(live, "name"));
	cJSON *router = cJSON_CreateObject();
	add_rule(router, json_string(live, "rule"));
	cJSON_AddStringToObject(router, "service", service);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		const cJSON *item = json_member(live, kept[i]);
		if (item && (!cJSON_IsNumber(item) || item->valuedouble > 0)) {
			cJSON_AddItemToObject(router, kept[i], cJSON_Duplicate(item, true));
		}
	}
	if (!name || json_member(routers, name) || !cJSON_AddItemToObject(routers, name, router)) {
		cJSON_Delete(router);
	}
	free(name);
}

/* What Traefik says of its routers, or NULL with the reason in `error`. */
static cJSON *ask_routers(struct rendering *r, char error[QUESTION_ERROR_MAX])
{
	struct question *question = calloc(1, sizeof(*question));
	struct http_endpoint *api = http_endpoint_new(
		r->once.app.http, &(struct http_endpoint_options){.base = r->once.app.spec->traefik.api});
	cJSON *answer = NULL;
	snprintf(error, QUESTION_ERROR_MAX, "%s", _("out of memory"));
	if (question && api) {
		snprintf(question->path, sizeof(question->path), "/api/http/routers?per_page=1000");
		question->list = true;
		questions_ask(&r->once, api, "Traefik", question, 1, error);
		answer = question->answer;
	}
	http_endpoint_free(api);
	free(question);
	return answer;
}

static cJSON *make_routers(struct rendering *r, const char *service)
{
	char error[QUESTION_ERROR_MAX] = "";
	cJSON *routers = cJSON_CreateObject();
	cJSON *live = r->once.app.spec->traefik.api ? ask_routers(r, error) : NULL;
	const cJSON *item;
	cJSON_ArrayForEach(item, live)
	{
		if (is_of(item, service)) {
			add_live(routers, item, service);
		}
	}
	cJSON_Delete(live);
	if (routers && !routers->child) {
		yaml_commentf(r->out,
			_("- No live router of the service %s is known%s%s: put the host name of yours into "
			  "the rule."),
			service, error[0] != '\0' ? ", " : "", error);
		cJSON *router = cJSON_AddObjectToObject(routers, NAME_DEFAULT);
		add_rule(router, RULE_DEFAULT);
		cJSON_AddStringToObject(router, "service", service);
		cJSON_AddItemToArray(
			cJSON_AddArrayToObject(router, "entryPoints"), cJSON_CreateString(NAME_DEFAULT));
	}
	return routers;
}

/* ---- the file ---- */

static void write_head(struct rendering *r)
{
	const char *file = r->once.app.spec->traefik.dynamic_file;
	render_header(
		r, _("The balancer's pool, and the router in front of it, for Traefik's file provider."));
	yaml_comment(r->out, NULL);
	yaml_commentf(r->out,
		_("It belongs at %s, in place of what is there about this service; Traefik reads it at "
		  "once."),
		file ? file : "/etc/traefik/dynamic/ollama.yml");
	yaml_comment(r->out, _("The rule keeps pull, push, create, copy, delete and blobs away from the "
			       "balancer: they change the shared "
			       "store and ask nobody for a password. Models are pulled on the rw server: "
			       "ollama-top pull MODEL."));
	yaml_comment(r->out, _("The health check asks what Ollama answers without a look into the store, so "
			       "that a hung NFS does not pile up."));
	yaml_comment(r->out,
		_("The transport closes idle connections soon (Traefik 2.4 and later): a connection "
		  "that is kept open looks like a request that is in flight, so that nothing would be "
		  "scaled down, and each drain would last to its deadline."));
}

/* Traefik expands "{{" as a template before it reads the YAML; all of ours are within double quotes or comments. */
static void write_untemplated(FILE *out, const char *text)
{
	for (char before = '\n'; *text != '\0'; before = *text++) {
		if (before == '{' && *text == '{') {
			fputs("\\x7b", out);
		} else {
			fputc(*text, out);
		}
	}
}

static bool write_document(struct rendering *r)
{
	const char *service = service_of(r);
	char *name = bare_name(service);
	cJSON *tree = cJSON_CreateObject();
	cJSON *http = cJSON_AddObjectToObject(tree, "http");
	cJSON *services = cJSON_AddObjectToObject(http, "services");
	write_head(r);
	cJSON_AddItemToObject(services, name ? name : "", make_service(r, name ? name : ""));
	cJSON_AddItemToObject(
		cJSON_AddObjectToObject(http, "serversTransports"), name ? name : "", make_transport());
	cJSON_AddItemToObject(http, "routers", make_routers(r, name ? name : ""));
	const bool done = name && tree && yaml_write(r->out, tree, YAML_PLAIN);
	cJSON_Delete(tree);
	free(name);
	return done;
}

int render_traefik(struct rendering *r)
{
	FILE *out = r->out;
	char *text = NULL;
	size_t len = 0;
	int status = check_servers(r);
	if (status != EXIT_DONE) {
		return status;
	}
	r->out = open_memstream(&text, &len);
	const bool done = r->out && write_document(r) && fflush(r->out) == 0;
	if (r->once.interrupted) {
		status = EXIT_INTERRUPTED;
	} else if (!done) {
		status = render_fail(r, EXIT_UNWELL,
			_("a name or an address of the pool cannot be expressed: it is not UTF-8"));
	} else {
		write_untemplated(out, text);
	}
	if (r->out) {
		fclose(r->out);
	}
	free(text);
	r->out = out;
	return status;
}
