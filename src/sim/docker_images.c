/*
 * docker_images.c - images and their pull.
 */
#include "docker.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_tags(struct json_out *out, const struct world_image *image)
{
	json_strings(out, "RepoTags", image->tags, image->tag_count);
	json_array(out, "RepoDigests");
	for (size_t i = 0; i < image->tag_count && i < 1; i++)
		json_format(
			out, NULL, "%.*s@%s", (int)strcspn(image->tags[i], ":"), image->tags[i], image->id);
	json_end_array(out);
}

enum serve_result docker_images(struct serve_request *request)
{
	static const char *const allowed[] = {"before", "dangling", "label", "reference", "since", NULL};
	const struct world_server *server = request->server;
	struct docker_filters filters;
	struct json_out out = {.skew_ms = server->skew_ms};

	if (!docker_filters_parse(request, allowed, &filters))
		return SERVE_DONE;
	json_array(&out, NULL);
	for (size_t i = 0; i < server->image_count; i++) {
		const struct world_image *image = server->images[i];
		const char *reference = docker_filter_value(&filters, "reference", 0);
		if (reference && world_image(server, reference) != image)
			continue;
		json_object(&out, NULL);
		json_int(&out, "Containers", -1);
		json_int(&out, "Created", (image->created + server->skew_ms) / 1000);
		json_string(&out, "Id", image->id);
		json_raw(&out, "Labels", "null");
		json_string(&out, "ParentId", "");
		write_tags(&out, image);
		json_int(&out, "SharedSize", -1);
		json_int(&out, "Size", image->size);
		if (!docker_modern(server))
			json_int(&out, "VirtualSize", image->size);
		json_end_object(&out);
	}
	json_end_array(&out);
	docker_filters_free(&filters);
	return json_reply(request, 200, &out);
}

/* "nope" is "nope:latest" in the engine's messages. */
static const char *default_tag(const char *reference)
{
	const char *slash = strrchr(reference, '/');

	return strchr(slash ? slash : reference, ':') || strchr(reference, '@') ? "" : ":latest";
}

enum serve_result docker_image(struct serve_request *request)
{
	const char *reference = request->params[0];
	const struct world_image *image = world_image(request->server, reference);
	struct json_out out = {.skew_ms = request->server->skew_ms};
	char layer[65];

	if (!image && docker_modern(request->server))
		return serve_error(request, 404, "No such image: %s%s", reference, default_tag(reference));
	if (!image)
		return serve_error(request, 404, "no such image: %s: No such image: %s%s", reference,
			reference, default_tag(reference));
	docker_hash(layer, image->id, "layer");
	json_object(&out, NULL);
	json_string(&out, "Id", image->id);
	write_tags(&out, image);
	json_string(&out, "Parent", "");
	json_string(&out, "Comment", "");
	json_time(&out, "Created", image->created);
	json_string(&out, "DockerVersion", "");
	json_string(&out, "Author", "");
	json_raw(&out, "Config",
		"{\"ExposedPorts\":{\"11434/tcp\":{}},\"Env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/"
		"sbin:/usr/bin:/"
		"sbin:/bin\",\"OLLAMA_HOST=0.0.0.0:11434\"],\"Cmd\":[\"serve\"],\"Entrypoint\":[\"/bin/"
		"ollama\"],"
		"\"WorkingDir\":\"\",\"Labels\":null}");
	json_string(&out, "Architecture", "amd64");
	json_string(&out, "Os", "linux");
	json_int(&out, "Size", image->size);
	if (!docker_modern(request->server))
		json_int(&out, "VirtualSize", image->size);
	json_object(&out, "GraphDriver");
	json_object(&out, "Data");
	json_format(&out, "MergedDir", "/var/lib/docker/overlay2/%s/merged", layer);
	json_format(&out, "UpperDir", "/var/lib/docker/overlay2/%s/diff", layer);
	json_format(&out, "WorkDir", "/var/lib/docker/overlay2/%s/work", layer);
	json_end_object(&out);
	json_string(&out, "Name", "overlay2");
	json_end_object(&out);
	json_object(&out, "RootFS");
	json_string(&out, "Type", "layers");
	json_array(&out, "Layers");
	json_format(&out, NULL, "sha256:%s", layer);
	json_end_array(&out);
	json_end_object(&out);
	json_object(&out, "Metadata");
	json_time(&out, "LastTagTime", image->created);
	json_end_object(&out);
	json_end_object(&out);
	return json_reply(request, 200, &out);
}

/* ---- pull ---------------------------------------------------------------------------------- */

/* What the registry has; a repository with other tags answers "manifest unknown". */
static const struct known_image {
	const char *repository, *tags; /* tags between blanks; "*": all versions */
	int layers;
	int64_t size;
} known_images[] = {
	{"ollama/ollama", "*", 4, INT64_C(1560000000)},
	{"library/traefik", " latest v3.0 v3.1 v3.2 v3.3 v3.4 ", 3, INT64_C(224000000)},
	{"library/busybox", "*", 1, INT64_C(4300000)},
	{"library/alpine", "*", 1, INT64_C(8300000)},
};

/* Seven of ten seconds load the layers, one after another; then they are unpacked. */
#define PULL_NS UINT64_C(4000000000)
#define STEP_NS UINT64_C(200000000)

struct image_pull {
	struct world_server *server;
	const struct known_image *known;
	char *repository, *tag;
	uint64_t began, said; /* uv_hrtime() */
	int layer;            /* the one under way */
	bool greeted, fresh;  /* fresh: not here before */
};

static void pull_layer_id(const struct image_pull *pull, int layer, char id[65])
{
	char words[32];

	snprintf(words, sizeof words, "layer %d", layer);
	docker_hash(id, pull->repository, words);
	id[12] = '\0';
}

static void say(struct serve_buffer *out, const char *status, const char *id)
{
	serve_printf(out, "{\"status\":\"%s\",\"progressDetail\":{},\"id\":\"%s\"}\r\n", status, id);
}

static void greet(struct image_pull *pull, struct serve_buffer *out)
{
	char id[65];

	pull->greeted = true;
	serve_printf(out, "{\"status\":\"Pulling from %s\",\"id\":\"%s\"}\r\n", pull->repository, pull->tag);
	for (int i = 0; pull->fresh && i < pull->known->layers; i++) {
		pull_layer_id(pull, i, id);
		say(out, "Pulling fs layer", id);
	}
}

static void say_progress(const struct image_pull *pull, struct serve_buffer *out, int layer, double part)
{
	long long total = pull->known->size / pull->known->layers,
		  current = (long long)((double)total * part);
	char id[65], bar[52];
	int filled = (int)(part * 50);

	pull_layer_id(pull, layer, id);
	memset(bar, ' ', 50);
	memset(bar, '=', (size_t)filled);
	bar[filled] = '>';
	bar[50] = '\0';
	serve_printf(out,
		"{\"status\":\"Downloading\",\"progressDetail\":{\"current\":%lld,\"total\":%lld},"
		"\"progress\":\"[%s]  "
		"%.2fMB/%.2fMB\",\"id\":\"%s\"}\r\n",
		current, total, bar, (double)current / 1e6, (double)total / 1e6, id);
}

static void end_pull(struct image_pull *pull, struct serve_buffer *out)
{
	char reference[300];
	const char *shown =
		strncmp(pull->repository, "library/", 8) == 0 ? pull->repository + 8 : pull->repository;

	snprintf(reference, sizeof reference, "%s:%s", shown, pull->tag);
	struct world_image *image = world_image(pull->server, reference);
	if (!image) {
		image = world_add_image(pull->server, reference);
		if (image)
			image->size = pull->known->size;
	}
	if (image)
		serve_printf(out, "{\"status\":\"Digest: %s\"}\r\n", image->id);
	serve_printf(out, "{\"status\":\"Status: %s for %s\"}\r\n",
		pull->fresh ? "Downloaded newer image" : "Image is up to date", reference);
	world_emit_server(pull->server, "image", "pull", reference, "name", shown, (char *)NULL);
}

static enum serve_more fill_pull(void *user, struct serve_buffer *out)
{
	struct image_pull *pull = user;
	uint64_t now = uv_hrtime(), each = PULL_NS / (uint64_t)pull->known->layers;
	char id[65];

	if (!pull->greeted)
		greet(pull, out);
	while (pull->fresh && pull->layer < pull->known->layers &&
		now - pull->began >= each * (uint64_t)(pull->layer + 1)) {
		pull_layer_id(pull, pull->layer++, id);
		say(out, "Verifying Checksum", id);
		say(out, "Download complete", id);
		say(out, "Pull complete", id);
	}
	if (pull->fresh && pull->layer < pull->known->layers) {
		if (now - pull->said >= STEP_NS) {
			pull->said = now;
			say_progress(pull, out, pull->layer,
				(double)(now - pull->began - each * (uint64_t)pull->layer) / (double)each);
		}
		return SERVE_MORE;
	}
	end_pull(pull, out);
	return SERVE_END;
}

static void free_pull(void *user)
{
	struct image_pull *pull = user;

	free(pull->repository);
	free(pull->tag);
	free(pull);
}

/* Splits "fromImage" and "tag" as the engine does: the tag may stand in either; short names are library/. */
static struct image_pull *pull_new(const char *from, const char *tag)
{
	struct image_pull *pull = calloc(1, sizeof *pull);

	if (strncmp(from, "docker.io/", 10) == 0)
		from += 10;
	const char *slash = strrchr(from, '/'), *colon = strchr(slash ? slash : from, ':');
	int len = (int)(colon ? colon - from : (long)strlen(from));

	if (!pull)
		return NULL;
	if (asprintf(&pull->repository, "%s%.*s", slash ? "" : "library/", len, from) < 0)
		pull->repository = NULL;
	pull->tag = strdup(tag && *tag ? tag : colon ? colon + 1 : "latest");
	if (pull->repository && pull->tag)
		return pull;
	free_pull(pull);
	return NULL;
}

static bool has_tag(const struct known_image *known, const char *tag)
{
	char words[80];

	snprintf(words, sizeof words, " %s ", tag);
	if (known->tags[0] == '*') /* every version, and what moves */
		return isdigit((unsigned char)tag[0]) || strcmp(tag, "latest") == 0 ||
		       strcmp(tag, "rocm") == 0;
	return strstr(known->tags, words) != NULL;
}

enum serve_result docker_pull(struct serve_request *request)
{
	const char *from = serve_query(request, "fromImage");
	struct image_pull *pull = from && *from ? pull_new(from, serve_query(request, "tag")) : NULL;
	char reference[300];

	if (!pull)
		return serve_error(request, 400, "invalid reference format");
	for (size_t i = 0; i < sizeof known_images / sizeof *known_images; i++)
		if (strcmp(known_images[i].repository, pull->repository) == 0)
			pull->known = &known_images[i];
	if (!pull->known) {
		free_pull(pull);
		return serve_error(request, 404,
			"pull access denied for %s, repository does not exist or may require 'docker login': "
			"denied: "
			"requested access to the resource is denied",
			from);
	}
	if (!has_tag(pull->known, pull->tag)) {
		enum serve_result result = serve_error(request, 404,
			"manifest for %s:%s not found: manifest unknown: manifest unknown", from, pull->tag);
		free_pull(pull);
		return result;
	}
	const char *shown =
		strncmp(pull->repository, "library/", 8) == 0 ? pull->repository + 8 : pull->repository;
	snprintf(reference, sizeof reference, "%s:%s", shown, pull->tag);
	pull->server = request->server;
	pull->fresh = !world_image(request->server, reference);
	pull->began = uv_hrtime();
	return serve_stream(request, 200, "application/json", fill_pull, pull, free_pull);
}
