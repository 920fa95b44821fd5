/*
 * tunnel_command.c - ssh:// addresses, and the command lines of ssh (OpenSSH 7.6 and newer: ssh(1), ssh_config(5)).
 *
 * The connection is made without any forward, and the forwards are added over its control socket: so they can be
 * added as instances appear, without a break, and forwards of the user's own configuration, which another ssh of his
 * may hold, are none of ours.
 */
#include "tunnel_private.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DOCKER_SOCKET "/var/run/docker.sock"

static bool only(const char *text, size_t len, const char *others)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && (text[i] == '\0' || strchr(others, text[i]) == NULL))
			return false;
	return len > 0;
}

static bool copy(char *dst, size_t size, const char *text, size_t len)
{
	if (len >= size)
		return false;
	memcpy(dst, text, len);
	dst[len] = '\0';
	return true;
}

static bool parse_port(const char *text, size_t len, int *port)
{
	char digits[6];
	if (len == 0)
		return true;
	if (!copy(digits, sizeof digits, text, len) || strspn(digits, "0123456789") != len)
		return false;
	*port = atoi(digits);
	return *port > 0 && *port <= 65535;
}

/* "HOST", "HOST:PORT", "[IPv6]:PORT" */
static bool parse_host(const char *text, size_t len, struct tunnel_address *out)
{
	bool bracketed = len > 0 && text[0] == '[';
	const char *end = memchr(text, bracketed ? ']' : ':', len);
	const char *host = text + bracketed, *rest = end != NULL ? end + bracketed : text + len;
	size_t host_len = (size_t)((end != NULL ? end : text + len) - host);
	size_t rest_len = len - (size_t)(rest - text);
	if ((bracketed && end == NULL) || (rest_len > 0 && *rest != ':') || (rest_len == 1) ||
		!parse_port(rest + 1, rest_len > 0 ? rest_len - 1 : 0, &out->port))
		return false;
	return only(host, host_len, bracketed ? ":.%-_" : ".-_") && host[0] != '-' &&
	       copy(out->host, sizeof out->host, host, host_len);
}

bool tunnel_parse_address(const char *text, struct tunnel_address *out)
{
	size_t len = strcspn(text, "/");
	const char *path = text + len;
	const char *at = memchr(text, '@', len);
	*out = (struct tunnel_address){0};
	if (at != NULL) {
		size_t user = (size_t)(at - text);
		if (!only(text, user, ".-_") || text[0] == '-' ||
			!copy(out->user, sizeof out->user, text, user))
			return false;
		len -= user + 1;
		text = at + 1;
	}
	if (strcmp(path, "/") == 0 || *path == '\0')
		path = DOCKER_SOCKET;
	/* ssh splits at colons, and expands % and $. */
	return only(path, strlen(path), "/.-_+@,=~") &&
	       copy(out->path, sizeof out->path, path, strlen(path)) && parse_host(text, len, out);
}

static void add(struct command *c, const char *format, ...)
{
	va_list args;
	char *word = NULL;
	if (c->count + 1 >= c->room) {
		size_t room = c->room != 0 ? 2 * c->room : 64;
		char **argv = realloc(c->argv, room * sizeof(*argv));
		if (argv == NULL) {
			c->failed = true;
			return;
		}
		c->argv = argv;
		c->room = room;
	}
	va_start(args, format);
	if (vasprintf(&word, format, args) < 0) {
		word = NULL;
		c->failed = true;
	}
	va_end(args);
	c->argv[c->count] = word;
	c->argv[c->count + 1] = NULL;
	c->count += word != NULL;
}

static void add_option(struct command *c, const char *option)
{
	add(c, "-o");
	add(c, "%s", option);
}

static const char *const options[] = {
	/* Nobody is there to answer; what a key agent or known_hosts cannot settle is said and tried again. */
	"BatchMode=yes",
	/* Not over a connection of the user's own, which would outlive us. */
	"ControlMaster=yes",
	"ControlPersist=no",
	"ClearAllForwardings=yes",
	"ExitOnForwardFailure=yes",
	"StreamLocalBindUnlink=yes",
	"StreamLocalBindMask=0177",
	/* A connection that is cut without a word is given up after 15 s. */
	"ServerAliveInterval=5",
	"ServerAliveCountMax=3",
	/* Nothing else that the configuration may ask for at this host. */
	"ForwardAgent=no",
	"ForwardX11=no",
	"Tunnel=no",
	"PermitLocalCommand=no",
	"RemoteCommand=none",
	/* Reasons are at this level, and nothing that is longer. */
	"LogLevel=INFO",
};

static void add_destination(struct command *c, const struct tunnel_address *to)
{
	if (to->user[0] != '\0') {
		add(c, "-l");
		add(c, "%s", to->user);
	}
	if (to->port != 0) {
		add(c, "-p");
		add(c, "%d", to->port);
	}
	add(c, "--");
	add(c, "%s", to->host);
}

void command_connect(
	struct command *c, const struct tunnel_address *to, const char *control, int64_t timeout_ms)
{
	*c = (struct command){0};
	add(c, "ssh");
	add(c, "-NnT");
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		add_option(c, options[i]);
	add(c, "-oConnectTimeout=%lld", (long long)((timeout_ms + 999) / 1000));
	add(c, "-oControlPath=%s", control);
	add_destination(c, to);
}

void command_forward(struct command *c, const struct tunnel_address *to, const char *control,
	const struct forward *forwards, size_t count)
{
	*c = (struct command){0};
	add(c, "ssh");
	/* It speaks to the other ssh alone: nothing of the configuration is for it. */
	add(c, "-F");
	add(c, "none");
	add(c, "-S");
	add(c, "%s", control);
	add(c, "-O");
	add(c, "forward");
	for (size_t i = 0; i < count; i++) {
		if (forwards[i].open)
			continue;
		add(c, "-L");
		add(c, "%s:%s", forwards[i].local, forwards[i].remote);
	}
	add(c, "--");
	add(c, "%s", to->host);
}

void command_free(struct command *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->argv[i]);
	free(c->argv);
	*c = (struct command){0};
}
