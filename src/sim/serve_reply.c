/*
 * serve_reply.c - reading a request, and answering it in one piece.
 */
#include "serve_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static struct pending *pending_of(const struct serve_request *request)
{
	/* The public part is the first member. */
	return (struct pending *)(uintptr_t)request;
}

const char *serve_query(const struct serve_request *request, const char *name)
{
	return MHD_lookup_connection_value(pending_of(request)->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool serve_query_bool(const struct serve_request *request, const char *name, bool otherwise)
{
	const char *value = serve_query(request, name);

	if (!value)
		return otherwise;
	return strcmp(value, "1") == 0 || strcasecmp(value, "true") == 0;
}

struct nth {
	const char *name, *value;
	size_t left;
};

static enum MHD_Result on_argument(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct nth *nth = user;

	(void)kind;
	if (strcmp(name, nth->name) != 0)
		return MHD_YES;
	if (nth->left-- > 0)
		return MHD_YES;
	nth->value = value ? value : "";
	return MHD_NO;
}

const char *serve_query_nth(const struct serve_request *request, const char *name, size_t i)
{
	struct nth nth = {.name = name, .left = i};

	MHD_get_connection_values(pending_of(request)->connection, MHD_GET_ARGUMENT_KIND, on_argument, &nth);
	return nth.value;
}

const char *serve_header(const struct serve_request *request, const char *name)
{
	return MHD_lookup_connection_value(pending_of(request)->connection, MHD_HEADER_KIND, name);
}

int64_t serve_age(const struct serve_request *request)
{
	return (int64_t)uv_now(request->serve->loop) - request->arrived;
}

cJSON *serve_json(const struct serve_request *request)
{
	return cJSON_ParseWithLength(request->body, request->body_len);
}

void serve_add_header(struct serve_request *request, const char *name, const char *value)
{
	struct pending *pending = pending_of(request);
	char **header;

	if (pending->header_count == SERVE_HEADERS_MAX)
		return;
	header = pending->headers[pending->header_count];
	header[0] = strdup(name);
	header[1] = strdup(value);
	pending->header_count++;
}

/* The server's own clock, which may be wrong, and which stands still in a still world. */
static void add_date(const struct serve_request *request, struct MHD_Response *response)
{
	int64_t wall = request->world->wall + (request->server ? request->server->skew_ms : 0);
	time_t seconds = wall / 1000;
	struct tm tm;
	char date[40];

	if (gmtime_r(&seconds, &tm) && strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		MHD_add_response_header(response, MHD_HTTP_HEADER_DATE, date);
}

void serve_finish(
	struct pending *pending, int status, const char *content_type, struct MHD_Response *response)
{
	if (!response) {
		pending->aborted = true;
		return;
	}
	if (content_type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	for (size_t i = 0; i < pending->header_count; i++)
		if (pending->headers[i][0] && pending->headers[i][1])
			MHD_add_response_header(response, pending->headers[i][0], pending->headers[i][1]);
	add_date(&pending->request, response);
	if (pending->response)
		MHD_destroy_response(pending->response);
	pending->response = response;
	pending->status = (unsigned)status;
}

enum serve_result serve_reply(
	struct serve_request *request, int status, const char *content_type, const char *body, size_t len)
{
	struct pending *pending = pending_of(request);

	if (serve_hostile_reply(pending, status, content_type, body, len))
		return SERVE_DONE;
	serve_finish(pending, status, content_type,
		MHD_create_response_from_buffer(len, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY));
	return SERVE_DONE;
}

enum serve_result serve_text(
	struct serve_request *request, int status, const char *content_type, const char *text)
{
	return serve_reply(request, status, content_type, text, strlen(text));
}

enum serve_result serve_empty(struct serve_request *request, int status)
{
	return serve_reply(request, status, NULL, "", 0);
}

static const char *json_type(const struct serve_request *request)
{
	return request->kind == SERVE_OLLAMA ? "application/json; charset=utf-8" : "application/json";
}

enum serve_result serve_reply_json(struct serve_request *request, int status, cJSON *json)
{
	static const char nothing[] = "{\"error\":\"out of memory\"}";
	char *text = json ? cJSON_PrintUnformatted(json) : NULL;
	size_t len = text ? strlen(text) : 0;

	cJSON_Delete(json);
	if (!text)
		return serve_reply(request, MHD_HTTP_INTERNAL_SERVER_ERROR, json_type(request), nothing,
			strlen(nothing));
	/* The terminating NUL gives way to Docker's newline; the length says where the body ends. */
	if (request->kind == SERVE_DOCKER)
		text[len++] = '\n';
	serve_reply(request, status, json_type(request), text, len);
	free(text);
	return SERVE_DONE;
}

enum serve_result serve_error(struct serve_request *request, int status, const char *format, ...)
{
	cJSON *json = cJSON_CreateObject();
	char *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&message, format, arguments) < 0)
		message = NULL;
	va_end(arguments);
	cJSON_AddStringToObject(json, request->kind == SERVE_DOCKER ? "message" : "error",
		message ? message : "out of memory");
	free(message);
	return serve_reply_json(request, status, json);
}
