#include "address.h"

#include "ollama-top/i18n.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/un.h>

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all_in(const char *s, size_t len, const char *others)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_alnum(s[i]) && !(s[i] != '\0' && strchr(others, s[i]))) {
			return false;
		}
	}
	return len > 0;
}

static const char *after(const char *s, const char *prefix)
{
	const size_t len = strlen(prefix);
	return strncmp(s, prefix, len) == 0 ? s + len : NULL;
}

bool address_host(const char *s)
{
	struct in6_addr v6;
	const size_t len = strlen(s);
	if (len > ADDRESS_HOST_MAX) {
		return false;
	}
	if (strchr(s, ':')) {
		return inet_pton(AF_INET6, s, &v6) == 1;
	}
	/* A name that starts with a dash would be taken for an option by ssh. */
	return all_in(s, len, "-._") && s[0] != '-' && s[0] != '.' && !strstr(s, "..");
}

int address_port(const char *s)
{
	int port = 0;
	size_t digits = 0;
	for (; s[digits] >= '0' && s[digits] <= '9' && digits < 5; digits++) {
		port = port * 10 + (s[digits] - '0');
	}
	return digits > 0 && s[digits] == '\0' && port <= 65535 ? port : 0;
}

bool address_authority(const char *s, size_t len, char *host, int *port)
{
	char text[ADDRESS_HOST_MAX + 16];
	if (len >= sizeof(text) || memchr(s, '\0', len)) {
		return false;
	}
	memcpy(text, s, len);
	text[len] = '\0';
	char *name = text;
	char *colon = strchr(text, ':');
	const bool bracketed = text[0] == '[';
	if (bracketed) {
		char *end = strchr(text, ']');
		if (!end || (end[1] != '\0' && end[1] != ':')) {
			return false;
		}
		colon = end[1] == ':' ? end + 1 : NULL;
		*end = '\0';
		name = text + 1;
	}
	*port = 0;
	if (colon) {
		*colon = '\0';
		*port = address_port(colon + 1);
		if (*port == 0) {
			return false;
		}
	}
	if (!address_host(name) || bracketed != (strchr(name, ':') != NULL)) {
		return false;
	}
	memcpy(host, name, strlen(name) + 1);
	return true;
}

const char *address_bad_url(const char *s)
{
	char host[ADDRESS_HOST_MAX + 1];
	int port = 0;
	const char *rest = after(s, "http://");
	if (!rest) {
		rest = after(s, "https://");
	}
	if (!rest) {
		return _("is not an http or https address");
	}
	size_t len = strcspn(rest, "/?#");
	const char *tail = rest + len;
	if (*tail != '\0' && strcmp(tail, "/") != 0) {
		return _("has a path");
	}
	return address_authority(rest, len, host, &port) ? NULL : _("has no good host and port");
}

static const char *bad_length(const char *path)
{
	return strlen(path) < sizeof(((struct sockaddr_un *)0)->sun_path) ? NULL
									  : _("is too long for a socket");
}

static const char *bad_unix(const char *path)
{
	if (path[0] != '/') {
		return _("has no absolute path");
	}
	return bad_length(path);
}

static const char *bad_tcp(const char *rest)
{
	char host[ADDRESS_HOST_MAX + 1];
	int port = 0;
	if (!address_authority(rest, strcspn(rest, "/"), host, &port)) {
		return _("has no good host and port");
	}
	if (rest[strcspn(rest, "/")] != '\0') {
		return _("has a path");
	}
	return port > 0 ? NULL : _("has no port");
}

static const char *bad_ssh(const char *rest)
{
	char host[ADDRESS_HOST_MAX + 1];
	int port = 0;
	const size_t len = strcspn(rest, "/");
	const char *at = memchr(rest, '@', len);
	if (at && (!all_in(rest, (size_t)(at - rest), "-._") || rest[0] == '-')) {
		return _("has no good user name");
	}
	const char *authority = at ? at + 1 : rest;
	if (!address_authority(authority, (size_t)(rest + len - authority), host, &port)) {
		return _("has no good host and port");
	}
	/* ssh splits its arguments at colons, and expands % and $ in them. */
	const char *path = rest + len;
	if (*path != '\0' && !all_in(path, strlen(path), "/.-_+@,=~")) {
		return _("has no good path of a socket");
	}
	return bad_length(path);
}

static const char *bad_context(const char *name)
{
	return all_in(name, strlen(name), "-._+") ? NULL : _("has no good context name");
}

const char *address_bad_docker(const char *s)
{
	static const struct {
		const char *scheme;
		const char *(*bad)(const char *rest);
	} schemes[] = {
		{"unix://", bad_unix},
		{"tcp://", bad_tcp},
		{"ssh://", bad_ssh},
		{"context://", bad_context},
	};
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		const char *rest = after(s, schemes[i].scheme);
		if (rest) {
			return schemes[i].bad(rest);
		}
	}
	return _("is not an address of a Docker engine");
}

const char *address_bad_nfs_source(const char *s)
{
	char host[ADDRESS_HOST_MAX + 1];
	int port = 0;
	if (s[0] == '/') {
		return NULL;
	}
	const char *colon = strstr(s, ":/");
	if (!colon) {
		return _("has no :/PATH");
	}
	return address_authority(s, (size_t)(colon - s), host, &port) && port == 0 ? NULL
										   : _("has no good address");
}
