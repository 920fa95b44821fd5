/*
 * http-transfer.c - one exchange: a pooled easy handle, set up for a request, and what comes back.
 */
#include "http-private.h"
#include "ollama-top/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Easy handles kept for the next request; each is some 6 KiB and its receive buffer. */
#define POOL_MAX 16

/*
 * libcurl's receive buffer: each transfer has one of its own, a thousand when servers fall silent. What is
 * longer, such as a list of containers, is read in parts.
 */
#define RECEIVE_SIZE 2048L

#define HEADERS_MAX      ((size_t)64 << 10)
#define BUFFER_FIRST     ((size_t)1024)
#define BUFFER_KEEP_MAX  ((size_t)64 << 10)
#define KEEPALIVE_IDLE   30L
#define KEEPALIVE_PERIOD 10L

/* Room for `more` bytes and a NUL, at least doubling. */
static bool buffer_reserve(struct http_buffer *b, size_t more)
{
	size_t capacity = b->capacity > 0 ? b->capacity : BUFFER_FIRST;
	char *data;

	while (capacity < b->len + more + 1)
		capacity *= 2;
	if (capacity == b->capacity)
		return true;
	data = realloc(b->data, capacity);
	if (data == NULL)
		return false;
	b->data = data;
	b->capacity = capacity;
	return true;
}

/* Keeps the body, within the cap. */
static size_t keep_body(struct http_request *r, const char *data, size_t len)
{
	struct http_buffer *b = &r->body;

	if (b->data == NULL) {
		*b = r->http->spare;
		r->http->spare = (struct http_buffer){0};
	}
	if (len > HTTP_BODY_MAX - b->len) {
		r->too_large = true;
		return 0;
	}
	if (!buffer_reserve(b, len)) {
		r->out_of_memory = true;
		return 0;
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return len;
}

/* CURLOPT_WRITEFUNCTION */
static size_t on_body(char *data, size_t size, size_t count, void *user)
{
	struct http_request *r = user;
	size_t len = size * count;

	if (r->state == REQUEST_DEAD)
		return 0;
	if (r->on_data == NULL || r->status >= 300)
		return keep_body(r, data, len);
	if (r->idle_ms > 0)
		r->deadline_at = clock_mono_ms(r->http->clock) + r->idle_ms;
	r->ended_by_user = !r->on_data(r->user, data, len);
	return r->ended_by_user || r->state == REQUEST_DEAD ? 0 : len;
}

/* From here on a stream is only watched for silence. */
static void headers_complete(struct http_request *r)
{
	if (r->on_data == NULL || r->status < 200 || r->status >= 300)
		return;
	r->deadline_at = 0;
	if (r->idle_ms > 0) {
		r->deadline_at = clock_mono_ms(r->http->clock) + r->idle_ms;
		http_deadline_watch(r->http, r->deadline_at);
	}
}

/* CURLOPT_HEADERFUNCTION: one line, with its end, without a NUL */
static size_t on_header(char *line, size_t size, size_t count, void *user)
{
	struct http_request *r = user;
	size_t len = size * count;

	if (r->state == REQUEST_DEAD)
		return 0;
	r->header_bytes += len;
	if (r->header_bytes > HEADERS_MAX) {
		r->headers_too_large = true;
		return 0;
	}
	if (len > 12 && strncmp(line, "HTTP/", 5) == 0) {
		const char *code = memchr(line, ' ', len);

		r->status = code != NULL ? atoi(code) : 0;
	} else if (len > 5 && strncasecmp(line, "Date:", 5) == 0) {
		r->date_wall = http_date_ms(line + 5, len - 5);
	} else if (len <= 2) {
		headers_complete(r);
	}
	return len;
}

/* CURLOPT_RESOLVER_START_FUNCTION: libcurl found no address for a name. It must not look one up, since that
 * may block; addresses written as such, and localhost, it takes without asking anybody. */
static int on_resolve(void *resolver, void *reserved, void *user)
{
	const struct http_request *r = user;

	(void)resolver;
	(void)reserved;
	return r->endpoint != NULL && r->endpoint->host->name.literal ? 0 : 1;
}

/* What is the same for every request. */
static void set_common(struct http *http, struct http_transfer *t)
{
	CURL *easy = t->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_PERIOD);
	/* With an age every end of a transfer walks the whole cache; names come and go through
	 * CURLOPT_RESOLVE, and what remains are addresses, which do not age. */
	curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "ollama-top");
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_SIZE);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, on_resolve);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, http_socket_open_hook);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, http);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, http_socket_close_hook);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, http);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
	t->set_for = 0;
	t->plain = true;
}

static struct http_transfer *transfer_obtain(struct http *http)
{
	struct http_transfer *t = http->pool;

	if (t != NULL) {
		http->pool = t->next;
		http->pool_count--;
		return t;
	}
	t = calloc(1, sizeof *t);
	if (t == NULL || (t->easy = curl_easy_init()) == NULL) {
		free(t);
		return NULL;
	}
	set_common(http, t);
	return t;
}

static void transfer_free(struct http_transfer *t)
{
	curl_easy_cleanup(t->easy);
	free(t);
}

static void transfer_release(struct http *http, struct http_transfer *t)
{
	if (http->pool_count >= POOL_MAX || http->closing) {
		transfer_free(t);
		return;
	}
	if (!t->plain) {
		curl_easy_reset(t->easy);
		set_common(http, t);
	}
	t->next = http->pool;
	http->pool = t;
	http->pool_count++;
}

/* Socket, TLS files and what becomes of the connection, where the handle has not got this endpoint's from an earlier request. */
static CURLcode set_endpoint(struct http_transfer *t, const struct http_endpoint *e)
{
	CURLcode result = CURLE_OK;

	if (t->set_for == e->serial)
		return CURLE_OK;
	result |= curl_easy_setopt(t->easy, CURLOPT_UNIX_SOCKET_PATH, e->unix_socket);
	result |= curl_easy_setopt(t->easy, CURLOPT_SSLCERT, e->cert);
	result |= curl_easy_setopt(t->easy, CURLOPT_SSLKEY, e->key);
	result |= curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, (long)e->passing);
	if (e->ca != NULL) {
		result |= curl_easy_setopt(t->easy, CURLOPT_CAINFO, e->ca);
		result |= curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
		/* Nothing but a reset brings the system's authorities back. */
		t->plain = false;
	}
	t->set_for = e->serial;
	return result;
}

static CURLcode set_method(struct http_transfer *t, const struct http_request *r)
{
	CURLcode result = CURLE_OK;

	if (r->json == NULL && strcmp(r->method, "GET") == 0)
		return CURLE_OK;
	t->plain = false;
	if (strcmp(r->method, "HEAD") == 0)
		return curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	if (r->json != NULL || strcmp(r->method, "POST") == 0) {
		const char *body = r->json != NULL ? r->json : "";

		result |= curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
		result |= curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, body);
	}
	if (strcmp(r->method, "POST") != 0)
		result |= curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, r->method);
	if (strcmp(r->method, "GET") != 0)
		result |= curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	return result;
}

/* The addresses of a name, as libcurl's cache takes them. */
static CURLcode set_addresses(struct http_transfer *t, struct http_request *r)
{
	const struct http_endpoint *e = r->endpoint;
	char *entry;

	if (!e->host->name.literal) {
		if (asprintf(&entry, "%s:%s:%s", e->host_name, e->port, e->host->name.addresses) < 0)
			return CURLE_OUT_OF_MEMORY;
		r->resolve = curl_slist_append(NULL, entry);
		free(entry);
		if (r->resolve == NULL)
			return CURLE_OUT_OF_MEMORY;
	}
	return curl_easy_setopt(t->easy, CURLOPT_RESOLVE, r->resolve);
}

static CURLcode set_request(struct http_transfer *t, struct http_request *r)
{
	const struct http_headers *h = r->headers;
	CURLcode result = CURLE_OK;

	t->error[0] = '\0';
	result |= curl_easy_setopt(t->easy, CURLOPT_PRIVATE, r);
	result |= curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, r);
	result |= curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, r);
	result |= curl_easy_setopt(t->easy, CURLOPT_RESOLVER_START_DATA, r);
	result |= curl_easy_setopt(t->easy, CURLOPT_URL, r->url);
	result |= curl_easy_setopt(
		t->easy, CURLOPT_HTTPHEADER, r->json != NULL ? h->with_body : h->without_body);
	result |= set_method(t, r);
	result |= set_endpoint(t, r->endpoint);
	result |= set_addresses(t, r);
	return result;
}

bool http_transfer_start(struct http_request *r, char *why, size_t size)
{
	struct http *http = r->http;

	r->headers = http_endpoint_headers(r->endpoint, why, size);
	if (r->headers == NULL)
		return false;
	r->transfer = transfer_obtain(http);
	if (r->transfer == NULL || set_request(r->transfer, r) != CURLE_OK ||
		curl_multi_add_handle(http->multi, r->transfer->easy) != CURLM_OK) {
		snprintf(why, size, "%s", _("out of memory"));
		http_transfer_stop(r);
		return false;
	}
	return true;
}

void http_transfer_stop(struct http_request *r)
{
	if (r->transfer != NULL) {
		curl_multi_remove_handle(r->http->multi, r->transfer->easy);
		transfer_release(r->http, r->transfer);
		r->transfer = NULL;
	}
	curl_slist_free_all(r->resolve);
	r->resolve = NULL;
	http_headers_release(r->headers);
	r->headers = NULL;
}

void http_transfer_pool_free(struct http *http)
{
	struct http_transfer *t;

	while ((t = http->pool) != NULL) {
		http->pool = t->next;
		transfer_free(t);
	}
	http->pool_count = 0;
	free(http->spare.data);
	http->spare = (struct http_buffer){0};
}

void http_buffer_keep(struct http *http, struct http_buffer *b)
{
	if (b->data != NULL && http->spare.data == NULL && b->capacity <= BUFFER_KEEP_MAX && !http->closing) {
		http->spare = *b;
		http->spare.len = 0;
	} else {
		free(b->data);
	}
	*b = (struct http_buffer){0};
}

double http_transfer_latency(const struct http_request *r)
{
	CURL *easy = r->transfer->easy;
	curl_off_t sent = 0;
	curl_off_t answered = 0;
	long connects = 0;

	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &answered);
	if (connects == 0)
		curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &sent);
	if (answered <= sent)
		return 0;
	return clock_elapsed_ms(r->http->clock, (uint64_t)sent * 1000, (uint64_t)answered * 1000);
}
