/*
 * http-error.c - why a request failed, in words that name what to do.
 */
#include "http-private.h"
#include "ollama-top/i18n.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct words {
	int code;
	const char *text;
};

/* What libcurl reports, where no more is known than its code. */
static const struct words curl_words[] = {
	{CURLE_UNSUPPORTED_PROTOCOL, N_("not HTTP")},
	{CURLE_WEIRD_SERVER_REPLY, N_("not HTTP")},
	{CURLE_HTTP2, N_("not HTTP")},
	{CURLE_URL_MALFORMAT, N_("malformed URL")},
	{CURLE_COULDNT_CONNECT, N_("cannot connect")},
	{CURLE_OPERATION_TIMEDOUT, N_("timed out while connecting")},
	{CURLE_PARTIAL_FILE, N_("the connection ended before the answer was complete")},
	{CURLE_GOT_NOTHING, N_("the connection was closed without an answer")},
	{CURLE_SEND_ERROR, N_("the connection broke while the request was sent")},
	{CURLE_RECV_ERROR, N_("the connection broke while the answer came")},
	{CURLE_BAD_CONTENT_ENCODING, N_("the answer has an encoding that was not asked for")},
	{CURLE_OUT_OF_MEMORY, N_("out of memory")},
	{CURLE_SSL_CONNECT_ERROR, N_("TLS: no agreement with the server")},
	{CURLE_SSL_CACERT_BADFILE, N_("TLS: cannot read the certificates of authorities (see tls.ca)")},
	{CURLE_SSL_CERTPROBLEM, N_("TLS: cannot use the client certificate and key (see tls.cert, tls.key)")},
	{CURLE_SSL_CIPHER, N_("TLS: no cipher in common with the server")},
	{CURLE_SSL_ISSUER_ERROR, N_("TLS: certificate not trusted (set tls.ca)")},
};

/* What the operating system reported. */
static const struct words os_words[] = {
	{ECONNREFUSED, N_("connection refused")},
	{ECONNRESET, N_("connection reset")},
	{EPIPE, N_("connection reset")},
	{ECONNABORTED, N_("connection reset")},
	{ETIMEDOUT, N_("the network gave up connecting")},
	{EHOSTUNREACH, N_("no route to the host")},
	{ENETUNREACH, N_("network unreachable")},
	{EMFILE, N_("too many open files (raise the limit: ulimit -n)")},
	{ENFILE, N_("too many open files on this machine")},
};

/* OpenSSL's X509_V_ERR_ codes, which are part of its interface. */
static const struct words certificate_words[] = {
	{9, N_("TLS: certificate not valid yet (check the clocks)")},
	{10, N_("TLS: certificate expired")},
	{18, N_("TLS: certificate not trusted (set tls.ca)")},
	{19, N_("TLS: certificate not trusted (set tls.ca)")},
	{20, N_("TLS: certificate not trusted (set tls.ca)")},
	{21, N_("TLS: certificate not trusted (set tls.ca)")},
	{23, N_("TLS: certificate revoked")},
	{62, N_("TLS: certificate is for another host")},
	{64, N_("TLS: certificate is for another address")},
};

/* Parts of libcurl's and OpenSSL's messages that say more than libcurl's code. */
static const struct {
	const char *part, *text;
} messages[] = {
	{"chunked-encoding", N_("not HTTP")},
	{"no alternative certificate subject name", N_("TLS: certificate is for another host")},
	{"does not match target host name", N_("TLS: certificate is for another host")},
	{"certificate required",
		N_("TLS: the server asks for a client certificate (set tls.cert and tls.key)")},
	{"handshake failure",
		N_("TLS: the server refused (is a client certificate needed? set tls.cert and tls.key)")},
	{"bad certificate", N_("TLS: the server refused the client certificate")},
	{"unknown ca", N_("TLS: the server does not trust the client certificate")},
	{"certificate unknown", N_("TLS: the server does not trust the client certificate")},
	{"wrong version number", N_("TLS: the server does not speak TLS here")},
	{"unsupported protocol", N_("TLS: the server only speaks versions before 1.2")},
};

static const char *find_words(const struct words *words, size_t count, int code)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].code == code)
			return _(words[i].text);
	return NULL;
}
#define FIND(table, code) find_words(table, sizeof(table) / sizeof((table)[0]), code)

static const char *find_message(const char *message)
{
	for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
		if (strstr(message, messages[i].part) != NULL)
			return _(messages[i].text);
	return NULL;
}

/* Why a Unix socket could not be reached; false when `os` tells nothing special. */
static bool socket_text(const char *path, int os, char *out, size_t size)
{
	switch (os) {
	case ENOENT:
		snprintf(out, size, _("no such socket: %s"), path);
		return true;
	case EACCES:
	case EPERM:
		if (strstr(path, "docker") != NULL)
			snprintf(
				out, size, _("permission denied on %s: add this user to group docker"), path);
		else
			snprintf(out, size, _("permission denied on %s"), path);
		return true;
	case ECONNREFUSED:
		snprintf(out, size, _("connection refused on %s: nothing serves it"), path);
		return true;
	case ENOTSOCK:
		snprintf(out, size, _("not a socket: %s"), path);
		return true;
	default:
		return false;
	}
}

/* libcurl calls a header line that outgrows its buffer "out of memory". */
static bool header_overflow(const struct http_request *r, CURLcode result)
{
	curl_off_t answered = 0;

	if (result != CURLE_OUT_OF_MEMORY)
		return false;
	curl_easy_getinfo(r->transfer->easy, CURLINFO_STARTTRANSFER_TIME_T, &answered);
	return answered > 0 && r->body.len == 0;
}

/* What only this program knows; NULL when it is libcurl's failure. */
static const char *own_text(const struct http_request *r, CURLcode result)
{
	if (r->ended_by_user)
		return _("cancelled");
	if (r->too_large)
		return _("answer larger than 16M");
	if (r->headers_too_large || header_overflow(r, result))
		return _("headers of the answer larger than 64K");
	if (r->out_of_memory)
		return _("out of memory");
	return NULL;
}

static const char *certificate_text(CURL *easy)
{
	const char *text;
	long verify = 0;

	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verify);
	text = FIND(certificate_words, (int)verify);
	return text != NULL ? text : _("TLS: certificate not accepted");
}

/* Why the socket could not be used; NULL when the system did not say. `buf` may be filled. */
static const char *system_text(const struct http_request *r, CURLcode result, char *buf, size_t size)
{
	const char *path = r->endpoint->unix_socket;
	long os = 0;

	if (result == CURLE_COULDNT_RESOLVE_HOST && path != NULL) {
		snprintf(buf, size, _("path of the socket is too long: %s"), path);
		return buf;
	}
	if (result != CURLE_COULDNT_CONNECT && result != CURLE_RECV_ERROR && result != CURLE_SEND_ERROR)
		return NULL;
	curl_easy_getinfo(r->transfer->easy, CURLINFO_OS_ERRNO, &os);
	if (os == 0)
		os = r->http->open_errno;
	if (path != NULL && result == CURLE_COULDNT_CONNECT && socket_text(path, (int)os, buf, size))
		return buf;
	return FIND(os_words, (int)os);
}

void http_error_text(const struct http_request *r, CURLcode result, char *out, size_t size)
{
	const struct http_transfer *t = r->transfer;
	const char *text = own_text(r, result);
	char buf[HTTP_ERROR_MAX];

	if (text == NULL)
		text = find_message(t->error);
	if (text == NULL && result == CURLE_PEER_FAILED_VERIFICATION)
		text = certificate_text(t->easy);
	if (text == NULL)
		text = system_text(r, result, buf, sizeof buf);
	if (text == NULL)
		text = FIND(curl_words, (int)result);
	if (text == NULL)
		text = t->error[0] != '\0' ? t->error : curl_easy_strerror(result);
	snprintf(out, size, "%s", text);
}

/* "3s", "1.5s", "250ms" */
static void format_wait(char *out, size_t size, int64_t ms)
{
	if (ms % 1000 == 0)
		snprintf(out, size, "%" PRId64 "s", ms / 1000);
	else if (ms > 1000)
		snprintf(out, size, "%.1fs", (double)ms / 1000);
	else
		snprintf(out, size, "%" PRId64 "ms", ms);
}

void http_timeout_text(const struct http_request *r, char *out, size_t size)
{
	bool silent = r->on_data != NULL && r->status >= 200 && r->status < 300;
	char wait[32];

	format_wait(wait, sizeof wait, silent ? r->idle_ms : r->deadline_ms);
	if (silent)
		snprintf(out, size, _("nothing came for %s"), wait);
	else if (r->state == REQUEST_QUEUED)
		snprintf(out, size, _("timed out after %s waiting for earlier requests"), wait);
	else if (r->state == REQUEST_RESOLVING)
		snprintf(
			out, size, _("timed out after %s looking up %s"), wait, r->endpoint->host->name.host);
	else
		snprintf(out, size, _("timed out after %s"), wait);
}
