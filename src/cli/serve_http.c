#include "serve_http.h"

#include "config.h"
#include "serve_health.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib.h: 15 bits, and a gzip header */
/* Repeated names are nearly all of it: the fastest level makes a twentieth of it as well. */
#define GZIP_LEVEL Z_BEST_SPEED

struct serve_http {
	struct serve_http_options options;
	struct MHD_Daemon *daemon;
	uv_poll_t epoll;
	uv_timer_t timeout;
	uint64_t scrapes;
	struct histogram durations;
};

/* An answer being put together. */
struct reply {
	struct MHD_Connection *connection;
	unsigned status;
	const char *type;
	char *body; /* owned */
	size_t len;
	struct packing *packing; /* owned; the body is its, and sent compressed */
	bool varies;
};

/* A body that is compressed while it is sent, a slice in a turn of the loop: of a large fleet it is megabytes. */
struct packing {
	struct serve_http *http;
	z_stream stream;
	char *body;
	uint64_t took_ns; /* of the scrape, so far */
};

typedef void page_fn(struct serve_http *http, struct reply *reply);

static const char *header(const struct reply *reply, const char *name)
{
	return MHD_lookup_connection_value(reply->connection, MHD_HEADER_KIND, name);
}

static void say(struct reply *reply, unsigned status, const char *text)
{
	reply->status = status;
	reply->type = "text/plain; charset=utf-8";
	reply->body = strdup(text);
	reply->len = reply->body ? strlen(text) : 0;
}

static void note_scrape(struct serve_http *http, uint64_t took_ns)
{
	histogram_note(&http->durations, &histogram_latency, (double)took_ns / 1e9);
}

static ssize_t packing_read(void *user, uint64_t at, char *to, size_t most)
{
	struct packing *packing = user;
	const uint64_t began = uv_hrtime();
	(void)at;
	packing->stream.next_out = (unsigned char *)to;
	packing->stream.avail_out = (uInt)most;
	const int result = deflate(&packing->stream, Z_FINISH);
	const size_t made = most - packing->stream.avail_out;
	packing->took_ns += uv_hrtime() - began;
	if (made > 0) {
		return (ssize_t)made;
	}
	return result == Z_STREAM_END ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

/* It was sent, or whoever asked has gone. */
static void packing_free(void *user)
{
	struct packing *packing = user;
	note_scrape(packing->http, packing->took_ns);
	deflateEnd(&packing->stream);
	free(packing->body);
	free(packing);
}

/* Sends the body compressed; as it is when that cannot be done. */
static void pack(struct serve_http *http, struct reply *reply)
{
	struct packing *packing = calloc(1, sizeof(*packing));
	if (!packing || deflateInit2(&packing->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
				Z_DEFAULT_STRATEGY) != Z_OK) {
		free(packing);
		return;
	}
	packing->http = http;
	packing->body = reply->body;
	packing->stream.next_in = (unsigned char *)reply->body;
	packing->stream.avail_in = (uInt)reply->len;
	reply->packing = packing;
}

static void page_metrics(struct serve_http *http, struct reply *reply)
{
	const uint64_t began = uv_hrtime();
	struct metrics_self self = {.scrapes = ++http->scrapes, .durations = http->durations};
	const struct metrics_source source = {
		.fleet = http->options.fleet, .autoscale = http->options.autoscale, .self = &self};
	const enum metrics_format format = metrics_negotiate(header(reply, MHD_HTTP_HEADER_ACCEPT));
	http->options.fill(http->options.user, &self);
	reply->body = metrics_write(&source, format, &reply->len);
	if (!reply->body) {
		say(reply, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
		return;
	}
	reply->type = metrics_content_type(format);
	reply->varies = true;
	if (metrics_accepts_gzip(header(reply, MHD_HTTP_HEADER_ACCEPT_ENCODING))) {
		pack(http, reply);
	}
	if (reply->packing) {
		reply->packing->took_ns = uv_hrtime() - began;
	} else {
		note_scrape(http, uv_hrtime() - began);
	}
}

static void page_health(struct serve_http *http, struct reply *reply)
{
	char text[160];
	const bool fresh =
		serve_health(http->options.fleet, clock_mono_ms(http->options.clock), text, sizeof(text));
	say(reply, fresh ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, text);
}

static void page_root(struct serve_http *http, struct reply *reply)
{
	(void)http;
	say(reply, MHD_HTTP_OK,
		"<!doctype html>\n<html lang=\"en\"><head><title>ollama-top</title></head><body>\n"
		"<h1>ollama-top " PACKAGE_VERSION "</h1>\n"
		"<p>The exporter of a fleet of Ollama servers.</p>\n"
		"<ul><li><a href=\"/metrics\">/metrics</a>: for Prometheus</li>\n"
		"<li><a href=\"/healthz\">/healthz</a>: whether what it tells is of now</li></ul>\n"
		"</body></html>\n");
	reply->type = "text/html; charset=utf-8";
}

static const struct {
	const char *path;
	page_fn *page;
} pages[] = {
	{"/", page_root},
	{"/metrics", page_metrics},
	{"/healthz", page_health},
};

static page_fn *find_page(const char *path)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		if (strcmp(pages[i].path, path) == 0) {
			return pages[i].page;
		}
	}
	return NULL;
}

/* Owns the body from here on; NULL when out of memory. */
static struct MHD_Response *make_response(const struct reply *reply)
{
	struct MHD_Response *response =
		reply->packing
			? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, SERVE_REQUEST_MAX, packing_read,
				  reply->packing, packing_free)
			: MHD_create_response_from_buffer(reply->len, reply->body, MHD_RESPMEM_MUST_FREE);
	if (!response && reply->packing) {
		packing_free(reply->packing);
	} else if (!response) {
		free(reply->body);
	}
	return response;
}

static enum MHD_Result send_reply(const struct reply *reply)
{
	struct MHD_Response *response = make_response(reply);
	if (!response) {
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (reply->varies) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
	}
	if (reply->packing) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	}
	if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	}
	const enum MHD_Result result = MHD_queue_response(reply->connection, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static bool has_body(const struct reply *reply)
{
	const char *length = header(reply, MHD_HTTP_HEADER_CONTENT_LENGTH);
	return header(reply, MHD_HTTP_HEADER_TRANSFER_ENCODING) || (length && strcmp(length, "0") != 0);
}

/* Called once a request's head is there, and for one without a body, which is all that is served, once more. */
static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *upload, size_t *upload_len, void **context)
{
	static char seen;
	struct serve_http *http = user;
	struct reply reply = {.connection = connection, .status = MHD_HTTP_OK};
	page_fn *page = find_page(path);
	(void)version;
	(void)upload;
	*upload_len = 0;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		say(&reply, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
	} else if (has_body(&reply)) {
		say(&reply, MHD_HTTP_CONTENT_TOO_LARGE, "a request here has no body\n");
	} else if (!*context) {
		*context = &seen;
		return MHD_YES;
	} else if (page) {
		page(http, &reply);
	} else {
		say(&reply, MHD_HTTP_NOT_FOUND, "not found; there is /metrics and /healthz\n");
	}
	return reply.body ? send_reply(&reply) : MHD_NO;
}

static void on_timeout(uv_timer_t *timer);

/* Lets the daemon do what there is to do, and look again when it next has a deadline. */
static void turn(struct serve_http *http)
{
	MHD_UNSIGNED_LONG_LONG ms = 0;
	MHD_run(http->daemon);
	if (MHD_get_timeout(http->daemon, &ms) == MHD_YES) {
		uv_timer_start(&http->timeout, on_timeout, ms, 0);
	} else {
		uv_timer_stop(&http->timeout);
	}
}

static void on_timeout(uv_timer_t *timer)
{
	turn(timer->data);
}

static void on_epoll(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	turn(poll->data);
}

static bool start_daemon(struct serve_http *http)
{
	http->daemon =
		MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, http, MHD_OPTION_LISTEN_SOCKET,
			http->options.socket, MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVE_CONNECTIONS_MAX,
			MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVE_REQUEST_MAX,
			MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVE_SILENCE_S, MHD_OPTION_END);
	if (!http->daemon) {
		close(http->options.socket);
		return false;
	}
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || uv_poll_init(http->options.loop, &http->epoll, info->epoll_fd) != 0) {
		MHD_stop_daemon(http->daemon);
		return false;
	}
	return true;
}

struct serve_http *serve_http_new(const struct serve_http_options *options)
{
	struct serve_http *http = calloc(1, sizeof(*http));
	if (!http) {
		close(options->socket);
		return NULL;
	}
	http->options = *options;
	if (!start_daemon(http)) {
		free(http);
		return NULL;
	}
	uv_timer_init(options->loop, &http->timeout);
	http->epoll.data = http->timeout.data = http;
	uv_poll_start(&http->epoll, UV_READABLE, on_epoll);
	return http;
}

void serve_http_close(struct serve_http *http)
{
	if (!http) {
		return;
	}
	uv_close((uv_handle_t *)&http->epoll, NULL);
	uv_close((uv_handle_t *)&http->timeout, NULL);
	MHD_stop_daemon(http->daemon);
	http->daemon = NULL;
}

void serve_http_free(struct serve_http *http)
{
	free(http);
}
