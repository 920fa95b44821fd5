#include "ollama-top/docker_endpoint.h"

#include "ollama-top/i18n.h"
#include "ollama-top/tunnel.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PORT_PLAIN "2375"
#define PORT_TLS   "2376"

typedef void endpoint_fn(const struct server_spec *server, const char *rest, struct docker_endpoint *out);

static bool has_tls(const struct tls_spec *tls)
{
	return tls->ca != NULL || tls->cert != NULL || tls->key != NULL;
}

/* "HOST", "HOST:PORT", "[ADDRESS]:PORT": is it this machine? */
static bool is_loopback(const char *authority)
{
	return strncmp(authority, "127.", 4) == 0 || strncmp(authority, "[::1]", 5) == 0 ||
	       (strncasecmp(authority, "localhost", 9) == 0 && (authority[9] == ':' || authority[9] == '\0'));
}

static bool has_port(const char *authority)
{
	const char *bracket = strrchr(authority, ']');
	return strchr(bracket != NULL ? bracket : authority, ':') != NULL;
}

static void open_unix(const struct server_spec *server, const char *rest, struct docker_endpoint *out)
{
	(void)server;
	if ((size_t)snprintf(out->socket, sizeof out->socket, "%s", rest) >= sizeof out->socket)
		snprintf(out->error, sizeof out->error, "%s", _("the path of the socket is too long"));
	strcpy(out->base, "http://docker");
}

static void open_host(
	const struct server_spec *server, const char *authority, bool tls, struct docker_endpoint *out)
{
	size_t len = strcspn(authority, "/");
	char host[256];
	if (len >= sizeof host) {
		snprintf(out->error, sizeof out->error, "%s", _("the address of the engine is too long"));
		return;
	}
	memcpy(host, authority, len);
	host[len] = '\0';
	snprintf(out->base, sizeof out->base, "%s://%s%s%s", tls ? "https" : "http", host,
		has_port(host) ? "" : ":",
		has_port(host) ? ""
		: tls          ? PORT_TLS
			       : PORT_PLAIN);
	if (tls)
		out->tls = &server->tls;
	else if (!is_loopback(host))
		snprintf(out->warning, sizeof out->warning,
			_("Docker at %s is reached without TLS: whoever reaches that port is root on the "
			  "server"),
			host);
}

static void open_tcp(const struct server_spec *server, const char *rest, struct docker_endpoint *out)
{
	open_host(server, rest, has_tls(&server->tls), out);
}

static void open_https(const struct server_spec *server, const char *rest, struct docker_endpoint *out)
{
	open_host(server, rest, true, out);
}

static void open_ssh(const struct server_spec *server, const char *rest, struct docker_endpoint *out)
{
	struct tunnel_address to;
	(void)server;
	if (!tunnel_parse_address(rest, &to))
		snprintf(out->error, sizeof out->error,
			_("ssh://%s is no address of a Docker Engine: ssh://[USER@]HOST[:PORT][/PATH]"),
			rest);
	strcpy(out->base, "http://docker");
	out->tunneled = true;
}

static void open_context(const struct server_spec *server, const char *rest, struct docker_endpoint *out)
{
	if (server->docker_error != NULL)
		snprintf(out->error, sizeof out->error, "%s", server->docker_error);
	else
		snprintf(out->error, sizeof out->error, _("context %s was not looked up"), rest);
}

static const struct {
	const char *scheme;
	endpoint_fn *open;
} kinds[] = {
	{"unix://", open_unix},
	{"tcp://", open_tcp},
	{"http://", open_tcp},
	{"https://", open_https},
	{"ssh://", open_ssh},
	{"context://", open_context},
};

bool docker_endpoint_of(const struct server_spec *server, struct docker_endpoint *out)
{
	*out = (struct docker_endpoint){0};
	if (server->docker == NULL)
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t len = strlen(kinds[i].scheme);
		if (strncasecmp(server->docker, kinds[i].scheme, len) == 0) {
			kinds[i].open(server, server->docker + len, out);
			return true;
		}
	}
	snprintf(out->error, sizeof out->error,
		_("%s is no address of a Docker Engine: unix://PATH or tcp://HOST:PORT"), server->docker);
	return true;
}
