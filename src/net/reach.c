#include "ollama-top/reach.h"

#include "ollama-top/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int reach_port(const char *url)
{
	bool tls = strncasecmp(url, "https://", 8) == 0;
	const char *authority = strstr(url, "://");
	if (authority == NULL)
		return 0;
	authority += 3;
	size_t len = strcspn(authority, "/");
	const char *bracket = memchr(authority, ']', len);
	const char *from = bracket != NULL ? bracket : authority;
	const char *colon = memchr(from, ':', len - (size_t)(from - authority));
	if (colon == NULL)
		return tls ? 443 : 80;
	int port = atoi(colon + 1);
	return port > 0 && port <= 65535 ? port : 0;
}

struct http_endpoint *reach_docker(struct http *http, struct tunnels *tunnels,
	const struct server_spec *server, struct docker_endpoint *where)
{
	struct tunnel *tunnel;
	const char *socket;
	if (!docker_endpoint_of(server, where) || where->error[0] != '\0')
		return NULL;
	if (where->tunneled) {
		tunnel = tunnel_of(tunnels, server);
		socket = tunnel != NULL ? tunnel_docker(tunnel) : NULL;
		if (socket == NULL) {
			snprintf(where->error, sizeof where->error, "%s",
				_("no folder for an ssh tunnel can be made in $XDG_RUNTIME_DIR or /tmp"));
			return NULL;
		}
		snprintf(where->socket, sizeof where->socket, "%s", socket);
	}
	struct http_endpoint *endpoint = http_endpoint_new(
		http, &(struct http_endpoint_options){.base = where->base,
			      .unix_socket = where->socket[0] != '\0' ? where->socket : NULL,
			      .tls = where->tls});
	if (endpoint == NULL)
		snprintf(where->error, sizeof where->error, "%s",
			_("this is no usable address of a Docker Engine"));
	return endpoint;
}

bool reach_api_is_tunneled(const struct server_spec *server, const struct instance_spec *spec)
{
	return spec != NULL ? spec->ssh : server->discover.ssh;
}

/* The port on the server's loopback: that of the instance, where its url leads elsewhere (to a proxy's name). */
static int remote_port(const struct instance_spec *spec, const char *url)
{
	return spec != NULL && spec->port > 0 ? spec->port : reach_port(url);
}

/*
 * Ollama on a loopback answers 403 to a Host header that is not local, and what comes out of the tunnel is local to
 * it: it is asked as a local client asks. A url of the operator's own is kept, for its certificate or proxy. Where a
 * policy counts the connections, of every ollama-top that watches, none is kept.
 */
struct http_endpoint *reach_api(struct http *http, struct tunnels *tunnels, const struct server_spec *server,
	const struct instance_spec *spec, const char *url)
{
	char local[64];
	struct http_endpoint_options options = {.base = url, .passing = server->autoscaled};
	if (spec != NULL) {
		options.token_file = spec->token_file;
		if (spec->tls.ca != NULL || spec->tls.cert != NULL)
			options.tls = &spec->tls;
	}
	if (reach_api_is_tunneled(server, spec)) {
		struct tunnel *tunnel = tunnel_of(tunnels, server);
		int port = remote_port(spec, url);
		options.unix_socket = tunnel != NULL && port > 0 ? tunnel_port(tunnel, port) : NULL;
		if (options.unix_socket == NULL)
			return NULL;
		snprintf(local, sizeof local, "http://127.0.0.1:%d", port);
		if (spec == NULL || spec->url == NULL)
			options.base = local;
	}
	return http_endpoint_new(http, &options);
}

/* The tunnel in between, and the local socket there; false without one. */
static bool find_socket(struct tunnels *tunnels, const struct server_spec *server,
	const struct instance_spec *spec, const char *url, struct tunnel **tunnel, const char **local)
{
	struct docker_endpoint where;
	*local = NULL;
	if (url != NULL ? !reach_api_is_tunneled(server, spec)
			: !docker_endpoint_of(server, &where) || !where.tunneled)
		return false;
	*tunnel = tunnel_of(tunnels, server);
	if (*tunnel != NULL)
		*local = url != NULL ? tunnel_port(*tunnel, remote_port(spec, url)) : tunnel_docker(*tunnel);
	return true;
}

bool reach_is_open(struct tunnels *tunnels, const struct server_spec *server,
	const struct instance_spec *spec, const char *url)
{
	struct tunnel *tunnel;
	const char *local;
	return !find_socket(tunnels, server, spec, url, &tunnel, &local) ||
	       (local != NULL && tunnel_is_open(tunnel, local));
}

const char *reach_explain(struct tunnels *tunnels, const struct server_spec *server,
	const struct instance_spec *spec, const char *url, const char *error)
{
	struct tunnel *tunnel;
	const char *local, *text = NULL;
	if (error != NULL && find_socket(tunnels, server, spec, url, &tunnel, &local) && local != NULL)
		text = tunnel_explain(tunnel, local);
	return text != NULL ? text : error;
}
