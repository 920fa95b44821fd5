#include "ollama-top/spec.h"

#include <stdlib.h>

static void free_server(struct server_spec *server)
{
	for (size_t i = 0; i < server->instance_count; i++) {
		struct instance_spec *instance = &server->instances[i];
		free(instance->name);
		free(instance->url);
		free(instance->container);
		free(instance->token_file);
	}
	for (size_t i = 0; i < server->nfs.type_count; i++) {
		free(server->nfs.types[i]);
	}
	free(server->nfs.types);
	free(server->nfs.export_path);
	free(server->nfs.mount);
	free(server->nfs.source);
	free(server->instances);
	free(server->name);
	free(server->host);
	free(server->docker);
	free(server->tls.ca);
	free(server->tls.cert);
	free(server->tls.key);
	free(server->discover.name);
	free(server->discover.label);
	free(server->discover.image);
	free(server->scale.service);
}

static void free_rule(struct autoscale_spec *rule)
{
	for (size_t i = 0; i < rule->schedule_count; i++) {
		struct schedule_spec *schedule = &rule->schedule[i];
		free(schedule->days);
		free(schedule->from);
		free(schedule->to);
		free(schedule->tz);
	}
	free(rule->schedule);
	free(rule->server);
	free(rule->up_when);
	free(rule->down_when);
	free(rule->target_metric);
}

void spec_free(struct fleet_spec *spec)
{
	if (!spec) {
		return;
	}
	for (size_t i = 0; i < spec->server_count; i++) {
		free_server(&spec->servers[i]);
	}
	for (size_t i = 0; i < spec->autoscale_count; i++) {
		free_rule(&spec->autoscale[i]);
	}
	free(spec->servers);
	free(spec->autoscale);
	free(spec->traefik.api);
	free(spec->traefik.service);
	free(spec->traefik.dynamic_file);
	free(spec->path);
	free(spec);
}
