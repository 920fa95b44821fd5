/*
 * serve_hostile.c - answers spoiled on purpose, in the ways that outside input goes wrong.
 */
#include "serve_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERSIZE   ((size_t)20 << 20)
#define LONG_NAME  ((size_t)10 << 20)
#define DEPTH      ((size_t)200000)
#define DRIP_MS    1000
#define BLOCK_SIZE ((size_t)32 << 10)

/* Stands in a name until the JSON is printed, since cJSON cannot hold what comes in its place. */
#define MARK "@HOSTILE@"

struct spoiled {
	char *body;
	size_t len;
	size_t cut;  /* truncated: nothing from here on */
	size_t size; /* oversize: blanks from len to the last byte */
};

struct drip {
	struct serve *serve;
	char *body;
	size_t len, sent;
	uint64_t last;
};

static ssize_t spoiled_read(void *user, uint64_t position, char *buffer, size_t max)
{
	const struct spoiled *spoiled = user;
	size_t at = (size_t)position;
	size_t n = max;

	if (spoiled->cut) {
		if (at >= spoiled->cut)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		n = spoiled->cut - at < max ? spoiled->cut - at : max;
		memcpy(buffer, spoiled->body + at, n);
		return (ssize_t)n;
	}
	if (at < spoiled->len) {
		n = spoiled->len - at < max ? spoiled->len - at : max;
		memcpy(buffer, spoiled->body + at, n);
		return (ssize_t)n;
	}
	memset(buffer, ' ', n);
	return (ssize_t)n;
}

static void spoiled_free(void *user)
{
	struct spoiled *spoiled = user;

	free(spoiled->body);
	free(spoiled);
}

static struct MHD_Response *spoiled_response(const char *body, size_t len, bool truncate)
{
	struct spoiled *spoiled = calloc(1, sizeof *spoiled);
	struct MHD_Response *response;

	if (!spoiled)
		return NULL;
	spoiled->body = malloc(len + 1);
	if (!spoiled->body) {
		free(spoiled);
		return NULL;
	}
	memcpy(spoiled->body, body, len);
	spoiled->len = len;
	spoiled->size = truncate ? len : OVERSIZE;
	spoiled->cut = truncate ? (len + 1) / 2 : 0;
	response = MHD_create_response_from_callback(
		spoiled->size, BLOCK_SIZE, spoiled_read, spoiled, spoiled_free);
	if (!response)
		spoiled_free(spoiled);
	return response;
}

static enum serve_more drip_fill(void *user, struct serve_buffer *out)
{
	struct drip *drip = user;
	uint64_t now = uv_now(drip->serve->loop);

	if (drip->sent == drip->len)
		return SERVE_END;
	if (drip->last && now - drip->last < DRIP_MS)
		return SERVE_MORE;
	drip->last = now;
	serve_put(out, drip->body + drip->sent++, 1);
	return SERVE_MORE;
}

static void drip_free(void *user)
{
	struct drip *drip = user;

	free(drip->body);
	free(drip);
}

static bool drip_reply(
	struct pending *pending, int status, const char *content_type, const char *body, size_t len)
{
	struct drip *drip = calloc(1, sizeof *drip);

	if (!drip)
		return false;
	drip->serve = pending->request.serve;
	drip->body = malloc(len + 1);
	if (!drip->body) {
		free(drip);
		return false;
	}
	memcpy(drip->body, body, len);
	drip->len = len;
	serve_stream(&pending->request, status, content_type, drip_fill, drip, drip_free);
	return true;
}

static void swap_type(cJSON *item)
{
	cJSON *child;

	switch (item->type & 0xff) {
	case cJSON_String:
		free(item->valuestring);
		item->valuestring = NULL;
		item->type = cJSON_Number;
		item->valuedouble = -1e308;
		break;
	case cJSON_Number:
		item->valuestring = strdup("many");
		item->type = item->valuestring ? cJSON_String : cJSON_NULL;
		break;
	case cJSON_True:
	case cJSON_False:
		item->type = cJSON_NULL;
		break;
	default:
		cJSON_ArrayForEach(child, item) swap_type(child);
	}
}

static bool is_name(const cJSON *item)
{
	static const char *const names[] = {"name", "model", "Name", "Image", "version", "Version"};

	for (size_t i = 0; item->string && i < sizeof names / sizeof *names; i++)
		if (strcmp(item->string, names[i]) == 0)
			return true;
	return false;
}

static void mark_names(cJSON *item, bool in_names)
{
	cJSON *child;
	char *longer;

	if (cJSON_IsString(item) && (in_names || is_name(item))) {
		longer = malloc(strlen(item->valuestring) + sizeof MARK);
		if (!longer)
			return;
		sprintf(longer, "%s" MARK, item->valuestring);
		free(item->valuestring);
		item->valuestring = longer;
		return;
	}
	in_names = item->string && strcmp(item->string, "Names") == 0;
	cJSON_ArrayForEach(child, item) mark_names(child, in_names);
}

static void put_evil(struct serve_buffer *out, const char *kind)
{
	/* Escape sequences in JSON and raw, C1, invalid UTF-8, right-to-left override, wide and combining. */
	static const char escapes[] = "\\u001b]0;owned\\u0007\\u001b[31;5m\\u001b[2J\\r\\n\\t\\u009b2J"
				      "\xff\xc3\x28\xf0\x9f\xe2\x80\xae\xe6\xa8\xa1\xe5\x9e\x8b"
				      "e\xcc\x81\xcc\x82\xcc\x83\xe2\x80\x8b\xf0\x9f\x98\x80";
	static const char nul[] = "a\\u0000b\0c";

	if (strcmp(kind, "escape-names") == 0)
		serve_put(out, escapes, sizeof escapes - 1);
	else if (strcmp(kind, "nul") == 0)
		serve_put(out, nul, sizeof nul - 1);
	else
		for (size_t i = 0; i < LONG_NAME; i += 16)
			serve_put(out, "long-long-name--", 16);
}

/* Only the first name grows to 10 MB, or a list of twenty would be an oversize answer. */
static void put_spoiled(struct serve_buffer *out, const char *text, const char *kind)
{
	bool once = strcmp(kind, "long-names") == 0;
	const char *mark;
	bool first = true;

	while ((mark = strstr(text, MARK))) {
		serve_put(out, text, (size_t)(mark - text));
		if (first || !once)
			put_evil(out, kind);
		first = false;
		text = mark + strlen(MARK);
	}
	serve_put(out, text, strlen(text));
}

static struct MHD_Response *json_response(const char *kind, const char *body, size_t len)
{
	cJSON *json = cJSON_ParseWithLength(body, len);
	struct serve_buffer out = {0};
	struct MHD_Response *response = NULL;
	char *text;

	if (!json)
		return NULL;
	if (strcmp(kind, "wrong-types") == 0)
		swap_type(json);
	else
		mark_names(json, false);
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	if (text)
		put_spoiled(&out, text, kind);
	free(text);
	if (out.data && !out.failed)
		response = MHD_create_response_from_buffer(out.len, out.data, MHD_RESPMEM_MUST_COPY);
	free(out.data);
	return response;
}

static struct MHD_Response *deep_response(void)
{
	char *body = malloc(DEPTH);

	if (!body)
		return NULL;
	memset(body, '[', DEPTH);
	return MHD_create_response_from_buffer(DEPTH, body, MHD_RESPMEM_MUST_FREE);
}

const char *serve_hostile_kind(const struct serve_request *request)
{
	if (request->kind == SERVE_DOCKER)
		return request->server->hostile;
	return request->container ? request->container->hostile : NULL;
}

bool serve_hostile_reply(
	struct pending *pending, int status, const char *content_type, const char *body, size_t len)
{
	const char *kind = serve_hostile_kind(&pending->request);
	struct MHD_Response *response;

	if (!kind)
		return false;
	if (strcmp(kind, "one-byte-per-second") == 0)
		return drip_reply(pending, status, content_type, body, len);
	if (strcmp(kind, "truncated") == 0)
		response = spoiled_response(body, len, true);
	else if (strcmp(kind, "oversize") == 0)
		response = spoiled_response(body, len, false);
	else if (strcmp(kind, "deep") == 0)
		response = deep_response();
	else
		response = json_response(kind, body, len);
	if (!response)
		return false;
	serve_finish(pending, status, content_type, response);
	return true;
}
