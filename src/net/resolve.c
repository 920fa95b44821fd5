/*
 * resolve.c - see resolve.h.
 */
#include "resolve.h"

#include "ollama-top/i18n.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* Enough for a name with several addresses; the rest of a longer answer is not used. */
#define ADDRESSES_MAX 512

struct lookup {
	uv_getaddrinfo_t request;
	struct resolver *resolver;
	struct name *name; /* NULL once nobody waits for it */
};

static int64_t now_ms(void)
{
	return (int64_t)(uv_hrtime() / 1000000) + 1;
}

static bool is_literal(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	char bare[INET6_ADDRSTRLEN + 1];

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return true;
	if (strchr(host, ':') == NULL)
		return false;
	/* A zone ("fe80::1%eth0") is no business of inet_pton(). */
	snprintf(bare, sizeof bare, "%.*s", (int)strcspn(host, "%"), host);
	return inet_pton(AF_INET6, bare, &v6) == 1;
}

/* libuv renumbers the EAI_ codes and words them in its own way; people know the C library's words. */
static const char *lookup_words(int status)
{
	static const struct {
		int uv, eai;
	} codes[] = {
		{UV_EAI_AGAIN, EAI_AGAIN},
		{UV_EAI_FAIL, EAI_FAIL},
		{UV_EAI_FAMILY, EAI_FAMILY},
		{UV_EAI_MEMORY, EAI_MEMORY},
		{UV_EAI_NONAME, EAI_NONAME},
		{UV_EAI_SERVICE, EAI_SERVICE},
#ifdef EAI_NODATA
		{UV_EAI_NODATA, EAI_NODATA},
#endif
	};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].uv == status)
			return gai_strerror(codes[i].eai);
	return uv_strerror(status);
}

/* One address as CURLOPT_RESOLVE takes it; false for what it cannot take (a zone, other families). */
static bool format_address(char *out, size_t size, const struct addrinfo *a)
{
	char text[INET6_ADDRSTRLEN];

	if (a->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)a->ai_addr;

		inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
		snprintf(out, size, "%s", text);
		return true;
	}
	if (a->ai_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)a->ai_addr;

		if (in6->sin6_scope_id != 0)
			return false;
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
		snprintf(out, size, "[%s]", text);
		return true;
	}
	return false;
}

static char *format_addresses(const struct addrinfo *list)
{
	char all[ADDRESSES_MAX];
	char one[INET6_ADDRSTRLEN + 2];
	size_t len = 0;

	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		size_t need;

		if (!format_address(one, sizeof one, a))
			continue;
		need = strlen(one) + (len > 0 ? 1 : 0);
		if (len + need >= sizeof all)
			break;
		len += (size_t)snprintf(all + len, sizeof all - len, "%s%s", len > 0 ? "," : "", one);
	}
	return len > 0 ? strdup(all) : NULL;
}

static void name_failed(struct name *name, const char *why)
{
	name->failed_at = now_ms();
	snprintf(name->error, sizeof name->error, _("cannot resolve %s: %s"), name->host, why);
}

static void name_answered(struct name *name, int status, const struct addrinfo *list)
{
	char *addresses = status == 0 ? format_addresses(list) : NULL;

	if (addresses != NULL) {
		free(name->addresses);
		name->addresses = addresses;
		name->answered_at = now_ms();
		name->failed_at = 0;
		name->error[0] = '\0';
		return;
	}
	/* "No such name" is an answer; anything else is a resolver in trouble, and what it said earlier stands. */
	if (status == UV_EAI_NONAME || status == UV_EAI_NODATA) {
		free(name->addresses);
		name->addresses = NULL;
	}
	name_failed(name, status == 0 ? _("no usable address") : lookup_words(status));
}

static void on_lookup(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct lookup *lookup = request->data;
	struct resolver *resolver = lookup->resolver;
	struct name *name = lookup->name;

	free(lookup);
	resolver->running--;
	if (name != NULL) {
		name->lookup = NULL;
		name_answered(name, status, list);
	}
	uv_freeaddrinfo(list);
	if (name != NULL && name->on_change != NULL)
		name->on_change(name->user);
	if (resolver->running == 0 && resolver->on_idle != NULL)
		resolver->on_idle(resolver->user);
}

static void start_lookup(struct name *name)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct lookup *lookup = calloc(1, sizeof *lookup);
	int status;

	if (lookup == NULL) {
		name_failed(name, _("out of memory"));
		return;
	}
	lookup->resolver = name->resolver;
	lookup->name = name;
	lookup->request.data = lookup;
	status = uv_getaddrinfo(name->resolver->loop, &lookup->request, on_lookup, name->host, NULL, &hints);
	if (status != 0) {
		free(lookup);
		name_failed(name, lookup_words(status));
		return;
	}
	name->resolver->running++;
	name->lookup = lookup;
}

bool name_init(struct name *name, struct resolver *resolver, const char *host)
{
	*name = (struct name){.resolver = resolver, .host = strdup(host), .literal = is_literal(host)};
	return name->host != NULL;
}

enum name_status name_want(struct name *name)
{
	int64_t now;

	if (name->literal)
		return NAME_READY;
	now = now_ms();
	if (name->lookup == NULL && (name->addresses == NULL || now - name->answered_at >= NAME_TTL_MS) &&
		(name->failed_at == 0 || now - name->failed_at >= NAME_FAILURE_MS))
		start_lookup(name);
	if (name->addresses != NULL)
		return NAME_READY;
	return name->lookup != NULL ? NAME_PENDING : NAME_FAILED;
}

void name_free(struct name *name)
{
	if (name->lookup != NULL) {
		name->lookup->name = NULL;
		uv_cancel((uv_req_t *)&name->lookup->request);
	}
	free(name->host);
	free(name->addresses);
}
