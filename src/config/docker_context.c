/*
 * docker_context.c - context files as docker/cli keeps them (cli/context/store): the folder of a context is named by the
 * SHA-256 of its name; contexts/meta/ID/meta.json holds its endpoint, contexts/tls/ID/docker/ its certificates.
 */
#include "docker_context.h"

#include "address.h"
#include "ollama-top/i18n.h"
#include "ollama-top/sha256.h"
#include "ollama-top/text.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCHEME   "context://"
#define FILE_MAX ((size_t)64 << 10)

char *docker_context_folder(void)
{
	const char *given = getenv("DOCKER_CONFIG");
	const char *home = getenv("HOME");
	char *folder = NULL;
	if (given && given[0] != '\0') {
		return strdup(given);
	}
	if (!home || home[0] != '/' || asprintf(&folder, "%s/.docker", home) < 0) {
		return NULL;
	}
	return folder;
}

/* A JSON file of the user's; NULL when there is none that can be read. */
static cJSON *read_json(const char *path)
{
	struct stat status;
	cJSON *json = NULL;
	/* O_NONBLOCK: a FIFO nobody writes to must not hang the start. */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = fd >= 0 ? malloc(FILE_MAX) : NULL;
	if (text && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
		size_t len = 0;
		ssize_t n = 1;
		while (len < FILE_MAX && (n = read(fd, text + len, FILE_MAX - len)) > 0) {
			len += (size_t)n;
		}
		json = n == 0 ? cJSON_ParseWithLength(text, len) : NULL;
	}
	free(text);
	if (fd >= 0) {
		close(fd);
	}
	return json;
}

static const char *string_of(const cJSON *object, const char *name)
{
	const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
	return value && value[0] != '\0' ? value : NULL;
}

char *docker_context_current(void)
{
	const char *given = getenv("DOCKER_CONTEXT");
	char *path = NULL;
	if (given && given[0] != '\0') {
		return strdup(given);
	}
	char *folder = docker_context_folder();
	if (!folder || asprintf(&path, "%s/config.json", folder) < 0) {
		free(folder);
		return NULL;
	}
	cJSON *json = read_json(path);
	const char *current = string_of(json, "currentContext");
	char *name = current ? strdup(current) : NULL;
	cJSON_Delete(json);
	free(path);
	free(folder);
	return name;
}

__attribute__((format(printf, 2, 3))) static bool cannot(struct server_spec *server, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (vasprintf(&server->docker_error, format, args) < 0) {
		server->docker_error = NULL;
	}
	va_end(args);
	return server->docker_error != NULL;
}

static bool set_address(struct server_spec *server, const char *address)
{
	char *copy = strdup(address);
	if (copy) {
		free(server->docker);
		server->docker = copy;
	}
	return copy != NULL;
}

/* The context that needs no file: what docker does without one. */
static bool follow_default(struct server_spec *server)
{
	const char *host = getenv("DOCKER_HOST");
	char *found = NULL;
	if (!host || host[0] == '\0') {
		found = local_docker_socket();
		host = found ? found : "unix:///var/run/docker.sock";
	}
	if (address_bad_docker(host) || strncmp(host, SCHEME, strlen(SCHEME)) == 0) {
		return cannot(server, _("$DOCKER_HOST is no address of a Docker engine"));
	}
	const bool good = set_address(server, host) &&
			  (strncmp(host, "tcp://", 6) != 0 || local_docker_tls(&server->tls));
	free(found);
	return good;
}

/* The certificates that are there. */
static bool add_tls(struct tls_spec *tls, const char *folder, const char *id)
{
	char **const files[] = {&tls->ca, &tls->cert, &tls->key};
	static const char *const names[] = {"ca.pem", "cert.pem", "key.pem"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *path = NULL;
		if (asprintf(&path, "%s/contexts/tls/%s/docker/%s", folder, id, names[i]) < 0) {
			return false;
		}
		if (access(path, F_OK) != 0) {
			free(path);
			path = NULL;
		}
		free(*files[i]);
		*files[i] = path;
	}
	return true;
}

static bool take(
	struct server_spec *server, const cJSON *meta, const char *name, const char *folder, const char *id)
{
	char clean[128];
	const cJSON *docker = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(meta, "Endpoints"), "docker");
	const char *host = string_of(docker, "Host");
	if (!host) {
		return cannot(server, _("Docker context %s names no engine (see docker context inspect %s)"),
			name, name);
	}
	text_clean(clean, sizeof(clean), host, strlen(host));
	if (address_bad_docker(host) || strncmp(host, SCHEME, strlen(SCHEME)) == 0) {
		return cannot(server, _("Docker context %s leads to %s, which cannot be reached from here"),
			name, clean);
	}
	return (strncmp(host, "tcp://", 6) != 0 || add_tls(&server->tls, folder, id)) &&
	       set_address(server, host);
}

static bool follow_file(struct server_spec *server, const char *name, const char *folder)
{
	char id[65];
	char *path = NULL;
	sha256_hex(name, strlen(name), id);
	if (asprintf(&path, "%s/contexts/meta/%s/meta.json", folder, id) < 0) {
		return false;
	}
	const bool exists = access(path, F_OK) == 0;
	cJSON *meta = read_json(path);
	bool good = false;
	if (meta) {
		char *copy = strdup(name);
		good = copy && take(server, meta, copy, folder, id);
		free(copy);
	} else if (exists) {
		good = cannot(server, _("the file of Docker context %s cannot be read: %s"), name, path);
	} else {
		good = cannot(server, _("there is no Docker context %s in %s (see docker context ls)"), name,
			folder);
	}
	cJSON_Delete(meta);
	free(path);
	return good;
}

bool docker_context_follow(struct server_spec *server)
{
	if (!server->docker || strncmp(server->docker, SCHEME, strlen(SCHEME)) != 0) {
		return true;
	}
	const char *name = server->docker + strlen(SCHEME);
	if (strcmp(name, "default") == 0) {
		return follow_default(server);
	}
	char *folder = docker_context_folder();
	const bool good = folder ? follow_file(server, name, folder)
				 : cannot(server, _("Docker contexts need a good $HOME or $DOCKER_CONFIG"));
	free(folder);
	return good;
}
