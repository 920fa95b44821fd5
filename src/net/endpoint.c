/*
 * endpoint.c - where requests go: base URL, Unix socket, TLS files, bearer token; see http.h.
 */
#include "http-private.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_MAX ((size_t)64 << 10)

/* Reads at most `size` bytes of a regular file; -1 with errno set. Never waits for a FIFO's writer. */
static ssize_t read_file(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t len = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	while (len < size && (got = read(fd, out + len, size - len)) > 0)
		len += (size_t)got;
	close(fd);
	return got < 0 ? -1 : (ssize_t)len;
}

/* What is wrong with the bytes of a token, translated; NULL when nothing is. */
static const char *token_fault(const char *token, size_t len)
{
	if (len == 0)
		return _("empty");
	if (len > TOKEN_MAX)
		return _("larger than 64K");
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)token[i] <= ' ' || token[i] == 0x7f)
			return _("has spaces or control characters inside");
	return NULL;
}

/* The token of a file without the white space around it, as a header; NULL with `error` filled. */
static char *token_header(const char *path, char *error, size_t error_size)
{
	static const char prefix[] = "Authorization: Bearer ";
	const size_t size = sizeof prefix + TOKEN_MAX + 1;
	char *header = calloc(1, size);
	char *token;
	const char *why = NULL;
	ssize_t len;

	if (header == NULL) {
		snprintf(error, error_size, "%s", _("out of memory"));
		return NULL;
	}
	memcpy(header, prefix, sizeof prefix - 1);
	token = header + sizeof prefix - 1;
	len = read_file(path, token, TOKEN_MAX + 1);
	if (len < 0) {
		why = errno == EINVAL ? _("not a regular file") : strerror(errno);
	} else {
		while (len > 0 && len <= (ssize_t)TOKEN_MAX && isspace((unsigned char)token[len - 1]))
			token[--len] = '\0';
		why = token_fault(token, (size_t)len);
	}
	if (why == NULL)
		return header;
	snprintf(error, error_size, _("token file %s: %s"), path, why);
	explicit_bzero(header, size);
	free(header);
	return NULL;
}

bool http_token_warning(const char *path, char *text, size_t size)
{
	struct stat st;
	char shown[TEXT_NAME_MAX];

	text[0] = '\0';
	if (stat(path, &st) != 0 || (st.st_mode & (S_IRGRP | S_IROTH)) == 0)
		return false;
	text_clean(shown, sizeof shown, path, strlen(path));
	snprintf(text, size,
		(st.st_mode & S_IROTH) != 0
			? _("every user of this machine can read the token file %s: chmod 600 it")
			: _("the group of the token file %s can read it: chmod 600 it"),
		shown);
	return true;
}

/* Appends to the list, freeing all of it when memory runs out. */
static bool append(struct curl_slist **list, const char *header)
{
	struct curl_slist *more = curl_slist_append(*list, header);

	if (more == NULL)
		return false;
	*list = more;
	return true;
}

static void wipe(struct curl_slist *list)
{
	for (struct curl_slist *l = list; l != NULL; l = l->next)
		explicit_bzero(l->data, strlen(l->data));
	curl_slist_free_all(list);
}

static struct http_headers *make_headers(const char *authorization)
{
	struct http_headers *h = calloc(1, sizeof *h);

	if (h == NULL)
		return NULL;
	/* libcurl would wait for "100 Continue" before a large body; none of our servers sends it. */
	if (!append(&h->with_body, "Content-Type: application/json") || !append(&h->with_body, "Expect:") ||
		(authorization != NULL && !append(&h->with_body, authorization))) {
		wipe(h->with_body);
		free(h);
		return NULL;
	}
	h->without_body = h->with_body->next->next;
	h->references = 1;
	return h;
}

static bool copy(char **to, const char *from)
{
	if (from == NULL)
		return true;
	*to = strdup(from);
	return *to != NULL;
}

/* Fills base, host_name and port from a URL of a scheme and an authority alone. */
static bool parse_base(struct http_endpoint *e, const char *url)
{
	CURLU *u = curl_url();
	char *part[4] = {NULL}; /* scheme, host, port, path */
	bool good;

	good = u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	       curl_url_get(u, CURLUPART_SCHEME, &part[0], 0) == CURLUE_OK &&
	       curl_url_get(u, CURLUPART_HOST, &part[1], 0) == CURLUE_OK &&
	       curl_url_get(u, CURLUPART_PORT, &part[2], CURLU_DEFAULT_PORT) == CURLUE_OK &&
	       curl_url_get(u, CURLUPART_PATH, &part[3], 0) == CURLUE_OK &&
	       (strcasecmp(part[0], "http") == 0 || strcasecmp(part[0], "https") == 0) &&
	       strcmp(part[3], "/") == 0 && strpbrk(url, "@?#") == NULL;
	for (char *c = good ? part[1] : NULL; c != NULL && *c != '\0'; c++) {
		good = good && (unsigned char)*c > ' ' && (unsigned char)*c < 0x7f;
		*c = (char)tolower((unsigned char)*c);
	}
	if (good) {
		good = asprintf(&e->base, "%s://%s:%s", part[0], part[1], part[2]) >= 0 &&
		       copy(&e->host_name, part[1]) && copy(&e->port, part[2]);
	}
	for (size_t i = 0; i < 4; i++)
		curl_free(part[i]);
	curl_url_cleanup(u);
	return good;
}

static void host_release(struct http_host *host)
{
	if (host == NULL || --host->endpoints > 0)
		return;
	if (host->ready)
		TAILQ_REMOVE(&host->http->ready, host, in_ready);
	TAILQ_REMOVE(&host->http->hosts, host, in_http);
	name_free(&host->name);
	free(host->key);
	free(host);
}

void http_bare_host(char *out, size_t size, const char *host)
{
	size_t len = strlen(host);

	if (host[0] == '[' && len > 2)
		snprintf(out, size, "%.*s", (int)(len - 2), host + 1);
	else
		snprintf(out, size, "%s", host);
}

static struct http_host *host_new(struct http *http, const char *key, const char *name)
{
	struct http_host *host = calloc(1, sizeof *host);

	if (host == NULL)
		return NULL;
	host->http = http;
	TAILQ_INIT(&host->queue);
	TAILQ_INIT(&host->active);
	host->key = strdup(key);
	if (host->key == NULL || !name_init(&host->name, &http->resolver, name)) {
		free(host->key);
		free(host);
		return NULL;
	}
	host->name.on_change = http_host_resolved;
	host->name.user = host;
	TAILQ_INSERT_TAIL(&http->hosts, host, in_http);
	return host;
}

static struct http_host *host_obtain(struct http *http, const struct http_endpoint *e)
{
	const char *key = e->unix_socket != NULL ? e->unix_socket : e->host_name;
	char bare[256];
	struct http_host *host;

	TAILQ_FOREACH(host, &http->hosts, in_http)
	{
		if (strcmp(host->key, key) == 0)
			break;
	}
	if (host == NULL) {
		http_bare_host(bare, sizeof bare, e->unix_socket != NULL ? "localhost" : e->host_name);
		host = host_new(http, key, bare);
	}
	if (host != NULL)
		host->endpoints++;
	return host;
}

static void free_strings(struct http_endpoint *e)
{
	free(e->base);
	free(e->host_name);
	free(e->port);
	free(e->unix_socket);
	free(e->ca);
	free(e->cert);
	free(e->key);
	free(e->token_file);
	free(e);
}

struct http_headers *http_endpoint_headers(struct http_endpoint *e, char *error, size_t size)
{
	if (e->headers == NULL) {
		char *token = NULL;

		if (e->token_file != NULL && (token = token_header(e->token_file, error, size)) == NULL)
			return NULL;
		e->headers = make_headers(token);
		if (token != NULL)
			explicit_bzero(token, strlen(token));
		free(token);
	}
	if (e->headers == NULL) {
		snprintf(error, size, "%s", _("out of memory"));
		return NULL;
	}
	e->headers->references++;
	return e->headers;
}

void http_endpoint_forget_token(struct http_endpoint *e)
{
	if (e->token_file == NULL)
		return;
	http_headers_release(e->headers);
	e->headers = NULL;
}

void http_headers_release(struct http_headers *h)
{
	if (h == NULL || --h->references > 0)
		return;
	wipe(h->with_body);
	free(h);
}

void http_endpoint_detach(struct http_endpoint *e)
{
	struct http_request *r;

	while ((r = TAILQ_FIRST(&e->requests)) != NULL)
		http_cancel(r);
	TAILQ_REMOVE(&e->http->endpoints, e, in_http);
	host_release(e->host);
	e->host = NULL;
	e->http = NULL;
}

struct http_endpoint *http_endpoint_new(struct http *http, const struct http_endpoint_options *o)
{
	struct http_endpoint *e = calloc(1, sizeof *e);
	bool good;

	if (e == NULL)
		return NULL;
	TAILQ_INIT(&e->requests);
	good = parse_base(e, o->base) && copy(&e->unix_socket, o->unix_socket) &&
	       copy(&e->token_file, o->token_file);
	if (good && o->tls != NULL)
		good = copy(&e->ca, o->tls->ca) && copy(&e->cert, o->tls->cert) && copy(&e->key, o->tls->key);
	if (!good || http->closing || (e->host = host_obtain(http, e)) == NULL) {
		free_strings(e);
		return NULL;
	}
	e->http = http;
	e->passing = o->passing;
	if (e->unix_socket != NULL || e->ca != NULL || e->cert != NULL || e->key != NULL || e->passing)
		e->serial = ++http->serial;
	TAILQ_INSERT_TAIL(&http->endpoints, e, in_http);
	return e;
}

void http_endpoint_free(struct http_endpoint *e)
{
	if (e == NULL)
		return;
	if (e->http != NULL)
		http_endpoint_detach(e);
	http_headers_release(e->headers);
	free_strings(e);
}
