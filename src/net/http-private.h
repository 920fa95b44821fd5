/*
 * http-private.h - what the parts of the HTTP client share: http.c (life of the client and its requests), http-queue.c (their
 * order), endpoint.c (where they go), http-transfer.c (libcurl's easy handles), http-socket.c (libcurl's multi handle on
 * libuv), http-peer.c (which connections are open), http-error.c (failures in words).
 *
 * libcurl may not be called from its own callbacks. What users do in theirs while `in_curl` is set is
 * therefore noted (queues, the list of the dead) and done when libcurl has returned.
 */
#ifndef OLLAMA_TOP_NET_HTTP_PRIVATE_H
#define OLLAMA_TOP_NET_HTTP_PRIVATE_H

#include "ollama-top/http.h"
#include "resolve.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <uv.h>

#define HTTP_ERROR_MAX 320

struct http_socket;

TAILQ_HEAD(request_list, http_request);
TAILQ_HEAD(endpoint_list, http_endpoint);
TAILQ_HEAD(host_list, http_host);

/* A growing byte buffer; `data` is NUL-terminated once anything was allocated. */
struct http_buffer {
	char *data;
	size_t len, capacity;
};

/* A libcurl easy handle, kept from one request to the next. */
struct http_transfer {
	CURL *easy;
	struct http_transfer *next; /* in the pool */
	uint64_t set_for;           /* serial of the endpoint whose socket and TLS files are set, 0: none */
	bool plain;                 /* what was set so far is set anew or fits every request */
	char error[CURL_ERROR_SIZE];
};

/* A host name or Unix socket: what the limit of requests in flight counts, and one name to resolve. */
struct http_host {
	TAILQ_ENTRY(http_host) in_http;
	TAILQ_ENTRY(http_host) in_ready;
	struct http *http;
	char *key;
	struct name name;
	size_t endpoints;          /* that refer to it */
	int open_errno;            /* why the last socket could not be opened; 0 when it could */
	size_t in_flight;          /* requests in `active` */
	bool ready;                /* is in http->ready */
	struct request_list queue; /* waiting for a place */
	struct request_list active;
};

/* Headers of an endpoint's requests. Those of a GET are the tail of the list, so one list does for all. */
struct http_headers {
	size_t references;
	struct curl_slist *with_body, *without_body;
};

struct http_endpoint {
	TAILQ_ENTRY(http_endpoint) in_http;
	struct http *http; /* NULL after http_close() */
	struct http_host *host;
	uint64_t serial; /* of this endpoint; 0 when there is nothing to set for it: all such are alike */
	char *base, *host_name, *port;
	char *unix_socket, *ca, *cert, *key, *token_file;
	bool passing;                 /* its connections are not kept */
	uint64_t sent;                /* requests so far */
	struct http_headers *headers; /* NULL until first use, and after a 401 */
	struct request_list requests;
};

enum request_state {
	REQUEST_QUEUED,    /* in host->queue */
	REQUEST_RESOLVING, /* in host->active, waits for the name */
	REQUEST_RUNNING,   /* in host->active, in libcurl's hands */
	REQUEST_FAILED,    /* in http->failed, to be reported */
	REQUEST_DEAD,      /* in http->dead: cancelled inside a callback of libcurl */
	REQUEST_DONE,      /* on_done is being called */
};

struct http_request {
	TAILQ_ENTRY(http_request) in_http;     /* http->all, for the deadlines */
	TAILQ_ENTRY(http_request) in_endpoint; /* endpoint->requests */
	TAILQ_ENTRY(http_request) in_line;     /* the list that `state` names */
	struct http *http;
	struct http_endpoint *endpoint;
	enum request_state state;
	int64_t deadline_at, deadline_ms, idle_ms; /* deadline_at: monotonic, 0 for none */
	http_data_fn *on_data;
	http_done_fn *on_done;
	void *user;
	struct http_transfer *transfer;
	struct http_headers *headers;
	struct curl_slist *resolve;
	struct http_buffer body;
	size_t header_bytes;
	int64_t date_wall;
	int status;         /* as far as known: set when the headers are complete */
	bool ended_by_user; /* on_data returned false */
	bool too_large, headers_too_large, out_of_memory;
	char *error;        /* REQUEST_FAILED: why; owned */
	const char *method; /* these point into `text` */
	const char *url, *json;
	char text[];
};

/* Where an open socket leads. */
struct http_peer {
	int family; /* 0: it is not open */
	int port;
	unsigned char address[16];
};

struct http_file {
	struct http_socket *socket; /* NULL: not polled */
	struct http_peer peer;
};

struct http {
	uv_loop_t *loop;
	const struct clock *clock;
	CURLM *multi;
	struct resolver resolver;
	uv_timer_t curl_timer, deadline_timer, pace_timer, tidy_timer;
	uv_idle_t kick; /* runs once, soon: starts what is queued, reports what failed, drives libcurl */
	size_t handles; /* of libuv, not yet closed */
	bool in_curl, curl_due, closing, finished;
	int open_errno;          /* why the last socket could not be opened; 0 when it could */
	size_t in_flight;        /* of all hosts */
	size_t starts_left;      /* until pace_timer fires, while a crowd is in flight */
	int64_t check_at;        /* when deadline_timer fires; INT64_MAX: it is off */
	struct http_file *files; /* by file descriptor */
	size_t file_count;
	struct http_transfer *pool;
	size_t pool_count;
	struct http_buffer spare; /* a body's buffer, kept for the next */
	struct request_list all, failed, dead;
	struct endpoint_list endpoints;
	struct host_list hosts, ready;
	uint64_t serial, sent, changing;
};

/* http.c */
/* One of libuv's handles that were counted in `handles` has closed. */
void http_handle_closed(struct http *http);
/* The transfer of a running request has ended with `result`: reports it and frees the request. */
void http_finish(struct http_request *request, CURLcode result);
/* Called whenever libcurl has returned: takes in what ended, removes the dead, finishes a close. */
void http_after_curl(struct http *http);

/* http-queue.c */
/* Sees to what is queued, failed or due, soon and from the loop. */
void http_kick(struct http *http);
/* A new request joins the line of its host, its deadline running. */
void http_enqueue(struct http_request *request);
/* A deadline at this monotonic time: the timer fires then or earlier. */
void http_deadline_watch(struct http *http, int64_t at);
void http_host_resolved(void *host);
/* Takes a request that is not dead or done out of every list. */
void http_request_unlink(struct http_request *request);
void http_request_free(struct http_request *request);
/* Unlinks the request, calls its on_done, frees it. */
void http_request_report(struct http_request *request, const struct http_response *response);

/* http-socket.c: the multi handle on the loop */
bool http_multi_open(struct http *http);
void http_multi_close(struct http *http);
/* Lets libcurl do what its timer says is due. */
void http_multi_run(struct http *http);
/* CURLOPT_OPENSOCKETFUNCTION and CURLOPT_CLOSESOCKETFUNCTION */
curl_socket_t http_socket_open_hook(void *http, curlsocktype purpose, struct curl_sockaddr *address);
int http_socket_close_hook(void *http, curl_socket_t fd);

/* The place of a file descriptor, made when there is none; NULL without one, or out of memory. */
struct http_file *http_file(struct http *http, int fd);

/* http-peer.c: where the open sockets lead. A descriptor of -1 is none. */
void http_peer_note(struct http *http, int fd, const struct sockaddr *address);
void http_peer_forget(struct http *http, int fd);

/* http-transfer.c: one exchange */
/* Takes an easy handle, sets it up and hands it to libcurl; false with `why` filled, translated. */
bool http_transfer_start(struct http_request *request, char *why, size_t size);
/* Takes the handle back from libcurl, which drops the connection if the exchange was not complete. */
void http_transfer_stop(struct http_request *request);
void http_transfer_pool_free(struct http *http);
void http_buffer_keep(struct http *http, struct http_buffer *buffer);
double http_transfer_latency(const struct http_request *request);

/* endpoint.c */
/* The host without the brackets of an IPv6 address. */
void http_bare_host(char *out, size_t size, const char *host);
/* The headers to send, with a reference; NULL with `error` filled. */
struct http_headers *http_endpoint_headers(struct http_endpoint *endpoint, char *error, size_t size);
/* The token was refused: the file is read again for the next request. */
void http_endpoint_forget_token(struct http_endpoint *endpoint);
void http_headers_release(struct http_headers *headers);
void http_endpoint_detach(struct http_endpoint *endpoint);

/* http-date.c: the value of a Date header in milliseconds since 1970; 0 when it is not one. */
int64_t http_date_ms(const char *value, size_t len);

/* http-error.c */
/* Why a running request failed, in words, translated. */
void http_error_text(const struct http_request *request, CURLcode result, char *out, size_t size);
void http_timeout_text(const struct http_request *request, char *out, size_t size);

#endif
