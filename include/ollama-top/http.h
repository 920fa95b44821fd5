/*
 * http.h - HTTP/1.1 over TCP, TLS and Unix sockets on a libuv loop (curl multi-socket).
 *
 * Requests never block and always end: exactly one on_done for each http_send() that
 * returned a handle, unless http_cancel() was called. Limits are DESIGN.md section 9:
 * a deadline for every request, a cap on every body, no redirects, http and https only,
 * at most 64 requests in flight to one endpoint (the rest wait in order, their deadline
 * running). Host names are resolved by uv_getaddrinfo and handed to curl as numeric
 * addresses. Keep-alive connections are reused.
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
};

struct http_response {
	int status;       /* 0 when there was no answer */
	const char *body; /* NUL-terminated, valid during the callback; "" for streams */
	size_t body_len;
	double latency_ms; /* request written to first byte of the answer, connection excluded when reused */
	int64_t date_wall; /* the Date header, ms since 1970; 0 when absent */
	const char *error; /* transport failure in words ("connection refused", "timed out after 3s",
	                         "cannot resolve NAME: ...", "answer larger than 16M", ...); NULL when an
	                         HTTP answer came, whatever its status */
};

typedef void http_done_fn(void *user, const struct http_response *response);
/* Stream data as it arrives; return false to end the stream (on_done follows with "cancelled"). */
typedef bool http_data_fn(void *user, const char *data, size_t len);

struct http_request_options {
	const char *method;    /* "GET" when NULL */
	const char *path;      /* "/api/version", with query, already percent-encoded */
	const char *json;      /* optional body; copied */
	int64_t deadline_ms;   /* whole request; for a stream until the headers */
	int64_t idle_ms;       /* streams: longest silence, 0 for none (TCP keep-alive watches then) */
	http_data_fn *on_data; /* set: a stream without a body cap */
	http_done_fn *on_done;
	void *user;
};

struct http *http_new(uv_loop_t *loop, const struct clock *clock);
/* Cancels everything without callbacks, closes every handle; run the loop until it is empty after. */
void http_close(struct http *http);

/* Strings are copied. NULL when out of memory or the base is not http(s). */
struct http_endpoint *http_endpoint_new(struct http *http, const struct http_endpoint_options *options);
/* Ends its requests without callbacks. */
void http_endpoint_free(struct http_endpoint *endpoint);

/* NULL only when out of memory. on_done is never called before http_send() returns. */
struct http_request *http_send(struct http_endpoint *endpoint, const struct http_request_options *options);
void http_cancel(struct http_request *request);

/* How many requests this client has sent: total, and with a method that changes things. */
void http_counts(const struct http *http, uint64_t *total, uint64_t *changing);

#endif
