#include "docker_context.h"
#include "map.h"
#include "node.h"
#include "ollama-top/config.h"
#include "ollama-top/i18n.h"
#include "ollama-top/units.h"
#include "reader.h"
#include "schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_CONFIG "/etc/ollama-top/config.yaml"

static struct fleet_spec *fail(struct config_error *error, const char *path, const char *what)
{
	snprintf(error->message, sizeof(error->message), "%s: %s", path, what);
	return NULL;
}

/* At most CONFIG_FILE_MAX bytes; NULL with `error` filled. The caller frees. */
static char *read_all(int fd, const char *path, size_t *len, struct config_error *error)
{
	char *text = malloc(CONFIG_FILE_MAX + 1);
	size_t used = 0;
	ssize_t n = text ? 1 : -1;
	while (n > 0 && used <= CONFIG_FILE_MAX) {
		n = read(fd, text + used, CONFIG_FILE_MAX + 1 - used);
		if (n < 0 && errno == EINTR) {
			n = 1;
		} else if (n > 0) {
			used += (size_t)n;
		}
	}
	if (n < 0) {
		fail(error, path, strerror(errno));
		free(text);
		return NULL;
	}
	if (used > CONFIG_FILE_MAX) {
		snprintf(error->message, sizeof(error->message),
			_("%s:1:1: the file is larger than 1M; expected a configuration"), path);
		free(text);
		return NULL;
	}
	*len = used;
	return text;
}

static char *join(const char *folder, const char *rest)
{
	char *path = NULL;
	return asprintf(&path, "%s%s", folder, rest) < 0 ? NULL : path;
}

/* The per-user file, whether it exists or not; NULL without a home. */
static char *user_config(void)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");
	if (xdg && xdg[0] == '/') {
		return join(xdg, "/ollama-top/config.yaml");
	}
	const char *home = getenv("HOME");
	return home && home[0] == '/' ? join(home, "/.config/ollama-top/config.yaml") : NULL;
}

char *config_find(const char *option)
{
	const char *named = option ? option : getenv("OLLAMA_TOP_CONFIG");
	if (named && named[0] != '\0') {
		return strdup(named);
	}
	char *path = user_config();
	if (path && access(path, F_OK) == 0) {
		return path;
	}
	free(path);
	return access(SYSTEM_CONFIG, F_OK) == 0 ? strdup(SYSTEM_CONFIG) : NULL;
}

struct fleet_spec *config_load(const char *path, struct config_error *error)
{
	/* O_NONBLOCK: a FIFO nobody writes to must not hang the start. */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		return fail(error, path, strerror(errno));
	}
	size_t len = 0;
	struct stat status;
	char *text = NULL;
	if (fstat(fd, &status) == 0 && !S_ISREG(status.st_mode)) {
		fail(error, path, _("is not a file; expected a YAML file"));
	} else {
		text = read_all(fd, path, &len, error);
	}
	close(fd);
	struct fleet_spec *spec = text ? config_parse(path, text, len, error) : NULL;
	free(text);
	if (spec) {
		spec->path = strdup(path);
	}
	return spec;
}

/* False when out of memory: a context that cannot be followed is its server's trouble alone. */
static bool follow_contexts(struct fleet_spec *spec)
{
	bool good = true;
	for (size_t i = 0; good && i < spec->server_count; i++) {
		good = docker_context_follow(&spec->servers[i]);
	}
	return good;
}

static void mark_autoscaled(struct fleet_spec *spec)
{
	for (size_t i = 0; i < spec->server_count; i++) {
		for (size_t k = 0; k < spec->autoscale_count; k++) {
			struct server_spec *server = &spec->servers[i];
			server->autoscaled |= strcmp(server->name, spec->autoscale[k].server) == 0;
		}
	}
}

struct fleet_spec *config_parse(const char *name, const char *text, size_t len, struct config_error *error)
{
	struct reader reader = {.name = name, .error = error};
	struct tree tree;
	error->message[0] = '\0';
	if (len > CONFIG_FILE_MAX) {
		reader_fail_at(&reader, 1, 1, _("the file is larger than 1M; expected a configuration"));
		return NULL;
	}
	struct fleet_spec *spec = calloc(1, sizeof(*spec));
	bool good = spec != NULL || reader_out_of_memory(&reader);
	if (good) {
		good = tree_parse(&tree, &reader, text, len);
		if (good && !tree.root) {
			good = reader_fail_at(
				&reader, 1, 1, _("the file is empty; expected \"servers: ...\""));
		}
		good = good && map_read(&reader, tree.root, &schema_fleet, spec);
		tree_free(&tree);
		good = good && spec && (follow_contexts(spec) || reader_out_of_memory(&reader));
	}
	if (!good) {
		spec_free(spec);
		return NULL;
	}
	mark_autoscaled(spec);
	return spec;
}

bool config_seconds(const char *text, int64_t min_ms, int64_t max_ms, int64_t *ms)
{
	double seconds = 0;
	const char *rest = units_decimal(text, &seconds);
	if (!rest || *rest != '\0' || seconds * 1000 < (double)min_ms || seconds * 1000 > (double)max_ms) {
		return false;
	}
	*ms = (int64_t)(seconds * 1000 + 0.5);
	return true;
}
