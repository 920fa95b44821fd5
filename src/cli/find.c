#include "find.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdio.h>
#include <string.h>

static void append(char *list, size_t size, const char *name)
{
	const size_t len = strlen(list);
	snprintf(list + len, size - len, "%s%s", len > 0 ? ", " : "", name);
}

static void list_servers(const struct fleet *fleet, char *list, size_t size)
{
	list[0] = '\0';
	for (size_t i = 0; i < fleet->server_count; i++) {
		append(list, size, fleet->servers[i].spec->name);
	}
}

static void list_instances(const struct server *server, char *list, size_t size)
{
	list[0] = '\0';
	for (size_t i = 0; i < server->instance_count; i++) {
		if (!server->instances[i]->gone) {
			append(list, size, server->instances[i]->name);
		}
	}
	if (list[0] == '\0') {
		append(list, size, _("none: it has no instances"));
	}
}

const struct server *find_server(const struct fleet *fleet, const char *name, const char **rest)
{
	for (size_t i = 0; i < fleet->server_count; i++) {
		const char *server = fleet->servers[i].spec->name;
		const size_t len = strlen(server);
		if (strncmp(name, server, len) == 0 && name[len] == '/') {
			*rest = name + len + 1;
			return &fleet->servers[i];
		}
	}
	return NULL;
}

enum find_result find_instance(const struct fleet *fleet, const char *name, const struct server **server,
	const struct instance **instance, char *error)
{
	char list[256];
	char shown[128];
	const char *rest = NULL;
	text_clean(shown, sizeof(shown), name, strlen(name));
	*server = find_server(fleet, name, &rest);
	if (!*server) {
		list_servers(fleet, list, sizeof(list));
		snprintf(error, FIND_ERROR_MAX,
			strchr(name, '/') ? _("\"%s\" is on no server that is configured; expected one of %s")
					  : _("\"%s\" is no SERVER/INSTANCE; the servers are %s"),
			shown, list);
		return FIND_UNKNOWN;
	}
	*instance = fleet_instance(*server, rest);
	if (*instance && !(*instance)->gone) {
		return FIND_FOUND;
	}
	const struct discover_spec *discover = &(*server)->spec->discover;
	const bool discovers = discover->name || discover->label || discover->image;
	if ((discovers && !(*server)->listed) || (*server)->service.link.status == LINK_UNKNOWN) {
		const struct link *docker = &(*server)->docker;
		if (docker->status != LINK_FAILED && docker->status != LINK_NONE) {
			return FIND_WAIT;
		}
		snprintf(error, FIND_ERROR_MAX, _("Docker of %s: %s"), (*server)->spec->name,
			docker->error ? docker->error : _("it is not configured"));
		return FIND_FAILED;
	}
	list_instances(*server, list, sizeof(list));
	snprintf(error, FIND_ERROR_MAX, _("there is no instance \"%s\" on %s; expected one of %s"),
		shown + (rest - name < (long)strlen(shown) ? rest - name : 0), (*server)->spec->name, list);
	return FIND_UNKNOWN;
}
