/*
 * serve_request.c - from the daemon's callbacks to a handler, and the sleep in between.
 */
#include "serve_private.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The daemon gives the query away with the URI only; it is kept for the list of requests seen. */
void *serve_uri(void *user, const char *uri, struct MHD_Connection *connection)
{
	struct pending *pending = calloc(1, sizeof *pending);
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	if (!pending)
		return NULL;
	pending->request.serve = user;
	pending->connection = connection;
	pending->conn = info ? info->socket_context : NULL;
	serve_put(&pending->body, uri, strlen(uri) + 1);
	return pending;
}

static void seen_add(struct serve *serve, const struct pending *pending, const char *method)
{
	struct seen *seen = &serve->seen[(serve->seen_head + serve->seen_count) % SERVE_SEEN_MAX];
	const struct conn *conn = pending->conn;
	static const char *const kinds[SERVE_KIND_COUNT] = {
		"ollama", "docker", "traefik", "control", "openai"};
	const struct world_container *c;

	if (serve->seen_count == SERVE_SEEN_MAX)
		serve->seen_head = (serve->seen_head + 1) % SERVE_SEEN_MAX;
	else
		serve->seen_count++;
	free(seen->line);
	seen->line = NULL;
	if (asprintf(&seen->line, "%s %s", method, pending->body.data ? pending->body.data : "") < 0)
		seen->line = NULL;
	seen->wall = serve->world->wall;
	c = conn->container[0] ? world_container(conn->server, conn->container) : NULL;
	if (c)
		snprintf(seen->listener, sizeof seen->listener, "ollama %.20s/%.40s", conn->server->name,
			c->name);
	else if (conn->server)
		snprintf(seen->listener, sizeof seen->listener, "%s %.20s", kinds[conn->kind],
			conn->server->name);
	else
		snprintf(seen->listener, sizeof seen->listener, "%s", kinds[conn->kind]);
}

/* One segment for '*', one or more for '**'; what matched goes to params. */
static bool match(const char *pattern, const char *path, char **params, size_t used)
{
	const char *end;

	for (; *pattern; pattern++, path++) {
		bool greedy;

		if (*pattern != '*') {
			if (*pattern != *path)
				return false;
			continue;
		}
		greedy = pattern[1] == '*';
		pattern += greedy ? 2 : 1;
		end = path + (greedy ? strlen(path) : strcspn(path, "/"));
		for (; end > path; end--) {
			if (match(pattern, end, params, used + 1))
				break;
			if (!greedy)
				return false;
		}
		if (end == path || used >= SERVE_PARAMS_MAX)
			return false;
		free(params[used]);
		params[used] = strndup(path, (size_t)(end - path));
		return params[used] != NULL;
	}
	return *path == '\0';
}

static bool method_fits(const struct serve_route *route, const char *method)
{
	return strcmp(route->method, method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

static enum serve_result route(struct pending *pending)
{
	struct serve_request *request = &pending->request;
	const struct serve *serve = request->serve;
	bool other_method = false;

	for (size_t i = 0; i < serve->route_count[request->kind]; i++) {
		const struct serve_route *candidate = &serve->routes[request->kind][i];

		if (!match(candidate->pattern, request->path, request->params, 0))
			continue;
		if (method_fits(candidate, request->method)) {
			pending->route = candidate;
			return candidate->handler(request);
		}
		other_method = true;
	}
	if (request->kind == SERVE_DOCKER)
		return serve_error(request, MHD_HTTP_NOT_FOUND, "page not found");
	if (other_method)
		return serve_text(
			request, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", "405 method not allowed");
	return serve_text(request, MHD_HTTP_NOT_FOUND, "text/plain", "404 page not found");
}

/* What the world does to any request before it is looked at: hang, be slow, reset. */
static bool held_back(struct pending *pending)
{
	const struct serve_request *request = &pending->request;
	const char *hostile = serve_hostile_kind(request);
	int64_t age = (int64_t)uv_now(request->serve->loop) - request->arrived;
	int slow = 0;

	if (hostile && strcmp(hostile, "reset") == 0) {
		/* Disconnecting an open socket sends the reset at once; closing it would end it politely. */
		const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

		(void)connect(pending->conn->fd, &nowhere, sizeof nowhere);
		pending->aborted = true;
		return true;
	}
	if (request->kind == SERVE_DOCKER) {
		if (request->server->hang_docker)
			return true;
		slow = request->server->slow_docker_ms;
	} else if (request->container) {
		if (request->container->status == WORLD_PAUSED || request->container->hang_api)
			return true;
		slow = request->container->slow_ms;
	}
	return age < slow;
}

static enum serve_result dispatch(struct pending *pending)
{
	struct serve_request *request = &pending->request;
	struct serve *serve = request->serve;

	if (request->kind == SERVE_OLLAMA || request->kind == SERVE_OPENAI) {
		request->container = world_container(request->server, pending->conn->container);
		if (!request->container || !pending->conn->listener) {
			pending->aborted = true;
			return SERVE_AGAIN;
		}
	}
	if (pending->route)
		return pending->route->handler(request);
	if (held_back(pending))
		return SERVE_AGAIN;
	if (serve->before[request->kind] && serve->before[request->kind](request))
		return SERVE_DONE;
	return route(pending);
}

static void begin(struct pending *pending, const char *method, const char *url)
{
	struct serve_request *request = &pending->request;
	struct serve *serve = request->serve;
	size_t digits;

	pending->begun = true;
	if (pending->conn->kind != SERVE_CONTROL)
		seen_add(serve, pending, method);
	pending->body.len = 0;
	request->world = serve->world;
	request->context = serve->context[pending->conn->kind];
	request->kind = pending->conn->kind;
	request->server = pending->conn->server;
	request->method = method;
	request->path = url;
	request->arrived = (int64_t)uv_now(serve->loop);
	pending->conn->pending = pending;
	if (request->kind != SERVE_DOCKER || strncmp(url, "/v", 2) != 0)
		return;
	digits = strspn(url + 2, "0123456789.");
	if (digits > 0 && digits < sizeof request->api_version && url[2 + digits] == '/') {
		memcpy(request->api_version, url + 2, digits);
		request->path = url + 2 + digits;
	}
}

static enum MHD_Result queue(struct pending *pending)
{
	enum MHD_Result result;

	if (pending->aborted || !pending->response)
		return MHD_NO;
	result = MHD_queue_response(pending->connection, pending->status, pending->response);
	MHD_destroy_response(pending->response);
	pending->response = NULL;
	return result;
}

static void sleep_on(struct pending *pending)
{
	struct serve *serve = pending->request.serve;

	pending->sleeping = true;
	pending->next = serve->sleepers;
	pending->link = &serve->sleepers;
	if (pending->next)
		pending->next->link = &pending->next;
	serve->sleepers = pending;
	MHD_suspend_connection(pending->connection);
}

static void unlink_sleeper(struct pending *pending)
{
	if (!pending->sleeping)
		return;
	pending->sleeping = false;
	*pending->link = pending->next;
	if (pending->next)
		pending->next->link = pending->link;
}

void serve_resume(struct pending *pending)
{
	if (!pending->sleeping)
		return;
	unlink_sleeper(pending);
	MHD_resume_connection(pending->connection);
	serve_wake(pending->request.serve);
}

void serve_wake_sleepers(struct serve *serve)
{
	struct pending *pending, *next;

	for (pending = serve->sleepers; pending; pending = next) {
		next = pending->next;
		if (dispatch(pending) == SERVE_DONE || pending->aborted)
			serve_resume(pending);
	}
}

enum MHD_Result serve_access(void *user, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size, void **context)
{
	struct pending *pending = *context;

	(void)user;
	(void)connection;
	(void)version;
	if (!pending || !pending->conn)
		return MHD_NO;
	if (!pending->begun) {
		begin(pending, method, url);
		return MHD_YES;
	}
	if (*upload_size > 0) {
		if (pending->body.len + *upload_size > SERVE_BODY_MAX)
			pending->too_large = true;
		else
			serve_put(&pending->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	if (pending->response || pending->aborted)
		return queue(pending);
	if (pending->body.failed)
		return MHD_NO;
	pending->request.body = "";
	pending->request.body_len = pending->body.len;
	if (pending->body.len) {
		serve_put(&pending->body, "", 1);
		pending->body.len--;
		pending->request.body = pending->body.data;
	}
	if (pending->too_large)
		serve_error(&pending->request, MHD_HTTP_CONTENT_TOO_LARGE, "request body too large");
	else if (dispatch(pending) == SERVE_AGAIN && !pending->aborted) {
		sleep_on(pending);
		return MHD_YES;
	}
	return queue(pending);
}

void serve_completed(
	void *user, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
	struct pending *pending = *context;

	(void)user;
	(void)connection;
	(void)code;
	if (!pending)
		return;
	unlink_sleeper(pending);
	if (pending->conn && pending->conn->pending == pending)
		pending->conn->pending = NULL;
	if (pending->request.free_state)
		pending->request.free_state(pending->request.state);
	if (pending->response)
		MHD_destroy_response(pending->response);
	for (size_t i = 0; i < SERVE_PARAMS_MAX; i++)
		free(pending->request.params[i]);
	for (size_t i = 0; i < pending->header_count; i++) {
		free(pending->headers[i][0]);
		free(pending->headers[i][1]);
	}
	free(pending->body.data);
	free(pending);
	*context = NULL;
}
