#include "ollama-top/spec.h"

#include "ollama-top/policy.h"

#include <stdlib.h>

static void free_tls(struct tls_spec *tls)
{
	free(tls->ca);
	free(tls->cert);
	free(tls->key);
}

static void free_server(struct server_spec *server)
{
	for (size_t i = 0; i < server->instance_count; i++) {
		struct instance_spec *instance = &server->instances[i];
		free(instance->name);
		free(instance->url);
		free(instance->container);
		free(instance->token_file);
		free_tls(&instance->tls);
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
	free(server->docker_error);
	free_tls(&server->tls);
	free(server->discover.name);
	free(server->discover.label);
	free(server->discover.image);
	free(server->scale.service);
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
		policy_spec_clear(&spec->autoscale[i]);
	}
	free(spec->servers);
	free(spec->autoscale);
	free(spec->traefik.api);
	free(spec->traefik.service);
	free(spec->traefik.dynamic_file);
	free(spec->path);
	free(spec);
}
