/*
 * http.h - HTTP/1.1 over TCP, TLS and Unix sockets on a libuv loop (curl multi-socket).
 *
 * Requests never block and always end: exactly one on_done for each http_send() that
 * returned a handle, unless http_cancel() was called. Limits are DESIGN.md section 9:
 * a deadline for every request, a cap on every body, no redirects, http and https only,
 * at most 64 requests in flight to one host or socket (the rest wait in order, their
 * deadline running). Host names are resolved by uv_getaddrinfo and handed to curl as numeric
 * addresses. Keep-alive connections are reused. While over 128 requests are in flight to all
 * servers together, further ones start at 32 each 5 ms, so that a burst does not cost memory.
 */
#ifndef OLLAMA_TOP_HTTP_H
#define OLLAMA_TOP_HTTP_H

#include "ollama-top/loop.h"
#include "ollama-top/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_BODY_MAX      ((size_t)16 << 20)
#define HTTP_LINE_MAX      ((size_t)1 << 20)
#define HTTP_IN_FLIGHT_MAX 64

struct http;          /* the client: one per loop */
struct http_endpoint; /* where requests go: base URL, socket, TLS, token */
struct http_request;  /* one request under way */

struct http_endpoint_options {
	const char *base;           /* "http://10.0.0.84:11434", "https://...", no path */
	const char *unix_socket;    /* optional: connect here; base is then "http://docker" */
	const struct tls_spec *tls; /* optional */
	const char *token_file;     /* optional: sent as bearer token, never shown or logged */
	bool passing;               /* a connection for each request: none is kept that others would count */
};

struct http_response {
	int status; /* 0 when there was no answer */
	/* NUL-terminated, valid during the callback, never NULL. "" for a stream that was answered with
	 * 2xx; the body of an error comes here, not through on_data. */
	const char *body;
	size_t body_len;
	/* Request written to first byte of the answer, with the time to connect when no kept connection
	 * was at hand; never waiting in line or for a name. 0 under a still clock. */
	double latency_ms;
	int64_t date_wall; /* the Date header, ms since 1970; 0 when absent */
	/* Transport failure in words, translated ("connection refused", "timed out after 3s", "cannot
	 * resolve NAME: ...", "answer larger than 16M", ...); NULL when an HTTP answer came, whatever its
	 * status. */
	const char *error;
};

typedef void http_done_fn(void *user, const struct http_response *response);
/*
 * Stream data of a 2xx answer as it arrives; return false to end the stream (on_done follows with
 * "cancelled"). Here and in http_done_fn everything of this header may be called: sending, cancelling
 * any request, freeing any endpoint, closing the client.
 */
typedef bool http_data_fn(void *user, const char *data, size_t len);

struct http_request_options {
	const char *method; /* "GET" when NULL */
	const char *path;   /* "/api/version", with query, already percent-encoded */
	/* Optional body; copied. Only GET and HEAD go out on a kept connection, because libcurl sends again
	 * what such a connection swallowed: all others are sent once. */
	const char *json;
	int64_t deadline_ms;   /* whole request; for a stream until the headers */
	int64_t idle_ms;       /* streams: longest silence, 0 for none (TCP keep-alive watches then) */
	http_data_fn *on_data; /* set: a stream without a body cap */
	http_done_fn *on_done;
	void *user;
};

/*
 * `loop` and `clock` are borrowed. Ignores SIGPIPE where nobody handles it, and raises the soft limit
 * of open files to what a kept connection for each of a thousand instances takes. Kept connections and
 * idle timers do not hold the loop; requests do. NULL when out of memory.
 */
struct http *http_new(uv_loop_t *loop, const struct clock *clock);
/*
 * Cancels everything without callbacks, closes every handle; run the loop until it is empty after (the
 * client frees itself then). Endpoints are still to be freed, before or after; requests are gone, and
 * http_send() gives NULL.
 */
void http_close(struct http *http);

/*
 * True while a look-up of a name is out. Its thread cannot be stopped, so that the loop, and exit()
 * even after it (libuv joins its threads), would wait for a dead resolver: ask before http_close(),
 * and when true leave with _exit() once the terminal and the files are in order.
 */
bool http_resolver_stuck(const struct http *http);

/*
 * What is dangerous about a token file, in words: users other than its owner can read it. False, and "", when nothing is,
 * or it is not there (which a request will say).
 */
bool http_token_warning(const char *path, char *text, size_t size);

/* Strings are copied. NULL when out of memory or the base is not http(s)://HOST[:PORT]. */
struct http_endpoint *http_endpoint_new(struct http *http, const struct http_endpoint_options *options);
/* Ends its requests without callbacks. NULL is allowed. */
void http_endpoint_free(struct http_endpoint *endpoint);

/* NULL only when out of memory or after http_close(). on_done is never called before http_send()
 * returns; when it is called, the handle is no longer valid. */
struct http_request *http_send(struct http_endpoint *endpoint, const struct http_request_options *options);
/* Ends the request without a callback. Only for a handle whose on_done has not been called. */
void http_cancel(struct http_request *request);

/* Connections of this client to where the endpoint goes, kept ones included; 0 for Unix sockets. */
int http_open_connections(const struct http_endpoint *endpoint);

/*
 * For somebody who has the connections at the other end counted, at a moment that he does not know: http_own_begin() before
 * he asks, http_own_end() when he has the answer; between `least` and `most` of the connections were this client's.
 */
struct http_own {
	int open;
	uint64_t sent;
	int least, most;
};
void http_own_begin(const struct http_endpoint *endpoint, struct http_own *own);
void http_own_end(const struct http_endpoint *endpoint, struct http_own *own);

/* How many requests this client has sent: total, and with a method that changes things. */
void http_counts(const struct http *http, uint64_t *total, uint64_t *changing);

/*
 * A name as a part of a path or of a query: all but letters, digits and -._~@ is percent-encoded (RFC 3986; "@" stands
 * for itself in both, and Traefik's services are asked for as NAME@PROVIDER). Cut between characters when it does not fit.
 */
void http_encode(char *dst, size_t size, const char *text);

#endif
