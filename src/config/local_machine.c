/* The fleet without a configuration: this machine, as Ollama's and Docker's own variables say. */
#include "address.h"
#include "docker_context.h"
#include "ollama-top/config.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OLLAMA_PORT 11434

struct ollama_host {
	bool https;
	char host[ADDRESS_HOST_MAX + 1];
	int port;
};

static bool bad_variable(
	struct config_error *error, const char *variable, const char *value, const char *expected)
{
	char clean[80];
	text_clean(clean, sizeof(clean), value, strlen(value));
	snprintf(error->message, sizeof(error->message), _("$%s \"%s\" cannot be read; expected %s"),
		variable, clean, expected);
	return false;
}

/*
 * As Ollama reads it (envconfig.Host): scheme and port may be missing; the port is then 11434
 * without a scheme, 80 or 443 with one. What a server binds to everywhere a client finds here.
 */
static bool parse_ollama_host(const char *value, struct ollama_host *out, struct config_error *error)
{
	const char *rest = value + strspn(value, " \t\"'");
	out->port = OLLAMA_PORT;
	if (strncmp(rest, "http://", 7) == 0 || strncmp(rest, "https://", 8) == 0) {
		out->https = rest[4] == 's';
		out->port = out->https ? 443 : 80;
		rest += out->https ? 8 : 7;
	}
	size_t len = strcspn(rest, "/");
	while (len > 0 && strchr(" \t\"'", rest[len - 1])) {
		len--;
	}
	int port = 0;
	bool good = true;
	if (len > 0 && rest[0] == ':') {
		char digits[8] = "";
		good = len < sizeof(digits);
		memcpy(digits, rest + 1, good ? len - 1 : 0);
		port = address_port(digits);
		good = good && port > 0;
		strcpy(out->host, "127.0.0.1");
	} else if (len == 0) {
		strcpy(out->host, "127.0.0.1");
	} else {
		good = address_authority(rest, len, out->host, &port);
	}
	if (!good) {
		return bad_variable(error, "OLLAMA_HOST", value, _("HOST, HOST:PORT or http://HOST:PORT"));
	}
	if (port > 0) {
		out->port = port;
	}
	if (strcmp(out->host, "0.0.0.0") == 0) {
		strcpy(out->host, "127.0.0.1");
	} else if (strcmp(out->host, "::") == 0) {
		strcpy(out->host, "::1");
	}
	return true;
}

static bool is_local(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 || strcmp(host, "localhost") == 0;
}

char *local_docker_socket(void)
{
	char *path = NULL;
	if (access("/var/run/docker.sock", F_OK) == 0) {
		return strdup("unix:///var/run/docker.sock");
	}
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	static const char *const names[] = {"docker.sock", "podman/podman.sock"};
	for (size_t i = 0; runtime && runtime[0] == '/' && i < sizeof(names) / sizeof(*names); i++) {
		if (asprintf(&path, "unix://%s/%s", runtime, names[i]) < 0) {
			return NULL;
		}
		if (access(path + strlen("unix://"), F_OK) == 0 && !address_bad_docker(path)) {
			return path;
		}
		free(path);
	}
	return NULL;
}

bool local_docker_tls(struct tls_spec *tls)
{
	const char *verify = getenv("DOCKER_TLS_VERIFY");
	const char *given = getenv("DOCKER_CERT_PATH");
	if (!verify || verify[0] == '\0') {
		return true;
	}
	char *folder = given && given[0] != '\0' ? strdup(given) : docker_context_folder();
	if (!folder) {
		return true;
	}
	bool good = true;
	char **const files[] = {&tls->ca, &tls->cert, &tls->key};
	static const char *const names[] = {"ca.pem", "cert.pem", "key.pem"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (asprintf(files[i], "%s/%s", folder, names[i]) < 0) {
			*files[i] = NULL;
			good = false;
		}
	}
	free(folder);
	return good;
}

/* The user's context, where he has one and it is not the default one; it is an address then. */
static bool add_context(struct server_spec *server, struct config_error *error)
{
	char *name = docker_context_current();
	if (!name || strcmp(name, "default") == 0) {
		free(name);
		return true;
	}
	const int len = asprintf(&server->docker, "context://%s", name);
	free(name);
	if (len < 0) {
		server->docker = NULL;
		return false;
	}
	if (address_bad_docker(server->docker)) {
		return bad_variable(error, "DOCKER_CONTEXT", server->docker + strlen("context://"),
			_("the name of a Docker context"));
	}
	return docker_context_follow(server);
}

static bool add_docker(struct server_spec *server, struct config_error *error)
{
	const char *host = getenv("DOCKER_HOST");
	if (!host || host[0] == '\0') {
		if (!add_context(server, error)) {
			return false;
		}
		/* Another machine's Ollama does not run in this machine's containers. */
		if (!server->docker && is_local(server->host)) {
			server->docker = local_docker_socket();
		}
		return true;
	}
	if (address_bad_docker(host)) {
		return bad_variable(error, "DOCKER_HOST", host, ADDRESS_DOCKER_EXPECTED);
	}
	server->docker = strdup(host);
	return server->docker && (strncmp(host, "tcp://", 6) != 0 || local_docker_tls(&server->tls));
}

static bool add_instance(struct server_spec *server, const struct ollama_host *at)
{
	const bool v6 = strchr(at->host, ':') != NULL;
	server->instances = calloc(1, sizeof(*server->instances));
	if (!server->instances) {
		return false;
	}
	server->instance_count = 1;
	struct instance_spec *instance = server->instances;
	instance->name = strdup("ollama");
	instance->port = at->port;
	if (asprintf(&instance->url, "%s://%s%s%s:%d", at->https ? "https" : "http", v6 ? "[" : "", at->host,
		    v6 ? "]" : "", at->port) < 0) {
		instance->url = NULL;
	}
	return instance->name && instance->url;
}

static bool fill(struct fleet_spec *spec, struct config_error *error)
{
	struct ollama_host at = {0};
	const char *variable = getenv("OLLAMA_HOST");
	if (!parse_ollama_host(variable ? variable : "", &at, error)) {
		return false;
	}
	spec->servers = calloc(1, sizeof(*spec->servers));
	if (!spec->servers) {
		return false;
	}
	spec->server_count = 1;
	struct server_spec *server = spec->servers;
	server->role = ROLE_RW;
	server->name = strdup(is_local(at.host) ? "local" : at.host);
	server->host = strdup(at.host);
	return server->name && server->host && add_instance(server, &at) && add_docker(server, error);
}

struct fleet_spec *config_default(struct config_error *error)
{
	struct fleet_spec *spec = calloc(1, sizeof(*spec));
	snprintf(error->message, sizeof(error->message), "%s", _("out of memory"));
	if (spec) {
		schema_fleet.init(spec);
		if (fill(spec, error)) {
			error->message[0] = '\0';
			return spec;
		}
	}
	spec_free(spec);
	return NULL;
}
