/*
 * pool_url.c - urls of servers: which may be written, and which mean the same.
 */
#include "pool_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct parts {
	const char *host; /* the authority without the scheme's own port */
	size_t scheme_len, host_len;
	const char *rest; /* path and all behind it, without slashes at the end */
	size_t rest_len;
};

static bool ends_in(const char *s, size_t len, const char *end)
{
	const size_t end_len = strlen(end);

	return len > end_len && memcmp(s + len - end_len, end, end_len) == 0;
}

static bool split(const char *url, struct parts *parts)
{
	const char *host = strstr(url, "://");
	const bool tls = strncasecmp(url, "https:", 6) == 0;

	if (host == NULL)
		return false;
	parts->scheme_len = (size_t)(host - url);
	parts->host = host + 3;
	parts->host_len = strcspn(parts->host, "/?#");
	parts->rest = parts->host + parts->host_len;
	parts->rest_len = strlen(parts->rest);
	while (parts->rest_len > 0 && parts->rest[parts->rest_len - 1] == '/')
		parts->rest_len--;
	if (ends_in(parts->host, parts->host_len, tls ? ":443" : ":80"))
		parts->host_len -= tls ? 4 : 3;
	return true;
}

bool pool_url_same(const char *a, const char *b)
{
	struct parts x, y;

	if (!split(a, &x) || !split(b, &y))
		return strcmp(a, b) == 0;
	return x.scheme_len == y.scheme_len && strncasecmp(a, b, x.scheme_len) == 0 &&
	       x.host_len == y.host_len && strncasecmp(x.host, y.host, x.host_len) == 0 &&
	       x.rest_len == y.rest_len && memcmp(x.rest, y.rest, x.rest_len) == 0;
}

bool pool_url_valid(const char *url)
{
	const size_t len = strnlen(url, POOL_URL_MAX + 1);
	struct parts parts;

	if (len > POOL_URL_MAX ||
		(strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isgraph((unsigned char)url[i]) || (unsigned char)url[i] > 0x7e ||
			strchr("\"'\\`<>{}|^", url[i]))
			return false;
	return split(url, &parts) && parts.host_len > 0 && parts.host[0] != ':';
}
