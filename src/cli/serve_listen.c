#include "serve_listen.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG 64

static bool fail(char *error, const char *text)
{
	char shown[64];
	text_clean(shown, sizeof(shown), text, strlen(text));
	snprintf(error, SERVE_ERROR_MAX,
		_("--listen \"%s\" cannot be used; expected ADDRESS:PORT with a number for an address, such "
		  "as "
		  "127.0.0.1:9421 or [::1]:9421"),
		shown);
	return false;
}

static bool parse_port(const char *text, in_port_t *port)
{
	char *end = NULL;
	if (text[0] < '0' || text[0] > '9' || strlen(text) > 5) {
		return false;
	}
	const long number = strtol(text, &end, 10);
	*port = htons((in_port_t)number);
	return *end == '\0' && number <= 65535;
}

static bool parse_v4(struct serve_place *place, const char *host, in_port_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&place->address;
	if (inet_pton(AF_INET, host, &v4->sin_addr) != 1) {
		return false;
	}
	v4->sin_family = AF_INET;
	v4->sin_port = port;
	place->len = sizeof(*v4);
	place->loopback = ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return true;
}

static bool parse_v6(struct serve_place *place, const char *host, in_port_t port)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&place->address;
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1) {
		return false;
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = port;
	place->len = sizeof(*v6);
	place->loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
	return true;
}

bool serve_listen_parse(struct serve_place *place, const char *text, char *error)
{
	char host[INET6_ADDRSTRLEN];
	in_port_t port;
	const char *colon = strrchr(text, ':');
	*place = (struct serve_place){0};
	if (!colon || !parse_port(colon + 1, &port)) {
		return fail(error, text);
	}
	const size_t len = (size_t)(colon - text);
	const bool bracketed = len > 2 && text[0] == '[' && text[len - 1] == ']';
	const size_t inner = bracketed ? len - 2 : len;
	if (inner >= sizeof(host)) {
		return fail(error, text);
	}
	memcpy(host, text + bracketed, inner);
	host[inner] = '\0';
	if (!(bracketed ? parse_v6(place, host, port) : parse_v4(place, host, port))) {
		return fail(error, text);
	}
	return true;
}

static void name_place(char *name, const struct sockaddr_storage *address)
{
	char host[INET6_ADDRSTRLEN] = "";
	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(name, SERVE_PLACE_MAX, "%s:%d", host, ntohs(v4->sin_port));
	} else {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(name, SERVE_PLACE_MAX, "[%s]:%d", host, ntohs(v6->sin6_port));
	}
}

/* :: is every address, of version 4 too, whatever the system's default is. */
static bool take_place(int fd, const struct serve_place *place)
{
	const int yes = 1;
	const int no = 0;
	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
	       (place->address.ss_family != AF_INET6 ||
		       setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) == 0) &&
	       bind(fd, (const struct sockaddr *)&place->address, place->len) == 0 &&
	       listen(fd, BACKLOG) == 0;
}

int serve_listen_open(const struct serve_place *place, char *name, char *error)
{
	struct sockaddr_storage taken = place->address;
	socklen_t len = sizeof(taken);
	const int fd = socket(place->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && take_place(fd, place)) {
		getsockname(fd, (struct sockaddr *)&taken, &len);
		name_place(name, &taken);
		return fd;
	}
	const int why = errno;
	name_place(name, &place->address);
	snprintf(error, SERVE_ERROR_MAX,
		_("cannot listen on %s: %s; choose another address or port with --listen"), name,
		strerror(why));
	if (fd >= 0) {
		close(fd);
	}
	return -1;
}
